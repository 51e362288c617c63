"""Arrays as pictures: what they become, what is refused, and how little is believed."""

import io
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from explorer.core.desktop.paths_by_kind import sort_paths
from explorer.core.images.read import decode_picture, read_picture, read_thumbnail
from explorer.core.images.scaling import scale_values
from explorer.errors import PictureError
from tests.support.hostile_files import noise


def npy(values, **options) -> bytes:
    file = io.BytesIO()
    np.save(file, values, **options)
    return file.getvalue()


def header(text: str, version: bytes = b"\x01\x00") -> bytes:
    """Return an NPY file of that header and no values."""
    length = len(text).to_bytes(2 if version[0] == 1 else 4, "little")
    return b"\x93NUMPY" + version + length + text.encode()


def in_three(pixels):
    return pixels if pixels.ndim == 3 else pixels[..., None].repeat(3, axis=2)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(7, 11), (7, 11, 1), (7, 11, 3)])
def test_bytes_are_the_very_pixels(tmp_path, shape, order):
    pixels = noise(7, 11)[..., : shape[2]] if len(shape) == 3 else noise(7, 11)[..., 0]
    path = tmp_path / "array.npy"
    np.save(path, np.asarray(pixels, order=order))
    file = read_picture(path)
    np.testing.assert_array_equal(file.picture, np.broadcast_to(in_three(pixels), (7, 11, 3)))
    assert (file.name, file.path, file.notes) == ("array.npy", path, ())
    assert not file.picture.flags.writeable
    assert read_thumbnail(path, 4).shape == (3, 4, 3)


@settings(max_examples=40)
@given(
    arrays(
        st.sampled_from(["<f2", "<f4", ">f4", "<f8", "|b1", "<i2", ">i4", "<u4", "<i8"]),
        st.one_of(array_shapes(min_dims=2, max_dims=2, max_side=5), st.just((4, 5, 3))),
    )
)
def test_other_numbers_are_scaled_and_it_is_said_how(values):
    file = decode_picture(npy(values), name="x.npy")
    pixels, note = scale_values(values)
    np.testing.assert_array_equal(file.picture, in_three(pixels))
    assert file.notes == (note,)


@pytest.mark.parametrize("kind", ["<u2", ">u2"])
def test_16_bits_are_scaled_as_in_png_files(kind):
    values = np.array([[0, 257, 65535, 128]], kind)
    file = decode_picture(npy(values), name="x.npy")
    assert file.picture[0, :, 0].tolist() == [0, 1, 255, 0]
    assert file.notes == ("16-bit values, displayed with black = 0, white = 65535",)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.array([[None, 1]], object), "the array does not contain real numbers"),
        (np.array([["a", "b"]]), "the array does not contain real numbers"),
        (np.ones((2, 2), complex), "the array does not contain real numbers"),
        (np.zeros((2, 2), [("a", "f4")]), "the array does not contain real numbers"),
        (np.ones((2, 2), "datetime64[s]"), "the array does not contain real numbers"),
        (np.ones(5), "the array is 5; a picture is"),
        (np.float64(5), "the array is a single number; a picture is"),
        (np.ones((2, 3, 4)), "the array is 2×3×4; a picture is"),
        (np.ones((2, 3, 3, 1)), "the array is 2×3×3×1; a picture is"),
        (np.ones((0, 3)), "it has no pixels"),
    ],
)
def test_what_is_no_picture_is_refused(values, reason):
    with pytest.raises(PictureError, match=f"“x.npy” was not opened: {reason}"):
        decode_picture(npy(values, allow_pickle=True), name="x.npy")


@pytest.mark.parametrize(
    "data",
    [
        npy(noise(7, 11))[:-1],
        npy(noise(7, 11))[:40],
        b"\x93NUMPY",
        b"\x93NUMPY\x09\x00" + npy(noise(7, 11))[8:],
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (99, 99)}\n"),
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (4, __import__('os'))}\n"),
        header("{'descr': '<f4', 'fortran_order': False}\n"),
        header("[" * 900),
        header("-" * 990 + "1"),
        header("{'descr': '<f4'," + " " * 9000 + "'fortran_order': False, 'shape': (1, 1)}\n"),
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 4)}", b"\x02\x00"),
        header("\xff\xfe", b"\x03\x00"),
    ],
)
def test_damaged_arrays_are_refused(data):
    with pytest.raises(PictureError, match="“x” was not opened: the file is damaged or truncated"):
        decode_picture(data, name="x")


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ("(8001, 8000)", "it has more than 64 million pixels"),
        ("(99999999999, 99999999999, 3)", "it has more than 64 million pixels"),
        ("(-1, 5)", "it has no pixels"),
        ("(8000, 8000)", "the file is damaged or truncated"),
    ],
)
def test_a_header_may_promise_anything_and_costs_nothing(shape, reason):
    data = header(f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n")
    decode_picture(npy(noise(2, 2)), name="warm")
    tracemalloc.start()
    with pytest.raises(PictureError, match=reason):
        decode_picture(data, name="x")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


@given(st.binary(max_size=200))
def test_any_bytes_after_the_signature_are_read_or_refused(rest):
    with suppress(PictureError):
        assert decode_picture(b"\x93NUMPY" + rest, name="x").picture.dtype == np.uint8


def test_dropped_arrays_are_pictures_if_too_large_for_kernels(tmp_path):
    for name, values in (
        ("kernel", np.ones((31, 31))),
        ("row", np.ones(31)),
        ("wide", np.ones((3, 32))),
        ("color", np.ones((3, 3, 3))),
        ("long", np.ones(32)),
    ):
        np.save(tmp_path / f"{name}.npy", values)
    (tmp_path / "damaged.npy").write_bytes(b"\x93NUMPY")
    arrivals = sort_paths([*sorted(tmp_path.iterdir()), tmp_path / "missing.npy"])
    assert [path.stem for path in arrivals.pictures] == ["color", "long", "wide"]
    assert [path.stem for path in arrivals.kernels] == ["damaged", "kernel", "row", "missing"]
