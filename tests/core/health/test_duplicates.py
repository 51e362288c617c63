"""Pictures that show the same are found, against a comparison of all pairs; groups stay whole."""

import io
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from explorer import paths
from explorer.core.health.duplicates import find_duplicate_groups, keep_groups_together
from explorer.core.health.hashes import difference_hashes, make_thumbnails
from explorer.core.images.read import decode_picture, read_picture, resize_picture


def as_pictures(grey: np.ndarray) -> np.ndarray:
    """Return RGB pictures whose thumbnails are these (n, 32, 32) values."""
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=3)


def distinct_digests(count: int) -> list[str]:
    return [f"{number:064x}" for number in range(count)]


def slow_hash(thumbnail: np.ndarray) -> list[bool]:
    """Enlarge to a width that 9 divides, then average: the definition, in whole numbers."""
    cells = np.repeat(thumbnail.astype(int), 9, axis=1).reshape(8, 4, 9, 32).sum(axis=(1, 3))
    return [bool(cells[y, x + 1] > cells[y, x]) for y in range(8) for x in range(8)]


def slow_groups(grey: np.ndarray, digests: list[str]) -> list[list[int]]:
    """Compare all pairs, then follow them from each picture."""
    hashes = [slow_hash(thumbnail) for thumbnail in grey]
    values = grey.astype(int)

    def is_pair(i: int, j: int) -> bool:
        distance = sum(a != b for a, b in zip(hashes[i], hashes[j], strict=True))
        is_near = distance <= 4 and np.abs(values[i] - values[j]).mean() < 3
        return is_near or digests[i] == digests[j]

    groups, seen = [], set()
    for start in range(len(grey)):
        group, waiting = [], [start]
        while waiting:
            i = waiting.pop()
            if i not in seen:
                seen.add(i)
                group.append(i)
                waiting += [j for j in range(len(grey)) if j not in seen and is_pair(i, j)]
        if len(group) > 1:
            groups.append(sorted(group))
    return groups


def draw_base(generator: np.random.Generator) -> np.ndarray:
    """Draw a picture of one of several kinds, low contrasts and even areas among them."""
    kind = generator.integers(5)
    level = generator.integers(40, 200)
    if kind == 0:
        return np.full((32, 32), level)
    if kind == 1:
        return level + np.arange(32)[None] * generator.integers(-1, 2) + np.zeros((32, 1), int)
    if kind == 2:
        return generator.integers(0, 256, (32, 32))
    contrast = generator.integers(2, 40)
    blocks = generator.integers(-contrast, contrast + 1, (8, 8) if kind == 3 else (4, 16))
    return level + np.kron(blocks, np.ones((4, 4) if kind == 3 else (8, 2), int))


def draw_variant(generator: np.random.Generator, base: np.ndarray) -> np.ndarray:
    spread = int(generator.integers(0, 5))
    variant = base + generator.integers(-spread, spread + 1, base.shape) + generator.integers(-2, 3)
    if generator.random() < 0.3:  # other hash bits, the rest as it was
        x = generator.integers(31)
        variant[:, [x, x + 1]] = variant[:, [x + 1, x]]
    return variant


@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.integers(1, 12))
@settings(max_examples=60)
def test_all_pairs_agree(seed, count, base_count):
    generator = np.random.default_rng(seed)
    bases = [draw_base(generator) for _ in range(base_count)]
    grey = np.array(
        [draw_variant(generator, bases[generator.integers(base_count)]) for _ in range(count)]
    ).reshape(-1, 32, 32)
    pictures = as_pictures(grey)
    digests = [f"{number:064x}" for number in generator.integers(0, 3 * count + 1, count)]
    found = [group.tolist() for group in find_duplicate_groups(pictures, digests)]
    assert found == slow_groups(pictures[..., 0], digests)


@pytest.mark.parametrize("flipped", range(6))
def test_it_takes_a_like_hash(flipped):
    """Plant pairs of like thumbnails whose hashes differ in so many of 64 bits, whichever."""
    generator = np.random.default_rng(flipped)
    pairs = []
    for _ in range(300):
        signs = np.stack([generator.choice([-2, 2], (8, 8))] * 2)
        rows = generator.permutation(8)[:flipped]
        signs[1, rows, generator.integers(0, 8, flipped)] *= -1
        cells = generator.integers(60, 180) + np.cumsum(np.insert(signs, 0, 0, axis=2), axis=2)
        # 32 cells' width and 9 thumbnails' columns are the same.
        pairs.append(np.repeat(np.repeat(cells, 4, axis=1), 32, axis=2).reshape(2, 32, 32, 9))
    grey = np.round(np.concatenate(pairs).mean(axis=3)).astype(np.uint8)
    one, other = difference_hashes(grey).reshape(300, 2).T
    assert set(np.bitwise_count(one ^ other).tolist()) == {flipped}
    groups = find_duplicate_groups(as_pictures(grey), distinct_digests(600))
    expected = [[i, i + 1] for i in range(0, 600, 2)] if flipped <= 4 else []
    assert [group.tolist() for group in groups] == expected


@pytest.mark.parametrize(("difference", "is_found"), [(2, True), (3, False)])
def test_it_takes_a_like_thumbnail(difference, is_found):
    even = np.full((32, 32), 100)
    brighter = even + difference
    striped = even + difference * np.resize([1, -1], (32, 1))  # which the hash does not see
    for other in (brighter, striped):
        groups = find_duplicate_groups(as_pictures(np.stack([even, other])), distinct_digests(2))
        assert len(groups) == is_found


@pytest.mark.parametrize("size", [(32, 32), (64, 96), (150, 150), (37, 53)])
def test_thumbnails_are_averages_over_areas(size):
    generator = np.random.default_rng(1)
    pictures = generator.integers(0, 256, (3, *size, 3), dtype=np.uint8)
    thumbnails = make_thumbnails(pictures)
    assert thumbnails.dtype == np.uint8
    for thumbnail, picture in zip(thumbnails, pictures, strict=True):
        grey = picture.astype(float) @ [0.299, 0.587, 0.114]
        # Every pixel 32 times over, so that whole numbers of them make a cell.
        large = np.kron(grey, np.ones((32, 32)))
        areas = large.reshape(32, size[0], 32, size[1]).mean(axis=(1, 3))
        assert np.abs(thumbnail - areas).max() <= 1.01


def test_photographs():
    photos = [read_picture(path).picture for path in paths.sample_pictures()]
    assert len(photos) == 5

    def again(picture: np.ndarray, *, quality: int = 90, scale: float = 1.0) -> np.ndarray:
        height, width = picture.shape[:2]
        smaller = resize_picture(picture, (round(height * scale), round(width * scale)))
        buffer = io.BytesIO()
        Image.fromarray(smaller).save(buffer, "JPEG", quality=quality)
        return decode_picture(buffer.getvalue(), name="again").picture

    versions = [
        *photos,
        *(again(photo, quality=60) for photo in photos),
        *(again(photo, scale=0.5) for photo in photos),
        *(photo[:, ::-1] for photo in photos),
        *(photo[photo.shape[0] // 4 :] for photo in photos),
    ]
    pictures = np.stack([resize_picture(np.ascontiguousarray(p), (150, 150)) for p in versions])
    groups = find_duplicate_groups(pictures, distinct_digests(len(versions)))
    # Mirrored and cropped they are other pictures.
    assert [group.tolist() for group in groups] == [[i, i + 5, i + 10] for i in range(5)]


def test_equal_files_whatever_they_show_and_equal_pixels_whatever_their_files():
    grey = np.random.default_rng(2).integers(0, 256, (6, 32, 32))
    grey[4] = grey[1]
    groups = find_duplicate_groups(as_pictures(grey), ["a", "b", "c", "a", "d", "c"])
    assert [group.tolist() for group in groups] == [[0, 3], [1, 4], [2, 5]]
    assert all(group.dtype == np.int64 for group in groups)


@pytest.mark.parametrize("count", [0, 1])
def test_no_pairs_at_all(count):
    pictures = np.zeros((count, 20, 30, 3), np.uint8)
    assert find_duplicate_groups(pictures, distinct_digests(count)) == ()


def even_pictures(count: int) -> np.ndarray:
    return np.random.default_rng(3).choice([10, 14, 18, 200], (count, 1, 1)) + np.zeros((32, 32))


def frames_of_a_standing_camera(count: int) -> np.ndarray:
    generator = np.random.default_rng(4)
    return generator.integers(0, 256, (32, 32)) + generator.integers(-1, 2, (count, 32, 32))


def different_pictures(count: int) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (count, 32, 32))


@pytest.mark.parametrize(
    ("draw", "group_count"),
    [(even_pictures, 4), (frames_of_a_standing_camera, 1), (different_pictures, 0)],
)
def test_twenty_thousand_are_no_trouble(draw, group_count):
    pictures = as_pictures(draw(20_000))
    started = time.process_time()
    groups = find_duplicate_groups(pictures, distinct_digests(20_000))
    assert time.process_time() - started < 15
    assert len(groups) == group_count
    assert sum(map(len, groups)) == (20_000 if group_count else 0)


@given(st.data(), st.integers(0, 60))
def test_groups_lie_on_one_side(data, count):
    share_of = data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    group_of = data.draw(st.lists(st.integers(0, 40), min_size=count, max_size=count))
    generator = np.random.default_rng(data.draw(st.integers(0, 99)))
    # Share 3 was left out by a limit; the order within a share is anyone's.
    before = [
        generator.permutation([i for i in range(count) if share_of[i] == number]).astype(np.int64)
        for number in range(3)
    ]
    members = [np.array([i for i in range(count) if group_of[i] == g], int) for g in range(41)]
    groups = [group for group in members if len(group) > 1]
    *after, moved = keep_groups_together(*before, groups)
    assert sorted(np.concatenate(after).tolist()) == sorted(np.concatenate(before).tolist())
    for group in groups:
        sides = [number for number in range(3) if np.isin(group, after[number]).any()]
        assert len(sides) <= 1
    torn = {
        int(i)
        for group in groups
        if len({share_of[i] for i in group} - {3}) > 1
        for i in group
        if share_of[i] in (1, 2)
    }
    assert moved == len(torn)
    assert set(after[0][len(before[0]) :].tolist()) == torn
    assert after[0][: len(before[0])].tolist() == before[0].tolist()
    for number in (1, 2):
        stayed = [i for i in before[number].tolist() if i not in torn]
        assert after[number].tolist() == stayed
    assert all(share.dtype == np.int64 for share in after)
