"""A page that does nothing but say hello is one folder, and one line in the registry."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolBar, QToolButton
from pytestqt.qtbot import QtBot

from explorer.views.window.main_window import MainWindow
from explorer.wiring import pages

# The list that finds commands tries to, where there is no real screen.
pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)

CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key.Key_6

PAGE = """
from PySide6.QtWidgets import QLabel, QVBoxLayout

from explorer.views.common.page import Page


class HelloPage(Page):
    def __init__(self, greeting: str) -> None:
        super().__init__()
        QVBoxLayout(self).addWidget(QLabel(greeting))
"""

SPEC = """
from explorer.core.desktop.page_help import PageHelp
from explorer.views.common.page_spec import PageSpec


def _build(parts, memory):
    from hello.page import HelloPage

    return HelloPage("Hello")


HELP = PageHelp("Hello", "Be greeted by a window.", ("Greet it, too.",), (), ())
HELLO = PageSpec("hello", "Hello", "info", _build, help=HELP)
"""


@pytest.fixture(autouse=True)
def _hello(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the folder, and add the line."""
    folder = tmp_path / "views" / "hello"
    folder.mkdir(parents=True)
    for name, text in (("__init__", ""), ("page", PAGE), ("spec", SPEC)):
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(folder.parent)
    importlib.invalidate_caches()
    spec = importlib.import_module("hello.spec")
    monkeypatch.setattr(pages, "PAGES", (*pages.PAGES, spec.HELLO))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "hello"]:
        del sys.modules[name]


def greets(window: MainWindow) -> bool:
    shown = window.page("hello").findChild(QLabel) if window.page_name == "hello" else None
    return shown is not None and shown.isVisible() and shown.text() == "Hello"


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = CONTROL) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, modifiers)


def test_it_stands_beside_the_others(journey: Callable[..., int], qtbot: QtBot) -> None:
    def steps(window: MainWindow) -> None:
        assert "hello.page" not in sys.modules  # nothing of it is loaded before it is shown
        buttons = window.findChild(QToolBar).findChildren(QToolButton)
        button = next(one for one in buttons if one.text() == "Hello")
        assert button.toolTip() == "Hello (Ctrl+6)"
        assert not button.icon().isNull()
        menus = {action.text(): action.menu() for action in window.menuBar().actions()}
        view = {action.text(): action for action in menus["&View"].actions()}
        assert view["Hello"].shortcut().toString() == "Ctrl+6"
        for show in (
            lambda: QTest.mouseClick(button, LEFT),
            view["Hello"].trigger,
            lambda: press(window, KEY),
        ):
            window.show_page("filter")
            show()
            assert greets(window)
            assert button.isChecked()

    assert journey([], steps) == 0


def test_it_is_asked_for_found_explained_and_gone_back_to(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def steps(window: MainWindow) -> None:
        assert greets(window)
        press(window, Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier)
        assert "Be greeted by a window." in window.guides.sheet.browser.toPlainText()
        window.guides.sheet.close()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.wait(20)  # it is a place by now
        window.show_page("dataset")
        qtbot.wait(20)
        press(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert greets(window)
        window.show_page("dataset")
        press(window, Qt.Key.Key_K)
        palette = window.guides.palette
        QTest.keyClicks(palette.search, "hello")
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: greets(window))

    assert journey(["--page", "hello"], steps) == 0


def test_the_next_start_shows_it(journey: Callable[..., int], qtbot: QtBot) -> None:
    def look(window: MainWindow) -> None:
        assert greets(window)

    assert journey([], lambda window: press(window, KEY)) == 0
    assert journey([], look) == 0
