"""Limits on what decoding one picture may cost: a small file can be made to take minutes."""

import io
import struct
from collections.abc import Iterator

from explorer.errors import PictureError

MAX_PIXELS = 64_000_000
MAX_EDGE = 500_000
"""Pixels across or down: a large picture is worked through in strips of at least one row."""

MAX_PIXELS_OF = {"AVIF": 50_000_000, "HEIF": 50_000_000, "WEBP": 50_000_000, "JPEG2000": 32_000_000}
"""Of formats whose decoders need more memory: none may take 1 GB."""

_MAX_READS = 1_000_000
_MAX_JPEG_2000_BYTES = 40_000_000
_MAX_JPEG_2000_PARTS = 2_000_000

TOO_LONG = "it takes too long to decode"


class CountedFile(io.BytesIO):
    """The bytes of a picture, for decoders that walk over a file in small steps.

    Pillow does so in Python where a file consists of segments, chunks or blocks. Some seconds of it
    are enough for every file that was not made to take long.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What messages call it.
    """

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self._name = name
        self._reads_left = _MAX_READS

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as from any file, but only a limited number of times."""
        self._reads_left -= 1
        if self._reads_left < 0:
            raise PictureError.not_opened(self._name, TOO_LONG)
        return super().read(size)


def check_jpeg_2000(data: bytes, name: str) -> None:
    """Refuse a JPEG 2000 file of so many parts that the decoder runs out of memory or time.

    Raises
    ------
    PictureError
        One sentence naming the file and the reason.
    struct.error
        It is damaged.
    """
    parts = _count_parts(data)
    if parts > _MAX_JPEG_2000_PARTS or len(data) > _MAX_JPEG_2000_BYTES:
        raise PictureError.not_opened(name, TOO_LONG)


def _count_parts(data: bytes) -> int:
    """Return an upper bound of the tiles, code blocks and precincts for which memory is taken."""
    place = data.index(b"\xff\x4f\xff\x51") + 2
    right, bottom, left, top, tile_width, tile_height, tiles_left, tiles_top, channels = (
        struct.unpack_from(">8IH", data, place + 6)
    )
    values = max(right - left, 1) * max(bottom - top, 1) * channels
    columns = -(-(right - tiles_left) // max(tile_width, 1))
    tiles: int = columns * -(-(bottom - tiles_top) // max(tile_height, 1)) * channels
    parts, layers = tiles, 1
    for marker, body in _walk_jpeg_2000(data, place):
        if marker == 0xFF52:
            layers, style = int.from_bytes(body[2:4]), body[5:]
        elif marker == 0xFF53:
            style = body[2 if channels < 257 else 3 :]
        else:
            continue
        width, height = style[1] % 16 + 2, style[2] % 16 + 2
        precincts = style[5:] or b"\xff"
        across, down = min(pair % 16 for pair in precincts), min(pair >> 4 for pair in precincts)
        blocks = values >> min(width, across) + min(height, down)
        parts = max(parts, blocks + layers * max(tiles, values >> across + down))
    return parts


def _walk_jpeg_2000(data: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """Yield the marker and the body of each segment of the main header and those of tiles."""
    tile_end = 0
    while place + 4 <= len(data):
        marker, length = struct.unpack_from(">HH", data, place)
        if marker == 0xFF90:
            (size,) = struct.unpack_from(">I", data, place + 6)
            tile_end = place + size if size else len(data)
        if marker == 0xFF93 or not 0xFF00 < marker < 0xFFD9:
            if place >= tile_end:
                return
            place = tile_end
            continue
        yield marker, data[place + 4 : place + 2 + length]
        place += 2 + max(length, 2)
