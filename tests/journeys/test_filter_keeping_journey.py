"""A person keeps what the Filter page shows: kernels, pictures, figures, a script."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot
from scipy.signal import convolve2d

from explorer.views.main_window import MainWindow
from explorer.views.pages.filter_page import FilterPage
from tests.journeys.filtered import grey_of, make_photo
from tests.journeys.travel import drop_files

GX = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (50, 70), 8)


def exact_response(path: Path) -> np.ndarray:
    return convolve2d(grey_of(path), GX, "same")


def trigger(page: FilterPage, text: str) -> None:
    """Choose an entry of the Save or the Copy menu."""
    actions = {action.text().replace("&", ""): action for action in page.keeping.actions}
    actions[text].trigger()


def wait_for_result(qtbot: QtBot, page: FilterPage) -> None:
    qtbot.waitUntil(lambda: page.result.pixels is not None and page.result.pixels.shape[0] == 50)


@pytest.mark.parametrize("suffix", [".png", ".tiff", ".npy"])
def test_what_is_saved_is_right_and_opens_again(
    suffix: str,
    journey: Callable[..., int],
    qtbot: QtBot,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / f"kept{suffix}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *words: (str(out), ""))

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for_result(qtbot, page)
        trigger(page, "Save picture…")
        qtbot.waitUntil(out.is_file)
        qtbot.waitUntil(lambda: "Saved" in window.notice_bar.text)
        exact = exact_response(photo)
        if suffix == ".npy":
            assert np.abs(np.load(out) - exact).max() < 1e-3
        elif suffix == ".tiff":
            assert np.abs(cv2.imread(str(out), cv2.IMREAD_UNCHANGED) - exact).max() < 1e-3
        else:
            drawn = np.clip(exact / 2 + 127.5, 0, 255)
            assert np.abs(np.asarray(Image.open(out)) - drawn).max() <= 1
        drop_files(window, [out])
        qtbot.waitUntil(lambda: window.picture_label.text().startswith(out.name))
        assert "70×50" in window.picture_label.text()

    assert journey([str(photo)], steps) == 0


def test_sixteen_bits_and_the_figure_are_saved_and_copied(
    journey: Callable[..., int],
    qtbot: QtBot,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deep, figure = tmp_path / "deep.png", tmp_path / "figure.png"
    answers = iter([(str(deep), "PNG, 16 bits, the range drawn (*.png)"), (str(figure), "")])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *words: next(answers))

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for_result(qtbot, page)
        QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(deep.is_file)
        stored = cv2.imread(str(deep), cv2.IMREAD_UNCHANGED)
        assert stored.dtype == np.uint16
        drawn = np.clip((exact_response(photo) + 255) / 510 * 65535, 0, 65535)
        assert np.abs(stored - drawn).max() <= 2
        drop_files(window, [deep])
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("deep.png  70×50"))

        trigger(page, "Save figure as shown…")
        qtbot.waitUntil(figure.is_file)
        trigger(page, "Copy figure as shown")
        copied = QGuiApplication.clipboard().image()
        with Image.open(figure) as image:
            assert image.size == (copied.width(), copied.height())
            assert image.size == (page.pictures.width(), page.pictures.height())

    assert journey([str(photo)], steps) == 0


def test_a_place_that_cannot_be_written_is_a_sentence(
    journey: Callable[..., int],
    qtbot: QtBot,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "no such folder" / "kept.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *words: (str(out), ""))

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for_result(qtbot, page)
        trigger(page, "Save picture…")
        qtbot.waitUntil(lambda: "kept.png" in window.notice_bar.text)
        assert not out.exists()

    assert journey([str(photo)], steps) == 0


def test_the_copied_script_computes_what_is_shown(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    copied = []

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for_result(qtbot, page)
        trigger(page, "Copy as Python")
        copied.append(QGuiApplication.clipboard().text())
        copied.append(page.result.pixels.copy())
        # A picture goes into the clipboard as it is drawn.
        trigger(page, "Copy picture")
        image = QGuiApplication.clipboard().image()
        assert (image.width(), image.height()) == (70, 50)
        assert image.pixelColor(9, 5).red() == page.result.pixels[5, 9]

    assert journey([str(photo)], steps) == 0
    script, shown = copied
    ending = "\nimport sys\nnp.save(sys.argv[-1], shown)\n"
    (tmp_path / "script.py").write_text(script + ending)
    words = [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "out.npy")]
    subprocess.run(words, check=True, timeout=60)
    computed = np.load(tmp_path / "out.npy")
    assert np.abs(computed.astype(float) - shown).max() <= 1


def test_a_matrix_is_pasted_and_copied_as_text(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        clipboard = QGuiApplication.clipboard()
        clipboard.setText("np.array([[1,1,1],[1,1,1],[1,1,1]])/9")
        page.kernel_panel.paste_wanted.emit()
        kernel = page.kernel_panel.editor.kernel
        assert np.allclose(kernel.weights, 1 / 9)
        page.kernel_panel.copy_wanted.emit("latex")
        assert "matrix" in clipboard.text()
        clipboard.setText("__import__('os')")
        page.kernel_panel.paste_wanted.emit()
        assert window.notice_bar.text
        assert page.kernel_panel.editor.kernel == kernel

    assert journey([str(photo)], steps) == 0


def test_my_kernels_are_kept_renamed_and_deleted(
    journey: Callable[..., int],
    qtbot: QtBot,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = iter(["edge finder", "finder of edges"])
    monkeypatch.setattr(QInputDialog, "getText", lambda *words, **others: (next(names), True))

    def keep(window: MainWindow) -> None:
        panel = window.page("filter").kernel_panel
        editor = panel.editor
        QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=editor.cell_rect(1, 1).center())
        panel.save_mine_wanted.emit()
        assert "edge finder" in [mine.name for mine in panel.preset.filters]

    def change(window: MainWindow) -> None:
        panel = window.page("filter").kernel_panel
        (mine,) = [kept for kept in panel.preset.filters if kept.name == "edge finder"]
        assert mine.kernels[0].weights[1, 1] == 0.2
        panel.rename_mine_wanted.emit(mine)
        (mine,) = [kept for kept in panel.preset.filters if kept.name == "finder of edges"]
        panel.delete_mine_wanted.emit(mine)
        assert "finder of edges" not in [kept.name for kept in panel.preset.filters]
        window.notice_bar.action_button.click()  # Undo
        assert "finder of edges" in [kept.name for kept in panel.preset.filters]

    assert journey([str(photo)], keep) == 0
    assert journey([], change) == 0
