"""Convert values of more than 8 bits to 8 bits, and say which became black and white."""

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL.ExifTags import Base as _Tag
from PIL.TiffImagePlugin import ImageFileDirectory_v2

SIXTEEN_BIT_NOTE = "16-bit values, displayed with black = 0, white = 65535"

_ROWS_AT_ONCE = 256

Values = npt.NDArray[np.number]


def scale_16_bit(values: Values) -> npt.NDArray[np.uint8]:
    """Scale whole numbers from 0-65535 to 0-255, keeping the shape."""
    # Pillow's own conversion cuts off at 255 instead.
    table = np.rint(np.arange(65536) / 257).astype(np.uint8)
    return table[np.clip(values, 0, 65535)]


def scale_values(values: Values) -> tuple[npt.NDArray[np.uint8], str]:
    """Scale numbers of any range to 0-255.

    Black is 0, and white the first of 1 and 255 that no value exceeds. Where some are negative or
    larger, the lowest becomes black and the highest white.

    Parameters
    ----------
    values : (height, width) or (height, width, channels), any type of number
        NaN becomes black, infinity white.

    Returns
    -------
    pixels : uint8, shaped as `values`
    note : str
        The range of the values, and which are displayed as black and white.
    """
    strips = [values[top : top + _ROWS_AT_ONCE] for top in range(0, len(values), _ROWS_AT_ONCE)]
    finite = [part for strip in strips if (part := strip[np.isfinite(strip)]).size]
    low = min((float(part.min()) for part in finite), default=0.0)
    high = max((float(part.max()) for part in finite), default=0.0)
    black, white = (0.0, 1.0 if high <= 1 else 255.0) if 0 <= low <= high <= 255 else (low, high)
    pixels = np.empty(values.shape, np.uint8)
    with np.errstate(all="ignore"):
        factor = np.float64(255) / ((white - black) or 1.0)
        for number, strip in enumerate(strips):
            scaled = np.rint((strip.astype(np.float64) - black) * factor)
            top = number * _ROWS_AT_ONCE
            pixels[top : top + _ROWS_AT_ONCE] = np.clip(np.nan_to_num(scaled, nan=0.0), 0, 255)
    note = (
        f"values {low:.4g} to {high:.4g}, displayed with black = {black:.4g}, white = {white:.4g}"
    )
    return pixels, note


def decode_deep_tiff(data: bytes, check_size: Callable[[tuple[int, int]], None]) -> Values | None:
    """Decode a TIFF file that Pillow cannot read: colour or wide numbers of more than 8 bits.

    Parameters
    ----------
    data : bytes
        The whole file.
    check_size : callable
        Handed width and height, in pixels, before anything is decoded; refuses by an exception.

    Returns
    -------
    Values or None
        Upright (height, width) or RGB (height, width, 3) values, None if impossible.

    Raises
    ------
    Exception
        Of many kinds: the bytes are a stranger's.
    """
    file = io.BytesIO(data)
    tags = ImageFileDirectory_v2(file.read(8))
    file.seek(tags.next)
    tags.load(file)
    width, height = int(tags[_Tag.ImageWidth]), int(tags[_Tag.ImageLength])
    check_size((width, height))
    channels = tags.get(_Tag.SamplesPerPixel, 1)
    # OpenCV mixes up the values of planes that are stored one after the other.
    is_apart = channels > 1 and tags.get(_Tag.PlanarConfiguration, 1) != 1
    if channels not in (1, 3) or is_apart:
        return None
    import cv2  # only here: who classifies needs no OpenCV

    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.size != width * height * channels:
        return None
    return values[..., ::-1] if channels == 3 else values
