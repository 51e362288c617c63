"""A person drops photos and reads what they show."""

import csv
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from explorer.__main__ import main
from explorer.background import child as child_module
from explorer.background.worker_process import WorkerProcess
from explorer.core.files.writing import write_atomically
from explorer.core.images import read as read_module
from explorer.core.images.read import PictureFile
from explorer.core.models.requests import ClassifyPicture, Request
from explorer.state.classify.result_rows import LABEL_COLUMN, NAME_COLUMN
from explorer.state.classify.results_table import REASON_ROLE
from explorer.state.shared import picture_state
from explorer.views.classify.page import ClassifyPage
from explorer.views.common.dialogs.left_out_dialog import LeftOutDialog
from explorer.views.window.main_window import MainWindow
from tests.journeys.saving import save_as
from tests.journeys.travel import drop, drop_files
from tests.support.killing_worker import KILLER, serve_killing


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


def copies(photos: Path, count: int) -> list[Path]:
    """Return many photos: links cost nothing, and only other paths have rows of their own."""
    links = [photos.with_name(f"copy {number}.jpg") for number in range(count)]
    for number, link in enumerate(links):
        link.hardlink_to(photos / f"photo {number % 6}.jpg")
    return links


def cell(page: ClassifyPage, row: int, column: int) -> str:
    text: str = page.table.model().index(row, column).data()
    return text


def reason(page: ClassifyPage, row: int) -> str:
    """Return what went wrong with a picture, as its row says; nothing where nothing did."""
    index = page.table.model().index(row, LABEL_COLUMN)
    return index.data() if index.data(REASON_ROLE) else ""


def names(page: ClassifyPage) -> list[str]:
    return [cell(page, row, NAME_COLUMN) for row in range(page.table.model().rowCount())]


def is_done(page: ClassifyPage, count: int) -> bool:
    rows = page.table.model().rowCount()
    return rows == count and all(cell(page, r, LABEL_COLUMN) != "waiting…" for r in range(rows))


def chosen(page: ClassifyPage) -> str:
    """Return the name in the chosen row, or nothing."""
    name: str | None = page.table.chosen.data()
    return name or ""


def spoken_of(page: ClassifyPage) -> str:
    """Return the name of the picture that the inspector speaks of."""
    prediction = page.shown_prediction
    return "" if prediction is None else Path(prediction.path).name


def says(page: ClassifyPage, text: str) -> bool:
    return any(label.isVisible() and label.text() == text for label in page.findChildren(QLabel))


def button(page: ClassifyPage, text: str) -> QPushButton:
    return next(button for button in page.findChildren(QPushButton) if button.text() == text)


def left_out(page: ClassifyPage) -> list[str]:
    """Return the lines of the list that the button below the table's commands opens."""
    lines: list[str] = []

    def read() -> None:
        dialog = page.findChild(LeftOutDialog)
        lines.extend(dialog.lines.toPlainText().splitlines())
        dialog.reject()

    QTimer.singleShot(0, read)
    press(page, "1 left out…")
    return lines


def press(page: ClassifyPage, text: str) -> None:
    button(page, text).click()


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
        reasons = {cell(page, r, NAME_COLUMN): reason(page, r) for r in range(8)}
        assert reasons["empty.jpg"] == "The file is empty."
        assert reasons["page.jpg"] == "It is a saved web page, not a picture."
        assert [name for name, reason in reasons.items() if reason] == ["empty.jpg", "page.jpg"]
        assert left_out(page) == [f"not a picture: {photos / 'README.txt'}"]
        from_window.write_text("mine")
        asked = save_as(lambda: press(page, "Save CSV, JSON…"), tmp_path / "window")
        assert "window.csv already exists" in asked
        qtbot.waitUntil(lambda: "“window.csv” was written: 8 rows." in window.notice_bar.text)

    assert journey([], steps) == 0
    assert main(["classify", str(photos), "--csv", str(from_command)]) == 1  # two have no class
    assert from_window.read_text() == from_command.read_text()
    rows = list(csv.DictReader(from_command.read_text().splitlines()))
    assert list(rows[0]) == ["path", "label", "probability", "error", "neither", "p_cat", "p_dog"]
    assert [Path(row["path"]).name for row in rows if row["error"]] == ["empty.jpg", "page.jpg"]
    for row in rows:
        if row["error"]:
            continue
        shares = {"cat": float(row["p_cat"]), "dog": float(row["p_dog"])}
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
        assert row["label"] == max(shares, key=lambda name: shares[name])


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_on_a_slow_disk_it_says_that_it_writes_and_quitting_loses_nothing(
    journey: Callable[..., int],
    qtbot: QtBot,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk, table = threading.Event(), tmp_path / "table.csv"

    def write_slowly(path: Path, data: bytes) -> None:
        disk.wait(10)
        write_atomically(path, data)

    monkeypatch.setattr("explorer.core.models.prediction.write_atomically", write_slowly)

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos / "photo 1.jpg", photos / "photo 2.jpg"])
        qtbot.waitUntil(lambda: is_done(page, 2), timeout=20_000)
        save_as(lambda: press(page, "Save CSV, JSON…"), table)
        qtbot.waitUntil(lambda: says(page, "2 pictures; writing “table.csv”…"))
        assert not table.exists()
        threading.Timer(0.2, disk.set).start()

    assert journey([], steps) == 0
    assert len(table.read_text().splitlines()) == 3


def test_a_dropped_photo_on_the_classify_page_becomes_current_and_a_row(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        drop_files(window, [photos / "photo 3.jpg"])
        page = window.page("classify")
        qtbot.waitUntil(lambda: is_done(page, 1), timeout=20_000)
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo 3.jpg  50×43"))
        qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text())
        assert window.prediction_label.text().startswith(cell(page, 0, LABEL_COLUMN))
        # Another row is made current by Enter, as in every table.
        drop_files(window, [photos / "photo 4.jpg", photos / "photo 5.jpg"])
        qtbot.waitUntil(lambda: is_done(page, 3), timeout=20_000)
        page.table.activated.emit(page.table.model().index(2, 0))
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo 5.jpg"))

    assert journey(["--page", "classify"], steps) == 0


def test_a_dropped_photo_is_read_once_and_classified_once(
    journey: Callable[..., int], qtbot: QtBot, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, asked, read = photos / "photo 3.jpg", [], []
    ask, open_file = WorkerProcess.ask, read_module.read_picture

    def note_request(worker: WorkerProcess, request: Request[Any], **others: Any) -> Any:
        asked.append(request)
        return ask(worker, request, **others)

    def note_file(path: Path) -> PictureFile:
        read.append(path)
        return open_file(path)

    monkeypatch.setattr(WorkerProcess, "ask", note_request)
    monkeypatch.setattr(picture_state, "read_picture", note_file)

    def steps(window: MainWindow) -> None:
        qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text(), timeout=20_000)
        asked.clear()
        read.clear()
        drop_files(window, [photo])
        page = window.page("classify")
        qtbot.waitUntil(lambda: is_done(page, 1), timeout=20_000)
        assert [type(request) for request in asked] == [ClassifyPicture]
        assert read == [photo]

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
        qtbot.waitUntil(lambda: "(keras-only)" in window.prediction_label.text())

    assert journey(["--page", "classify"], steps) == 0


def test_a_killed_classifier_comes_back_and_no_row_is_lost(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        import multiprocessing

        page = window.page("classify")
        qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text(), timeout=20_000)
        child = next(c for c in multiprocessing.active_children() if c.name == "classifier")
        drop_files(window, [photos])
        os.kill(child.pid, signal.SIGKILL)
        qtbot.waitUntil(lambda: is_done(page, 8), timeout=30_000)
        with_reason = [r for r in range(8) if reason(page, r)]
        assert len(with_reason) == 2
        assert "is started again. What it printed is in " in window.notice_bar.text

    assert journey(["--page", "classify"], steps) == 0


def test_a_picture_that_kills_the_process_in_the_middle_of_others_costs_its_own_row_alone(
    journey: Callable[..., int], qtbot: QtBot, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "serve", serve_killing)

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        files = copies(photos, 60)
        (photos / "photo 1.jpg").rename(photos / KILLER)
        drop_files(window, [*files[:40], photos / KILLER, *files[40:]])
        qtbot.waitUntil(lambda: is_done(page, 61), timeout=30_000)
        (failed,) = (row for row in page.state.table.rows if row.reason)
        assert failed.path.name == KILLER
        assert "gave no answer: the classifier process ended unexpectedly" in failed.reason
        assert sum(page.state.counts.labels.values()) == 60

    assert journey(["--page", "classify"], steps) == 0


def test_cancel_keeps_what_is_done_and_closing_in_the_middle_is_quick(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    closed_at = []

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, copies(photos, 600))
        qtbot.waitUntil(lambda: cell(page, 0, LABEL_COLUMN) in ("cat", "dog"), timeout=20_000)
        press(page, "Cancel")
        assert page.table.model().rowCount() == 600
        done = page.state.done_count
        assert 1 <= done < 600
        assert says(page, f"{done} of 600 pictures")
        press(page, "Resume")
        qtbot.waitUntil(lambda: page.state.done_count > done)
        closed_at.append(time.monotonic())

    assert journey(["--page", "classify"], steps) == 0
    assert time.monotonic() - closed_at[0] < 10


def test_a_slow_folder_is_told_of_and_cancelled(
    journey: Callable[..., int],
    qtbot: QtBot,
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = threading.Event()

    def look_slowly(path: Path) -> None:
        disk.wait(10)

    monkeypatch.setattr("explorer.core.datasets.listing.why_left_out", look_slowly)

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos])
        qtbot.waitUntil(lambda: says(page, "Scanning “photos”: 1 file"), timeout=20_000)
        save, cancel = button(page, "Save CSV, JSON…"), button(page, "Cancel")
        assert not save.isEnabled()  # as in the menu: there is no row yet
        cancel.setFocus()
        QTest.keyClick(cancel, Qt.Key.Key_Space)
        assert not cancel.isVisible()
        assert page.empty.isVisible()
        disk.set()
        drop_files(window, [photos / "photo 1.jpg"])
        qtbot.waitUntil(lambda: is_done(page, 1), timeout=20_000)
        assert names(page) == ["photo 1.jpg"]
        assert save.isEnabled()

    assert journey(["--page", "classify"], steps) == 0


def test_what_was_chosen_is_what_is_spoken_of(
    journey: Callable[..., int],
    qtbot: QtBot,
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choice: list[str] = []
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *words: (choice, ""))

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text(), timeout=20_000)
        assert page.empty.heading.text() == "Is it a cat or a dog?"
        choice[:] = [str(photos / "photo 1.jpg")]
        offers = [one.text() for one in page.empty.findChildren(QPushButton) if one.isVisible()]
        assert offers == ["Open pictures…", "Open folder…", "Watch folder…"]
        press(page, "Open pictures…")
        # A single one becomes the current picture too, as where it is dropped.
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo 1.jpg"))
        qtbot.waitUntil(lambda: is_done(page, 1), timeout=20_000)
        assert (chosen(page), spoken_of(page)) == ("photo 1.jpg", "photo 1.jpg")
        page.table.sortByColumn(NAME_COLUMN, Qt.SortOrder.DescendingOrder)
        choice[:] = [str(photos / f"photo {number}.jpg") for number in (0, 3)]
        press(page, "Add pictures…")
        qtbot.waitUntil(lambda: is_done(page, 3), timeout=20_000)
        assert names(page) == ["photo 3.jpg", "photo 1.jpg", "photo 0.jpg"]
        assert (chosen(page), spoken_of(page)) == ("photo 0.jpg", "photo 0.jpg")
        assert window.picture_label.text().startswith("photo 1.jpg")
        # What a browser drops has no file, but a row.
        mime = QMimeData()
        mime.setImageData(Image.new("RGB", (8, 8), "red").toqimage())
        drop(window, mime)
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("Dropped picture 1"))
        qtbot.waitUntil(lambda: is_done(page, 4), timeout=20_000)
        assert (chosen(page), spoken_of(page)) == ("Dropped picture 1", "Dropped picture 1")
        page.table.activated.emit(page.table.model().index(0, 0))
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo 3.jpg"))
        page.table.activated.emit(
            page.table.model().index(names(page).index("Dropped picture 1"), 0)
        )
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("Dropped picture 1"))

    assert journey(["--page", "classify"], steps) == 0


def test_cancel_leaves_the_chosen_row_and_the_scroll(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        bar = page.table.verticalScrollBar()
        drop_files(window, copies(photos, 2_000))
        qtbot.waitUntil(lambda: page.state.done_count > 60, timeout=30_000)
        QTest.keyClick(page.table, Qt.Key.Key_Home)
        for _ in range(40):
            QTest.keyClick(page.table, Qt.Key.Key_Down)
        before = (page.table.chosen.row(), bar.value(), spoken_of(page))
        assert before[0] == 40
        assert before[1] > 0
        cancel = button(page, "Cancel")
        cancel.setFocus()
        QTest.keyClick(cancel, Qt.Key.Key_Space)
        assert not cancel.isVisible()
        assert page.state.left_count > 0
        assert (page.table.chosen.row(), bar.value(), spoken_of(page)) == before

    assert journey(["--page", "classify"], steps) == 0


def test_cancel_chooses_no_row_where_none_was_chosen(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text(), timeout=20_000)
        current = spoken_of(page)
        drop_files(window, copies(photos, 2_000))
        qtbot.waitUntil(lambda: page.state.done_count > 5, timeout=30_000)
        page.table.choose_none()
        button(page, "Cancel").setFocus()
        QTest.keyClick(button(page, "Cancel"), Qt.Key.Key_Space)
        assert chosen(page) == ""
        assert spoken_of(page) == current

    assert journey(["--page", "classify"], steps) == 0


def test_the_keys_go_through_the_rows_and_on_to_the_next_control(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos / f"photo {number}.jpg" for number in range(6)])
        qtbot.waitUntil(lambda: is_done(page, 6), timeout=20_000)
        qtbot.waitUntil(lambda: not button(page, "Cancel").isVisible())
        page.table.setFocus()
        QTest.keyClick(page.table, Qt.Key.Key_End)
        assert chosen(page) == "photo 5.jpg"
        QTest.keyClick(page.table, Qt.Key.Key_Home)
        assert chosen(page) == "photo 0.jpg"
        QTest.keyClick(page.table, Qt.Key.Key_Tab)
        assert page.model.choice.hasFocus()
        QTest.keyClick(page.model.choice, Qt.Key.Key_Backtab)
        assert page.table.hasFocus()
        QTest.keyClick(page.table, Qt.Key.Key_Backtab)
        assert page.filter.least.hasFocus()

    assert journey(["--page", "classify"], steps) == 0


def turn_wheel(widget: QWidget, notches: int) -> None:
    """Turn the wheel over a widget; down is towards the hand."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(0, 0),
        QPoint(0, 120 * notches),
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
        for notches in (-1, 1):
            turn_wheel(page.model.choice, notches)
        assert page.model.choice.currentText() == before
        assert is_done(page, 3)

    assert journey(["--page", "classify"], steps) == 0


def test_it_says_how_many_failed_and_offers_none_of_them_as_the_picture(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        offer = button(page, "Show large")
        drop_files(window, [photos])
        qtbot.waitUntil(lambda: is_done(page, 8), timeout=20_000)
        qtbot.waitUntil(lambda: says(page, "8 pictures, 2 failed"))
        page.table.choose_row(names(page).index("photo 2.jpg"))
        assert offer.isVisible()
        page.table.choose_row(names(page).index("empty.jpg"))
        assert not offer.isVisible()

    assert journey(["--page", "classify"], steps) == 0


def test_a_small_window_shows_the_whole_inspector_while_it_classifies(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        window.resize(900, 600)
        page = window.page("classify")
        drop_files(window, [photos / name for name in ("empty.jpg", "page.jpg")])
        qtbot.waitUntil(lambda: is_done(page, 2), timeout=20_000)
        drop_files(window, copies(photos, 20_000))
        qtbot.waitUntil(lambda: page.state.done_count > 5, timeout=30_000)
        bars, buttons = page.findChildren(QProgressBar), page.findChildren(QPushButton)
        qtbot.waitUntil(lambda: any(bar.isVisible() for bar in bars))
        assert any(one.text() == "Cancel" and one.isVisible() for one in buttons)
        for area in window.findChildren(QScrollArea):
            assert area.horizontalScrollBar().maximum() == 0
        right = page.inspector.mapTo(window, page.inspector.rect().topRight()).x()
        assert right < window.width()

    assert journey(["--page", "classify"], steps) == 0


def test_a_strange_name_is_shown_as_it_is_and_takes_no_room_from_the_rest(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    long, bold = photos / f"{'long ' * 40}end.jpg", photos / "<b>bold.jpg"
    (photos / "photo 1.jpg").rename(long)
    bold.touch()

    def steps(window: MainWindow) -> None:
        window.resize(900, 600)
        page = window.page("classify")
        drop_files(window, [long])
        qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text(), timeout=20_000)
        qtbot.waitUntil(lambda: is_done(page, 1), timeout=20_000)
        label = window.picture_label
        assert label.text() == "long long long long …ng long long end.jpg  50×41"
        assert label.toolTip() == str(long)
        for shown in (label, window.prediction_label):
            assert shown.width() >= shown.sizeHint().width()
            assert shown.geometry().right() < window.process_label.geometry().left()
        told = next(
            label
            for label in page.inspector.findChildren(QLabel)
            if label.text().startswith("long") and label.isVisible()
        )
        assert told.text().endswith("end.jpg")
        assert told.fontMetrics().horizontalAdvance(told.text()) <= told.width()
        drop_files(window, [bold])
        qtbot.waitUntil(lambda: "“<b>bold.jpg” was not opened" in window.notice_bar.text)
        qtbot.waitUntil(lambda: is_done(page, 2), timeout=20_000)
        strange = [label for label in window.findChildren(QLabel) if "<b>" in label.text()]
        assert len(strange) > 1
        assert {label.textFormat() for label in strange} == {Qt.TextFormat.PlainText}

    assert journey(["--page", "classify"], steps) == 0


def test_started_with_a_folder_it_speaks_of_its_first_picture(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        qtbot.waitUntil(lambda: is_done(page, 8), timeout=20_000)
        qtbot.waitUntil(lambda: window.picture_label.text() != "")  # a sample that stands in
        qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text(), timeout=20_000)
        assert chosen(page) == spoken_of(page) == names(page)[0]

    assert journey(["--page", "classify", str(photos)], steps) == 0


def test_every_button_is_large_enough_to_hit(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos])
        qtbot.waitUntil(lambda: is_done(page, 8), timeout=20_000)
        page.table.choose_row(names(page).index("photo 2.jpg"))
        seen = [b for b in page.findChildren(QPushButton) if b.isVisible()]
        assert len(seen) >= 5
        assert min(widget.height() for widget in (*seen, page.model.choice)) >= 28

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


def test_the_table_is_there_again_at_the_next_start(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    files = [photos / f"photo {number}.jpg" for number in (3, 1, 2)]

    def fill(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, files)
        qtbot.waitUntil(lambda: is_done(page, 3), timeout=20_000)

    def look_again(window: MainWindow) -> None:
        page = window.page("classify")
        qtbot.waitUntil(lambda: is_done(page, 3), timeout=20_000)
        assert names(page) == [file.name for file in files]
        assert [reason(page, row) for row in range(3)] == ["", "There is no such file.", ""]
        assert not chosen(page)
        press(page, "Clear")

    def see_nothing(window: MainWindow) -> None:
        page = window.page("classify")
        qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text(), timeout=20_000)
        assert page.empty.isVisible()

    assert journey(["--page", "classify"], fill) == 0
    files[1].unlink()
    assert (
        journey(["--page", "filter"], lambda window: None) == 0
    )  # where the page was not seen, it stays noted
    assert journey(["--page", "classify"], look_again) == 0
    assert journey(["--page", "classify"], see_nothing) == 0


def test_a_photo_that_a_start_is_asked_for_is_seen_large_before_the_table_of_last_time(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def fill(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos / "photo 1.jpg", photos / "photo 2.jpg"])
        qtbot.waitUntil(lambda: is_done(page, 2), timeout=20_000)

    def look_again(window: MainWindow) -> None:
        page = window.page("classify")
        qtbot.waitUntil(lambda: is_done(page, 3), timeout=20_000)
        assert names(page) == ["photo 1.jpg", "photo 2.jpg", "photo 0.jpg"]
        assert chosen(page) == "photo 0.jpg"
        assert page.card.isVisible()

    assert journey(["--page", "classify"], fill) == 0
    assert journey(["--page", "classify", str(photos / "photo 0.jpg")], look_again) == 0
