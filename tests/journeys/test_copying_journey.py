"""A person copies pictures into folders by class: those that were classified, and labelled ones."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from explorer.views.classify.page import ClassifyPage
from explorer.views.dataset.page import DatasetPage
from explorer.views.window.main_window import MainWindow


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Make a folder of two cats and a dog."""
    for name in ("cat/1.png", "cat/2.png", "dog/1.png"):
        path = tmp_path / "pets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), (60, 90, 20)).save(path)
    return tmp_path / "pets"


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Choose this folder wherever one is asked for."""
    folder = tmp_path / "sorted"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args, **more: str(folder))
    return folder


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.png"))


def test_classified_pictures_are_copied_by_what_was_said_of_them(
    journey: Callable[..., int], qtbot: QtBot, pets: Path, target: Path
):
    (pets / "broken.png").write_bytes(b"")

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        assert isinstance(page, ClassifyPage)
        page.state.add_folder(pets)
        qtbot.waitUntil(
            lambda: page.state.done_count == 4 and not page.state.is_busy, timeout=60_000
        )
        page.table.selectAll()
        page.action("copy_by_class").trigger()
        qtbot.waitUntil(lambda: "4 files were copied" in window.notice_bar.text, timeout=60_000)
        said = {
            row.path: row.prediction.label
            for row in page.state.table.rows
            if row.prediction is not None and not row.prediction.is_neither
        }
        for path, label in said.items():
            assert list((target / (label or "neither")).glob(f"{path.stem}*")), path
        assert "neither/broken.png" in files_in(target)
        assert len(files_in(pets)) == 4

    assert journey(["--page", "classify"], steps) == 0


def test_labelled_pictures_are_copied_by_their_labels(
    journey: Callable[..., int], qtbot: QtBot, pets: Path, target: Path
):
    def steps(window: MainWindow) -> None:
        page = window.page("dataset")
        assert isinstance(page, DatasetPage)
        page.state.open_folder(pets)
        qtbot.waitUntil(lambda: page.state.dataset is not None, timeout=60_000)
        page.grid.selectAll()
        page.action("copy_by_class").trigger()
        qtbot.waitUntil(lambda: "3 files were copied" in window.notice_bar.text, timeout=60_000)
        assert files_in(target) == ["cat/1.png", "cat/2.png", "dog/1.png"]
        qtbot.waitUntil(lambda: not page.is_busy, timeout=60_000)

    assert journey(["--page", "dataset"], steps) == 0
