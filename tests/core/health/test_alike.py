"""Copies are found however they were turned, cropped and encoded; different pictures are not."""

import io

import numpy as np
import pytest
from PIL import Image

from explorer.core.health.alike import (
    Alike,
    find_by_embedding,
    find_by_hash,
    find_exact,
    group_pairs,
)
from explorer.core.health.hashes import hash_picture
from explorer.core.health.points import FEWEST_POINTS, PointMatcher


def draw_scene(seed: int) -> Image.Image:
    """Draw rectangles over a soft ground: corners enough to compare."""
    generator = np.random.default_rng(seed)
    ground = Image.fromarray(generator.integers(0, 256, (5, 6, 3), dtype=np.uint8))
    scene = np.asarray(ground.resize((240, 200))).copy()
    for _ in range(60):
        y, x = generator.integers(0, 190, 2)
        height, width = generator.integers(5, 50, 2)
        scene[y : y + height, x : x + width] = generator.integers(0, 256, 3)
    return Image.fromarray(scene)


def encode(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


TURNED = {
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "upside down": lambda image: image.rotate(180),
    "turned": lambda image: image.rotate(90, expand=True),
    "turned and mirrored": lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    "encoded": lambda image: encode(image, 25),
    "small": lambda image: image.resize((120, 100)),
}


@pytest.mark.parametrize("change", list(TURNED))
def test_hashes_find_turned_mirrored_and_encoded_copies_and_nothing_else(change):
    scenes = [draw_scene(seed) for seed in range(40)]
    copies = [TURNED[change](scene).convert("RGB") for scene in scenes]
    pictures = [np.asarray(image) for image in (*scenes, *copies)]
    hashes = np.array([hash_picture(picture)[1] for picture in pictures], np.uint64)
    found = find_by_hash(hashes, np.ones(80, bool), 4)
    pairs = set(zip(found.one.tolist(), found.other.tolist(), strict=True))
    assert pairs == {(place, place + 40) for place in range(40)}


def test_what_agrees_in_no_single_part_is_still_found_by_its_bits():
    generator = np.random.default_rng(0)
    hashes = generator.integers(0, 2**63, 300, np.uint64)
    for place in range(0, 200, 2):
        bits = generator.choice(64, 4, replace=False)
        hashes[place + 1] = hashes[place] ^ np.uint64(sum(1 << int(bit) for bit in bits))
    found = find_by_hash(hashes, np.ones(300, bool), 4)
    pairs = set(zip(found.one.tolist(), found.other.tolist(), strict=True))
    assert {(place, place + 1) for place in range(0, 200, 2)} <= pairs
    assert not find_by_hash(hashes, np.zeros(300, bool), 4).one.size


@pytest.fixture(scope="module")
def matcher() -> PointMatcher:
    """Compares scenes and, 100 numbers on, what became of them."""
    changes = {
        100: lambda image: image.crop((30, 20, 230, 190)),
        200: lambda image: image.rotate(12, Image.Resampling.BILINEAR),
        300: lambda image: TURNED["mirrored"](image).crop((10, 30, 220, 200)),
    }

    def read(number: int) -> np.ndarray | None:
        image = draw_scene(number % 100)
        image = changes.get(number // 100 * 100, lambda same: same)(image)
        image.thumbnail((160, 160))
        return None if number >= 900 else np.asarray(image)

    return PointMatcher(read)


@pytest.mark.parametrize("changed", [100, 200, 300])
def test_crops_and_small_turns_have_points_in_common(matcher, changed):
    assert all(matcher.count_common(n, changed + n) >= FEWEST_POINTS for n in range(6))


def test_different_pictures_have_hardly_any_and_unreadable_ones_none(matcher):
    assert all(matcher.count_common(n, 100 + n + 1) < FEWEST_POINTS for n in range(6))
    assert matcher.count_common(1, 900) is None
    for shape in ((1, 1), (2, 160), (160, 31), (40, 40)):
        small = PointMatcher(lambda number, shape=shape: np.full((*shape, 3), number, np.uint8))
        assert small.count_common(0, 1) is None


def test_neighbours_that_stand_out_are_compared_and_without_points_must_be_very_close():
    # Picture 0: its neighbour is far nearer than the others. 1: none is. 2: one is very close.
    neighbours = np.array([[3, 4, 5], [4, 5, 6], [5, 6, 7], [0, 4, 5]])
    distances = np.array([[0.2, 0.9, 1], [0.8, 0.9, 1], [0.001, 0.9, 1], [0.2, 0.9, 1]])
    asked: list[tuple[int, int]] = []

    def find(common: int | None, **options):
        asked.clear()

        def count_common(one: int, other: int) -> int | None:
            asked.append((one, other))
            return common

        found = find_by_embedding(
            neighbours, distances, count_common, multiple=0.13, fewest_points=16, **options
        )
        return sorted(zip(found.one.tolist(), found.other.tolist(), strict=True)), found.how

    assert find(40) == ([(0, 3), (2, 5)], ("40 points in common",) * 2)
    assert asked == [(2, 5), (0, 3)]  # not 1, whose neighbours are all about as far
    assert find(3)[0] == []
    assert find(None)[0] == [(2, 5)]
    assert find(40, skipped=[(2, 5)])[0] == [(0, 3)]
    assert find(40, is_cancelled=lambda: True)[0] == []


def test_groups_are_connected_and_unknown_content_is_no_duplicate():
    pairs = Alike(np.array([0, 1, 5]), np.array([1, 4, 6]), np.array([1.0, 2, 3]), ("a", "b", "c"))
    groups = group_pairs([pairs], 8)
    assert [(group.tolist(), how) for group, _, how in groups] == [
        ([0, 1, 4], "a; b"),
        ([5, 6], "c"),
    ]
    digests = np.zeros((5, 32), np.uint8)
    digests[[1, 3]] = 7
    digests[2] = 9
    assert [group.tolist() for group in find_exact(digests)] == [[1, 3]]
