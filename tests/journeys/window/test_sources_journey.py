"""Where pictures come from: recent files, samples, the webcam."""

import base64
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from scipy.signal import convolve2d

from explorer.errors import ExplorerError
from explorer.state.shared.camera_state import CameraState
from explorer.views.window.main_window import MainWindow
from explorer.wiring import states
from explorer.wiring.open_router import OpenRouter
from tests.journeys.filter.filtered import mid_grey, wait_for, weights
from tests.journeys.travel import drop, drop_files
from tests.support.frame_sources import HeldSource

GX = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def entry(window: MainWindow, text: str) -> QAction:
    """Return the entry of the Picture menu's recent files that names something."""
    return next(
        action for action in window.picture_menu.recent_menu.actions() if text in action.text()
    )


def test_frames_of_the_webcam_are_filtered_live(
    journey: Callable[..., int], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = HeldSource()
    monkeypatch.setattr(
        states, "CameraState", partial(CameraState, open_source=lambda number: source)
    )
    generator = np.random.default_rng(4)
    frames = [generator.integers(0, 256, (30, 40, 3), dtype=np.uint8) for _ in range(3)]

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        qtbot.waitUntil(lambda: page.result.pixels is not None)
        window.picture_menu.webcam_action.trigger()
        for frame in frames:
            source.give(frame)
            exact = convolve2d(frame.astype(float) @ [0.299, 0.587, 0.114], GX, "same")
            drawn = np.clip(mid_grey(exact), 0, 255)
            qtbot.waitUntil(
                lambda drawn=drawn: (
                    page.result.pixels.shape == drawn.shape
                    and np.abs(page.result.pixels - drawn).max() <= 1
                )
            )
            assert window.picture_label.text() == "webcam  40×30, live"
        # Switched off, the last frame stays as the current picture, and is classified.
        window.picture_menu.webcam_action.trigger()
        source.end()
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("webcam picture"))
        qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text(), timeout=20_000)

    assert journey([], steps) == 0
    assert source.is_closed


def test_without_a_webcam_there_is_a_sentence(journey: Callable[..., int], qtbot: QtBot) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        qtbot.waitUntil(lambda: page.result.pixels is not None)
        window.picture_menu.webcam_action.trigger()
        qtbot.waitUntil(lambda: "camera" in window.notice_bar.text, timeout=15_000)
        assert not window.picture_menu.webcam_action.isChecked()
        assert window.picture_label.text().startswith("chelsea.png")

    if any(Path("/dev").glob("video*")):
        pytest.skip("this machine has a camera")
    assert journey([], steps) == 0


def test_samples_and_what_a_browser_drops_are_filtered(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    pixels = np.random.default_rng(9).integers(0, 256, (24, 36, 3), dtype=np.uint8)
    packed = io.BytesIO()
    Image.fromarray(pixels).save(packed, "PNG")
    address = f"data:image/png;base64,{base64.b64encode(packed.getvalue()).decode()}"

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        samples = window.picture_menu.samples_menu.actions()
        assert len(samples) >= 2
        samples[-1].trigger()
        qtbot.waitUntil(lambda: not window.picture_label.text().startswith("chelsea.png"))
        # A browser gives a page's piece with the picture inside it.
        mime = QMimeData()
        mime.setHtml(f'<img alt="a cat" src="{address}">')
        drop(window, mime)
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("dropped picture  36×24"))
        wait_for(
            qtbot,
            page,
            mid_grey(convolve2d(pixels.astype(float) @ [0.299, 0.587, 0.114], GX, "same")),
        )
        # A link alone cannot be followed, and says so.
        mime = QMimeData()
        mime.setUrls([QUrl("https://example.org/cat.jpg")])
        drop(window, mime)
        qtbot.waitUntil(lambda: "save the picture first" in window.notice_bar.text.lower())
        assert window.picture_label.text().startswith("dropped picture")

    assert journey([], steps) == 0


def test_recent_files_come_back_at_the_next_start(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    photo, other = tmp_path / "first.png", tmp_path / "second.png"
    for size, path in enumerate((photo, other)):
        Image.new("RGB", (30 + size, 20), "white").save(path)

    def open_both(window: MainWindow) -> None:
        for path in (photo, other):
            drop_files(window, [path])
            qtbot.waitUntil(lambda path=path: window.picture_label.text().startswith(path.name))

    def look(window: MainWindow) -> None:
        # The picture that was open last is there again, and the one before it in the menu.
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("second.png"))
        entry(window, "first.png").trigger()
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("first.png"))

    assert journey([], open_both) == 0
    assert journey([], look) == 0


def test_an_array_as_small_as_a_kernel_is_a_picture_where_pictures_are_asked_for(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, photo = tmp_path / "small.npy", tmp_path / "photo.png"
    np.save(small, np.arange(12, dtype=np.float32).reshape(3, 4))
    Image.new("RGB", (30, 20), "white").save(photo)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *words: ([str(small)], ""))

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        before = weights(page)
        QTest.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("small.npy  4×3"))
        assert weights(page) == before
        # It is a recent picture now, and one from there as well.
        drop_files(window, [photo])
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo.png"))
        entry(window, "small.npy").trigger()
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("small.npy  4×3"))
        assert weights(page) == before
        # Dropped, it may be either: what is that small is a kernel.
        drop_files(window, [small])
        qtbot.waitUntil(lambda: weights(page) == np.load(small).tolist())

    assert journey([str(photo)], steps) == 0


def test_a_warning_goes_once_what_it_warned_of_succeeds(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.new("RGB", (30, 20), "white").save(good)
    bad.write_bytes(good.read_bytes()[:40])
    pets, empty = tmp_path / "pets", tmp_path / "empty"
    for folder in (pets, empty):
        folder.mkdir()
    Image.new("RGB", (30, 20), "white").save(pets / "cat.1.png")

    def says(window: MainWindow, text: str) -> None:
        qtbot.waitUntil(lambda: text in window.notice_bar.text)

    def steps(window: MainWindow) -> None:
        qtbot.waitUntil(lambda: window.picture_label.text() != "")
        drop_files(window, [bad])
        says(window, "“bad.png” was not opened")
        drop_files(window, [good])
        qtbot.waitUntil(lambda: window.notice_bar.text == "")
        window.show_page("dataset")
        page = window.page("dataset")
        drop_files(window, [empty])
        says(window, "There are no pictures in “empty”.")
        drop_files(window, [bad])
        says(window, "“bad.png” was not opened")
        drop_files(window, [pets])  # another matter: what is said of the picture still holds
        qtbot.waitUntil(lambda: page.pictures.count.text() == "1 of 1")
        says(window, "“bad.png” was not opened")
        drop_files(window, [empty])
        says(window, "There are no pictures in “empty”.")
        drop_files(window, [pets])
        qtbot.waitUntil(lambda: window.notice_bar.text == "")
        drop_files(window, [tmp_path / "model.keras"])
        says(window, "“model.keras” was not opened")
        window.show_page("network")
        choice = window.page("network").model.choice
        QTest.keyClick(choice, Qt.Key.Key_Up)
        QTest.keyClick(choice, Qt.Key.Key_Down)
        assert window.notice_bar.text == ""

    assert journey([str(good)], steps) == 0


def test_what_cannot_be_sorted_keeps_nothing_busy(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(given: object) -> None:
        raise ExplorerError("The files could not be looked at.")

    monkeypatch.setattr("explorer.wiring.open_router.sort_paths", fail)

    def steps(window: MainWindow) -> None:
        (router,) = window.findChildren(OpenRouter)
        qtbot.waitUntil(lambda: window.notice_bar.text == "The files could not be looked at.")
        assert not router.is_busy
        # As where nothing is given: a picture is there.
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("chelsea.png"))

    assert journey([str(tmp_path / "a.png")], steps) == 0
