"""The one place where everything meets: build the states, the window and the processes; run."""

import gc
import logging
import os
import sys
import time
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QSettings, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget

from explorer import __version__, paths
from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.background.worker_process import WorkerProcess
from explorer.core import filter_look
from explorer.core.arrivals import Arrivals, name_paths, sort_arrivals
from explorer.core.files import printable_name, shorten_name
from explorer.core.filter_document import from_json, to_json
from explorer.core.handover import Handover
from explorer.core.launcher import install_launcher
from explorer.core.memory import keep_freed_memory
from explorer.core.pictures import summarise_notes
from explorer.core.runs import Run
from explorer.core.session_file import Remembered
from explorer.core.share_text import format_share
from explorer.errors import ExplorerError, KernelError
from explorer.state.camera_state import CameraState
from explorer.state.classify_state import ClassifyState
from explorer.state.dataset_state import DatasetState
from explorer.state.filter_state import FilterState
from explorer.state.kept_picture import KeptPicture
from explorer.state.model_state import ModelState
from explorer.state.my_kernels_state import MyKernelsState
from explorer.state.network_state import NetworkState
from explorer.state.notices import Notices, Topic
from explorer.state.picture_state import PictureState
from explorer.state.recent_files import RecentFiles
from explorer.state.session import Session
from explorer.state.trail import Place, Trail
from explorer.state.walk_state import WalkState
from explorer.views.dropping import Carried
from explorer.views.look import make_quiet_text_readable
from explorer.views.main_window import MainWindow
from explorer.views.pages.filter_page import FilterPage

if TYPE_CHECKING:
    from explorer.background.handover import HandoverServer

PAGES = ("dataset", "filter", "network", "classify")
FIRST_PAGE = "filter"
SWITCH_INTERVAL_S = 0.0005
SCREENSHOT_LIMIT_S = 120
SCREENSHOT_POLL_MS = 50
QUIET_LOOKS = 4
BANNER_PAUSE_S = 5.0

_log = logging.getLogger("explorer")


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
    _start_log()
    tune_process()
    application = QApplication.instance() or QApplication([paths.APP_NAME])
    assert isinstance(application, QApplication)
    application.setApplicationName("ConvNet Explorer")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName(paths.APP_NAME)
    application.setStyle("Fusion")
    make_quiet_text_readable()
    while True:
        # A screenshot is a look, not work: the next start goes on from what was open before.
        explorer = Explorer(given, page=page, is_remembered=screenshot is None)
        outcome = _run_until_closed(explorer, application, screenshot)
        if not explorer.is_reset:
            return outcome
        given, page = (), None  # another first start


def _run_until_closed(
    explorer: "Explorer", application: QApplication, screenshot: Path | None
) -> int:
    previous = sys.excepthook
    sys.excepthook = explorer.handle_unexpected
    try:
        explorer.window.show()
        spare_collections()
        if screenshot is None:
            return application.exec()
        taker = _ScreenshotTaker(explorer, screenshot)
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


def spare_collections() -> None:
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
        self.is_reset = False
        self._is_remembered = is_remembered
        self._page_wanted = page
        self._unsorted = 0
        self._listener: HandoverServer | None = None
        self._built_filter_page: FilterPage | None = None
        # What is opened where no picture is asked for, or none can be opened: every page waits
        # for one.
        self._stand_ins = [self._open_remembered, self._open_sample]
        self._lost: list[str] = []

        self.pool = TaskPool(parent=self)
        self.thumbnails = ThumbnailLoader(parent=self)
        logs = paths.user_state()
        self.classifier = WorkerProcess("classifier", logs / "classifier.log", self)
        self.network = WorkerProcess("network", logs / "network.log", self)

        self.notices = Notices(self)
        self.pictures = PictureState(self.pool, self.notices, self)
        self.models = ModelState([paths.bundled_models(), paths.user_runs()], self.notices, self)
        self.filter = FilterState(self.pool, self.notices, self)
        self.walk = WalkState(self)
        self.my_kernels = MyKernelsState(paths.user_kernels(), self.notices, self)
        self.recent = RecentFiles(self._settings, self.pool, self.notices, self)
        self.camera = CameraState(self.pool, self.notices, parent=self)
        self.session = Session(logs / "session.json", self.pool, self.notices, self)
        self.kept = KeptPicture(logs / "picture.png", self.pool, self.notices, self)
        self.dataset = DatasetState(self.pool, self.thumbnails, self.notices, self)
        self.looking = NetworkState(self.network, self.pool, self.notices, self)
        self.classify = ClassifyState(
            self._worker_for, self.pool, self.thumbnails, self.notices, self
        )

        self.trail = Trail(self)
        # Of what one gesture changes, such as a dropped run, all is one place.
        self._noting = QTimer(self)
        self._noting.setSingleShot(True)
        self._noting.setInterval(0)
        self._noting.timeout.connect(lambda: self.trail.visit(self._place()))

        self.window = MainWindow(
            {
                "dataset": self._build_dataset_page,
                "filter": self._build_filter_page,
                "network": self._build_network_page,
                "classify": self._build_classify_page,
            },
            self.filter.undo_stack,
        )
        self._connect()
        self._choose_model()
        self._taken_up = remembered = self.session.restore()
        self._dataset_to_reopen = remembered.dataset
        self._take_up(remembered)
        self.window.show_page(page or self._known_page(remembered.page))
        if given:
            self._sort(given)
        else:
            self._open_stand_in()
        if is_remembered:
            self.session.follow(self._collect)
        self._greet()

    @property
    def is_busy(self) -> bool:
        """Whether something asked for has not arrived."""
        asked = (
            *(self.pictures, self.filter, self.camera),
            *(self.dataset, self.classify, self.thumbnails),
        )
        return (
            self._unsorted > 0
            or any(part.is_busy for part in asked)
            or (self.window.page_name == "network" and self.looking.is_busy)
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
        self.pool.close()
        self.classifier.close()
        self.network.close()
        if self.is_reset:
            self.session.forget()
            self.kept.forget()
            self._settings.clear()
        self._settings.sync()

    def carry_in(self, carried: Carried) -> None:
        """Open what was dropped, pasted or chosen."""
        name = "pasted picture" if carried.is_pasted else "dropped picture"
        if carried.are_pictures:
            self._page_wanted = None  # what was asked for at the start is done
            self._open_pictures(carried.paths, self.window.page_name)
        elif carried.paths:
            self._sort(carried.paths)
        elif carried.pixels is not None:
            self.pictures.open_pixels(carried.pixels, name)
        elif carried.data:
            self.pictures.open_data(carried.data, name)
        elif carried.text:
            self.filter_page.open_text(carried.text)
            self._show("filter")
        elif carried.is_link:
            self.notices.warn(
                "A link cannot be opened: save the picture first, then drop the file here.",
                topic="picture",
            )
        else:
            self.notices.warn("There is no picture in the clipboard.", topic="picture")

    def handle_unexpected(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log an error nobody expected, say so once in a while, and keep running."""
        if isinstance(error, ExplorerError):
            self.notices.report(error)
            return
        _log.error("unexpected", exc_info=(kind, error, trace))
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
        self.models.model_changed.connect(self._choose_model)
        self.dataset.opening_failed.connect(self._reopen_dataset)
        self.dataset.sample_chosen.connect(self.pictures.open_file)
        self.classify.current_changed.connect(self._show_prediction)
        self._connect_picture_menu()
        self._connect_model_menu()
        self._connect_trail()
        for changed in (
            *(self.pictures.picture_changed, self.filter.settings_changed),
            *(self.models.model_changed, self.looking.choice_changed),
            *(self.dataset.dataset_changed, window.page_shown, window.inspector_toggled),
        ):
            changed.connect(lambda *values: self.session.touch())
        self.classifier.status_changed.connect(self._show_processes)
        self.network.status_changed.connect(self._show_processes)
        window.carried_in.connect(self.carry_in)
        window.dataset_wanted.connect(self._open_dataset)
        window.page_shown.connect(self._on_page_shown)
        window.undone.connect(self._show_what_is_undone)
        window.launcher_wanted.connect(self._install_launcher)
        window.about_wanted.connect(self._show_about)
        window.log_wanted.connect(self._show_log)
        window.reset_wanted.connect(self._reset)
        window.closing.connect(self.close)
        # Child processes start once the window stands, so that they do not delay it.
        window.first_painted.connect(lambda: QTimer.singleShot(0, self, self._go_on))
        self._show_processes()

    # Where a person was.

    def _connect_trail(self) -> None:
        for changed in (
            *(self.pictures.picture_changed, self.models.model_changed),
            *(self.looking.maps_changed, self.window.page_shown),
        ):
            changed.connect(lambda *values: self._note_place_soon())
        self.pictures.opening_failed.connect(lambda: self.trail.give_up(self._place()))
        self.trail.changed.connect(
            lambda: self.window.allow_going(
                back=self.trail.can_go_back, forward=self.trail.can_go_forward
            )
        )
        self.window.going_wanted.connect(self._go)

    def _note_place_soon(self) -> None:
        if not self._noting.isActive():
            self._note_sight()
            self._noting.start()

    def _note_sight(self) -> None:
        if self._built_filter_page is not None:
            self.trail.note_sight(self._built_filter_page.pictures.part_seen)

    def _place(self) -> Place:
        file, run, shown = self.pictures.current, self.models.current, self.looking.shown
        layer = ""
        if self.window.page_name == "network" and shown is not None and shown.run == run:
            layer = shown.feature_maps.layer.name
        return Place(
            page=self.window.page_name,
            picture=None if file is None else file.path,
            pixels=file if file is not None and file.path is None else None,
            model=None if run is None else run.folder,
            layer=layer,
        )

    def _go(self, distance: int) -> None:
        self._note_sight()
        self.trail.visit(self._place())
        place, file, run = self.trail.go(distance), self.pictures.current, self.models.current
        if place is None:
            return
        if place.model is not None and (run is None or run.folder != place.model):
            self.models.reopen(place.model)
        if place.layer:
            self.looking.choose_layer(place.layer)
        self.window.show_page(place.page)
        if self._built_filter_page is not None:
            self._built_filter_page.pictures.see_again(place.sight)
        if place.pixels is not None and place.pixels is not file:
            self.pictures.show(place.pixels)
        elif place.picture is not None and (file is None or file.path != place.picture):
            self.pictures.open_file(place.picture)
        self._note_place_soon()

    def _connect_picture_menu(self) -> None:
        menu, camera, recent = self.window.picture_menu, self.camera, self.recent
        menu.set_samples(paths.sample_pictures())
        menu.recent_wanted.connect(recent.refresh)
        menu.recent_wanted.connect(camera.refresh)
        menu.recent_clear_wanted.connect(recent.clear)
        recent.changed.connect(lambda: menu.set_recent(recent.paths))
        menu.set_recent(recent.paths)
        menu.webcam_wanted.connect(self._switch_camera)
        menu.camera_wanted.connect(camera.choose)
        camera.changed.connect(self._show_camera)
        camera.frame_arrived.connect(self._on_frame)

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

    def _switch_camera(self, is_on: bool) -> None:
        if is_on:
            self.camera.start()
            self.window.show_page("filter")
            return
        self.camera.stop()
        if self.camera.frame is not None:
            # The last frame stays, and is a picture like any other.
            self.pictures.open_pixels(self.camera.frame, "webcam picture")

    def _show_camera(self) -> None:
        menu = self.window.picture_menu
        menu.set_webcam_on(self.camera.is_on)
        menu.set_cameras(
            [(camera.number, camera.name) for camera in self.camera.cameras], self.camera.number
        )

    def _on_frame(self, frame: npt.NDArray[np.uint8]) -> None:
        height, width = frame.shape[:2]
        self.filter.set_picture(frame, "webcam", is_live=True)
        self.window.picture_label.setText(f"webcam  {width}×{height}, live")
        self.window.prediction_label.setText("")

    # What was open, noted and taken up again.

    def _take_up(self, remembered: Remembered) -> None:
        if remembered.geometry:
            self.window.restoreGeometry(remembered.geometry)
        self.window.show_inspector(remembered.is_inspector_shown)
        if remembered.filter_document:
            try:
                self.filter.restore(from_json(remembered.filter_document))
            except KernelError as error:
                self.notices.report(error)
        if remembered.layer:
            self.looking.choose_layer(remembered.layer)
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
        is_another_wanted = self._unsorted > 0 or self.dataset.folder is not None
        if folder is not None and is_seen and not is_another_wanted:
            self._dataset_to_reopen = None
            self.dataset.open_folder(folder, is_reopened=True)

    def _known_page(self, name: str) -> str:
        return name if name in PAGES else FIRST_PAGE

    def _collect(self) -> Remembered:
        file = self.pictures.current
        # Until a picture has come, what was noted before stands.
        picture, name = self._taken_up.picture, self._taken_up.picture_name
        if file is not None:
            picture, name = file.path, "" if file.path else file.name
        return Remembered(
            page=self.window.page_name,
            picture=picture,
            is_inspector_shown=self.window.is_inspector_shown,
            geometry=bytes(self.window.saveGeometry().data()),
            filter_document=to_json(self.filter.settings),
            picture_name=name,
            model=None if self.models.current is None else self.models.current.folder,
            layer=self.looking.layer or "",
            dataset=self.dataset.folder or self._dataset_to_reopen,
            filter_look=self._taken_up.filter_look
            if self._built_filter_page is None
            else filter_look.to_json(self._built_filter_page.look),
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
        self._listener.arrived.connect(self._on_handed_over)
        self._listener.listen()

    def _on_handed_over(self, request: Handover) -> None:
        if request.activation_token:
            # Where Qt looks for it, and a desktop wants one before it lets a window come forward.
            os.environ["XDG_ACTIVATION_TOKEN"] = request.activation_token
        self.window.come_to_front()
        if request.paths:
            self._page_wanted = None  # what was asked for at the start is done
            self._sort(request.paths)

    def _worker_for(self, run: Run) -> WorkerProcess:
        return self.classifier if run.litert_file.is_file() else self.network

    # Pages, built when first shown.

    def _build_filter_page(self) -> QWidget:
        page = FilterPage(
            self.filter, self.walk, self.my_kernels, self.notices, paths.resources() / "lessons"
        )
        page.set_look(filter_look.from_json(self._taken_up.filter_look))
        page.look_changed.connect(self.session.touch)
        self._built_filter_page = page
        return page

    def _build_dataset_page(self) -> QWidget:
        from explorer.views.pages.dataset_page import DatasetPage

        return DatasetPage(self.dataset, self.notices)

    def _build_network_page(self) -> QWidget:
        from explorer.views.pages.network_page import NetworkPage

        return NetworkPage(self.looking, self.models, self.notices)

    def _build_classify_page(self) -> QWidget:
        from explorer.views.pages.classify_page import ClassifyPage

        page = ClassifyPage(self.classify, self.models)
        page.picture_wanted.connect(self.pictures.open_file)
        page.pictures_chosen.connect(lambda paths: self._open_pictures(paths, "classify"))
        return page

    def _on_page_shown(self, name: str) -> None:
        if name == "network":
            self.looking.activate()
        self._reopen_dataset()

    # What arrives from outside: first sorted on a thread, then opened by what it is.

    def _sort(self, given: Sequence[Path]) -> None:
        self._unsorted += 1
        self.pool.run(
            lambda: sort_arrivals(given), done=self._on_sorted, failed=self.notices.report
        )

    def _on_sorted(self, arrivals: Arrivals) -> None:
        self._unsorted -= 1
        page = self._page_wanted or self.window.page_name
        if arrivals.models and self.models.open_paths(arrivals.models):
            self._show("network")
        if arrivals.kernels:
            *others, kernel = arrivals.kernels
            self._tell_left_out("Only one kernel is opened at a time", others)
            self.filter_page.open_kernel(kernel)
            self._show("filter")
        if arrivals.folders and page == "dataset":
            folder, *others = arrivals.folders
            self._tell_left_out("A dataset is a single folder", others)
            self._open_dataset(folder)
        elif arrivals.folders:
            for folder in arrivals.folders:
                self.classify.add_folder(folder)
            self._show("classify")
        self._open_pictures(arrivals.pictures, page)
        self._page_wanted = None
        self._open_stand_in()
        self._reopen_dataset()

    def _tell_left_out(self, reason: str, others: Sequence[Path]) -> None:
        if others:
            were = "was" if len(others) == 1 else "were"
            self.notices.warn(f"{reason}: {name_paths(others)} {were} left out.")

    def _open_pictures(self, pictures: Sequence[Path], page: str) -> None:
        if len(pictures) == 1:
            self.pictures.open_file(pictures[0])
            if page == "classify":
                self.classify.add_files(pictures)
        elif pictures:
            self.classify.add_files(pictures)
            self._show("classify")

    def _show(self, name: str) -> None:
        """Show the page that fits what arrived, unless a page was asked for at the start."""
        if self._page_wanted is None:
            self.window.show_page(name)

    @property
    def filter_page(self) -> FilterPage:
        """The Filter page, built now if it was not before."""
        page = self.window.page("filter")
        assert isinstance(page, FilterPage)
        return page

    def _open_dataset(self, folder: Path) -> None:
        self.dataset.open_folder(folder)
        self.window.show_page("dataset")

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
        if self._built_filter_page is not None and not self.trail.is_under_way:
            self._built_filter_page.pictures.see_again(None)
        self.filter.set_picture(file.picture, file.name, file.path)
        if file.path is not None and file.path not in paths.sample_pictures():
            self.recent.add(file.path)
        if self._is_remembered:
            self.kept.keep(file.picture if file.path is None else None)
        self.looking.set_picture(file)
        self.classify.set_picture(file)
        name = shorten_name(file.name)
        self.window.picture_label.setText(f"{name}  {summarise_notes(file)}")
        self.window.picture_label.setToolTip(str(file.path or file.name))
        for note in file.notes:
            self.notices.hint(f"“{file.name}”: {note}.", topic="picture")

    def _choose_model(self) -> None:
        self.looking.set_run(self.models.current)
        self.classify.set_run(self.models.current)

    def _show_prediction(self) -> None:
        prediction, run = self.classify.current, self.classify.run
        text = ""
        if run is None:
            text = "no model yet"
        elif prediction is not None and prediction.probability is not None:
            text = f"{prediction.label}, {format_share(prediction.probability)} by {run.name}"
        self.window.prediction_label.setText(text)

    def _show_what_is_undone(self) -> None:
        # All that can be undone was done there; unseen, it would be a loss.
        if self.window.page_name != "filter":
            self.window.show_page("filter")

    def _show_processes(self) -> None:
        self.window.process_label.setText(f"network {self.network.status}")

    # Help.

    def _greet(self) -> None:
        """Give the first hint, and offer the launcher, once."""
        if self._settings.value("greeted", False, bool):
            return
        self._settings.setValue("greeted", True)
        self.notices.hint(
            "Drag over the kernel to draw it. Drop a photo anywhere.",
            "Add to the applications menu",
            self._install_launcher,
            page="filter",
        )

    def _install_launcher(self) -> None:
        # On a thread: the desktop's own tool that takes note of it may be slow.
        self.pool.run(
            install_launcher,
            done=lambda files: self.notices.hint(
                "ConvNet Explorer stands in the applications menu now."
            ),
            failed=self.notices.report,
        )

    def _show_about(self) -> None:
        from explorer.views.help_dialogs import show_about

        show_about(self.window)

    def _show_log(self) -> None:
        file = log_file()
        if not file.is_file():
            self.notices.hint("There is no log yet: nothing unexpected has happened.")
            return
        # Where no program is known for it, the sentence still says where it is.
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
        self.notices.hint(f"The log is “{file}”.")

    def _reset(self) -> None:
        from explorer.views.help_dialogs import ask_to_reset

        if ask_to_reset(self.window, paths.user_state()):
            self.is_reset = True
            self.window.close()


class _ScreenshotTaker(QObject):
    """Draws the window into a file once nothing is busy any more, then quits."""

    def __init__(self, explorer: Explorer, file: Path) -> None:
        super().__init__(explorer)
        self._explorer = explorer
        self._file = file
        self._deadline = time.monotonic() + SCREENSHOT_LIMIT_S
        self._quiet = 0
        self.exit_code = 1
        self._timer = QTimer(self)
        self._timer.setInterval(SCREENSHOT_POLL_MS)
        self._timer.timeout.connect(self._look)
        explorer.window.first_painted.connect(self._timer.start)

    def _look(self) -> None:
        # Quiet for several looks: one answer may lead to the next question.
        self._quiet = 0 if self._explorer.is_busy else self._quiet + 1
        is_late = time.monotonic() > self._deadline
        if self._quiet < QUIET_LOOKS and not is_late:
            return
        self._timer.stop()
        try:
            if is_late:
                self._say("The window did not come to rest: no screenshot was taken.")
            else:
                self._draw()
        finally:
            self._explorer.window.close()

    def _draw(self) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            is_written = self._explorer.window.grab().save(str(self._file))
        except OSError:
            is_written = False
        if is_written:
            self.exit_code = 0
        else:
            self._say(f"“{self._file.name}” was not written.")

    def _say(self, sentence: str) -> None:
        print(sentence, file=sys.stderr)  # noqa: T201


def log_file() -> Path:
    """Return where unexpected errors are written; it is there once there was one."""
    return paths.user_state() / "explorer.log"


def _start_log() -> None:
    """Send our log and Qt's messages to a file; a window has no terminal."""
    if _log.handlers:
        return
    try:
        file = log_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            file, maxBytes=1_000_000, backupCount=1, delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
