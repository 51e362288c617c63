"""The map keeps alike pictures together, and what comes later is placed among its like."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from explorer.core.embedding.map import Reduction, lay_out, place_new
from explorer.core.embedding.map_file import KeptMap, read_map, write_map

Floats = npt.NDArray[np.float32]


def make_groups(each: int, seed: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Make vectors around three far centres, and say which."""
    generator = np.random.default_rng(seed)
    groups = np.arange(3 * each) % 3
    centers = 10 * np.eye(3, 80)
    return (centers[groups] + generator.normal(size=(3 * each, 80))).astype(np.float32), groups


def nearest_group(points: Floats, known: Floats, groups: npt.NDArray[np.int64]) -> list[int]:
    distances = np.linalg.norm(points[:, None] - known[None], axis=2)
    return [int(one) for one in groups[distances.argmin(axis=1)]]


def test_alike_pictures_lie_together_and_new_ones_among_them() -> None:
    vectors, groups = make_groups(30, seed=0)
    reduction = Reduction.of(vectors)
    reduced = reduction.apply(vectors)
    assert reduced.shape == (90, 50)
    fractions: list[float] = []
    positions = lay_out(reduced, 1, lambda fraction, positions: fractions.append(fraction))
    assert (fractions[0], fractions[-1]) == (0, 1)
    assert fractions == sorted(fractions)
    for place in range(90):  # its nearest neighbour is of its group
        others = np.delete(np.arange(90), place)
        found = nearest_group(positions[place : place + 1], positions[others], groups[others])
        assert found == [groups[place]]
    np.testing.assert_array_equal(positions, lay_out(reduced, 1, lambda *told: None))

    new, new_groups = make_groups(4, seed=1)
    placed = place_new(reduced, positions, reduction.apply(new), 1)
    assert nearest_group(placed, positions, groups) == new_groups.tolist()


def test_components_are_those_of_the_singular_values() -> None:
    vectors = make_groups(30, seed=2)[0]
    found = Reduction.of(vectors).apply(vectors)
    expected = np.linalg.svd(vectors - vectors.mean(axis=0))[1]
    np.testing.assert_allclose(np.linalg.norm(found, axis=0), expected[:50], rtol=1e-3)


def test_fewer_pictures_than_a_neighbourhood_have_places_too() -> None:
    vectors = np.array([[1, 2], [3, 4]], np.float32)
    reduction = Reduction.of(vectors)
    assert lay_out(reduction.apply(vectors), 1, lambda *told: None).shape == (2, 2)


def test_a_map_is_kept_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    vectors = make_groups(2, seed=3)[0]
    reduction = Reduction.of(vectors)
    digests = np.arange(6 * 32, dtype=np.uint8).reshape(6, 32)
    kept = KeptMap(digests, reduction.apply(vectors), vectors[:, :2], reduction)
    file = tmp_path / "maps" / "one.npz"
    assert read_map(file) is None
    write_map(file, kept)
    found = read_map(file)
    assert found is not None
    np.testing.assert_array_equal(found.positions, kept.positions)
    assert found.find(digests[[4, 0]]).tolist() == [4, 0]
    assert found.find(np.zeros((1, 32), np.uint8)).tolist() == [-1]
    file.write_bytes(file.read_bytes()[:200])
    assert read_map(file) is None
