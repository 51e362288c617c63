"""Colours are shown as the file describes them: ICC profiles, gamma, transparent greys."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from explorer.core.images.read import decode_picture, read_thumbnail
from tests.support.hostile_files import encode, png_chunk
from tests.support.profiles import P3, SRGB, SRGB_CURVE, grey_profile, press_profile, rgb_profile

RED = (200, 40, 40)
P3_TO_SRGB = np.array(
    [[1.22494, -0.22494, 0.0], [-0.04206, 1.04206, 0.0], [-0.01964, -0.07864, 1.09828]]
)


def expect(colour, to_linear, matrix) -> np.ndarray:
    """Convert to sRGB by the formulas of the standards."""
    linear = np.clip(matrix @ to_linear(np.asarray(colour) / 255), 0, 1)
    low = linear <= 0.0031308
    return np.rint(255 * np.where(low, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


def srgb_to_linear(values):
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def decode(data: bytes) -> np.ndarray:
    return decode_picture(data, name="x").picture


def assert_is(picture: np.ndarray, colour, tolerance: int = 2) -> None:
    np.testing.assert_allclose(
        picture, np.broadcast_to(colour, picture.shape), rtol=0, atol=tolerance
    )


def png(*chunks: bytes, mode: int = 2, bits: int = 8, row: bytes = bytes(RED) * 64) -> bytes:
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 48, bits, mode, 0, 0, 0))
    data = png_chunk(b"IDAT", zlib.compress((b"\0" + row) * 48))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + data + png_chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 95}),
        ("PNG", {}),
        ("TIFF", {}),
        ("WEBP", {"lossless": True}),
        ("AVIF", {"quality": 100}),
    ],
)
def test_every_format_applies_its_profile(tmp_path, kind, options):
    image = Image.new("RGB", (64, 48), RED)
    path = tmp_path / "phone"
    path.write_bytes(encode(image, kind, icc_profile=rgb_profile(P3), **options))
    expected = expect(RED, srgb_to_linear, P3_TO_SRGB)
    assert expected.tolist() == [218, 0, 26]
    assert_is(decode(path.read_bytes()), expected, 3)
    assert_is(read_thumbnail(path, 16), expected, 3)


def test_jpeg_2000_applies_its_profile():
    data = encode(Image.new("RGB", (64, 48), RED), "JPEG2000")
    named = struct.pack(">I4sBBBI", 15, b"colr", 1, 0, 0, 16)
    profile = rgb_profile(P3)
    embedded = struct.pack(">I4sBBB", 11 + len(profile), b"colr", 2, 0, 0) + profile
    size = data.index(b"jp2h") - 4
    (length,) = struct.unpack_from(">I", data, size)
    length += len(embedded) - len(named)
    data = data[:size] + struct.pack(">I", length) + data[size + 4 :].replace(named, embedded)
    assert_is(decode(data), [218, 0, 26])


@settings(deadline=None, max_examples=30)
@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_display_p3_is_converted_as_the_standard_says(colour):
    data = encode(Image.new("RGB", (4, 3), colour), "PNG", icc_profile=rgb_profile(P3))
    assert_is(decode(data), expect(colour, srgb_to_linear, P3_TO_SRGB))


def test_srgb_of_any_maker_changes_no_pixel():
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    data = encode(pixels, "PNG", icc_profile=rgb_profile(SRGB, SRGB_CURVE))
    np.testing.assert_array_equal(decode(data), pixels)


def test_a_grey_picture_may_have_a_grey_profile_or_that_of_its_scanner():
    grey = Image.new("L", (64, 48), 100)
    expected = expect([100] * 3, lambda values: values**1.0, np.eye(3))
    for profile in (grey_profile(1.0), rgb_profile(SRGB, (1.0, 1.0, 0, 0, 0))):
        assert_is(decode(encode(grey, "PNG", icc_profile=profile)), expected)
    deep = Image.fromarray(np.full((48, 64), 100 * 257, np.uint16))
    assert_is(decode(encode(deep, "PNG", icc_profile=grey_profile(1.0))), expected)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_a_press_profile_says_what_the_inks_look_like(kind):
    # Cyan, magenta and black make it darker; yellow alone makes a mid grey, so that one sees it.
    lab = [(0 if number & 0b1101 else 50 if number & 2 else 100, 0, 0) for number in range(16)]
    yellow = Image.new("CMYK", (64, 48), (0, 0, 255, 0))
    options = {"quality": 100} if kind == "JPEG" else {}
    data = encode(yellow, kind, icc_profile=press_profile(lab), **options)
    assert_is(decode(data), [119, 119, 119], 4)  # the grey of L* = 50
    assert_is(decode(encode(yellow, kind, **options)), [255, 255, 0], 4)


def test_transparency_is_kept_beside_the_profile():
    half = Image.new("RGBA", (64, 48), (*RED, 255))
    half.paste((*RED, 0), (32, 0, 64, 48))
    for image in (half, half.quantize(4)):
        picture = decode(encode(image, "PNG", icc_profile=rgb_profile(P3)))
        assert_is(picture[:, :32], [218, 0, 26])
        assert_is(picture[:, 32:], [255] * 3, 0)
    grey = Image.new("LA", (64, 48), (100, 0))
    assert_is(decode(encode(grey, "PNG", icc_profile=grey_profile(1.0))), [255] * 3, 0)


@pytest.mark.parametrize(
    "profile",
    [
        b"x" * 300,
        rgb_profile()[:200],
        rgb_profile()[:132] + b"\xff" * 300,
        grey_profile(1.0),
        press_profile([(50, 0, 0)] * 16),
        rgb_profile().replace(b"RGB ", b"Lab "),
        rgb_profile() + bytes(5_000_000),
    ],
    ids=["no profile", "cut", "overwritten", "grey", "press", "lab", "huge"],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_profile_that_does_not_fit_is_ignored(kind, profile):
    image = Image.new("RGB", (64, 48), RED)
    assert_is(decode(encode(image, kind, icc_profile=profile)), RED, 1)


# PNG without an ICC profile

LINEAR = png_chunk(b"gAMA", struct.pack(">I", 100_000))
USUAL = png_chunk(b"gAMA", struct.pack(">I", 45_455))
P3_PRIMARIES = png_chunk(
    b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
)
IS_SRGB = png_chunk(b"sRGB", b"\0")


def test_png_gamma_and_primaries_are_applied():
    linear = expect(RED, lambda values: values, np.eye(3))
    assert_is(decode(png(LINEAR)), linear)
    assert_is(decode(png(P3_PRIMARIES)), [218, 0, 26])
    assert_is(decode(png(USUAL, P3_PRIMARIES)), [218, 0, 26])
    assert_is(
        decode(png(LINEAR, mode=0, row=b"\x64" * 64)), expect([100] * 3, lambda v: v, np.eye(3))
    )


def test_what_is_srgb_or_has_a_profile_ignores_gamma():
    assert_is(decode(png(USUAL)), RED, 0)
    assert_is(decode(png(IS_SRGB, LINEAR, P3_PRIMARIES)), RED, 0)
    profile = png_chunk(b"iCCP", b"x\0\0" + zlib.compress(rgb_profile(P3)))
    assert_is(decode(png(profile, LINEAR)), [218, 0, 26])


def test_codes_precede_a_profile_in_png_and_follow_it_in_avif():
    codes = png_chunk(b"cICP", b"\x0c\x0d\0\1")
    profile = png_chunk(b"iCCP", b"x\0\0" + zlib.compress(rgb_profile(SRGB)))
    assert_is(decode(png(codes)), [218, 0, 26])
    assert_is(decode(png(codes, profile, IS_SRGB, LINEAR)), [218, 0, 26])
    high_dynamic_range = png_chunk(b"cICP", b"\x09\x10\0\1")
    assert_is(decode(png(high_dynamic_range)), RED, 0)
    options = {"quality": 100, "subsampling": "4:4:4"}
    for more, expected in (({}, [218, 0, 26]), ({"icc_profile": rgb_profile(SRGB)}, RED)):
        data = encode(Image.new("RGB", (64, 48), RED), "AVIF", **options, **more)
        assert_is(decode(data.replace(b"nclx\0\1\0\x0d", b"nclx\0\x0c\0\x0d")), expected, 4)


@pytest.mark.parametrize("gamma", [0, 1, 2**31 - 1])
def test_impossible_gammas_and_primaries_are_ignored(gamma):
    assert_is(decode(png(png_chunk(b"gAMA", struct.pack(">I", gamma)))), RED, 0)
    for primaries in ([gamma] * 8, [0] * 8, [31270, 32900] * 4):
        assert_is(decode(png(png_chunk(b"cHRM", struct.pack(">8I", *primaries)))), RED, 0)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_transparent_grey_is_transparent(bits):
    grey, byte = (0, b"\0") if bits == 1 else (0x5555 & (2**bits - 1), b"\x55")
    transparent = png_chunk(b"tRNS", struct.pack(">H", grey))
    assert_is(decode(png(transparent, mode=0, bits=bits, row=byte * 8 * bits)), [255] * 3, 0)
    assert_is(decode(png(mode=0, bits=bits, row=byte * 8 * bits)), [byte[0]] * 3, 0)


@pytest.mark.parametrize("gamma", [None, 1.0])
def test_a_transparent_colour_of_16_bits_is_transparent_and_no_other(gamma):
    chunks = png_chunk(b"gAMA", struct.pack(">I", 100_000)) if gamma else b""
    colours = (0x1234, 0x5678, 0x9ABC), (0x1235, 0x5678, 0x9ABC), (0x1234, 0x5678, 0x9AFF)
    row = b"".join(struct.pack(">3H", *colour) for colour in colours) * 21 + bytes(6)
    opaque = decode(png(chunks, bits=16, row=row))[0].astype(int)
    chunks += png_chunk(b"tRNS", struct.pack(">3H", *colours[0]))
    shown = decode(png(chunks, bits=16, row=row))[0].astype(int)
    assert (shown[:-1:3] == 255).all()
    assert abs(shown[1::3] - opaque[1::3]).max() <= 2
    assert abs(shown[2::3] - opaque[2::3]).max() <= 2


def test_only_exif_turns_a_picture():
    # Browsers and other viewers ignore the orientation in XMP.
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6"/></x:xmpmeta>'
    image = Image.new("RGB", (64, 48), RED)
    assert decode(encode(image, "JPEG", xmp=xmp)).shape == (48, 64, 3)
    assert decode(encode(image, "WEBP", xmp=xmp)).shape == (48, 64, 3)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decode(encode(image, "JPEG", xmp=xmp, exif=exif)).shape == (64, 48, 3)
