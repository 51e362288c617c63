"""Ctrl+K finds any command of the window and of the page shown, and runs it."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.cli import train
from explorer.views.window.command_palette import CommandPalette
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import LEFT, make_photo, pick_and_name, weights
from tests.journeys.window.test_help_journey import answer

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (50, 70), 8)


def find(window: MainWindow, words: str) -> CommandPalette:
    """Press Ctrl+K where the focus is, and type some words."""
    focused = QApplication.focusWidget() or window
    QTest.keyClick(focused, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.guides.palette
    assert palette is not None
    assert palette.isVisible()
    QTest.keyClicks(palette.search, words)
    return palette


def names(palette: CommandPalette) -> list[str]:
    return [command.name for command in palette.found]


def run(qtbot: QtBot, window: MainWindow, words: str) -> None:
    """Find a command and choose the first with Enter."""
    palette = find(window, words)
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert not palette.isVisible()
    window.activateWindow()  # as a window manager does once a popup is gone
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.wait(1)


def wait_for_result(qtbot: QtBot, window: MainWindow) -> None:
    page = window.page("filter")
    qtbot.waitUntil(lambda: page.result.pixels is not None and len(page.result.pixels) == 50)


def test_words_in_any_order_find_a_command_and_enter_runs_it(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        wait_for_result(qtbot, window)
        run(qtbot, window, "PYTHON copy")
        qtbot.waitUntil(lambda: "numpy" in QGuiApplication.clipboard().text())
        # Pages, the page's own menus, submenus, what is told by a menu and not by its entry.
        run(qtbot, window, "dataset view")
        assert window.page_name == "dataset"
        run(qtbot, window, "filter view")
        assert window.page_name == "filter"
        before = weights(window.page("filter"))
        run(qtbot, window, "transform transpose")
        assert weights(window.page("filter")) == [list(row) for row in zip(*before, strict=True)]
        run(qtbot, window, "lessons tiny cnn")
        assert window.page("filter").lesson_bar.text
        run(qtbot, window, "samples rocket")
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("rocket.jpg"))

    assert journey([str(photo)], steps) == 0


def test_what_cannot_be_done_is_listed_and_not_run(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        wait_for_result(qtbot, window)
        palette = find(window, "undo")
        (command,) = palette.found
        assert (command.name, command.keys, command.is_enabled) == ("Undo", "Ctrl+Z", False)
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
        assert palette.isVisible()
        place = palette.list.visualItemRect(palette.list.item(0)).center()
        QTest.mouseClick(palette.list.viewport(), LEFT, pos=place)
        assert palette.isVisible()
        room = palette.list.mapTo(palette, palette.list.rect().bottomLeft())
        assert palette.height() - room.y() < 12  # it is as high as what it lists
        QTest.keyClicks(palette.search, " nonsense")
        assert not palette.found
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
        QTest.keyClick(palette.search, Qt.Key.Key_Escape)
        assert not palette.isVisible()

    assert journey([str(photo)], steps) == 0


def test_arrows_choose_and_pass_over_what_cannot_be_done(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        wait_for_result(qtbot, window)
        palette = find(window, "")
        listed = names(palette)
        assert "Find a command…" not in listed
        assert len(listed) == len({(one.name, one.place) for one in palette.found})
        for _ in range(listed.index("Quit")):
            QTest.keyClick(palette.search, Qt.Key.Key_Down)
        assert palette.list.currentItem().text() == "Quit"
        QTest.keyClick(palette.search, Qt.Key.Key_Down)  # over Undo and Redo
        assert palette.list.currentItem().text() == "Copy picture"
        spoken = palette.list.currentItem().data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == "Copy picture, Edit, Ctrl+C"
        QTest.keyClick(palette.search, Qt.Key.Key_Escape)

    assert journey([str(photo)], steps) == 0


def test_escape_gives_the_focus_back_and_a_text_field_lets_the_key_through(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        wait_for_result(qtbot, window)
        panel = window.page("filter").kernel_panel
        places: list[QWidget] = [panel.editor, panel.preset, window.page("filter").result]
        places.append(panel.kernel_size.findChild(QLineEdit))
        for place in places:
            place.setFocus(Qt.FocusReason.TabFocusReason)
            focused = QApplication.focusWidget()
            assert focused is not None
            palette = find(window, "gauss")
            assert QApplication.focusWidget() is palette.search
            QTest.keyClick(palette.search, Qt.Key.Key_Escape)
            assert not palette.isVisible()
            window.activateWindow()
            qtbot.waitUntil(lambda focused=focused: QApplication.focusWidget() is focused)

    assert journey([str(photo)], steps) == 0


def test_what_was_just_typed_into_a_field_can_be_undone(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        wait_for_result(qtbot, window)
        page = window.page("filter")
        before = weights(page)
        field = page.kernel_panel.kernel_size.findChild(QLineEdit)
        field.setFocus(Qt.FocusReason.MouseFocusReason)
        field.selectAll()
        QTest.keyClicks(field, "5")
        palette = find(window, "undo")  # it counts once the field is left
        assert len(weights(page)) == 5
        assert names(palette) == ["Undo resize kernel"]
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: weights(page) == before)

    assert journey([str(photo)], steps) == 0


def test_what_a_menu_and_a_button_both_offer_is_listed_once(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    other = make_photo(tmp_path / "other.png", (20, 30), 9)

    def steps(window: MainWindow) -> None:
        qtbot.waitUntil(lambda: window.page_name == "classify")
        buttons = window.page("classify").findChildren(QPushButton)
        clear = [button for button in buttons if button.text().replace("&", "") == "Clear"]
        qtbot.waitUntil(lambda: any(button.isVisible() for button in clear))
        palette = find(window, "")
        assert names(palette).count("Save CSV, JSON…") == 1
        assert {"Add folder…", "Clear"} <= set(names(palette))
        QTest.keyClick(palette.search, Qt.Key.Key_Escape)

    assert journey([str(photo), str(other)], steps) == 0


def test_the_page_shown_comes_first_and_all_others_are_found_too(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        places: dict[str, dict[str, list[str]]] = {}
        for shown in ("filter", "classify", "dataset"):
            window.show_page(shown)
            palette = find(window, "")
            places[shown] = {}
            for command in palette.found:
                places[shown].setdefault(command.name, []).append(command.place)
            QTest.keyClick(palette.search, Qt.Key.Key_Escape)
        common = places["filter"].keys() & places["classify"].keys() & places["dataset"].keys()
        assert {"Open picture…", "Quit", "Network", "Inspector", "Webcam"} <= common
        assert places["filter"]["Max pooling"] == ["Add step"]
        assert places["classify"]["Max pooling"] == ["Filter › Add step"]
        assert places["classify"]["Open pictures…"] == ["On this page"]
        assert places["dataset"]["Open pictures…"] == ["Classify"]
        # The page's own in the menus, then its others, before those of other pages.
        assert places["filter"]["Copy figure as shown"] == ["Edit", "Network › Edit"]
        order = list(places["classify"])
        assert order.index("Clear") < order.index("Search names") < order.index("Gabor 0°")

    assert journey([str(photo)], steps) == 0


def test_a_field_of_a_page_that_was_never_shown_is_found_and_focused(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        assert "filter" not in window.pages.built
        window.show_inspector(False)
        run(qtbot, window, "stride")
        assert window.page_name == "filter"
        inspector = window.page("filter").inspector
        assert inspector.geometry_fold.is_open
        focused = QApplication.focusWidget()
        assert focused is not None
        assert inspector.geometry_panel.stride.isAncestorOf(focused)
        QTest.keyClick(focused, Qt.Key.Key_Up)
        assert window.page("filter").state.settings.convolution.geometry.stride == (2, 2)
        # It is scrolled to, too, where the inspector is longer than the screen.
        window.resize(900, 500)
        inspector.verticalScrollBar().setValue(0)
        run(qtbot, window, "offset")
        offset, seen = inspector.geometry_panel.offset, inspector.viewport()
        qtbot.waitUntil(
            lambda: seen.rect().contains(offset.mapTo(seen, offset.rect().bottomLeft()))
        )

    assert journey([str(photo), "--page", "classify"], steps) == 0


def test_a_field_belongs_to_a_step_which_is_chosen_first(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        palette = find(window, "stride pooling")
        assert [(one.name, one.is_enabled) for one in palette.found] == [("Stride", False)]
        QTest.keyClick(palette.search, Qt.Key.Key_Escape)
        run(qtbot, window, "max pooling add")
        assert not page.inspector.geometry_panel.isVisible()
        run(qtbot, window, "dilation")
        assert page.state.settings.selected == 0
        assert page.inspector.geometry_panel.dilation.isAncestorOf(QApplication.focusWidget())
        run(qtbot, window, "stride pooling")
        assert page.state.settings.selected == 1
        assert page.inspector.pooling_panel.stride.isAncestorOf(QApplication.focusWidget())

    assert journey([str(photo)], steps) == 0


def test_csv_is_found_from_anywhere(journey: Callable[..., int], qtbot: QtBot, photo: Path) -> None:
    def steps(window: MainWindow) -> None:
        wait_for_result(qtbot, window)
        palette = find(window, "csv")
        found = [(one.name, one.place, one.is_enabled) for one in palette.found]
        assert ("Save CSV, JSON…", "Classify › File", True) in found
        assert ("Table", "Kernel menu › Copy as", True) in found
        QTest.keyClick(palette.search, Qt.Key.Key_Escape)
        run(qtbot, window, "save csv")
        assert window.page_name == "classify"  # there is nothing to save, which is seen there
        palette = find(window, "save csv")
        (command,) = (one for one in palette.found if one.name == "Save CSV, JSON…")
        assert (command.place, command.is_enabled) == ("File", False)
        QTest.keyClick(palette.search, Qt.Key.Key_Escape)
        run(qtbot, window, "table copy as")
        assert window.page_name == "filter"
        written = QGuiApplication.clipboard().text()
        rows = [[float(cell) for cell in line.split("\t")] for line in written.splitlines()]
        assert rows == weights(window.page("filter"))

    assert journey([str(photo)], steps) == 0


@pytest.mark.parametrize("words", ["train", "dropout", "epochs"])
def test_how_to_train_is_found_and_the_command_copied(
    words: str, journey: Callable[..., int], qtbot: QtBot
) -> None:
    def steps(window: MainWindow) -> None:
        clipboard = QGuiApplication.clipboard()
        clipboard.clear()
        palette = find(window, words)
        for _ in range(
            names(palette).index("Train a network…")
        ):  # the page and its parts are first
            QTest.keyClick(palette.search, Qt.Key.Key_Down)
        assert palette.list.currentItem().text() == "Train a network…"

        def choose() -> None:
            QTest.keyClick(palette.search, Qt.Key.Key_Return)
            qtbot.waitUntil(lambda: clipboard.text() != "")

        said = answer(choose, "Copy command")
        assert clipboard.text() in said
        program, script, *arguments = shlex.split(clipboard.text())
        assert (program, script) == ("python", "train.py")
        config = train.parse_arguments(arguments).config
        assert config is not None
        assert config.output.name == "mine"

    assert journey([], steps) == 0


def test_a_kernel_of_the_list_and_one_of_mine_are_found(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        run(qtbot, window, "laplacian 8")
        chosen = weights(page)
        assert chosen == [[1, 1, 1], [1, -8, 1], [1, 1, 1]]
        pick_and_name(qtbot, page.kernel_panel.menu, "Save to My kernels…", "Crows & feet")
        run(qtbot, window, "transform negate")
        assert weights(page) != chosen
        window.show_page("dataset")
        run(qtbot, window, "crows")
        assert window.page_name == "filter"
        assert weights(page) == chosen

    assert journey([str(photo)], steps) == 0
