"""Exact and near-duplicates of a whole dataset: by content, by hash, by embedding."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from explorer.core.datasets.dataset import Sample
from explorer.core.files.names import printable_name
from explorer.core.health.hashes import Hashes, orient_hashes
from explorer.core.health.issues import Issue

Places = npt.NDArray[np.int64]

MOST_COMPARED = 4000
"""So many pairs are compared point by point, those first that stand out most."""

_STANDS_OUT = 0.7
"""A neighbour is compared where its distance is below this multiple of that to the 10th one: among
many alike, a copy is still much nearer than the rest."""

_LOOKED_AT = 5
_PARTS = 5
_MOST_PAIRS = 5_000_000
_FEWEST_LEVELS = 0.02


@dataclass(frozen=True, eq=False)
class Alike:
    """Pairs of pictures that show the same.

    Attributes
    ----------
    one, other : (k,) int64
        Places, `one` the smaller.
    figures : (k,) float
        Bits that differ, points in common, or the distance: see `how`.
    how : sequence of str
        Why each pair is one, as half a sentence.
    """

    one: Places
    other: Places
    figures: npt.NDArray[np.float64]
    how: Sequence[str]


def find_exact(digests: npt.NDArray[np.uint8]) -> list[Places]:
    """Return groups of files of the same content, in the order of their first members.

    Parameters
    ----------
    digests : (n, 32) uint8
        The SHA-256 of each file; zeros where unknown.
    """
    known = np.flatnonzero(digests.any(axis=1))
    if not known.size:
        return []
    parts = np.ascontiguousarray(digests[known]).view(np.uint64)
    # Sorted by one part: sorting whole digests would keep Python's lock.
    order = np.argsort(parts[:, 0], kind="stable")
    is_other = (parts[order][1:] != parts[order][:-1]).any(axis=1)
    keys = np.empty(len(known), np.int64)
    keys[order] = np.concatenate([[0], np.cumsum(is_other)])
    return _group(known, keys)


def find_by_hash(perceptual: Hashes, has_outline: npt.NDArray[np.bool_], bits: float) -> Alike:
    """Return pairs whose perceptual hashes hardly differ, however one of them is turned.

    Of pictures with the same hash, only neighbours in the dataset's order are pairs.

    Parameters
    ----------
    perceptual : (n,) uint64
    has_outline : (n,) bool
        False where the hash is unknown, or of a picture of one level.
    bits : float
        How many of the 64 may differ, at most 12.
    """
    known = np.flatnonzero(has_outline)
    order = known[np.argsort(perceptual[known], kind="stable")]
    equal = np.flatnonzero(perceptual[order][1:] == perceptual[order][:-1])
    pairs = [(order[equal], order[equal + 1], np.zeros(len(equal)), np.zeros(len(equal), int))]
    hashes, first = np.unique(perceptual[known], return_index=True)
    for number, turned in enumerate(orient_hashes(hashes)):
        for one, other in _candidates(hashes, turned, int(bits)):
            distances = np.bitwise_count(hashes[one] ^ turned[other])
            near = distances <= bits
            if number == 0:
                near &= one < other
            pairs.append(
                (
                    known[first[one[near]]],
                    known[first[other[near]]],
                    distances[near].astype(float),
                    np.full(int(near.sum()), number),
                )
            )
    left, right, figures, numbers = (np.concatenate(part) for part in zip(*pairs, strict=True))
    one, other = np.minimum(left, right), np.maximum(left, right)
    # Several parts of two hashes may agree; and a symmetrical picture is its own mirror image.
    kept = np.unique(one * len(perceptual) + other, return_index=True)[1]
    kept = kept[one[kept] != other[kept]]
    turned = ", mirrored or turned"
    how = ["the same outlines" + (turned if number else "") for number in numbers[kept]]
    return Alike(one[kept], other[kept], figures[kept], how)


def _candidates(hashes: Hashes, turned: Hashes, bits: int) -> Iterator[tuple[Places, Places]]:
    """Yield all pairs of hashes that agree in one of so many parts that one must be equal."""
    parts = bits + 1
    for first in range(parts):
        # Scattered over the picture: those of an even border would agree in far too many.
        mask = np.uint64(sum(1 << bit for bit in range(first, 64, parts)))
        keys = hashes & mask
        order = np.argsort(keys, kind="stable")
        asked = turned & mask
        start = np.searchsorted(keys[order], asked, side="left")
        counts = np.searchsorted(keys[order], asked, side="right") - start
        ends = np.cumsum(counts)
        # In slices of bounded size: pictures of one kind may agree in millions of pairs.
        limits = np.arange(_MOST_PAIRS, ends[-1] if len(ends) else 0, _MOST_PAIRS)
        for rows in np.split(np.arange(len(hashes)), np.searchsorted(ends, limits)):
            other = np.repeat(rows, counts[rows])
            within = np.arange(len(other)) - np.repeat(
                np.cumsum(counts[rows]) - counts[rows], counts[rows]
            )
            yield order[start[other] + within], other


def find_by_embedding(
    neighbours: Places,
    distances: npt.NDArray[np.floating],
    count_common: Callable[[int, int], int | None] | None,
    *,
    multiple: float,
    fewest_points: int,
    skipped: Iterable[tuple[int, int]] = (),
    told: Callable[[float], None] = lambda done: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Alike:
    """Return pairs whose embeddings are close and that prove to show the same.

    Where pictures cannot be compared, as a plain sky cannot, they must be very close.

    Parameters
    ----------
    neighbours : (n, k) int64
        The nearest of each picture, nearest first.
    distances : (n, k) float
        Cosine distances to them.
    count_common : callable or None
        How many points two pictures have in common, None where that cannot be said; None compares
        no pictures.
    multiple : float
        Nearer than this multiple of the median distance to the nearest neighbour, pictures are very
        close.
    skipped : iterable of (int, int)
        Pairs that are known already, the smaller place first.
    """
    if distances.size == 0:
        return _no_pairs()
    median = max(float(np.median(distances[:, 0])), 1e-8)
    looked_at = min(_LOOKED_AT, distances.shape[1])
    near = distances[:, :looked_at].astype(np.float64)
    relative = near / np.maximum(distances[:, -1:], 1e-8)
    is_close = near < multiple * median
    rows, columns = np.nonzero(is_close | (relative < _STANDS_OUT))
    order = np.argsort(
        np.where(is_close[rows, columns], -1, relative[rows, columns]), kind="stable"
    )
    known = set(skipped)
    found: list[tuple[int, int, float, str]] = []
    compared = 0
    most = min(MOST_COMPARED, len(order))
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        other = int(neighbours[row, column])
        pair = (min(row, other), max(row, other))
        if pair in known:
            continue
        known.add(pair)
        if is_cancelled() or compared == MOST_COMPARED:
            break
        common = None
        if count_common is not None:
            compared += 1
            common = count_common(*pair)
            if compared % 16 == 0:
                told(compared / most)
        if common is not None and common >= fewest_points:
            found.append((*pair, float(common), f"{common} points in common"))
        elif common is None and is_close[row, column]:
            how = f"embeddings {near[row, column] / median:.2f} of the median distance apart"
            found.append((*pair, near[row, column] / median, how))
    if not found:
        return _no_pairs()
    one, other_, figures, how_ = zip(*found, strict=True)
    return Alike(np.array(one), np.array(other_), np.array(figures, float), how_)


def _no_pairs() -> Alike:
    empty = np.empty(0, np.int64)
    return Alike(empty, empty, np.empty(0), ())


def has_levels(
    low: npt.NDArray[np.floating], high: npt.NDArray[np.floating]
) -> npt.NDArray[np.bool_]:
    """Say where brightness varies enough for a hash to mean something; False where unknown."""
    return np.asarray(high - low > _FEWEST_LEVELS)


def group_pairs(alikes: Sequence[Alike], count: int) -> list[tuple[Places, float, str]]:
    """Return groups of near-duplicates: members, the first pair's figure, and how they were found.

    A near-duplicate of a member belongs to the group.
    """
    one = np.concatenate([part.one for part in alikes])
    other = np.concatenate([part.other for part in alikes])
    edges = coo_array((np.ones(len(one), bool), (one, other)), shape=(count, count))
    group_of = connected_components(edges, directed=False)[1]
    figures: dict[int, float] = {}
    how: dict[int, list[str]] = {}
    for part in alikes:
        for start, figure, reason in zip(part.one, part.figures, part.how, strict=True):
            number = int(group_of[start])
            figures.setdefault(number, float(figure))
            reasons = how.setdefault(number, [])
            if reason not in reasons and len(reasons) < 3:
                reasons.append(reason)
    members = np.unique(np.concatenate([one, other]))
    return [
        (group, figures[int(group_of[group[0]])], "; ".join(how[int(group_of[group[0]])]))
        for group in _group(members, group_of[members])
    ]


def _group(places: Places, keys: npt.NDArray[np.integer]) -> list[Places]:
    """Return the places of each key that two or more have, in the order of the first."""
    order = np.argsort(keys, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)
    groups = [np.asarray(places[part], np.int64) for part in parts if len(part) > 1]
    return sorted(groups, key=lambda group: int(group[0]))


def to_issues(
    groups: Iterable[tuple[Places, float, str]], samples: Sequence[Sample]
) -> list[Issue]:
    """Return groups of duplicates as issues, those across splits first."""
    across: list[Issue] = []
    within: list[Issue] = []
    for places, figure, how in groups:
        members = [samples[place] for place in places.tolist()]
        splits = sorted({sample.split or "train" for sample in members})
        labels = sorted({printable_name(sample.label) for sample in members if sample.label})
        reason = how
        if len(splits) > 1:
            reason += f"; in {' and '.join(splits)}"
        if len(labels) > 1:
            reason += f"; labelled {' and '.join(labels)}"
        issue = Issue(tuple(places.tolist()), figure, reason)
        (across if len(splits) > 1 else within).append(issue)
    return [*across, *within]
