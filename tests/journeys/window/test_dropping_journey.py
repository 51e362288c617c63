"""What is dropped is opened, or named as left out; nothing else happens."""

import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.core.desktop.paths_by_kind import PathsByKind
from explorer.views.window.main_window import MainWindow
from explorer.wiring import open_router
from tests.journeys.filter.filtered import weights
from tests.journeys.travel import drop_files


def says(qtbot: QtBot, window: MainWindow, text: str) -> None:
    qtbot.waitUntil(lambda: text in window.notice_bar.text)


def test_of_several_folders_one_is_the_dataset_and_the_others_are_named(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("first", "second", "third")]
    for number, folder in enumerate(folders, start=1):
        folder.mkdir()
        for i in range(number):
            Image.new("RGB", (30, 20), "white").save(folder / f"cat.{i}.png")

    def steps(window: MainWindow) -> None:
        window.show_page("dataset")
        page = window.page("dataset")
        drop_files(window, folders[1:])
        qtbot.waitUntil(lambda: page.pictures.count.text() == "2 of 2")
        left_out = "Only one dataset can be opened at a time: “third” was ignored."
        assert window.notice_bar.text == left_out
        drop_files(window, folders)
        qtbot.waitUntil(lambda: page.pictures.count.text() == "1 of 1")
        says(qtbot, window, "“second” and “third” were ignored.")

    assert journey([], steps) == 0


def test_of_several_kernels_the_last_is_taken_and_the_others_are_named(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    kernels = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for number, file in enumerate(kernels):
        file.write_text(f"{number},1\n2,3\n")

    def steps(window: MainWindow) -> None:
        drop_files(window, kernels)
        qtbot.waitUntil(lambda: weights(window.page("filter")) == [[1, 1], [2, 3]])
        says(qtbot, window, "Only one kernel can be opened at a time: “one.csv” was ignored.")

    assert journey([], steps) == 0


def test_a_model_that_is_refused_leaves_the_page_as_it_is(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path, models_folder: Path
) -> None:
    mine, stranger = tmp_path / "mine", tmp_path / "stranger.keras"
    shutil.copytree(models_folder / "tiny", mine)
    stranger.write_bytes(b"PK")

    def steps(window: MainWindow) -> None:
        window.show_page("dataset")
        drop_files(window, [stranger])
        says(qtbot, window, "“stranger.keras” was not opened")
        assert window.page_name == "dataset"
        # Beside one that opens, it is named all the same.
        drop_files(window, [stranger, mine])
        qtbot.waitUntil(lambda: window.page_name == "network")
        says(qtbot, window, "“stranger.keras” was not opened")
        assert window.page("network").model.choice.currentText() == "mine"

    assert journey([], steps) == 0


def test_what_answers_slowly_is_told_can_be_given_up_and_holds_nothing_else_up(
    journey: Callable[..., int],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow, quick = tmp_path / "share", tmp_path / "disk"
    for folder in (slow, quick):
        folder.mkdir()
        Image.new("RGB", (30, 20), "white").save(folder / "cat.1.png")
    answers, sort = threading.Event(), open_router.sort_paths

    def sort_slowly(given: Sequence[Path]) -> PathsByKind:
        if slow in given:
            answers.wait(30)
        return sort(given)

    monkeypatch.setattr(open_router, "sort_paths", sort_slowly)
    monkeypatch.setattr(open_router, "PATIENCE_MS", 1)

    def steps(window: MainWindow) -> None:
        window.show_page("dataset")
        page = window.page("dataset")
        drop_files(window, [slow])
        says(qtbot, window, "Waiting for “share”: the disk or the network answers slowly.")
        QTest.mouseClick(window.notice_bar.action_button, Qt.MouseButton.LeftButton)
        assert not window.notice_bar.isVisible()
        drop_files(window, [quick])
        qtbot.waitUntil(lambda: page.state.folder == quick, timeout=60_000)
        answers.set()  # too late: nobody wants it any more
        drop_files(window, [quick])
        qtbot.waitUntil(lambda: not window.notice_bar.isVisible(), timeout=60_000)
        assert page.state.folder == quick
        drop_files(window, [slow])
        qtbot.waitUntil(lambda: page.state.folder == slow, timeout=60_000)

    assert journey([], steps) == 0
