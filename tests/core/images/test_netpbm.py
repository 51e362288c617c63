"""PFM and palette JPEG 2000: Pillow refuses the one in colour and mixes the other up."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from explorer.core.images.read import decode_picture
from explorer.errors import PictureError
from tests.support.hostile_files import four_colours

COLOURS = four_colours()


@pytest.mark.parametrize("comment", [b"", b"# made by hand\n"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("is_colour", [False, True], ids=["grey", "colour"])
def test_pfm(is_colour, order, comment):
    values = (COLOURS if is_colour else COLOURS[..., 0]) / np.float32(255)
    scale = b"-1.0" if order == "<" else b"2"
    head = b"P" + (b"F" if is_colour else b"f") + b"\n" + comment + b"64 48\n" + scale + b"\n"
    data = head + values[::-1].astype(order + "f4").tobytes()
    file = decode_picture(data, name="x.pfm")
    expected = COLOURS if is_colour else COLOURS[..., :1].repeat(3, axis=2)
    np.testing.assert_array_equal(file.picture, expected)
    assert file.notes[0].endswith("displayed with black = 0, white = 1")
    with pytest.raises(PictureError, match="damaged or truncated"):
        decode_picture(data[:-1], name="x.pfm")
    with pytest.raises(PictureError, match="64 million"):
        decode_picture(b"PF 99999 99999 -1\n", name="x.pfm")


def test_jpeg_2000_with_a_colour_twice_in_its_palette():
    colours = [(0, 0, 0), (200, 40, 40), (30, 60, 190), (200, 40, 40)]
    indices = np.arange(48 * 64).reshape(48, 64) % 4
    buffer = io.BytesIO()
    Image.fromarray(indices.astype(np.uint8)).save(buffer, "JPEG2000")
    data = buffer.getvalue()
    at = data.index(b"jp2h") - 4
    (size,) = struct.unpack_from(">I", data, at)
    palette = struct.pack(">HB3B", len(colours), 3, 7, 7, 7) + bytes(sum(colours, ()))
    mapping = b"".join(struct.pack(">HBB", 0, 1, channel) for channel in range(3))
    boxes = data[at + 8 : at + 30] + struct.pack(">I4sBBBI", 15, b"colr", 1, 0, 0, 16)
    for name, body in ((b"pclr", palette), (b"cmap", mapping)):
        boxes += struct.pack(">I4s", 8 + len(body), name) + body
    header = struct.pack(">I4s", 8 + len(boxes), b"jp2h") + boxes
    picture = decode_picture(data[:at] + header + data[at + size :], name="x.jp2").picture
    np.testing.assert_array_equal(picture, np.array(colours)[indices])
