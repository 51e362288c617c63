"""What a drag or the clipboard carries, in plain values."""

import base64
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote_to_bytes

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage, QPixmap

from explorer.core.desktop.paths_by_kind import guess_kinds
from explorer.core.files.names import printable_name
from explorer.core.images.read import MAX_FILE_BYTES

_LINK = re.compile(r"(?:https?|ftp|blob|about|chrome|moz-extension):\S*", re.IGNORECASE)
_ADDRESS_START = "data:image/"
_ADDRESS_END = re.compile(r"""["'>\s]""")
_LONGEST_NAME = 40
MAX_TEXT = 1_000_000
"""In characters; the readers of matrices refuse far less."""


@dataclass(frozen=True, eq=False)
class DropPayload:
    """What letting go would bring: paths, or at most one of the others.

    Attributes
    ----------
    paths : tuple of Path
        Local files and folders.
    are_pictures : bool
        The paths were chosen where pictures are asked for: nothing is guessed.
    pixels : (height, width, 3) uint8 or None
        A picture without a file, as browsers give it.
    data : bytes
        A picture file's content without a file, from a data: address; not decoded yet.
    text : str
        Words that are no address, such as a matrix copied from an article.
    is_link : bool
        Nothing but the address of something elsewhere.
    is_pasted : bool
        It comes from the clipboard.
    """

    paths: tuple[Path, ...] = ()
    are_pictures: bool = False
    pixels: npt.NDArray[np.uint8] | None = None
    data: bytes = b""
    text: str = ""
    is_link: bool = False
    is_pasted: bool = False


def has_payload(mime: QMimeData) -> bool:
    """Say whether a drag may be let go over the window."""
    return mime.hasUrls() or mime.hasImage() or mime.hasText() or mime.hasHtml()


def read_payload(mime: QMimeData) -> DropPayload:
    """Read a drag's or the clipboard's data.

    Local files come first, then pixels, then a picture within a data: address, then links and
    text. Nothing is fetched: what a link or a page's text points to stays where it is.
    """
    paths = _local_paths(mime)
    if paths:
        return DropPayload(paths=paths)
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QPixmap):  # such as the figure that this program copied itself
            image = image.toImage()
        if isinstance(image, QImage) and not image.isNull():
            return DropPayload(pixels=to_pixels(image))
    for address in _data_addresses(mime):
        data = read_data_address(address)
        if data:
            return DropPayload(data=data)
    text = _text(mime)
    if mime.hasUrls() or _LINK.fullmatch(text) or _starts_with_data(text):
        return DropPayload(is_link=True)
    if text:
        return DropPayload(text=text)
    return DropPayload(is_link=mime.hasHtml())


def carries_model(mime: QMimeData) -> bool:
    """Guess whether a model is among what is dragged, without looking at the disk."""
    return bool(guess_kinds(_local_paths(mime)).models)


def describe_drop(mime: QMimeData, page: str) -> str:
    """Say what letting go will do, without looking at the disk.

    Parameters
    ----------
    mime : QMimeData
    page : str
        The name of the page under it.
    """
    paths = _local_paths(mime)
    if paths:
        return _describe_paths(paths, page)
    if mime.hasImage() or any(True for _ in _data_addresses(mime)):
        return "Drop to open this picture."
    text = _text(mime)
    if text and not mime.hasUrls() and not _LINK.fullmatch(text):
        return "Text can only be dropped if it is a matrix of weights."
    return "Links cannot be opened: save the picture first, then drop the file."


def read_data_address(address: str) -> bytes:
    """Return the bytes within a data: address.

    Parameters
    ----------
    address : str
        data:[kind][;base64],content

    Returns
    -------
    bytes
        Empty where there is none, it is damaged, or larger than a picture file may be.
    """
    head, comma, content = address.partition(",")
    if not comma or len(content) > 3 * MAX_FILE_BYTES:
        return b""
    data = unquote_to_bytes(content)
    if head.lower().rstrip().endswith(";base64"):
        try:
            # Pages break long lines, and leave out the padding.
            packed = b"".join(data.split()).rstrip(b"=")
            data = base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
        except ValueError:
            return b""
    return data if len(data) <= MAX_FILE_BYTES else b""


def to_pixels(image: QImage) -> npt.NDArray[np.uint8]:
    """Copy a QImage into (height, width, 3) uint8, on white where it is transparent."""
    layers = image.convertToFormat(QImage.Format.Format_RGBA8888)
    buffer = np.frombuffer(layers.constBits(), np.uint8)
    rows = buffer.reshape(layers.height(), layers.bytesPerLine())[:, : 4 * layers.width()]
    values = rows.reshape(layers.height(), layers.width(), 4).astype(np.uint16)
    alpha = values[..., 3:]
    mixed = (values[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return mixed.astype(np.uint8)


def _text(mime: QMimeData) -> str:
    """Return the text without spaces around it, of a very long one only the beginning.

    Nothing that is looked for in it is longer, but the address of a picture within itself.
    """
    text = mime.text()
    if len(text) > MAX_TEXT and not _starts_with_data(text.lstrip()):
        text = text[:MAX_TEXT]
    return text.strip()


def _local_paths(mime: QMimeData) -> tuple[Path, ...]:
    urls = list(mime.urls())
    if not urls and not mime.hasImage():
        # Some file managers and terminals give nothing but text.
        urls = [QUrl(line) for line in _text(mime).split() if line.startswith("file:///")]
    return tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())


def _data_addresses(mime: QMimeData) -> list[str]:
    """Return the data: addresses of pictures, the likeliest first."""
    found = [url.toString(QUrl.ComponentFormattingOption.FullyEncoded) for url in mime.urls()]
    found.append(_text(mime))
    if mime.hasHtml():
        found.append(_data_address_within(mime.html()))
    return [address for address in found if _starts_with_data(address)]


def _data_address_within(page: str) -> str:
    """Return the first data: address that is the value of an attribute; empty without one.

    Searched by hand: a stranger's page may take an HTML parser forever.
    """
    start = page.find(_ADDRESS_START)
    while start >= 0 and page[start - 1 : start] not in ("'", '"', "="):
        start = page.find(_ADDRESS_START, start + 1)
    if start < 0:
        return ""
    end = _ADDRESS_END.search(page, start)
    return unescape(page[start : end.start() if end else len(page)])


def _starts_with_data(text: str) -> bool:
    return text[: len(_ADDRESS_START)].lower() == _ADDRESS_START


def _describe_paths(paths: tuple[Path, ...], page: str) -> str:
    """Say what the program does with them."""
    kinds = guess_kinds(paths)
    name = f"“{_shorten(printable_name(paths[0]))}”"
    if kinds.models:
        return f"Drop to open {_one_or_many(kinds.models, 'model')} on the Network page."
    if kinds.kernels and paths[-1].suffix.lower() == ".npy":
        return f"Drop to open {name}."  # a picture or a kernel: its size tells
    if kinds.kernels:
        return "Drop to filter with this kernel."
    if kinds.folders and page in ("dataset", "training"):
        return f"Drop to open {name} as a dataset."
    if len(paths) > 1:
        return f"Drop to classify {len(paths):,} files."
    if kinds.folders:
        return f"Drop to classify the pictures in {name}."
    verb = "open and classify" if page == "classify" else "open"
    return f"Drop to {verb} {name}."


def _one_or_many(paths: tuple[Path, ...], noun: str) -> str:
    return f"this {noun}" if len(paths) == 1 else f"the last of these {len(paths)} {noun}s"


def _shorten(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
