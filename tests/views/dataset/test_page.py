"""The Dataset page under a hand: keys, wheel, clicks, typing; what it shows and what it tells."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.state.dataset import folder_scan
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.getting_state import GettingState
from explorer.state.shared.copying_state import CopyingState
from explorer.state.shared.notices import Notices
from explorer.views.common.dialogs.left_out_dialog import LeftOutDialog
from explorer.views.common.theme import class_color
from explorer.views.dataset.memory import DatasetMemory
from explorer.views.dataset.page import DatasetPage
from tests.support.made_columns import make_columns
from tests.views.dataset.surveying import make_survey

RED, GREEN = (200, 30, 30), (30, 160, 60)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pool(qtbot):
    made = TaskPool()
    yield made
    made.close()


@pytest.fixture
def state(pool):
    thumbnails = ThumbnailLoader()
    state = DatasetState(pool, thumbnails, Notices())
    yield state
    state.cancel()
    thumbnails.close()


@pytest.fixture
def getting(pool, tmp_path):
    return GettingState(pool, Notices(), tmp_path / "own")


@pytest.fixture
def survey(pool, state):
    return make_survey(state, pool)


@pytest.fixture
def copying(pool):
    return CopyingState(pool, Notices())


@pytest.fixture
def page(qtbot, state, survey, getting, copying):
    page = DatasetPage(state, survey, getting, copying, Notices())
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
    state.choose("label", frozenset({"dog"}))
    wait_filled(qtbot, page)
    cell = page.grid.visualRect(state.samples.index(0))
    assert color_at(page.grid.viewport(), cell.center() - QPoint(0, 14)) == GREEN
    image = page.grid.viewport().grab(cell).toImage()
    found = {image.pixelColor(x, y).name() for x in range(24) for y in range(150, image.height())}
    assert class_color(1).name() in found
    assert class_color(0).name() not in found


def test_the_inspector_counts_classes_and_skipped_files(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    assert page.pictures.count.text() == "150 of 150"
    assert rows_of(labels(page)) == ["cat: 100 pictures", "dog: 50 pictures"]
    texts = [label.text() for label in page.inspector.findChildren(QLabel)]
    assert "pets" in texts
    assert facts(page) == (
        "150 pictures: 2 classes from file names: cat and dog. "
        "1 file or folder was left out (not a picture: 1)."
    )


def labels(page):
    return page.pictures.facets.views["label"].list


def rows_of(values) -> list[str]:
    model = values.model()
    tip = Qt.ItemDataRole.ToolTipRole
    return [model.index(row).data(tip) for row in range(model.rowCount())]


def click_row(qtbot, values, row: int) -> None:
    rect = values.visualRect(values.model().index(row))
    qtbot.mouseClick(values.viewport(), LEFT, pos=rect.center())


def test_a_click_on_a_class_shows_it_alone_and_a_second_class_is_added(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    click_row(qtbot, labels(page), 1)
    assert page.pictures.count.text() == "50 of 150"
    assert {name[:3] for name in names(state)} == {"dog"}
    # What the other class would add stays to be read.
    assert rows_of(labels(page)) == ["cat: 100 pictures", "dog: 50 pictures"]
    qtbot.keyClick(labels(page), Qt.Key.Key_Up)
    qtbot.keyClick(labels(page), Qt.Key.Key_Space)
    assert page.pictures.count.text() == "150 of 150"
    qtbot.keyClick(labels(page), Qt.Key.Key_Return)
    assert page.pictures.count.text() == "50 of 150"
    qtbot.mouseClick(page.pictures.facets.reset, LEFT)
    assert page.pictures.count.text() == "150 of 150"
    assert not page.pictures.facets.reset.isEnabled()


def test_typing_into_the_search_filters_at_once(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    qtbot.keyClick(page.grid, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.pictures.search.hasFocus()
    qtbot.keyClicks(page.pictures.search, "t.9")
    assert names(state) == ["cat.9.png", *(f"cat.{n}.png" for n in range(90, 100))]
    assert page.pictures.count.text() == "11 of 150"
    qtbot.keyClick(page.pictures.search, Qt.Key.Key_Return)
    assert page.grid.hasFocus()
    page.pictures.search.clear()
    assert page.pictures.count.text() == "150 of 150"


def test_no_match_is_said(qtbot, page, state, pets):
    open_folder(qtbot, page, state, pets)
    blank = page.grid.viewport().palette().window().color().getRgb()[:3]
    qtbot.keyClicks(page.pictures.search, "zebra")
    assert page.pictures.count.text() == "0 of 150"
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
    qtbot.keyClicks(page.pictures.search, "cat.95")
    assert current_name(page) == "cat.95.png"
    qtbot.keyClicks(page.pictures.search, "zzz")
    assert not page.grid.currentIndex().isValid()
    page.pictures.search.clear()
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
    qtbot.keyClicks(page.pictures.search, "zebra")
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert chosen == []


def test_a_double_click_chooses_the_sample(qtbot, page, state, pets, chosen):
    open_folder(qtbot, page, state, pets)
    state.choose("label", frozenset({"dog"}))
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
    go_on, scan = threading.Event(), folder_scan.scan_dataset

    def scan_slowly(folder, *, layout, is_cancelled):
        go_on.wait(10)
        return scan(folder, layout=layout, is_cancelled=is_cancelled)

    monkeypatch.setattr(folder_scan, "scan_dataset", scan_slowly)
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


@pytest.fixture
def shares(tmp_path) -> Path:
    """Make a folder of two splits, with two classes in each."""
    for share in ("train", "test"):
        for label in ("cat", "dog"):
            folder = tmp_path / "shares" / share / label
            folder.mkdir(parents=True)
            Image.new("RGB", (40, 40), RED).save(folder / "1.png")
    return tmp_path / "shares"


def facts(page) -> str:
    texts = [label.text() for label in page.inspector.findChildren(QLabel)]
    return next(text for text in texts if "picture" in text)


def choose_reading(page, beginning: str) -> None:
    """Choose from the menu that says what the folders may mean."""
    (action,) = (one for one in page.layout_menu.actions() if one.text().startswith(beginning))
    action.trigger()


def test_the_page_says_how_it_read_the_folder_and_reads_it_otherwise(qtbot, page, state, shares):
    open_folder(qtbot, page, state, shares)
    assert facts(page) == "4 pictures: 2 classes from folder names: cat and dog; test set: test."
    actions = page.layout_menu.actions()
    assert [action.isChecked() for action in actions] == [True, False, False, False]
    assert page.action("layout").isEnabled()
    choose_reading(page, "One folder per class (")
    qtbot.waitUntil(lambda: state.scanned_folder is None)
    assert facts(page) == "4 pictures: 2 classes from folder names: test and train."
    assert [action.isChecked() for action in page.layout_menu.actions()] == [
        action.text().startswith("One folder per class (") for action in page.layout_menu.actions()
    ]
    assert rows_of(labels(page)) == ["test: 2 pictures", "train: 2 pictures"]


def test_a_reading_is_remembered_for_its_folder(
    qtbot, page, state, survey, getting, copying, shares, pets
):
    open_folder(qtbot, page, state, shares)
    choose_reading(page, "No classes")
    qtbot.waitUntil(lambda: state.scanned_folder is None)
    open_folder(qtbot, page, state, pets)
    assert state.dataset.classes == ("cat", "dog")
    open_folder(qtbot, page, state, shares)
    assert state.dataset.classes == ()
    memory = DatasetMemory.from_text(page.memory)
    assert memory == DatasetMemory(shares, ((shares, "none"),))
    state.layouts.clear()
    qtbot.addWidget(
        DatasetPage(state, survey, getting, copying, Notices(), memory)
    )  # as the next start does
    assert state.layouts == {shares: "none"}
    (shares / "train" / "cat" / "1.png").rename(shares / "1.png")
    open_folder(qtbot, page, state, shares)
    assert state.dataset.classes == ()


@pytest.mark.parametrize("text", ["", "x", "[1]", '{"folder": null, "layouts": [["/a", "ring"]]}'])
def test_a_note_that_is_none_is_as_if_nothing_was_noted(text):
    assert DatasetMemory.from_text(text) == DatasetMemory()


def test_a_folder_in_doubt_is_asked_about(qtbot, page, state, tmp_path):
    for day in ("monday", "friday"):
        (tmp_path / day).mkdir()
        for label in ("cat", "dog"):
            Image.new("RGB", (40, 40), RED).save(tmp_path / day / f"{label}.1.png")
    open_folder(qtbot, page, state, tmp_path)
    assert (
        "This folder can be read in several ways: see “Read as”, or open the folder in it that "
        "holds the classes (or one fold) instead." in facts(page)
    )
    choose_reading(page, "The class in each file's name")
    qtbot.waitUntil(lambda: state.scanned_folder is None)
    assert state.dataset.classes == ("cat", "dog")
    assert "several ways" not in facts(page)


def test_what_was_left_out_can_be_listed(qtbot, page, state, pets):
    (pets / "@eaDir").mkdir()
    open_folder(qtbot, page, state, pets)
    assert page.left_out_button.text() == "2 left out…"
    listed = []

    def look():
        dialog = page.findChild(LeftOutDialog)
        listed.append(dialog.lines.toPlainText().splitlines())
        dialog.reject()

    QTimer.singleShot(0, look)
    qtbot.mouseClick(page.left_out_button, LEFT)
    system, text = "kept by the system", "not a picture"
    assert listed == [[f"{system}: {pets / '@eaDir'}", f"{text}: {pets / 'notes.txt'}"]]


def test_nothing_left_out_and_one_reading_need_no_buttons(qtbot, page, state, tmp_path):
    Image.new("RGB", (40, 40), RED).save(tmp_path / "1.png")
    open_folder(qtbot, page, state, tmp_path)
    assert facts(page) == "1 picture: no labels."
    assert not page.left_out_button.isVisible()
    assert not page.layout_button.isVisible()
    assert not page.action("layout").isEnabled()


def test_a_folder_with_a_long_name_leaves_the_page_its_width(
    qtbot, page, state, tmp_path, monkeypatch
):
    folder = tmp_path / ("long " * 40 + "end")
    folder.mkdir()
    gate = threading.Event()
    monkeypatch.setattr(
        folder_scan, "scan_dataset", lambda folder, *, layout, is_cancelled: gate.wait(10)
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


def open_with_answers(qtbot, page, state, pets) -> None:
    """Open the pets, of which every tenth picture is answered wrong and the first is neither."""
    open_folder(qtbot, page, state, pets)
    labels = np.array([state.dataset.classes.index(one.label) for one in state.dataset.samples])
    share = np.linspace(0.6, 0.99, len(labels))
    answers = np.where(np.arange(len(labels)) % 10 == 5, 1 - labels, labels)
    probabilities = np.stack([1 - share, share], axis=1)
    probabilities[answers == 0] = probabilities[answers == 0][:, ::-1]
    novelty = np.full(len(labels), 0.5, np.float32)
    novelty[0] = 2.0
    state.set_columns(replace(make_columns(labels, probabilities), novelty=novelty))


def test_each_picture_shows_its_answer_and_the_facets_follow(qtbot, page, state, pets):
    open_with_answers(qtbot, page, state, pets)
    first, wrong = state.samples.cell_at(0), state.samples.cell_at(5)
    assert (first.answer, first.answer_place, first.mark) == ("cat 60.0\u00a0%", 0, "neither")
    assert (wrong.label, wrong.answer, wrong.mark) == ("cat", "dog 61.3\u00a0%", "wrong")
    tip = state.samples.index(5).data(Qt.ItemDataRole.ToolTipRole)
    assert "dog: 61.3\u00a0%\ncat: 38.7\u00a0%\nThe answer is not the label." in tip
    results = page.pictures.facets.views["result"].list
    assert rows_of(results) == ["right: 135 pictures", "wrong: 15 pictures"]
    click_row(qtbot, results, 1)
    assert page.pictures.count.text() == "15 of 150"
    click_row(qtbot, labels(page), 1)
    assert page.pictures.count.text() == "5 of 150"
    assert rows_of(labels(page)) == ["cat: 10 pictures", "dog: 5 pictures"]
    assert page.pictures.facets.folds["result"].header.summary == "wrong"
    page.pictures.search.setText("nothing")
    assert page.grid.empty_text == (
        "No picture has all that is chosen: wrong, dog and a name with “nothing”."
    )


def test_tab_goes_through_the_facets_from_top_to_bottom(qtbot, page, state, pets):
    open_with_answers(qtbot, page, state, pets)
    answers = state.columns
    state.set_columns(None)
    state.set_issues({"Dark": np.arange(3)})
    state.set_columns(answers)  # what stands above came last
    facets = page.pictures.facets
    heads = [fold.header for fold in facets.folds.values()]
    qtbot.waitUntil(lambda: all(head.isVisible() for head in heads))
    page.pictures.grid.setFocus()
    met = []
    while len(met) < len(heads):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        met += [head for head in heads if head.hasFocus()]
    tops = [head.mapTo(page, QPoint(0, 0)).y() for head in met]
    assert tops == sorted(tops)
    assert len(set(tops)) > 3


def test_a_range_of_the_confidence_is_dragged_and_typed(qtbot, page, state, pets):
    open_with_answers(qtbot, page, state, pets)
    page.pictures.facets.folds["confidence"].open()
    view = page.pictures.facets.views["confidence"]
    bars = view.histogram
    qtbot.waitUntil(lambda: bars.width() > 100)
    middle = bars.height() // 2
    qtbot.mousePress(bars, LEFT, pos=QPoint(round(0.9 * bars.width()), middle))
    qtbot.mouseMove(bars, QPoint(bars.width() - 1, middle))
    qtbot.mouseRelease(bars, LEFT, pos=QPoint(bars.width() - 1, middle))
    least, largest = state.query.choices["confidence"]
    assert (least, largest) == pytest.approx((0.9, 1.0), abs=0.01)
    expected = np.count_nonzero(state.columns.confidence >= least)
    assert page.pictures.count.text() == f"{expected} of 150"
    view.limits[0].setFocus()
    view.limits[0].setValue(95.0)
    expected = np.count_nonzero(state.columns.confidence >= 0.95)
    assert page.pictures.count.text() == f"{expected} of 150"
    qtbot.keyClick(bars, Qt.Key.Key_Left)
    assert state.query.choices["confidence"][0] == pytest.approx(0.95 - 1 / 32)
    qtbot.mouseDClick(bars, LEFT, pos=QPoint(5, 5))
    assert page.pictures.count.text() == "150 of 150"


def test_the_order_is_chosen_and_turned_around(qtbot, page, state, pets):
    open_with_answers(qtbot, page, state, pets)
    order = page.pictures.order
    assert [order.box.itemText(place) for place in range(order.box.count())] == [
        *("Name", "Confidence", "Loss", "Novelty", "Size", "Date of the file")
    ]
    order.box.setFocus()
    qtbot.keyClick(order.box, Qt.Key.Key_Down)
    assert state.query.order == "confidence"
    assert state.places[0] == 0
    qtbot.mouseClick(order.turn, LEFT)
    assert state.places[0] == 149
    state.sort("loss")
    assert state.columns.losses[state.places[0]] == state.columns.losses.max()
    state.sort("date")
    qtbot.waitUntil(lambda: not state._pool.is_busy)
    assert state.samples.row_of(0) is not None
