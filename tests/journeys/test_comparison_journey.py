"""A person drops an ONNX and a LiteRT model, and compares them, without TensorFlow."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from explorer.core.images.read import read_picture
from explorer.core.models.preparation import Preparation
from explorer.ml.models.formats import open_model
from explorer.views.network.comparison.part import ComparisonPart
from explorer.views.window.main_window import MainWindow
from tests.journeys.travel import drop_files

MODELS = Path(__file__).parents[1] / "ml" / "models"
FILES = (MODELS / "pytorch" / "plain.onnx", MODELS / "litert" / "half.tflite")
SIZE = (16, 12)
WAIT_MS = 30_000


@pytest.fixture
def photos(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "one.png", tmp_path / "two.png"
    for seed, path in enumerate(paths):
        pixels = np.random.default_rng(seed).integers(0, 256, (50, 70, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
    return paths


def zoom_in(view) -> None:
    middle = QPointF(view.canvas.rect().center())
    wheel = QWheelEvent(
        middle,
        QPointF(view.canvas.mapToGlobal(middle.toPoint())),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.canvas, wheel)


def test_two_models_and_then_two_pictures_are_compared(
    journey: Callable[..., int], qtbot: QtBot, photos, monkeypatch
) -> None:
    photo, other_photo = photos

    def steps(window: MainWindow) -> None:
        for file in FILES:
            drop_files(window, [file])
            qtbot.waitUntil(
                lambda file=file: _shows(window.page("network").state, file), timeout=WAIT_MS
            )
        page = window.page("network")
        state = page.state
        assert window.page_name == "network"
        assert window.process_label.text() == "TensorFlow: not started"
        part = page.part_of(ComparisonPart)

        # Ctrl+Shift+M opens the list of models; Return chooses one.
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        window.activateWindow()
        assert QTest.qWaitForWindowActive(window)
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_M, both)
        assert page.part is part
        names = [part.model_choice.itemText(at) for at in range(part.model_choice.count())]
        popup = part.model_choice.view()
        popup.setCurrentIndex(part.model_choice.model().index(names.index("plain.onnx"), 0))
        QTest.keyClick(popup, Qt.Key.Key_Return)
        other = part._state.other
        state.choose_layer("add_1")
        qtbot.waitUntil(
            lambda: _shows(other, FILES[0]) and _shows(state, FILES[1]), timeout=WAIT_MS
        )
        qtbot.waitUntil(lambda: not part.is_busy, timeout=WAIT_MS)
        assert part.left.title.text() == "half.tflite · one.png"
        assert part.right.title.text() == "plain.onnx · one.png"
        assert "is as deep in it" in part.match.text()
        for side in (part.left, part.right):
            assert sum(share for _, _, share in side.bars.rows) == pytest.approx(1, abs=1e-5)

        # A click on a map of either side chooses it at both; the wheel enlarges both alike.
        right = part.right.grid
        row, column = right.mosaic.origin_of(3)
        place = right.view.position_of(row + 1, column + 1)
        canvas = right.view.canvas
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton,
                         pos=canvas.mapFrom(right.view, place.toPoint()))  # fmt: skip
        qtbot.waitUntil(lambda: state.map_index == other.map_index == 3, timeout=WAIT_MS)
        zoom_in(part.left.grid.view)
        qtbot.waitUntil(lambda: not right.view.sees_whole, timeout=WAIT_MS)
        per_map = [grid.mosaic.map_size[1] * grid.view.zoom for grid in (part.left.grid, right)]
        assert per_map[0] == pytest.approx(per_map[1], rel=0.02)

        # Another picture, in the same model.
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other_photo), ""))
        QTest.mouseClick(part.picture_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: part.right.title.text() == "half.tflite · two.png", timeout=WAIT_MS)
        qtbot.waitUntil(lambda: _shows(other, FILES[1]) and not part.is_busy, timeout=WAIT_MS)
        assert part.match.text() == ""
        assert other.layer == state.layer == "add_1"
        for side, path in ((state, photo), (other, other_photo)):
            use = side.model.preparation
            assert isinstance(use, Preparation)
            inputs = use.prepare(read_picture(path).picture)[None]
            expected = open_model(FILES[1]).feature_maps("add_1", inputs).maps
            np.testing.assert_allclose(side.feature_maps.maps, expected, atol=1e-5)
        assert part.difference.isVisible()
        assert window.process_label.text() == "TensorFlow: not started"

    assert journey([str(photo), "--page", "filter"], steps) == 0


def _shows(state, file: Path) -> bool:
    shown = state.shown
    return shown is not None and shown.model.path.name == file.name and not state.is_busy
