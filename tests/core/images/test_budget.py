"""No small file costs minutes or gigabytes: it is refused before the work is done."""

import struct

import numpy as np
import pytest
from PIL import Image

from explorer.core.images import budget
from explorer.core.images.read import decode_picture
from explorer.errors import PictureError
from tests.support.hostile_files import encode, every_kind, noise, png_chunk

TOO_LONG = "it takes too long to decode"

GIF = encode(Image.new("P", (1, 1)), "GIF")
FRAME = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
PNG = encode(noise(8, 8), "PNG")
JPEG = encode(noise(8, 8), "JPEG")


BOMBS = {
    "JPEG segments": lambda count: JPEG[:2] + b"\xff\xe5\0\2" * count + JPEG[2:],
    "PNG chunks": lambda count: PNG[:33] + png_chunk(b"prVt", b"") * count + PNG[33:],
    "GIF frames": lambda count: GIF[:-1] + FRAME * count + b";",
    "GIF comment": lambda count: GIF[:13] + b"!\xfe" + b"\1x" * count + b"\0" + GIF[13:],
}


@pytest.mark.parametrize("kind", BOMBS)
def test_files_of_very_many_small_parts_are_refused(monkeypatch, kind):
    monkeypatch.setattr(budget, "_MAX_READS", 2000)
    assert decode_picture(BOMBS[kind](10), name="x").picture.shape[2] == 3
    with pytest.raises(PictureError, match=TOO_LONG):
        decode_picture(BOMBS[kind](3000), name="x")


def test_sound_files_are_far_from_the_limit(monkeypatch):
    monkeypatch.setattr(budget, "_MAX_READS", 500)
    for data in every_kind().values():
        assert decode_picture(data, name="x").picture.size


# JPEG 2000


def jpeg_2000(**options: object) -> bytes:
    return encode(Image.new("RGB", (256, 256)), "JPEG2000", no_jp2=True, **options)


def with_values(data: bytes, marker: bytes, offset: int, values: bytes) -> bytes:
    place = data.index(marker) + offset
    return data[:place] + values + data[place + len(values) :]


def test_jpeg_2000_of_very_many_tiles_or_blocks_is_refused():
    size = struct.pack(">4I", 5000, 5000, 0, 0)
    large = with_values(jpeg_2000(), b"\xff\x51", 6, size)
    tiny_tiles = with_values(large, b"\xff\x51", 22, struct.pack(">II", 1, 1))
    tiny_blocks = with_values(large, b"\xff\x52", 10, b"\0\0")
    tiny_precincts = with_values(large, b"\xff\x52", 4, b"\1")
    tiny_precincts = tiny_precincts.replace(b"\xff\x52\0\x0c\1", b"\xff\x52\0\x12\1")
    place = tiny_precincts.index(b"\xff\x52") + 14
    tiny_precincts = tiny_precincts[:place] + b"\x11" * 6 + tiny_precincts[place:]
    many_layers = with_values(large, b"\xff\x52", 6, b"\xff\xff")
    for data in (tiny_tiles, tiny_blocks, tiny_precincts, many_layers):
        with pytest.raises(PictureError, match=TOO_LONG):
            decode_picture(data, name="x.j2k")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"tile_size": (64, 64)},
        {"codeblock_size": (4, 4)},
        {"precinct_size": (64, 64)},
        {"quality_layers": [20, 10, 5]},
        {"num_resolutions": 1},
    ],
)
def test_sound_jpeg_2000_of_any_division_opens(options):
    assert (decode_picture(jpeg_2000(**options), name="x").picture == 0).all()


def test_formats_that_take_more_memory_have_fewer_pixels(monkeypatch):
    for kind in ("WEBP", "AVIF", "JPEG2000"):
        data = encode(Image.new("RGB", (64, 48)), kind)
        monkeypatch.setitem(budget.MAX_PIXELS_OF, kind, 64 * 48)
        decode_picture(data, name="x")
        monkeypatch.setitem(budget.MAX_PIXELS_OF, kind, 64 * 48 - 1)
        with pytest.raises(PictureError, match="million pixels"):
            decode_picture(data, name="x")


# PGM and PPM of any white


@pytest.mark.parametrize("white", [1, 15, 255, 1023, 4095, 65535])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("is_plain", [False, True])
def test_netpbm_is_scaled_by_its_white(white, channels, is_plain):
    values = np.random.default_rng(white).integers(0, white + 1, (5, 7, channels), np.uint16)
    kind = {(1, True): 2, (3, True): 3, (1, False): 5, (3, False): 6}[channels, is_plain]
    head = f"P{kind} # made by hand\n7 #width\n5\n{white}\n".encode()
    raw = values.astype(np.uint8 if white < 256 else ">u2").tobytes()
    body = " ".join(map(str, values.ravel())).encode() if is_plain else raw
    picture = decode_picture(head + body, name="x.pgm").picture
    np.testing.assert_array_equal(
        picture, np.broadcast_to(np.rint(values * (255 / white)), (5, 7, 3))
    )
    with pytest.raises(PictureError, match="damaged or truncated"):
        decode_picture(head + body[: len(body) // 2], name="x.pgm")


def test_a_plain_bitmap_opens():
    data = b"P1 #bits\n4 2\n0101 #row\n1 1\n00"
    picture = decode_picture(data, name="x.pbm").picture
    np.testing.assert_array_equal(picture[..., 0], [[255, 0, 255, 0], [0, 0, 255, 255]])
    with pytest.raises(PictureError, match="damaged or truncated"):
        decode_picture(data[:-2], name="x.pbm")


@pytest.mark.parametrize("filling", [b" ", b"#", b"x"])
def test_a_header_without_an_end_is_refused(filling):
    with pytest.raises(PictureError):
        decode_picture(b"P5 #" + filling * 300_000, name="x.pgm")


def test_a_tiff_of_absurd_channels_gets_a_short_sentence():
    bits = struct.pack("<40H", *range(8, 48))
    entries = [(256, 3, 1, 4), (257, 3, 1, 4), (258, 3, 40, 8), (259, 3, 1, 1), (277, 3, 1, 40)]
    start = 8 + len(bits)
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries)
    with pytest.raises(PictureError) as caught:
        decode_picture(struct.pack("<2sHI", b"II", 42, start) + bits + table + bytes(4), name="x")
    assert len(caught.value.sentence) < 100
