"""The one place where everything meets: build the states, the window and the processes; run."""

import gc
import logging
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from PySide6.QtCore import QObject, QSettings, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget

from explorer import __version__, paths
from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.background.worker_process import WorkerProcess
from explorer.core.desktop.memory import keep_freed_memory
from explorer.core.desktop.session import SavedSession
from explorer.core.files.names import printable_name, shorten_name
from explorer.core.filters import panel_layout
from explorer.core.filters.document import from_json, to_json
from explorer.core.images.read import summarise_notes
from explorer.core.models.run_folder import Run
from explorer.core.text.percent import format_percent
from explorer.errors import ExplorerError, KernelError
from explorer.log import LOG, log_file, start_log
from explorer.state.classify.classify_state import ClassifyState
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.filter.filter_state import FilterState
from explorer.state.filter.sweep_state import SweepState
from explorer.state.filter.user_kernels_state import UserKernelsState
from explorer.state.network.network_state import NetworkState
from explorer.state.shared.camera_state import CameraState
from explorer.state.shared.history import History
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices, Topic
from explorer.state.shared.picture_state import PictureState
from explorer.state.shared.recent_files import RecentFiles
from explorer.state.shared.session import Session
from explorer.state.shared.unsaved_picture import UnsavedPicture
from explorer.views.common.theme import make_quiet_text_readable
from explorer.views.filter.page import FilterPage
from explorer.views.filter.picture_pair import PicturePair
from explorer.views.window.main_window import MainWindow
from explorer.wiring.help_menu import Help
from explorer.wiring.history import HistoryNavigation
from explorer.wiring.open_router import OpenRouter
from explorer.wiring.screenshot import ScreenshotTaker
from explorer.wiring.webcam import Webcam

if TYPE_CHECKING:
    from explorer.background.handover import HandoverServer

PAGES = ("dataset", "filter", "network", "classify")
FIRST_PAGE = "filter"
SWITCH_INTERVAL_S = 0.0005
BANNER_PAUSE_S = 5.0


def run_window(
    given: Sequence[Path] = (), *, page: str | None = None, screenshot: Path | None = None
) -> int:
    """Open the window and stay until it closes.

    Parameters
    ----------
    given : sequence of Path
        What to open: pictures, folders, runs, kernels.
    page : str, optional
        The page to show.
    screenshot : Path, optional
        Draw the window into this file once everything asked for has arrived, and leave.

    Returns
    -------
    int
        The exit code.
    """
    start_log()
    tune_process()
    application = QApplication.instance() or QApplication([paths.APP_NAME])
    assert isinstance(application, QApplication)
    application.setApplicationName("ConvNet Explorer")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName(paths.APP_NAME)
    application.setStyle("Fusion")
    make_quiet_text_readable()
    has_ended = True
    while True:
        # A screenshot is a look, not work: the next start goes on from what was open before.
        explorer = Explorer(given, page=page, is_remembered=screenshot is None)
        outcome = _run_until_closed(explorer, application, screenshot)
        has_ended &= explorer.has_ended
        if not explorer.is_reset:
            break
        given, page = (), None  # another first start
    if not has_ended:
        _leave_at_once(outcome)
    return outcome


def _leave_at_once(outcome: int) -> NoReturn:
    """End the process though a thread hangs in a read; Python would wait for it without end."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(outcome)


def _run_until_closed(
    explorer: "Explorer", application: QApplication, screenshot: Path | None
) -> int:
    previous = sys.excepthook
    sys.excepthook = explorer.handle_unexpected
    try:
        explorer.window.show()
        freeze_garbage_collector()
        if screenshot is None:
            return application.exec()
        taker = ScreenshotTaker(explorer.window, lambda: explorer.is_busy, screenshot)
        application.exec()
        return taker.exit_code
    finally:
        explorer.close()
        explorer.window.deleteLater()
        explorer.deleteLater()
        sys.excepthook = previous
        gc.unfreeze()


def tune_process() -> None:
    """Set what decides how quickly the window answers, for this whole process."""
    # A thread that comes home waits at most this long for the window's own Python code; the
    # default of 5 ms is more than half of what a kernel edit may take until it is seen.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    keep_freed_memory()


def freeze_garbage_collector() -> None:
    """Leave what is there by now, the window, out of the garbage collector's rounds.

    It is there until the end, and going through all of it takes 20 ms and more, which a person who
    draws would see.
    """
    gc.freeze()


class Explorer(QObject):
    """Every state, the window and the processes, connected.

    Parameters
    ----------
    given : sequence of Path
        What to open at the start.
    page : str or None
        The page to show at the start.
    is_remembered : bool
        Whether the next start goes on from what is open.

    Attributes
    ----------
    has_ended : bool
        Whether every thread ended when it was closed.
    is_reset : bool
        Whether a person wants all to be as on the first start; what was open is then forgotten.
    """

    def __init__(
        self, given: Sequence[Path] = (), *, page: str | None = None, is_remembered: bool = True
    ) -> None:
        super().__init__()
        self._settings = QSettings(
            str(paths.user_config() / "settings.ini"), QSettings.Format.IniFormat
        )
        self._last_banner = 0.0
        self._has_window = False
        self._is_closed = False
        self.has_ended = True
        self.is_reset = False
        self._is_remembered = is_remembered
        self._listener: HandoverServer | None = None
        self._built_filter_page: FilterPage | None = None
        # What is opened where no picture is asked for, or none can be opened: every page waits
        # for one.
        self._stand_ins = [self._open_remembered, self._open_sample]
        self._lost: list[str] = []

        self.pool = TaskPool(parent=self)
        self.thumbnails = ThumbnailLoader(parent=self)
        logs = paths.user_state()
        self.classifier = WorkerProcess(
            "classifier", logs / "classifier.log", threads=os.cpu_count() or 1, parent=self
        )
        self.network = WorkerProcess("network", logs / "network.log", parent=self)

        self.notices = Notices(self)
        self.pictures = PictureState(self.pool, self.notices, self)
        self.models = ModelState([paths.bundled_models(), paths.user_runs()], self.notices, self)
        self.filter = FilterState(self.pool, self.notices, self)
        self.sweep = SweepState(self)
        self.user_kernels = UserKernelsState(paths.user_kernels(), self.notices, self)
        self.recent = RecentFiles(self._settings, self.pool, self.notices, self)
        self.camera = CameraState(self.pool, self.notices, parent=self)
        self.session = Session(logs / "session.json", self.pool, self.notices, self)
        self.kept = UnsavedPicture(logs / "picture.png", self.pool, self.notices, self)
        self.dataset = DatasetState(self.pool, self.thumbnails, self.notices, self)
        self.network_state = NetworkState(self.network, self.pool, self.notices, self)
        self.classify = ClassifyState(
            self._worker_for, self.pool, self.thumbnails, self.notices, self
        )

        self.history = History(self)

        self.window = MainWindow(
            {
                "dataset": self._build_dataset_page,
                "filter": self._build_filter_page,
                "network": self._build_network_page,
                "classify": self._build_classify_page,
            },
            self.filter.undo_stack,
        )
        self.open_router = OpenRouter(
            self.window,
            self.pool,
            self.notices,
            pictures=self.pictures,
            models=self.models,
            dataset=self.dataset,
            classify=self.classify,
            filter_page=lambda: self.filter_page,
            page=page,
        )
        self._connect()
        self._choose_model()
        self._taken_up = remembered = self.session.restore()
        self._dataset_to_reopen = remembered.dataset
        self._take_up(remembered)
        self.window.show_page(page or self._known_page(remembered.page))
        if given:
            self.open_router.open(given)
        else:
            self._open_stand_in()
        if is_remembered:
            self.session.follow(self._collect)
        self._help.greet(self._settings)

    @property
    def is_busy(self) -> bool:
        """Whether something asked for has not arrived."""
        asked = (
            *(self.pictures, self.filter, self.camera),
            *(self.dataset, self.classify, self.thumbnails),
        )
        return (
            self.open_router.is_busy
            or any(part.is_busy for part in asked)
            or (self.window.page_name == "network" and self.network_state.is_busy)
        )

    def close(self) -> None:
        """End every thread and process."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._listener is not None:
            self._listener.close()
        self.session.close()
        self.kept.close()
        self.camera.close()
        self.dataset.cancel()
        self.thumbnails.close()
        self.has_ended = self.pool.close()
        self.classifier.close()
        self.network.close()
        if self.is_reset:
            self.session.forget()
            self.kept.forget()
            self._settings.clear()
        self._settings.sync()

    def handle_unexpected(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log an error nobody expected, say so once in a while, and keep running."""
        if isinstance(error, ExplorerError):
            self.notices.report(error)
            return
        LOG.error("unexpected", exc_info=(kind, error, trace))
        now = time.monotonic()
        # A failing paintEvent repeats with every frame; one banner is enough.
        if now - self._last_banner > BANNER_PAUSE_S:
            self._last_banner = now
            self.notices.warn(
                f"Something unexpected happened ({kind.__name__}: {error}). The program goes on; "
                f"the details are in {log_file()}."
            )

    def _connect(self) -> None:
        window = self.window
        self.notices.posted.connect(window.show_notice)
        self.notices.withdrawn.connect(window.withdraw_notice)
        self.pictures.picture_changed.connect(self._on_picture_changed)
        self.pictures.opening_failed.connect(self._open_stand_in)
        self.pictures.opening_failed.connect(self.classify.give_up_current)
        self.open_router.sorted.connect(self._open_stand_in)
        self.open_router.sorted.connect(self._reopen_dataset)
        self.models.model_changed.connect(self._choose_model)
        self.dataset.opening_failed.connect(self._reopen_dataset)
        self.dataset.sample_chosen.connect(self.pictures.open_file)
        self.classify.current_changed.connect(self._show_prediction)
        self._connect_picture_menu()
        self._connect_model_menu()
        Webcam(self.camera, window, self.filter, self.pictures)
        HistoryNavigation(
            self.history,
            window,
            self.pictures,
            self.models,
            self.network_state,
            self._find_picture_pair,
        )
        self._help = Help(window, self.pool, self.notices)
        self._help.reset_wanted.connect(self._reset)
        for changed in (
            *(self.pictures.picture_changed, self.filter.settings_changed),
            *(self.models.model_changed, self.network_state.choice_changed),
            *(self.dataset.dataset_changed, window.page_shown, window.inspector_toggled),
        ):
            changed.connect(lambda *values: self.session.touch())
        self.classifier.status_changed.connect(self._show_processes)
        self.network.status_changed.connect(self._show_processes)
        window.page_shown.connect(self._on_page_shown)
        window.undone.connect(self._show_what_is_undone)
        window.closing.connect(self.close)
        # Child processes start once the window stands, so that they do not delay it.
        window.first_painted.connect(lambda: QTimer.singleShot(0, self, self._go_on))
        self._show_processes()

    def _connect_picture_menu(self) -> None:
        menu, recent = self.window.picture_menu, self.recent
        menu.set_samples(paths.sample_pictures())
        menu.recent_wanted.connect(recent.refresh)
        menu.recent_clear_wanted.connect(recent.clear)
        recent.changed.connect(lambda: menu.set_recent(recent.paths))
        menu.set_recent(recent.paths)

    def _connect_model_menu(self) -> None:
        menu, models = self.window.model_menu, self.models
        menu.run_wanted.connect(models.choose)
        menu.folder_wanted.connect(self._show_model_folder)
        models.model_changed.connect(lambda: menu.set_runs(models.groups, models.current))
        menu.set_runs(models.groups, models.current)

    def _show_model_folder(self) -> None:
        run = self.models.current
        if run is not None:
            # Where no program is known for it, the sentence still says where it is.
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(run.folder)))
            self.notices.hint(f"The model “{run.name}” lies in “{run.folder}”.", topic="model")

    # What was open, noted and taken up again.

    def _take_up(self, remembered: SavedSession) -> None:
        if remembered.geometry:
            self.window.restoreGeometry(remembered.geometry)
        self.window.show_inspector(remembered.is_inspector_shown)
        if remembered.filter_document:
            try:
                self.filter.restore(from_json(remembered.filter_document))
            except KernelError as error:
                self.notices.report(error)
        if remembered.layer:
            self.network_state.choose_layer(remembered.layer)
        model = remembered.model
        if model is not None and os.path.isdir(model):
            self.models.reopen(model)
        elif model is not None:
            instead = self.models.current
            rest = f": {instead.name} is used instead." if instead else "."
            sentence = f"The model “{printable_name(model)}” is not there any more{rest}"
            self._tell_lost(sentence, topic="model")

    def _open_stand_in(self) -> None:
        """Open the picture of last time, or else a sample, if there is no picture yet."""
        while self._stand_ins and self.pictures.current is None and not self.pictures.is_busy:
            self._stand_ins.pop(0)()

    def _open_remembered(self) -> None:
        picture, name = self._taken_up.picture, self._taken_up.picture_name
        if picture is not None and os.path.isfile(picture):
            self.pictures.open_file(picture)
        elif picture is None and name and self.kept.is_there:
            self.pictures.open_kept(lambda: self.kept.read(name))
        else:
            lost = printable_name(name if picture is None else picture)
            if lost:
                sentence = f"“{lost}” is not there any more: a sample is shown instead."
                self._tell_lost(sentence, topic="picture")

    def _tell_lost(self, sentence: str, *, topic: Topic) -> None:
        """Tell what is gone since last time, all of it in one notice: only the newest is seen."""
        self._lost.append(sentence)
        self.notices.warn(" ".join(self._lost), topic=topic)

    def _reopen_dataset(self) -> None:
        """Open the dataset of last time, once its page is seen: that reads thousands of files."""
        folder = self._dataset_to_reopen
        is_seen = self._has_window and self.window.page_name == "dataset"
        is_another_wanted = self.open_router.is_busy or self.dataset.folder is not None
        if folder is not None and is_seen and not is_another_wanted:
            self._dataset_to_reopen = None
            self.dataset.open_folder(folder, is_reopened=True)

    def _known_page(self, name: str) -> str:
        return name if name in PAGES else FIRST_PAGE

    def _collect(self) -> SavedSession:
        file = self.pictures.current
        # Until a picture has come, what was noted before stands.
        picture, name = self._taken_up.picture, self._taken_up.picture_name
        if file is not None:
            picture, name = file.path, "" if file.path else file.name
        return SavedSession(
            page=self.window.page_name,
            picture=picture,
            is_inspector_shown=self.window.is_inspector_shown,
            geometry=bytes(self.window.saveGeometry().data()),
            filter_document=to_json(self.filter.settings),
            picture_name=name,
            model=None if self.models.current is None else self.models.current.folder,
            layer=self.network_state.layer or "",
            dataset=self.dataset.folder or self._dataset_to_reopen,
            panel_layout=self._taken_up.panel_layout
            if self._built_filter_page is None
            else panel_layout.to_json(self._built_filter_page.panel_layout),
        )

    def _go_on(self) -> None:
        """Do what must not delay the window, now that it stands."""
        if self._is_closed:
            return
        self._has_window = True
        if self._is_remembered:
            self._listen()
        self._reopen_dataset()
        if self.models.current is not None:
            self._worker_for(self.models.current).start()
            self.classify.activate()

    def _listen(self) -> None:
        """Take what later starts of the program are asked for."""
        from explorer.background.handover import HandoverServer  # some ms, not needed to start

        self._listener = HandoverServer(self)
        self._listener.arrived.connect(self.open_router.take_over)
        self._listener.listen()

    def _worker_for(self, run: Run) -> WorkerProcess:
        return self.classifier if run.litert_file.is_file() else self.network

    # Pages, built when first shown.

    def _build_filter_page(self) -> QWidget:
        page = FilterPage(
            self.filter, self.sweep, self.user_kernels, self.notices, paths.resources() / "lessons"
        )
        page.set_panel_layout(panel_layout.from_json(self._taken_up.panel_layout))
        page.layout_changed.connect(self.session.touch)
        self._built_filter_page = page
        return page

    def _build_dataset_page(self) -> QWidget:
        from explorer.views.dataset.page import DatasetPage

        return DatasetPage(self.dataset, self.notices)

    def _build_network_page(self) -> QWidget:
        from explorer.views.network.page import NetworkPage

        return NetworkPage(self.network_state, self.models, self.notices)

    def _build_classify_page(self) -> QWidget:
        from explorer.views.classify.page import ClassifyPage

        page = ClassifyPage(self.classify, self.models)
        page.picture_wanted.connect(self.pictures.open_file)
        page.pictures_chosen.connect(
            lambda paths: self.open_router.open_pictures(paths, "classify")
        )
        return page

    def _on_page_shown(self, name: str) -> None:
        if name == "network":
            self.network_state.activate()
        self._reopen_dataset()

    @property
    def filter_page(self) -> FilterPage:
        """The Filter page, built now if it was not before."""
        page = self.window.page("filter")
        assert isinstance(page, FilterPage)
        return page

    def _find_picture_pair(self) -> PicturePair | None:
        return None if self._built_filter_page is None else self._built_filter_page.pictures

    def _open_sample(self) -> None:
        samples = paths.sample_pictures()
        if samples:
            self.pictures.open_file(samples[0])

    # The current picture and the current model, told to every job.

    def _on_picture_changed(self) -> None:
        file = self.pictures.current
        if file is None:
            return
        self.camera.stop()
        if self._built_filter_page is not None and not self.history.is_under_way:
            self._built_filter_page.pictures.restore_viewport(None)
        self.filter.set_picture(file.picture, file.name, file.path)
        if file.path is not None and file.path not in paths.sample_pictures():
            self.recent.add(file.path)
        if self._is_remembered:
            self.kept.keep(file.picture if file.path is None else None)
        self.network_state.set_picture(file)
        self.classify.set_picture(file)
        name = shorten_name(file.name)
        self.window.picture_label.setText(f"{name}  {summarise_notes(file)}")
        self.window.picture_label.setToolTip(str(file.path or file.name))
        for note in file.notes:
            self.notices.hint(f"“{file.name}”: {note}.", topic="picture")

    def _choose_model(self) -> None:
        self.network_state.set_run(self.models.current)
        self.classify.set_run(self.models.current)

    def _show_prediction(self) -> None:
        prediction, run = self.classify.current, self.classify.run
        text = ""
        if run is None:
            text = "no model yet"
        elif prediction is not None and prediction.probability is not None:
            text = f"{prediction.label}, {format_percent(prediction.probability)} by {run.name}"
        self.window.prediction_label.setText(text)

    def _show_what_is_undone(self) -> None:
        # All that can be undone was done there; unseen, it would be a loss.
        if self.window.page_name != "filter":
            self.window.show_page("filter")

    def _show_processes(self) -> None:
        self.window.process_label.setText(f"network {self.network.status}")

    def _reset(self) -> None:
        self.is_reset = True
        self.window.close()
