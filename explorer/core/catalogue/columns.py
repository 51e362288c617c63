"""What a model and the measurements say of a dataset's pictures, one array for each fact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from explorer.core.evaluation.log_loss import log_losses

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
"""Places of samples in `Dataset.samples`."""

UNKNOWN, TRAIN, VALIDATION, TEST = range(4)
"""Values of `Columns.parts`."""


@dataclass(frozen=True, eq=False)
class Columns:
    """One entry for each picture in every array, in the order of `Dataset.samples`.

    Attributes
    ----------
    classes : tuple of str
        The model's classes, in the order of its outputs; empty where it tells none apart.
    labels : (n,) int16
        Which of `classes` the picture's label is; -1 without a label, or with one that the model
        does not know.
    is_done : (n,) bool
        Whether the pass has come to the picture, whatever came of it.
    probabilities : (n, classes) float32
        NaN where unknown.
    novelty : (n,) float32
        How far a picture is from everything that the model was trained on, in units of the
        threshold: above 1 it does not look like any class. NaN where unknown.
    parts : (n,) int8
        In which part of the model's own split the picture was: `TRAIN`, `VALIDATION` or `TEST`;
        `UNKNOWN` where it was in none, or nobody knows.
    figures : dict of str to (n,) float32
        What `core.health.figures` measures, by its name; NaN where unknown.
    digests : (n, 32) uint8
        The SHA-256 of each file; zeros where unknown.
    hashes : (n, 2) uint64
        The difference hash and the perceptual hash; zeros where unknown.
    errors : dict of int to str
        Why a picture could not be read or classified, by its place.
    tells_split : bool
        Whether the model says which pictures it was trained on.
    """

    classes: tuple[str, ...]
    labels: npt.NDArray[np.int16]
    is_done: npt.NDArray[np.bool_]
    probabilities: Floats
    novelty: Floats
    parts: npt.NDArray[np.int8]
    figures: Mapping[str, Floats]
    digests: npt.NDArray[np.uint8]
    hashes: npt.NDArray[np.uint64]
    errors: Mapping[int, str] = field(default_factory=dict)
    tells_split: bool = False

    @property
    def count(self) -> int:
        """The number of pictures."""
        return len(self.is_done)

    def work_out(self) -> Self:
        """Return these, with all worked out that is read of them.

        Of many classes it takes long, and would be done by the window's thread, which asks first.
        """
        _ = self.confidence, self.losses, self.is_right, self.is_neither, self.is_seen
        return self

    @cached_property
    def has_answer(self) -> npt.NDArray[np.bool_]:
        """Where there are probabilities: (n,) bool."""
        if not self.classes:
            return np.zeros(self.count, bool)
        return ~np.isnan(self.probabilities[:, 0])

    @cached_property
    def predicted(self) -> npt.NDArray[np.int16]:
        """Return the most probable class: (n,) int16, -1 where unknown; the first of equal ones."""
        found = np.full(self.count, -1, np.int16)
        found[self.has_answer] = self.probabilities[self.has_answer].argmax(axis=1)
        return found

    @cached_property
    def confidence(self) -> Floats:
        """The probability of the most probable class: (n,) float32, NaN where unknown."""
        if not self.classes:
            return np.full(self.count, np.nan, np.float32)
        return np.asarray(self.probabilities.max(axis=1))

    @cached_property
    def losses(self) -> Floats:
        """The log loss of each picture, in nats: (n,) float32, NaN where unknown."""
        found = np.full(self.count, np.nan, np.float32)
        known = np.flatnonzero(self.has_answer & (self.labels >= 0))
        found[known] = log_losses(self.probabilities[known], self.labels[known])
        return found

    @cached_property
    def is_judged(self) -> npt.NDArray[np.bool_]:
        """Where both the label and the prediction are known: (n,) bool."""
        return self.has_answer & (self.labels >= 0)

    @cached_property
    def is_right(self) -> npt.NDArray[np.bool_]:
        """Where the prediction is the label: (n,) bool; look at `is_judged` first."""
        return np.asarray(self.is_judged & (self.predicted == self.labels))

    @cached_property
    def is_neither(self) -> npt.NDArray[np.bool_]:
        """Where the picture does not look like any class: (n,) bool, False where unknown."""
        return np.asarray(self.novelty > 1)

    @cached_property
    def is_seen(self) -> npt.NDArray[np.bool_]:
        """Where the model was trained on the picture: (n,) bool."""
        return np.asarray(self.parts == TRAIN)
