"""The Evaluation part under a hand: cells, threshold, groups, what it says without figures."""

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.catalogue.columns import TRAIN, VALIDATION
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.evaluation_state import EvaluationState
from explorer.state.dataset.getting_state import GettingState
from explorer.state.shared.copying_state import CopyingState
from explorer.state.shared.notices import Notices
from explorer.views.dataset.evaluation.part import EvaluationPart
from explorer.views.dataset.page import DatasetPage
from tests.journeys.saving import save_as
from tests.support.made_columns import made_answers, make_columns
from tests.views.dataset.surveying import make_survey

LEFT = Qt.MouseButton.LeftButton
COUNT = 40


@pytest.fixture
def page(qtbot, tmp_path):
    pool, thumbnails, notices = TaskPool(), ThumbnailLoader(), Notices()
    dataset = DatasetState(pool, thumbnails, notices)
    state = EvaluationState(dataset, pool, notices)
    getting = GettingState(pool, notices, tmp_path / "datasets")
    survey = make_survey(dataset, pool)
    page = DatasetPage(
        dataset,
        survey,
        getting,
        CopyingState(pool, notices),
        notices,
        None,
        (EvaluationPart(dataset, state, survey),),
    )
    qtbot.addWidget(page)
    page.resize(1280, 700)
    page.show()
    qtbot.waitExposed(page)
    yield page
    thumbnails.close()
    pool.close()


@pytest.fixture
def dataset(page):
    return page.state


@pytest.fixture
def part(page) -> EvaluationPart:
    return page.part_of(EvaluationPart)


def open_pictures(qtbot, page, folder, names=("cat", "dog")) -> np.ndarray:
    """Open as many pictures of each class and show the part; return their labels."""
    for number in range(COUNT):
        file = folder / "pictures" / names[number % len(names)] / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (1, 1)).save(file)
    page.state.open_folder(folder / "pictures")
    qtbot.waitUntil(lambda: page.state.scanned_folder is None)
    page.show_part("evaluation")
    return np.array([names.index(one.label) for one in page.state.dataset.samples])


def give(qtbot, page, columns) -> None:
    page.state.set_columns(columns)
    state = page.part_of(EvaluationPart).state
    qtbot.waitUntil(lambda: state.columns is columns)


def test_without_figures_it_says_what_to_do(qtbot, page, part, tmp_path):
    (tmp_path / "plain").mkdir()
    Image.new("L", (1, 1)).save(tmp_path / "plain" / "a.png")
    page.state.open_folder(tmp_path / "plain")
    qtbot.waitUntil(lambda: page.state.dataset is not None)
    page.show_part("evaluation")
    assert "have no labels" in part.sentence.text()
    assert part.sentence.isVisible()
    assert not part.panel.isVisible()
    labels = open_pictures(qtbot, page, tmp_path)
    assert "have not been classified yet" in part.sentence.text()
    answers = made_answers(labels, 2)
    page.state.set_columns(make_columns([-1] * COUNT, answers))
    assert "None of the labels is a class of this model" in part.sentence.text()
    give(qtbot, page, make_columns(labels, answers))
    assert not part.sentence.isVisible()
    assert part.panel.isVisible()
    assert part.counted.text() == "40 pictures counted."
    assert "does not say which pictures it was trained on" in part.remark.text()
    assert not part.groups.isVisible()


def test_a_cell_shows_its_pictures_by_mouse_and_by_keys(qtbot, page, dataset, part, tmp_path):
    labels = open_pictures(qtbot, page, tmp_path)
    answers = made_answers(labels, 2)
    give(qtbot, page, make_columns(labels, answers))
    called = answers.argmax(axis=1)
    matrix = part.matrix
    place = matrix.visualRect(matrix.model().index(1, 0)).center()
    QTest.mouseClick(matrix.viewport(), LEFT, pos=place)
    assert sorted(dataset.places) == np.flatnonzero((labels == 1) & (called == 0)).tolist()
    tip = matrix.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    count = np.count_nonzero((labels == 1) & (called == 0))
    assert tip.startswith(f"{count} pictures of dog classified as cat, ")
    QTest.keyClick(matrix, Qt.Key.Key_Up)
    QTest.keyClick(matrix, Qt.Key.Key_Right)
    QTest.keyClick(matrix, Qt.Key.Key_Return)
    assert sorted(dataset.places) == np.flatnonzero((labels == 0) & (called == 1)).tolist()
    QTest.mouseClick(page.pictures.chip.close_button, LEFT)
    assert len(dataset.places) == COUNT
    assert not matrix.selectedIndexes()


def test_the_threshold_recounts_matrix_point_table_and_grid(qtbot, page, dataset, part, tmp_path):
    labels = open_pictures(qtbot, page, tmp_path)
    answers = made_answers(labels, 2)
    give(qtbot, page, make_columns(labels, answers))
    place = part.matrix.visualRect(part.matrix.model().index(0, 1)).center()
    QTest.mouseClick(part.matrix.viewport(), LEFT, pos=place)
    slider = part.threshold.slider
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_PageDown)
    threshold = part.state.threshold
    assert threshold == pytest.approx(0.45)

    def check(threshold: float) -> None:
        is_dog = answers[:, 1] >= threshold
        cells = [part.matrix.model().index(0, one).data() for one in (0, 1)]
        assert cells == [str((~is_dog & (labels == 0)).sum()), str((is_dog & (labels == 0)).sum())]
        assert sorted(dataset.places) == np.flatnonzero(is_dog & (labels == 0)).tolist()
        recall = (is_dog & (labels == 1)).sum() / (labels == 1).sum()
        false = (is_dog & (labels == 0)).sum() / (labels == 0).sum()
        assert part.roc.point == pytest.approx((false, recall))
        assert part.precision_recall.point[0] == pytest.approx(recall)
        told = part.table.figures.index(1, 3).data()
        assert told.startswith(f"{100 * recall:.1f}")
        assert f"at least {threshold:g} is taken for dog" in part.threshold.rule.text()

    check(threshold)
    # Exactly the probability of a picture: it is taken for the class.
    exact = round(float(answers[labels == 0, 1].max()), 6) - 1e-6
    number = part.threshold.number
    number.setFocus()
    number.selectAll()
    QTest.keyClicks(number, f"{exact:.6f}")
    QTest.keyClick(number, Qt.Key.Key_Return)
    assert part.state.threshold == pytest.approx(exact)
    check(part.state.threshold)
    assert len(dataset.places) == 1
    assert slider.value() == round(exact * 1000)
    QTest.mouseClick(part.threshold.reset_button, LEFT)
    assert part.state.threshold is None
    assert part.threshold.rule.text() == "A picture is taken for its most probable class."


def test_only_unseen_pictures_tell_accuracy(qtbot, page, part, tmp_path):
    labels = open_pictures(qtbot, page, tmp_path)
    parts = np.where(np.arange(COUNT) % 4 == 0, VALIDATION, TRAIN)
    give(qtbot, page, make_columns(labels, made_answers(labels, 2), parts=parts))
    assert part.share.text().startswith("Accuracy: ")
    assert part.counted.text() == "40 pictures counted: 10 unseen, 30 seen."
    groups = part.groups
    QTest.mouseClick(groups, LEFT, pos=groups.tabRect(1).center())
    qtbot.waitUntil(lambda: part.share.text().startswith("Agreement on pictures that it was"))
    groups.setFocus()
    QTest.keyClick(groups, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: part.share.text().startswith("Accuracy: "))


def test_of_many_classes_the_most_frequent_mistakes_are_listed(
    qtbot, page, dataset, part, tmp_path
):
    names = [f"breed {number:02d}" for number in range(20)]
    labels = open_pictures(qtbot, page, tmp_path, names)
    answers = made_answers(labels, 20)
    give(qtbot, page, make_columns(labels, answers, names))
    called = answers.argmax(axis=1)
    assert part.mistakes.isVisible()
    item = part.mistakes.item(0)
    words, _, count = item.text().rpartition(": ")
    label, answer = (names.index(one) for one in words.split(" classified as "))
    wanted = np.flatnonzero((labels == label) & (called == answer))
    assert len(wanted) == int(count)
    part.view.widget(1).ensureWidgetVisible(part.mistakes)
    place = part.mistakes.visualItemRect(item).center()
    QTest.mouseClick(part.mistakes.viewport(), LEFT, pos=place)
    assert sorted(dataset.places) == wanted.tolist()
    assert part.matrix.currentIndex().row() == label

    part.threshold.class_choice.setFocus()
    QTest.keyClick(part.threshold.class_choice, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: part.state.positive == 19)
    assert part.roc_title.text().startswith("ROC of breed 19: area ")

    header = part.table.horizontalHeader()
    part.view.widget(1).ensureWidgetVisible(part.table)
    x = header.sectionViewportPosition(3) + 10
    QTest.mouseClick(header.viewport(), LEFT, pos=QPoint(x, header.height() // 2))
    recalls = [part.state.at.figures.recalls[part.table.figures.class_at(row)] for row in range(20)]
    assert recalls == sorted(recalls)


def test_figures_are_copied_and_saved(qtbot, page, part, tmp_path):
    labels = open_pictures(qtbot, page, tmp_path)
    give(qtbot, page, make_columns(labels, made_answers(labels, 2)))
    QTest.mouseClick(part.copy_button, LEFT)
    rows = list(csv.DictReader(io.StringIO(QGuiApplication.clipboard().text())))
    (share,) = (row for row in rows if row["figure"] == "accuracy")
    assert float(share["value"]) == part.state.shown.figures.accuracy
    saved = tmp_path / "figures.json"
    save_as(lambda: QTest.mouseClick(part.save_button, LEFT), saved)
    qtbot.waitUntil(saved.is_file)
    assert json.loads(saved.read_text())["accuracy"] == part.state.shown.figures.accuracy


def test_plots_take_the_colours_of_a_dark_theme(qtbot, page, part, tmp_path):
    labels = open_pictures(qtbot, page, tmp_path)
    give(qtbot, page, make_columns(labels, made_answers(labels, 2)))
    before = QApplication.palette()
    dark = QPalette(before)
    dark.setColor(QPalette.ColorRole.Window, QColor(20, 20, 20))
    dark.setColor(QPalette.ColorRole.WindowText, QColor(240, 240, 240))
    try:
        QApplication.setPalette(dark)
        qtbot.waitUntil(lambda: part.roc.palette().window().color() == QColor(20, 20, 20))
        for plot in (part.roc, part.precision_recall, part.calibration):
            image = plot.grab().toImage()
            assert image.pixelColor(image.width() - 2, 2) == QColor(20, 20, 20)
            assert plot.curve_count >= 2
    finally:
        QApplication.setPalette(before)
