"""A person keeps what the Filter page shows: kernels, pictures, figures, a script."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot
from scipy.signal import convolve2d

from explorer.views.filter.kernel.chooser import FilterChooser
from explorer.views.filter.page import FilterPage
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import (
    GX,
    LEFT,
    STROKE,
    grey_of,
    make_photo,
    mid_grey,
    middle,
    pick,
    pick_and_name,
    undo,
    weights,
)
from tests.journeys.saving import save_as
from tests.journeys.travel import drop_files

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (50, 70), 8)


def exact_response(path: Path) -> np.ndarray:
    return convolve2d(grey_of(path), GX, "same")


def listed(box: FilterChooser) -> set[str]:
    """Return which of a person's own kernels the list shows, opened with the mouse."""
    QTest.mouseClick(box, LEFT, pos=box.rect().center())
    QTest.keyClicks(box.popup.search, "my kernels")
    rows = [box.popup.list.item(row) for row in range(box.popup.list.count())]
    shown = [row.text() for row in rows if not row.isHidden()]
    QTest.keyClick(box.popup.search, Qt.Key.Key_Escape)
    assert not box.popup.isVisible()
    assert shown[:1] == ["My kernels"]
    return set(shown[1:])


def choose_kernel(box: FilterChooser, name: str) -> None:
    """Find one of a person's own kernels by its name, and choose it with the mouse."""
    QTest.mouseClick(box, LEFT, pos=box.rect().center())
    QTest.keyClicks(box.popup.search, f"my kernels {name}")
    (item,) = box.popup.list.findItems(name, Qt.MatchFlag.MatchExactly)
    place = box.popup.list.visualItemRect(item).center()
    QTest.mouseClick(box.popup.list.viewport(), LEFT, pos=place)
    assert not box.popup.isVisible()


def is_offered(button: QToolButton, entry: str) -> bool:
    """Return whether an entry of a menu can be chosen."""
    button.menu().aboutToShow.emit()  # it is brought up to date as it opens
    (action,) = (one for one in button.menu().actions() if one.text().replace("&", "") == entry)
    return action.isEnabled()


def trigger(page: FilterPage, text: str) -> None:
    """Choose an entry of the Save or the Copy menu."""
    actions = {action.text().replace("&", ""): action for action in page.menu_actions}
    actions[text].trigger()


def wait_for_result(qtbot: QtBot, page: FilterPage) -> None:
    qtbot.waitUntil(lambda: page.result.pixels is not None and page.result.pixels.shape[0] == 50)


@pytest.mark.parametrize("suffix", [".png", ".tiff", ".npy"])
def test_what_is_saved_is_right_and_opens_again(
    suffix: str, journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / f"kept{suffix}"

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for_result(qtbot, page)
        save_as(lambda: trigger(page, "Save picture…"), out)
        qtbot.waitUntil(out.is_file)
        qtbot.waitUntil(lambda: "Saved" in window.notice_bar.text)
        exact = exact_response(photo)
        if suffix == ".npy":
            assert np.abs(np.load(out) - exact).max() < 1e-3
        elif suffix == ".tiff":
            assert np.abs(cv2.imread(str(out), cv2.IMREAD_UNCHANGED) - exact).max() < 1e-3
        else:
            drawn = np.clip(mid_grey(exact), 0, 255)
            assert np.abs(np.asarray(Image.open(out)) - drawn).max() <= 1
        drop_files(window, [out])
        qtbot.waitUntil(lambda: window.picture_label.text().startswith(out.name))
        assert "70×50" in window.picture_label.text()

    assert journey([str(photo)], steps) == 0


def test_sixteen_bits_and_the_figure_are_saved_and_copied(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    deep, figure = tmp_path / "deep.png", tmp_path / "figure.png"

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for_result(qtbot, page)
        keys = Qt.KeyboardModifier.ControlModifier
        save_as(lambda: QTest.keyClick(window, Qt.Key.Key_S, keys), deep, "PNG, 16-bit")
        qtbot.waitUntil(deep.is_file)
        stored = cv2.imread(str(deep), cv2.IMREAD_UNCHANGED)
        assert stored.dtype == np.uint16
        drawn = np.clip(mid_grey(exact_response(photo)) * 257, 0, 65535)
        assert np.abs(stored - drawn).max() <= 2
        drop_files(window, [deep])
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("deep.png  70×50"))

        save_as(lambda: trigger(page, "Save figure as shown…"), figure)
        qtbot.waitUntil(figure.is_file)
        trigger(page, "Copy figure as shown")
        copied = QGuiApplication.clipboard().image()
        with Image.open(figure) as image:
            assert image.size == (copied.width(), copied.height())
            assert image.size == (page.pictures.width(), page.pictures.height())
        window.activateWindow()  # as a window manager does once a dialog is gone
        qtbot.waitUntil(window.isActiveWindow)
        QTest.keyClick(window, Qt.Key.Key_V, keys)
        size = f"{copied.width()}×{copied.height()}"
        qtbot.waitUntil(lambda: window.picture_label.text().startswith(f"pasted picture  {size}"))

    assert journey([str(photo)], steps) == 0


@pytest.mark.parametrize("entry", ["Save picture…", "Save figure as shown…"])
def test_what_was_seen_is_saved_though_another_picture_comes_while_it_is_asked_where(
    entry: str, journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    out, other = tmp_path / "kept.png", make_photo(tmp_path / "other.png", (30, 40), 9)

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for_result(qtbot, page)
        action = next(it for it in page.menu_actions if it.text().replace("&", "") == entry)
        seen = tmp_path / "seen.png"
        save_as(action.trigger, seen)
        qtbot.waitUntil(seen.is_file)

        def ask_while_another_comes() -> None:
            # As a second start hands it over: the window behind the dialog goes on.
            QTimer.singleShot(0, window, lambda: drop_files(window, [other]))
            action.trigger()

        save_as(ask_while_another_comes, out, until=lambda: _height_of(page) == 30)
        qtbot.waitUntil(out.is_file)
        assert np.array_equal(np.asarray(Image.open(out)), np.asarray(Image.open(seen)))

    assert journey([str(photo)], steps) == 0


def test_a_weight_that_is_being_typed_is_in_what_is_saved(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "kept.png"

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for_result(qtbot, page)
        before = page.result.pixels
        editor = page.kernel_panel.editor
        editor.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClicks(editor, "7")

        def press_save() -> None:
            field = QApplication.focusWidget()
            assert field is not None
            QTest.keyClick(field, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)

        def is_drawn() -> bool:
            # Twice: as the weight is typed, and once it counts, in the range that it then has.
            return page.result.pixels is not before and not page.is_busy

        save_as(press_save, out, until=is_drawn)
        qtbot.waitUntil(out.is_file)
        drawn = page.result.pixels
        assert drawn is not None
        assert np.array_equal(np.asarray(Image.open(out)), drawn)

    assert journey([str(photo)], steps) == 0


def _height_of(page: FilterPage) -> int:
    return 0 if page.result.pixels is None else page.result.pixels.shape[0]


def test_a_place_that_cannot_be_written_is_a_sentence(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "no such folder" / "kept.png"

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for_result(qtbot, page)
        save_as(lambda: trigger(page, "Save picture…"), out)
        qtbot.waitUntil(lambda: "kept.png" in window.notice_bar.text)
        assert not out.exists()

    assert journey([str(photo)], steps) == 0


@pytest.mark.parametrize(
    ("entry", "kind", "suffix"),
    [
        ("Save picture…", "", ".png"),
        ("Save picture…", "PNG, 16-bit", ".png"),
        ("Save picture…", "TIFF", ".tiff"),
        ("Save picture…", "NumPy", ".npy"),
        ("Save figure as shown…", "", ".png"),
    ],
)
def test_a_name_without_suffix_gets_the_chosen_kinds_and_replaces_only_if_asked(
    entry: str,
    kind: str,
    suffix: str,
    journey: Callable[..., int],
    qtbot: QtBot,
    photo: Path,
    tmp_path: Path,
) -> None:
    out = tmp_path / f"kept{suffix}"
    out.write_text("mine")

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for_result(qtbot, page)
        save = lambda: trigger(page, entry)  # noqa: E731
        asked = save_as(save, tmp_path / "kept", kind, is_replacing=False)
        assert f"kept{suffix} already exists" in asked
        assert out.read_text() == "mine"
        save_as(save, tmp_path / "kept", kind)
        qtbot.waitUntil(lambda: out.stat().st_size > 100)
        assert sorted(tmp_path.iterdir()) == [out, photo]
        # A new name is nothing to ask about.
        assert save_as(save, tmp_path / "other", kind) == ""
        qtbot.waitUntil((tmp_path / f"other{suffix}").is_file)

    assert journey([str(photo)], steps) == 0


def test_capital_letters_of_a_suffix_are_the_same_kind(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "deep.PNG"

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for_result(qtbot, page)
        save_as(lambda: trigger(page, "Save picture…"), out, "PNG, 16-bit")
        qtbot.waitUntil(out.is_file)

    assert journey([str(photo)], steps) == 0
    assert cv2.imread(str(out), cv2.IMREAD_UNCHANGED).dtype == np.uint16


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
    subprocess.run(words, check=True, timeout=60, cwd=tmp_path)
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
        # What may have been meant otherwise is told, until the next one.
        clipboard.setText("[1, 2, 1,\n 2, 4, 2,\n 1, 2, 1]")
        page.kernel_panel.paste_wanted.emit()
        assert weights(page) == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
        assert "read as a row: 3 rows of 3." in window.notice_bar.text
        clipboard.setText("[[1, 2], [3, 4]]")
        page.kernel_panel.paste_wanted.emit()
        assert weights(page) == [[1, 2], [3, 4]]
        qtbot.waitUntil(lambda: not window.notice_bar.isVisible())

    assert journey([str(photo)], steps) == 0


def test_my_kernels_are_renamed_and_deleted_for_good(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    ridge, other = GX.copy(), GX.copy()
    ridge[1, 1] = STROKE
    other[1, 1] = -STROKE

    def keep(window: MainWindow) -> None:
        panel = window.page("filter").kernel_panel
        where = middle(panel.editor, 1, 1)
        assert not is_offered(panel.menu, "Rename…")
        assert not is_offered(panel.menu, "Delete")
        QTest.mouseClick(panel.editor, LEFT, pos=where)
        pick_and_name(qtbot, panel.menu, "Save to My kernels…", "first try")
        undo(window)  # the name
        undo(window)  # the stroke
        QTest.mouseClick(panel.editor, Qt.MouseButton.RightButton, pos=where)
        pick_and_name(qtbot, panel.menu, "Save to My kernels…", "other one")
        assert listed(panel.preset) == {"first try", "other one"}

    def rename(window: MainWindow) -> None:
        page = window.page("filter")
        panel = page.kernel_panel
        choose_kernel(panel.preset, "first try")
        assert weights(page) == ridge.tolist()
        # Two kernels cannot share a name.
        refused = pick_and_name(qtbot, panel.menu, "Rename “first try”…", "Other One")
        assert "already a kernel called “other one”" in refused
        assert listed(panel.preset) == {"first try", "other one"}
        pick_and_name(qtbot, panel.menu, "Rename “first try”…", "light ridge")
        assert listed(panel.preset) == {"light ridge", "other one"}

    def delete(window: MainWindow) -> None:
        page = window.page("filter")
        panel = page.kernel_panel
        assert listed(panel.preset) == {"light ridge", "other one"}
        choose_kernel(panel.preset, "other one")
        assert weights(page) == other.tolist()
        choose_kernel(panel.preset, "light ridge")
        assert weights(page) == ridge.tolist()
        # It can be brought back while its notice stands.
        pick(qtbot, panel.menu, "Delete “light ridge”")
        assert listed(panel.preset) == {"other one"}
        QTest.mouseClick(window.notice_bar.action_button, LEFT)
        assert listed(panel.preset) == {"light ridge", "other one"}
        pick(qtbot, panel.menu, "Delete “light ridge”")
        assert listed(panel.preset) == {"other one"}
        # What it was is still drawn with, but is no longer one of those kept.
        assert weights(page) == ridge.tolist()
        assert not is_offered(panel.menu, "Rename…")
        assert not is_offered(panel.menu, "Delete")

    def look_again(window: MainWindow) -> None:
        page = window.page("filter")
        assert listed(page.kernel_panel.preset) == {"other one"}
        choose_kernel(page.kernel_panel.preset, "other one")
        assert weights(page) == other.tolist()

    assert journey([str(photo)], keep) == 0
    for steps in (rename, delete, look_again):
        assert journey([], steps) == 0
