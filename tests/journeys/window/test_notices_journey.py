"""What is said of one thing does not stand for ever above the next."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.views.window import notice_bar
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import make_photo
from tests.journeys.travel import drop_files


def test_what_failed_long_ago_is_gone_once_something_else_is_done(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)
    (tmp_path / "empty").mkdir()

    def steps(window: MainWindow) -> None:
        bar = window.notice_bar
        window.show_page("dataset")
        window.dataset_wanted.emit(tmp_path / "empty")
        qtbot.waitUntil(lambda: "empty" in bar.text, timeout=20_000)
        window.show_page("classify")
        assert "empty" in bar.text  # it may not have been read
        monkeypatch.setattr(notice_bar, "WARNING_S", 0.0)
        drop_files(window, [photo, make_photo(tmp_path / "second.png", (20, 30), 2)])
        qtbot.waitUntil(lambda: bar.text == "", timeout=20_000)

    assert journey([], steps) == 0
