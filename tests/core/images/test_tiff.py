"""TIFF files of every kind: what is known by construction is shown, or refused by its true name."""

import io
import struct

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from explorer.core.images.read import decode_picture
from explorer.core.images.tiff import MAX_VALUE_BYTES
from explorer.core.images.tiff_directory import MAX_DIRECTORIES
from explorer.errors import PictureError
from tests.support.hostile_files import (
    STORED_FOR_ORIENTATION,
    encode,
    encode_oriented,
    four_colours,
    noise,
)

COLOURS = four_colours()
GREY = COLOURS[..., 0]
PLANES = np.ascontiguousarray(np.moveaxis(COLOURS, 2, 0))


def tiff(values: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    options.setdefault("photometric", "rgb" if values.ndim == 3 else "minisblack")
    tifffile.imwrite(buffer, values, metadata=None, **options)
    return buffer.getvalue()


def plain_tiff(tags: dict[int, tuple[str, tuple[int, ...]]], data: bytes = b"") -> bytes:
    """Return a file with one directory of these tags, whose data starts at byte 8."""
    place = 8 + len(data) + len(data) % 2
    file = b"II*\0" + struct.pack("<I", place) + data.ljust(place - 8, b"\0")
    entries, more = b"", b""
    beyond = place + 2 + 12 * len(tags) + 4
    for tag, (kind, values) in sorted(tags.items()):
        packed = struct.pack(f"<{len(values)}{kind}", *values)
        if len(packed) > 4:
            packed, more = struct.pack("<I", beyond + len(more)), more + packed
        code = {"B": 1, "H": 3, "I": 4}[kind]
        entries += struct.pack("<HHI", tag, code, len(values)) + packed.ljust(4, b"\0")
    return file + struct.pack("<H", len(tags)) + entries + bytes(4) + more


def claiming(width: int, height: int, **more: tuple[str, tuple[int, ...]]) -> bytes:
    """Return a grey TIFF that claims a size, and more tags by number: t258=("H", (8,))."""
    tags = {256: ("I", (width,)), 257: ("I", (height,)), 258: ("H", (8,)), 259: ("H", (1,))}
    tags |= {262: ("H", (1,)), 273: ("I", (8,)), 277: ("H", (1,)), 279: ("I", (4,))}
    return plain_tiff(tags | {int(tag[1:]): value for tag, value in more.items()}, bytes(4))


def shown(data: bytes) -> np.ndarray:
    return decode_picture(data, name="x.tif").picture


def notes(data: bytes) -> tuple[str, ...]:
    return decode_picture(data, name="x.tif").notes


def refusal(data: bytes) -> str:
    with pytest.raises(PictureError) as caught:
        decode_picture(data, name="x.tif")
    return caught.value.reason


def assert_shows(data: bytes, expected: np.ndarray, within: int = 0) -> None:
    expected = expected if expected.ndim == 3 else expected[..., None].repeat(3, axis=2)
    np.testing.assert_allclose(shown(data).astype(int), expected, rtol=0, atol=within)


LAYOUTS = [
    {},
    {"byteorder": ">"},
    {"bigtiff": True},
    {"bigtiff": True, "byteorder": ">"},
    {"rowsperstrip": 7},
    {"tile": (32, 16)},
    {"compression": "lzw", "predictor": 2},
    {"compression": "zlib", "tile": (16, 32)},
    {"compression": "zstd", "byteorder": ">", "rowsperstrip": 5},
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.float32, np.float64])
@pytest.mark.parametrize("kind", ["grey", "colour", "planes"])
def test_values_of_every_layout(kind, dtype, layout):
    levels = {"grey": GREY, "colour": COLOURS, "planes": PLANES}[kind]
    top = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    values = (levels / np.float64(255) * top).astype(dtype)
    options = dict(layout)
    if np.dtype(dtype).kind == "f" and "predictor" in options:
        options["predictor"] = 3
    if kind == "planes":
        options["planarconfig"] = "separate"
    data = tiff(values, photometric="minisblack" if kind == "grey" else "rgb", **options)
    assert_shows(data, GREY if kind == "grey" else COLOURS, within=1)


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_as_many_channels_as_rows_and_columns(planar):
    pixels = noise(3, 3)
    values = np.ascontiguousarray(np.moveaxis(pixels, 2, 0)) if planar == "separate" else pixels
    assert_shows(tiff(values, planarconfig=planar), pixels)


@pytest.mark.parametrize("compression", ["lzma", "packbits", "lerc", "webp"])
def test_other_compressions(compression):
    assert_shows(tiff(COLOURS, compression=compression), COLOURS, within=4)


@pytest.mark.parametrize("bits", [2, 3, 4, 6, 10, 12, 14])
def test_bits_that_are_no_whole_bytes(bits):
    top = 2**bits - 1
    values = (np.arange(48 * 63) % (top + 1)).reshape(48, 63)
    data = tiff(values.astype(np.uint16 if bits > 8 else np.uint8), bitspersample=bits)
    assert_shows(data, np.rint(values / top * 255))
    if bits > 8:
        assert notes(data) == (f"{bits}-bit values, displayed with black = 0, white = {top}",)


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.uint16, np.float32])
def test_white_is_zero(dtype):
    top = np.iinfo(dtype).max if np.dtype(dtype).kind == "u" else 1
    data = tiff((np.array([[0, 1]] * 8) * top).astype(dtype), photometric="miniswhite")
    assert_shows(data, np.array([[255, 0]] * 8))


def test_the_note_tells_that_white_is_zero():
    data = tiff(np.full((8, 8), 65535, np.uint16), photometric="miniswhite")
    assert notes(data) == ("16-bit values, displayed with black = 65535, white = 0",)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
def test_numbers_with_a_sign_go_from_lowest_to_highest(dtype):
    values = np.linspace(-100, 100, 48 * 64).reshape(48, 64).astype(dtype)
    assert_shows(tiff(values), (values.astype(float) + 100) / 200 * 255, within=1)


def test_half_floats_and_doubles_in_bigtiff():
    for dtype in (np.float16, np.float64):
        assert_shows(tiff((COLOURS / 255).astype(dtype), bigtiff=True), COLOURS, within=1)


@pytest.mark.parametrize("stray", [1.00003, -0.00003, 40.0])
def test_one_stray_float_leaves_the_others_alone(stray):
    values = (COLOURS / 255).astype(np.float32)
    values[0, 0, 0] = stray
    expected = COLOURS.copy()
    expected[0, 0, 0] = 255 * (stray > 1)
    assert_shows(tiff(values), expected)


def test_an_array_and_a_tiff_file_of_the_same_values_look_the_same():
    buffer = io.BytesIO()
    values = (noise(20, 30).astype(np.float32) - 40) / 170
    np.save(buffer, values)
    array = decode_picture(buffer.getvalue(), name="x.npy")
    np.testing.assert_array_equal(shown(tiff(values)), array.picture)
    assert notes(tiff(values)) == array.notes


@pytest.mark.parametrize("factor", [1, 256, 257])  # as bytes, shifted, or as the standard says
@pytest.mark.parametrize(("bits", "indices"), [(1, b"\x80"), (4, b"\x10"), (8, b"\1\0")])
def test_colour_maps(factor, bits, indices):
    tags = {256: ("H", (2,)), 257: ("H", (1,)), 258: ("H", (bits,)), 259: ("H", (1,))}
    table = np.zeros((3, 2**bits), int)
    table[:, 1], table[:, 0] = (200, 40, 41), (3, 60, 190)
    tags |= {262: ("H", (3,)), 273: ("H", (8,)), 277: ("H", (1,)), 279: ("H", (2,))}
    tags[320] = ("H", tuple((table * factor).ravel().tolist()))
    data = plain_tiff(tags, indices)
    assert shown(data).tolist() == [[[200, 40, 41], [3, 60, 190]]]


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_inks(planar, dtype):
    inks = np.full((16, 16, 4), (10, 200, 90, 30), np.uint8)
    values = inks.astype(dtype) * (257 if dtype == np.uint16 else 1)
    values = np.ascontiguousarray(np.moveaxis(values, 2, 0)) if planar == "separate" else values
    expected = np.asarray(Image.frombytes("CMYK", (16, 16), inks.tobytes()).convert("RGB"))
    assert_shows(tiff(values, photometric="separated", planarconfig=planar), expected)


def test_inks_in_jpeg():
    inks = np.full((48, 64, 4), (10, 200, 90, 30), np.uint8)
    expected = np.asarray(Image.frombytes("CMYK", (64, 48), inks.tobytes()).convert("RGB"))
    assert_shows(tiff(inks, photometric="separated", compression="jpeg"), expected, within=3)


@pytest.mark.parametrize("kind", ["unassalpha", "assocalpha"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_transparent_inks(dtype, kind):
    inks, alpha = np.array([10, 200, 90, 130]), 128
    opaque = np.asarray(Image.frombytes("CMYK", (1, 1), bytes(inks.tolist())).convert("RGB"))[0, 0]
    stored = np.rint(inks * (alpha / 255)) if kind == "assocalpha" else inks
    values = np.full((16, 16, 5), [*stored, alpha]) * (257 if dtype == np.uint16 else 1)
    expected = opaque * (alpha / 255) + 255 * (1 - alpha / 255)
    data = tiff(values.astype(dtype), photometric="separated", extrasamples=[kind])
    assert_shows(data, np.full((16, 16, 3), expected), within=2)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_other_inks_are_named(number):
    data = claiming(2, 2, t262=("H", (5,)), t277=("H", (number,)), t258=("H", (8,) * number))
    assert "other inks" in refusal(data)


@pytest.mark.parametrize("kind", ["cielab", "icclab"])
def test_lab(kind):
    lab = np.array([53.2, 80.1, 67.2])  # the red of sRGB
    if kind == "cielab":
        stored = np.array([lab[0] * 2.55, lab[1], lab[2]]).round().astype(np.int8).view(np.uint8)
        stored[0] = round(lab[0] * 2.55)
    else:
        stored = np.array([lab[0] * 2.55, lab[1] + 128, lab[2] + 128]).round().astype(np.uint8)
    pixel = shown(tiff(np.full((16, 16, 3), stored), photometric=kind))[3, 3].astype(int)
    # D65 white against D50: near enough to tell it from any other colour
    assert pixel[0] > 240
    assert pixel[1:].max() < 60


def test_ycbcr_that_is_not_jpeg():
    ycbcr = np.asarray(Image.fromarray(COLOURS).convert("YCbCr"))
    assert_shows(tiff(ycbcr, photometric="ycbcr", subsampling=(1, 1)), COLOURS, within=3)


def test_ycbcr_of_16_bits():
    deep = tiff(np.zeros((16, 16, 3), np.uint16), photometric="ycbcr", subsampling=(1, 1))
    assert refusal(deep) == "YCbCr of 16 bits is not supported"


@pytest.mark.parametrize("subsampling", [(1, 1), (2, 2)])
def test_jpeg_in_tiff(subsampling):
    data = tiff(COLOURS, compression="jpeg", compressionargs={"level": 95}, subsampling=subsampling)
    expected = COLOURS.astype(int)
    middle = np.s_[4:20, 4:28]
    np.testing.assert_allclose(shown(data)[middle], expected[middle], atol=4)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("alpha", [0, 60, 128, 255])
def test_transparency_in_jpeg(mode, alpha):
    colour = (200, 40, 90)[: len(mode) - 1]
    image = Image.new(mode, (64, 48), (*colour, alpha))
    expected = np.array(colour) * (alpha / 255) + 255 - alpha
    data = encode(image, "TIFF", compression="jpeg", quality=98)
    assert_shows(data, np.broadcast_to(expected, (48, 64, 3)), within=4)
    # The same values, said to be multiplied by the transparency already
    place = data.index(struct.pack("<HHIH", 338, 3, 1, 2))
    data = data[: place + 8] + b"\1" + data[place + 9 :]
    expected = np.minimum(colour, alpha) + 255.0 - alpha
    assert_shows(data, np.broadcast_to(expected, (48, 64, 3)), within=4)


def test_transparent_planes_in_jpeg():
    values = np.full((48, 64, 4), (200, 40, 90, 128), np.uint8)
    planes = np.ascontiguousarray(np.moveaxis(values, 2, 0))
    options = {"planarconfig": "separate", "compression": "jpeg"}
    expected = np.array([200, 40, 90]) * (128 / 255) + 127
    data = tiff(planes, extrasamples=["unassalpha"], **options)
    assert_shows(data, np.broadcast_to(expected, (48, 64, 3)), within=3)
    grey = tiff(planes[:2], photometric="minisblack", extrasamples=["unassalpha"], **options)
    assert "grey of 2 channels in this layout" in refusal(grey)
    bands = tiff(values, photometric="minisblack", planarconfig="contig", compression="jpeg")
    assert "grey of 4 channels in this layout" in refusal(bands)


def test_white_is_zero_in_jpeg():
    data = tiff(np.full((48, 64), 50, np.uint8), photometric="miniswhite", compression="jpeg")
    assert_shows(data, np.full((48, 64), 205), within=1)


def test_colours_that_are_not_supported():
    lab = encode(Image.new("LAB", (64, 48), (120, 180, 60)), "TIFF", compression="jpeg")
    assert "Lab" in refusal(lab)
    assert "LogLuv" in refusal(claiming(2, 2, t262=("H", (32844,))))
    inks = {"t262": ("H", (5,)), "t277": ("H", (5,)), "t258": ("H", (8,) * 5)}
    assert "transparency" in refusal(claiming(2, 2, t259=("H", (7,)), t338=("H", (2,)), **inks))


@pytest.mark.parametrize("options", [{}, {"tile": (64, 64)}, {"rowsperstrip": 32}], ids=str)
@pytest.mark.parametrize("kind", ["colour", "grey", "planes"])
def test_half_a_jpeg_in_tiff_is_refused(kind, options):
    values = noise(128, 128)
    if kind == "planes":
        values = np.ascontiguousarray(np.moveaxis(values, 2, 0))
        options = {**options, "planarconfig": "separate"}
    data = bytearray(
        tiff(values[..., 0] if kind == "grey" else values, compression="jpeg", **options)
    )
    assert shown(bytes(data)).shape == (128, 128, 3)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages.first
        place, size = page.dataoffsets[-1], page.databytecounts[-1]
    data[place + size // 2 : place + size // 2 + 2] = b"\xff\xd9"
    assert "damaged" in refusal(bytes(data))


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt", "packbits", "tiff_lzw"])
def test_scans_of_one_bit(compression):
    page = np.random.default_rng(0).random((50, 70)) > 0.7
    data = encode(Image.fromarray(page), "TIFF", compression=compression)
    assert_shows(data, page * 255)


@pytest.mark.parametrize("bits", [1, 2, 4, 6, 12])
@pytest.mark.parametrize("width", [50, 64])
def test_packbits_runs_go_on_in_the_next_row(width, bits):
    row = -(-width * bits // 8)
    whole, rest = divmod(row * 48, 128)
    packed = b"\x81\xff" * whole + (bytes((257 - rest, 255)) if rest > 1 else b"")
    tags = {256: ("H", (width,)), 257: ("H", (48,)), 258: ("H", (bits,)), 259: ("H", (32773,))}
    tags |= {262: ("H", (1,)), 273: ("I", (8,)), 278: ("H", (48,)), 279: ("I", (len(packed),))}
    assert_shows(plain_tiff(tags, packed), np.full((48, width), 255))
    assert_shows(plain_tiff(tags | {262: ("H", (0,))}, packed), np.zeros((48, width)))


@pytest.mark.parametrize("order", [1, 2])
def test_packbits_runs_of_colours(order):
    colours = np.random.default_rng(0).integers(0, 16, (28, 14, 3))
    colours[4:20] = 15
    planes = np.moveaxis(colours, 2, 0) if order == 2 else colours.reshape(1, 28, 42)
    nibbles = [plane[:, ::2] << 4 | plane[:, 1::2] for plane in planes]
    strips = [imagecodecs.packbits_encode(one.astype(np.uint8).tobytes()) for one in nibbles]
    sizes = tuple(map(len, strips))
    places = tuple(8 + sum(sizes[:number]) for number in range(len(sizes)))
    tags = {256: ("H", (14,)), 257: ("H", (28,)), 258: ("H", (4, 4, 4)), 259: ("H", (32773,))}
    tags |= {262: ("H", (2,)), 273: ("I", places), 277: ("H", (3,)), 278: ("H", (28,))}
    tags |= {279: ("I", sizes), 284: ("H", (order,))}
    assert_shows(plain_tiff(tags, b"".join(strips)), colours * 17)


@pytest.mark.parametrize("options", [{}, {"byteorder": ">"}, {"bigtiff": True}], ids=str)
def test_packbits_of_one_bit_that_no_tag_tells(options):
    page = np.ones((48, 64), bool)
    page[:5, :9] = page[40:, 1:3] = False
    for size in (48, 7):
        data = tiff(page, compression="packbits", rowsperstrip=size, **options)
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            assert 258 not in file.pages.first.tags
        assert_shows(data, page * 255)


def test_fill_order_2():
    page = np.random.default_rng(0).random((50, 70)) > 0.7
    packed = np.packbits(page, axis=1).tobytes()
    turned = np.packbits(page, axis=1, bitorder="little").tobytes()
    data = tiff(page).replace(packed, turned)
    assert_shows(_with_tag(data, 266, 2), page * 255)


def _with_tag(data: bytes, tag: int, value: int) -> bytes:
    """Return a little-endian file with one more tag; its directory moves to the end."""
    (place,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, place)
    entries = [data[place + 2 + 12 * one :][:12] for one in range(count)]
    entries = [entry for entry in entries if struct.unpack("<H", entry[:2])[0] != tag]
    entries.append(struct.pack("<HHII", tag, 3, 1, value))
    entries.sort(key=lambda entry: struct.unpack("<H", entry[:2]))
    end = len(data) + len(data) % 2
    start = data[:4] + struct.pack("<I", end) + data[8:].ljust(end - 8, b"\0")
    return start + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["16-bit", "jpeg"])
def test_orientation(kind, orientation):
    stored = np.ascontiguousarray(STORED_FOR_ORIENTATION[orientation](COLOURS))
    tag = [(274, "H", 1, orientation, True)]
    if kind == "jpeg":
        data = tiff(stored, compression="jpeg", compressionargs={"level": 98}, extratags=tag)
    else:
        data = tiff(stored.astype(np.uint16) * 257, extratags=tag)
    picture = shown(data).astype(int)
    for corner in np.s_[:16, :24], np.s_[:16, 40:], np.s_[32:, :24], np.s_[32:, 40:]:
        np.testing.assert_allclose(picture[corner], COLOURS[corner], atol=4)


def test_transparency_that_is_multiplied_in_or_not():
    alpha = np.full((48, 64), 128, np.uint8)
    on_white = COLOURS * (128 / 255) + 255 * (127 / 255)
    clear = np.dstack([COLOURS, alpha])
    assert_shows(tiff(clear, extrasamples=["unassalpha"]), on_white, within=1)
    multiplied = np.dstack([np.rint(COLOURS * (128 / 255)).astype(np.uint8), alpha])
    assert_shows(tiff(multiplied, extrasamples=["assocalpha"]), on_white, within=2)
    deep = clear.astype(np.uint16) * 257
    assert_shows(tiff(deep, extrasamples=["unassalpha"]), on_white, within=1)
    grey = np.dstack([np.full((8, 8), 120, np.uint8)] * 2)
    options = {"photometric": "minisblack", "planarconfig": "contig"}
    assert_shows(tiff(grey, extrasamples=["assocalpha"], **options), np.full((8, 8), 255))


def test_of_several_channels_the_first_is_shown_and_named():
    bands = noise(16, 16)
    data = tiff(bands, photometric="minisblack", planarconfig="contig")
    assert_shows(data, bands[..., 0])
    assert notes(data) == ("channel 1 of 3",)


def test_of_a_stack_the_first_is_shown_and_all_are_counted():
    stack = np.stack([np.full((8, 8), 20 * step, np.uint8) for step in range(1, 7)])
    for options in ({"ome": True}, {"imagej": True}, {}):
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, stack.reshape(3, 2, 8, 8), photometric="minisblack", **options)
        assert_shows(buffer.getvalue(), stack[0])
        assert notes(buffer.getvalue())[0] == "frame 1 of 6"


def test_stacks_behind_one_directory_are_counted():
    imagej = tiff(GREY, description="ImageJ=1.54f\nimages=24\nchannels=2\nslices=12\n")
    assert notes(imagej) == ("frame 1 of 24",)
    metamorph = tiff(GREY, extratags=[(33629, 5, 7, (1,) * 14, True)])
    assert notes(metamorph) == ("frame 1 of 7",)


def test_thumbnails_are_passed_over():
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as file:
        file.write(np.full((6, 8, 3), 9, np.uint8), subfiletype=1, photometric="rgb")
        file.write(COLOURS, photometric="rgb")
        file.write(np.full((12, 16, 3), 9, np.uint8), subfiletype=1, photometric="rgb")
    assert_shows(buffer.getvalue(), COLOURS)
    assert notes(buffer.getvalue()) == ()


def test_missing_heights_are_black():
    heights = np.linspace(300, 500, 48 * 64).reshape(48, 64).astype(np.float32)
    heights[:24], heights[24, 0] = -9999, np.nan
    data = tiff(heights, extratags=[(42113, "s", 0, "-9999", True)])
    expected = np.clip((heights - 400) / 100 * 255, 0, 255)
    expected[24, 0] = 0
    assert_shows(data, expected, within=1)
    assert notes(data)[0].endswith("displayed with black = 400.1, white = 500")


def test_profile_of_deep_colours():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert_shows(tiff(COLOURS.astype(np.uint16) * 257, iccprofile=srgb), COLOURS, within=1)


# What is not supported has a name


@pytest.mark.parametrize("as_main", [True, False])
def test_raw_photos_are_named_with_the_size_of_the_sensor(as_main):
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as file:
        if not as_main:
            file.write(np.zeros((12, 16, 3), np.uint8), photometric="rgb", subfiletype=1, subifds=1)
        file.write(np.full((192, 256), 3000, np.uint16), photometric=32803, metadata=None)
    assert "it is a raw photo of 256×192 pixels" in refusal(buffer.getvalue())


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (34677, "LogLuv"),
        (34712, "JPEG 2000"),
        (34933, "PNG"),
        (34661, "JBIG"),
        (50002, "JPEG XL"),
        (34934, "JPEG XR"),
        (47999, "method 47999"),
    ],
)
def test_compressions_that_are_missing(code, name):
    data = claiming(8, 8, t259=("H", (code,)))
    assert refusal(data) == f"its compression ({name}) is not supported in TIFF files"


def test_jpeg_of_12_bits():
    values = np.full((16, 16), 3000, np.uint16)
    data = tiff(values, compression="jpeg", compressionargs={"bitspersample": 12})
    assert refusal(data) == "JPEG of 12 bits is not supported in TIFF files"


def test_complex_numbers_and_volumes():
    assert (
        refusal(tiff(np.ones((8, 8), np.complex64)))
        == "its values are complex numbers, which are not supported"
    )
    volume = np.zeros((2, 16, 16), np.uint16)
    options = {"photometric": "minisblack", "volumetric": True, "tile": (2, 16, 16)}
    assert (
        refusal(tiff(volume, **options))
        == "it is a volume of several layers, which is not supported"
    )


@pytest.mark.parametrize("bits", [33, 40, 48, 63])
def test_whole_numbers_of_odd_length(bits):
    reason = refusal(claiming(2, 2, t258=("H", (bits,))))
    assert reason == f"numbers of {bits} bits are not supported"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("missing", [[], [(42113, "s", 0, "-5", True)]], ids=["none", "some"])
def test_a_signalling_nan_is_black(missing):
    for dtype, bits in ((np.float32, 0x7F800001), (np.float64, 0x7FF0000000000001)):
        values = np.linspace(-700, 900, 256, dtype=dtype).reshape(16, 16)
        values.view(f"u{values.itemsize}")[3, 3] = bits
        assert shown(tiff(values, extratags=missing))[3, 3].tolist() == [0, 0, 0]


def test_floats_of_24_bits():
    data = claiming(8, 8, t258=("H", (24,)), t339=("H", (3,)))
    assert refusal(data) == "floats of 24 bits are not supported"


def test_values_of_an_undefined_kind_are_whole_numbers():
    kind = (339, "H", 3, (4, 4, 4), True)
    assert_shows(tiff(COLOURS, extratags=[kind]), COLOURS)


def test_channels_of_different_depth():
    data = claiming(8, 8, t258=("H", (5, 6, 5)), t277=("H", (3,)), t262=("H", (2,)))
    assert refusal(data) == "its channels have different numbers of bits, which is not supported"


# What costs much is refused before it costs


def test_values_that_need_too_much_memory():
    data = claiming(8000, 8000, t258=("H", (64,) * 3), t277=("H", (3,)), t262=("H", (2,)))
    assert refusal(data) == ("its values need 1,536 MB of memory; at most 512 MB are allowed")
    assert MAX_VALUE_BYTES == 512_000_000
    assert "MB of memory" in refusal(claiming(10, 10, t322=("I", (60_000,)), t323=("I", (60_000,))))
    assert "strips" in refusal(claiming(2, 500_000, t277=("H", (3,)), t278=("I", (1,))))
    overlapping = claiming(8, 1000, t278=("I", (1,)), t279=("I", (10_000_000,) * 1000))
    assert "overlap" in refusal(overlapping)
    assert refusal(claiming(8001, 8000)) == "it has more than 64 million pixels"


def test_a_jpeg_of_thousands_of_scans_is_refused():
    scans = b"\xff\xd8" + b"\xff\xda\0\2" * 2000 + b"\xff\xd9"
    file = plain_tiff(
        {256: ("I", (2000,)), 257: ("I", (2000,)), 258: ("H", (8,)), 259: ("H", (7,))}
        | {262: ("H", (1,)), 273: ("I", (8,)), 277: ("H", (1,)), 279: ("I", (len(scans),))},
        scans,
    )
    assert refusal(file) == "it takes too long to decode, with 2,000 scans"


def chain(count: int, last: int = 0) -> bytes:
    """Return a file of so many equal directories; the last points to byte `last`."""
    one = claiming(1, 1, t279=("I", (1,)))
    (first,) = struct.unpack_from("<I", one, 4)
    body = one[first:-4]
    places = [first + number * (len(body) + 4) for number in range(count)]
    return one[:first] + b"".join(
        body + struct.pack("<I", following) for following in [*places[1:], last]
    )


def test_many_directories_are_counted_quickly():
    assert notes(chain(5000)) == ("frame 1 of 5000",)
    assert notes(chain(MAX_DIRECTORIES + 1)) == (f"frame 1 of more than {MAX_DIRECTORIES}",)


@pytest.mark.parametrize("target", [0, 12, 10**9])
def test_a_chain_that_bites_its_tail_or_breaks_ends(target):
    first = struct.unpack_from("<I", chain(3), 4)[0]
    assert notes(chain(150, last=first if target == 0 else target))[0].startswith("frame 1 of 15")


def test_a_turned_picture_of_pillow_keeps_working():
    assert_shows(encode_oriented(COLOURS, 6, "TIFF"), COLOURS)
