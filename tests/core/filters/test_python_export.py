"""The scripts that people take away compute what they have seen."""

import io
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from explorer.core.convolution.geometry import BORDERS, MODES, Geometry
from explorer.core.filters.display import DISPLAYS
from explorer.core.filters.pipeline import Pipeline
from explorer.core.filters.python_export import python_snippet
from explorer.core.filters.result import FilterResult, SourcePicture, filter_picture
from explorer.core.filters.settings import FilterSettings, single_filter
from explorer.core.filters.steps import Convolution, Dense, Pooling, Relu, Shuffle, Step
from explorer.core.images.planes import SOURCES
from explorer.core.images.read import read_picture, write_picture
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.presets import find_preset
from tests.support.hostile_files import encode, encode_oriented, every_kind, four_colours, noise
from tests.support.profiles import rgb_profile

GX, MAGNITUDE, BOX = (find_preset(key) for key in ("gx", "gradient-magnitude", "box-3x3"))
CLEAR = Image.fromarray(np.dstack([noise(20, 30), noise(20, 30, seed=1)[..., :1]]))
LAB = Image.frombytes("LAB", (30, 20), noise(20, 30).tobytes())
WITH_GAPS = np.random.default_rng(1).normal(0, 90, (9, 13)).astype(np.float32)
WITH_GAPS[2:4, 3:5] = ((np.nan, np.inf), (-np.inf, np.nan))
UNEVEN = Kernel("uneven", np.arange(8).reshape(2, 4) / 7 - 0.4)


def uneven_deep_tiff() -> bytes:
    """Return colours of 16 bits whose two bytes differ."""
    buffer = io.BytesIO()
    values = np.random.default_rng(2).integers(0, 65536, (20, 30, 3), dtype=np.uint16)
    tifffile.imwrite(buffer, values, photometric="rgb")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def photo(tmp_path_factory) -> Path:
    """Write a small picture with structure, noise, and flat parts."""
    pixels = cv2.GaussianBlur(noise(19, 23, seed=3), (0, 0), 1)
    pixels[2:8, 3:9] = (250, 3, 120)
    path = tmp_path_factory.mktemp("photos") / "a photo.bmp"
    write_picture(path, pixels)
    return path


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def compute(settings: FilterSettings, path: Path) -> FilterResult:
    return filter_picture(SourcePicture(read_picture(path).picture), settings, Pipeline())


def run(settings: FilterSettings, path: Path) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(compile(python_snippet(settings, path), "snippet", "exec"), names)
    return names


def check(settings: FilterSettings, path: Path) -> None:
    """Compare what the script computes with what the program shows."""
    expected, found = compute(settings, path), run(settings, path)
    assert found["response"].shape == expected.response.shape
    largest = max(1.0, float(np.abs(expected.response).max()))
    np.testing.assert_allclose(found["response"], expected.response, rtol=0, atol=1e-5 * largest)
    shown, pixels = found["shown"], expected.shown.pixels
    assert (shown.dtype, shown.shape) == (np.uint8, pixels.shape)
    # A step of the diverging map is up to two levels wide.
    width = 2 if expected.shown.display == "diverging" and pixels.ndim == 3 else 1
    difference = np.abs(shown.astype(int) - pixels)
    assert difference.max() <= width
    written = cv2.imread("shown.png", cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(written[..., ::-1] if written.ndim == 3 else written, shown)


def steps(*operations) -> tuple[Step, ...]:
    return tuple(Step(operation) for operation in operations)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("filter", [GX, MAGNITUDE, BOX], ids=lambda filter: filter.key)
def test_sources_and_filters(photo, filter, source):
    check(single_filter(filter, source=source), photo)


@pytest.mark.parametrize("is_correlation", [False, True])
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("mode", MODES)
def test_modes_and_borders(photo, mode, border, is_correlation):
    geometry = Geometry(mode, border, is_correlation=is_correlation)
    check(single_filter(Filter("uneven", (UNEVEN,), ""), geometry), photo)


@pytest.mark.parametrize("dilation", [(1, 1), (2, 3)])
@pytest.mark.parametrize("stride", [(1, 1), (3, 2)])
@pytest.mark.parametrize("border", BORDERS)
def test_strides_and_dilations(photo, border, stride, dilation):
    geometry = Geometry("same", border, stride, dilation)
    check(single_filter(Filter("uneven", (UNEVEN,), ""), geometry, source="color"), photo)


@settings(max_examples=60)
@given(data=st.data())
def test_any_geometry(photo, data):
    shape = data.draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    weights = np.random.default_rng(data.draw(st.integers(0, 99))).normal(size=(2, *shape))
    kernels = tuple(Kernel(f"kernel {i}", weights[i]) for i in range(data.draw(st.integers(1, 2))))
    small = st.tuples(st.integers(1, 5), st.integers(1, 5))
    geometry = Geometry(
        data.draw(st.sampled_from(("full", "same"))),
        data.draw(st.sampled_from(BORDERS)),
        data.draw(small),
        data.draw(small),
        is_correlation=data.draw(st.booleans()),
    )
    offset = data.draw(st.floats(-300, 300))
    convolution = Convolution(Filter("any", kernels, ""), geometry, offset)
    check(FilterSettings(steps(convolution), data.draw(st.sampled_from(SOURCES))), photo)


@pytest.mark.parametrize("fixed", [None, (-40.0, 90.5), (12.0, 12.0)])
@pytest.mark.parametrize("source", ["grey", "color"])
@pytest.mark.parametrize("display", [None, *DISPLAYS])
def test_displays_and_ranges(photo, display, source, fixed):
    step = Step(Convolution(GX), display=display, range=fixed)
    check(FilterSettings((step,), source), photo)


@pytest.mark.parametrize("source", ["green", "color"])
@pytest.mark.parametrize(
    "operation",
    [
        Relu(),
        Pooling(),
        Pooling("average", (3, 4), (2, 1)),
        Shuffle(7),
        Dense(),
        Dense(("random", "centre", "random"), seed=5),
        Dense(("left to right", "top to bottom"), shuffled_by=7),
    ],
    ids=str,
)
def test_every_operation_alone_and_after_a_convolution(photo, operation, source):
    check(FilterSettings(steps(operation), source), photo)
    check(FilterSettings(steps(Convolution(GX), operation), source, selected=1), photo)


def test_dense_scores_and_shares(photo):
    dense = Dense(shuffled_by=2)
    chosen = FilterSettings(steps(Convolution(GX), Shuffle(2), dense), "color", selected=2)
    expected, found = compute(chosen, photo), run(chosen, photo)
    np.testing.assert_allclose(found["scores"], expected.scores, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found["softmax"], expected.probabilities, rtol=1e-4, atol=1e-6)


def test_a_row_of_steps_up_to_the_chosen_one(photo):
    row = steps(
        Convolution(BOX), Relu(), Convolution(GX, offset=3.5), Pooling(), Shuffle(), Dense()
    )
    for selected in range(len(row)):
        check(FilterSettings(row, "grey", selected), photo)


@pytest.mark.parametrize("selected", [0, 1, 2])
def test_steps_that_are_off_do_nothing(photo, selected):
    row = (Step(Convolution(GX)), Step(Pooling(), is_on=False), Step(Dense(), is_on=False))
    chosen = FilterSettings(row, "color", selected)
    check(chosen, photo)
    assert python_snippet(chosen, photo).count("switched off") == selected


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("turned.jpg", encode_oriented(four_colours(), 6, "JPEG")),
        ("turned.png", encode_oriented(four_colours(), 6, "PNG")),
        ("clear.png", every_kind()["png with alpha"]),
        ("palette.png", every_kind()["palette png"]),
        ("deep.png", encode(np.arange(600, dtype=np.uint16).reshape(20, 30) * 109, "PNG")),
        ("plain.tiff", every_kind()["tiff"]),
        ("grey float.tiff", every_kind()["grey float tiff"]),
        ("colour float.tif", every_kind()["colour float tiff"]),
        ("16 bits.tif", every_kind()["16-bit tiff"]),
        ("photo.webp", every_kind()["webp"]),
        ("photo.heic", every_kind()["heic"]),
        ("phone.jpg", encode(four_colours(), "JPEG", icc_profile=rgb_profile())),
        ("phone.png", encode(CLEAR, "PNG", icc_profile=rgb_profile())),
        ("no suffix", every_kind()["png"]),
        ("turned.tif", encode_oriented(four_colours(), 6, "TIFF")),
        ("clear.tif", encode(CLEAR, "TIFF")),
        ("clear grey.tif", encode(CLEAR.convert("LA"), "TIFF")),
        ("lab.tif", encode(LAB, "TIFF")),
        ("cmyk.tif", every_kind()["cmyk tiff"]),
        ("whole numbers.tif", encode(np.arange(-99, 501, dtype=np.int32).reshape(20, 30), "TIFF")),
        ("uneven 16 bits.tif", uneven_deep_tiff()),
        ("not a number.tif", encode(WITH_GAPS, "TIFF")),
        ("clear.jp2", encode(CLEAR, "JPEG2000")),
        ("clear.jpg", encode(CLEAR, "PNG")),
        ("clear.jpeg", encode(CLEAR, "WEBP", lossless=True)),
        ("cmyk.jpg", every_kind()["cmyk jpeg"]),
        ("deep.jpg", encode(np.arange(600, dtype=np.uint16).reshape(20, 30) * 109, "PNG")),
        ("deep.pgm", b"P5 30 20 65535\n" + np.arange(600, dtype=">u2").tobytes()),
    ],
)
def test_pictures_of_many_kinds(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    check(single_filter(BOX, source="color"), tmp_path / name)


@pytest.mark.parametrize(
    "values",
    [
        noise(9, 13),
        noise(9, 13)[..., :1],
        np.arange(600, dtype=np.uint16).reshape(20, 30) * 109,
        np.random.default_rng(0).normal(0, 90, (9, 13)).astype(np.float32),
        np.random.default_rng(0).random((9, 13, 3)),
        np.full((3, 4), 7e5),
        np.arange(600, dtype=">u2").reshape(20, 30) * 109,
        WITH_GAPS,
        np.full((3, 4), np.nan),
        np.eye(5, dtype=bool),
    ],
)
def test_pictures_that_are_arrays(tmp_path, values):
    np.save(tmp_path / "array.npy", values)
    check(single_filter(BOX, source="grey"), tmp_path / "array.npy")


@pytest.mark.parametrize("name", ["it's \"a\" 'photo'\n.bmp", "a\\b.bmp", "héhé 😀.bmp"])
def test_names_are_quoted(tmp_path, name):
    write_picture(tmp_path / name, noise(5, 6))
    check(single_filter(GX), tmp_path / name)


def test_no_name_becomes_code(photo):
    evil = Filter("kernel\nraise SystemExit\r\u2028raise SystemExit", GX.kernels, "")
    check(single_filter(evil), photo)


def test_it_runs_as_a_script_with_the_picture_named_on_the_command_line(tmp_path, photo):
    chosen = single_filter(GX, source="color", display="stretch")
    (tmp_path / "snippet.py").write_text(python_snippet(chosen, None), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-W", "error", "snippet.py", str(photo)],
        check=True,
        timeout=300,
        env={key: text for key, text in os.environ.items() if key != "PYTHONPATH"},
    )
    shown = cv2.imread("shown.png")[..., ::-1]
    np.testing.assert_allclose(shown, compute(chosen, photo).shown.pixels.astype(int), atol=1)


def test_nothing_is_imported_that_is_not_needed(photo):
    script = python_snippet(single_filter(GX), photo)
    imports = [line for line in script.splitlines() if "import" in line]
    assert imports == [
        "import cv2",
        "import numpy as np",
        "from PIL import Image, ImageOps",
        "from scipy.signal import convolve2d",
    ]


@pytest.mark.parametrize("weight", [1 / 9, 1e-300, 123456.75, -1e6, 0.1 + 0.2])
def test_weights_are_written_exactly(photo, weight):
    kernel = Kernel("exact", np.array([[weight, 1.0]]))
    names = run(single_filter(Filter("exact", (kernel,), "")), photo)
    np.testing.assert_array_equal(names["kernel"], kernel.weights)
