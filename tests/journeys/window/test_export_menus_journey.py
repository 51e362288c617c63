"""Save and Copy in the window's menus: what they do on each page, and that no key means two."""

import csv
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from explorer.core.images.read import read_picture
from explorer.views.common.images import pixels_of
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import LEFT, make_photo
from tests.journeys.saving import save_as

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)

CONTROL = Qt.KeyboardModifier.ControlModifier
CONTROL_SHIFT = CONTROL | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (50, 70), 8)


def menu(window: MainWindow, title: str) -> QMenu:
    found = (action.menu() for action in window.menuBar().actions())
    return next(one for one in found if one.title().replace("&", "") == title)


def entries(window: MainWindow, title: str, *words: str) -> dict[str, bool]:
    """Return the entries of a menu that begin with one of some words, and which can be chosen."""
    return {
        action.text().replace("&", ""): action.isEnabled()
        for action in menu(window, title).actions()
        if action.text().replace("&", "").startswith(words)
    }


def choose(window: MainWindow, title: str, text: str) -> None:
    """Choose from a menu of the window with the keyboard."""
    QTest.keyClick(window, Qt.Key(ord(title[0])), Qt.KeyboardModifier.AltModifier)
    opened = menu(window, title)
    assert opened.isVisible()
    (action,) = (one for one in opened.actions() if one.text().replace("&", "") == text)
    opened.setActiveAction(action)
    QTest.keyClick(opened, Qt.Key.Key_Return)


def copied() -> np.ndarray:
    return pixels_of(QGuiApplication.clipboard().image())


def test_the_menus_save_and_copy_what_the_filter_page_shows(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        qtbot.waitUntil(lambda: page.result.pixels is not None and len(page.result.pixels) == 50)
        assert entries(window, "File", "Save") == {
            "Save picture…": True,
            "Save figure as shown…": True,
        }
        shown = np.repeat(page.result.pixels[:, :, np.newaxis], 3, axis=2)
        choose(window, "Edit", "Copy picture")
        assert np.array_equal(copied(), shown)
        choose(window, "Edit", "Copy as Python")
        assert "numpy" in QGuiApplication.clipboard().text()
        save_as(lambda: choose(window, "File", "Save picture…"), tmp_path / "out.png")
        qtbot.waitUntil((tmp_path / "out.png").is_file)
        assert np.array_equal(read_picture(tmp_path / "out.png").picture, shown)
        window.show_page("dataset")
        assert entries(window, "File", "Save") == {"Save…": False}
        assert entries(window, "Edit", "Copy") == {"Copy": False}
        window.show_page("filter")
        assert len(entries(window, "Edit", "Copy")) == 3

    assert journey([str(photo)], steps) == 0


def test_copying_a_text_copies_the_text(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        qtbot.waitUntil(lambda: page.result.pixels is not None)
        box = page.kernel_panel.kernel_size.findChild(QLineEdit)
        box.setFocus()
        box.selectAll()
        QTest.keyClick(box, Qt.Key.Key_C, CONTROL)
        assert QGuiApplication.clipboard().text() == box.text()
        label = window.picture_label
        label.setFocus()
        label.setSelection(0, len(photo.name))
        QTest.keyClick(label, Qt.Key.Key_C, CONTROL)
        assert QGuiApplication.clipboard().text() == photo.name
        page.kernel_panel.editor.setFocus()
        QTest.keyClick(page.kernel_panel.editor, Qt.Key.Key_C, CONTROL)
        assert copied().shape == (50, 70, 3)

    assert journey([str(photo)], steps) == 0


def test_the_classify_pages_rows_go_into_a_spreadsheet(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    other = make_photo(tmp_path / "other.png", (20, 30), 9)

    def pasted() -> list[list[str]]:
        text = QGuiApplication.clipboard().text()
        return list(csv.reader(text.splitlines(), delimiter="\t"))

    def steps(window: MainWindow) -> None:
        qtbot.waitUntil(lambda: window.page_name == "classify")
        page = window.page("classify")
        offered = ("Copy row", "Copy table")
        # A thread looks through what was named; the rows come after it.
        qtbot.waitUntil(lambda: page.table.model().rowCount() == 2)
        assert entries(window, "File", "Save") == {"Save CSV, JSON…": True}
        page.table.choose_none()
        found = entries(window, "Edit", "Copy")
        assert [found[name] for name in offered] == [False, True]
        qtbot.waitUntil(lambda: not page._cancel.isVisible(), timeout=20_000)
        page.table.choose_row(1)
        page.table.setFocus()
        QTest.keyClick(page.table, Qt.Key.Key_C, CONTROL_SHIFT)
        head, *rows = pasted()
        assert head == ["path", "label", "probability", "error", "neither", "p_cat", "p_dog"]
        assert [row[0] for row in rows] == [str(photo), str(other)]
        QTest.keyClick(page.table, Qt.Key.Key_C, CONTROL)
        assert pasted() == rows[1:]
        buttons = page.findChildren(QPushButton)
        (clear,) = (one for one in buttons if one.text() == "Clear" and one.isVisible())
        QTest.mouseClick(clear, LEFT)
        assert entries(window, "File", "Save") == {"Save CSV, JSON…": False}
        found = entries(window, "Edit", "Copy")
        assert [found[name] for name in offered] == [False, False]

    assert journey([str(photo), str(other)], steps) == 0


def test_no_key_means_two_things(journey: Callable[..., int], qtbot: QtBot, photo: Path) -> None:
    def steps(window: MainWindow) -> None:
        for name in ("filter", "classify", "dataset", "network", "filter"):
            window.show_page(name)
            meant: dict[str, set[QAction]] = defaultdict(set)
            for action in _reachable(window):
                for keys in action.shortcuts():
                    meant[keys.toString()].add(action)
            assert {keys for keys, actions in meant.items() if len(actions) > 1} == set()
            assert {"Ctrl+S", "Ctrl+C", "Ctrl+V", "Ctrl+Z", "Ctrl+2", "F9"} <= set(meant)
            # Of each menu, an underlined letter chooses one entry.
            for title in ("File", "Edit", "View", "Picture", "Help"):
                texts = [action.text() for action in menu(window, title).actions()]
                letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
                assert len(letters) == len(set(letters)), (title, texts)

    assert journey([str(photo)], steps) == 0


def _reachable(window: MainWindow) -> set[QAction]:
    """Return the actions of the menus, of the buttons that are seen, and of the widgets."""
    found: set[QAction] = set()

    def take(menu: QMenu) -> None:
        for action in menu.actions():
            found.add(action)
            if isinstance(action.menu(), QMenu):
                take(action.menu())

    for action in window.menuBar().actions():
        take(action.menu())
    for widget in (window, *window.findChildren(QToolButton), *window.findChildren(QPushButton)):
        if widget.isVisible():
            found.update(widget.actions())
            if widget.menu() if hasattr(widget, "menu") else None:
                take(widget.menu())
    return found
