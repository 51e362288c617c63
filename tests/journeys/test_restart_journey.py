"""The program goes on at the next start from the picture that was open."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from explorer.views.main_window import MainWindow
from tests.journeys.filtered import make_photo


def wait_for_picture(qtbot: QtBot, window: MainWindow, words: str) -> None:
    qtbot.waitUntil(lambda: window.picture_label.text().startswith(words))


def test_a_picture_named_within_a_folder_is_found_from_another(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "photo.png  30×20")
        assert window.picture_label.toolTip() == str(photo)
        for action in window.page("filter").keeping.actions:
            if action.text().replace("&", "") == "Copy as Python":
                action.trigger()
        assert ascii(str(photo)) in QGuiApplication.clipboard().text()

    monkeypatch.chdir(tmp_path)
    assert journey([photo.name], look) == 0
    monkeypatch.chdir(elsewhere)
    assert journey([], look) == 0


def test_a_picture_that_is_gone_is_named(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "photo.png  30×20")

    def look_again(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "chelsea.png")
        assert "“photo.png” is not there any more" in window.notice_bar.text

    assert journey([str(photo)], look) == 0
    photo.unlink()
    assert journey([], look_again) == 0
