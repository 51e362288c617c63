"""Read and write pictures; the one contract: a picture is RGB uint8 (height, width, 3).

One decoder (Pillow, with pi-heif) serves display, classification and training, so that all three
see the same pixels: upright, on white where transparent, never half a file.
"""

import io
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from explorer.core.files import write_atomically
from explorer.errors import PictureError

Picture = npt.NDArray[np.uint8]
"""(height, width, 3) uint8, RGB, 0-255."""

MAX_PIXELS = 64_000_000
MAX_FILE_BYTES = 200_000_000

PICTURE_SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .apng .gif .bmp .dib .tif .tiff .webp .avif .jp2 .j2k .jpx "
    ".heic .heif .ico .ppm .pgm .pbm .pnm .tga".split()
)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
pi_heif.register_heif_opener()


@dataclass(frozen=True, eq=False)
class PictureFile:
    """A picture and what opening its file told.

    Attributes
    ----------
    name : str
        What to call it: the file's name, or words such as "dropped picture".
    path : Path or None
        The file; None for pixels that came from nowhere on disk.
    picture : Picture
        (height, width, 3) uint8, RGB; read-only.
    notes : tuple of str
        What a person should know: "frame 1 of 3", "16-bit values, shown as 8-bit".
    """

    name: str
    path: Path | None
    picture: Picture
    notes: tuple[str, ...] = ()


def read_picture(path: Path) -> PictureFile:
    """Read a picture file.

    Parameters
    ----------
    path : Path
        Any ordinary file of 1 byte to 200 MB and at most 64 million pixels.

    Returns
    -------
    PictureFile
        The first frame, upright, white behind transparency.

    Raises
    ------
    PictureError
        One sentence naming the file and the reason.
    """
    return decode_picture(read_picture_bytes(path), name=path.name, path=path)


def read_thumbnail(path: Path, edge: int) -> Picture:
    """Read a picture scaled to fit a square, decoding no more of a JPEG than needed.

    Parameters
    ----------
    path : Path
        As for `read_picture`.
    edge : int
        The side of the square, in pixels.

    Returns
    -------
    Picture
        (height, width, 3) uint8; the longer side is at most `edge`.

    Raises
    ------
    PictureError
        As `read_picture`.
    """
    data = read_picture_bytes(path)
    picture = decode_picture(data, name=path.name, path=path, draft_edge=edge).picture
    image = Image.fromarray(picture)
    image.thumbnail((edge, edge), Image.Resampling.BILINEAR)
    return _read_only(np.asarray(image))


def read_picture_bytes(path: Path) -> bytes:
    """Read the whole of an ordinary file at once, keeping no handle.

    Raises
    ------
    PictureError
        It is missing, unreadable, empty, too large, or not an ordinary file.
    """
    try:
        # stat first: opening a FIFO or a device would block or never end.
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise _refusal(path.name, "it is a folder")
        if not stat.S_ISREG(status.st_mode):
            raise _refusal(path.name, "it is not an ordinary file")
        if status.st_size > MAX_FILE_BYTES:
            limit = f"{MAX_FILE_BYTES // 1_000_000} MB"
            raise _refusal(path.name, f"the file has more than {limit}")
        data = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise _refusal(path.name, "there is no such file any more") from error
    except PermissionError as error:
        raise _refusal(path.name, "permission denied") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal(path.name, f"the system says: {reason}") from error
    if not data:
        raise _refusal(path.name, "the file is empty")
    return data


def decode_picture(
    data: bytes, *, name: str, path: Path | None = None, draft_edge: int | None = None
) -> PictureFile:
    """Decode the bytes of a picture file.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What messages call it.
    path : Path, optional
        Where it came from.
    draft_edge : int, optional
        Let a JPEG decode at a fraction of its size, not below this many pixels.

    Raises
    ------
    PictureError
        It is no picture, damaged, cut short, or too large.
    """
    stranger = _name_stranger(data)
    if stranger is not None:
        raise _refusal(name, stranger)
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_large(name)
            frames = getattr(image, "n_frames", 1)
            kind = image.format
            if draft_edge is not None:
                image.draft("RGB", (draft_edge, draft_edge))
            image.load()
            if kind == "TIFF" and image.mode == "F":
                picture, notes = _decode_float_tiff(data, name)
            else:
                picture, notes = _to_rgb(_upright(image))
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(name) from error
    except UnidentifiedImageError as error:
        if data[:4] in (b"II*\0", b"MM\0*"):
            # Pillow knows no colour float TIFF.
            picture, notes = _decode_float_tiff(data, name)
            frames = 1
        else:
            raise _refusal(name, _reason_unidentified(data)) from error
    except MemoryError as error:
        raise _refusal(name, "there is not enough memory for it") from error
    except Exception as error:  # decoders raise whatever the damage leads them to
        text = str(error).lower()
        cut = "truncated" in text or "no end" in text or "not enough data" in text
        raise _refusal(name, "the file is cut short" if cut else "the file is damaged") from error
    if frames > 1:
        notes = (f"frame 1 of {frames}", *notes)
    return PictureFile(name=name, path=path, picture=_read_only(picture), notes=notes)


def picture_from_pixels(pixels: npt.NDArray[np.uint8], name: str) -> PictureFile:
    """Wrap pixels that came from no file, such as a drag from a browser.

    Parameters
    ----------
    pixels : (height, width, 3) uint8, RGB
    name : str
        What to call it.
    """
    return PictureFile(name=name, path=None, picture=_read_only(np.ascontiguousarray(pixels)))


def resize_picture(picture: Picture, size: tuple[int, int]) -> Picture:
    """Resize to an exact size, changing the aspect: the resize rule "stretch-bilinear".

    Training and classification both come through here, so that they cannot disagree. Pillow's
    bilinear filter widens with the reduction factor, hence averages instead of skipping pixels.

    Parameters
    ----------
    picture : Picture
        (height, width, 3) uint8.
    size : (int, int)
        Height and width to give it, in pixels.

    Returns
    -------
    Picture
        (size[0], size[1], 3) uint8.
    """
    height, width = size
    if picture.shape[:2] == (height, width):
        return picture
    image = Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR)
    return _read_only(np.asarray(image))


def write_picture(path: Path, picture: npt.NDArray[np.uint8]) -> None:
    """Write a grey (height, width) or RGB (height, width, 3) uint8 picture, whole or not at all.

    Raises
    ------
    PictureError
        The format is unknown or the file could not be written.
    """
    extension = path.suffix.lower()
    kind = Image.registered_extensions().get(extension)
    if kind is None or kind not in Image.SAVE:
        raise PictureError(f"“{path.name}” was not written: no picture format ends in “{extension}”.")
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format=kind)
    try:
        write_atomically(path, buffer.getvalue())
    except OSError as error:
        raise PictureError(f"“{path.name}” was not written: {error.strerror or error}.") from error


def is_picture_file(path: Path) -> bool:
    """Say whether a file looks like a picture, by its name or else by its first bytes."""
    if path.suffix.lower() in PICTURE_SUFFIXES:
        return True
    if path.name.startswith(".") or path.suffix:
        return False
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with path.open("rb") as file:
            start = file.read(32)
    except (OSError, ValueError):
        return False
    return _is_known_start(start)


def _refusal(name: str, reason: str) -> PictureError:
    return PictureError(f"“{name}” was not opened: {reason}.")


def _too_large(name: str) -> PictureError:
    return _refusal(name, f"it has more than {MAX_PIXELS // 1_000_000} million pixels")


def _read_only(pixels: Picture) -> Picture:
    pixels = pixels.view()
    pixels.flags.writeable = False
    return pixels


_KNOWN_STARTS = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"\0\0\0\x0cjP  ",
    b"\xff\x4f\xff\x51",
    b"\0\0\1\0",
)
_PICTURE_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")


def _is_known_start(start: bytes) -> bool:
    if start[4:8] == b"ftyp":
        return start[8:12] in _PICTURE_BRANDS
    return start.startswith(_KNOWN_STARTS) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")


def _name_stranger(data: bytes) -> str | None:
    """Name the kinds of file that people take for pictures, from their first bytes."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"%pdf"):
        return "it is a PDF document"
    if b"<svg" in start:
        return "it is an SVG drawing; save it as PNG first"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "it is a saved web page, not a picture"
    if data[4:8] == b"ftyp" and data[8:12] not in _PICTURE_BRANDS:
        return "it is a film, not a picture"
    return None


def _reason_unidentified(data: bytes) -> str:
    if _is_known_start(data[:32]):
        return "the file is damaged or cut short"
    return "it is not a picture this program knows"


def _upright(image: Image.Image) -> Image.Image:
    """Turn a picture as its EXIF says; a damaged EXIF block turns nothing."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # the block is a stranger's bytes; Pillow raises several kinds
        return image


def _to_rgb(image: Image.Image) -> tuple[Picture, tuple[str, ...]]:
    mode = image.mode
    if mode.startswith("I;16") or mode in ("I", "F"):
        return _scale_to_8bit(np.asarray(image))
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layers = image.convert("RGBA")
        white = Image.new("RGBA", layers.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, layers)
    return np.array(image.convert("RGB")), ()


def _scale_to_8bit(values: npt.NDArray[Any]) -> tuple[Picture, tuple[str, ...]]:
    """Scale deep values to 8 bit and say so; (height, width) or (height, width, channels)."""
    values = values[..., :3] if values.ndim == 3 and values.shape[2] >= 3 else values
    numbers = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min(initial=0.0)), float(numbers.max(initial=0.0))
    if values.dtype == np.uint8:
        scaled, note = numbers, ""
    elif np.issubdtype(values.dtype, np.integer) and low >= 0 and high <= 65535:
        scaled, note = numbers / 257, f"16-bit values {low:.0f} to {high:.0f}, shown as 0 to 255"
    elif low >= 0 and high <= 1:
        scaled, note = numbers * 255, f"values {low:.3g} to {high:.3g}, 1 shown as white"
    else:
        span = (high - low) or 1.0
        scaled = (numbers - low) / span * 255
        note = f"values {low:.3g} to {high:.3g}, stretched to black and white"
    picture = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    if picture.ndim == 3 and picture.shape[2] < 3:
        picture = picture[..., 0]
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    return picture, (note,) if note else ()


def _decode_float_tiff(data: bytes, name: str) -> tuple[Picture, tuple[str, ...]]:
    import tifffile

    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page = file.pages[0]
            if page.imagewidth * page.imagelength > MAX_PIXELS:  # type: ignore[union-attr]
                raise _too_large(name)
            values = np.asarray(page.asarray())
        if values.ndim == 3 and values.shape[0] in (3, 4) and values.shape[2] not in (3, 4):
            values = np.moveaxis(values, 0, 2)  # planes one after the other
        if values.ndim not in (2, 3):
            raise ValueError(f"{values.ndim} dimensions")
        return _scale_to_8bit(values)
    except PictureError:
        raise
    except Exception as error:  # a stranger's bytes: tifffile raises many kinds
        raise _refusal(name, "the file is damaged or of a kind this program does not know") from error


def summarise_notes(file: PictureFile) -> str:
    """Return size and notes for a status line: "400 x 433, frame 1 of 3"."""
    height, width = file.picture.shape[:2]
    return ", ".join((f"{width}×{height}", *file.notes))


def natural_key(path: Path) -> tuple[object, ...]:
    """Return a sort key that puts cat.2 before cat.10."""
    parts = re.split(r"(\d+)", path.name.casefold())
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part)
