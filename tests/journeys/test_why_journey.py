"""A person asks why a network answers as it does, and whether to believe it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.views.network.why.part import WhyPart
from explorer.views.window.main_window import MainWindow

START_LIMIT_MS = 60_000


def test_maps_verdicts_and_the_occluder_answer_for_an_own_picture(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    pixels = np.random.default_rng(3).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(photo)

    def steps(window: MainWindow) -> None:
        page = window.page("network")
        part = page.part_of(WhyPart)
        place = page.parts.index(part)
        where = page.tabs.tabRect(place).center()
        QTest.mouseClick(page.tabs, Qt.MouseButton.LeftButton, pos=where)
        qtbot.waitUntil(lambda: part.has_maps, timeout=START_LIMIT_MS)
        assert part.controls.layer_choice.currentText() == "Automatic: pool_3"
        # The same probabilities as everywhere, and both classes.
        cat, dog = (column.title.text() for column in part.columns)
        assert cat.startswith("cat · ")
        assert dog.startswith("dog · ")
        label, _, share = window.prediction_label.text().partition(" (")[0].partition(", ")
        assert f"{label} · {share}" in cat + dog
        assert all(column.score.text().startswith("score ") for column in part.columns)
        # Judged without being asked; the weights are drawn anew.
        for column in part.columns:
            qtbot.waitUntil(lambda shown=column: shown.curves.curve_count == 14, timeout=60_000)
        assert not part.controls.judge_button.isEnabled()
        verdicts = [column.verdict.text() for column in part.columns]
        starts = ("Do not believe this map", "This map is better", "No positive evidence")
        assert all(verdict.startswith(starts) for verdict in verdicts)
        assert "redrawn weights" in part.columns[0].verdict.toolTip()
        drawn = part.columns[0].view.pixels
        QTest.keyClick(window, Qt.Key.Key_O)
        canvas = part.columns[0].view.canvas
        view = part.columns[0].view
        for row in (4, 12, 18):
            at = canvas.mapFrom(view, view.position_of(row, 12).toPoint())
            if row == 4:
                QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at)
            QTest.mouseMove(canvas, at)
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at)
        qtbot.waitUntil(lambda: "Covered: " in part.columns[0].covered.text(), timeout=10_000)
        assert not np.array_equal(part.columns[0].view.pixels, drawn)

    assert journey([str(photo), "--page", "network"], steps) == 0
