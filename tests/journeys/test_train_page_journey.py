"""From a folder of pictures to a network that classifies, in the window alone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.core.training.history import HISTORY_FILE, read_history
from explorer.views.training.train.part import TrainPart
from explorer.views.window.main_window import MainWindow
from tests.journeys.travel import drop_files

# In alphabetical order, which the colours are not: a class order mixed up shows.
COLORS = {"azure": (30, 60, 220), "crimson": (220, 30, 40), "moss": (40, 160, 50)}


def paint(folder: Path, name: str, count: int, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    for number in range(count):
        pixels = np.array(COLORS[name]) + generator.normal(0, 25, (40, 48, 3))
        picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        picture.save(folder / f"{name}.{number}.jpg")


def test_three_classes_become_a_network_without_a_terminal(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    for seed, name in enumerate(COLORS):
        paint(tmp_path / "blots" / name, name, 20, seed)
    paint(tmp_path, "crimson", 1, 99)
    left = Qt.MouseButton.LeftButton

    def steps(window: MainWindow) -> None:
        page = window.page("training")
        part = page.part_of(TrainPart)

        # Drop the pictures; what will be learned is counted.
        drop_files(window, [tmp_path / "blots"])
        qtbot.waitUntil(lambda: len(part.plan.model.rows) == 4, timeout=10_000)
        assert window.page_name == "training"
        assert part.plan.model.rows[0] == ("azure", (14, 2, 4, 20))
        assert part.plan.model.rows[-1] == ("All classes", (42, 6, 12, 60))

        # Train.
        part.form.epochs.lineEdit().selectAll()
        qtbot.keyClicks(part.form.epochs.lineEdit(), "3")
        qtbot.keyClick(part.form.epochs.lineEdit(), Qt.Key.Key_Return)
        qtbot.keyClicks(part.form.name, "blots")
        qtbot.waitUntil(lambda: part.setup.can_start)
        qtbot.mouseClick(part.form.train_button, left)
        qtbot.waitUntil(lambda: part.trainings.watched is not None, timeout=10_000)
        qtbot.waitUntil(lambda: not part.watched.is_live, timeout=170_000)
        assert part.watched.standing == "finished", part.watched.reason
        assert part.watching.headline.text() == "Finished after epoch 3"

        # What is drawn is what is written.
        rows = read_history(paths.user_runs() / "blots" / HISTORY_FILE)
        assert [row["epoch"] for row in rows] == [1, 2, 3]
        curves = part.watching.curves
        assert curves.loss.values("val_loss").tolist() == [row["val_loss"] for row in rows]
        assert curves.rate.values("learning_rate").tolist() == [
            row["learning_rate"] for row in rows
        ]

        # It is a model like any other.
        qtbot.mouseClick(part.buttons["open_trained_in_classify"], left)
        assert window.page_name == "classify"
        drop_files(window, [tmp_path / "crimson.0.jpg"])
        qtbot.waitUntil(lambda: "(blots)" in window.prediction_label.text(), timeout=60_000)
        assert window.prediction_label.text().startswith("crimson, ")

    assert journey(["--page", "training"], steps) == 0
