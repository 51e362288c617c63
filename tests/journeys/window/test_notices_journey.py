"""What is said of one thing does not stand for ever over the next."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.views.window import notice_bar
from explorer.views.window.main_window import MainWindow


def test_what_failed_is_told_and_leaves_by_itself_and_the_page_stays_where_it_is(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(notice_bar, "WARNING_S", 1.0)

    def steps(window: MainWindow) -> None:
        bar = window.notice_bar
        window.show_page("dataset")
        place = window.page("dataset").geometry()
        window.dataset_wanted.emit(tmp_path / "empty")
        qtbot.waitUntil(lambda: "empty" in bar.text, timeout=20_000)
        window.show_page("classify")
        assert "empty" in bar.text
        window.show_page("dataset")
        assert window.page("dataset").geometry() == place
        qtbot.waitUntil(lambda: bar.text == "", timeout=20_000)

    assert journey([], steps) == 0
