"""The one place where everything meets: the states, the window, the pages, the wiring."""

import gc
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from explorer import __version__, paths
from explorer.core.desktop.handover import Claim
from explorer.core.desktop.memory import keep_freed_memory
from explorer.core.desktop.session import find_memory_trouble
from explorer.log import start_log
from explorer.views.common.plain_style import PlainStyle
from explorer.views.common.theme import make_quiet_text_readable
from explorer.views.window.main_window import MainWindow
from explorer.wiring import pages
from explorer.wiring.current import Current
from explorer.wiring.end_signals import EndSignals
from explorer.wiring.help_menu import Help
from explorer.wiring.history import HistoryNavigation
from explorer.wiring.kernels import KernelExchange
from explorer.wiring.memory import Memory
from explorer.wiring.menus import SourceMenus
from explorer.wiring.open_router import OpenRouter
from explorer.wiring.states import States
from explorer.wiring.trainings import Trainings
from explorer.wiring.unexpected import UnexpectedErrors
from explorer.wiring.webcam import Webcam

if TYPE_CHECKING:
    from explorer.background.handover import HandoverServer

SWITCH_INTERVAL_S = 0.0005


def run_window(
    given: Sequence[Path] = (),
    *,
    page: str | None = None,
    screenshot: Path | None = None,
    claim: Claim | None = None,
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
    claim : Claim, optional
        Hear later starts if nobody else does; None hears none.

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
    application.setStyle(PlainStyle())
    make_quiet_text_readable()
    has_ended = True
    while True:
        # A screenshot is a look, not work: the next start goes on from what was open before.
        is_look = screenshot is not None
        explorer = Explorer(
            given, page=page, is_remembered=not is_look, claim=None if is_look else claim
        )
        outcome = _run_until_closed(explorer, application, screenshot)
        has_ended &= explorer.states.has_ended
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
    unexpected = UnexpectedErrors(explorer.states.notices)
    signals = EndSignals()
    try:
        explorer.window.show()
        freeze_garbage_collector()
        if screenshot is None:
            return application.exec()
        from explorer.wiring.screenshot import ScreenshotTaker

        taker = ScreenshotTaker(explorer.window, lambda: explorer.is_busy, screenshot)
        application.exec()
        return taker.exit_code
    finally:
        explorer.close()
        explorer.window.deleteLater()
        explorer.deleteLater()
        unexpected.restore()
        signals.restore()
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
    claim : Claim or None
        To hear later starts with.

    Attributes
    ----------
    states : States
    window : MainWindow
    open_router : OpenRouter
    is_reset : bool
        Whether a person wants all to be as on the first start; what was open is then forgotten.
    """

    def __init__(
        self,
        given: Sequence[Path] = (),
        *,
        page: str | None = None,
        is_remembered: bool = True,
        claim: Claim | None = None,
    ) -> None:
        super().__init__()
        self.is_reset = False
        trouble = find_memory_trouble(paths.user_state()) if is_remembered else None
        is_remembered = is_remembered and trouble is None
        self._claim = claim
        self._has_window = False
        self._is_closed = False
        self._listener: HandoverServer | None = None

        self.states = states = States(self)
        self.window = window = MainWindow(
            pages.PAGES, lambda spec: spec.build(states, self._memory.of_page(spec.name))
        )
        states.notices.posted.connect(window.notice_bar.show_notice)
        states.notices.withdrawn.connect(window.notice_bar.withdraw)
        self._memory = memory = Memory(states)
        self.open_router = OpenRouter(window, states, page=page)
        self._help = Help(states, window)
        Current(states, window, is_remembered=is_remembered)
        SourceMenus(states, window)
        Webcam(states, window)
        HistoryNavigation(states, window)
        KernelExchange(states, window)
        Trainings(states, window)
        self._connect()

        memory.take_up(window)
        if given:  # before a page is shown: it would begin with another model than the one given
            self.open_router.open(given)
        window.show_page(page or self._known_page(memory.page))
        if not given:
            memory.open_stand_in()
        if is_remembered:
            memory.follow(window)
        self._help.greet()
        self._tell_what_is_forgotten(trouble)

    @property
    def is_busy(self) -> bool:
        """Whether something asked for has not arrived."""
        built = self.window.pages.built.values()
        return (
            self.open_router.is_busy or self.states.is_busy or any(page.is_busy for page in built)
        )

    def close(self) -> None:
        """End every thread and process."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._listener is not None:
            self._listener.close()
        self.states.close(is_reset=self.is_reset)

    def _connect(self) -> None:
        states, window = self.states, self.window
        states.pictures.opening_failed.connect(self._memory.open_stand_in)
        states.pictures.opening_failed.connect(states.classify.give_up_current)
        states.dataset.sample_chosen.connect(states.pictures.open_file)
        states.dataset.dataset_changed.connect(self._tell_samples)
        states.setup.folder_wanted.connect(
            lambda folder: self.open_router.open_dataset(folder, "training")
        )
        states.decisions.decisions_changed.connect(
            lambda: states.setup.set_decisions(states.decisions.decisions)
        )
        states.survey.embeddings_changed.connect(self._tell_embeddings)
        self.open_router.sorted.connect(self._memory.open_stand_in)
        self.open_router.sorted.connect(self._resume_page)
        self._help.reset_wanted.connect(self._reset)
        window.page_shown.connect(self._resume_page)
        window.closing.connect(self.close)
        # Child processes start once the window stands, so that they do not delay it.
        window.first_painted.connect(lambda: QTimer.singleShot(0, self, self._go_on))

    def _tell_samples(self) -> None:
        dataset = self.states.dataset.dataset
        self.states.batch_state.set_samples(() if dataset is None else dataset.samples)
        self.states.setup.set_dataset(dataset)
        self.states.changes.set_dataset(dataset)

    def _tell_embeddings(self) -> None:
        dataset = self.states.dataset.dataset
        samples = () if dataset is None else dataset.samples
        self.states.nearest.set_dataset(samples, self.states.survey.embeddings())

    def _known_page(self, name: str) -> str:
        return name if name in {spec.name for spec in pages.PAGES} else pages.FIRST_PAGE

    def _go_on(self) -> None:
        """Do what must not delay the window, now that it stands."""
        if self._is_closed:
            return
        self._has_window = True
        if self._claim is not None:
            self._listen(self._claim)
        self._resume_page()
        self.states.training.refresh()
        model = self.states.models.current
        if model is not None:
            self.states.worker_for(model).start(model.path)
            self.states.classify.activate()

    def _tell_what_is_forgotten(self, trouble: str | None) -> None:
        """Say once, at the start, that something cannot be read or kept."""
        if self.states.settings_trouble is not None:
            self.states.notices.report(self.states.settings_trouble, topic="program")
        if trouble is not None:
            self.states.notices.warn(trouble, topic="program")

    def _listen(self, claim: Claim) -> None:
        """Take what later starts of the program are asked for."""
        from explorer.background.handover import HandoverServer  # some ms, not needed to start

        self._listener = HandoverServer(claim, self)
        self._listener.arrived.connect(self.open_router.take_over)
        self._listener.listen()

    def _resume_page(self) -> None:
        """Let the page shown open what was open last time, unless something else is wanted."""
        if self._has_window and not self.open_router.is_busy:
            self.window.page(self.window.page_name).resume()

    def _reset(self) -> None:
        self.is_reset = True
        self.window.close()
