"""A person looks inside a network on their own photo."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from explorer.core.layers.feature_grid import tile_layer
from explorer.core.layers.layers import FeatureMaps
from explorer.views.window.main_window import MainWindow
from tests.journeys.travel import drop_files

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_MS = 60_000


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    pixels = np.random.default_rng(8).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def maps_by_command(photo: Path, run: Path, layer: str) -> np.ndarray:
    out = photo.with_name(f"{photo.stem}-{layer}.npy")
    words = ["features", str(photo), "--model", str(run), "--layer", layer, "-o", str(out)]
    subprocess.run(
        [sys.executable, "-m", "explorer", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        timeout=120,
    )
    return np.load(out)


def test_the_page_draws_what_the_command_writes(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, models_folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.png"
    Image.new("RGB", (30, 30), (200, 40, 90)).save(other)
    expected = {
        "conv_2": maps_by_command(photo, models_folder / "tiny", "conv_2"),
        "dense_1": maps_by_command(other, models_folder / "tiny", "dense_1"),
    }
    assert expected["conv_2"].shape == (12, 12, 32)
    assert {maps.dtype for maps in expected.values()} == {np.dtype(np.float32)}

    def draws(page, maps: np.ndarray) -> bool:
        grid = page.maps.grid
        found = page.state.feature_maps
        if found is None or found.maps.shape != maps.shape:
            return False
        aspect = grid.width() / grid.height()
        expected = tile_layer(FeatureMaps(found.layer, maps), aspect=aspect)
        return np.array_equal(grid.view.pixels, expected.pixels)

    def choose(table: QTableView, row: int) -> None:
        position = table.visualRect(table.model().index(row, 0)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=position)

    def steps(window: MainWindow) -> None:
        page = window.page("network")
        table = page.table
        qtbot.waitUntil(lambda: page.has_maps, timeout=START_LIMIT_MS)
        rows = range(table.model().rowCount())
        names = [table.model().index(row, 0).data() for row in rows]
        assert names[-12:-9] == ["rescaling", "conv_1", "pool_1"]
        choose(table, names.index("conv_2"))
        qtbot.waitUntil(lambda: draws(page, expected["conv_2"]), timeout=10_000)
        assert "conv_2" in page.maps.title.text()
        # Another layer, and then another picture.
        choose(table, names.index("dense_1"))
        qtbot.waitUntil(lambda: "dense_1" in page.maps.title.text(), timeout=10_000)
        assert not draws(page, expected["dense_1"])
        drop_files(window, [other])
        qtbot.waitUntil(lambda: draws(page, expected["dense_1"]), timeout=10_000)
        assert window.page_name == "network"
        assert "of them in dense_1" in page.model.about.text()
        # After the maps comes the filmstrip.
        ready = "TensorFlow: ready"
        qtbot.waitUntil(lambda: window.process_label.text() == ready, timeout=10_000)

    assert journey([str(photo), "--page", "network"], steps) == 0


def test_the_network_process_sleeps_until_the_page_is_shown(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text(), timeout=20_000)
        assert window.process_label.text() == "TensorFlow: not started"
        window.show_page("network")
        qtbot.waitUntil(
            lambda: "TensorFlow: starting…" in window.process_label.text(), timeout=5000
        )

    assert journey([str(photo)], steps) == 0
