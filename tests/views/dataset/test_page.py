"""The Dataset page under a hand: keys, wheel, clicks, typing; what it shows and what it tells."""

import os
import threading
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.datasets.scan import Dataset, Sample
from explorer.state.dataset import dataset_state
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.shared.notices import Notices
from explorer.views.common.theme import class_color
from explorer.views.dataset.page import DatasetPage, describe

RED, GREEN = (200, 30, 30), (30, 160, 60)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def state(qtbot):
    pool, thumbnails = TaskPool(), ThumbnailLoader()
    state = DatasetState(pool, thumbnails, Notices())
    yield state
    state.cancel()
    thumbnails.close()
    pool.close()


@pytest.fixture
def page(qtbot, state):
    page = DatasetPage(state, Notices())
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    qtbot.waitExposed(page)
    return page


@pytest.fixture
def chosen(state):
    told: list[Path] = []
    state.sample_chosen.connect(told.append)
    return told


@pytest.fixture
def pets(tmp_path) -> Path:
    """Make 100 red cats and 50 green dogs."""
    folder = tmp_path / "pets"
    folder.mkdir()
    for label, color, count in (("cat", RED, 100), ("dog", GREEN, 50)):
        for number in range(count):
            Image.new("RGB", (40, 40), color).save(folder / f"{label}.{number}.png")
    (folder / "notes.txt").write_text("no picture")
    return folder


def open_folder(qtbot, page, state, folder: Path) -> None:
    state.open_folder(folder)
    qtbot.waitUntil(lambda: state.scanned_folder is None)
    wait_filled(qtbot, page)


def wait_filled(qtbot, page) -> None:
    """Wait until what is visible has its thumbnails."""
    samples = page.grid.model()

    def is_filled():
        cells = [samples.cell_at(row) for row in visible_rows(page.grid)]
        return all(cell.image is not None or cell.reason for cell in cells)

    qtbot.waitUntil(is_filled)
    page.grid.viewport().repaint()


def visible_rows(grid) -> list[int]:
    inside = grid.viewport().rect()
    samples = grid.model()
    rects = {row: grid.visualRect(samples.index(row)) for row in range(samples.rowCount())}
    return [row for row, rect in rects.items() if rect.intersects(inside)]


def names(state) -> list[str]:
    return [state.samples.index(row).data() for row in range(state.samples.rowCount())]


def current_name(page) -> str:
    return page.grid.currentIndex().data()


def color_at(widget, point: QPoint) -> tuple[int, ...]:
    image = widget.grab().toImage()
    ratio = image.devicePixelRatio()
    return image.pixelColor((QPointF(point) * ratio).toPoint()).getRgb()[:3]


def wheel(grid, notches: float) -> None:
    place = QPointF(grid.viewport().rect().center())
    event = QWheelEvent(
        place,
        QPointF(grid.viewport().mapToGlobal(place)),
        QPoint(),
        QPoint(0, round(-120 * notches)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QCoreApplication.sendEvent(grid.viewport(), event)


def test_an_empty_page_says_what_it_is_for_and_opens_a_folder(
    qtbot, page, state, pets, monkeypatch
):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(pets))
    assert page.empty.isVisible()
    assert not page.grid.isVisible()
    assert any("one subfolder per class" in label.text() for label in page.findChildren(QLabel))
    qtbot.mouseClick(page.empty.button, LEFT)
    qtbot.waitUntil(lambda: page.grid.isVisible())
    assert state.dataset.folder == pets
    assert not page.empty.isVisible()


def test_a_dialog_that_is_cancelled_opens_nothing(qtbot, page, state, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    qtbot.mouseClick(page.empty.button, LEFT)
    assert not state.is_busy
    assert page.empty.isVisible()


def test_the_grid_draws_each_picture_with_its_label_s_colour(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    state.set_query("dog", "")
    wait_filled(qtbot, page)
    cell = page.grid.visualRect(state.samples.index(0))
    assert color_at(page.grid.viewport(), cell.center() - QPoint(0, 14)) == GREEN
    image = page.grid.viewport().grab(cell).toImage()
    found = {image.pixelColor(x, y).name() for x in range(24) for y in range(150, image.height())}
    assert class_color(1).name() in found
    assert class_color(0).name() not in found


def test_the_inspector_counts_classes_and_skipped_files(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    assert page.count.text() == "150 of 150"
    rows = [page.classes.item(row) for row in range(page.classes.count())]
    assert [item.text() for item in rows] == ["All", "cat", "dog"]
    assert [item.toolTip() for item in rows] == [
        "All: 150 pictures, 100.0\u00a0%",
        "cat: 100 pictures, 66.7\u00a0%",
        "dog: 50 pictures, 33.3\u00a0%",
    ]
    texts = [label.text() for label in page.inspector.findChildren(QLabel)]
    assert "pets" in texts
    assert "150 pictures, 2 classes. Skipped 1 file that is no picture." in texts


def test_a_click_on_a_class_shows_it_alone(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    rect = page.classes.visualItemRect(page.classes.item(2))
    qtbot.mouseClick(page.classes.viewport(), LEFT, pos=rect.center())
    assert page.count.text() == "50 of 150"
    assert {name[:3] for name in names(state)} == {"dog"}
    qtbot.keyClick(page.classes, Qt.Key.Key_Up)
    assert page.count.text() == "100 of 150"
    assert {name[:3] for name in names(state)} == {"cat"}
    qtbot.keyClick(page.classes, Qt.Key.Key_Home)
    assert page.count.text() == "150 of 150"


def test_typing_into_the_search_filters_at_once(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    qtbot.keyClick(page.grid, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.search.hasFocus()
    qtbot.keyClicks(page.search, "t.9")
    assert names(state) == ["cat.9.png", *(f"cat.{n}.png" for n in range(90, 100))]
    assert page.count.text() == "11 of 150"
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert page.grid.hasFocus()
    page.search.clear()
    assert page.count.text() == "150 of 150"


def test_no_match_is_said(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    blank = page.grid.viewport().palette().window().color().getRgb()[:3]
    qtbot.keyClicks(page.search, "zebra")
    assert page.count.text() == "0 of 150"
    image = page.grid.viewport().grab().toImage()
    middle = image.height() // 2
    line = {
        image.pixelColor(x, y).getRgb()[:3]
        for x in range(image.width())
        for y in range(middle - 6, middle + 6)
    }
    assert line > {blank}
    assert page.grid.empty_text == "No file name contains “zebra”."


def test_the_sample_under_the_cursor_stays_so_through_a_search(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    page.grid.setCurrentIndex(state.samples.index(95))
    qtbot.keyClicks(page.search, "cat.95")
    assert current_name(page) == "cat.95.png"
    qtbot.keyClicks(page.search, "zzz")
    assert not page.grid.currentIndex().isValid()
    page.search.clear()
    assert current_name(page) == "cat.95.png"
    assert 95 in visible_rows(page.grid)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_chooses_the_sample(qtbot, page, state, pets, chosen, key):
    open_folder(qtbot, page, state, pets)
    qtbot.keyClick(page.grid, Qt.Key.Key_Home)
    qtbot.keyClick(page.grid, Qt.Key.Key_Right)
    qtbot.keyClick(page.grid, key)
    assert chosen == [pets / "cat.1.png"]


def test_enter_on_nothing_chooses_nothing(qtbot, page, state, pets, chosen):
    open_folder(qtbot, page, state, pets)
    page.grid.clearSelection()
    qtbot.keyClicks(page.search, "zebra")
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert chosen == []


def test_a_double_click_chooses_the_sample(qtbot, page, state, pets, chosen):
    open_folder(qtbot, page, state, pets)
    state.set_query("dog", "")
    place = page.grid.visualRect(state.samples.index(2)).center()
    qtbot.mouseClick(page.grid.viewport(), LEFT, pos=place)  # a hand's double click begins so
    QTest.mouseDClick(page.grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    assert chosen == [pets / "dog.2.png"]


def test_a_single_click_only_selects(qtbot, page, state, pets, chosen):
    open_folder(qtbot, page, state, pets)
    place = page.grid.visualRect(state.samples.index(3)).center()
    qtbot.mouseClick(page.grid.viewport(), LEFT, pos=place)
    assert current_name(page) == "cat.3.png"
    assert chosen == []


def test_arrows_move_in_the_grid(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    grid = page.grid
    columns = grid.viewport().width() // grid.gridSize().width()
    assert columns > 2

    def press(key):
        qtbot.keyClick(grid, key)
        return grid.currentIndex().row()

    assert press(Qt.Key.Key_Home) == 0
    assert press(Qt.Key.Key_Right) == 1
    assert press(Qt.Key.Key_Down) == 1 + columns
    assert press(Qt.Key.Key_Left) == columns
    assert press(Qt.Key.Key_Left) == columns - 1  # around the corner, as text goes on
    assert press(Qt.Key.Key_Right) == columns
    assert press(Qt.Key.Key_Up) == 0
    assert press(Qt.Key.Key_Up) == 0
    assert press(Qt.Key.Key_End) == 149
    assert press(Qt.Key.Key_Right) == 149
    assert press(Qt.Key.Key_Down) == 149
    assert 149 in visible_rows(grid)
    up = press(Qt.Key.Key_PageUp)
    assert up % columns == 149 % columns
    assert up < 149 - columns
    assert press(Qt.Key.Key_PageDown) == 149
    assert press(Qt.Key.Key_Home) == 0
    assert press(Qt.Key.Key_PageDown) % columns == 0


@pytest.mark.parametrize("times", [1, 2])
def test_the_first_key_goes_on_from_the_first_picture(qtbot, page, state, pets, times):
    page.grid.setFocus()
    for _ in range(times):  # the second time the grid has the focus already
        open_folder(qtbot, page, state, pets)
    qtbot.keyClick(page.grid, Qt.Key.Key_End)
    assert page.grid.currentIndex().row() == 149


def test_typing_a_name_in_the_grid_goes_to_it(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    qtbot.keyClick(page.grid, Qt.Key.Key_Home)
    qtbot.keyClicks(page.grid, "dog.4")
    assert current_name(page) == "dog.4.png"


def test_the_wheel_turns_one_row_per_notch_and_what_comes_is_filled(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    before = visible_rows(page.grid)
    columns = page.grid.viewport().width() // page.grid.gridSize().width()
    wheel(page.grid, 1)
    height = page.grid.gridSize().height()
    assert abs(page.grid.verticalScrollBar().value() - height) <= 3
    for _ in range(30):
        wheel(page.grid, 10)
    wait_filled(qtbot, page)
    after = visible_rows(page.grid)
    assert after[-1] == 149
    assert not set(before) & set(after)
    last = page.grid.visualRect(state.samples.index(149))
    assert color_at(page.grid.viewport(), last.center() - QPoint(0, 14)) == GREEN
    assert len(after) <= columns * (page.grid.viewport().height() // height + 2)


def test_only_what_is_seen_is_read(qtbot, page, state, pets, monkeypatch):
    from explorer.background import thumbnails

    read, seen = thumbnails.read_thumbnail, []

    def read_and_log(path, edge):
        seen.append(path.name)
        return read(path, edge)

    monkeypatch.setattr(thumbnails, "read_thumbnail", read_and_log)
    open_folder(qtbot, page, state, pets)
    qtbot.waitUntil(lambda: not state.is_busy)
    assert seen == names(state)[: len(seen)]
    assert len(seen) == len(visible_rows(page.grid)) < 40


def test_columns_share_the_width(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    grid = page.grid
    for width in (700, *range(803, 813), 1111):
        page.resize(width, 600)
        qtbot.waitUntil(lambda: columns_of(grid) > 1)
        columns, cell, room = columns_of(grid), grid.gridSize().width(), grid.viewport().width()
        assert room - columns <= columns * cell < room
        grid.setCurrentIndex(state.samples.index(0))
        qtbot.keyClick(grid, Qt.Key.Key_Down)
        assert grid.currentIndex().row() == columns


def columns_of(grid) -> int:
    """Count how many cells stand in the first line."""
    tops = [grid.visualRect(grid.model().index(row)).top() for row in range(20)]
    return tops.count(tops[0])


def test_a_broken_picture_shows_a_sign_and_its_reason(qtbot, page, state, pets):
    whole = (pets / "cat.1.png").read_bytes()
    (pets / "cat.1.png").write_bytes(whole[: len(whole) // 2])
    open_folder(qtbot, page, state, pets)
    samples, viewport = state.samples, page.grid.viewport()
    good, bad = (page.grid.visualRect(samples.index(row)).center() for row in (0, 1))
    assert color_at(viewport, good - QPoint(0, 14)) == RED
    assert color_at(viewport, bad - QPoint(0, 14)) != RED
    tip = samples.index(1).data(Qt.ItemDataRole.ToolTipRole)
    assert "“cat.1.png” was not opened: the file is truncated." in tip


def test_strange_names_are_painted_as_they_are(qtbot, page, state, tmp_path):
    folder = tmp_path / "<h1>x"
    for label in ("<b>bold", os.fsdecode(b"caf\xe9"), "🐈" * 40):
        (folder / label).mkdir(parents=True)
        Image.new("RGB", (40, 40), RED).save(folder / label / "<i>.png")
    open_folder(qtbot, page, state, folder)
    page.grab()
    title = page.inspector.findChild(QLabel)
    assert title.text() == "<h1>x"
    assert title.textFormat() == Qt.TextFormat.PlainText
    row = next(row for row in range(3) if state.samples.cell_at(row).label == "<b>bold")
    tip = state.samples.index(row).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.splitlines() == [str(folder / "<b>bold" / "<i>.png"), "<b>bold"]


def test_a_long_scan_shows_progress_and_cancel(qtbot, page, state, pets, monkeypatch):
    go_on, scan = threading.Event(), dataset_state.scan_dataset

    def scan_slowly(folder, *, is_cancelled):
        go_on.wait(10)
        return scan(folder, is_cancelled=is_cancelled)

    monkeypatch.setattr(dataset_state, "scan_dataset", scan_slowly)
    state.open_folder(pets)
    assert not page.progress.isVisible()  # most scans end before anything would be read
    qtbot.waitUntil(page.progress.isVisible)
    assert "“pets”" in page.progress.findChild(QLabel).text()
    qtbot.mouseClick(page.cancel, LEFT)
    assert not page.progress.isVisible()
    go_on.set()
    qtbot.wait(50)
    assert state.dataset is None
    assert page.empty.isVisible()


def test_another_look_is_followed(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    font = page.font()
    before = page.grid.gridSize().height()
    font.setPointSizeF(font.pointSizeF() * 2)
    page.setFont(font)
    assert page.grid.gridSize().height() > before
    palette = page.palette()
    palette.setColor(palette.ColorRole.Window, Qt.GlobalColor.black)
    palette.setColor(palette.ColorRole.Text, Qt.GlobalColor.white)
    page.setPalette(palette)
    cell = page.grid.visualRect(state.samples.index(0))
    image = page.grid.viewport().grab(cell.adjusted(0, 140, 0, 0)).toImage()
    found = {
        image.pixelColor(x, y).getRgb()[:3]
        for x in range(image.width())
        for y in range(image.height())
    }
    assert (0, 0, 0) in found
    assert (255, 255, 255) in found


@pytest.mark.parametrize(
    ("count", "classes", "skipped", "of_test_set", "text"),
    [
        (1, ("cat",), 0, 0, "1 picture, 1 class."),
        (2, (), 2, 0, "2 pictures, 0 classes. Skipped 2 files that are no pictures."),
        (
            1200,
            ("a", "b"),
            1,
            1,
            "1,200 pictures, 2 classes; 1 of them in the test set. "
            "Skipped 1 file that is no picture.",
        ),
    ],
)
def test_a_dataset_is_described_in_words(count, classes, skipped, of_test_set, text):
    samples = tuple(Sample(Path(f"{i}"), None, i < of_test_set) for i in range(count))
    assert describe(Dataset(Path("x"), classes, samples, skipped)) == text


def test_a_folder_with_a_long_name_leaves_the_page_its_width(
    qtbot, page, state, tmp_path, monkeypatch
):
    folder = tmp_path / ("long " * 40 + "end")
    folder.mkdir()
    gate = threading.Event()
    monkeypatch.setattr(
        dataset_state, "scan_dataset", lambda folder, *, is_cancelled: gate.wait(10)
    )
    before = page.minimumSizeHint().width()
    state.open_folder(folder)
    qtbot.waitUntil(page.progress.isVisible)
    text, width = page.progress.findChild(QLabel).text(), page.minimumSizeHint().width()
    state.cancel()
    gate.set()
    assert text.startswith("Scanning “long long")
    assert "end”" in text
    assert width == before
