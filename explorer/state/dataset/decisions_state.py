"""What a person decided about pictures of the open dataset: exclude, relabel, keep."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from explorer.background.tasks import TaskPool
from explorer.core.datasets.dataset import Dataset
from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.core.health.decisions import (
    EXCLUDE,
    KEEP,
    Decision,
    keep_decisions,
    place_of,
    read_kept,
    set_aside,
    write_decisions,
)
from explorer.errors import DatasetError, ExplorerError, reason_of
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.shared.notices import Notices
from explorer.state.shared.saving import save

UNDO_STEPS = 1000

_Kept = tuple[dict[int, Decision], dict[str, Decision], str]
"""What was decided about pictures that are there, and about others; and a notice."""


class DecisionsState(QObject):
    """Decisions by the places of pictures, kept for the next start in the program's own folder.

    Parameters
    ----------
    dataset : DatasetState
    pool : TaskPool
    notices : Notices

    Attributes
    ----------
    undo_stack : QUndoStack

    Signals
    -------
    decisions_changed()
        `decisions` are others.
    """

    decisions_changed = Signal()

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
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_STEPS)
        self.decisions: dict[int, Decision] = {}
        self._strange: dict[str, Decision] = {}
        """Kept about files that are not there at the moment."""
        self._is_read = False
        dataset.dataset_changed.connect(self._read)

    @property
    def can_decide(self) -> bool:
        """Whether the decisions of before are there, to which others can be added."""
        return self._is_read

    def decide(self, places: Sequence[int], decision: Decision | None) -> None:
        """Decide about pictures; None takes back what was decided about them."""
        before = {place: self.decisions.get(place) for place in places}
        if self._is_read and any(one != decision for one in before.values()):
            self.undo_stack.push(_Change(self._set, before, decision))

    def exclude(self, places: Sequence[int]) -> None:
        """Leave pictures out of training."""
        self.decide(places, EXCLUDE)

    def keep(self, places: Sequence[int]) -> None:
        """Keep pictures as they are, whatever lists contain them."""
        self.decide(places, KEEP)

    def relabel(self, places: Sequence[int], label: str) -> None:
        """Give pictures another label."""
        self.decide(places, Decision("relabel", label))

    def save(self, path: Path) -> None:
        """Write the decisions into a file that `train.py` reads."""
        dataset = self._dataset.dataset
        if dataset is not None:
            write = partial(_write, path, dataset, dict(self.decisions), self._strange)
            save(path, write, self._pool, self._notices)

    def _set(self, changes: Mapping[int, Decision | None]) -> None:
        for place, decision in changes.items():
            if decision is None:
                self.decisions.pop(place, None)
            else:
                self.decisions[place] = decision
        self._tell()
        dataset = self._dataset.dataset
        if dataset is not None:
            self._pool.keep(
                partial(_keep, dataset, dict(self.decisions), self._strange),
                done=lambda nothing: None,
                failed=lambda error: self._notices.report(error, topic="dataset"),
            )

    def _read(self) -> None:
        dataset = self._dataset.dataset
        self.undo_stack.clear()
        self.decisions, self._strange, self._is_read = {}, {}, False
        self.decisions_changed.emit()
        if dataset is not None:
            self._pool.run(
                partial(_read, dataset),
                done=partial(self._take, dataset),
                failed=lambda error: self._notices.report(error, topic="dataset"),
                is_bulk=True,
            )

    def _take(self, dataset: Dataset, kept: _Kept) -> None:
        if dataset is self._dataset.dataset:
            self.decisions, self._strange, notice = kept
            if notice:
                self._notices.warn(notice, topic="dataset")
            self._is_read = True
            self._tell()

    def _tell(self) -> None:
        texts = {place: one.text for place, one in self.decisions.items()}
        self._dataset.set_decisions(texts)
        self.decisions_changed.emit()


class _Change(QUndoCommand):
    """One decision about some pictures."""

    def __init__(
        self,
        apply: Callable[[Mapping[int, Decision | None]], None],
        before: Mapping[int, Decision | None],
        decision: Decision | None,
    ) -> None:
        super().__init__("decision")
        self._apply = apply
        self._before = dict(before)
        self._decision = decision

    def redo(self) -> None:
        """Decide."""
        self._apply(dict.fromkeys(self._before, self._decision))

    def undo(self) -> None:
        """Take it back."""
        self._apply(self._before)


def _read(dataset: Dataset) -> _Kept:
    notice = ""
    try:
        kept = read_kept(dataset.folder)
    except DatasetError as error:
        kept = {}
        try:
            aside = set_aside(dataset.folder)
        except OSError:
            raise error from None
        notice = (
            f"The decisions about “{printable_name(dataset.folder)}” could not be read: "
            f"{error.reason}. They are in “{printable_name(aside)}” now, and new ones are kept."
        )
    found: dict[int, Decision] = {}
    if kept:
        for place, sample in enumerate(dataset.samples):
            decision = kept.pop(place_of(sample.path, dataset.folder), None)
            if decision is not None:
                found[place] = decision
    return found, kept, notice


def _by_path(
    dataset: Dataset, decisions: Mapping[int, Decision], strange: Mapping[str, Decision]
) -> dict[str, Decision]:
    """Return decisions by path; of thousands it takes a while, hence on a thread."""
    own = {
        place_of(dataset.samples[place].path, dataset.folder): decision
        for place, decision in decisions.items()
    }
    return {**strange, **own}


def _keep(
    dataset: Dataset, decisions: Mapping[int, Decision], strange: Mapping[str, Decision]
) -> None:
    try:
        keep_decisions(dataset.folder, _by_path(dataset, decisions, strange))
    except OSError as error:
        name = printable_name(dataset.folder)
        raise DatasetError(
            f"The decisions about “{name}” could not be kept: {reason_of(error)}."
        ) from error


def _write(
    path: Path,
    dataset: Dataset,
    decisions: Mapping[int, Decision],
    strange: Mapping[str, Decision],
) -> None:
    with ExplorerError.when_refused("was not written", path.name):
        write_atomically(path, write_decisions(_by_path(dataset, decisions, strange)))
