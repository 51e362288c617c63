"""The menu of where pictures come from: files, clipboard, samples, recent files, the webcam."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.views.common.command import Command, escaped
from explorer.views.common.command_action import CommandAction, fill_menu

LONGEST_NAME = 48


class PictureMenu(QMenu):
    """Shows what can be opened; every choice is a signal.

    Parameters
    ----------
    open_picture, paste : QAction
        The window's own, so that each has one shortcut.

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
        self._samples: list[Command[Any]] = []
        self._recent: list[Command[Any]] = []
        self._cameras: list[Command[Any]] = []
        self._camera = 0
        self._is_webcam_on = False
        self._webcam: Command[PictureMenu] = Command(
            "webcam",
            "&Webcam",
            lambda menu: menu.webcam_wanted.emit(not self._is_webcam_on),
            place="Picture",
            keywords="camera live video",
            tip="Filter the live picture of the camera",
            is_checked=lambda menu: self._is_webcam_on,
        )
        self.addActions([open_picture, paste])
        self.addSeparator()
        self.samples_menu = self._add_menu("&Samples")
        self.recent_menu = self._add_menu("&Recent")
        self.addSeparator()
        self.webcam_action = CommandAction(self._webcam, self, self)
        self.addAction(self.webcam_action)
        self.cameras_menu = self._add_menu("&Camera")
        self.aboutToShow.connect(self.recent_wanted)
        self.set_samples(())
        self.set_recent(())
        self.set_cameras((), 0)

    def commands(self) -> Iterable[Command[Any]]:
        """Return what can be chosen here, and is nowhere else; the target is this menu."""
        self.recent_wanted.emit()
        return [*self._samples, *self._recent, self._webcam, *self._cameras]

    def set_samples(self, files: Sequence[Path]) -> None:
        """Offer the pictures that the program brings along."""
        self._samples = [
            _open(file, escaped(file.stem.replace("_", " ").capitalize()), "Picture › Samples")
            for file in files
        ]
        self._fill(self.samples_menu, self._samples)

    def set_recent(self, files: Sequence[Path]) -> None:
        """Offer the files opened last, the newest first."""
        self._recent = []
        for number, file in enumerate(files, start=1):
            digit = f"&{number % 10}" if number <= 10 else str(number)
            name = escaped(shorten_name(printable_name(file), LONGEST_NAME))
            self._recent.append(_open(file, f"{digit}  {name}", "Picture › Recent"))
        self._fill(self.recent_menu, self._recent)
        if files:
            clear: Command[PictureMenu] = Command(
                "clear_recent",
                "&Clear",
                lambda menu: menu.recent_clear_wanted.emit(),
                place="Picture › Recent",
                keywords="forget files history",
                tip="Clear the list; the files themselves are kept",
            )
            self.recent_menu.addSeparator()
            fill_menu(self.recent_menu, [clear], self)
            self._recent.append(clear)

    def set_cameras(self, names: Sequence[tuple[int, str]], current: int) -> None:
        """Offer a choice where there are several cameras.

        Parameters
        ----------
        names : sequence of (int, str)
            Each camera's number and what it is called.
        current : int
            The number of the one in use.
        """
        self._camera = current
        self._cameras = [self._choose(*each) for each in names] if len(names) > 1 else []
        self._fill(self.cameras_menu, self._cameras)
        self.cameras_menu.menuAction().setVisible(bool(self._cameras))

    def set_webcam_on(self, is_on: bool) -> None:
        """Show whether the webcam is on."""
        self._is_webcam_on = is_on
        self.webcam_action.refresh()

    def _choose(self, number: int, name: str) -> Command["PictureMenu"]:
        return Command(
            f"camera_{number}",
            escaped(shorten_name(printable_name(name), LONGEST_NAME)),
            lambda menu: menu.camera_wanted.emit(number),
            place="Picture › Which camera",
            keywords="webcam",
            is_checked=lambda menu: self._camera == number,
        )

    def _add_menu(self, title: str) -> QMenu:
        menu = QMenu(title, self)
        self.addMenu(menu)
        return menu

    def _fill(self, menu: QMenu, commands: Sequence[Command[Any]]) -> None:
        menu.clear()
        fill_menu(menu, commands, self)
        menu.menuAction().setEnabled(bool(commands))


def _open(file: Path, text: str, place: str) -> Command[PictureMenu]:
    return Command(
        f"open_{file}",
        text,
        lambda menu: menu.file_wanted.emit(file),
        place=place,
        keywords="picture photo",
        tip=printable_name(str(file)),
    )
