"""The mosaic against a plain loop, and everything a person can point at in it."""

from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from explorer.core.layers.feature_grid import (
    DEAD_COLOR,
    GAP_COLOR,
    choose_columns,
    color_map,
    color_scale,
    lay_over,
    tile_feature_maps,
)

shapes = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 13))
ordinary = hnp.arrays(np.float32, shapes, elements=st.floats(-1e3, 1e3, width=32))
wild = hnp.arrays(np.float32, shapes, elements=st.floats(width=32))


@cache
def viridis(level: int) -> list[int]:
    """Return a colour the slow way: one pixel through OpenCV, from BGR to RGB."""
    return cv2.applyColorMap(np.array([[level]], np.uint8), cv2.COLORMAP_VIRIDIS)[
        0, 0, ::-1
    ].tolist()


@given(ordinary, st.sampled_from(["each", "all"]))
@settings(max_examples=60, deadline=None)
def test_every_value_stands_where_the_mosaic_says_in_the_colour_of_its_range(maps, scale):
    mosaic = tile_feature_maps(maps, scale=scale)
    values = maps.astype(np.float64)
    assert mosaic.count == maps.shape[2]
    assert mosaic.map_size == maps.shape[:2]
    for index in range(maps.shape[2]):
        source = values if scale == "all" else values[:, :, index]
        low, high = source.min(), source.max()
        np.testing.assert_array_equal(mosaic.ranges[index], [low, high])
        top, left = mosaic.origin_of(index)
        says_nothing = not values[:, :, index].any() or (
            maps[:, :, index].size > 1 and np.ptp(maps[:, :, index]) == 0
        )
        for row in range(maps.shape[0]):
            for column in range(maps.shape[1]):
                assert mosaic.locate(top + row, left + column) == (index, row, column)
                if says_nothing:
                    continue
                share = (values[row, column, index] - low) / (high - low) if high > low else 0
                drawn = mosaic.pixels[top + row, left + column].tolist()
                near = {round(share * 255 - 1e-6), round(share * 255 + 1e-6)}
                assert drawn in [viridis(level) for level in near]


@given(shapes)
@settings(max_examples=60, deadline=None)
def test_every_pixel_belongs_to_one_place_of_one_map_or_to_a_gap(shape):
    maps = np.ones(shape, np.float32)
    maps[:1, :1] = 0  # so that no map is constant
    mosaic = tile_feature_maps(maps)
    height, width = mosaic.pixels.shape[:2]
    found = [mosaic.locate(row, column) for row in range(height) for column in range(width)]
    places = [place for place in found if place is not None]
    assert len(places) == len(set(places)) == np.prod(shape)
    flat = mosaic.pixels.reshape(-1, 3)
    for place, color in zip(found, flat, strict=True):
        if place is None:
            assert color.tolist() == list(GAP_COLOR)


@pytest.mark.parametrize("place", [(-1, 3), (3, -1), (-7, -7), (10_000, 3), (3, 10_000)])
def test_nothing_is_found_outside(place):
    assert tile_feature_maps(np.zeros((5, 5, 7), np.float32)).locate(*place) is None


@given(wild, st.sampled_from(["each", "all"]))
@settings(max_examples=100, deadline=None)
def test_any_float_gives_a_mosaic_without_a_warning(maps, scale):
    mosaic = tile_feature_maps(maps, scale=scale)
    assert mosaic.pixels.dtype == np.uint8
    assert np.isfinite(mosaic.ranges).all()
    for index in range(maps.shape[2]):
        top, left = mosaic.origin_of(index)
        tile = mosaic.pixels[top : top + maps.shape[0], left : left + maps.shape[1]]
        values = maps[:, :, index]
        if not values.any() or (values.size > 1 and (values == values.flat[0]).all()):
            continue  # hatched
        is_gap = (tile == GAP_COLOR).all(axis=2)
        np.testing.assert_array_equal(is_gap, np.isnan(maps[:, :, index]))


def test_infinities_get_the_end_colours_and_do_not_stretch_the_range():
    maps = np.array([[[-np.inf], [2.0], [3.0], [4.0], [np.inf], [np.nan]]], np.float32)
    mosaic = tile_feature_maps(maps)
    top, left = mosaic.origin_of(0)
    assert mosaic.ranges.tolist() == [[2, 4]]
    assert mosaic.pixels[top, left : left + 6].tolist() == [
        viridis(0),
        viridis(0),
        viridis(128),  # 127.5, to even
        viridis(255),
        viridis(255),
        list(GAP_COLOR),
    ]


def test_a_constant_map_is_hatched_unless_it_is_a_single_value():
    mosaic = tile_feature_maps(np.full((4, 4, 1), 7.5, np.float32))
    assert mosaic.ranges.tolist() == [[7.5, 7.5]]
    inner = mosaic.pixels[mosaic.gap : -mosaic.gap, mosaic.gap : -mosaic.gap]
    assert {tuple(color) for color in inner.reshape(-1, 3)} == {GAP_COLOR, DEAD_COLOR}
    single = tile_feature_maps(np.full((1, 1, 3), 7.5, np.float32))
    assert [single.pixels[single.origin_of(k)].tolist() for k in range(3)] == [viridis(0)] * 3


def test_a_vector_is_one_pixel_per_unit_row_by_row_with_one_range():
    vector = np.arange(9, dtype=np.float32)
    mosaic = tile_feature_maps(vector, scale="each")
    assert mosaic.pixels.shape == (3, 3, 3)
    assert mosaic.ranges.tolist() == [[0, 8]] * 9
    levels = [viridis(round(unit / 8 * 255)) for unit in range(9)]
    assert mosaic.pixels.reshape(-1, 3).tolist() == levels
    assert [mosaic.locate(unit // 3, unit % 3) for unit in range(9)] == [
        (unit, 0, 0) for unit in range(9)
    ]


@pytest.mark.parametrize("scale", ["each", "all"])
def test_limits_known_beforehand_are_the_range_of_all(scale):
    probabilities = np.array([0.495, 0.505], np.float32)
    mosaic = tile_feature_maps(probabilities, scale=scale, limits=(0, 1))
    assert mosaic.ranges.tolist() == [[0, 1]] * 2
    assert mosaic.pixels[0].tolist() == [viridis(126), viridis(129)]
    beyond = tile_feature_maps(
        np.array([[[-1.0, 0.5, 2.0]]], np.float32), scale=scale, limits=(0, 1)
    )
    drawn = [beyond.pixels[beyond.origin_of(index)].tolist() for index in range(3)]
    assert drawn == [viridis(0), viridis(128), viridis(255)]


@pytest.mark.parametrize(
    ("shape", "columns"),
    [((150, 150, 32), 6), ((37, 37, 64), 8), ((20, 20, 1), 1), ((9, 9, 2), 2), ((10, 40, 16), 2)],
)
def test_the_mosaic_is_nearly_a_square(shape, columns):
    assert tile_feature_maps(np.zeros(shape, np.float32)).columns == columns


@given(
    st.integers(1, 200),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.sampled_from([0.3, 0.5, 1.0, 1.7, 3.0]),
)
def test_no_other_number_of_columns_would_draw_the_maps_larger(count, map_size, aspect):
    def zoom(columns: int) -> float:
        """Return how large a map's pixel is in a room of height 1."""
        rows = -(-count // columns)
        gap = tile_feature_maps(np.zeros((*map_size, 1), np.float32)).gap
        height, width = rows * (map_size[0] + gap) + gap, columns * (map_size[1] + gap) + gap
        return min(aspect / width, 1 / height)

    best = max(zoom(columns) for columns in range(1, count + 1))
    chosen = choose_columns(count, map_size, aspect)
    assert zoom(chosen) == pytest.approx(best)
    maps = np.zeros((*map_size, count), np.float32)
    assert tile_feature_maps(maps, aspect=aspect).columns == chosen


@pytest.mark.parametrize("shape", [(4, 4, 0), (0, 4, 3), (0,)])
def test_no_maps_make_no_mosaic(shape):
    with pytest.raises(ValueError, match="No maps"):
        tile_feature_maps(np.zeros(shape, np.float32))


def test_one_map_alone_is_coloured_as_in_the_mosaic():
    maps = np.random.default_rng(3).normal(size=(6, 5, 4)).astype(np.float32)
    mosaic = tile_feature_maps(maps)
    for index in range(4):
        top, left = mosaic.origin_of(index)
        low, high = mosaic.ranges[index]
        np.testing.assert_array_equal(
            color_map(maps[:, :, index], low, high),
            mosaic.pixels[top : top + 6, left : left + 5],
        )


def test_the_colour_scale_runs_from_dark_to_bright():
    scale = color_scale()
    assert scale.tolist() == [viridis(level) for level in range(256)]
    luminance = scale @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance) > -0.5).all()
    assert luminance[-1] - luminance[0] > 150


@given(ordinary)
@settings(max_examples=40, deadline=None)
def test_signed_values_are_blue_below_zero_and_orange_above_with_zero_in_the_middle(maps):
    mosaic = tile_feature_maps(maps, is_signed=True)
    for index in range(maps.shape[2]):
        values = maps[:, :, index].astype(np.float64)
        if values.size > 1 and np.ptp(values) == 0:
            continue  # hatched
        largest = np.abs(values).max()
        assert mosaic.ranges[index].tolist() == [-largest, largest]
        top, left = mosaic.origin_of(index)
        for (row, column), value in np.ndenumerate(values):
            red, green, blue = mosaic.pixels[top + row, left + column].astype(int).tolist()
            if largest == 0:
                assert red == green == blue
            elif abs(value) > largest / 127:
                assert (red > blue) == (value > 0)
            elif value == 0:
                assert (red, green, blue) == (247, 247, 247)


@given(ordinary, st.sampled_from(["strength", "variance"]))
@settings(max_examples=40, deadline=None)
def test_maps_are_laid_out_by_strength_or_variance_and_keep_their_numbers(maps, order):
    mosaic = tile_feature_maps(maps, order=order)
    plain = tile_feature_maps(maps)
    of = (lambda v: np.abs(v).mean()) if order == "strength" else np.var
    ranks = [of(maps[:, :, index].astype(np.float64)) for index in mosaic.sequence]
    assert ranks == sorted(ranks, reverse=True)
    height, width = maps.shape[:2]
    for index in range(maps.shape[2]):
        (top, left), (first, second) = mosaic.origin_of(index), plain.origin_of(index)
        assert mosaic.locate(top, left) == (index, 0, 0)
        np.testing.assert_array_equal(
            mosaic.pixels[top : top + height, left : left + width],
            plain.pixels[first : first + height, second : second + width],
        )


def test_a_dead_map_is_hatched_and_no_flat_colour():
    maps = np.zeros((12, 12, 2), np.float32)
    maps[3, 4, 1] = 1
    mosaic = tile_feature_maps(maps)
    top, left = mosaic.origin_of(0)
    colors = {tuple(c) for c in mosaic.pixels[top : top + 12, left : left + 12].reshape(-1, 3)}
    assert colors == {GAP_COLOR, DEAD_COLOR}
    top, left = mosaic.origin_of(1)
    assert mosaic.pixels[top + 3, left + 4].tolist() == viridis(255)


def test_a_map_lies_over_its_picture_half_and_half():
    picture = np.full((4, 6, 3), 200, np.uint8)
    pixels = np.array([[[0, 100, 40], [100, 0, 40]]], np.uint8)
    mixed = lay_over(picture, pixels)
    assert mixed[:, :3].reshape(-1, 3).tolist() == [[100, 150, 120]] * 12
    assert mixed[:, 3:].reshape(-1, 3).tolist() == [[150, 100, 120]] * 12
