"""Decode JPEG files without overlooking that part of the picture is missing.

libjpeg fills what is missing with grey and reports it by a warning, which Pillow does not pass on.
simplejpeg does, and it decodes with the same library to the same pixels.
"""

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import ImageFile

from explorer.core.images.budget import TOO_LONG
from explorer.errors import PictureError

MAX_SCANNED_PIXELS = 2_000_000_000
"""Pixels times scans: some seconds of work. A progressive picture has about ten scans."""

_MAX_SEGMENTS = 100_000
"""Pillow is not given time for more."""

# Surplus bytes before the end of a picture are harmless, and common.
_DAMAGE = re.compile(
    r"premature end|bad (Huffman|arithmetic) code|instead of RST|"
    r"extraneous bytes before marker 0x(?!d9)",
    re.IGNORECASE,
)

_COLOURS = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}

_SHORTEST = {0xE0: 16, 0xE2: 16, 0xEE: 14}
"""What segments of JFIF, profiles and Adobe hold at least, with their length."""

_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")

_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})

_UNSUPPORTED = {
    0xC3: "it is a lossless JPEG, which is not supported",
    0xF7: "it is a JPEG-LS picture, which is not supported",
} | dict.fromkeys(range(0xC5, 0xC8), "it is a hierarchical JPEG, which is not supported")


def mend_header(data: bytes) -> bytes:
    """Leave out short segments and Photoshop's: libjpeg ignores them, Pillow may fail at them."""
    short = [
        (start, end)
        for marker, start, end in _walk_header(data)
        if marker == 0xED or end - start < 2 + _SHORTEST.get(marker, 0)
    ]
    for start, end in reversed(short):
        data = data[:start] + data[end:]
    return data


def explain_refusal(data: bytes) -> str | None:
    """Name the kind of JPEG that no decoder here knows; None for any other."""
    for marker, start, _ in _walk_header(data):
        if marker in _FRAMES:
            bits = data[start + 4]
            if 8 < bits <= 16 and marker not in _UNSUPPORTED:
                return f"it is a JPEG of {bits} bits per channel, which is not supported"
            return _UNSUPPORTED.get(marker)
    return None


def decode_jpeg(
    image: ImageFile.ImageFile, data: bytes, name: str, draft_edge: int | None
) -> npt.NDArray[np.uint8] | None:
    """Decode a JPEG file whose header Pillow has read.

    Parameters
    ----------
    image : ImageFile
        As Pillow opened it.
    data : bytes
        The whole file.
    name : str
        What messages call it.
    draft_edge : int or None
        If given, decode at 1/2, 1/4 or 1/8 of the size, but not below this many pixels.

    Returns
    -------
    uint8 or None
        Grey (height, width) or RGB (height, width, 3); None if it is for Pillow to decode.

    Raises
    ------
    PictureError
        It is cut short, or made to take very long.
    Exception
        Of many kinds: the bytes are a stranger's.
    """
    start = max((end for _, _, end in _walk_header(data)), default=0)
    end = data.find(b"\xff\xd9", start)  # not that of a thumbnail in the header
    if end < 0:
        raise PictureError.not_opened(name, "the file is truncated")
    scans = _count_scans(data)
    if scans is None:
        raise PictureError.not_opened(name, TOO_LONG)
    if scans * image.width * image.height > MAX_SCANNED_PIXELS:
        raise PictureError.not_opened(name, f"{TOO_LONG}, with {scans:,} scans")
    if draft_edge is not None:
        image.draft("RGB", (draft_edge, draft_edge))
    # Pillow knows which inks are stored inverted: simplejpeg only looks for damage then, at 1/8.
    width, height = (1, 1) if image.mode == "CMYK" else image.size
    try:
        pixels: npt.NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, _COLOURS[image.mode], min_height=height, min_width=width
        )
    except ValueError as error:
        # Before the first scan, surplus bytes are harmless, too.
        is_surplus = "extraneous" in str(error) and data[start : start + 2] != b"\xff\xda"
        if _DAMAGE.search(str(error)) and not is_surplus:
            raise
        return None  # what else it refuses, Pillow may know
    if image.mode == "CMYK":
        return None
    return pixels[..., 0] if image.mode == "L" else pixels


def is_jpeg_damaged(data: bytes, channels: int) -> bool:
    """Say whether libjpeg finds part of a JPEG stream missing, such as a strip of a TIFF file."""
    try:
        simplejpeg.decode_jpeg(
            data, {1: "GRAY", 4: "CMYK"}.get(channels, "RGB"), min_height=1, min_width=1
        )
    except ValueError as error:
        return _DAMAGE.search(str(error)) is not None
    return False


def _count_scans(data: bytes) -> int | None:
    """Return how many scans the picture has; None if it has too many segments to count them."""
    scans, place = 0, 2
    for _ in range(_MAX_SEGMENTS):
        found = _MARKER.search(data, place)
        if not found or found[0] == b"\xff\xd9":
            return scans
        scans += found[0] == b"\xff\xda"
        place = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
    return None


def _walk_header(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the marker, the start and the end of each segment before the first scan."""
    start = 2
    for _ in range(_MAX_SEGMENTS):
        if data[start : start + 1] != b"\xff" or start + 4 > len(data):
            return
        marker = data[start + 1]
        if marker == 0xFF:  # a fill byte
            start += 1
            continue
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4])
        if marker == 0xDA or end > len(data):
            return
        yield marker, start, end
        start = end
