"""The clean aperture of an AVIF file is what is shown of it."""

import struct

import numpy as np
import pytest
from PIL import Image

from explorer.core.images.read import decode_picture
from tests.support.hostile_files import encode, four_colours


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def split(content: bytes) -> dict[bytes, bytes]:
    found = {}
    while content:
        size, kind = struct.unpack_from(">I4s", content)
        found[kind], content = content[8:size], content[size:]
    return found


def with_property(data: bytes, more: bytes) -> bytes:
    """Give the picture of an AVIF file of Pillow's one more property."""
    boxes = split(data)
    meta = split(boxes[b"meta"][4:])
    inner = split(meta[b"iprp"])
    inner[b"ipco"] += more
    owned = bytearray(inner[b"ipma"]) + bytes((0x80 | len(split(inner[b"ipco"])),))
    owned[10] += 1
    inner[b"ipma"] = bytes(owned)
    meta[b"iprp"] = b"".join(box(*item) for item in inner.items())
    growth = len(more) + 1
    place = meta[b"iloc"][-8:-4]
    moved = struct.pack(">I", struct.unpack(">I", place)[0] + growth)
    meta[b"iloc"] = meta[b"iloc"].replace(place, moved)
    boxes[b"meta"] = boxes[b"meta"][:4] + b"".join(box(*item) for item in meta.items())
    return b"".join(box(*item) for item in boxes.items())


def clap(*numbers: int) -> bytes:
    return box(b"clap", struct.pack(">4IiIiI", *numbers))


def avif(**options: object) -> bytes:
    return encode(four_colours(), "AVIF", quality=100, subsampling="4:4:4", **options)


@pytest.mark.parametrize(
    ("numbers", "box"),
    [
        ((32, 1, 24, 1, 0, 1, 0, 1), (16, 12, 48, 36)),
        ((64, 2, 24, 1, 0, 1, 0, 1), (16, 12, 48, 36)),
        ((20, 1, 10, 1, -22, 1, -38, 2), (0, 0, 20, 10)),
        ((20, 1, 10, 1, 22, 1, 19, 1), (44, 38, 64, 48)),
    ],
)
def test_the_clean_aperture_is_shown(numbers, box):
    whole = decode_picture(avif(), name="x").picture
    left, top, right, bottom = box
    picture = decode_picture(with_property(avif(), clap(*numbers)), name="x").picture
    np.testing.assert_array_equal(picture, whole[top:bottom, left:right])


@pytest.mark.parametrize(
    "numbers",
    [
        (64, 1, 48, 1, 0, 1, 0, 1),
        (65, 1, 48, 1, 0, 1, 0, 1),
        (32, 0, 24, 1, 0, 1, 0, 1),
        (32, 1, 24, 1, 0, 0, 0, 1),
        (32, 1, 24, 1, 17, 1, 0, 1),
        (0, 1, 24, 1, 0, 1, 0, 1),
        (2**32 - 1, 1, 24, 1, -(2**31), 1, 0, 1),
    ],
)
def test_an_impossible_aperture_is_ignored(numbers):
    whole = decode_picture(avif(), name="x").picture
    picture = decode_picture(with_property(avif(), clap(*numbers)), name="x").picture
    np.testing.assert_array_equal(picture, whole)


def test_it_is_cut_out_before_the_picture_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = with_property(avif(exif=exif), clap(20, 1, 10, 1, -22, 1, -19, 1))
    whole = decode_picture(avif(), name="x").picture
    picture = decode_picture(turned, name="x").picture
    np.testing.assert_array_equal(picture, np.rot90(whole[:10, :20], -1))
