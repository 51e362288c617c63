"""A person follows a value, looks at weights, and operates on the model."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.core.text.percent import format_percent
from explorer.views.network.preparation.part import PreparationPart
from explorer.views.window.main_window import MainWindow
from tests.journeys.saving import save_as
from tests.journeys.travel import drop_files

LIMIT_MS = 60_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    random = np.random.default_rng(8)
    for name in ("cat/a.png", "cat/b.png", "dog/c.png"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.kron(random.integers(0, 256, (6, 8, 3)), np.ones((8, 8, 1)))
        Image.fromarray(pixels.astype(np.uint8)).save(path)
    return folder


def click(widget: QWidget, place: QPoint | None = None) -> None:
    QTest.mouseClick(widget, LEFT, pos=place or widget.rect().center())


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_a_value_is_followed_and_the_model_operated_on(
    journey: Callable[..., int], qtbot: QtBot, photos: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "models" / "muted.keras"
    saved.parent.mkdir()

    def steps(window: MainWindow) -> None:
        page = window.page("network")
        state = page.state
        qtbot.waitUntil(lambda: state.shown is not None, timeout=LIMIT_MS)
        assert state.layer == "conv_1"

        # Value: the tab, then a value under the mouse, then with the keys.
        click(page.tabs, page.tabs.tabRect(1).center())
        value = page.part
        qtbot.waitUntil(lambda: "They agree." in value.verdict.text(), timeout=LIMIT_MS)
        place = value.map.mapTo(value.map, value.map.position_of(4, 7).toPoint())
        QTest.mouseMove(value.map.canvas, value.map.canvas.mapFrom(value.map, place))
        qtbot.waitUntil(lambda: "column 7, row 4" in value.title.text(), timeout=LIMIT_MS)
        assert len(value.sheet.lines) == 3  # red, green, blue
        assert "sum of 3 channels" in value.steps.text()
        assert "+ bias" in value.steps.text()
        qtbot.waitUntil(lambda: "Receptive field: 3×3" in value.facts.text(), timeout=LIMIT_MS)
        assert [(w.x(), w.y(), w.width()) for w in value.photo.windows] == [(6, 3, 3)]
        QTest.keyClick(window, Qt.Key.Key_P)
        assert value.pin_box.isChecked()
        QTest.mouseMove(value.map.canvas, value.map.canvas.rect().center())
        assert "column 7, row 4" in value.title.text()

        # Weights: a kernel goes to the Filter page, which convolves.
        QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
        weights = page.part
        assert weights.name == "weights"
        qtbot.waitUntil(lambda: weights.has_kernel, timeout=LIMIT_MS)
        told = weights.arrays
        assert told.text().count("\n") == 1  # the kernel and the bias, neither cut off
        qtbot.waitUntil(lambda: told.height() >= told.heightForWidth(told.width()))
        QTest.keyClick(window, Qt.Key.Key_N)
        assert weights.filter_box.value() == 2
        sent = weights.kernel.weights
        click(weights.send_button)
        qtbot.waitUntil(lambda: window.page_name == "filter", timeout=LIMIT_MS)
        filters = window.page("filter").state
        (kernel,) = filters.settings.convolution.filter.kernels
        np.testing.assert_allclose(kernel.weights, np.rot90(sent, 2))

        # Operate: as it went it changes nothing; changed there, it comes back turned.
        window.show_page("network")
        page.show_part("operate")
        operate = page.part
        qtbot.waitUntil(lambda: not page.is_busy and operate.can_take_kernel, timeout=LIMIT_MS)
        click(operate.take_button)
        assert page.tabs.tabText(page.tabs.currentIndex()) == "Operate"
        filters.set_weights(0, kernel.weights + 1)
        before = state.shown.feature_maps.maps[:, :, 1].copy()
        click(operate.take_button)
        qtbot.waitUntil(lambda: not page.is_busy, timeout=LIMIT_MS)
        np.testing.assert_allclose(operate.editor.kernel.weights, sent + 1, rtol=1e-6)
        after = state.shown.feature_maps.maps[:, :, 1]
        assert np.abs(after - before).max() > 0.1
        assert operate.list.item(0).text().startswith("1. change the kernel of map 2, channel 1")
        assert page.tabs.tabText(page.tabs.currentIndex()) == "Operate (1)"

        preparation = page.part_of(PreparationPart)
        assert preparation.find_out.text.text().startswith("The card says how pictures were")

        # Undo, mute, and what it does to the prediction.
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: not page.is_busy, timeout=LIMIT_MS)
        np.testing.assert_allclose(state.shown.feature_maps.maps[:, :, 1], before, atol=1e-6)
        QTest.keyClick(window, Qt.Key.Key_M)
        qtbot.waitUntil(lambda: not page.is_busy, timeout=LIMIT_MS)
        assert not state.shown.feature_maps.maps[:, :, 1].any()
        assert len(operate.bars.lines) == 2
        assert operate.bars.lines[0].startswith("cat: ")
        shown = window.prediction_label.text()
        assert format_percent(max(operate.bars.before)) in shown

        # On a dataset, and as a new model.
        window.show_page("dataset")
        drop_files(window, [photos])
        qtbot.waitUntil(lambda: operate.batch.button.isEnabled(), timeout=LIMIT_MS)
        window.show_page("network")
        click(operate.batch.button)
        qtbot.waitUntil(lambda: "of 3 pictures" in operate.batch.summary.text(), timeout=LIMIT_MS)
        qtbot.waitUntil(lambda: not operate.batch.bar.isVisible(), timeout=LIMIT_MS)
        assert "Accuracy: " in operate.batch.summary.text()
        save_as(lambda: click(operate.save_button), saved)
        qtbot.waitUntil(lambda: saved.is_file(), timeout=LIMIT_MS)
        click(operate.reset_button)
        assert operate.list.item(0).text() == "Nothing is changed."

    start = str(photos / "cat" / "a.png")
    assert journey([start, "--page", "network"], steps) == 0
    with zipfile.ZipFile(saved) as file:
        assert "config.json" in file.namelist()
