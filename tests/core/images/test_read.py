"""Sound pictures: reading, thumbnails, resizing, writing, names and order."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from explorer.core.images.read import (
    decode_picture,
    natural_key,
    picture_from_pixels,
    read_picture,
    read_thumbnail,
    resize_picture,
    summarise_notes,
    write_picture,
)
from explorer.errors import PictureError
from tests.support.hostile_files import encode, every_kind, four_colours, noise

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM"])
def test_reading_gives_the_very_pixels(tmp_path, kind):
    path = tmp_path / "cat.picture"
    path.write_bytes(encode(noise(7, 11), kind))
    file = read_picture(path)
    np.testing.assert_array_equal(file.picture, noise(7, 11))
    assert file.name == "cat.picture"
    assert file.path == path
    assert file.notes == ()
    assert not file.picture.flags.writeable


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_every_colour_mode_becomes_rgb(mode):
    image = Image.fromarray(noise(9, 13)).convert(mode)
    picture = decode_picture(encode(image, "PNG"), name="x").picture
    np.testing.assert_array_equal(picture, np.asarray(image.convert("RGB")))


def test_notes_are_summarised():
    pixels = Image.fromarray(four_colours())
    data = encode(pixels, "GIF", save_all=True, append_images=[Image.new("RGB", (64, 48))])
    assert summarise_notes(decode_picture(data, name="x")) == "64×48, frame 1 of 2"
    assert summarise_notes(picture_from_pixels(four_colours(), "x")) == "64×48"


def test_pixels_from_elsewhere_are_copied():
    pixels = four_colours()
    file = picture_from_pixels(pixels, "dropped picture")
    pixels[:] = 0
    np.testing.assert_array_equal(file.picture, four_colours())
    assert not file.picture.flags.writeable
    assert file.path is None
    assert file.name == "dropped picture"


# Thumbnails


@pytest.mark.parametrize(
    ("size", "edge", "expected"),
    [
        ((375, 500), 128, (96, 128)),
        ((500, 375), 128, (128, 96)),
        ((200, 200), 128, (128, 128)),
        ((48, 64), 128, (48, 64)),
        ((1, 1000), 128, (1, 128)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_thumbnails_fit_and_never_grow(tmp_path, kind, size, edge, expected):
    path = tmp_path / "cat"
    path.write_bytes(encode(four_colours(*size), kind))
    thumbnail = read_thumbnail(path, edge)
    assert thumbnail.shape == (*expected, 3)
    assert thumbnail.dtype == np.uint8
    assert not thumbnail.flags.writeable


def test_thumbnail_of_a_jpeg_is_decoded_at_a_fraction_but_not_below_the_edge():
    data = encode(four_colours(800, 1200), "JPEG")
    assert decode_picture(data, name="x", draft_edge=128).picture.shape == (200, 300, 3)
    assert decode_picture(data, name="x", draft_edge=801).picture.shape == (800, 1200, 3)


# Resizing


def test_resizing_keeps_what_fits_already():
    picture = four_colours()
    assert resize_picture(picture, (48, 64)) is picture


def test_resizing_is_height_first_and_changes_the_aspect():
    resized = resize_picture(four_colours(), (20, 10))
    assert resized.shape == (20, 10, 3)
    np.testing.assert_array_equal(resized[2, 2], four_colours()[0, 0])
    np.testing.assert_array_equal(resized[2, 8], four_colours()[0, -1])
    np.testing.assert_array_equal(resized[18, 2], four_colours()[-1, 0])


def test_reducing_averages_instead_of_skipping():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    small = resize_picture(stripes, (8, 8))
    assert abs(small[:, 1:-1].astype(int) - 128).max() <= 8


@unhurried
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_resizing_one_colour_keeps_it(height, width, new_height, new_width):
    pixels = np.full((height, width, 3), (12, 200, 77), np.uint8)
    resized = resize_picture(pixels, (new_height, new_width))
    np.testing.assert_array_equal(
        resized, np.full((new_height, new_width, 3), (12, 200, 77), np.uint8)
    )


# Writing


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".bmp", ".tif", ".ppm"])
@pytest.mark.parametrize("shape", [(7, 11, 3), (7, 11)])
def test_written_pictures_are_read_back(tmp_path, suffix, shape):
    pixels = noise(7, 11) if len(shape) == 3 else noise(7, 11)[..., 0]
    path = tmp_path / f"out{suffix}"
    write_picture(path, pixels)
    expected = pixels if pixels.ndim == 3 else pixels[..., None].repeat(3, axis=2)
    np.testing.assert_array_equal(read_picture(path).picture, expected)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp", ".avif", ".jp2", ".gif"])
def test_pictures_written_with_loss_look_alike(tmp_path, suffix):
    path = tmp_path / f"out{suffix}"
    write_picture(path, four_colours())
    difference = abs(read_picture(path).picture.astype(int) - four_colours())
    assert difference.mean() < 3


@pytest.mark.parametrize("name", ["out", "out.txt", "out.pdf", "out.ico", "out.heic", ".png"])
def test_unknown_formats_are_not_written(tmp_path, name):
    with pytest.raises(PictureError, match=f"“{name}” was not written: “"):
        write_picture(tmp_path / name, four_colours())
    assert list(tmp_path.iterdir()) == []


def test_failed_writing_keeps_the_old_picture(tmp_path):
    path = tmp_path / "out.jpg"
    write_picture(path, four_colours())
    before = path.read_bytes()
    too_wide = np.zeros((1, 70_000, 3), np.uint8)  # for JPEG
    with pytest.raises(PictureError, match=r"“out\.jpg” was not written: "):
        write_picture(path, too_wide)
    assert path.read_bytes() == before
    with pytest.raises(PictureError, match=r"“out\.png” was not written: no such file"):
        write_picture(tmp_path / "nowhere" / "out.png", four_colours())


# Names and order


def test_natural_order():
    names = ["2cat", "Cat.1.jpg", "cat.2.jpg", "cat.10.jpg", "cat.10b.jpg", "cat.jpg", "dog.1.jpg"]
    paths = [Path(name) for name in names]
    assert sorted(paths[3:] + paths[:3], key=natural_key) == paths


@unhurried
@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_numbers_in_names_are_compared_as_numbers(one, other):
    keys = [natural_key(Path(f"cat.{number}.jpg")) for number in (one, other)]
    assert (keys[0] < keys[1]) == (one < other)


@unhurried
@given(st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1), max_size=5))
def test_any_names_can_be_compared(names):
    keys = [natural_key(Path(name)) for name in names]
    assert all(
        (one < other) + (one == other) + (one > other) == 1 for one in keys for other in keys
    )


# Threads

_COLD_START = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from explorer.core.images.read import read_picture

paths = sorted(Path(sys.argv[1]).iterdir()) * 3
with ThreadPoolExecutor(8) as pool:
    for file in pool.map(read_picture, paths):
        print(file.path.name, file.picture.sum())
"""


def test_many_threads_read_what_one_does(tmp_path):
    for kind, data in every_kind().items():
        (tmp_path / kind).write_bytes(data)
    paths = sorted(tmp_path.iterdir())
    alone = [read_picture(path).picture for path in paths]
    with ThreadPoolExecutor(8) as pool:
        for picture, file in zip(alone * 5, pool.map(read_picture, paths * 5), strict=True):
            np.testing.assert_array_equal(file.picture, picture)
    # Once more from a cold start, when the decoders load themselves while others use them.
    answer = subprocess.run(
        [sys.executable, "-c", _COLD_START, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [f"{path.name} {picture.sum()}" for path, picture in zip(paths, alone, strict=True)]
    assert answer.stdout.splitlines() == expected * 3
