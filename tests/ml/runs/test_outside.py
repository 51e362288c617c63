"""Pictures that show none of a run's classes."""

import numpy as np
import pytest

from explorer.ml.runs.outside import COUNT, make_outside

RANDOM = np.random.default_rng(5)


@pytest.mark.parametrize("size", [(150, 150), (40, 64), (6, 8), (1, 1)])
def test_they_have_the_size_of_the_runs_own_and_are_always_the_same(size):
    pictures = RANDOM.integers(0, 256, (3, *size, 3), dtype=np.uint8)
    found = make_outside(pictures, np.arange(1, 3))
    assert found.shape == (COUNT, *size, 3)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, make_outside(pictures, np.arange(1, 3)))


def test_half_are_drawn_each_in_another_way():
    drawn = make_outside(np.zeros((1, 96, 96, 3), np.uint8), np.arange(1))[: COUNT // 2]
    assert len(np.unique(drawn.reshape(len(drawn), -1), axis=0)) == len(drawn)
    colors = [len(np.unique(one.reshape(-1, 3), axis=0)) for one in drawn]
    assert colors[::4] == [1] * (COUNT // 8)
    assert min(colors[at] for at in range(COUNT // 2) if at % 4) > 1


def test_half_are_pictures_of_the_run_cut_up_and_mixed():
    pictures = RANDOM.integers(0, 256, (9, 64, 64, 3), dtype=np.uint8)
    mixed = make_outside(pictures, np.array([2, 7]))[COUNT // 2 :]
    pixels = [np.sort(one.reshape(-1)) for one in pictures]
    found = [
        [at for at in range(9) if np.array_equal(np.sort(one.reshape(-1)), pixels[at])]
        for one in mixed
    ]
    assert {tuple(one) for one in found} == {(2,), (7,)}
    for one, (at,) in zip(mixed, found, strict=True):
        assert not np.array_equal(one, pictures[at])
        tiles = {
            one[y : y + 8, x : x + 8].tobytes() for y in range(0, 64, 8) for x in range(0, 64, 8)
        }
        assert pictures[at][:8, 8:16].tobytes() in tiles
