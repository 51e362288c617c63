"""Thumbnails: they fit, they are the mean of what they stand for, they keep their kind."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.filters.step_thumbnails import thumbnail, weight_picture


@settings(max_examples=40)
@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from([(), (3,)]),
    st.sampled_from([np.uint8, np.float32]),
    st.integers(1, 80),
)
def test_a_thumbnail_fits_its_square_and_keeps_kind_and_proportions(h, w, planes, kind, edge):
    values = np.full((h, w, *planes), 7, kind)
    small = thumbnail(values, edge)
    assert small.dtype == kind
    assert small.shape[2:] == planes
    assert max(small.shape[:2]) == min(max(h, w), edge)
    assert small.shape[0] == pytest.approx(max(h * min(edge / max(h, w), 1), 1), abs=0.51)
    assert small.shape[1] == pytest.approx(max(w * min(edge / max(h, w), 1), 1), abs=0.51)
    assert np.allclose(small, 7)


@settings(max_examples=40)
@given(st.integers(1, 5), st.integers(1, 8), st.integers(1, 8), st.integers(0, 99))
def test_each_value_is_the_mean_of_its_block(factor, rows, columns, seed):
    values = np.random.default_rng(seed).normal(size=(rows * factor, columns * factor))
    small = thumbnail(values.astype(np.float32), max(rows, columns))
    means = values.reshape(rows, factor, columns, factor).mean(axis=(1, 3))
    assert np.allclose(small, means, atol=1e-5)


def test_of_a_huge_picture_evenly_spaced_values_are_taken():
    ramp = np.tile(np.linspace(0, 255, 4000, dtype=np.float32), (3000, 1))
    small = thumbnail(ramp, 50)
    assert small.shape == (38, 50)
    centres = (np.arange(50) + 0.5) * 255 / 50
    assert np.abs(small - centres).max() < 1


def test_weights_are_blue_below_zero_and_orange_above():
    ramp = np.tile(np.linspace(-3, 3, 201, dtype=np.float32), (100, 1))
    picture = weight_picture(ramp, 67)
    assert picture.shape == (33, 67, 3)
    assert picture.dtype == np.uint8
    red, _, blue = np.moveaxis(picture.astype(int), 2, 0)
    assert (blue > red)[:, :33].all()
    assert (red > blue)[:, 34:].all()
    assert np.ptp(picture[:, 33], axis=-1).max() == 0  # neutral at zero


def test_of_three_planes_the_mean_is_drawn():
    weights = np.random.default_rng(0).normal(size=(20, 30, 3)).astype(np.float32)
    assert np.array_equal(weight_picture(weights), weight_picture(weights.mean(axis=2)))


def test_weights_of_zero_are_neutral():
    assert np.ptp(weight_picture(np.zeros((4, 4), np.float32)), axis=-1).max() == 0
