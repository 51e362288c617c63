"""The hand on the Filter page, and what the page must show, worked out without it."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
    QPushButton,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from explorer.views.common.controls.choice_box import ChoiceBox
from explorer.views.common.controls.fold import Fold
from explorer.views.common.controls.number_box import NumberBox
from explorer.views.common.dialogs.name_dialog import NameDialog
from explorer.views.common.kernel.editor import KernelEditor
from explorer.views.filter.page import FilterPage
from explorer.views.window.main_window import MainWindow

GX = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float)
"""The kernel that a first start begins with."""
STROKE = 0.2  # what a stroke adds to it: a tenth of the largest weight
LEFT = Qt.MouseButton.LeftButton
NOTCH = 120  # of a mouse wheel, in eighths of a degree


def make_photo(path: Path, size: tuple[int, int], seed: int) -> Path:
    """Write a picture of noise, of a height and width, and return its path."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def grey_of(path: Path) -> np.ndarray:
    """Return a picture's luma, (height, width) float64."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(float) @ [0.299, 0.587, 0.114]


def wait_for(qtbot: QtBot, page: FilterPage, expected: np.ndarray) -> None:
    """Wait until the page shows what an independent computation says."""

    def is_shown() -> bool:
        pixels = page.result.pixels
        return (
            pixels is not None
            and pixels.shape == expected.shape
            and np.abs(pixels.astype(float) - np.clip(expected, 0, 255)).max() <= 1
        )

    qtbot.waitUntil(is_shown, timeout=5000)


def weights(page: FilterPage) -> list[list[float]]:
    """Return the weights that the editor shows."""
    kernel = page.kernel_panel.editor.kernel
    assert kernel is not None
    return kernel.weights.tolist()


def middle(editor: KernelEditor, row: int, column: int) -> QPoint:
    """Return where the middle of a cell lies."""
    return editor.cell_rect(row, column).center()


def undo(window: MainWindow) -> None:
    """Press Ctrl+Z."""
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def redo(window: MainWindow) -> None:
    """Press Ctrl+Shift+Z."""
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_Z, keys)


def mid_grey(response: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Draw signed values about mid-grey, up to the largest or to four times the RMS."""
    half = min(np.abs(response).max(), 4 * np.sqrt(np.square(response).mean()))
    return (response / half + 1) * 127.5


def choose(fold: Fold, box: ChoiceBox, key: str) -> None:
    """Open a section and choose with the keyboard."""
    fold.set_open(True)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.count()):
        if box.key != key:
            QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.key == key


def type_number(box: NumberBox, number: float) -> None:
    """Type a number over the one that stands there."""
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, f"{number:g}")
    QTest.keyClick(box, Qt.Key.Key_Return)


def drag(widget: QWidget, *places: QPoint) -> None:
    """Press the left button at the first place, move over the others, and let go at the last."""
    QTest.mousePress(widget, LEFT, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(widget, place)
    QTest.mouseRelease(widget, LEFT, pos=places[-1])


def drag_slider(slider: QSlider, share: float) -> None:
    """Drag a slider's handle to a share of its length, in three moves."""
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    handle = slider.style().subControlRect(
        QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider
    )
    start = handle.center()
    end = QPoint(round(share * slider.width()), start.y())
    drag(slider, start, (start + end) / 2, end - QPoint(1, 0), end)


def turn_wheel(
    widget: QWidget,
    place: QPoint,
    notches: int,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Turn the wheel over a place, away from the hand where positive."""
    event = QWheelEvent(
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        QPoint(),
        QPoint(0, notches * NOTCH),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def pick(qtbot: QtBot, button: QToolButton | QPushButton, *path: str) -> None:
    """Open a button's menu with the mouse and click an entry, through submenus if need be."""
    menu = button.menu()
    failures: list[str] = []

    def click() -> None:
        # A menu that stays open would hold the program for ever.
        try:
            _click_entry(menu, path)
        except LookupError as error:
            failures.append(str(error))
        finally:
            menu.close()

    opened = QTimer()
    opened.setSingleShot(True)
    opened.timeout.connect(click)
    menu.aboutToShow.connect(opened.start, Qt.ConnectionType.SingleShotConnection)
    QTest.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: not opened.isActive() and not menu.isVisible())
    button.window().activateWindow()  # as a window manager does once a menu is gone
    qtbot.waitUntil(button.window().isActiveWindow)
    assert not failures, failures


def pick_and_name(
    qtbot: QtBot,
    button: QToolButton | QPushButton,
    entry: str,
    name: str | None,
    *,
    is_replacing: bool = False,
) -> str:
    """Choose from a button's menu, and type a name into the dialog that opens.

    Parameters
    ----------
    qtbot : QtBot
    button : QToolButton or QPushButton
    entry : str
    name : str or None
        None leaves what stands there.
    is_replacing : bool
        What to do if the name is refused: replace the other kernel, or give up.

    Returns
    -------
    str
        Why the name was refused; empty if it was not.
    """
    reasons: list[str] = []
    failures: list[BaseException] = []
    asked = QTimer()
    asked.setInterval(5)

    def type_name() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, NameDialog):
            return
        asked.stop()
        try:
            if name is not None:
                QTest.keyClick(dialog.field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
                QTest.keyClicks(dialog.field, name)
            typed = dialog.field.text()
            QTest.keyClick(dialog.field, Qt.Key.Key_Return)
            reasons.append(dialog.reason.text)
            assert dialog.isVisible() == bool(reasons[0])
            assert dialog.field.text() == typed
            if is_replacing:
                QTest.mouseClick(dialog.replace_button, LEFT)
        except BaseException as error:
            failures.append(error)
        finally:
            dialog.reject()  # one that stays open would hold the program for ever

    asked.timeout.connect(type_name)
    asked.start()
    try:
        pick(qtbot, button, entry)
    finally:
        asked.stop()
    if failures:
        raise failures[0]
    assert reasons, f"“{entry}” asked for no name"
    return reasons[0]


def _click_entry(menu: QMenu, path: tuple[str, ...]) -> None:
    name, *rest = path
    texts = {action.text().replace("&", ""): action for action in menu.actions()}
    if name not in texts:
        raise LookupError(f"“{name}” is none of {list(texts)}")
    action = texts[name]
    inner = action.menu()
    if rest:
        assert isinstance(inner, QMenu)
        menu.setActiveAction(action)
        QTest.keyClick(menu, Qt.Key.Key_Right)  # a click would close one that is still open
        _click_entry(inner, tuple(rest))
    else:
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
