"""What is dropped is opened, or named as left out; nothing else happens."""

import shutil
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from pytestqt.qtbot import QtBot

from explorer.views.window.main_window import MainWindow
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
