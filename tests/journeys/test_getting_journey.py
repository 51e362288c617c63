"""On a fresh start there is a dataset to open, and another one to download after a question."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.state.dataset import getting_state
from explorer.views.dataset.page import DatasetPage
from explorer.views.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def press(page: DatasetPage, text: str) -> None:
    (button,) = [one for one in page.empty.findChildren(QPushButton) if one.text() == text]
    QTest.mouseClick(button, LEFT)


def test_a_fresh_start_opens_the_example(journey: Callable[..., int], qtbot: QtBot):
    def steps(window: MainWindow) -> None:
        page = window.page("dataset")
        assert isinstance(page, DatasetPage)
        press(page, "Open the example dataset")
        qtbot.waitUntil(lambda: page.state.dataset is not None, timeout=60_000)
        assert page.state.dataset.counts() == {"cat": 120, "dog": 120}
        assert page.state.folder == paths.user_datasets() / "Drawn cats and dogs"
        qtbot.waitUntil(lambda: not page.is_busy, timeout=60_000)

    assert journey(["--page", "dataset"], steps) == 0


def test_nothing_is_downloaded_before_a_person_says_so(
    journey: Callable[..., int], qtbot: QtBot, monkeypatch, tmp_path: Path
):
    begun: list[Path] = []

    class Never(getting_state.Download):
        def run(self) -> bool:
            if self.is_stopped:
                return super().run()
            begun.append(self.folder)
            return False

    monkeypatch.setattr(getting_state, "Download", Never)
    told: list[str] = []

    def answer(choice: str) -> None:
        def click() -> None:
            box = QApplication.activeModalWidget()
            assert isinstance(box, QMessageBox)
            told.append(f"{box.text()} {box.informativeText()}")
            (button,) = [one for one in box.buttons() if choice in one.text()]
            QTest.mouseClick(button, LEFT)

        QTimer.singleShot(0, click)

    def steps(window: MainWindow) -> None:
        page = window.page("dataset")
        assert isinstance(page, DatasetPage)
        answer("Cancel")
        press(page, "Get “Cats vs. Dogs”…")
        assert begun == []
        answer("Download")
        press(page, "Get “Cats vs. Dogs”…")
        qtbot.waitUntil(lambda: begun == [page.getting.place] and not page.getting.is_busy)
        # What has come of a paused one can be discarded where going on with it is offered.
        page.getting.place.parent.mkdir(parents=True, exist_ok=True)
        part = page.getting.public.archive(paths.user_datasets()).with_suffix(".zip.part")
        part.write_bytes(bytes(100))
        begun.clear()
        answer("scard")
        press(page, "Get “Cats vs. Dogs”…")
        qtbot.waitUntil(lambda: not page.getting.is_busy)
        assert not part.exists()

    assert journey(["--page", "dataset"], steps) == 0
    assert "100 bytes of it have come already" in told[2]
    for part in ("825\N{NO-BREAK SPACE}MB", "download.microsoft.com", "Cats vs Dogs”", "1.72"):
        assert part in told[0]
