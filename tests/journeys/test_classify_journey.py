"""A person drops photos and reads what they show."""

import csv
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.__main__ import main
from explorer.state.result_rows import LABEL_COLUMN, NAME_COLUMN, REASON_COLUMN
from explorer.views.main_window import MainWindow
from explorer.views.pages.classify_page import ClassifyPage
from tests.journeys.saving import save_as
from tests.journeys.travel import drop, drop_files


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Make a folder of six photos, an empty file, a web page and a file that is no picture."""
    folder = tmp_path / "photos"
    folder.mkdir()
    generator = np.random.default_rng(5)
    for number in range(6):
        pixels = generator.integers(0, 256, (40 + number, 50, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"photo {number}.jpg")
    (folder / "empty.jpg").touch()
    (folder / "page.jpg").write_text("<!doctype html><html></html>")
    (folder / "README.txt").write_text("not a picture")
    return folder


def cell(page: ClassifyPage, row: int, column: int) -> str:
    text: str = page.table.model().index(row, column).data()
    return text


def names(page: ClassifyPage) -> list[str]:
    return [cell(page, row, NAME_COLUMN) for row in range(page.table.model().rowCount())]


def is_done(page: ClassifyPage, count: int) -> bool:
    rows = page.table.model().rowCount()
    return rows == count and all(cell(page, r, LABEL_COLUMN) != "waiting…" for r in range(rows))


def press(page: ClassifyPage, text: str) -> None:
    next(button for button in page.findChildren(QPushButton) if button.text() == text).click()


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_a_dropped_folder_gets_rows_and_equals_the_commands_csv(
    journey: Callable[..., int],
    qtbot: QtBot,
    photos: Path,
    tmp_path: Path,
) -> None:
    from_window, from_command = tmp_path / "window.csv", tmp_path / "command.csv"

    def steps(window: MainWindow) -> None:
        drop_files(window, [photos])
        qtbot.waitUntil(lambda: window.page_name == "classify")
        page = window.page("classify")
        qtbot.waitUntil(lambda: is_done(page, 8), timeout=20_000)
        reasons = {cell(page, r, NAME_COLUMN): cell(page, r, REASON_COLUMN) for r in range(8)}
        assert "the file is empty" in reasons["empty.jpg"]
        assert "saved web page" in reasons["page.jpg"]
        assert [name for name, reason in reasons.items() if reason] == ["empty.jpg", "page.jpg"]
        from_window.write_text("mine")
        asked = save_as(lambda: press(page, "Save CSV…"), tmp_path / "window")
        assert "window.csv already exists" in asked
        assert "“window.csv” was written: 8 rows." in window.notice_bar.text

    assert journey([], steps) == 0
    assert main(["classify", str(photos), "--csv", str(from_command)]) == 0
    assert from_window.read_text() == from_command.read_text()
    rows = list(csv.DictReader(from_command.read_text().splitlines()))
    assert list(rows[0]) == ["path", "label", "probability", "error", "p_cat", "p_dog"]
    assert [Path(row["path"]).name for row in rows if row["error"]] == ["empty.jpg", "page.jpg"]
    for row in rows:
        if row["error"]:
            continue
        shares = {"cat": float(row["p_cat"]), "dog": float(row["p_dog"])}
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
        assert row["label"] == max(shares, key=lambda name: shares[name])


def test_a_dropped_photo_on_the_classify_page_becomes_current_and_a_row(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        drop_files(window, [photos / "photo 3.jpg"])
        page = window.page("classify")
        qtbot.waitUntil(lambda: is_done(page, 1), timeout=20_000)
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo 3.jpg  50×43"))
        qtbot.waitUntil(lambda: "by tiny" in window.prediction_label.text())
        assert window.prediction_label.text().startswith(cell(page, 0, LABEL_COLUMN))
        # Another row is made current by Enter, as in every table.
        drop_files(window, [photos / "photo 4.jpg", photos / "photo 5.jpg"])
        qtbot.waitUntil(lambda: is_done(page, 3), timeout=20_000)
        page.table.activated.emit(page.table.model().index(2, 0))
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo 5.jpg"))

    assert journey(["--page", "classify"], steps) == 0


def test_a_run_without_litert_classifies_through_the_network_process(
    journey: Callable[..., int], qtbot: QtBot, photos: Path, models_folder: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        texts = [page.model.choice.itemText(i) for i in range(page.model.choice.count())]
        page.model.choice.activated.emit(texts.index("keras-only"))
        drop_files(window, [photos / "photo 1.jpg"])
        qtbot.waitUntil(lambda: is_done(page, 1), timeout=60_000)
        qtbot.waitUntil(lambda: "by keras-only" in window.prediction_label.text())

    assert journey(["--page", "classify"], steps) == 0


def test_a_killed_classifier_comes_back_and_no_row_is_lost(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        import multiprocessing

        page = window.page("classify")
        qtbot.waitUntil(lambda: "by tiny" in window.prediction_label.text(), timeout=20_000)
        child = next(c for c in multiprocessing.active_children() if c.name == "classifier")
        drop_files(window, [photos])
        os.kill(child.pid, signal.SIGKILL)
        qtbot.waitUntil(lambda: is_done(page, 8), timeout=30_000)
        with_reason = [r for r in range(8) if cell(page, r, REASON_COLUMN)]
        assert len(with_reason) == 2

    assert journey(["--page", "classify"], steps) == 0


def test_cancel_keeps_what_is_done_and_closing_in_the_middle_is_quick(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    closed_at = []

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos / f"photo {number % 6}.jpg" for number in range(600)])
        qtbot.waitUntil(lambda: cell(page, 0, LABEL_COLUMN) in ("cat", "dog"), timeout=20_000)
        press(page, "Cancel")
        kept = page.table.model().rowCount()
        assert 1 <= kept < 600
        assert is_done(page, kept)
        drop_files(window, [photos / f"photo {number % 6}.jpg" for number in range(600)])
        qtbot.waitUntil(lambda: page.table.model().rowCount() > kept)
        closed_at.append(time.monotonic())

    assert journey(["--page", "classify"], steps) == 0
    assert time.monotonic() - closed_at[0] < 10


def turn_wheel(widget: QWidget) -> None:
    """Turn the wheel by one notch towards the hand over a widget."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_the_wheel_over_the_model_changes_no_model(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos / f"photo {number}.jpg" for number in range(3)])
        qtbot.waitUntil(lambda: is_done(page, 3), timeout=20_000)
        page.table.setFocus()
        before = page.model.choice.currentText()
        for _ in range(3):
            turn_wheel(page.model.choice)
        assert page.model.choice.currentText() == before
        assert is_done(page, 3)

    assert journey(["--page", "classify"], steps) == 0


def test_a_link_is_refused_with_what_to_do_instead(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def steps(window: MainWindow) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl("https://example.org/cat.jpg")])
        drop(window, mime)
        assert "save the picture first" in window.notice_bar.text

    assert journey([], steps) == 0


def test_a_strangers_model_file_waits_and_says_so(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    model = tmp_path / "stranger.keras"
    model.write_bytes(b"PK")

    def steps(window: MainWindow) -> None:
        drop_files(window, [model])
        qtbot.waitUntil(lambda: "“stranger.keras” was not opened" in window.notice_bar.text)

    assert journey([], steps) == 0


def test_an_empty_folder_is_a_sentence(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "nothing here"
    folder.mkdir()

    def steps(window: MainWindow) -> None:
        drop_files(window, [folder])
        qtbot.waitUntil(lambda: "no pictures in “nothing here”" in window.notice_bar.text)

    assert journey([], steps) == 0
