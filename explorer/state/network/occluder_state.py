"""A patch that a person moves over the picture, and what the model says of what is left."""

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal

from explorer.background.latest_request import LatestRequest
from explorer.background.worker_process import WorkerProcess
from explorer.core.images.read import Picture
from explorer.core.models.model import Model
from explorer.core.models.requests import Classified, ClassifyPicture, Probabilities
from explorer.errors import ExplorerError
from explorer.state.network.network_state import NetworkState

Fill = Literal["grey", "blur"]
FILLS: tuple[Fill, ...] = ("grey", "blur")

FIRST_SHARE = 0.25
LEAST_SHARE, MOST_SHARE = 0.05, 0.9
SIZE_STEP = 1.15


class OccluderState(QObject):
    """Covers a square of the picture as the model sees it, and asks what that changes.

    Only the newest place is asked about: a hand that moves is never waited for.

    Parameters
    ----------
    network : NetworkState
    classifier_for : callable
        Returns the process that classifies with a model.

    Signals
    -------
    occluder_changed()
        `is_on`, `box`, `fill` or `covered` has another value.
    probabilities_changed()
        `probabilities` or `failure` has another value.
    """

    occluder_changed = Signal()
    probabilities_changed = Signal()

    def __init__(
        self,
        network: NetworkState,
        classifier_for: Callable[[Model], WorkerProcess],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._classifier_for = classifier_for
        self._picture: Picture | None = None
        self.is_on = False
        """Whether the picture is covered."""
        self.middle = (0.5, 0.5)
        """Where the middle of the patch lies, down and across, 0 to 1."""
        self.share = FIRST_SHARE
        """How long its edge is, as a share of the picture's shorter one."""
        self.fill: Fill = "grey"
        """What covers: the picture's mean colour, or the picture blurred."""
        self.covered: Picture | None = None
        """The picture with the patch on it; None where there is none."""
        self.probabilities: Probabilities = ()
        """Of each class, for the covered picture; empty until they are known."""
        self.failure = ""
        """Why they are unknown, in one sentence."""
        self._asked = LatestRequest[Classified](done=self._set, failed=self._fail)
        network.activity_changed.connect(self._on_network)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self.is_on and self._asked.is_busy

    @property
    def box(self) -> tuple[range, range] | None:
        """The rows and columns that are covered; None where there is no picture."""
        if self._picture is None:
            return None
        height, width = self._picture.shape[:2]
        edge = max(1, round(self.share * min(height, width)))
        places = []
        for at, length in zip(self.middle, (height, width), strict=True):
            first = round(at * length - edge / 2)
            places.append(range(max(first, 0), min(first + edge, length)))
        return places[0], places[1]

    def switch(self, *, is_on: bool) -> None:
        """Cover the picture, or show it as it is."""
        self.is_on = is_on
        self._cover()

    def move_to(self, row: float, column: float) -> None:
        """Put the middle of the patch on a place of the picture, in its pixels."""
        if self._picture is not None:
            height, width = self._picture.shape[:2]
            self.middle = (min(max(row / height, 0), 1), min(max(column / width, 0), 1))
            self._cover()

    def scale(self, steps: float) -> None:
        """Make the patch larger by so many steps, or smaller."""
        self.set_share(self.share * SIZE_STEP**steps)

    def set_share(self, share: float) -> None:
        """Make its edge as long as a share of the picture's shorter one."""
        self.share = min(max(share, LEAST_SHARE), MOST_SHARE)
        self._cover()

    def set_fill(self, fill: Fill) -> None:
        """Cover with something else."""
        self.fill = fill
        self._cover()

    def _on_network(self) -> None:
        if self._network.input is not self._picture:
            self._picture = self._network.input
            self._cover()

    def _cover(self) -> None:
        picture, box, model = self._picture, self.box, self._network.model
        self.covered = None
        if not self.is_on or picture is None or box is None or model is None:
            self._asked.forget()
            self.probabilities = ()
            self.occluder_changed.emit()
            self.probabilities_changed.emit()
            return
        rows, columns = slice(box[0].start, box[0].stop), slice(box[1].start, box[1].stop)
        covered = picture.copy()
        if self.fill == "grey":
            covered[rows, columns] = np.rint(picture.mean(axis=(0, 1)))
        else:
            deviation = max(1.0, 0.1 * max(picture.shape[:2]))
            covered[rows, columns] = cv2.GaussianBlur(picture, (0, 0), deviation)[rows, columns]
        self.covered = covered
        self.occluder_changed.emit()
        self._asked.ask(self._classifier_for(model), ClassifyPicture(model.use, covered))

    def _set(self, request: ClassifyPicture, found: Classified) -> None:
        if self.is_on:
            self.probabilities, self.failure = found.probabilities, ""
            self.probabilities_changed.emit()

    def _fail(self, error: ExplorerError) -> None:
        self.probabilities, self.failure = (), error.sentence
        self.probabilities_changed.emit()
