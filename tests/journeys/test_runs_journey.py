"""A person compares runs, renames one, puts one away, and looks back at the epochs of another."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.__main__ import main
from explorer.core.training.epochs import EPOCHS_FOLDER, epoch_file
from explorer.core.training.history import read_history
from explorer.views.common.dialogs.name_dialog import NameDialog
from explorer.views.training.page import TrainingPage
from explorer.views.training.runs.part import RunsPart
from explorer.views.window.main_window import MainWindow
from tests.journeys.saving import save_as
from tests.journeys.travel import drop_files
from tests.journeys.window.test_help_journey import answer

LIMIT_MS = 60_000
LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def runs(models_folder: Path) -> Path:
    """Return a person's runs: two with epochs, and one that opens at once."""
    folder = paths.user_runs()
    for name, source in (("first", "keras-only"), ("second", "keras-only"), ("quick", "tiny")):
        shutil.copytree(models_folder / source, folder / name)
    return folder


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(3).integers(0, 256, (40, 50, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def row_of(part: RunsPart, name: str) -> QModelIndex:
    model = part.table.model()
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    return next(index for index in rows if index.data() == name)


def spot_of(part: RunsPart, name: str) -> QPoint:
    index = row_of(part, name)
    part.table.scrollTo(index)
    return part.table.visualRect(index).center()


def click(part: RunsPart, name: str, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(part.table.viewport(), LEFT, modifiers, spot_of(part, name))


def show(page: TrainingPage, name: str) -> None:
    tab = next(place for place, part in enumerate(page.parts) if part.name == name)
    QTest.mouseClick(page.tabs, LEFT, pos=page.tabs.tabRect(tab).center())
    assert page.part.name == name


def type_name(act: Callable[[], object], name: str) -> None:
    """Do what asks for a name, type it, and press Enter."""
    looking = QTimer()
    looking.setInterval(5)
    reasons: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, NameDialog):
            looking.stop()
            QTest.keyClick(dialog.field, Qt.Key.Key_A, CONTROL)
            QTest.keyClicks(dialog.field, name)
            QTest.keyClick(dialog.field, Qt.Key.Key_Return)
            reasons.append(dialog.reason.text)
            dialog.reject()  # one that stays open would hold the program for ever

    looking.timeout.connect(look)
    looking.start()
    act()
    looking.stop()
    assert reasons == [""]


def come_back(window: MainWindow, qtbot: QtBot) -> None:
    """Have the keyboard in the window again, after a dialog."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def names(part: RunsPart) -> list[str]:
    model = part.table.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_runs_are_compared_renamed_put_away_and_opened(
    journey: Callable[..., int], qtbot: QtBot, runs: Path, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("training")
        show(page, "runs")
        part = page.part
        qtbot.waitUntil(lambda: len(names(part)) == 5, timeout=LIMIT_MS)
        head = part.table.horizontalHeader()
        QTest.mouseClick(head.viewport(), LEFT, pos=QPoint(20, head.height() // 2))
        assert names(part) == ["first", "keras-only", "quick", "second", "tiny"]

        click(part, "first")
        click(part, "second", CONTROL)
        assert [run.name for run in part.chosen] == ["first", "second"]
        assert part.curves.loss.curve_count == 4  # a line and a point for each
        assert part.about.text() == "2 runs. Their settings are the same."
        click(part, "quick", CONTROL)
        assert part.settings.settings.settings == [("seed", ("2", "2", "1"))]

        click(part, "first")
        type_name(lambda: QTest.keyClick(part.table, Qt.Key.Key_F2), "best so far")
        qtbot.waitUntil(lambda: "best so far" in names(part), timeout=LIMIT_MS)
        assert [run.name for run in part.chosen] == ["best so far"]
        assert (runs / "best so far" / "card.json").is_file()
        come_back(window, qtbot)

        click(part, "second")
        asked = answer(lambda: QTest.keyClick(part.table, Qt.Key.Key_Delete), "Move to bin")
        assert "Move “second” to the bin?" in asked
        qtbot.waitUntil(lambda: "second" not in names(part), timeout=LIMIT_MS)
        assert not (runs / "second").exists()
        come_back(window, qtbot)

        click(part, "tiny")
        assert part.run is not None
        assert part.run.state == "included"
        QTest.keyClick(part.table, Qt.Key.Key_Delete)  # which cannot be
        assert "tiny" in names(part)

        click(part, "quick")
        QTest.keyClick(part.table, Qt.Key.Key_C)
        assert window.page_name == "classify"
        qtbot.waitUntil(lambda: "(quick)" in window.prediction_label.text(), timeout=LIMIT_MS)

    assert journey([str(photo), "--page", "training"], steps) == 0


def test_each_epoch_answers_as_its_file_does_for_a_photo_dropped_afterwards(
    journey: Callable[..., int], qtbot: QtBot, runs: Path, photo: Path, tmp_path: Path
) -> None:
    told: dict[int, tuple[float, ...]] = {}

    def steps(window: MainWindow) -> None:
        page = window.page("training")
        show(page, "runs")
        part = page.part
        qtbot.waitUntil(lambda: len(names(part)) == 5, timeout=LIMIT_MS)
        for place, name in ((1, "train"), (3, "epochs"), (2, "runs")):
            QTest.keyClick(window, str(place), Qt.KeyboardModifier.AltModifier)
            assert page.part.name == name
        click(part, "first")
        QTest.keyClick(part.table, Qt.Key.Key_E)
        assert page.part.name == "epochs"
        state, epochs = page.part.state, page.part
        assert epochs.run_choice.currentText() == "first"

        def is_shown(epoch: int, picture: str) -> bool:
            shown = state.shown
            if shown is None or shown.epoch != epoch or shown.prediction is None:
                return False
            return shown.prediction.path == picture and not state.is_busy

        qtbot.waitUntil(lambda: state.shown is not None, timeout=LIMIT_MS)
        drop_files(window, [photo])
        qtbot.waitUntil(lambda: is_shown(3, "photo.png"), timeout=LIMIT_MS)
        assert window.page_name == "training"
        slider = epochs.slider
        for epoch in (3, 2, 1):
            qtbot.waitUntil(lambda: is_shown(epoch, "photo.png"), timeout=LIMIT_MS)  # noqa: B023
            assert f"first, epoch {epoch}" in epochs.figure.title.text()
            told[epoch] = state.shown.prediction.probabilities
            assert epochs.figure.kernels.pixels is not None
            assert epochs.figure.maps.pixels is not None
            slider.setFocus()
            QTest.keyClick(slider, Qt.Key.Key_Left)
        QTest.keyClick(slider, Qt.Key.Key_End)
        assert is_shown(3, "photo.png")  # at once: it was seen

        save_as(lambda: QTest.mouseClick(epochs.export_button, LEFT), tmp_path / "film.gif")
        qtbot.waitUntil((tmp_path / "film.gif").is_file, timeout=LIMIT_MS)
        come_back(window, qtbot)
        QTest.keyClick(slider, Qt.Key.Key_Home)
        QTest.keyClick(slider, Qt.Key.Key_N)
        assert window.page_name == "network"
        shown = window.page("network").state
        qtbot.waitUntil(lambda: shown.shown is not None, timeout=LIMIT_MS)
        qtbot.waitUntil(lambda: shown.shown.model.name == "epoch-00001.keras", timeout=LIMIT_MS)
        assert shown.shown.model.classes == ("cat", "dog")

    assert journey(["--page", "training"], steps) == 0
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 3  # type: ignore[attr-defined]
    assert len(read_history(runs / "first" / "history.csv")) == len(told)
    out = tmp_path / "out.csv"
    file = epoch_file(runs / "first" / EPOCHS_FOLDER, 2)
    assert main(["classify", str(photo), "--model", str(file), "--csv", str(out)]) == 0
    (row,) = csv.DictReader(out.read_text().splitlines())
    assert (float(row["p_cat"]), float(row["p_dog"])) == pytest.approx(told[2], abs=1e-4)
    assert told[1] != pytest.approx(told[3], abs=1e-4)
