"""The Help menu: what the program is, where its log is, and starting again from nothing."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from explorer import __version__, paths
from explorer.views.window.main_window import MainWindow
from tests.journeys.conftest import Opened
from tests.journeys.filter.filtered import GX, LEFT, make_photo, middle, pick_and_name, weights
from tests.journeys.travel import drop, travel

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)


def choose(window: MainWindow, text: str) -> None:
    actions = window.findChildren(QAction)
    next(one for one in actions if one.text().replace("&", "") == text).trigger()


def answer(act: Callable[[], None], button: str) -> str:
    """Do what opens a message box, press one of its buttons, and return what it said."""
    said: list[str] = []
    looking = QTimer()
    looking.setInterval(5)

    def look() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            looking.stop()
            said.append(f"{box.text()} {box.informativeText()}")
            buttons = {one.text().replace("&", ""): one for one in box.buttons()}
            QTest.mouseClick(buttons[button], LEFT)

    looking.timeout.connect(look)
    looking.start()
    act()
    looking.stop()
    (text,) = said
    return text


def test_about_names_versions_and_licences_and_copies_them(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def steps(window: MainWindow) -> None:
        said = answer(lambda: choose(window, "About ConvNet Explorer"), "Copy")
        assert f"ConvNet Explorer {__version__}" in said
        assert "PySide6-Essentials" in said
        assert "LGPL" in said
        copied = QGuiApplication.clipboard().text().splitlines()
        assert any(line.startswith(f"numpy {np.__version__} (") for line in copied)

    assert journey([], steps) == 0


def test_the_log_is_opened_where_there_is_one(
    journey: Callable[..., int], qtbot: QtBot, opened: Opened
) -> None:
    def steps(window: MainWindow) -> None:
        choose(window, "Show log")
        assert window.notice_bar.text == "There is no log: no unexpected errors have occurred."
        log = paths.user_state() / "explorer.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("unexpected")
        choose(window, "Show log")
        assert opened.places == [str(log)]
        assert str(log) in window.notice_bar.text

    assert journey([], steps) == 0


def arrange(window: MainWindow, qtbot: QtBot) -> None:
    """Make everything other than on the first start."""
    page = window.page("filter")
    qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo.png"))
    panel = page.kernel_panel
    QTest.mouseClick(panel.editor, LEFT, pos=middle(panel.editor, 1, 1))
    pick_and_name(qtbot, panel.menu, "Save to My kernels…", "mine")
    window.show_inspector(False)
    window.show_page("classify")


def test_reset_starts_again_at_once_and_keeps_a_persons_own_work(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)
    pixels = photo.read_bytes()
    state = paths.user_state()
    seen: list[str] = []

    def look_anew() -> None:
        """Look at the window that comes after the one that is reset."""
        windows = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)]
        windows = [one for one in windows if one.isVisible()]
        if not windows or not seen:
            return
        looking.stop()
        (window,) = windows
        try:
            seen.append(window.page_name)
            page = window.page("filter")
            qtbot.waitUntil(lambda: window.picture_label.text().startswith("chelsea.png"))
            assert "Drag over the kernel" in window.notice_bar.text
            assert weights(page) == GX.tolist()
            assert window.is_inspector_shown
            assert not window.picture_menu.recent_menu.menuAction().isEnabled()
            assert "mine" in [one.name for one in page.kernel_panel.preset.filters]
            seen.append("all")
        finally:
            window.close()

    def steps(window: MainWindow) -> None:
        arrange(window, qtbot)
        said = answer(lambda: choose(window, "Reset…"), "Cancel")
        assert "Your own kernels, your runs" in said
        assert str(state) in said
        assert window.isVisible()
        assert window.page_name == "classify"
        answer(lambda: choose(window, "Reset…"), "Reset")
        assert not window.isVisible()
        seen.append("reset")
        looking.start()

    looking = QTimer()
    looking.setInterval(5)
    looking.timeout.connect(look_anew)
    assert journey([str(photo)], steps) == 0
    assert seen == ["reset", "filter", "all"]
    assert photo.read_bytes() == pixels
    # What was drawn is not lost.
    assert "mine" in (state / "session.before-reset.json").read_text()
    assert '"page": "filter"' in (state / "session.json").read_text()


def _shows(label: QLabel, words: str) -> bool:
    return label.text().startswith(words)


def test_a_picture_without_a_file_stays_beside(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    kept = paths.user_state() / "picture.png"

    def steps(window: MainWindow) -> None:
        mime = QMimeData()
        image = QImage(36, 24, QImage.Format.Format_RGB888)
        image.fill(0x336699)
        mime.setImageData(image)
        drop(window, mime)
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("dropped picture"))
        qtbot.waitUntil(kept.is_file)
        answer(lambda: choose(window, "Reset…"), "Reset")
        closing.start()

    def close() -> None:
        windows = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)]
        for window in (one for one in windows if one.isVisible()):
            closing.stop()
            label = window.picture_label
            qtbot.waitUntil(partial(_shows, label, "chelsea.png"))
            window.close()

    closing = QTimer()
    closing.setInterval(5)
    closing.timeout.connect(close)
    assert travel([], steps) == 0
    assert not kept.exists()
    assert kept.with_name("picture.before-reset.png").is_file()
