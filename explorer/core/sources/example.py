"""The example dataset: drawn cats and dogs, with faults like those of real datasets put in."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from explorer.core.files.names import printable_name
from explorer.core.images.read import Picture, resize_picture
from explorer.core.sources.faces import draw_face
from explorer.errors import DatasetError
from explorer.paths import make_own_folder

FOLDER_NAME = "Drawn cats and dogs"
ABOUT_NAME = "README.txt"

_SEED = 5340
_COUNTS = {"train": 90, "test": 30}
"""Of each class."""
_BRIGHTNESS = {"cat": 0.38, "dog": 0.62}
"""Of the backgrounds: cats are indoors, dogs on the grass. A network may learn that instead."""
_QUALITY = 90


class Place(NamedTuple):
    """Which picture: the third cat of the training set."""

    split: str
    label: str
    number: int

    @property
    def name(self) -> str:
        """Its path in the folder; the name of the file must not give the class away."""
        return f"{self.split}/{self.label}/drawing-{self.number:03}.jpg"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a picture.

    Attributes
    ----------
    says : str
        What, in a few words.
    change : callable or None
        Makes its pixels from those without the fault.
    kind : str
        What is drawn, where that is not the label.
    copy_of : Place or None
        The picture that it copies.
    cut : float
        The share of the file that is there.
    """

    says: str
    change: Callable[[Picture], Picture] | None = None
    kind: str = ""
    copy_of: Place | None = None
    cut: float = 1.0


def _to_grey(picture: Picture) -> Picture:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.repeat(np.asarray(grey, np.uint8)[:, :, np.newaxis], 3, axis=2)


def _blur(picture: Picture) -> Picture:
    """As an old lens does: the corners get dark, too."""
    height, width = picture.shape[:2]
    down, across = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)
    light = np.exp(-1.5 * (down**2 + across**2))[:, :, None]
    return (cv2.GaussianBlur(picture, (0, 0), 6) * light).astype(np.uint8)


def _crop(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    return picture[height // 40 : height - height // 40, width // 40 : width - width // 40]


FAULTS: dict[Place, Fault] = {
    Place("train", "cat", 7): Fault("shows a dog: the label is wrong", kind="dog"),
    Place("train", "cat", 23): Fault("shows a dog: the label is wrong", kind="dog"),
    Place("train", "dog", 11): Fault("shows a cat: the label is wrong", kind="cat"),
    Place("test", "dog", 19): Fault("shows a cat: the label is wrong", kind="cat"),
    Place("train", "cat", 58): Fault("shows neither a cat nor a dog", kind="house"),
    Place("train", "dog", 34): Fault("shows neither a cat nor a dog", kind="house"),
    Place("train", "cat", 31): Fault("is too dark", lambda pixels: pixels // 12),
    Place("train", "dog", 45): Fault("is too bright", lambda pixels: 244 + pixels // 24),
    Place("train", "cat", 12): Fault("is blurred, with dark corners", _blur),
    Place("test", "dog", 5): Fault("is blurred, with dark corners", _blur),
    Place("train", "dog", 26): Fault("has no colours", _to_grey),
    Place("train", "cat", 81): Fault("is one plain colour", lambda pixels: pixels // 255 + 128),
    Place("train", "dog", 63): Fault(
        "is very small", lambda pixels: resize_picture(pixels, (20, 24))
    ),
    Place("test", "cat", 14): Fault(
        "is distorted", lambda pixels: resize_picture(pixels, (64, 720))
    ),
    Place("test", "cat", 3): Fault(
        "is a copy of a training picture", copy_of=Place("train", "cat", 40)
    ),
    Place("test", "dog", 8): Fault(
        "is a training picture, cropped a little", _crop, copy_of=Place("train", "dog", 60)
    ),
    Place("train", "dog", 52): Fault(
        "is another picture, mirrored",
        lambda pixels: np.ascontiguousarray(pixels[:, ::-1]),
        copy_of=Place("train", "dog", 50),
    ),
    Place("train", "cat", 66): Fault("ends after a third of the file", cut=1 / 3),
    Place("train", "dog", 77): Fault("is an empty file", cut=0.0),
}
"""The faults, each where `ABOUT_NAME` says."""


def places() -> Iterator[Place]:
    """Yield every picture of the example."""
    for split, count in _COUNTS.items():
        for label in _BRIGHTNESS:
            yield from (Place(split, label, number) for number in range(1, count + 1))


def draw_example(
    folder: Path,
    *,
    met: Callable[[int, int], None] = lambda done, total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Draw the example dataset into a folder of its own; where it is there already, keep it.

    The same files come out every time. Nobody meets half of them: they are drawn into a folder
    beside it, which gets its name at the end.

    Parameters
    ----------
    folder : Path
        What it is to be called; the folder that it lies in is made.
    met : callable
        Told (done, total) before each picture.
    is_cancelled : callable
        Asked before each picture.

    Returns
    -------
    bool
        Whether it is there, and was not cancelled.

    Raises
    ------
    DatasetError
        It could not be written.
    """
    if (folder / ABOUT_NAME).is_file():
        return True
    partial = folder.with_name(f"{folder.name}.partial")
    with DatasetError.when_refused("was not written", printable_name(folder)):
        make_own_folder(folder.parent)
        for old in (partial, folder):
            if old.exists():  # of a start that ended too early
                shutil.rmtree(old)
        try:
            if not _draw_all(partial, met, is_cancelled):
                return False
            partial.rename(folder)
        finally:
            if partial.exists():
                shutil.rmtree(partial)
    return True


def _draw_all(
    folder: Path, met: Callable[[int, int], None], is_cancelled: Callable[[], bool]
) -> bool:
    wanted = list(places())
    for done, place in enumerate(wanted):
        if is_cancelled():
            return False
        met(done, len(wanted))
        path = folder / place.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_file(place))
    (folder / ABOUT_NAME).write_text(about(), encoding="utf-8")
    return True


def _file(place: Place) -> bytes:
    """Return the whole content of a picture's file."""
    fault = FAULTS.get(place, Fault(""))
    picture = _draw(fault.copy_of or place, fault.kind)
    if fault.change is not None:
        picture = fault.change(picture)
    _, data = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    )
    return data.tobytes()[: round(len(data) * fault.cut)]


def _draw(place: Place, kind: str) -> Picture:
    splits, labels = list(_COUNTS), list(_BRIGHTNESS)
    key = (_SEED, splits.index(place.split), labels.index(place.label), place.number)
    chance = np.random.default_rng(key)
    return draw_face(kind or place.label, chance, brightness=_BRIGHTNESS[place.label])


def about() -> str:
    """Return what the file beside the pictures says: who made them, and which have faults."""
    total = sum(2 * count for count in _COUNTS.values())
    faults = "\n".join(f"{place.name} {fault.says}" for place, fault in FAULTS.items())
    return f"""\
{total} drawings of cats and dogs, made by ConvNet Explorer, the same on every computer.
They are free for any use (CC0).

Faults like those of real datasets were put in, to be found on the Dataset page:

{faults}

Besides, the backgrounds of the cats are darker than those of the dogs: a network that is
trained on these pictures may learn that instead of the animals.
"""
