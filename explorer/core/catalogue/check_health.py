"""All that may be wrong with the pictures of a dataset: a list for each kind."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.catalogue.columns import UNKNOWN, Columns
from explorer.core.catalogue.kept_health import read_arrays, write_arrays
from explorer.core.datasets.dataset import Dataset
from explorer.core.embedding.neighbours import Neighbours, UnitVectors, find_neighbours
from explorer.core.files.names import list_names, printable_name
from explorer.core.files.own_arrays import Arrays
from explorer.core.health import alike
from explorer.core.health.figures import PictureFigures
from explorer.core.health.groups import find_weak_groups
from explorer.core.health.hashes import Hashes
from explorer.core.health.issues import DEFAULTS, KINDS, Issue, IssueList, Thresholds
from explorer.core.health.labels import find_rare_class, find_spurious
from explorer.core.health.measured import Figures, find_measured
from explorer.core.health.outliers import NEIGHBOURS, find_outliers
from explorer.core.health.points import FEWEST_POINTS, THUMBNAIL_EDGE, PointMatcher
from explorer.core.health.suspects import cross_validate, find_label_suspects
from explorer.core.images.read import Picture, read_thumbnail
from explorer.core.text.percent import format_percent
from explorer.errors import PictureError

_Found = tuple[list[Issue], str]
_NO_EMBEDDING = "The model gives no embedding to compare pictures by."
_FEW_VECTORS = "There are too few pictures with an embedding."
_HASHES_ONLY = "Only content and hashes were compared so far."
_NOT_YET = "Not looked for yet."
_FEWEST = 5
_VERSION = b"4"
_INCOMPARABLE = -1
_BY_ITSELF = "From the model's own probabilities: it was trained on none of these pictures."
_BY_A_HEAD = (
    "From the probabilities of a linear head on the model's embedding, fitted five times to four "
    "fifths of the pictures and asked about the rest."
)
_MAY_HIDE = " The embedding itself was trained on some of these labels, and may hide wrong ones."
_FEW_LABELS = (
    "Labels cannot be judged: each of two or more classes needs "
    f"{_FEWEST} pictures with an embedding"
)


class CancelledError(Exception):
    """The check was cancelled."""


Told = Callable[[str, float], None]
"""Told of the step in words, and of the fraction of it that is done."""


class HealthCheck:
    """A dataset whose health can be looked at with any thresholds; what takes long is done once.

    Parameters
    ----------
    dataset : Dataset
    columns : Columns
        What the pass found.
    embedding : (n, features) float or None
        NaN where unknown; None where the model gives none.
    kept_in : Path or None
        The folder in which what takes long is kept for the next start.
    """

    def __init__(
        self,
        dataset: Dataset,
        columns: Columns,
        embedding: npt.NDArray[np.floating] | None,
        kept_in: Path | None = None,
    ) -> None:
        self.dataset = dataset
        self.columns = columns
        self.embedding = embedding
        self._kept_in = kept_in
        self.is_whole = False
        """Whether the last run left nothing out."""
        self.told: Told = lambda step, done: None
        self.is_cancelled: Callable[[], bool] = lambda: False

    def run(
        self,
        thresholds: Thresholds = DEFAULTS,
        *,
        is_quick: bool = False,
        told: Told = lambda step, done: None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[IssueList, ...]:
        """Return a list for each of `KINDS`, in their order.

        Parameters
        ----------
        is_quick : bool
            Whether what takes long is left out, unless it was kept: `is_whole` tells.

        Raises
        ------
        CancelledError
            `is_cancelled` said so.
        """
        self.told, self.is_cancelled = told, is_cancelled
        self.is_whole = False
        is_whole = not is_quick or bool(self._kept)
        found: dict[str, _Found] = dict(find_measured(self._figures, thresholds))
        found["unreadable"] = self._find_unreadable(), ""
        found |= self._find_duplicates(thresholds, with_embedding=is_whole)
        found["spurious"] = self._find_spurious(thresholds)
        found["class_imbalance"] = (
            find_rare_class(self._labels, self.dataset.classes, thresholds.class_imbalance),
            "",
        )
        found["weak_group"] = self._find_weak_groups(thresholds)
        if is_whole:
            found["label_suspect"] = self._find_suspects()
            found["outlier"] = self._find_outliers(thresholds)
            self._keep()
        else:
            found["label_suspect"] = found["outlier"] = [], _NOT_YET
        self.is_whole = is_whole
        return tuple(
            IssueList(kind, kind.describe(thresholds), tuple(found[kind.name][0]), note)
            for kind in KINDS
            for note in (found[kind.name][1],)
        )

    @cached_property
    def _figures(self) -> Figures:
        """Return all figures; NaN where a pass has not measured them."""
        unknown = np.full(self.columns.count, np.nan)
        names = (field.name for field in fields(PictureFigures))
        return {name: self.columns.figures.get(name, unknown) for name in names}

    @cached_property
    def _labels(self) -> npt.NDArray[np.int64]:
        """Return the number of each picture's label among the dataset's classes, -1 without one."""
        numbers = {name: number for number, name in enumerate(self.dataset.classes)}
        return np.array(
            [numbers.get(sample.label or "", -1) for sample in self.dataset.samples], np.int64
        )

    @cached_property
    def _known(self) -> npt.NDArray[np.int64]:
        """Return the places of the pictures whose embedding is known, each content once."""
        if self.embedding is None:
            return np.empty(0, np.int64)
        return np.flatnonzero(np.isfinite(self.embedding).all(axis=1) & self._is_first)

    # What takes long, and is kept.

    @cached_property
    def _key(self) -> str:
        columns = self.columns
        whole = hashlib.sha256(_VERSION)
        parts = (columns.digests, columns.parts, self._labels, self._known)
        for part in (*parts, *(() if self.embedding is None else (self.embedding,))):
            whole.update(np.ascontiguousarray(part).data)
        return whole.hexdigest()[:32]

    @cached_property
    def _kept(self) -> Arrays:
        return {} if self._kept_in is None else read_arrays(self._kept_in, self._key)

    def _keep(self) -> None:
        """Keep what takes long, unless it is kept already."""
        if self._kept_in is None or not len(self._known):
            return
        counts = self._matcher.counts
        arrays: dict[str, npt.NDArray[Any]] = {
            "neighbours": self._neighbours.places.astype(np.int32),
            "distances": self._neighbours.distances,
            "pairs": np.array([*counts], np.int32).reshape(-1, 2),
            "common": np.array(
                [_INCOMPARABLE if count is None else count for count in counts.values()], np.int32
            ),
        }
        if "_cross_validated" in self.__dict__:
            arrays["cross_validated"] = self._cross_validated
        sizes = {name: array.shape for name, array in arrays.items()}
        if sizes != {name: array.shape for name, array in self._kept.items()}:
            write_arrays(self._kept_in, self._key, arrays)
            self.__dict__["_kept"] = arrays

    @cached_property
    def _neighbours(self) -> Neighbours:
        if "neighbours" in self._kept:
            return Neighbours(self._kept["neighbours"].astype(np.int64), self._kept["distances"])
        assert self.embedding is not None
        found = find_neighbours(
            UnitVectors(self.embedding, self._known),
            NEIGHBOURS,
            told=lambda done: self.told("comparing embeddings", done),
            is_cancelled=self.is_cancelled,
        )
        if found is None:
            raise CancelledError
        return found

    def _find_unreadable(self) -> list[Issue]:
        return [
            Issue((place,), 1.0, reason) for place, reason in sorted(self.columns.errors.items())
        ]

    @cached_property
    def _exact(self) -> list[npt.NDArray[np.int64]]:
        return alike.find_exact(self.columns.digests)

    @cached_property
    def _is_first(self) -> npt.NDArray[np.bool_]:
        """Say which pictures are not the same file as one before: only those are compared."""
        found = np.ones(self.columns.count, bool)
        for group in self._exact:
            found[group[1:]] = False
        return found

    def _find_duplicates(
        self, thresholds: Thresholds, *, with_embedding: bool
    ) -> dict[str, _Found]:
        columns, samples = self.columns, self.dataset.samples
        has_outline = self._is_first & alike.has_levels(
            self._figures["brightness_5"], self._figures["brightness_99"]
        )
        perceptual: Hashes = np.ascontiguousarray(columns.hashes[:, 1])
        by_hash = alike.find_by_hash(perceptual, has_outline, thresholds.near_duplicate_bits)
        parts = [by_hash]
        note = "" if len(self._known) else _NO_EMBEDDING
        if not with_embedding:
            note = _HASHES_ONLY
        elif len(self._known):
            parts.append(self._find_by_embedding(thresholds, by_hash))
        same = [(group, 0.0, "the same content") for group in self._exact]
        return {
            "exact_duplicate": (alike.to_issues(same, samples), ""),
            "near_duplicate": (
                alike.to_issues(alike.group_pairs(parts, columns.count), samples),
                note,
            ),
        }

    def _find_by_embedding(self, thresholds: Thresholds, by_hash: alike.Alike) -> alike.Alike:
        # Neighbours are rows of known embeddings, pairs are places in the dataset.
        row_of = np.full(self.columns.count, -1)
        row_of[self._known] = np.arange(len(self._known))
        known = self._known.tolist()
        skipped = zip(row_of[by_hash.one].tolist(), row_of[by_hash.other].tolist(), strict=True)
        found = alike.find_by_embedding(
            self._neighbours.places,
            self._neighbours.distances,
            lambda one, other: self._matcher.count_common(known[one], known[other]),
            multiple=thresholds.near_duplicate,
            fewest_points=FEWEST_POINTS,
            skipped=skipped,
            told=lambda done: self.told("comparing pictures", done),
            is_cancelled=self.is_cancelled,
        )
        if self.is_cancelled():
            raise CancelledError
        return alike.Alike(
            self._known[found.one], self._known[found.other], found.figures, found.how
        )

    @cached_property
    def _matcher(self) -> PointMatcher:
        matcher = PointMatcher(partial(_read_sample, self.dataset))
        if "pairs" in self._kept:
            pairs, common = self._kept["pairs"].tolist(), self._kept["common"].tolist()
            for (one, other), count in zip(pairs, common, strict=True):
                matcher.counts[one, other] = None if count == _INCOMPARABLE else count
        return matcher

    def _find_outliers(self, thresholds: Thresholds) -> _Found:
        if len(self._known) <= NEIGHBOURS:
            return [], _NO_EMBEDDING if not len(self._known) else _FEW_VECTORS
        distances = self._neighbours.distances
        return find_outliers(distances, self._known, thresholds.outlier), ""

    @property
    def _is_judge(self) -> bool:
        """Whether the model's own probabilities are out of sample for every picture."""
        columns = self.columns
        is_same = set(columns.classes) == set(self.dataset.classes)
        says_split = (columns.parts != UNKNOWN).any()
        judged = columns.is_judged
        return bool(
            is_same and says_split and judged.any() and not (judged & columns.is_seen).any()
        )

    @cached_property
    def _labelled(self) -> npt.NDArray[np.int64]:
        """Return the places of the labelled pictures with a known embedding."""
        return self._known[self._labels[self._known] >= 0]

    @cached_property
    def _cross_validated(self) -> npt.NDArray[np.float32]:
        """Return out-of-sample probabilities of the labelled pictures."""
        if "cross_validated" in self._kept:
            return self._kept["cross_validated"]
        self.told("judging labels", 0)
        assert self.embedding is not None
        found = cross_validate(
            UnitVectors(self.embedding, self._labelled),
            self._labels[self._labelled],
            len(self.dataset.classes),
            is_cancelled=self.is_cancelled,
        )
        if found is None:
            raise CancelledError
        return found

    def _find_suspects(self) -> _Found:
        columns = self.columns
        if self._is_judge:
            places = np.flatnonzero(columns.is_judged)
            labels = columns.labels[places].astype(np.int64)
            probabilities, names = columns.probabilities[places], columns.classes
            return _name_suspects(places, labels, probabilities, names), _BY_ITSELF
        places, names = self._labelled, self.dataset.classes
        labels = self._labels[places]
        counts = np.bincount(labels, minlength=len(names)).tolist()
        few = [name for name, count in zip(names, counts, strict=True) if count < _FEWEST]
        if len(names) < 2 or few:
            lack = f", which {list_names(few)} lacks." if few else "."
            return [], _FEW_LABELS + lack
        note = _BY_A_HEAD + (_MAY_HIDE if columns.is_seen.any() else "")
        return _name_suspects(places, labels, self._cross_validated, names), note

    def _find_spurious(self, thresholds: Thresholds) -> _Found:
        if len(self.dataset.classes) < 2:
            return [], "The dataset has fewer than two classes."
        return (
            find_spurious(self._figures, self._labels, self.dataset.classes, thresholds.spurious),
            "",
        )

    def _find_weak_groups(self, thresholds: Thresholds) -> _Found:
        columns = self.columns
        is_judged = columns.is_judged & ~columns.is_seen
        if not is_judged.any():
            return [], "There are no labelled pictures that the model was not trained on."
        return (
            find_weak_groups(
                self._figures,
                columns.labels,
                columns.classes,
                is_judged,
                columns.is_right,
                thresholds.weak_group,
            ),
            "",
        )


def _read_sample(dataset: Dataset, place: int) -> Picture | None:
    try:
        return read_thumbnail(dataset.samples[place].path, THUMBNAIL_EDGE)
    except PictureError:
        return None  # it was there when the pass came by; the pass says what became of it


def _name_suspects(
    places: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64],
    probabilities: npt.NDArray[np.float32],
    names: Sequence[str],
) -> list[Issue]:
    issues = []
    rows, guesses = find_label_suspects(labels, probabilities)
    for row, guess in zip(rows.tolist(), guesses.tolist(), strict=True):
        own, other = float(probabilities[row, labels[row]]), float(probabilities[row, guess])
        label, name = printable_name(names[labels[row]]), printable_name(names[guess])
        reason = (
            f"labelled {label} ({format_percent(own)}), looks like {name} ({format_percent(other)})"
        )
        issues.append(Issue((int(places[row]),), own, reason, names[guess]))
    return issues


def affected(lists: Iterable[IssueList], count: int) -> dict[str, npt.NDArray[np.bool_]]:
    """Return which pictures each kind lists: (n,) bool by the kind's name."""
    found = {}
    for one in lists:
        flags = np.zeros(count, bool)
        flags[[place for issue in one.issues for place in issue.places]] = True
        found[one.kind.name] = flags
    return found
