"""What changed between two runs: which pictures of the open dataset changed sides."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from explorer.background.survey import Survey
from explorer.background.tasks import LatestWins, TaskPool
from explorer.core.catalogue.columns import Columns
from explorer.core.catalogue.sides import SideChanges, compare_sides
from explorer.core.datasets.dataset import Dataset
from explorer.core.models.model import Model
from explorer.core.models.run_folder import read_run
from explorer.core.training.runs import RunEntry
from explorer.state.shared.notices import Notices
from explorer.state.training.runs_state import RunsState


class ChangesState(QObject):
    """Compares the two chosen runs by what the catalogues know of the open dataset.

    Nothing is classified for it: a run that has not classified the pictures yet has nothing to be
    compared.

    Parameters
    ----------
    runs : RunsState
    pool : TaskPool
    notices : Notices

    Signals
    -------
    changes_changed()
        `changes` is another one.
    pictures_wanted(places, str)
        A person wants to see these pictures of the dataset; what they are, in a few words.
    """

    changes_changed = Signal()
    pictures_wanted = Signal(object, str)

    def __init__(
        self, runs: RunsState, pool: TaskPool, notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._runs = runs
        self._dataset: Dataset | None = None
        self._comparing = LatestWins(pool, done=self._set, failed=notices.report, is_bulk=True)
        self.changes: SideChanges | None = None
        """None until `compare` has found them out."""
        runs.choice_changed.connect(self.forget)

    @property
    def pair(self) -> tuple[RunEntry, RunEntry] | None:
        """The two chosen runs, the older first; None where not two finished ones are chosen."""
        chosen = sorted(self._runs.chosen, key=lambda run: run.changed)
        if len(chosen) != 2 or not all(run.is_whole for run in chosen):
            return None
        return chosen[0], chosen[1]

    @property
    def can_compare(self) -> bool:
        """Whether there are two runs and pictures to compare them on."""
        return self.pair is not None and self._dataset is not None

    @property
    def is_busy(self) -> bool:
        """Whether they are being compared."""
        return self._comparing.is_busy

    def set_dataset(self, dataset: Dataset | None) -> None:
        """Compare on other pictures."""
        if dataset is not self._dataset:
            self._dataset = dataset
            self.forget()
            self.changes_changed.emit()  # they can be compared now, or not any more

    def compare(self) -> None:
        """Find out which pictures changed sides between the two chosen runs."""
        pair, dataset = self.pair, self._dataset
        if pair is not None and dataset is not None:
            self._comparing.ask(partial(_compare, pair, dataset))
            self.changes_changed.emit()

    def show(self, *, is_righted: bool) -> None:
        """Show the pictures that became right, or those that became wrong."""
        pair, changes = self.pair, self.changes
        if pair is not None and changes is not None:
            before, now = (run.name for run in pair)
            better, worse = (now, before) if is_righted else (before, now)
            places = changes.righted if is_righted else changes.wronged
            self.pictures_wanted.emit(places, f"right by {better}, wrong by {worse}")

    def forget(self) -> None:
        """Know nothing of other runs or pictures."""
        self._comparing.forget()
        if self.changes is not None:
            self.changes = None
            self.changes_changed.emit()

    def _set(self, changes: SideChanges) -> None:
        self.changes = changes
        self.changes_changed.emit()


def _compare(pair: tuple[RunEntry, RunEntry], dataset: Dataset) -> SideChanges:
    before, now = (_columns_of(run, dataset) for run in pair)
    return compare_sides(before, now)


def _columns_of(run: RunEntry, dataset: Dataset) -> Columns:
    """Return what the catalogue knows of a dataset's pictures by a run; raises ExplorerError."""
    survey = Survey(dataset, Model.of_run(read_run(run.target).without_matrix))
    try:
        survey.load()
        return survey.columns()
    finally:
        survey.close()
