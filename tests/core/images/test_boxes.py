"""The clean aperture of an AVIF file is what is shown of it; JPEG 2000 of any number of bits."""

import struct

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from explorer.core.images.colours import make_profile
from explorer.core.images.read import decode_picture
from explorer.errors import PictureError
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


# JPEG 2000 that is not of 8 bits


def jpeg_2000(values: np.ndarray, bits: int, **options: object) -> bytes:
    options = {"level": 0, "reversible": True, "codecformat": "jp2"} | options
    return imagecodecs.jpeg2k_encode(values, bitspersample=bits, **options)


def ramp(bits: int, channels: int) -> np.ndarray:
    """Return levels from black to white, which differ from channel to channel."""
    levels = np.linspace(0, 2**bits - 1, 48 * 64).round()
    values = np.stack([np.roll(levels, 500 * channel) for channel in range(channels)], axis=-1)
    values = values.astype(np.uint8 if bits <= 8 else np.uint16).reshape(48, 64, channels)
    return values[..., 0] if channels == 1 else values


@pytest.mark.parametrize("codec", ["jp2", "j2k"])
@pytest.mark.parametrize("bits", [1, 2, 4, 7, 8, 9, 10, 12, 14, 15, 16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_jpeg_2000_of_any_number_of_bits(channels, bits, codec):
    values = ramp(bits, channels)
    file = decode_picture(jpeg_2000(values, bits, codecformat=codec), name="x.jp2")
    levels = np.atleast_3d(values) * (255 / (2**bits - 1))
    colours, alpha = levels, np.ones((48, 64, 1))
    if channels in (2, 4):
        colours, alpha = levels[..., :-1], levels[..., -1:] / 255
    expected = np.broadcast_to(colours * alpha + 255 * (1 - alpha), (48, 64, 3))
    np.testing.assert_allclose(file.picture, expected, rtol=0, atol=1.5)
    white = f"{bits}-bit values, displayed with black = 0, white = {2**bits - 1}"
    assert file.notes == ((white,) if bits > 8 else ())


def test_deep_jpeg_2000_applies_its_profile_once():
    data = jpeg_2000(np.full((48, 64, 3), np.array([200, 40, 40]) * 257, np.uint16), 16)
    named = struct.pack(">I4sBBBI", 15, b"colr", 1, 0, 0, 16)
    profile = make_profile(1 / 2.2, (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06))
    embedded = struct.pack(">I4sBBB", 11 + len(profile), b"colr", 2, 0, 0) + profile
    at = data.index(b"jp2h") - 4
    (length,) = struct.unpack_from(">I", data, at)
    length += len(embedded) - len(named)
    data = data[:at] + struct.pack(">I", length) + data[at + 4 :].replace(named, embedded)
    pixel = decode_picture(data, name="x.jp2").picture[3, 3].astype(int)
    assert abs(pixel - [218, 0, 26]).max() <= 1  # Display P3 in sRGB


def test_deep_jpeg_2000_of_unclear_values_is_refused():
    def refusal(data: bytes) -> str:
        with pytest.raises(PictureError) as caught:
            decode_picture(data, name="x.jp2")
        return caught.value.reason

    deep = jpeg_2000(ramp(12, 3), 12)
    depths = deep.index(b"\xff\x51") + 40
    assert deep[depths : depths + 9] == b"\x0b\1\1" * 3
    signed = deep[:depths] + b"\x8b\1\1" * 3 + deep[depths + 9 :]
    assert "sign" in refusal(signed)
    unlike = deep[:depths] + b"\x0b\1\1\x0b\1\1\x07\1\1" + deep[depths + 9 :]
    assert "different numbers of bits" in refusal(unlike)
    subsampled = deep[:depths] + b"\x0b\1\1" + b"\x0b\2\2" * 2 + deep[depths + 9 :]
    assert "12 bits is only supported in RGB" in refusal(subsampled)
    assert "12 bits is only supported in RGB" in refusal(
        deep.replace(b"colr\1\0\0\0\0\0\x10", b"colr\1\0\0\0\0\0\x12")  # sYCC
    )
    assert "damaged" in refusal(deep[: len(deep) // 2] + b"\xff\xd9")
