"""A person classifies a folder, sees where the model fails, and moves the threshold."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.__main__ import main
from explorer.views.common.command_action import CommandButton
from explorer.views.window.main_window import MainWindow
from tests.journeys.dataset.pictures import make_pictures
from tests.journeys.saving import save_as

LIMIT_MS = 60_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return make_pictures(tmp_path / "pictures")


def test_a_folder_is_classified_and_its_mistakes_are_seen(
    journey: Callable[..., int], qtbot: QtBot, pictures: Path, tmp_path: Path
) -> None:
    table, figures = tmp_path / "table.csv", tmp_path / "figures.json"
    assert main(["classify", str(pictures), "--csv", str(table)]) == 0
    with table.open() as file:
        answers = {row["path"]: float(row["p_dog"]) for row in csv.DictReader(file)}
    shares = np.array(list(answers.values()))
    is_dog = np.array([Path(path).parent.name == "dog" for path in answers])

    def steps(window: MainWindow) -> None:
        page = window.page("dataset")
        qtbot.waitUntil(lambda: len(page.state.places) == 24, timeout=LIMIT_MS)
        QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
        part = page.part
        assert part.name == "evaluation"
        assert part.absence.start_button.isVisible()
        buttons = page.findChildren(CommandButton)
        start = next(one for one in buttons if one.isVisible() and one.text() == "Classify all")
        QTest.mouseClick(start, LEFT)
        qtbot.waitUntil(lambda: part.counted.text() == "24 pictures counted.", timeout=LIMIT_MS)
        assert "does not say which pictures it was trained on" in part.remark.text()

        def cell(label: int, answer: int) -> int:
            return int(part.matrix.model().index(label, answer).data())

        def expected(threshold: float) -> list[int]:
            called = shares >= threshold
            return [int((called & ~is_dog).sum()), int((called & is_dog).sum())]

        assert [cell(0, 1), cell(1, 1)] == expected(0.5)

        # What one cell counts, in the grid; all cats as the threshold of dog goes up to 1.
        place = part.matrix.visualRect(part.matrix.model().index(0, 0)).center()
        QTest.mouseClick(part.matrix.viewport(), LEFT, pos=place)
        assert len(page.state.places) == cell(0, 0)
        assert page.pictures.chip.sentence.text().endswith("cat classified as cat")
        slider = part.threshold.slider
        middle = slider.height() // 2
        QTest.mousePress(slider, LEFT, pos=QPoint(slider.width() // 2, middle))
        for share in (0.6, 0.8, 1.1):
            QTest.mouseMove(slider, QPoint(round(slider.width() * share), middle))
            threshold = 0.5 if part.state.threshold is None else part.state.threshold
            assert [cell(0, 1), cell(1, 1)] == expected(threshold)
            assert len(page.state.places) == cell(0, 0)
        QTest.mouseRelease(slider, LEFT, pos=QPoint(slider.width(), middle))
        assert part.state.threshold == 1
        assert len(page.state.places) == 12
        QTest.mouseClick(page.pictures.chip.close_button, LEFT)
        assert len(page.state.places) == 24

        save_as(lambda: QTest.mouseClick(part.save_button, LEFT), figures)
        qtbot.waitUntil(figures.is_file, timeout=LIMIT_MS)

    assert journey([str(pictures), "--page", "dataset"], steps) == 0
    found = json.loads(figures.read_text())
    assert found["unseen"]["accuracy"] == pytest.approx(((shares >= 0.5) == is_dog).mean())
    assert found["at_threshold"]["confusion"] == [[12, 0], [12, 0]]
    # The command finds what the window kept, and says the same.
    again = tmp_path / "again.json"
    assert main(["evaluate", str(pictures), "--json", str(again)]) == 0
    assert json.loads(again.read_text())["unseen"] == found["unseen"]
