"""The trainings there are: how far each is, whoever started it."""

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import LatestWins, TaskPool
from explorer.core.training.record import TrainingRecord, list_records
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

LOOK_MS = 1000
"""How often it is looked how far trainings are."""


class TrainingState(QObject):
    """Knows what trainings tell of themselves.

    While somebody looks, their records are read once a second, on a thread.

    Parameters
    ----------
    pool : TaskPool
    notices : Notices

    Signals
    -------
    records_changed()
        `records` are others.
    """

    records_changed = Signal()

    def __init__(self, pool: TaskPool, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._looking = LatestWins(pool, done=self._set, failed=notices.report, is_bulk=True)
        self._timer = make_timer(self, LOOK_MS, self.refresh, is_repeated=True)
        self.records: tuple[TrainingRecord, ...] = ()
        """The newest first."""

    def enter(self) -> None:
        """Begin to look."""
        self.refresh()
        self._timer.start()

    def leave(self) -> None:
        """Look no more."""
        self._timer.stop()

    def close(self) -> None:
        """Want nothing any more."""
        self._timer.stop()

    def refresh(self) -> None:
        """Look now."""
        self._looking.ask(lambda: tuple(list_records()))

    def _set(self, records: tuple[TrainingRecord, ...]) -> None:
        if records != self.records:
            self.records = records
            self.records_changed.emit()
