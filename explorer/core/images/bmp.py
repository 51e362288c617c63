"""Read the two kinds of BMP files that Pillow does not: bit masks of any layout, run lengths.

Pillow knows seven layouts of masks and takes the rest for damage, as it does with run lengths that
skip pixels or end early.
"""

import struct
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image

from explorer.core.images.budget import TOO_LONG
from explorer.errors import PictureError

_RLE8, _RLE4, _BIT_FIELDS, _ALPHA_BIT_FIELDS = 1, 2, 3, 6
_PACKED = {4: "JPEG", 5: "PNG"}
_MAX_CODES = 4_000_000
"""Some seconds of work: a screenshot has some hundred thousand runs."""

_NIBBLES = [bytes((byte >> 4, byte & 15)) for byte in range(256)]


def decode_bmp(
    data: bytes, *, name: str, check_size: Callable[[tuple[int, int]], None]
) -> Image.Image | None:
    """Decode a BMP file with bit masks or run lengths.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What messages call it.
    check_size : callable
        Handed width and height, in pixels, before anything is decoded; refuses by an exception.

    Returns
    -------
    Image.Image or None
        RGB, or RGBA where some pixels are transparent; None for all other kinds.

    Raises
    ------
    PictureError
        It is of an unsupported kind, or made to take very long.
    ValueError or struct.error
        It is damaged or truncated.
    """
    start, header = struct.unpack_from("<II", data, 10)
    if header < 40:
        return None
    width, height, _, bits, compression = struct.unpack_from("<iiHHI", data, 18)
    size = (width, abs(height))
    if compression in _PACKED:
        kind = _PACKED[compression]
        raise PictureError.not_opened(
            name, f"it is a BMP file with a {kind} inside, which is not supported"
        )
    if bits not in (1, 4, 8, 16, 24, 32):
        raise PictureError.not_opened(
            name, f"BMP files with {bits} bits per pixel are not supported"
        )
    if compression in (_BIT_FIELDS, _ALPHA_BIT_FIELDS) and bits in (16, 32) and header != 64:
        check_size(size)
        count = 4 if header >= 56 or compression == _ALPHA_BIT_FIELDS else 3
        masks = struct.unpack_from(f"<{count}I", data, 54)
        pixels = _masked(data, start, size, bits, masks)
    elif (compression, bits) in ((_RLE8, 8), (_RLE4, 4)):
        check_size(size)
        indices = _run_lengths(data, start, size, is_rle4=bits == 4)
        if indices is None:
            raise PictureError.not_opened(name, TOO_LONG)
        colours = np.zeros((256, 3), np.uint8)
        palette = np.frombuffer(data[14 + header : min(start, 14 + header + 1024)], np.uint8)
        palette = palette[: len(palette) // 4 * 4].reshape(-1, 4)
        colours[: len(palette)] = palette[:, 2::-1]
        pixels = colours[indices]
    else:
        return None
    return Image.fromarray(np.ascontiguousarray(pixels if height < 0 else pixels[::-1]))


def _masked(
    data: bytes, start: int, size: tuple[int, int], bits: int, masks: tuple[int, ...]
) -> npt.NDArray[np.uint8]:
    """Return the rows of a picture whose pixels are whole numbers: red, green, blue, alpha."""
    width, height = size
    across = (width * bits + 31) // 32 * 4
    rows = np.frombuffer(data, np.uint8, across * height, start).reshape(height, across)
    channels = masks[:3] if len(masks) < 4 or not masks[3] else masks
    pixels = np.empty((height, width, len(channels)), np.uint8)
    for row in range(height):  # one at a time, for float64 takes much memory
        values = rows[row, : width * bits // 8].view(f"<u{bits // 8}")
        for channel, mask in enumerate(channels):
            shift = (mask & -mask).bit_length() - 1 if mask else 0
            top = mask >> shift
            pixels[row, :, channel] = np.rint(((values & mask) >> shift) * (255 / (top or 1)))
    # Many programs set a mask for alpha and leave it 0 everywhere: they mean a picture.
    return pixels[..., :3] if len(channels) == 4 and not pixels[..., 3].any() else pixels


def _run_lengths(
    data: bytes, at: int, size: tuple[int, int], *, is_rle4: bool
) -> npt.NDArray[np.uint8] | None:
    """Return the rows of palette indices, the lowest first; None if there are too many runs.

    What no run covers is 0.
    """
    width, height = size
    canvas = bytearray(width * height)
    x = y = 0
    for _ in range(_MAX_CODES):
        if y >= height:
            break
        count, value = data[at : at + 2]
        at += 2
        if count:
            run = (_NIBBLES[value] * 128)[:count] if is_rle4 else bytes((value,)) * count
        elif value == 0:
            x, y = 0, y + 1
            continue
        elif value == 1:
            break
        elif value == 2:
            right, up = data[at : at + 2]
            at, x, y = at + 2, x + right, y + up
            continue
        else:
            length = (value + 1) // 2 if is_rle4 else value
            run = data[at : at + length]
            if len(run) < length:
                raise ValueError("truncated")
            run = b"".join(map(_NIBBLES.__getitem__, run))[:value] if is_rle4 else run
            at += length + length % 2
        run = run[: max(0, width - x)]
        place = y * width + x
        canvas[place : place + len(run)] = run
        x += len(run)
    else:
        return None
    return np.frombuffer(canvas, np.uint8).reshape(height, width)
