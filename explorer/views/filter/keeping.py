"""Keep what the Filter page shows: files, the clipboard, a script that computes it."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QGuiApplication, QImage, QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from explorer.state.filter_state import FilterState
from explorer.state.notices import Notices
from explorer.views.save_dialog import SaveKind, ask_where_to_save


class Keeping(QObject):
    """The Save and Copy menus of the page.

    Parameters
    ----------
    state : FilterState
    notices : Notices
    figure : QWidget
        What "the figure as shown" is.
    """

    def __init__(self, state: FilterState, notices: Notices, figure: QWidget) -> None:
        super().__init__(figure)
        self._state = state
        self._notices = notices
        self._figure = figure
        self.save_button = _button("Save", "Save the result, or the figure as shown")
        save = self.save_button.menu()
        _add(save, "Save &picture…", self.save_picture, QKeySequence("Ctrl+S"))
        _add(save, "Save &figure as shown…", self.save_figure, QKeySequence("Ctrl+Shift+S"))
        self.copy_button = _button("Copy", "Copy the result, the figure, or a script")
        copy = self.copy_button.menu()
        _add(copy, "Copy &picture", self.copy_picture, QKeySequence("Ctrl+C"))
        _add(copy, "Copy &figure as shown", self.copy_figure, QKeySequence("Ctrl+Shift+C"))
        _add(copy, "Copy as P&ython", self.copy_python, None)
        state.result_changed.connect(self._allow)
        self._allow()

    @property
    def actions(self) -> list[QAction]:
        """Every action, for the page that their shortcuts work on."""
        return [*self.save_button.menu().actions(), *self.copy_button.menu().actions()]

    def _allow(self) -> None:
        """Offer what needs a result only where there is one."""
        needing = ("Save &picture…", "Copy &picture", "Copy as P&ython")
        for action in self.actions:
            action.setEnabled(self._state.result is not None or action.text() not in needing)

    def save_picture(self) -> None:
        """Ask for a file, and write the result into it by the kind chosen."""
        from explorer.core.picture_writing import KINDS  # not needed to start

        if self._state.result is None:
            return
        place = ask_where_to_save(
            self._figure,
            "Save picture",
            f"{self._state.result_name}.png",
            [SaveKind(kind.name, kind.suffixes) for kind in KINDS],
        )
        if place is not None:
            path, number = place
            kind = KINDS[number]
            # Another ending was typed on purpose: it decides.
            is_of_kind = path.suffix.lower() in kind.suffixes
            self._state.save(path, kind.key if is_of_kind else None)

    def save_figure(self) -> None:
        """Ask for a PNG file, and draw what is seen into it."""
        place = ask_where_to_save(
            self._figure, "Save figure", "figure.png", [SaveKind("PNG", (".png",))]
        )
        if place is not None:
            self._state.save_pixels(_to_pixels(self._figure.grab().toImage()), place[0])

    def copy_picture(self) -> None:
        """Put the result as drawn into the clipboard."""
        result = self._state.result
        if result is not None:
            QGuiApplication.clipboard().setImage(_to_image(result.shown.pixels))

    def copy_figure(self) -> None:
        """Put what is seen into the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._figure.grab())

    def copy_python(self) -> None:
        """Put a script into the clipboard that computes what is shown."""
        QGuiApplication.clipboard().setText(self._state.snippet())
        self._notices.hint("A Python script that computes this picture is in the clipboard.")


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMinimumHeight(28)
    button.setMenu(QMenu(button))
    return button


def _add(menu: QMenu, text: str, act: Callable[[], None], keys: QKeySequence | None) -> None:
    action = menu.addAction(text)
    action.triggered.connect(lambda: act())
    if keys is not None:
        action.setShortcut(keys)


def _to_image(pixels: npt.NDArray[np.uint8]) -> QImage:
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_RGB888 if pixels.ndim == 3 else QImage.Format.Format_Grayscale8
    return QImage(pixels.data, width, height, pixels.strides[0], kind).copy()


def _to_pixels(image: QImage) -> npt.NDArray[np.uint8]:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
