"""Which pictures of the open dataset are nearest to the current picture, as its model sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from explorer.background.tasks import LatestWins, TaskPool
from explorer.background.thumbnails import Key, ThumbnailLoader
from explorer.core.datasets.dataset import Sample
from explorer.core.embedding.neighbours import find_nearest_of
from explorer.core.models.prediction import Prediction
from explorer.state.shared.notices import Notices

MOST_PICTURES = 4

Embeddings = npt.NDArray[np.floating]


@dataclass(frozen=True)
class NearPicture:
    """A picture of the dataset.

    Attributes
    ----------
    sample : Sample
    distance : float
        Cosine distance of both pictures' last features, 0 to 2.
    """

    sample: Sample
    distance: float


class NearestState(QObject):
    """Finds them on a thread, whenever the picture or what is known of the dataset changes.

    Signals
    -------
    changed()
        `pictures`, `reason` or a thumbnail is another one.
    """

    changed = Signal()

    def __init__(
        self,
        pool: TaskPool,
        thumbnails: ThumbnailLoader,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._samples: Sequence[Sample] = ()
        self._embeddings: Embeddings | None = None
        self._wanted: Prediction | None = None
        self._asked: set[Key] = set()
        self.pictures: tuple[NearPicture, ...] = ()
        """The nearest ones, the nearest first; without the picture itself."""
        self._search = LatestWins(pool, done=self._set_pictures, failed=notices.report)
        thumbnails.loaded.connect(self._on_loaded)

    @property
    def reason(self) -> str:
        """What to do where none are known, as a sentence; empty where there are some."""
        if self.pictures or self._wanted is None:
            return ""
        if not self._samples:
            return "Open a dataset, and its pictures that are nearest to this one are shown here."
        if self._embeddings is None:
            return "Have the dataset looked through on its page, and the nearest pictures are here."
        return ""

    def set_dataset(self, samples: Sequence[Sample], embeddings: Embeddings | None) -> None:
        """Look among other pictures.

        Parameters
        ----------
        samples : sequence of Sample
            Of the open dataset; none where none is open.
        embeddings : (samples, features) float or None
            By the current model, NaN where unknown; None where nothing is known.
        """
        self._samples, self._embeddings = samples, embeddings
        self._begin()

    def look_at(self, prediction: Prediction | None) -> None:
        """Look for what is nearest to another picture; None: to none."""
        if prediction is not self._wanted:
            self._wanted = prediction
            self._begin()

    def thumbnail(self, picture: NearPicture, edge_px: int) -> QImage | None:
        """Return a small picture; None while it is being read, or cannot be."""
        found = self._thumbnails.get(picture.sample.path, edge_px)
        if found is None:
            self._asked.add((picture.sample.path, edge_px))
        return None if found is None else found.image

    def _begin(self) -> None:
        self._search.forget()
        self.pictures = ()
        self._asked.clear()
        wanted, samples, embeddings = self._wanted, self._samples, self._embeddings
        embedding = None if wanted is None else wanted.embedding
        if wanted is not None and embedding is not None and embeddings is not None:
            is_of_one_model = embeddings.shape == (len(samples), len(embedding))
            if is_of_one_model and len(embedding):
                path = Path(wanted.path)
                self._search.ask(lambda: _find(samples, embeddings, embedding, path))
        self.changed.emit()

    def _set_pictures(self, pictures: tuple[NearPicture, ...]) -> None:
        self.pictures = pictures
        self.changed.emit()

    def _on_loaded(self, keys: tuple[Key, ...]) -> None:
        come = self._asked.intersection(keys)
        if come:
            self._asked -= come
            self.changed.emit()


def _find(
    samples: Sequence[Sample], embeddings: Embeddings, embedding: npt.NDArray[np.float32], own: Path
) -> tuple[NearPicture, ...]:
    places, distances = find_nearest_of(embeddings, embedding, MOST_PICTURES + 1)
    nearest = [
        NearPicture(samples[place], distance)
        for place, distance in zip(places.tolist(), distances.tolist(), strict=True)
        if samples[place].path != own
    ]
    return tuple(nearest[:MOST_PICTURES])
