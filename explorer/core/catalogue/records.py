"""What is known of the pictures of a dataset while a pass fills it in."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from explorer.core.catalogue.columns import TEST, TRAIN, UNKNOWN, VALIDATION, Columns
from explorer.core.health.figures import PictureFigures
from explorer.core.models.survey import Surveyed
from explorer.core.models.training_split import TrainingSplit

FIGURES = tuple(one.name for one in fields(PictureFigures))
"""What is measured of each picture, in the order of `Surveyed.figures`."""

_PARTS = {"train": TRAIN, "validation": VALIDATION, "test": TEST}


@dataclass(eq=False)
class Records:
    """One row for each picture of a dataset, in the order of `Dataset.samples`.

    Attributes
    ----------
    classes : tuple of str
    labels : (n,) int16
        As in `Columns`.
    split : TrainingSplit or None
        Which pictures the model was trained on.
    is_done : (n,) bool
    found : Surveyed
        What was found out; without embeddings.
    errors : dict of int to str
    embeddings : (n, features) float16 or None
        NaN where unknown; None until there is one.
    """

    classes: tuple[str, ...]
    labels: npt.NDArray[np.int16]
    split: TrainingSplit | None
    is_done: npt.NDArray[np.bool_]
    found: Surveyed
    parts: npt.NDArray[np.int8]
    errors: dict[int, str] = field(default_factory=dict)
    embeddings: npt.NDArray[np.float16] | None = None

    @classmethod
    def empty(
        cls, classes: tuple[str, ...], labels: npt.NDArray[np.int16], split: TrainingSplit | None
    ) -> Self:
        """Return rows of which nothing is known but the labels."""
        count = len(labels)
        return cls(
            classes,
            labels,
            split,
            np.zeros(count, bool),
            Surveyed.empty(count, len(classes), 0, len(FIGURES)),
            np.full(count, UNKNOWN, np.int8),
        )

    @property
    def figure_count(self) -> int:
        """How many figures each picture has."""
        return int(self.found.figures.shape[1])

    @property
    def done_count(self) -> int:
        """How many pictures are done."""
        return int(np.count_nonzero(self.is_done))

    @property
    def unread(self) -> list[int]:
        """The pictures whose file could not be read, or whose process ended: nothing is kept."""
        return [place for place in self.errors if not self.found.digests[place].any()]

    def try_again(self) -> None:
        """Count those that could not be read as not done."""
        for place in self.unread:
            self.is_done[place] = False
            del self.errors[place]

    def fill(self, places: npt.NDArray[np.int64], found: Surveyed, errors: Sequence[str]) -> None:
        """Put in what was found out of some pictures.

        Parameters
        ----------
        places : (m,) int
        found : Surveyed
            Of m pictures.
        errors : sequence of str
            One for each picture, empty where there is none.
        """
        own = self.found
        own.digests[places] = found.digests
        own.novelty[places] = found.novelty
        own.probabilities[places] = found.probabilities
        own.figures[places] = found.figures
        own.hashes[places] = found.hashes
        self.fill_embeddings(places, found.embeddings)
        for place, digest, error in zip(places.tolist(), found.digests, errors, strict=True):
            self.errors.pop(place, None)
            if error:
                self.errors[place] = error
            part = None if self.split is None else self.split.part_of(digest.tobytes())
            self.parts[place] = UNKNOWN if part is None else _PARTS[part]
        self.is_done[places] = True

    def fill_embeddings(
        self, places: npt.NDArray[np.int64], embeddings: npt.NDArray[np.float16]
    ) -> None:
        """Put in the embeddings of some pictures; none where there are no columns."""
        if not embeddings.shape[1] or not len(places):
            return
        if self.embeddings is None:
            self.embeddings = np.full((len(self.labels), embeddings.shape[1]), np.nan, np.float16)
        if self.embeddings.shape[1] == embeddings.shape[1]:
            self.embeddings[places] = embeddings

    def columns(self) -> Columns:
        """Return what is known now; what is filled in later does not change it."""
        own = self.found
        return Columns(
            classes=self.classes,
            labels=self.labels,
            is_done=self.is_done.copy(),
            probabilities=own.probabilities.astype(np.float32),
            novelty=own.novelty.copy(),
            parts=self.parts.copy(),
            figures=dict(zip(FIGURES, own.figures.T.copy(), strict=True)),
            digests=own.digests.copy(),
            hashes=own.hashes.copy(),
            errors=dict(self.errors),
            tells_split=self.split is not None,
        ).work_out()
