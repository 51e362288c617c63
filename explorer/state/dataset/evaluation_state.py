"""How well the model does on the pictures of the open dataset, at any threshold."""

import math
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import LatestWins, TaskPool
from explorer.core.catalogue.columns import Columns, Places
from explorer.core.catalogue.report import report_of
from explorer.core.evaluation.evaluation import Evaluation
from explorer.core.evaluation.report import Report, to_csv, to_json
from explorer.core.evaluation.threshold_sweep import AtThreshold, ThresholdSweep
from explorer.core.files.json_text import write_json
from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.errors import ExplorerError
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.shared.notices import Notices
from explorer.state.shared.saving import save
from explorer.state.shared.timers import make_timer

REST = 10
"""How many times as long as the figures took is rested before those of a pass that goes on: of a
thousand classes they take seconds, which the pass needs."""

Group = Literal["unseen", "seen"]
"""The pictures that the model was trained on, or all others."""


@dataclass(frozen=True, eq=False)
class _Prepared:
    """What was computed of some columns, for one group of pictures and one class."""

    columns: Columns
    report: Report
    group: Group
    positive: int
    places: Places
    labels: npt.NDArray[np.int64]
    sweep: ThresholdSweep
    seconds: float


class EvaluationState(QObject):
    """Compares the answers that the catalogue holds with the labels, while somebody looks.

    Parameters
    ----------
    dataset : DatasetState
    pool : TaskPool
    notices : Notices

    Signals
    -------
    evaluation_changed()
        `report`, `group`, `positive` or `columns` is another, hence all else.
    threshold_changed()
        `threshold` or `cell` is another, hence `at`.
    """

    evaluation_changed = Signal()
    threshold_changed = Signal()

    def __init__(
        self,
        dataset: DatasetState,
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dataset = dataset
        self._pool = pool
        self._notices = notices
        self._is_seen = False
        self._asked: Columns | None = None
        self._prepared: _Prepared | None = None
        self._wanted_group: Group | None = None
        self._wanted_class: int | None = None
        self._number: int | None = None
        self._is_picking = False
        self._not_before = 0.0
        self._later = make_timer(self, 0, self._look)
        self._request = LatestWins(pool, done=self._set, failed=notices.report, is_bulk=True)
        self.threshold: float | None = None
        """From which probability on a picture is taken for the class `positive`; None: it is taken
        for its most probable class."""
        self.at: AtThreshold | None = None
        """What is counted at the threshold; None while nothing is known."""
        self.cell: tuple[int, int] | None = None
        """The label and the answer of the pictures that the grid shows; None for others."""
        dataset.dataset_changed.connect(self._on_dataset)
        dataset.facets_changed.connect(self._look)
        dataset.query_changed.connect(self._on_query)

    # What is known.

    @property
    def columns(self) -> Columns | None:
        """What the figures are of; None without any."""
        return None if self._prepared is None else self._prepared.columns

    @property
    def report(self) -> Report | None:
        """The figures without a threshold; None where there are none."""
        return None if self._prepared is None else self._prepared.report

    @property
    def classes(self) -> tuple[str, ...]:
        """The model's classes."""
        return () if self.report is None else self.report.classes

    @property
    def group(self) -> Group:
        """Which pictures are looked at."""
        return "unseen" if self._prepared is None else self._prepared.group

    @property
    def shown(self) -> Evaluation | None:
        """The figures of these pictures, without a threshold."""
        prepared = self._prepared
        return None if prepared is None else _of_group(prepared.report, prepared.group)

    @property
    def positive(self) -> int:
        """The class that has the threshold and the curves."""
        return 0 if self._prepared is None else self._prepared.positive

    @property
    def sweep(self) -> ThresholdSweep | None:
        """What counts these pictures at any threshold."""
        return None if self._prepared is None else self._prepared.sweep

    @property
    def is_busy(self) -> bool:
        """Whether figures are being computed."""
        return self._request.is_busy

    def enter(self) -> None:
        """Begin to compute, and go on as more is known."""
        self._is_seen = True
        self._look()

    def leave(self) -> None:
        """Compute no more."""
        self._is_seen = False
        self._later.stop()

    # What a person does.

    def choose_group(self, group: Group) -> None:
        """Look at the pictures that the model was trained on, or at all others."""
        self._wanted_group = group
        if group != self.group:
            self._ask()

    def choose_class(self, positive: int) -> None:
        """Look at the curves of a class; it gets the threshold, which is taken away."""
        self._wanted_class = positive
        if positive != self.positive:
            self.threshold = None
            self._ask()

    def set_threshold(self, threshold: float | None) -> None:
        """Take pictures for the class from a probability on, 0 to 1; None: for the most probable.

        What is counted, and the pictures of the chosen cell, change at once.
        """
        if threshold != self.threshold:
            self.threshold = threshold
            self._recount()

    def choose_cell(self, label: int, answer: int) -> None:
        """Show the pictures of a class that are taken for a class; a second time, all again."""
        if self.cell == (label, answer):
            self._dataset.clear_pick()
            return
        self.cell = (label, answer)
        self._show_cell()
        self.threshold_changed.emit()

    # The figures as text.

    @property
    def json(self) -> str:
        """The figures as `evaluate` writes them, with those at the threshold."""
        report = self.report
        if report is None:
            return ""
        content = to_json(report)
        if self.threshold is not None and self.at is not None:
            content["at_threshold"] = {
                "part": self.group,
                "class": self.classes[self.positive],
                "threshold": self.threshold,
                "right": self.at.figures.accuracy,
                "interval": self.at.figures.interval,
                "confusion": self.at.confusion,
            }
        return write_json(content, indent=1)

    @property
    def csv(self) -> str:
        """The figures as a table."""
        return "" if self.report is None else to_csv(self.report)

    def save(self, path: Path) -> None:
        """Write the figures into a file, as JSON or as CSV by its suffix."""
        text = self.json if path.suffix.lower() == ".json" else self.csv
        save(path, partial(_write, path, text), self._pool, self._notices)

    def _on_dataset(self) -> None:
        self._asked = None
        self._request.forget()
        self._forget()
        self._look()

    def _look(self) -> None:
        columns = self._dataset.columns
        if not self._is_seen or columns is self._asked:
            return
        wait_s = self._not_before - time.monotonic()
        if columns is None or columns.is_done.all() or wait_s <= 0:
            self._later.stop()
            self._ask()
        elif not self._later.isActive():
            self._later.start(math.ceil(1000 * wait_s))

    def _ask(self) -> None:
        columns = self._dataset.columns
        before = self._prepared
        self._asked = columns
        if columns is None or len(columns.classes) < 2 or not columns.is_judged.any():
            self._request.forget()
            self._forget()
            return
        if before is not None and before.columns.classes != columns.classes:
            self._wanted_class = self.threshold = None
        report = before.report if before is not None and before.columns is columns else None
        positive = self._wanted_class
        self._request.ask(
            partial(
                _prepare,
                columns,
                report,
                self._wanted_group,
                usual_class(columns.classes) if positive is None else positive,
            )
        )

    def _set(self, prepared: _Prepared) -> None:
        asked = self._asked
        if asked is None or asked.classes != prepared.columns.classes:
            return
        self._prepared = prepared
        self._not_before = time.monotonic() + REST * prepared.seconds
        self.at = prepared.sweep.at(self.threshold)
        if self.cell is not None:
            self._show_cell()
        self.evaluation_changed.emit()

    def _forget(self) -> None:
        self._prepared = self.at = self.cell = None
        self.evaluation_changed.emit()

    def _recount(self) -> None:
        if self._prepared is not None:
            self.at = self._prepared.sweep.at(self.threshold)
            if self.cell is not None:
                self._show_cell()
        self.threshold_changed.emit()

    def _show_cell(self) -> None:
        prepared, at, cell = self._prepared, self.at, self.cell
        if prepared is None or at is None or cell is None:
            return
        label, answer = cell
        places = prepared.places[(prepared.labels == label) & (at.called == answer)]
        picked = self._dataset.picked
        names = [printable_name(self.classes[one]) for one in (label, answer)]
        sentence = f"{names[0]} classified as {names[1]}"
        self._is_picking = True
        if picked is not None and picked.number == self._number and picked.sentence == sentence:
            self._dataset.change_pick(places)
        else:
            self._dataset.pick(places, sentence)
        self._is_picking = False
        self._number = self._picked_number

    def _on_query(self) -> None:
        is_ours = self._is_picking or self._picked_number == self._number
        if self.cell is not None and not is_ours:
            self.cell = None
            self.threshold_changed.emit()

    @property
    def _picked_number(self) -> int | None:
        picked = self._dataset.picked
        return None if picked is None else picked.number


def usual_class(classes: tuple[str, ...]) -> int:
    """Return which class has the curves to begin with: the second of two, otherwise the first."""
    return 1 if len(classes) == 2 else 0


def _of_group(report: Report, group: Group) -> Evaluation:
    return report.unseen if group == "unseen" or report.seen is None else report.seen


def _prepare(
    columns: Columns, report: Report | None, group: Group | None, positive: int
) -> _Prepared:
    """Compute all that is shown; takes milliseconds, and seconds of a thousand classes."""
    started = time.monotonic()
    report = report or report_of(columns)
    places = np.flatnonzero(columns.is_judged)
    if group is None or report.seen is None:  # what there is of
        group = "unseen" if report.seen is None or report.unseen.figures.total else "seen"
    if columns.tells_split:
        places = places[columns.is_seen[places] == (group == "seen")]
    labels = columns.labels[places].astype(np.int64)
    sweep = ThresholdSweep(columns.probabilities[places], labels, positive)
    spent = time.monotonic() - started
    return _Prepared(columns, report, group, positive, places, labels, sweep, spent)


def _write(path: Path, text: str) -> None:
    from explorer.core.models.prediction import check_replaceable

    if path.suffix.lower() != ".json":
        check_replaceable(path)
    with ExplorerError.when_refused("was not written", path.name):
        write_atomically(path, text.encode())
