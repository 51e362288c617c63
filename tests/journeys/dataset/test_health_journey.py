"""A person finds what is wrong with a folder, decides about it, and trains with the decisions."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.core.datasets.scan import scan_dataset
from explorer.core.health.decisions import apply_decisions, read_for_training
from explorer.views.window.main_window import MainWindow
from tests.journeys.saving import save_as

LIMIT_MS = 60_000
LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Make twelve cats and dogs, a copy of one and a dark one."""
    folder = tmp_path / "pictures"
    chance = np.random.default_rng(5)
    for number in range(12):
        file = folder / ("cat", "dog")[number % 2] / f"{number:02d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.kron(chance.integers(0, 256, (6, 6, 3)), np.ones((8, 8, 1)))
        Image.fromarray(pixels.astype(np.uint8)).save(file)
    shutil.copy(folder / "cat" / "00.png", folder / "dog" / "copy.png")
    night = Image.open(folder / "cat" / "02.png").point(lambda value: value // 9)
    night.save(folder / "cat" / "night.png")
    return folder


def test_what_is_wrong_is_found_decided_about_and_left_out_of_training(
    journey: Callable[..., int], qtbot: QtBot, pictures: Path, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in pictures.rglob("*.png")}
    table = tmp_path / "decisions.csv"

    def names(window: MainWindow) -> list[str]:
        state = window.page("dataset").state
        return [state.dataset.samples[place].path.name for place in state.places.tolist()]

    def is_checked(page) -> bool:
        columns, part = page.state.columns, page.part
        is_known = columns is not None and columns.is_done.all() and part.state.is_whole
        return is_known and page.state.embedding is not None and not part.is_busy

    def choose(part, name: str) -> None:
        kinds = [one.kind.name for one in part.kinds.kinds.lists]
        index = part.kinds.model().index(kinds.index(name), 0)
        part.kinds.scrollTo(index)
        QTest.mouseClick(part.kinds.viewport(), LEFT, pos=part.kinds.visualRect(index).center())

    def steps(window: MainWindow) -> None:
        page = window.page("dataset")
        qtbot.waitUntil(lambda: len(page.state.places) == 14, timeout=LIMIT_MS)
        page.show_part("health")
        part = page.part
        assert part.absence.start_button.isVisible()
        QTest.mouseClick(part.absence.start_button, LEFT)
        qtbot.waitUntil(lambda: is_checked(page), timeout=LIMIT_MS)
        choose(part, "exact_duplicate")
        assert names(window) == ["00.png", "copy.png"]
        page.grid.setFocus()
        QTest.keyClick(page.grid, Qt.Key.Key_End)
        QTest.keyClick(page.grid, Qt.Key.Key_X)
        choose(part, "dark")
        assert names(window) == ["night.png"]
        page.grid.setFocus()
        QTest.keyClick(page.grid, Qt.Key.Key_Home)
        QTest.keyClick(page.grid, Qt.Key.Key_X)
        QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
        QTest.keyClick(page.grid, Qt.Key.Key_K)
        assert "1 left out, 0 relabelled, 1 kept" in part.decision.count.text()
        save_as(lambda: QTest.mouseClick(part.decision.save_button, LEFT), table)
        qtbot.waitUntil(table.is_file, timeout=LIMIT_MS)

    assert journey([str(pictures), "--page", "dataset"], steps) == 0
    assert {path: path.read_bytes() for path in pictures.rglob("*.png")} == before
    trained = apply_decisions(scan_dataset(pictures), read_for_training(table, table))
    assert sorted(set(before) - {sample.path for sample in trained.samples}) == [
        pictures / "dog" / "copy.png"
    ]

    def again(window: MainWindow) -> None:
        """At the next start all of it is there, and nothing is looked at anew."""
        page = window.page("dataset")
        qtbot.waitUntil(lambda: len(page.state.places) == 14, timeout=LIMIT_MS)
        page.show_part("health")
        part = page.part
        qtbot.waitUntil(lambda: is_checked(page), timeout=LIMIT_MS)
        assert len(part.decisions.decisions) == 2
        choose(part, "exact_duplicate")
        assert names(window) == ["00.png", "copy.png"]

    assert journey([str(pictures), "--page", "dataset"], again) == 0
