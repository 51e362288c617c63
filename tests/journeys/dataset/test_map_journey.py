"""A person looks for pictures like one, and draws around points on the map."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.views.common.command_action import CommandButton
from explorer.views.dataset.map.part import MapPart
from explorer.views.window.main_window import MainWindow
from tests.journeys.dataset.pictures import make_pictures

LIMIT_MS = 60_000
LEFT = Qt.MouseButton.LeftButton


def test_similar_pictures_and_those_within_a_lasso_are_shown_in_the_grid(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    pictures = make_pictures(tmp_path / "pictures")

    def steps(window: MainWindow) -> None:
        page = window.page("dataset")
        state = page.state
        qtbot.waitUntil(lambda: len(state.places) == 24, timeout=LIMIT_MS)
        assert not page.action("find_similar").isEnabled()
        buttons = page.findChildren(CommandButton)
        start = next(one for one in buttons if one.isVisible() and one.text() == "Classify all")
        QTest.mouseClick(start, LEFT)
        qtbot.waitUntil(lambda: page.survey.is_complete, timeout=LIMIT_MS)
        qtbot.waitUntil(lambda: not page.survey.is_running, timeout=LIMIT_MS)
        assert page.action("find_similar").isEnabled()

        # The nearest by the cosine of what the model makes of them.
        page.grid.setFocus()
        QTest.keyClick(page.grid, Qt.Key.Key_End)
        place = state.current
        QTest.keyClick(page.grid, Qt.Key.Key_S)
        qtbot.waitUntil(lambda: state.picked is not None, timeout=LIMIT_MS)
        assert state.picked.sentence.startswith("most similar to “23.png”")
        vectors = np.asarray(state.embedding, np.float64)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        shown = vectors[state.places] @ vectors[place]
        assert state.places[0] == place
        assert len(shown) == 24
        assert (np.diff(shown) < 1e-3).all()
        QTest.keyClick(page.grid, Qt.Key.Key_Escape)
        assert state.picked is None

        QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
        part = page.part
        assert isinstance(part, MapPart)
        qtbot.waitUntil(lambda: part.map.isVisible() and not part.is_busy, timeout=LIMIT_MS)
        surface = part.map
        corners = [
            QPoint(1, 1),
            QPoint(surface.width() - 2, 1),
            QPoint(surface.width() - 2, surface.height() - 2),
            QPoint(1, surface.height() - 2),
            QPoint(1, 2),
        ]
        QTest.mousePress(surface, LEFT, pos=corners[0])
        for corner in corners[1:]:
            QTest.mouseMove(surface, corner)
        QTest.mouseRelease(surface, LEFT, pos=corners[-1])
        qtbot.waitUntil(lambda: state.picked is not None)
        assert state.picked.sentence == "lasso on the map"
        assert sorted(state.picked.places.tolist()) == list(range(24))

    assert journey([str(pictures), "--page", "dataset"], steps) == 0
