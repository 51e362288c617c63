"""Every state, and what they run on: threads, and the two child processes."""

import os
from contextlib import suppress

from PySide6.QtCore import QObject, QSettings

from explorer import paths
from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.background.worker_process import WorkerProcess
from explorer.core.files.reading import read_whole
from explorer.core.models.model import Model
from explorer.errors import ExplorerError
from explorer.ml.worker import inspector_role_for, role_for
from explorer.state.classify.classify_state import ClassifyState
from explorer.state.classify.kept_rows import KeptRows
from explorer.state.classify.nearest_state import NearestState
from explorer.state.classify.watching_state import WatchingState
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.decisions_state import DecisionsState
from explorer.state.dataset.evaluation_state import EvaluationState
from explorer.state.dataset.getting_state import GettingState
from explorer.state.dataset.health_state import HealthState
from explorer.state.dataset.map_state import MapState
from explorer.state.dataset.survey_state import SurveyState
from explorer.state.filter.filter_state import FilterState
from explorer.state.filter.sweep_state import SweepState
from explorer.state.filter.user_kernels_state import UserKernelsState
from explorer.state.network.architecture_state import ArchitectureState
from explorer.state.network.batch_state import BatchState
from explorer.state.network.comparison_state import ComparisonState
from explorer.state.network.edits_state import EditsState
from explorer.state.network.explanation_state import ExplanationState
from explorer.state.network.find_out_state import FindOutState
from explorer.state.network.network_state import NetworkState
from explorer.state.network.occluder_state import OccluderState
from explorer.state.network.preparation_state import PreparationState
from explorer.state.network.value_state import ValueState
from explorer.state.network.weights_state import WeightsState
from explorer.state.shared.camera_state import CameraState
from explorer.state.shared.copying_state import CopyingState
from explorer.state.shared.history import History
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from explorer.state.shared.picture_state import PictureState
from explorer.state.shared.recent_files import RecentFiles
from explorer.state.shared.session import Session
from explorer.state.shared.unsaved_picture import UnsavedPicture
from explorer.state.training.changes_state import ChangesState
from explorer.state.training.epochs_state import EpochsState
from explorer.state.training.film_state import FilmState
from explorer.state.training.runs_state import RunsState
from explorer.state.training.setup_state import SetupState
from explorer.state.training.training_state import TrainingState

MOST_SETTINGS_BYTES = 1_000_000


class States(QObject):
    """What the program knows and does, without a window.

    Attributes
    ----------
    has_ended : bool
        Whether every thread ended when it was closed.
    settings_trouble : ExplorerError or None
        Why the preferences are not those of the last time.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.has_ended = True
        self.settings, self.settings_trouble = _open_settings()
        self.pool = pool = TaskPool(parent=self)
        self.thumbnails = ThumbnailLoader(parent=self)
        logs = paths.user_state()
        self.classifier = WorkerProcess(
            "classifier", logs / "classifier.log", threads=os.cpu_count() or 1, parent=self
        )
        self.network = WorkerProcess("network", logs / "network.log", parent=self)

        self.notices = notices = Notices(self)
        for worker in (self.classifier, self.network):
            worker.ended.connect(notices.warn)
        self.pictures = PictureState(pool, notices, self)
        folders = [paths.bundled_models(), paths.user_runs()]
        self.models = ModelState(folders, notices, self.classifier, pool, self)
        self.filter = FilterState(pool, notices, self)
        self.sweep = SweepState(self)
        self.user_kernels = UserKernelsState(paths.user_kernels(), notices, self)
        self.recent = RecentFiles(self.settings, pool, notices, self)
        self.camera = CameraState(pool, notices, parent=self)
        self.session = Session(logs / "session.json", pool, notices, self)
        self.kept = UnsavedPicture(logs / "picture.png", pool, notices, self)
        self.dataset = DatasetState(pool, self.thumbnails, notices, self)
        self.evaluation = EvaluationState(self.dataset, pool, notices, self)
        self.health = HealthState(self.dataset, pool, notices, self)
        self.decisions = DecisionsState(self.dataset, pool, notices, self)
        self.survey = SurveyState(self.dataset, self.models, pool, notices, self)
        self.survey.columns_changed.connect(self._tell_dataset)
        self.survey.embeddings_changed.connect(self._tell_embedding)
        self.map_state = MapState(self.dataset, self.survey, pool, notices, self)
        self.getting = GettingState(pool, notices, paths.user_datasets(), self)
        self.network_state = NetworkState(self.classifier, self.inspector_for, pool, notices, self)
        self.explanation_state = ExplanationState(
            self.network_state, self.inspector_for, self.worker_for, pool, notices, self
        )
        self.architecture_state = ArchitectureState(self.network_state, pool, self)
        self.occluder_state = OccluderState(self.network_state, self.worker_for, self)
        network, inspector_for = self.network_state, self.inspector_for
        self.value_state = ValueState(network, inspector_for, self)
        self.weights_state = WeightsState(network, inspector_for, self)
        self.edits_state = EditsState(network, inspector_for, pool, notices, self)
        self.batch_state = BatchState(self.edits_state, inspector_for, self)
        other = NetworkState(self.classifier, inspector_for, pool, notices, self)
        self.comparison_state = ComparisonState(network, other, inspector_for, pool, notices, self)
        self.preparation_state = PreparationState(
            self.models, pool, notices, self.edits_state.undo_stack, self
        )
        self.find_out_state = FindOutState(self.models, self.worker_for, pool, notices, self)
        self.classify = ClassifyState(self.worker_for, pool, self.thumbnails, notices, self)
        self.kept_rows = KeptRows(logs / "rows.json", self.classify, pool, notices, self)
        self.copying = CopyingState(pool, notices, self)
        self.watching = WatchingState(self.classify, notices, self)
        self.nearest = NearestState(pool, self.thumbnails, notices, self)
        self.training = TrainingState(self.models, pool, notices, self)
        self.setup = SetupState(self.training, pool, notices, self)
        self.runs = RunsState(self.models, pool, notices, self)
        self.changes = ChangesState(self.runs, pool, notices, self)
        self.changes.pictures_wanted.connect(self.dataset.pick)
        self.epochs = EpochsState(
            self.runs, self.models, self.inspector_for, self.classifier, pool, notices, self
        )
        self.film = FilmState(self.epochs, pool, notices, self)
        self.history = History(self)

    @property
    def is_busy(self) -> bool:
        """Whether something is on its way that is seen whatever the page: the current picture."""
        on_the_way = (self.pictures, self.camera, self.classify, self.thumbnails)
        return self.models.is_reading or any(part.is_busy for part in on_the_way)

    def _tell_dataset(self) -> None:
        self.dataset.set_columns(self.survey.columns, self.survey.embeddings())

    def _tell_embedding(self) -> None:
        self.dataset.set_embedding(self.survey.embeddings())

    def inspector_for(self, model: Model) -> WorkerProcess:
        """Return the process that runs a model layer by layer."""
        return self.classifier if inspector_role_for(model.path) == "classifier" else self.network

    def worker_for(self, model: Model) -> WorkerProcess:
        """Return the process that classifies with a model."""
        return self.classifier if role_for(model.path) == "classifier" else self.network

    def close(self, *, is_reset: bool = False) -> None:
        """End every thread and process.

        Parameters
        ----------
        is_reset : bool
            Whether the next start is to be as the first.
        """
        self.session.close()
        self.kept.close()
        self.kept_rows.close()
        self.camera.close()
        self.dataset.cancel()
        self.health.cancel()
        self.survey.close()
        self.map_state.cancel()
        self.getting.close()
        self.watching.stop()
        self.film.close()
        self.training.close()
        self.runs.close()
        self.copying.close()
        self.find_out_state.cancel()
        self.thumbnails.close()
        self.has_ended = self.pool.close()
        self.classifier.close()
        self.network.close()
        if is_reset:
            self.session.forget()
            self.kept.forget()
            self.kept_rows.forget()
            self.settings.clear()
        self.settings.sync()


def _open_settings() -> tuple[QSettings, ExplorerError | None]:
    """Return the preferences, kept in a file where that can be read, and why it cannot."""
    file, trouble = paths.user_config() / "settings.ini", None
    try:
        # Qt reads whatever is there, and would wait for who writes into a pipe.
        is_empty = os.path.isfile(file) and not os.path.getsize(file)
        if os.path.lexists(file) and not is_empty:
            read_whole(file, MOST_SETTINGS_BYTES, name=file.name, error=ExplorerError)
    except ExplorerError as error:
        file, trouble = paths.NOWHERE / file.name, error
    with suppress(OSError):  # where nothing can be written, they last until the end
        paths.make_own_folder(file.parent)
        file.touch(0o600)
        file.chmod(0o600)  # which Qt leaves as it is
    settings = QSettings(str(file), QSettings.Format.IniFormat)
    return settings, trouble
