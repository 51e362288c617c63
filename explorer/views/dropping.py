"""What a drag or the clipboard carries, in plain values."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage


@dataclass(frozen=True, eq=False)
class Carried:
    """What letting go would bring.

    Attributes
    ----------
    paths : tuple of Path
        Local files and folders.
    pixels : (height, width, 3) uint8 or None
        A picture without a file, as browsers give it.
    is_link : bool
        Nothing but the address of something elsewhere.
    """

    paths: tuple[Path, ...] = ()
    pixels: npt.NDArray[np.uint8] | None = None
    is_link: bool = False


def can_carry(mime: QMimeData) -> bool:
    """Say whether a drag may be let go over the window."""
    return mime.hasUrls() or mime.hasImage() or mime.hasText()


def read_carried(mime: QMimeData) -> Carried:
    """Read a drag's or the clipboard's data; local files first, then pixels, then links."""
    paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    if paths:
        return Carried(paths=paths)
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return Carried(pixels=to_pixels(image))
    return Carried(is_link=mime.hasUrls() or mime.hasText())


def describe_carried(mime: QMimeData) -> str:
    """Say what letting go will do, without looking at the disk."""
    count = len([url for url in mime.urls() if url.isLocalFile()])
    if count == 1:
        return "Let go to open it."
    if count > 1:
        return f"Let go to classify {count:,} files."
    if mime.hasImage():
        return "Let go to look at this picture."
    return "A link cannot be opened: save the picture first, then drop the file."


def to_pixels(image: QImage) -> npt.NDArray[np.uint8]:
    """Copy a QImage into (height, width, 3) uint8, on white where it is transparent."""
    layers = image.convertToFormat(QImage.Format.Format_RGBA8888)
    buffer = np.frombuffer(layers.constBits(), np.uint8)
    rows = buffer.reshape(layers.height(), layers.bytesPerLine())[:, : 4 * layers.width()]
    values = rows.reshape(layers.height(), layers.width(), 4).astype(np.uint16)
    alpha = values[..., 3:]
    mixed = (values[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return mixed.astype(np.uint8)
