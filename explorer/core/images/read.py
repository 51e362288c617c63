"""Read and write pictures; the one contract: a picture is RGB uint8 (height, width, 3).

One decoder (Pillow with pi-heif, libtiff for TIFF, NumPy for arrays) serves display, classification
and training, so that all three see the same pixels: upright, in sRGB, on white where transparent,
never half a file. Every function may be called from several threads at once.
"""

import io
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageFile, ImageOps, PngImagePlugin

from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_whole
from explorer.core.files.writing import check_writable, write_atomically
from explorer.core.images.bmp import decode_bmp
from explorer.core.images.boxes import add_what_pillow_lacks, decode_what_pillow_mistakes
from explorer.core.images.budget import (
    MAX_EDGE,
    MAX_PIXELS,
    MAX_PIXELS_OF,
    CountedFile,
    check_jpeg_2000,
)
from explorer.core.images.colours import is_srgb, profile_of, to_srgb
from explorer.core.images.jpeg import decode_jpeg, explain_refusal, mend_header
from explorer.core.images.netpbm import decode_netpbm, decode_pfm, is_netpbm, is_pfm
from explorer.core.images.npy import decode_npy, find_fault, read_npy_header
from explorer.core.images.scaling import Values, scale_between, scale_values
from explorer.core.images.signatures import formats_of
from explorer.core.images.strangers import name_stranger
from explorer.core.images.tiff import decode_tiff
from explorer.errors import PictureError

Picture = npt.NDArray[np.uint8]
"""(height, width, 3) uint8, RGB, 0-255."""

MAX_FILE_BYTES = 200_000_000

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".bmp", ".dib", ".tif", ".tiff"}
    | {".webp", ".avif", ".jp2", ".j2k", ".jpx", ".heic", ".heif", ".ico"}
    | {".ppm", ".pgm", ".pbm", ".pnm"}
)

_WRITTEN_FORMATS = frozenset(
    {"PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM"}
)

_PIXELS_AT_ONCE = 4_000_000
_SIXTEEN_BIT_NOTE = "16-bit values, displayed with black = 0, white = 65535"

_NUMBER = re.compile(r"(\d+)")

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
PngImagePlugin.MAX_TEXT_CHUNK = 16_000_000  # by default 1 MB: some profiles and notes are longer


@dataclass(frozen=True, eq=False)
class PictureFile:
    """A picture and the notes from opening its file.

    Attributes
    ----------
    name : str
        The file's name, or a description such as "dropped picture".
    path : Path or None
        The file; None for pixels without one.
    picture : Picture
        (height, width, 3) uint8, RGB; read-only.
    notes : tuple of str
        Notes for the user: "frame 1 of 3", or which values are displayed as black and white.
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
        Any regular file of 1 byte to 200 MB, at most 64 million pixels, and 500,000 a side.

    Returns
    -------
    PictureFile
        The first frame, upright, on white where transparent.

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
    """Read a whole regular file at once, keeping no handle.

    Raises
    ------
    PictureError
        It is missing, unreadable, empty, too large, or not a regular file.
    """
    return read_whole(path, MAX_FILE_BYTES, name=printable_name(path), error=PictureError)


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
        It is not a picture, damaged, truncated, or too large.
    """
    name = printable_name(name)
    formats = formats_of(data)
    if not formats:
        raise PictureError.not_opened(name, name_stranger(data) or "its format is not supported")
    try:
        picture, notes = _decode(data, formats, name, draft_edge)
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(name, MAX_PIXELS) from error
    except MemoryError as error:
        raise PictureError.not_opened(name, "there is not enough memory") from error
    except Exception as error:  # decoders raise whatever the damage leads them to
        is_cut = "truncated" in str(error).lower()
        reason = "the file is truncated" if is_cut else "the file is damaged or truncated"
        if formats == ("JPEG",):
            reason = explain_refusal(data) or reason
        raise PictureError.not_opened(name, reason) from error
    return PictureFile(name=name, path=path, picture=_read_only(picture), notes=notes)


def picture_from_pixels(pixels: npt.NDArray[np.uint8], name: str) -> PictureFile:
    """Wrap pixels without a file, such as a drag from a browser.

    Parameters
    ----------
    pixels : (height, width, 3) uint8, RGB
    name : str
        What to call it.
    """
    return PictureFile(name=name, path=None, picture=_read_only(np.array(pixels, order="C")))


def resize_picture(picture: Picture, size: tuple[int, int]) -> Picture:
    """Resize to an exact size, ignoring the aspect ratio: the resize rule "stretch-bilinear".

    Training and classification both use this, so that they cannot disagree. Pillow's bilinear
    filter widens with the reduction factor: it averages instead of skipping pixels.

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


@cache
def _learn_heif() -> None:
    """Register the HEIF plugin when first needed: it would delay every start."""
    import pi_heif

    pi_heif.register_heif_opener()


def write_picture(path: Path, picture: npt.NDArray[np.uint8]) -> None:
    """Write a grey (height, width) or RGB (height, width, 3) uint8 picture atomically.

    Raises
    ------
    PictureError
        The format is unknown or the file could not be written.
    """
    kind = _written_format(path)
    buffer = io.BytesIO()
    with PictureError.when_refused("was not written", printable_name(path)):
        Image.fromarray(picture).save(buffer, format=kind, quality=95)
        write_atomically(path, buffer.getvalue())


def check_picture_target(path: Path) -> None:
    """Find out, before long work, whether `write_picture` can write a file; raise what it would."""
    _written_format(path)
    with PictureError.when_refused("was not written", printable_name(path)):
        check_writable(path)


def _written_format(path: Path) -> str:
    Image.init()
    kind = Image.EXTENSION.get(path.suffix.lower(), "")
    if kind not in _WRITTEN_FORMATS:
        reason = f"“{printable_name(path.suffix)}” is not a supported picture format"
        raise PictureError.not_written(printable_name(path), reason)
    return kind


def summarise_notes(file: PictureFile) -> str:
    """Return size and notes for a status line: "400×433, frame 1 of 3"."""
    height, width = file.picture.shape[:2]
    return ", ".join((f"{width}×{height}", *file.notes))


def natural_key(path: Path | os.DirEntry[str]) -> tuple[str | int, ...]:
    """Return a natural sort key of a file name: cat.2 before cat.10."""
    # Words and numbers take turns, a word first, so that only like meets like.
    parts: list[str | int] = list(_NUMBER.split(path.name.casefold()))
    parts[1::2] = map(int, parts[1::2])
    return tuple(parts)


def _too_large(name: str, most: int) -> PictureError:
    return PictureError.not_opened(name, f"it has more than {most // 1_000_000} million pixels")


def _check_size(size: tuple[int, int], name: str, kind: str | None = None) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise PictureError.not_opened(name, "it has no pixels")
    most = MAX_PIXELS_OF.get(kind or "", MAX_PIXELS)
    if width * height > most:
        raise _too_large(name, most)
    if max(size) > MAX_EDGE:
        fault = f"it is more than {MAX_EDGE:,} pixels wide or high"
        raise PictureError.not_opened(name, fault)


def _read_only(pixels: Picture) -> Picture:
    pixels = pixels.view()
    pixels.flags.writeable = False
    return pixels


def _decode(
    data: bytes, formats: tuple[str, ...], name: str, draft_edge: int | None
) -> tuple[Picture, tuple[str, ...]]:
    check_size = partial(_check_size, name=name)
    if formats == ("NPY",):
        return _decode_npy(data, name)
    if formats == ("TIFF",):
        return _decode_tiff(data, name)
    if is_pfm(data):
        return _show_values(decode_pfm(data, check_size))
    if is_netpbm(data):
        pixels, note = decode_netpbm(data, check_size)
        return np.asarray(Image.fromarray(pixels).convert("RGB")), note
    if formats == ("BMP",) and (bmp := decode_bmp(data, name=name, check_size=check_size)):
        return _show_on_white(bmp, None), ()
    if formats == ("JPEG",):
        return _decode_jpeg(mend_header(data), name, draft_edge)
    return _decode_by_pillow(data, formats, name)


def _decode_jpeg(data: bytes, name: str, draft_edge: int | None) -> tuple[Picture, tuple[str, ...]]:
    with Image.open(CountedFile(data, name), formats=("JPEG",)) as image:
        _check_size(image.size, name)
        pixels = decode_jpeg(image, data, name, draft_edge)
        if pixels is None:
            image.load()
            return _show_upright(image, name)
        if pixels.ndim == 3 and is_srgb(image) and _is_upright(image):
            return pixels, ()  # as nearly every photo: without four copies
        decoded = Image.fromarray(pixels)
        decoded.info = image.info
        return _show_upright(decoded, name)


def _decode_by_pillow(
    data: bytes, formats: tuple[str, ...], name: str
) -> tuple[Picture, tuple[str, ...]]:
    file = CountedFile(data, name)
    if "HEIF" in formats:
        _learn_heif()
    with Image.open(file, formats=formats) as image:
        _check_size(image.size, name, image.format)
        if image.format == "JPEG2000":
            check_jpeg_2000(data, name)
            # The decoder overlooks a missing end.
            if data.find(b"\xff\xd9", file.tell()) < 0:
                raise PictureError.not_opened(name, "the file is truncated")
        notes: list[str] = []
        if (frames := getattr(image, "n_frames", 1)) > 1:
            notes.append(f"frame {image.tell() + 1} of {frames}")
        # Pillow keeps the upper halves of 16-bit colours; only here it still shows.
        if image.format == "PNG" and ";16" in str(image.tile):
            notes.append(_SIXTEEN_BIT_NOTE)
        _scale_transparent_colour(image)
        special, note = decode_what_pillow_mistakes(image, data, name)
        notes += [note] if note else []
        if special is None:
            image.load()
        decoded = add_what_pillow_lacks(image, data)
        if special is not None:
            special.info, special.format = image.info, image.format
            decoded = special
        picture, found = _show_upright(decoded, name)
    return picture, tuple(dict.fromkeys((*notes, *found)))


def _show_upright(image: Image.Image, name: str) -> tuple[Picture, tuple[str, ...]]:
    _check_size(image.size, name)  # again: what a header says need not be true
    _turn_upright(image)
    picture, note = _to_rgb(image)
    return picture, (note,) if note else ()


def _decode_tiff(data: bytes, name: str) -> tuple[Picture, tuple[str, ...]]:
    image, notes = decode_tiff(data, name=name, check_size=partial(_check_size, name=name))
    picture, _ = _show_upright(image, name)
    return picture, notes


def _decode_npy(data: bytes, name: str) -> tuple[Picture, tuple[str, ...]]:
    header = read_npy_header(data)
    if fault := find_fault(header):
        raise PictureError.not_opened(name, fault)
    height, width = header.shape[:2]
    _check_size((width, height), name)
    return _show_values(decode_npy(data, header))


def _show_values(values: Values) -> tuple[Picture, tuple[str, ...]]:
    """Show the values of a file that holds nothing else, and say how unless they are bytes."""
    notes: tuple[str, ...] = ()
    if values.dtype != np.uint8:
        values, note = scale_values(np.ascontiguousarray(values))
        notes = (note,)
    return np.asarray(Image.fromarray(np.ascontiguousarray(values)).convert("RGB")), notes


def _scale_transparent_colour(image: ImageFile.ImageFile) -> None:
    """Bring the transparent grey of a PNG file to 8 bits: Pillow does so to the pixels only."""
    colour = image.info.get("transparency")
    if image.format != "PNG" or not image.tile:
        return
    bits = {"L;2": 2, "L;4": 4}.get(str(image.tile[0].args), 8)
    if bits < 8 and isinstance(colour, int):
        image.info["transparency"] = colour * 255 // (2**bits - 1)


def _is_upright(image: Image.Image) -> bool:
    """Say whether `_turn_upright` has nothing to do."""
    _forget_xmp(image)
    with suppress(Exception):
        return bool(image.getexif().get(ExifTags.Base.Orientation, 1) == 1)
    return True


def _turn_upright(image: Image.Image) -> None:
    """Apply the EXIF orientation; a damaged EXIF block is ignored."""
    _forget_xmp(image)
    with suppress(Exception):  # the block is a stranger's bytes; Pillow raises several kinds
        ImageOps.exif_transpose(image, in_place=True)


def _forget_xmp(image: Image.Image) -> None:
    # Pillow falls back on XMP, browsers do not: such a picture looked upright to its maker.
    for key in ("xmp", "XML:com.adobe.xmp"):
        image.info.pop(key, None)


def _to_rgb(image: Image.Image) -> tuple[Picture, str]:
    """Convert to sRGB on white; also return a note about it."""
    mode, note, profile = image.mode, "", profile_of(image)
    if mode.startswith("I;16"):
        values, transparent = np.asarray(image), image.info.get("transparency")
        image, note = Image.fromarray(scale_between(values, 0, 65535)), _SIXTEEN_BIT_NOTE
        if isinstance(transparent, int):
            is_opaque = values != transparent
            image.putalpha(Image.fromarray(is_opaque.view(np.uint8) * np.uint8(255)))
    elif mode in ("I", "F"):
        pixels, note = scale_values(np.asarray(image))
        image, profile = Image.fromarray(pixels), None
    return _show_on_white(image, profile), note


def _show_on_white(image: Image.Image, profile: bytes | None) -> Picture:
    """Convert to sRGB on white in strips: for a whole large picture each step costs 256 MB."""
    width, height = image.size
    picture = np.empty((height, width, 3), np.uint8)
    rows = max(1, _PIXELS_AT_ONCE // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        strip = image if rows >= height else image.crop((0, top, width, bottom))
        strip = to_srgb(strip, profile)
        if strip.mode == "RGBA":
            white = Image.new("RGBA", strip.size, (255, 255, 255, 255))
            strip = Image.alpha_composite(white, strip).convert("RGB")
        picture[top:bottom] = np.asarray(strip)
    return picture
