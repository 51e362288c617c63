"""Decode PGM, PPM and PFM files.

Pillow takes minutes for the first two unless white is 255 or 65535, and knows no PFM in colour.
"""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from explorer.core.images.scaling import Values, scale_between

_MAX_HEADER = 100_000

_GAP = rb"(?:\s|#[^\r\n]*[\r\n])++"
_HEADER = re.compile(
    rb"P([2356])" + _GAP.join([b"", rb"(\d{1,9})", rb"(\d{1,9})", rb"(\d{1,5})\s"])
)
_PLAIN_BITMAP = re.compile(rb"P(1)" + _GAP.join([b"", rb"(\d{1,9})", rb"(\d{1,9})\s"]))

_FLOATS = re.compile(
    rb"P([Ff])"
    + _GAP.join([b"", rb"(\d{1,9})", rb"(\d{1,9})", rb"([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s"])
)


def is_netpbm(data: bytes) -> bool:
    """Say whether `decode_netpbm` knows this file."""
    return _match_header(data) is not None


def _match_header(data: bytes) -> re.Match[bytes] | None:
    return next((m for p in (_HEADER, _PLAIN_BITMAP) if (m := p.match(data, 0, _MAX_HEADER))), None)


def decode_netpbm(
    data: bytes, check_size: Callable[[tuple[int, int]], None]
) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    """Decode a PGM, PPM or plain PBM file.

    Parameters
    ----------
    data : bytes
        The whole file, of which `is_netpbm` is true.
    check_size : callable
        Handed width and height, in pixels, before anything is decoded; refuses by an exception.

    Returns
    -------
    pixels : (height, width) or (height, width, 3) uint8
    notes : tuple of str
        Which values are displayed as black and white, where they have more than 8 bits.

    Raises
    ------
    ValueError
        It is truncated or says nonsense.
    """
    header = _match_header(data)
    if not header:
        raise ValueError("not a PGM, PPM or plain PBM file")
    kind, width, height, white = map(int, [*header.groups(), 1][:4])
    check_size((width, height))
    if not 1 <= white <= 65535:
        raise ValueError("white is out of range")
    shape = (height, width, 3) if kind in (3, 6) else (height, width)
    count = int(np.prod(shape))
    values: npt.NDArray[np.integer]
    if kind == 1:  # 1 is black, and nothing need part the digits
        text = np.frombuffer(re.sub(rb"#[^\r\n]*", b"", data[header.end() :]), np.uint8)
        values = (ord("1") - text[(text == ord("0")) | (text == ord("1"))])[:count]
    elif kind in (2, 3):
        values = np.fromstring(data[header.end() :], np.uint16, sep=" ")[:count]
    else:
        kind_of_value = np.dtype(np.uint8 if white < 256 else ">u2")
        values = np.frombuffer(data, kind_of_value, count, header.end())
    pixels = values.reshape(shape)
    if white == 255:
        return pixels.clip(0, 255).astype(np.uint8), ()
    note = f"16-bit values, displayed with black = 0, white = {white}"
    return scale_between(pixels, 0, white), (note,) if white > 255 else ()


def is_pfm(data: bytes) -> bool:
    """Say whether a file begins as PFM files do, pictures of floats."""
    return _FLOATS.match(data, 0, _MAX_HEADER) is not None


def decode_pfm(data: bytes, check_size: Callable[[tuple[int, int]], None]) -> Values:
    """Return the values of a PFM file.

    Parameters
    ----------
    data : bytes
        The whole file, of which `is_pfm` is true.
    check_size : callable
        Handed width and height, in pixels, before anything is decoded; refuses by an exception.

    Returns
    -------
    (height, width) or (height, width, 3) float32

    Raises
    ------
    ValueError
        It is truncated or says nonsense.
    """
    header = _FLOATS.match(data, 0, _MAX_HEADER)
    if not header:
        raise ValueError("not a PFM file")
    kind, width, height, scale = header.groups()
    check_size((int(width), int(height)))
    shape = (int(height), int(width), 3) if kind == b"F" else (int(height), int(width))
    # The sign of the scale tells the order of bytes; its size has no agreed meaning.
    dtype = "<f4" if float(scale) < 0 else ">f4"
    values = np.frombuffer(data, dtype, int(np.prod(shape)), header.end())
    return values.reshape(shape)[::-1]  # the lowest row comes first
