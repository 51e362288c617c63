"""The program goes on at the next start from the picture that was open."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot
from scipy.signal import convolve2d

from explorer import paths
from explorer.views.main_window import MainWindow
from tests.journeys.filtered import GX, make_photo, wait_for
from tests.journeys.travel import drop, drop_files


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


def test_a_picture_that_is_damaged_is_named(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "photo.png  30×20")

    def look_again(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "chelsea.png")
        assert "“photo.png” was not opened" in window.notice_bar.text

    assert journey([str(photo)], look) == 0
    photo.write_bytes(photo.read_bytes()[:40])
    assert journey([], look_again) == 0
    assert journey([str(photo)], look_again) == 0


def drop_pixels(window: MainWindow, pixels: np.ndarray) -> None:
    """Drop a picture without a file, as browsers give it."""
    height, width = pixels.shape[:2]
    mime = QMimeData()
    mime.setImageData(QImage(pixels, width, height, 3 * width, QImage.Format.Format_RGB888).copy())
    drop(window, mime)


def test_a_picture_without_a_file_comes_back_until_another_is_opened(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    first, last = (
        np.random.default_rng(seed).integers(0, 256, (24, 36, 3), dtype=np.uint8)
        for seed in range(2)
    )
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)
    kept = paths.user_state() / "picture.png"

    def drop_both(window: MainWindow) -> None:
        for pixels in (first, last):
            drop_pixels(window, pixels)
            wait_for_picture(qtbot, window, "dropped picture  36×24")

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "dropped picture  36×24")
        grey = last.astype(float) @ [0.299, 0.587, 0.114]
        wait_for(qtbot, window.page("filter"), convolve2d(grey, GX, "same") / 2 + 127.5)

    def open_another(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "dropped picture  36×24")
        drop_files(window, [photo])
        wait_for_picture(qtbot, window, "photo.png")

    assert journey([], drop_both) == 0
    number = kept.stat().st_ino
    for _ in range(2):
        assert journey([], look) == 0
    assert kept.stat().st_ino == number  # a new write would be a new file
    assert journey(["--screenshot", str(tmp_path / "shot.png"), str(photo)]) == 0
    assert journey([], open_another) == 0
    assert not kept.exists()


def test_a_picture_without_a_file_that_is_gone_is_named(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def drop_one(window: MainWindow) -> None:
        drop_pixels(window, np.zeros((24, 36, 3), np.uint8))
        wait_for_picture(qtbot, window, "dropped picture")

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "chelsea.png")
        assert "“dropped picture” is not there any more" in window.notice_bar.text

    assert journey([], drop_one) == 0
    (paths.user_state() / "picture.png").unlink()
    assert journey([], look) == 0


def test_who_quits_at_once_finds_the_picture_all_the_same(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "dropped picture  36×24")

    assert journey([], lambda window: drop_pixels(window, np.zeros((24, 36, 3), np.uint8))) == 0
    assert journey([], lambda window: None) == 0  # before it has come back
    assert journey([], look) == 0
