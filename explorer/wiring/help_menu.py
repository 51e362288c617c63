"""The Help menu, and the hint of the first start."""

from PySide6.QtCore import QObject, QSettings, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from explorer import paths
from explorer.background.tasks import TaskPool
from explorer.core.desktop.launcher import install_launcher
from explorer.log import log_file
from explorer.state.shared.notices import Notices
from explorer.views.window.main_window import MainWindow


class Help(QObject):
    """Does what is chosen in the Help menu.

    Parameters
    ----------
    window : MainWindow
    pool : TaskPool
    notices : Notices

    Signals
    -------
    reset_wanted()
        A person was asked, and wants all to be as on the first start.
    """

    reset_wanted = Signal()

    def __init__(self, window: MainWindow, pool: TaskPool, notices: Notices) -> None:
        super().__init__(window)
        self._window = window
        self._pool = pool
        self._notices = notices
        window.launcher_wanted.connect(self._install_launcher)
        window.about_wanted.connect(self._show_about)
        window.log_wanted.connect(self._show_log)
        window.reset_wanted.connect(self._ask_to_reset)

    def greet(self, settings: QSettings) -> None:
        """Give the first hint, and offer the launcher, once."""
        if settings.value("greeted", False, bool):
            return
        settings.setValue("greeted", True)
        self._notices.hint(
            "Drag over the kernel to draw it. Drop a photo anywhere.",
            "Add to the applications menu",
            self._install_launcher,
            page="filter",
        )

    def _install_launcher(self) -> None:
        # On a thread: the desktop's own tool that takes note of it may be slow.
        self._pool.run(
            install_launcher,
            done=lambda files: self._notices.hint(
                "ConvNet Explorer stands in the applications menu now."
            ),
            failed=self._notices.report,
        )

    def _show_about(self) -> None:
        from explorer.views.window.help_dialogs import show_about

        show_about(self._window)

    def _show_log(self) -> None:
        file = log_file()
        if not file.is_file():
            self._notices.hint("There is no log yet: nothing unexpected has happened.")
            return
        # Where no program is known for it, the sentence still says where it is.
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
        self._notices.hint(f"The log is “{file}”.")

    def _ask_to_reset(self) -> None:
        from explorer.views.window.help_dialogs import ask_to_reset

        if ask_to_reset(self._window, paths.user_state()):
            self.reset_wanted.emit()
