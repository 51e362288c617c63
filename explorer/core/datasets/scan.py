"""Scan a folder into samples and labels."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from pathlib import Path

from explorer.core.datasets.copies import find_copies
from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.datasets.file_names import find_masks, labels_of_names
from explorer.core.datasets.left_out import COPY, LeftOut
from explorer.core.datasets.listing import ListedPicture, list_pictures
from explorer.core.datasets.ranking import find_readings
from explorer.core.datasets.shape import Folders

_ORDER = (None, "validation", "test")


def scan_dataset(
    folder: Path,
    *,
    layout: str | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Dataset:
    """Open a folder as a dataset; what lies in it twice, once in a folder more, is left out there.

    Parameters
    ----------
    layout : str or None
        The layout, of `LAYOUTS`, to read the folder by where that is possible: `reading` tells.
        None takes the most probable.
    is_cancelled : callable
        As for `list_pictures`.

    Raises
    ------
    DatasetError
        As `list_pictures`.
    """
    listing = list_pictures(folder, is_cancelled=is_cancelled)
    if not listing.pictures:
        return Dataset(folder, (), (), listing.left_out)  # it was cancelled
    copies = find_copies(listing.pictures)
    pictures = [picture for picture in listing.pictures if not _is_below(picture, copies)]
    left_out = [
        *listing.left_out,
        *(LeftOut(folder.joinpath(*one), COPY) for one in sorted(copies)),
    ]
    files = [picture.path.name for picture in pictures]
    folders = [picture.folders for picture in pictures]
    named, is_sure = labels_of_names(files)
    for number in find_masks(files, folders):  # read as if they lay in a folder of masks
        folders[number] = (*folders[number], "masks")
    tree: defaultdict[Folders, Counter[str | None]] = defaultdict(Counter)
    for above, name in zip(folders, named, strict=True):
        tree[above][name] += 1
    readings = find_readings(tree, has_sure_names=is_sure)
    reading = readings.find(layout) or readings.best
    samples = []
    for picture, above, name in zip(pictures, folders, named, strict=True):
        place = reading.places[above]
        label = name if place.is_named else place.label
        known = None if label is None else reading.names[label]
        samples.append(Sample(picture.path, known, place.split))
    samples.sort(key=lambda sample: _ORDER.index(sample.split))
    return Dataset(
        folder, tuple(reading.counts), tuple(samples), tuple(left_out), readings, reading
    )


def _is_below(picture: ListedPicture, copies: Collection[Folders]) -> bool:
    return bool(copies) and any(
        picture.folders[:depth] in copies for depth in range(1, len(picture.folders) + 1)
    )
