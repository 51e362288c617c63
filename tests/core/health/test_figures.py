"""What is measured of a picture, against the definitions written out for every pixel."""

import math

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageStat

from explorer import paths
from explorer.core.health.figures import measure_picture
from explorer.core.images.read import read_picture

PHOTOS = paths.sample_pictures()


def measure_slowly(picture: np.ndarray) -> dict[str, float]:
    """Measure every pixel, with Pillow and NumPy."""
    image = Image.fromarray(picture)
    red, green, blue = np.moveaxis(picture.astype(float), -1, 0)
    brightness = np.sqrt(0.241 * red**2 + 0.691 * green**2 + 0.068 * blue**2) / 255
    ratio = max(max(image.size) / 64, 1)
    small = image.resize((int(image.width // ratio) or 1, int(image.height // ratio) or 1))
    grey = small.convert("L")
    edges = math.sqrt(ImageStat.Stat(grey.filter(ImageFilter.FIND_EDGES)).var[0])
    spread = 1 - math.exp(-float(np.std(grey.histogram())) / 100)
    return {
        "brightness_5": float(np.percentile(brightness, 5)),
        "brightness_99": float(np.percentile(brightness, 99)),
        "entropy": (image.convert("L") if (red == blue).all() else image).entropy(),
        "sharpness": min(1 - math.exp(-edges / 100) + (spread if spread > 0.18 else 0), 1),
    }


@pytest.mark.parametrize("photo", PHOTOS, ids=lambda path: path.stem)
@pytest.mark.parametrize("edge", [90, 300, 1600])
def test_photographs_of_any_size_have_the_figures_of_their_definitions(photo, edge):
    image = Image.fromarray(read_picture(photo).picture)
    height = max(edge * image.height // image.width, 1)
    picture = np.asarray(image.resize((edge, height)))
    figures = measure_picture(picture)
    slow = measure_slowly(picture)
    assert (figures.width, figures.height) == (edge, height)
    assert figures.aspect_ratio == min(edge, height) / max(edge, height)
    assert figures.brightness_5 == pytest.approx(slow["brightness_5"], abs=0.01)
    assert figures.brightness_99 == pytest.approx(slow["brightness_99"], abs=0.03)
    assert figures.entropy == pytest.approx(slow["entropy"], abs=0.06)
    assert figures.sharpness == pytest.approx(slow["sharpness"], abs=0.04)


def test_plain_colours_have_brightness_and_nothing_else():
    orange = np.full((40, 50, 3), (255, 128, 0), np.uint8)
    figures = measure_picture(orange)
    expected = math.sqrt(0.241 * 255**2 + 0.691 * 128**2) / 255
    assert figures.brightness == pytest.approx(expected)
    assert figures.brightness_5 == figures.brightness_99 == pytest.approx(expected, abs=0.0003)
    assert figures.entropy == pytest.approx(math.log2(3))  # each channel has a value of its own
    assert not figures.is_grey


def test_grey_is_what_looks_grey_not_what_the_file_calls_so():
    generator = np.random.default_rng(0)
    grey = np.repeat(generator.integers(0, 256, (300, 200, 1), dtype=np.uint8), 3, axis=2)
    assert measure_picture(grey).is_grey
    tinted = grey.copy()
    tinted[:, :, 2] = tinted[:, :, 2] // 2
    assert not measure_picture(tinted).is_grey


def test_a_blurred_photo_is_less_sharp():
    (coffee,) = (path for path in PHOTOS if path.stem == "coffee")
    photo = Image.fromarray(read_picture(coffee).picture).resize((400, 300))
    blurred = photo.filter(ImageFilter.GaussianBlur(16))
    sharp, soft = (measure_picture(np.asarray(one)).sharpness for one in (photo, blurred))
    assert soft < 0.29 < sharp


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (3000, 1), (2, 2)])
def test_pictures_of_any_shape_can_be_measured(size):
    figures = measure_picture(np.full((*size, 3), 200, np.uint8))
    assert figures.brightness_99 == pytest.approx(200 / 255, abs=0.0003)
    assert figures.aspect_ratio == min(size) / max(size)
