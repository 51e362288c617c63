"""A person has a folder watched: photos that are put into it are classified without a hand."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from explorer.views.classify.page import ClassifyPage
from explorer.views.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def press(page: ClassifyPage, text: str) -> None:
    (button,) = [
        one for one in page.findChildren(QPushButton) if one.text() == text and one.isVisible()
    ]
    QTest.mouseClick(button, LEFT)


def test_photos_that_appear_are_classified(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "camera"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args, **more: str(folder))

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        assert isinstance(page, ClassifyPage)
        press(page, "Watch folder…")
        qtbot.waitUntil(lambda: page.watching.sentence.endswith("no new picture yet"))
        for number in range(3):
            Image.new("RGB", (40, 30), (60 * number, 90, 20)).save(folder / f"{number}.jpg")
        (folder / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing more")
        qtbot.waitUntil(
            lambda: page.state.done_count == 4 and not page.state.is_busy, timeout=60_000
        )
        assert page.watching.sentence == "Watching “camera”: 4 new pictures"
        assert page.state.failed_count == 1
        Image.new("RGB", (40, 30), (9, 9, 200)).save(folder / "damaged.jpg")  # it is whole now
        qtbot.waitUntil(lambda: page.state.failed_count == 0, timeout=60_000)
        assert page.state.total_count == 4
        press(page, "Stop watching")
        assert page.watching.sentence == ""
        press(page, "Watch folder…")
        qtbot.waitUntil(lambda: page.watching.sentence.endswith("no new picture yet"))
        shutil.rmtree(folder)
        qtbot.waitUntil(lambda: page.watching.folder is None, timeout=60_000)
        assert "the folder is gone" in window.notice_bar.text
        assert page.state.total_count == 4
        folder.mkdir()
        press(page, "Watch folder…")
        qtbot.waitUntil(lambda: page.watching.sentence.endswith("no new picture yet"))
        # The window is closed while it watches.

    assert journey(["--page", "classify"], steps) == 0


def test_the_first_photo_to_appear_is_seen_large(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
):
    folder = tmp_path / "camera"
    folder.mkdir()

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        assert isinstance(page, ClassifyPage)
        page.watching.start(folder)
        qtbot.waitUntil(lambda: page.watching.sentence.endswith("no new picture yet"))
        Image.new("RGB", (40, 30), (60, 90, 20)).save(folder / "1.jpg")
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("1.jpg"), timeout=60_000)
        qtbot.waitUntil(lambda: page.state.done_count == 1, timeout=60_000)
        assert page.is_card_shown

    assert journey(["--page", "classify"], steps) == 0
