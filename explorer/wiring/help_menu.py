"""The Help menu, and the hint of the first start."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from explorer import paths
from explorer.log import log_file
from explorer.views.common.command import Command
from explorer.views.window.main_window import MainWindow
from explorer.wiring.states import States


class Help(QObject):
    """Does what is chosen in the Help menu.

    Signals
    -------
    reset_wanted()
        A person was asked, and wants all to be as on the first start.
    """

    reset_wanted = Signal()

    def __init__(self, states: States, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._pool, self._notices = states.pool, states.notices
        self._settings = states.settings
        window.add_commands(_list_commands(), self)

    def greet(self) -> None:
        """Give the first hint, and offer the launcher, once."""
        if self._settings.value("greeted", False, bool):
            return
        self._settings.setValue("greeted", True)
        self._notices.hint(
            "Drag over the kernel to edit it. Drop a photo anywhere.",
            "Add to the applications menu",
            self.install_launcher,
            page="filter",
        )

    def install_launcher(self) -> None:
        """Put the program into the applications menu."""
        from explorer.core.desktop.launcher import install_launcher  # not needed to start

        # On a thread: the desktop's own tool that takes note of it may be slow.
        self._pool.run(
            install_launcher,
            done=lambda files: self._notices.hint(
                "ConvNet Explorer was added to the applications menu."
            ),
            failed=self._notices.report,
            is_bulk=True,
        )

    def show_about(self) -> None:
        """Tell what this program is."""
        from explorer.views.window.help_dialogs import show_about

        show_about(self._window)

    def show_training(self) -> None:
        """Tell how a network is trained."""
        from explorer.views.window.help_dialogs import show_training

        show_training(self._window)

    def show_log(self) -> None:
        """Open what is logged of unexpected errors."""
        file = log_file()
        if not file.is_file():
            self._notices.hint("There is no log: no unexpected errors have occurred.")
            return
        # Where no program is known for it, the sentence still says where it is.
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
        self._notices.hint(f"The log is “{file}”.")

    def ask_to_reset(self) -> None:
        """Ask whether all is to be as on the first start."""
        from explorer.views.window.help_dialogs import ask_to_reset

        if ask_to_reset(self._window, paths.user_state()):
            self.reset_wanted.emit()


def _list_commands() -> Iterable[Command[Help]]:
    yield Command(
        "train",
        "&Train a network…",
        lambda help: help.show_training(),
        menu=("Help", 12),
        keywords="training learn fit train.py recipe epochs augmentation dropout learning rate gpu",
    )
    yield Command(
        "log",
        "Show &log",
        lambda help: help.show_log(),
        menu=("Help", 20),
        keywords="error crash",
    )
    yield Command(
        "reset",
        "&Reset…",
        lambda help: help.ask_to_reset(),
        menu=("Help", 21),
        keywords="forget preferences settings",
    )
    yield Command(
        "launcher",
        "&Add to the applications menu",
        lambda help: help.install_launcher(),
        menu=("Help", 22),
        keywords="launcher desktop install",
    )
    yield Command(
        "about",
        "A&bout ConvNet Explorer",
        lambda help: help.show_about(),
        menu=("Help", 30),
        keywords="version licence",
    )
