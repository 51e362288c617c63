"""The Health part under a hand: kinds, issues, thresholds, decisions by key and by menu."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.catalogue.columns import Columns
from explorer.core.health.decisions import EXCLUDE, KEEP, Decision, read_decisions
from explorer.core.health.issues import THRESHOLD_NAMES
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.decisions_state import DecisionsState
from explorer.state.dataset.getting_state import GettingState
from explorer.state.dataset.health_state import HealthState
from explorer.state.shared.copying_state import CopyingState
from explorer.state.shared.notices import Notices
from explorer.views.common.controls.number_box import NumberBox
from explorer.views.dataset.health.part import HealthPart
from explorer.views.dataset.page import DatasetPage
from tests.support.made_columns import make_columns
from tests.views.dataset.surveying import make_survey

COUNT = 30
LEFT = Qt.MouseButton.LeftButton
USUAL = {
    "brightness": 0.5,
    "brightness_5": 0.1,
    "brightness_99": 0.9,
    "sharpness": 0.6,
    "entropy": 7,
    "aspect_ratio": 0.8,
    "width": 200,
    "height": 160,
    "is_grey": 0,
}


@pytest.fixture
def pool(qtbot):
    made = TaskPool()
    yield made
    made.close()


@pytest.fixture
def dataset(qtbot, pool, tmp_path):
    folder = tmp_path / "pets"
    folder.mkdir()
    for number in range(COUNT):
        Image.new("L", (1, 1)).save(folder / f"{('cat', 'dog')[number % 2]}.{number:02d}.png")
    thumbnails = ThumbnailLoader()
    state = DatasetState(pool, thumbnails, Notices())
    yield state
    thumbnails.close()


@pytest.fixture
def survey(dataset, pool):
    return make_survey(dataset, pool)


@pytest.fixture
def part(dataset, pool, survey) -> HealthPart:
    health = HealthState(dataset, pool, Notices(), dataset)
    decisions = DecisionsState(dataset, pool, Notices(), dataset)
    return HealthPart(dataset, health, decisions, survey)


@pytest.fixture
def page(qtbot, dataset, pool, part, survey, tmp_path):
    getting = GettingState(pool, Notices(), tmp_path / "own")
    copying = CopyingState(pool, Notices())
    page = DatasetPage(dataset, survey, getting, copying, Notices(), parts=(part,))
    page.undo_stack = part.decisions.undo_stack
    qtbot.addWidget(page)
    page.resize(1280, 720)
    page.show()
    qtbot.waitExposed(page)
    dataset.open_folder(tmp_path / "pets")
    qtbot.waitUntil(lambda: part.decisions.can_decide)
    page.show_part("health")
    return page


def look(qtbot, dataset: DatasetState, part: HealthPart) -> None:
    """Let a pass have found two dark pictures, two copies and one small one."""
    figures = {name: np.full(COUNT, value, np.float32) for name, value in USUAL.items()}
    figures["brightness_99"][[20, 4]] = 0.05, 0.1
    figures["width"][7] = figures["height"][7] = 10
    hashes = np.random.default_rng(0).integers(1, 2**63, (COUNT, 2), np.uint64)
    made = make_columns([0] * COUNT, np.full((COUNT, 2), np.nan))
    digests = np.random.default_rng(1).integers(1, 255, (COUNT, 32), np.uint8)
    digests[[9, 15]] = 8
    columns = Columns(**{**vars(made), "figures": figures, "hashes": hashes, "digests": digests})
    dataset.set_columns(columns)
    qtbot.waitUntil(lambda: bool(part.state.lists) and not part.is_busy)


def click_row(table, row: int) -> None:
    place = table.visualRect(table.model().index(row, 0)).center()
    QTest.mouseClick(table.viewport(), LEFT, pos=place)


def choose_kind(part: HealthPart, name: str) -> None:
    names = [one.kind.name for one in part.kinds.kinds.lists]
    click_row(part.kinds, names.index(name))


def type_number(qtbot, part: HealthPart, box: NumberBox, text: str) -> None:
    box.setFocus()
    box.selectAll()
    with qtbot.waitSignal(part.state.lists_changed):
        QTest.keyClicks(box, text)
        QTest.keyClick(box, Qt.Key.Key_Return)


def texts(table, row: int) -> list[str]:
    model = table.model()
    return [model.index(row, column).data() for column in range(model.columnCount())]


def test_before_a_pass_it_says_what_is_missing(page, part):
    assert part.sentence.isVisible()
    assert "“Classify all” looks at each" in part.sentence.text()
    assert not part.panel.isVisible()


def test_a_kind_shows_its_pictures_with_reasons_and_an_issue_its_own(qtbot, page, part, dataset):
    look(qtbot, dataset, part)
    choose_kind(part, "dark")
    assert dataset.places.tolist() == [20, 4]
    assert texts(part.issues, 0)[1] == "99 % of the pixels are darker than 5 %"
    assert part.rule.text() == "Dark: the 99th percentile of brightness is below 0.32."
    click_row(part.issues, 1)
    assert dataset.places.tolist() == [4]
    choose_kind(part, "exact_duplicate")
    assert dataset.places.tolist() == [9, 15]
    assert texts(part.kinds, 1) == ["Exact duplicates", "1", "2"]
    assert texts(part.issues, 0)[0].endswith("and 1 more")


def test_the_threshold_is_changed_and_reset(qtbot, page, part, dataset):
    look(qtbot, dataset, part)
    choose_kind(part, "dark")
    dark = part.thresholds.boxes["dark"]
    assert dark.value() == pytest.approx(0.32)
    type_number(qtbot, part, dark, "0.07")
    assert part.issues.model().rowCount() == 1
    assert part.rule.text().endswith("below 0.07.")
    with qtbot.waitSignal(part.state.lists_changed):
        QTest.mouseClick(part.thresholds.reset_button, LEFT)
    assert part.issues.model().rowCount() == 2
    choose_kind(part, "unreadable")
    assert not part.thresholds.isVisible()


def test_every_threshold_of_a_kind_is_changed_beside_its_list(qtbot, page, part, dataset):
    look(qtbot, dataset, part)
    seen = set()
    for number in range(part.kinds.model().rowCount()):
        click_row(part.kinds, number)
        seen |= {name for name, box in part.thresholds.boxes.items() if box.isVisible()}
    assert seen == set(THRESHOLD_NAMES)
    choose_kind(part, "near_duplicate")
    type_number(qtbot, part, part.thresholds.boxes["near_duplicate_bits"], "7")
    assert "at most 7 different bits" in part.rule.text()
    choose_kind(part, "dark")
    assert part.issues.model().rowCount() == 2
    type_number(qtbot, part, part.thresholds.boxes["most_share"], "0.01")
    assert part.issues.model().rowCount() == 0
    assert "more than 1 % are not listed" in part.note.text()


def test_keys_decide_about_the_selected_pictures_and_ctrl_z_takes_it_back(
    qtbot, page, part, dataset
):
    look(qtbot, dataset, part)
    choose_kind(part, "dark")
    page.grid.setFocus()
    page.grid.selectAll()
    assert part.decision.about.text() == "2 pictures are selected."
    QTest.keyClick(page.grid, Qt.Key.Key_X)
    assert part.decisions.decisions == {4: EXCLUDE, 20: EXCLUDE}
    assert texts(part.issues, 0)[2] == "left out"
    assert part.mark == "2"
    page.grid.setCurrentIndex(dataset.samples.index(0))
    QTest.keyClick(page.grid, Qt.Key.Key_K)
    assert part.decisions.decisions == {4: EXCLUDE, 20: KEEP}
    assert "dog.10.png" not in part.decision.about.text()
    assert "Dark: 99 % of the pixels are darker than 5 %" in part.decision.about.text()
    page.undo_stack.undo()
    page.undo_stack.undo()
    assert part.decisions.decisions == {}
    assert "0 left out" in part.decision.count.text()


def test_a_label_is_chosen_in_the_menu(qtbot, page, part, dataset):
    look(qtbot, dataset, part)
    choose_kind(part, "dark")
    page.grid.setCurrentIndex(dataset.samples.index(1))
    part.decision.relabel_menu.aboutToShow.emit()
    actions = part.decision.relabel_menu.actions()
    assert [action.text() for action in actions] == ["cat", "dog"]
    actions[1].trigger()
    assert part.decisions.decisions == {4: Decision("relabel", "dog")}
    assert texts(part.issues, 1)[2] == "is dog"


def test_decisions_are_saved_and_the_line_for_training_is_copied(
    qtbot, page, part, dataset, pool, tmp_path, monkeypatch
):
    look(qtbot, dataset, part)
    part.decisions.exclude([3])
    table = tmp_path / "my decisions.csv"
    monkeypatch.setattr(QFileDialog, "exec", lambda self: True)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda self: [str(table)])
    QTest.mouseClick(part.decision.save_button, LEFT)
    qtbot.waitUntil(lambda: table.exists() and not pool.is_busy)
    assert list(read_decisions(table).values()) == [EXCLUDE]
    QTest.mouseClick(part.decision.copy_button, LEFT)
    pets = Path(dataset.dataset.folder)
    assert QGuiApplication.clipboard().text() == (
        f"python train.py {pets} --exclude '{table}' --relabel '{table}' --output RUN"
    )


def test_the_menu_of_a_picture_has_the_decisions(qtbot, page, part, dataset):
    look(qtbot, dataset, part)
    page.grid.setCurrentIndex(dataset.samples.index(2))
    assert page.action("exclude").isEnabled()
    page.show_part("pictures")
    page.action("exclude").trigger()
    assert list(part.decisions.decisions.values()) == [EXCLUDE]
