"""A person looks at one photo, large, and at one of many."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.state.classify.result_rows import NAME_COLUMN, OTHER_LABEL_COLUMN
from explorer.views.classify.page import ClassifyPage
from explorer.views.window.main_window import MainWindow
from tests.journeys.test_classify_journey import (
    button,
    cell,
    chosen,
    is_done,
    names,
    press,
    reason,
    says,
)
from tests.journeys.travel import drop, drop_files

SIZES = ((40, 50), (41, 50), (42, 50), (43, 50), (44, 50), (45, 50))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    generator = np.random.default_rng(5)
    for number, size in enumerate(SIZES):
        pixels = generator.integers(0, 256, (*size, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"photo {number}.png")
    return folder


def is_seen(page: ClassifyPage, number: int) -> bool:
    """Return whether a photo is seen, with its class below it."""
    pixels = page.card.view.pixels
    is_there = page.card.view.isVisible() and pixels is not None
    return is_there and pixels.shape[:2] == SIZES[number] and bool(page.card.verdict.text())


def press_key(key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, keys)


def test_one_photo_is_large_and_another_takes_its_place(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos / "photo 1.png"])
        qtbot.waitUntil(lambda: is_seen(page, 1), timeout=20_000)
        view = page.card.view
        assert view.width() * view.height() > 0.4 * page.width() * page.height()
        assert page.card.verdict.text().startswith(("cat", "dog"))
        place = view.geometry()
        assert not page.table.isVisible()
        drop_files(window, [photos / "photo 4.png"])
        qtbot.waitUntil(lambda: is_seen(page, 4), timeout=20_000)
        press(page, "Back to the table")
        assert names(page) == ["photo 1.png", "photo 4.png"]
        assert chosen(page) == "photo 4.png"
        drop_files(window, [photos])  # of many, the table tells
        qtbot.waitUntil(lambda: is_done(page, 6), timeout=20_000)
        assert page.table.isVisible()
        page.state.clear()
        drop_files(window, [photos / "photo 2.png"])
        qtbot.waitUntil(lambda: is_seen(page, 2), timeout=20_000)
        assert view.geometry() == place  # nothing jumps

    assert journey(["--page", "classify"], steps) == 0


def test_the_keys_lead_to_a_photo_and_back_to_its_row(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos])
        qtbot.waitUntil(lambda: is_done(page, 6), timeout=20_000)
        page.table.setFocus()
        press_key(Qt.Key.Key_Home)
        press_key(Qt.Key.Key_Down)
        press_key(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: is_seen(page, 1))
        assert window.picture_label.text().startswith("photo 1.png")
        press_key(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda: is_seen(page, 2))
        press_key(Qt.Key.Key_Escape)
        assert page.table.hasFocus()
        assert chosen(page) == "photo 2.png"
        spot = page.table.visualRect(page.table.model().index(4, NAME_COLUMN)).center()
        for click in (QTest.mouseClick, QTest.mouseDClick):
            click(page.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot))
        qtbot.waitUntil(lambda: is_seen(page, 4))
        # Other pages show the same photo, and Back comes home to it.
        press(page, "Filter")
        assert window.page_name == "filter"
        assert window.picture_label.text().startswith("photo 4.png")
        QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda: window.page_name == "classify")
        assert is_seen(page, 4)

    assert journey(["--page", "classify"], steps) == 0


@pytest.mark.parametrize(
    ("text", "name", "part"),
    [("Why", "network", "why"), ("Network", "network", "maps"), ("Filter", "filter", "")],
)
def test_each_button_leads_to_its_page_and_back_is_the_same_photo(
    journey: Callable[..., int], qtbot: QtBot, photos: Path, text: str, name: str, part: str
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos])
        qtbot.waitUntil(lambda: is_done(page, 6), timeout=20_000)
        page.table.choose_row(3)
        press(page, "Show large")
        qtbot.waitUntil(lambda: is_seen(page, 3), timeout=20_000)
        verdict = page.card.verdict.text()
        QTest.mouseClick(button(page, text), Qt.MouseButton.LeftButton)
        assert window.page_name == name
        assert window.picture_label.text().startswith("photo 3.png")
        assert not part or window.page(name).part.name == part
        QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda: window.page_name == "classify")
        assert is_seen(page, 3)
        assert page.card.verdict.text() == verdict
        page.card.view.setFocus()
        press_key(Qt.Key.Key_Escape)
        assert chosen(page) == "photo 3.png"

    assert journey(["--page", "classify"], steps) == 0


def test_a_row_leads_to_the_other_pages_without_being_opened_first(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos])
        qtbot.waitUntil(lambda: is_done(page, 6), timeout=20_000)
        page.table.choose_row(3)
        press(page, "Filter")
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo 3.png"))
        assert window.page_name == "filter"
        window.show_page("classify")
        assert page.table.isVisible()
        assert chosen(page) == "photo 3.png"

    assert journey(["--page", "classify"], steps) == 0


def test_a_file_that_is_gone_is_told_and_another_in_its_place_is_seen(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos])
        qtbot.waitUntil(lambda: is_done(page, 6), timeout=20_000)
        (photos / "photo 1.png").unlink()
        page.table.choose_row(1)
        page.table.setFocus()
        press_key(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: "“photo 1.png” was not opened" in window.notice_bar.text)
        qtbot.waitUntil(lambda: bool(reason(page, 1)))
        qtbot.waitUntil(lambda: page.card.view.reason == reason(page, 1))
        assert page.card.verdict.text() == ""
        shutil.copy(photos / "photo 5.png", photos / "photo 1.png")
        press_key(Qt.Key.Key_Escape)
        press_key(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: is_seen(page, 5))
        assert not reason(page, 1)

    assert journey(["--page", "classify"], steps) == 0


def test_the_table_shows_what_is_looked_for_and_several_rows_are_copied(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    (photos / "empty.png").touch()

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos])
        qtbot.waitUntil(lambda: is_done(page, 7), timeout=20_000)
        QTest.keyClicks(page.filter.search, "photo")
        qtbot.waitUntil(lambda: len(names(page)) == 6)
        qtbot.waitUntil(lambda: says(page, "7 pictures, 1 failed, 6 shown"))
        page.filter.search.clear()
        kind = page.filter.kind
        kind.setFocus()
        QTest.keyClick(kind, Qt.Key.Key_End)
        assert kind.currentText() == "Failed (1)"
        assert names(page) == ["empty.png"]
        QTest.keyClick(kind, Qt.Key.Key_Home)
        qtbot.waitUntil(lambda: len(names(page)) == 7)
        page.table.setFocus()
        QTest.keyClick(page.table, Qt.Key.Key_Home)
        for _ in range(2):
            QTest.keyClick(page.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        copied = [line.split("\t")[0] for line in QGuiApplication.clipboard().text().splitlines()]
        assert [Path(path).name for path in copied] == names(page)[:3]

    assert journey(["--page", "classify"], steps) == 0


def test_a_second_model_is_chosen_and_both_are_seen(
    journey: Callable[..., int], qtbot: QtBot, photos: Path, models_folder: Path
) -> None:
    paths.user_runs().mkdir(parents=True)
    shutil.copytree(models_folder / "tiny", paths.user_runs() / "second")

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos])
        qtbot.waitUntil(lambda: is_done(page, 6), timeout=20_000)
        page.second.setFocus()
        texts = [page.second.itemText(index) for index in range(page.second.count())]
        assert texts[0] == "Compare with…"
        for _ in range(texts.index("Compare with second")):
            QTest.keyClick(page.second, Qt.Key.Key_Down)
        qtbot.waitUntil(lambda: page.state.other_model is not None)
        qtbot.waitUntil(lambda: not page.state.is_busy, timeout=20_000)
        assert cell(page, 3, OTHER_LABEL_COLUMN) in ("cat", "dog")
        page.table.choose_row(3)
        press(page, "Show large")
        qtbot.waitUntil(lambda: is_seen(page, 3))
        assert page.facts.other_name.text() == "By second:"
        assert page.facts.other_bars.rows == page.facts.bars.rows  # it is the same model
        assert not button(page, "Show large").isVisible()

    assert journey(["--page", "classify"], steps) == 0


def test_the_nearest_pictures_of_the_dataset_lead_to_one_another(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [photos / "photo 1.png"])
        qtbot.waitUntil(lambda: is_seen(page, 1), timeout=20_000)
        strip = page.facts.nearest
        assert strip.text.text().startswith("Open a dataset")
        window.page("dataset").state.open_folder(photos)
        qtbot.waitUntil(lambda: "looked through" in strip.text.text(), timeout=20_000)
        qtbot.waitUntil(lambda: not page.state._pool.is_busy, timeout=20_000)  # no pass was made
        # What the pass over the dataset would tell: photo 3 is nearly the same, 0 the opposite.
        own = page.state.current.embedding
        samples = window.page("dataset").state.dataset.samples
        shares = np.linspace(-1, 1, len(samples))
        noise = np.random.default_rng(1).normal(size=(len(samples), len(own)))
        embeddings = np.outer(shares, own) + 0.1 * np.linalg.norm(own) * noise
        embeddings[3] = own
        page.nearest.set_dataset(samples, embeddings.astype(np.float16))
        qtbot.waitUntil(lambda: bool(page.nearest.pictures))
        first = strip.buttons[0]
        assert first.isVisible()
        assert "photo 3.png" in first.toolTip()
        QTest.mouseClick(first, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: is_seen(page, 3))
        assert names(page) == ["photo 1.png", "photo 3.png"]

    assert journey(["--page", "classify"], steps) == 0


def test_photos_dropped_while_others_are_classified_are_queued_and_a_text_is_none(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    copies = [photos.with_name(f"copy {number}.png") for number in range(300)]
    for number, copy in enumerate(copies):
        copy.hardlink_to(photos / f"photo {number % 6}.png")

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, copies)
        qtbot.waitUntil(lambda: page.state.done_count > 0, timeout=20_000)
        drop_files(window, [photos])
        assert page.state.waiting_count > 0
        mime = QMimeData()
        mime.setText("no kernel, no picture")
        drop(window, mime)
        assert "does not look like a matrix" in window.notice_bar.text
        assert window.page_name == "classify"
        qtbot.waitUntil(lambda: is_done(page, 306), timeout=60_000)
        assert page.state.failed_count == 0
        assert names(page)[-6:] == [f"photo {number}.png" for number in range(6)]

    assert journey(["--page", "classify"], steps) == 0


def test_there_is_one_button_to_clear_whatever_came_of_the_photo(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    (photos / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0broken")

    def steps(window: MainWindow) -> None:
        page = window.page("classify")

        def clears() -> list[QAbstractButton]:
            found = page.findChildren(QAbstractButton)
            return [one for one in found if one.text() == "Clear" and one.isVisible()]

        for photo in ("photo 1.png", "bad.jpg"):
            drop_files(window, [photos / photo])
            qtbot.waitUntil(lambda: is_done(page, 1), timeout=20_000)
            (clear,) = clears()
            QTest.mouseClick(clear, Qt.MouseButton.LeftButton)
            qtbot.waitUntil(lambda: page.state.counts.total == 0)

    assert journey(["--page", "classify"], steps) == 0
