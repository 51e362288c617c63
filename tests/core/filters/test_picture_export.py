"""What is written can be opened again, by this program and by others."""

import io

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from explorer.core.filters import picture_export as picture_writing
from explorer.core.filters.display import DISPLAYS, show
from explorer.core.filters.picture_export import KINDS, write_picture, write_png
from explorer.core.images.read import decode_picture, read_picture
from explorer.errors import PictureError
from tests.support.hostile_files import noise

SHAPES = [(12, 17), (12, 17, 3)]


def make_response(shape) -> np.ndarray:
    return np.random.default_rng(0).normal(20, 150, shape).astype(np.float32)


def in_three(pixels):
    return pixels if pixels.ndim == 3 else pixels[..., None].repeat(3, axis=2)


def written(tmp_path, kind, shown, response):
    path = tmp_path / f"out{next(one.suffix for one in KINDS if one.key == kind)}"
    write_picture(path, shown, response, kind)
    assert list(tmp_path.iterdir()) == [path]
    return path


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("shape", SHAPES)
def test_8_bits_are_what_is_seen(tmp_path, shape, display):
    shown = show(make_response(shape), display)
    path = written(tmp_path, "png-8", shown, make_response(shape))
    np.testing.assert_array_equal(read_picture(path).picture, in_three(shown.pixels))
    assert read_picture(path).notes == ()


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("fixed", [None, (-30.0, 170.5)])
@pytest.mark.parametrize("shape", SHAPES)
def test_16_bits_go_over_the_range_drawn(tmp_path, shape, fixed, display):
    response = make_response(shape)
    shown = show(response, display, fixed)
    path = written(tmp_path, "png-16", shown, response)
    values = np.abs(response) if display == "abs" else response
    levels = np.clip((values.astype(float) - shown.low) / (shown.high - shown.low), 0, 1) * 65535
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert stored.dtype == np.uint16
    stored = stored[..., ::-1] if stored.ndim == 3 else stored
    np.testing.assert_array_equal(stored, np.rint(levels))
    opened = read_picture(path)
    np.testing.assert_allclose(opened.picture, in_three(levels / 257), rtol=0, atol=1)
    assert "white = 65535" in opened.notes[0]


@pytest.mark.parametrize("kind", ["tiff", "npy"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_numbers_themselves_are_kept(tmp_path, shape, kind):
    response = make_response(shape)
    path = written(tmp_path, kind, show(response, "clip"), response)
    stored = tifffile.imread(path) if kind == "tiff" else np.load(path, allow_pickle=False)
    assert stored.dtype == np.float32
    np.testing.assert_array_equal(stored, response)
    opened = read_picture(path)
    assert opened.notes[0].startswith(f"values {response.min():.4g} to {response.max():.4g}")
    stretched = show(response, "stretch").pixels
    np.testing.assert_allclose(opened.picture, in_three(stretched).astype(int), rtol=0, atol=1)


@settings(max_examples=40)
@given(
    response=arrays(
        np.float32,
        st.one_of(array_shapes(min_dims=2, max_dims=2, max_side=9), st.just((1, 2, 3))),
        elements=st.floats(width=32),
    ),
    kind=st.sampled_from(KINDS),
    display=st.sampled_from(DISPLAYS),
)
def test_any_response_is_written_such_that_it_opens(response, kind, display):
    data = kind.encode(show(response, display), response)
    assert decode_picture(data, name="x").picture.shape == (*response.shape[:2], 3)
    if kind.key == "npy":
        np.testing.assert_array_equal(np.load(io.BytesIO(data)), response)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.png", "png-8"),
        ("a.PNG", "png-8"),
        ("a.tif", "tiff"),
        ("a.tiff", "tiff"),
        ("a.npy", "npy"),
    ],
)
def test_without_a_kind_the_ending_decides(tmp_path, name, kind):
    response = make_response((5, 6))
    shown = show(response, "offset")
    write_picture(tmp_path / name, shown, response)
    encode = next(one.encode for one in KINDS if one.key == kind)
    assert (tmp_path / name).read_bytes() == encode(shown, response)


def test_other_picture_formats_get_what_is_drawn(tmp_path):
    response = make_response((5, 6))
    shown = show(response, "diverging")
    write_picture(tmp_path / "a.bmp", shown, response)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "a.bmp")), shown.pixels)


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("a.jpg", "png-16", "the name of a PNG file must end in “.png”"),
        ("a.png", "tiff", "the name of a TIFF file must end in “.tiff”"),
        ("a", "npy", "the name of a NumPy file must end in “.npy”"),
        ("a.doc", None, "“.doc” is not a supported picture format"),
        ("nowhere/a.png", "png-8", "no such file or directory"),
        ("nowhere/a.jpg", None, "no such file or directory"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path, name, kind, reason):
    response = make_response((5, 6))
    with pytest.raises(PictureError, match=f"“.*a.*” was not written: {reason}"):
        write_picture(tmp_path / name, show(response, "clip"), response, kind)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["png-8", "png-16", "tiff", "npy"])
def test_what_could_not_be_opened_again_is_not_written(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(picture_writing, "MAX_FILE_BYTES", 50)
    path = tmp_path / f"a{next(one.suffix for one in KINDS if one.key == kind)}"
    path.write_bytes(b"before")
    response = make_response((50, 60))
    with pytest.raises(PictureError, match="the largest file that can be opened again"):
        write_picture(path, show(response, "clip"), response, kind)
    assert path.read_bytes() == b"before"


def test_a_figure_is_written_as_png(tmp_path):
    write_png(tmp_path / "figure.png", noise(7, 11))
    np.testing.assert_array_equal(read_picture(tmp_path / "figure.png").picture, noise(7, 11))
    with pytest.raises(PictureError, match=r"the name of a PNG file must end in “\.png”"):
        write_png(tmp_path / "figure.pdf", noise(7, 11))


def test_each_kind_has_a_name_and_an_ending():
    assert [(kind.key, kind.suffix) for kind in KINDS] == [
        ("png-8", ".png"),
        ("png-16", ".png"),
        ("tiff", ".tiff"),
        ("npy", ".npy"),
    ]
    assert len({kind.name for kind in KINDS}) == len(KINDS)
