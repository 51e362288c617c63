"""Bad, odd and dangerous picture files: each opens right, or is refused with the true reason.

The numbers in the names are those of the list of hostile cases.
"""

import io
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from explorer.core.convolution.geometry import Geometry
from explorer.core.filters.pipeline import apply_operation
from explorer.core.filters.steps import Convolution
from explorer.core.images import read as pictures
from explorer.core.images.npy import to_npy
from explorer.core.images.planes import to_planes
from explorer.core.images.read import (
    MAX_FILE_BYTES,
    PictureFile,
    decode_picture,
    read_picture,
    read_picture_bytes,
    read_thumbnail,
    resize_picture,
)
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.errors import KernelError, PictureError
from tests.support.hostile_files import (
    BLUE,
    GREEN,
    RED,
    STORED_FOR_ORIENTATION,
    YELLOW,
    as_nobody,
    bmp_claiming,
    encode,
    encode_oriented,
    film,
    four_colours,
    gif_claiming,
    heic,
    jpeg_claiming,
    noise,
    png_bomb,
    png_claiming,
    refused_files,
)

WHITE = (255, 255, 255)


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def mode_of(path: Path) -> str:
    with Image.open(path) as image:
        return image.mode


def assert_refused(path: Path, words: str) -> str:
    """Open a file in every way there is: one sentence, no harm done, the next file opens."""
    good = write(path.parent, "good.png", encode(four_colours(), "PNG"))
    before = sorted(path.parent.iterdir())
    sentences = set()
    for open_in_some_way in (
        read_picture,
        lambda path: read_thumbnail(path, 32),
        lambda path: decode_picture(read_picture_bytes(path), name=path.name),  # as training does
    ):
        with pytest.raises(PictureError) as caught:
            open_in_some_way(path)
        sentences.add(caught.value.sentence)
    (sentence,) = sentences
    assert sentence.startswith(f"“{path.name}” was not opened: ")
    assert words in sentence
    assert sentence.endswith(".")
    assert sorted(path.parent.iterdir()) == before
    np.testing.assert_array_equal(read_picture(good).picture, four_colours())
    return sentence


def assert_four_colours(pixels: np.ndarray) -> None:
    """Compare the middle of each quarter, where no edge bleeds in: within 3 levels."""
    height, width = pixels.shape[0] // 8, pixels.shape[1] // 8
    means = [
        pixels[top * height : (top + 2) * height, left * width : (left + 2) * width].mean((0, 1))
        for top in (1, 5)
        for left in (1, 5)
    ]
    np.testing.assert_allclose(means, [RED, GREEN, BLUE, YELLOW], rtol=0, atol=3)
    written = four_colours().mean(axis=(0, 1))
    np.testing.assert_allclose(pixels.mean(axis=(0, 1)), written, rtol=0, atol=3)


def assert_opens(path: Path) -> PictureFile:
    """Open a file that shows the four colours, as a picture and as a thumbnail."""
    file = read_picture(path)
    assert file.picture.dtype == np.uint8
    assert file.picture.shape == (48, 64, 3)
    assert_four_colours(file.picture)
    thumbnail = read_thumbnail(path, 32)
    assert thumbnail.shape == (24, 32, 3)
    assert_four_colours(thumbnail)
    return file


# Files that are no pictures


def test_01_empty_file(tmp_path):
    assert_refused(write(tmp_path, "666.jpg", b""), "the file is empty")


@pytest.mark.parametrize("data", [b"\0", b"\xff", b"Milk, eggs, bread\n", b"BMW and P5 drive\n"])
def test_02_one_byte_or_text(tmp_path, data):
    assert_refused(write(tmp_path, "note.jpg", data), "its format is not supported")


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html>\n<html><head><title>404</title></head></html>",
        "\ufeff\n  <HTML lang='en'><body><svg></svg></body></HTML>".encode(),
        b"<!-- saved from url -->\n<html></html>",
        "<!DOCTYPE html><html></html>".encode("utf-16"),
    ],
    ids=["plain", "byte order mark and capitals", "comment first", "utf-16"],
)
def test_03_web_page_named_jpg(tmp_path, page):
    assert_refused(write(tmp_path, "cat.jpg", page), "saved web page")


def test_20_film_named_jpg(tmp_path):
    assert_refused(write(tmp_path, "cat.jpg", film()), "it is a video, not a picture")


def test_20_svg_drawing(tmp_path):
    drawing = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
    assert_refused(write(tmp_path, "logo.svg", drawing), "it is an SVG drawing; export it as PNG")


def test_20_pdf_document(tmp_path):
    assert_refused(write(tmp_path, "scan.jpg", b"%PDF-1.7\n..."), "it is a PDF document")


def test_the_files_that_other_tests_borrow_are_refused_as_they_say(tmp_path):
    for name, (data, words) in refused_files().items():
        assert_refused(write(tmp_path, name, data), words)


# Damaged JPEGs


@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["plain", "progressive"])
def test_05_jpeg_cut_in_half(tmp_path, options):
    data = encode(noise(120, 160), "JPEG", **options)
    assert_refused(write(tmp_path, "half.jpg", data[: len(data) // 2]), "the file is truncated")


def test_06_jpeg_without_its_end(tmp_path):
    # A missing end shows to the decoder only where the last bits do not fill a byte: many sizes.
    for height, width in [(1, 1), (8, 8), (17, 33), (48, 64), (100, 75), (375, 500)]:
        for options in ({}, {"subsampling": 0}, {"restart_marker_blocks": 2}):
            whole = encode(noise(height, width, seed=width), "JPEG", **options)
            for missing in (1, 2):
                with pytest.raises(PictureError, match="the file is truncated"):
                    decode_picture(whole[:-missing], name="endless.jpg")
    assert_refused(write(tmp_path, "endless.jpg", whole[:-2]), "the file is truncated")


def test_06_jpeg_whose_thumbnail_alone_has_an_end(tmp_path):
    thumbnail = encode(four_colours(), "JPEG")
    inner = b"Exif\0\0" + b"II*\0\x08\0\0\0\0\0\0\0\0\0" + thumbnail
    exif = b"\xff\xe1" + struct.pack(">H", 2 + len(inner)) + inner
    for seed in range(100):
        outer = encode(noise(17, 33, seed), "JPEG", restart_marker_blocks=2)
        data = outer[:2] + exif + outer[2:]
        assert decode_picture(data, name="whole.jpg").picture.shape == (17, 33, 3)
        with pytest.raises(PictureError, match="the file is truncated"):
            decode_picture(data[:-2], name="endless.jpg")
    assert_refused(write(tmp_path, "endless.jpg", data[:-2]), "the file is truncated")


@pytest.mark.parametrize("length", [3, 20, 100, 300])
def test_06_jpeg_cut_in_its_header(tmp_path, length):
    data = encode(noise(120, 160), "JPEG")
    assert_refused(write(tmp_path, "cut.jpg", data[:length]), "truncated")


def test_07_jpeg_with_200_bad_bytes_in_the_middle(tmp_path):
    data = encode(noise(120, 160), "JPEG")
    middle = len(data) // 2
    # Broken tables in the middle of the scan. No decoder sees every damage; this one is seen.
    bad = data[:middle] + b"\xff\xc4" * 100 + data[middle + 200 :]
    assert len(bad) == len(data)
    assert_refused(write(tmp_path, "bad.jpg", bad), "the file is damaged")


def test_08_jpeg_with_extraneous_bytes_before_its_end(tmp_path):
    data = encode(four_colours(), "JPEG", quality=95)
    file = assert_opens(write(tmp_path, "extra.jpg", data[:-2] + bytes(29) + data[-2:]))
    assert file.notes == ()


@pytest.mark.parametrize("junk", [b"\0", b"junk" * 5_000, b"\xff\xda\xff\xd8\xff"])
def test_08_jpeg_with_junk_after_its_end(tmp_path, junk):
    data = encode(four_colours(), "JPEG", quality=95) + junk
    assert assert_opens(write(tmp_path, "junk.jpg", data)).notes == ()


# Names and formats


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("png.jpg", "PNG"),
        ("gif.jpg", "GIF"),
        ("bmp.jpg", "BMP"),
        ("jpeg.png", "JPEG"),
        ("jpeg without an extension", "JPEG"),
        ("png without an extension", "PNG"),
    ],
)
def test_09_name_of_another_format(tmp_path, name, kind):
    assert_opens(write(tmp_path, name, encode(four_colours(), kind)))


def test_10_jpeg_with_exif_first_and_no_jfif(tmp_path):
    data = encode_oriented(four_colours(), 6, "JPEG", quality=95)
    assert data[2:4] == b"\xff\xe0"
    without_jfif = data[:2] + data[4 + struct.unpack(">H", data[4:6])[0] :]
    assert without_jfif[2:4] == b"\xff\xe1"
    assert b"JFIF" not in without_jfif
    assert assert_opens(write(tmp_path, "camera.jpg", without_jfif)).notes == ()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_11_exif_orientation(tmp_path, kind, orientation):
    options = {"PNG": {}, "JPEG": {"quality": 95}, "WEBP": {"lossless": True}}[kind]
    path = write(tmp_path, "phone", encode_oriented(four_colours(), orientation, kind, **options))
    picture = assert_opens(path).picture  # the thumbnail, too
    model_input = resize_picture(picture, (32, 32)).astype(np.float32)[None]
    assert model_input.shape == (1, 32, 32, 3)
    assert_four_colours(model_input[0])


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
def test_11_damaged_exif_turns_nothing(tmp_path):
    pixels = four_colours()
    for exif in (b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"):
        path = write(tmp_path, "odd.jpg", encode(pixels, "JPEG", quality=95, exif=exif))
        assert_opens(path)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_12_first_of_three_frames(tmp_path, kind):
    others = [Image.fromarray(np.full((48, 64, 3), level, np.uint8)) for level in (0, 99)]
    data = encode(four_colours(), kind, save_all=True, append_images=others)
    file = assert_opens(write(tmp_path, "moving", data))
    assert file.notes == ("frame 1 of 3",)


def test_12_smaller_version_inside_a_phones_jpeg_is_not_worth_a_word(tmp_path):
    image = Image.fromarray(four_colours())
    others = [image.resize((32, 24))]
    data = encode(image, "MPO", save_all=True, append_images=others, quality=95)
    path = write(tmp_path, "phone.jpg", data)
    assert assert_opens(path).notes == ()


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_13_cmyk(tmp_path, kind):
    red = Image.new("RGB", (32, 24), (255, 0, 0)).convert("CMYK")
    options = {"quality": 95} if kind == "JPEG" else {}
    path = write(tmp_path, "press", encode(red, kind, **options))
    assert mode_of(path) == "CMYK"
    means = read_picture(path).picture.mean(axis=(0, 1))
    np.testing.assert_allclose(means, (255, 0, 0), rtol=0, atol=3)


def half_hidden() -> np.ndarray:
    """Return the left half of the four colours in full sight, the right half fully hidden."""
    alpha = np.zeros((48, 64, 1), np.uint8)
    alpha[:, :32] = 255
    return np.concatenate([four_colours(), alpha], axis=2)


def assert_right_half_white(path: Path, left: np.ndarray) -> None:
    picture = read_picture(path).picture
    assert picture.shape == (48, 64, 3)
    np.testing.assert_array_equal(picture[:, :32], left)
    assert (picture[:, 32:] == WHITE).all()
    model_input = resize_picture(picture, (24, 24)).astype(np.float32)
    assert (model_input[:, 14:] == 255).all()
    assert (read_thumbnail(path, 32)[:, 18:] == WHITE).all()


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_14_white_behind_hidden_colours(tmp_path, kind):
    path = write(tmp_path, "cut-out", encode(half_hidden(), kind))
    assert_right_half_white(path, four_colours()[:, :32])


def test_14_half_transparent_is_mixed_with_white(tmp_path):
    pixels = np.full((8, 8, 4), (200, 100, 0, 51), np.uint8)  # 51 of 255: a fifth
    picture = read_picture(write(tmp_path, "glass.png", encode(pixels, "PNG"))).picture
    np.testing.assert_allclose(picture[0, 0], (244, 224, 204), rtol=0, atol=1)


def test_14_white_behind_grey_with_alpha(tmp_path):
    grey = Image.fromarray(half_hidden()).convert("LA")
    path = write(tmp_path, "grey.png", encode(grey, "PNG"))
    assert mode_of(path) == "LA"
    left = np.asarray(grey)[:, :32, :1].repeat(3, axis=2)
    assert_right_half_white(path, left)


def test_14_white_behind_transparent_palette_entries(tmp_path):
    indices = np.zeros((48, 64), np.uint8)
    indices[:, 32:] = 1
    image = Image.fromarray(indices).convert("P")
    image.putpalette([*RED, *BLUE])
    for kind in ("PNG", "GIF"):
        path = write(tmp_path, f"palette.{kind}", encode(image, kind, transparency=1))
        assert mode_of(path) == "P"
        assert_right_half_white(path, np.full((48, 32, 3), RED, np.uint8))


# More than 8 bits


def as_tiff(values: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    kind = "rgb" if values.ndim == 3 else "minisblack"
    tifffile.imwrite(buffer, values, photometric=kind, **options)
    return buffer.getvalue()


def in_bgr(values: np.ndarray, extension: str) -> bytes:
    """Encode RGB with OpenCV, which writes deep colours."""
    values = np.ascontiguousarray(values[..., ::-1]) if values.ndim == 3 else values
    return cv2.imencode(extension, values)[1].tobytes()


def assert_colours_or_grey(path: Path, is_colour: bool) -> PictureFile:
    file = read_picture(path)
    if is_colour:
        assert_four_colours(file.picture)
    else:
        expected = four_colours()[..., :1].repeat(3, axis=2)
        np.testing.assert_allclose(file.picture.astype(int), expected, rtol=0, atol=1)
    return file


@pytest.mark.parametrize("is_colour", [False, True], ids=["grey", "colour"])
@pytest.mark.parametrize(
    "encode_deep",
    [
        lambda values: in_bgr(values, ".png"),
        as_tiff,
        lambda values: as_tiff(values, byteorder=">"),
        lambda values: in_bgr(values, ".tiff"),
    ],
    ids=["png", "tiff", "big-endian tiff", "compressed tiff"],
)
def test_15_16_bit(tmp_path, encode_deep, is_colour):
    values = four_colours().astype(np.uint16) * 257
    data = encode_deep(values if is_colour else values[..., 0])
    file = assert_colours_or_grey(write(tmp_path, "deep", data), is_colour)
    assert file.notes == ("16-bit values, displayed with black = 0, white = 65535",)


@pytest.mark.parametrize("is_colour", [False, True], ids=["grey", "colour"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "encode_deep",
    [as_tiff, lambda values: in_bgr(values, ".tiff")],
    ids=["plain", "compressed"],
)
def test_15_float_tiff_from_0_to_1(tmp_path, encode_deep, dtype, is_colour):
    values = four_colours().astype(dtype) / 255
    data = encode_deep(values if is_colour else values[..., 0])
    file = assert_colours_or_grey(write(tmp_path, "float.tif", data), is_colour)
    assert file.notes[0].startswith("values 0.1")
    assert file.notes[0].endswith("displayed with black = 0, white = 1")


@pytest.mark.parametrize("is_colour", [False, True], ids=["grey", "colour"])
def test_15_float_tiff_from_0_to_255(tmp_path, is_colour):
    values = four_colours().astype(np.float32)
    data = as_tiff(values if is_colour else values[..., 0])
    file = assert_colours_or_grey(write(tmp_path, "float.tif", data), is_colour)
    assert file.notes == ("values 30 to 220, displayed with black = 0, white = 255",)


@pytest.mark.parametrize("is_colour", [False, True], ids=["grey", "colour"])
def test_15_float_tiff_of_another_range(tmp_path, is_colour):
    values = np.linspace(-2, 6, 48 * 64 * 3, dtype=np.float32).reshape(48, 64, 3)
    values = values if is_colour else np.ascontiguousarray(values[..., 0])
    low, high = values.min(), values.max()
    file = read_picture(write(tmp_path, "float.tif", as_tiff(values)))
    expected = (values - low) / (high - low) * 255
    expected = expected if is_colour else expected[..., None].repeat(3, axis=2)
    np.testing.assert_allclose(file.picture, expected, rtol=0, atol=1)
    said = f"values {low:.4g} to {high:.4g}"
    assert file.notes == (f"{said}, displayed with black = {low:.4g}, white = {high:.4g}",)


def test_15_float_tiff_with_values_that_are_no_numbers(tmp_path):
    values = np.full((8, 8), 0.5, np.float32)
    values[0, :3] = np.nan, np.inf, -np.inf
    picture = read_picture(write(tmp_path, "float.tif", as_tiff(values))).picture
    assert picture[0, :4, 0].tolist() == [0, 255, 0, 128]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_15_colour_float_tiff_is_turned_upright(tmp_path, orientation):
    stored = STORED_FOR_ORIENTATION[orientation](four_colours()).astype(np.float32) / 255
    tag = (274, "H", 1, orientation, True)
    data = as_tiff(np.ascontiguousarray(stored), extratags=[tag])
    assert_opens(write(tmp_path, "float.tif", data))


def test_15_colour_float_tiff_with_planes_one_after_the_other(tmp_path):
    planes = np.moveaxis(four_colours().astype(np.float32), 2, 0)
    assert_opens(write(tmp_path, "planes.tif", as_tiff(planes, planarconfig="separate")))


# Sizes


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_16_thin_pictures_meet_a_large_kernel(tmp_path, kind, shape):
    pixels = np.full((*shape, 3), RED, np.uint8)
    path = write(tmp_path, "thin", encode(pixels, kind, quality=95))
    picture = read_picture(path).picture
    assert picture.shape == (*shape, 3)
    np.testing.assert_allclose(picture.mean(axis=(0, 1)), RED, rtol=0, atol=3)
    assert max(read_thumbnail(path, 128).shape[:2]) <= 128
    assert min(read_thumbnail(path, 128).shape[:2]) == 1
    kernel = Kernel("large", np.full((31, 31), 1 / 961))
    planes = to_planes(picture, "color")
    same, valid = (
        Convolution(Filter("large", (kernel,), ""), geometry)
        for geometry in (Geometry("same", "replicate"), Geometry("valid"))
    )
    assert apply_operation(planes, same).shape == (*shape, 3)
    with pytest.raises(KernelError, match="31×31 kernel does not fit into a picture of"):
        apply_operation(planes, valid)


_BOMB_PROGRAM = """
import sys, time
from pathlib import Path
from explorer.core.images.read import read_picture, read_thumbnail
from explorer.errors import PictureError

def peak_bytes():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024

read_picture(Path(sys.argv[1]))
before = peak_bytes()
times = []
for _ in range(5):
    for read in (read_picture, lambda path: read_thumbnail(path, 128)):
        start = time.perf_counter()
        try:
            read(Path(sys.argv[2]))
        except PictureError as error:
            times.append(time.perf_counter() - start)
            sentence = error.sentence
print(min(times), peak_bytes() - before, sentence.encode())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
def test_17_bomb_is_refused_fast_and_in_little_memory(tmp_path):
    good = write(tmp_path, "good.png", encode(four_colours(), "PNG"))
    bomb = write(tmp_path, "bomb.png", png_bomb(20_000))
    assert bomb.stat().st_size < 100_000
    # A process of its own: the peak of this one's memory may lie far above the present.
    answer = subprocess.run(
        [sys.executable, "-c", _BOMB_PROGRAM, str(good), str(bomb)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, grown_bytes, sentence = answer.stdout.split(maxsplit=2)
    assert "more than 64 million pixels" in sentence
    assert float(seconds) < 0.05
    assert int(grown_bytes) < 10_000_000


# Between one and two times the limit, Pillow itself only warns.
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("edge", [8_001, 30_000, 65_500, 100_000])
@pytest.mark.parametrize("claiming", [png_claiming, jpeg_claiming, bmp_claiming, gif_claiming])
def test_18_headers_that_claim_too_much(tmp_path, claiming, edge):
    if edge > 65_535 and claiming in (jpeg_claiming, gif_claiming):
        edge = 65_535  # the largest number that fits
    path = write(tmp_path, "claim.jpg", claiming(edge, edge))
    assert_refused(path, "it has more than 64 million pixels")


# Not GIF: its screen may be empty, since its frames have sizes of their own.
@pytest.mark.parametrize("claiming", [png_claiming, jpeg_claiming, bmp_claiming])
@pytest.mark.parametrize("size", [(0, 0), (0, 48), (64, 0)])
def test_18_headers_that_claim_no_pixels(tmp_path, claiming, size):
    assert_refused(write(tmp_path, "claim.jpg", claiming(*size)), "was not opened: ")


@pytest.mark.parametrize("shape", [(500_001, 1), (1, 500_001)])
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "PPM", "NPY"])
def test_18_rows_so_long_that_each_would_take_much_memory(tmp_path, kind, shape):
    for size, is_refused in ((shape, True), ([min(edge, 500_000) for edge in shape], False)):
        pixels = np.zeros(size, np.uint8)
        path = write(tmp_path, "long", to_npy(pixels) if kind == "NPY" else encode(pixels, kind))
        if is_refused:
            assert_refused(path, "more than 500,000 pixels wide or high")
        else:
            assert read_picture(path).picture.shape == (*size, 3)


def test_18_limit_of_the_pixels(tmp_path, monkeypatch):
    path = write(tmp_path, "cat.png", encode(four_colours(), "PNG"))
    monkeypatch.setattr(pictures, "MAX_PIXELS", 48 * 64)
    assert_opens(path)
    monkeypatch.setattr(pictures, "MAX_PIXELS", 48 * 64 - 1)
    with pytest.raises(PictureError, match="million pixels"):
        read_picture(path)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("AVIF", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("JPEG2000", {}),
        ("JPEG2000", {"irreversible": True, "quality_mode": "dB", "quality_layers": [50]}),
        ("JPEG2000", {"no_jp2": True}),
    ],
)
def test_19_newer_formats(tmp_path, kind, options):
    assert_opens(write(tmp_path, "new", encode(four_colours(), kind, **options)))


def test_19_heic_as_phones_write_it(tmp_path):
    assert assert_opens(write(tmp_path, "IMG_0001.HEIC", heic())).notes == ()


@pytest.mark.parametrize("data", [heic(), encode(four_colours(), "AVIF")], ids=["heic", "avif"])
def test_19_container_that_keeps_its_format_to_itself(tmp_path, data):
    assert data[4:8] == b"ftyp"
    assert_opens(write(tmp_path, "phone.heif", data[:8] + b"mif1" + data[12:]))


def test_19_heic_cut_in_half(tmp_path):
    assert_refused(write(tmp_path, "IMG_0001.HEIC", heic()[:338]), "truncated")


def test_21_limit_of_the_file_size(tmp_path):
    path = write(tmp_path, "large.jpg", encode(four_colours(), "JPEG", quality=95))
    os.truncate(path, MAX_FILE_BYTES - 1_000_000)  # a sparse file: takes no room
    assert_four_colours(read_picture(path).picture)
    os.truncate(path, MAX_FILE_BYTES + 1_000_000)
    assert_refused(path, "the file is larger than 200 MB")


# Names, folders, links and things that are no files


def test_22_emoji_and_a_name_of_200_characters(tmp_path):
    name = "🐈‍⬛" + "x" * 190 + "🐕.jpg"
    assert len(name.encode()) <= 255
    assert assert_opens(write(tmp_path, name, encode(four_colours(), "JPEG"))).name == name
    assert_refused(write(tmp_path, "🙀" + "x" * 196, b""), "the file is empty")


def test_22_path_of_more_than_300_characters(tmp_path):
    folder = tmp_path / ("a" * 150) / ("b" * 150)
    folder.mkdir(parents=True)
    assert len(str(folder)) > 300
    assert_opens(write(folder, "cat.jpg", encode(four_colours(), "JPEG")))


def test_22_name_that_is_too_long_for_the_system(tmp_path):
    assert_refused(tmp_path / ("x" * 300 + ".jpg"), "file name too long")


def test_22_name_with_undecodable_bytes_makes_a_printable_sentence(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9\n.jpg")
    try:
        path.write_bytes(b"")
    except (OSError, ValueError):
        pytest.skip("this system has no such names")
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    assert caught.value.sentence == "“caf\ufffd\ufffd.jpg” was not opened: the file is empty."
    assert caught.value.sentence.encode("utf-8")


def test_22_path_with_a_zero(tmp_path):
    with pytest.raises(PictureError, match=r"was not opened: .*null"):
        read_picture(tmp_path / "cat\0.jpg")


def test_23_folder_named_like_a_picture(tmp_path):
    (tmp_path / "x.jpg").mkdir()
    assert_refused(tmp_path / "x.jpg", "it is a folder")


def test_24_loop_of_links(tmp_path):
    (tmp_path / "a.jpg").symlink_to("b.jpg")
    (tmp_path / "b.jpg").symlink_to("a.jpg")
    assert_refused(tmp_path / "a.jpg", "too many levels of symbolic links")


def test_24_dangling_link(tmp_path):
    (tmp_path / "gone.jpg").symlink_to("nowhere.jpg")
    assert_refused(tmp_path / "gone.jpg", "it is a broken link")


def test_28_missing_file(tmp_path):
    assert_refused(tmp_path / "gone.jpg", "there is no such file")


def within_seconds(seconds: float, call: Callable[[], object]) -> None:
    """Run a call that must not block, and fail if it does."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it blocks"
    if failures:
        raise failures[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_25_named_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    within_seconds(10, lambda: assert_refused(tmp_path / "pipe.jpg", "not a regular file"))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_25_endless_device(tmp_path):
    (tmp_path / "zero.jpg").symlink_to("/dev/zero")
    within_seconds(10, lambda: assert_refused(tmp_path / "zero.jpg", "not a regular file"))
    with pytest.raises(PictureError, match="not a regular file"):
        within_seconds(10, lambda: read_picture(Path("/dev/zero")))


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no such sockets")
def test_25_socket(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.jpg")
        within_seconds(10, lambda: assert_refused(tmp_path / "socket.jpg", "not a regular file"))


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has other permissions")
def test_26_no_permission_to_read(open_folder):
    secret = write(open_folder, "secret.jpg", encode(four_colours(), "JPEG"))
    good = write(open_folder, "good.jpg", encode(four_colours(), "JPEG"))
    secret.chmod(0)
    with as_nobody():
        assert_opens(good)
        with pytest.raises(PictureError) as caught:
            read_picture(secret)
    assert caught.value.sentence == "“secret.jpg” was not opened: permission denied."
    assert_opens(good)
