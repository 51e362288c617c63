"""A newcomer starts the program for the first time."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from scipy.signal import convolve2d

from explorer import paths
from explorer.views.window.main_window import MainWindow

GX = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def test_the_sample_cat_is_filtered_with_gx(journey: Callable[..., int], qtbot: QtBot) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        assert window.page_name == "filter"
        qtbot.waitUntil(lambda: page.result.pixels is not None)
        assert window.picture_label.text().startswith("chelsea.png  451×300")
        assert "Drag over the kernel" in window.notice_bar.text
        assert window.notice_bar.action_button.text() == "Add to the applications menu"
        with Image.open(paths.sample_pictures()[0]) as image:
            grey = np.asarray(image.convert("RGB")).astype(float) @ [0.299, 0.587, 0.114]
        response = convolve2d(grey, GX, mode="same")
        half = min(
            np.abs(response).max(), 4 * np.sqrt(np.square(response).mean())
        )  # where black and white are
        expected = np.clip((response / half + 1) * 127.5, 0, 255)
        assert np.abs(page.result.pixels - expected).max() <= 1

    assert journey([], steps) == 0


def test_the_current_picture_is_classified_on_every_page(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def steps(window: MainWindow) -> None:
        for name in ("filter", "classify", "dataset", "network"):
            window.show_page(name)
            qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text(), timeout=20_000)

    assert journey([], steps) == 0


def test_the_first_hint_comes_once(journey: Callable[..., int], qtbot: QtBot) -> None:
    seen = []

    def steps(window: MainWindow) -> None:
        seen.append(window.notice_bar.text)

        for page in ("dataset", "network", "classify"):  # there is no kernel there
            window.show_page(page)
            assert window.notice_bar.text == ""
        window.show_page("filter")
        assert window.notice_bar.text == seen[-1]

    journey([], steps)
    journey([], steps)
    assert "Drag over the kernel" in seen[0]
    assert seen[1] == ""


def test_a_screenshot_is_taken_once_everything_has_arrived(
    journey: Callable[..., int], tmp_path: Path
) -> None:
    photo = tmp_path / "a magenta photo.png"
    Image.new("RGB", (80, 60), (231, 17, 202)).save(photo)
    shot = tmp_path / "window.png"
    assert journey([str(photo), "--page", "classify", "--screenshot", str(shot)]) == 0
    with Image.open(shot) as image:
        assert image.size == (1280, 800)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are looked for on Linux")
def test_a_screenshot_needs_no_display_where_the_platform_is_empty(
    journey: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert journey(["--screenshot", str(tmp_path / "window.png")]) == 0
    assert (tmp_path / "window.png").is_file()


def test_a_screenshot_that_cannot_be_written_is_a_sentence(
    journey: Callable[..., int], tmp_path: Path, capsys
) -> None:
    (tmp_path / "file").touch()
    assert journey(["--screenshot", str(tmp_path / "file" / "window.png")]) == 1
    assert "“window.png” was not written: not a directory." in capsys.readouterr().err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits files so")
def test_a_screenshot_that_the_disk_has_no_room_for_leaves_the_old_one(
    journey: Callable[..., int], tmp_path: Path, capsys
) -> None:
    import resource

    shot = tmp_path / "window.png"
    shot.write_bytes(b"the old one")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        assert journey(["--screenshot", str(shot)]) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "“window.png” was not written: file too large." in capsys.readouterr().err
    assert shot.read_bytes() == b"the old one"
    assert list(tmp_path.glob("*.tmp")) == []


def test_the_help_menu_adds_the_program_to_the_applications_menu(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def steps(window: MainWindow) -> None:
        action = next(
            action
            for action in window.findChildren(QAction)
            if action.text() == "&Add to the applications menu"
        )
        action.trigger()
        qtbot.waitUntil(lambda: "was added to the applications menu" in window.notice_bar.text)

    assert journey([], steps) == 0
    data = Path(os.environ["XDG_DATA_HOME"])
    assert (data / "applications" / "convnet-explorer.desktop").is_file()
    assert (data / "icons/hicolor/scalable/apps/convnet-explorer.svg").is_file()


def test_pages_change_by_keyboard_and_f9_hides_the_inspector(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def steps(window: MainWindow) -> None:
        for key, name in ((Qt.Key.Key_4, "classify"), (Qt.Key.Key_1, "dataset")):
            QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
            assert window.page_name == name
        QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        page = window.page("filter")
        assert page.inspector.isVisible()
        QTest.keyClick(window, Qt.Key.Key_F9)
        assert not page.inspector.isVisible()
        QTest.keyClick(window, Qt.Key.Key_F9)
        assert page.inspector.isVisible()

    assert journey([], steps) == 0
