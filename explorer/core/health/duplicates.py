"""Find near-duplicates in a dataset, and keep them in one split."""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from explorer.core.health.hashes import (
    THUMBNAIL_EDGE,
    Thumbnails,
    difference_hashes,
    make_thumbnails,
)

MAX_HASH_DISTANCE = 4
GREY_DIFFERENCE = 3

Indices = npt.NDArray[np.int64]

# Two thumbnails with a smaller sum of differences are near-duplicates.
_SUM_OF_DIFFERENCES = GREY_DIFFERENCE * THUMBNAIL_EDGE**2

# Of a thumbnail's 1024 bytes, with something to spare.
_MORE_THAN_BRIGHTNESS = 2**20

# Two hashes that differ in 4 bits agree in all of one of 5 parts. The bits of each part lie
# scattered over the picture: those of an even border would agree in far too many.
_PARTS = [
    np.uint64(sum(1 << bit for bit in range(first, 64, MAX_HASH_DISTANCE + 1)))
    for first in range(MAX_HASH_DISTANCE + 1)
]

_BLOCK = 4096


def find_duplicate_groups(
    pictures: npt.NDArray[np.uint8], digests: Sequence[str]
) -> tuple[Indices, ...]:
    """Find groups of near-duplicates.

    Two pictures are near-duplicates if their files are equal, or if their difference hashes differ
    in at most 4 bits and their thumbnails by less than 3 grey levels on average. The hash alone has
    too many false positives: it chains a hundred different photos. Groups are connected components:
    a near-duplicate of a member belongs to the group.

    Parameters
    ----------
    pictures : (n, height, width, 3) uint8
        RGB, all of one size; may be memory-mapped, and is read once.
    digests : sequence of str
        The SHA-256 of each picture's file.

    Returns
    -------
    tuple of (k,) int64
        The members of each group, at least two, in ascending order; the groups in the order of
        their first members.
    """
    if len(pictures) == 0:
        return ()
    files = _number(digests)
    # What looks exactly alike, as even pictures do, need be compared only once.
    thumbnails = make_thumbnails(pictures)
    looks = _number([thumbnail.tobytes() for thumbnail in thumbnails])
    near = _group_near(thumbnails[np.unique(looks, return_index=True)[1]])[looks]
    # One graph of all pictures (through what they have in common), then its connected parts.
    last = int(files.max()) + 1
    groups = _connect(files, last + near, last + len(near))[files]
    order = np.argsort(groups, kind="stable").astype(np.int64)
    members = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    return tuple(sorted((group for group in members if len(group) > 1), key=lambda group: group[0]))


def keep_groups_together(
    train: Indices, validation: Indices, test: Indices, groups: Iterable[Indices]
) -> tuple[Indices, Indices, Indices, int]:
    """Move pictures with a near-duplicate in another split to the training set.

    So no picture of the validation or test set has been seen in training. These sets become
    smaller, and empty if all their pictures have near-duplicates elsewhere.

    Parameters
    ----------
    train, validation, test : (a,), (b,), (c,) int64
        The splits, which are disjoint.
    groups : iterable of (k,) int64
        From `find_duplicate_groups`; members in no split are ignored.

    Returns
    -------
    train, validation, test : (a + moved,), …, … int64
        In their original order, the moved ones last.
    moved : int
        How many pictures were moved.
    """
    splits = (train, validation, test)
    split_of = {int(i): number for number, split in enumerate(splits) for i in split}
    moved: list[int] = []
    for group in groups:
        members = [int(i) for i in group if int(i) in split_of]
        if len({split_of[i] for i in members}) > 1:
            moved += [i for i in members if split_of[i] != 0]
    return (
        np.concatenate([train, np.array(moved, dtype=np.int64)]),
        validation[~np.isin(validation, moved)],
        test[~np.isin(test, moved)],
        len(moved),
    )


def _group_near(thumbnails: Thumbnails) -> Indices:
    """Return the number of each thumbnail's group."""
    count = len(thumbnails)
    hashes = difference_hashes(thumbnails)
    # Sums differ by no more than what was summed: where these are apart, so are the thumbnails.
    coarse = thumbnails.reshape(-1, 4, 8, 4, 8).sum(axis=(2, 4), dtype=np.int32)
    brightness = coarse.sum(axis=(1, 2), dtype=np.int64)
    groups = np.arange(count)
    for mask in _PARTS:
        # Sorted by this part of the hash, then by brightness, a thumbnail needs to be compared only
        # as far as `end`: with those that agree in the part and are bright enough to be near.
        part = np.unique(hashes & mask, return_inverse=True)[1]
        key = part * _MORE_THAN_BRIGHTNESS + brightness
        order = np.argsort(key)
        end = np.searchsorted(key[order], key[order] + _SUM_OF_DIFFERENCES)
        run_end = _find_run_ends(groups[order])
        first = np.arange(count)
        second = first + 1
        while True:
            is_possible = second < end[first]
            first, second = first[is_possible], second[is_possible]
            if not first.size:
                break
            one, other = order[first], order[second]
            is_apart = groups[one] != groups[other]
            is_near = is_apart & (
                np.bitwise_count(hashes[one] ^ hashes[other]) <= MAX_HASH_DISTANCE
            )
            for values in (coarse, thumbnails):
                is_near[is_near] = _are_near(values, one[is_near], other[is_near])
            if is_near.any():
                edges = groups[one[is_near]], groups[other[is_near]]
                groups = _connect(*edges, count)[groups]
                run_end = _find_run_ends(groups[order])
            # All that follows in one group with both is skipped: a thousand frames of a standing
            # camera are not compared a million times.
            second = np.where(is_apart, second + 1, run_end[second])
    return groups


def _find_run_ends(values: Indices) -> Indices:
    """Return for each place where the run of equal values that it lies in ends."""
    ends = np.append(np.flatnonzero(np.diff(values)) + 1, len(values))
    return np.repeat(ends, np.diff(ends, prepend=0))


def _are_near(
    values: npt.NDArray[np.integer], one: Indices, other: Indices
) -> npt.NDArray[np.bool_]:
    """Say of each pair of (n, …) values whether their differences come to little."""
    is_near = np.empty(len(one), np.bool_)
    for start in range(0, len(one), _BLOCK):
        block = slice(start, start + _BLOCK)
        a, b = values[one[block]], values[other[block]]
        differences = np.maximum(a, b) - np.minimum(a, b)
        is_near[block] = differences.sum(axis=(1, 2), dtype=np.int64) < _SUM_OF_DIFFERENCES
    return is_near


def _number(values: Iterable[Hashable]) -> Indices:
    """Return a number for each value, the same for equal ones, in the order they come up."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)


def _connect(one: Indices, other: Indices, count: int) -> Indices:
    """Return the number of the connected part that each of `count` nodes belongs to."""
    edges = coo_array((np.ones(len(one), np.bool_), (one, other)), shape=(count, count))
    parts: Indices = connected_components(edges, directed=False)[1].astype(np.int64)
    return parts
