"""Frames of a filmstrip: which map, how large, and what stands in them."""

import numpy as np

from explorer.core.layers.filmstrip import frame_size, strongest_map, to_frame


def test_the_strongest_map_has_the_greatest_mean_of_absolute_values() -> None:
    maps = np.zeros((4, 4, 3), np.float32)
    maps[0, 0, 0], maps[:, :, 1], maps[:, :, 2] = 9, -1, 0.9
    assert strongest_map(maps) == 1
    maps[:, :, 2] = np.nan
    assert strongest_map(maps) == 1


def test_frames_have_the_shape_of_the_input() -> None:
    assert frame_size((224, 224)) == (56, 56)
    assert frame_size((100, 400)) == (14, 56)


def test_larger_maps_are_averaged_and_smaller_ones_repeated() -> None:
    values = np.arange(16, dtype=np.float32).reshape(4, 4)
    halves = values.reshape(2, 2, 2, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(to_frame(values, (2, 2)), halves)
    twice = values.repeat(2, axis=0).repeat(2, axis=1)
    np.testing.assert_array_equal(to_frame(values, (8, 8)), twice)
