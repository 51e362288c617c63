"""The menu of where pictures come from: files, clipboard, samples, recent files, the webcam."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from explorer.core.files.names import shorten_name

LONGEST_NAME = 48


class PictureMenu(QMenu):
    """Shows what can be opened; every choice is a signal.

    Parameters
    ----------
    open_picture, paste : QAction
        The window's own, so that each has one shortcut.
    parent : QWidget, optional

    Signals
    -------
    file_wanted(Path)
        A sample or a recent file was chosen.
    recent_wanted()
        The recent files are about to be looked at: now is the time to see which are left.
    recent_clear_wanted()
    webcam_wanted(bool)
        The webcam is to be switched on or off.
    camera_wanted(int)
        One camera of several was chosen.
    """

    file_wanted = Signal(object)
    recent_wanted = Signal()
    recent_clear_wanted = Signal()
    webcam_wanted = Signal(bool)
    camera_wanted = Signal(int)

    def __init__(
        self, open_picture: QAction, paste: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__("&Picture", parent)
        self.setToolTipsVisible(True)
        self.addActions([open_picture, paste])
        self.addSeparator()
        self.samples_menu = self._add_menu("&Samples")
        self.recent_menu = self._add_menu("&Recent")
        self.recent_menu.setToolTipsVisible(True)
        self.addSeparator()
        self.webcam_action = self.addAction("&Webcam")
        self.webcam_action.setCheckable(True)
        self.webcam_action.setToolTip("Filter the live picture of the camera")
        self.webcam_action.triggered.connect(self.webcam_wanted)
        self.cameras_menu = self._add_menu("&Camera")
        self._cameras = QActionGroup(self)
        self.aboutToShow.connect(self.recent_wanted)
        self.set_samples(())
        self.set_recent(())
        self.set_cameras((), 0)

    def set_samples(self, files: Sequence[Path]) -> None:
        """Offer the pictures that the program brings along."""
        self.samples_menu.clear()
        for file in files:
            name = file.stem.replace("_", " ").capitalize()
            self._add_file(self.samples_menu, _escape(name), file)
        self.samples_menu.menuAction().setEnabled(bool(files))

    def set_recent(self, files: Sequence[Path]) -> None:
        """Offer the files opened last, the newest first."""
        self.recent_menu.clear()
        for number, file in enumerate(files, start=1):
            digit = f"&{number % 10}" if number <= 10 else str(number)
            self._add_file(
                self.recent_menu, f"{digit}  {_escape(shorten_name(file.name, LONGEST_NAME))}", file
            )
        if files:
            self.recent_menu.addSeparator()
            clear = self.recent_menu.addAction("&Clear")
            clear.setToolTip("Clear the list; the files themselves are kept")
            clear.triggered.connect(lambda: self.recent_clear_wanted.emit())
        self.recent_menu.menuAction().setEnabled(bool(files))

    def set_cameras(self, names: Sequence[tuple[int, str]], current: int) -> None:
        """Offer a choice where there are several cameras.

        Parameters
        ----------
        names : sequence of (int, str)
            Each camera's number and what it is called.
        current : int
            The number of the one in use.
        """
        self.cameras_menu.clear()
        for action in self._cameras.actions():
            self._cameras.removeAction(action)
        for number, name in names:
            action = self.cameras_menu.addAction(_escape(shorten_name(name, LONGEST_NAME)))
            action.setCheckable(True)
            action.setChecked(number == current)
            action.triggered.connect(partial(self._choose_camera, number))
            self._cameras.addAction(action)
        self.cameras_menu.menuAction().setVisible(len(names) > 1)

    def set_webcam_on(self, is_on: bool) -> None:
        """Show whether the webcam is on."""
        self.webcam_action.setChecked(is_on)

    def _choose_camera(self, number: int, is_checked: bool = True) -> None:
        self.camera_wanted.emit(number)

    def _choose_file(self, file: Path, is_checked: bool = False) -> None:
        self.file_wanted.emit(file)

    def _add_menu(self, title: str) -> QMenu:
        menu = QMenu(title, self)
        self.addMenu(menu)
        return menu

    def _add_file(self, menu: QMenu, text: str, file: Path) -> None:
        action: QAction = menu.addAction(text)
        action.setToolTip(str(file))
        action.triggered.connect(partial(self._choose_file, file))


def _escape(text: str) -> str:
    """Keep an ampersand of a name from becoming a mnemonic."""
    return text.replace("&", "&&")
