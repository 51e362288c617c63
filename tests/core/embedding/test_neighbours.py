"""The nearest neighbours are those of a comparison of all pairs."""

import numpy as np
import pytest

from explorer.core.embedding.neighbours import (
    find_nearest,
    find_nearest_of,
    find_neighbours,
    normalise,
    widen,
)


def draw_vectors(count: int, features: int = 16) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, features)).astype(np.float32)


@pytest.mark.parametrize("count", [2, 5, 12, 1024, 2500])
def test_neighbours_of_all_are_those_of_comparing_all_pairs(count):
    vectors = normalise(draw_vectors(count))
    found = find_neighbours(vectors, 10)
    assert found is not None
    distances = 1 - vectors.astype(float) @ vectors.T.astype(float)
    np.fill_diagonal(distances, np.inf)
    k = min(10, count - 1)
    np.testing.assert_allclose(found.distances, np.sort(distances, axis=1)[:, :k], atol=1e-6)
    np.testing.assert_allclose(
        np.take_along_axis(distances, found.places, axis=1), found.distances, atol=1e-6
    )
    assert all(len(set(row)) == k for row in found.places.tolist())


def test_equal_vectors_are_each_other_s_neighbours_and_nobody_is_its_own():
    vectors = normalise(np.ones((1500, 4)))
    found = find_neighbours(vectors, 3)
    assert found is not None
    assert not (found.places == np.arange(1500)[:, None]).any()
    assert np.abs(found.distances).max() < 1e-6


def test_one_picture_alone_has_no_neighbours():
    found = find_neighbours(normalise(draw_vectors(1)))
    assert found is not None
    assert found.places.shape == found.distances.shape == (1, 0)


def test_the_nearest_to_one_leaves_out_what_is_unknown():
    vectors = normalise(draw_vectors(50))
    vectors[7] = np.nan
    places, distances = find_nearest(vectors, vectors[3], 5)
    expected = 1 - np.delete(vectors, 7, axis=0) @ vectors[3]
    assert places[0] == 3
    np.testing.assert_allclose(distances, np.sort(expected)[:5], atol=1e-6)
    assert len(find_nearest(vectors, vectors[3], 100)[0]) == 49


def test_the_nearest_of_many_blocks_are_those_of_all_at_once():
    embedding = draw_vectors(2500).astype(np.float16)
    embedding[11] = np.nan
    places, distances = find_nearest_of(embedding, embedding[2100], 9)
    expected = find_nearest(normalise(embedding), normalise(embedding)[2100], 9)
    assert places[0] == 2100
    assert places.tolist() == expected[0].tolist()
    np.testing.assert_allclose(distances, expected[1], atol=1e-6)
    assert find_nearest_of(embedding[:0], embedding[0], 9)[0].tolist() == []


def test_it_can_be_cancelled_and_tells_how_far_it_is():
    told: list[float] = []
    vectors = normalise(draw_vectors(3000))
    assert find_neighbours(vectors, told=told.append) is not None
    assert told == sorted(told)
    assert told[-1] == 1
    assert find_neighbours(vectors, is_cancelled=lambda: True) is None


def test_a_vector_of_zeros_is_far_from_all():
    vectors = normalise(np.array([[0, 0], [3, 4]]))
    assert vectors.tolist() == [[0, 0], [np.float32(0.6), np.float32(0.8)]]


def test_half_precision_is_widened_as_numpy_does():
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16).reshape(-1, 64)
    for given in (halves, halves[::-3], halves[:0], halves.astype(np.float32)):
        np.testing.assert_array_equal(widen(given), given.astype(np.float32))
        assert widen(given).dtype == np.float32
