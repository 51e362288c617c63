"""A person tells the program how pictures were prepared for a model of their own, or finds out."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.views.network.preparation.part import PreparationPart
from explorer.views.window.main_window import MainWindow
from tests.journeys.travel import drop_files
from tests.support.brightness_model import write_brightness_model, write_pictures

WAIT_MS = 30_000


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "labels.txt").write_text("0 dark\n1 bright\n")
    return write_brightness_model(tmp_path / "own" / "model.onnx")


def open_part(window: MainWindow, qtbot: QtBot, model: Path) -> PreparationPart:
    """Drop a model, and go to the preparation by its tab."""
    drop_files(window, [model])
    page = window.page("network")
    part = page.part_of(PreparationPart)
    qtbot.waitUntil(lambda: "dark or bright" in part.fields.classes.text(), timeout=WAIT_MS)
    window.show_page("network")
    place = page.tabs.tabRect([one.name for one in page.parts].index("preparation")).center()
    QTest.mouseClick(page.tabs, Qt.MouseButton.LeftButton, pos=place)
    assert page.part is part
    return part


def pick(box: QComboBox, text: str) -> None:
    """Choose an entry by its first letters, as a hand on the keys does."""
    box.setFocus()
    while box.currentText() != text:
        before = box.currentIndex()
        forward = box.findText(text) > before
        QTest.keyClick(box, Qt.Key.Key_Down if forward else Qt.Key.Key_Up)
        assert box.currentIndex() != before


def test_what_is_assumed_is_told_changed_undone_and_found_out(
    journey: Callable[..., int],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    model: Path,
) -> None:
    photo, labelled = tmp_path / "photo.png", write_pictures(tmp_path / "labelled")
    Image.fromarray(np.full((30, 60, 3), (140, 20, 30), np.uint8)).save(photo)
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *_, **__: str(labelled), raising=True
    )

    def steps(window: MainWindow) -> None:
        part = open_part(window, qtbot, model)
        fields, found = part.fields, part.find_out
        told = {field: label.text() for field, label in fields.origins.items()}
        assert told["size"] == "From the file."
        assert told["scaling"] == "Assumed: most PyTorch models are trained so."
        assert told["classes"] == "From “labels.txt”."
        assert fields.scaling_box.key == "imagenet"
        assert not fields.height_box.isEnabled()
        assert not fields.forget_button.isEnabled()
        qtbot.waitUntil(lambda: "8×8, values −1.6" in part.caption.text(), timeout=WAIT_MS)
        assert part.seen.pixels.shape == (8, 8, 3)

        pick(fields.channels_box, "BGR")
        assert fields.origins["channels"].text() == "You chose."
        qtbot.waitUntil(lambda: part.seen.pixels[4, 4].tolist() == [30, 20, 140])
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert fields.channels_box.key == "rgb"
        assert fields.origins["channels"].text().startswith("Assumed")
        assert not fields.forget_button.isEnabled()

        QTest.mouseClick(found.start_button, Qt.MouseButton.LeftButton)
        assert found.bar.isVisible()
        assert found.stop_button.isVisible()
        qtbot.waitUntil(found.best_button.isVisible, timeout=WAIT_MS)
        rows = found.table.model()
        assert rows.rowCount() == 24
        first = [rows.index(0, column).data() for column in range(4)]
        assert first[:2] == ["0 to 1", "RGB"]
        assert first[3].startswith("100")
        assert "matched by their names" in found.text.text()
        assert "Sure is the range and the channels" in found.text.text()
        QTest.mouseClick(found.best_button, Qt.MouseButton.LeftButton)
        assert fields.scaling_box.key == "unit"
        assert fields.origins["scaling"].text() == "You chose."
        assert not found.best_button.isEnabled()
        qtbot.waitUntil(lambda: len(list(paths.user_models().glob("*.json"))) == 1)

    def later(window: MainWindow) -> None:
        part = open_part(window, qtbot, model.rename(model.with_name("renamed.onnx")))
        assert part.fields.scaling_box.key == "unit"
        assert part.fields.origins["scaling"].text() == "You chose."
        QTest.mouseClick(part.fields.forget_button, Qt.MouseButton.LeftButton)
        assert part.fields.scaling_box.key == "imagenet"
        qtbot.waitUntil(lambda: not list(paths.user_models().glob("*")))

    assert journey([str(photo)], steps) == 0
    assert journey([str(photo)], later) == 0


def test_a_model_given_at_the_start_is_the_only_one_that_is_looked_into(
    journey: Callable[..., int], qtbot: QtBot, model: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("network")
        qtbot.waitUntil(lambda: page.has_maps, timeout=WAIT_MS)
        assert page.state.shown.model.path == model
        # The included model, which was the current one until then, would have needed it.
        assert window.process_label.text() == "TensorFlow: not started"

    assert journey(["--page", "network", str(model)], steps) == 0
