"""A person reads the architecture of their model: tree, graph, a fully connected layer instead."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.views.network.architecture.part import ArchitecturePart
from explorer.views.window.main_window import MainWindow
from tests.journeys.travel import drop_files
from tests.support.branching_model import write_branching_model


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_branching_model(tmp_path / "mine.keras")


def row_of(table, path):
    index = table.layers.index_of(path)
    assert index.isValid()
    return table.tree.visualRect(index).center()


def names_in(table):
    found = []

    def look(parent):
        for row in range(table.layers.rowCount(parent)):
            index = table.layers.index(row, 0, parent)
            found.append(table.layers.path_at(index))
            if table.tree.isExpanded(index):
                look(index)

    look(table.tree.rootIndex())
    return found


def test_a_dropped_model_shows_its_tree_and_its_graph(
    journey: Callable[..., int], qtbot: QtBot, model: Path
) -> None:
    def steps(window: MainWindow) -> None:
        drop_files(window, [model])
        qtbot.waitUntil(lambda: window.page_name == "network")
        page = window.page("network")
        table = page.layer_view
        qtbot.waitUntil(lambda: "branch/left" in names_in(table), timeout=20_000)
        assert window.process_label.text() != "TensorFlow: ready"  # out of the file itself
        assert "11 layers · 1,952 parameters" in table.totals.text()

        # The tree: a nested model folds, a search finds a layer in it, Return goes there.
        QTest.mouseClick(
            table.tree.viewport(), Qt.MouseButton.LeftButton, pos=row_of(table, "stem")
        )
        assert page.state.layer == "stem"
        table.tree.setCurrentIndex(table.layers.index_of("branch"))
        QTest.keyClick(table.tree, Qt.Key.Key_Left)
        assert "branch/left" not in names_in(table)
        QTest.keyClick(table.tree, Qt.Key.Key_Right)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(table.search.hasFocus)
        QTest.keyClicks(table.search, "left conv")
        assert names_in(table) == ["branch", "branch/left"]
        assert table.totals.text().startswith("1 of 11 layers")
        QTest.keyClick(table.search, Qt.Key.Key_Return)
        assert page.state.layer == "branch/left"
        table.search.clear()

        # The graph: a click chooses a layer, Return folds the model that it is in.
        page.show_part("architecture")
        part = page.part_of(ArchitecturePart)
        graph = part.graph
        qtbot.waitUntil(lambda: graph.place_of("branch/right") is not None, timeout=10_000)
        assert "It returns 12×16×4 values." in part.facts.text()
        assert "5×5 pixels" in part.facts.text()
        place = graph.place_of("branch/right").toPoint()
        QTest.mouseClick(graph.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert page.state.layer == "branch/right"
        assert table.layers.path_at(table.tree.currentIndex()) == "branch/right"
        graph.setFocus()
        QTest.keyClick(graph, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: graph.place_of("branch/right") is None)
        place = graph.place_of("branch").toPoint()
        QTest.mouseDClick(graph.viewport(), Qt.MouseButton.LeftButton, pos=place)
        qtbot.waitUntil(lambda: graph.place_of("branch/right") is not None)
        QTest.keyClick(graph, Qt.Key.Key_Up)
        assert page.state.layer in ("stem", "picture", "branch/left")
        before = graph.transform().m11()
        QTest.keyClick(graph, Qt.Key.Key_Plus)
        assert graph.transform().m11() > before

        # A fully connected layer of one's own numbers.
        boxes = part.dense.boxes
        for name, number in (("height", 256), ("width", 256), ("units", 1000)):
            boxes[name].setFocus()
            boxes[name].selectAll()
            QTest.keyClicks(boxes[name], str(number))
            QTest.keyClick(boxes[name], Qt.Key.Key_Return)
        assert part.dense.sentence.text() == (
            "A fully connected layer of 1,000 units on this 256×256×3 input would need "
            "196,608,000 weights, 1.57\N{NO-BREAK SPACE}GB at 8 bytes each."
        )

    assert journey([], steps) == 0
