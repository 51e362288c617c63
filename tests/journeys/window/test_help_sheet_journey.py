"""F1 explains the page shown, beside it, and every key that it names is one."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt, SignalInstance
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from explorer.core.desktop.page_help import read_page_help
from explorer.core.filters.steps import Relu
from explorer.views.common.command import plain
from explorer.views.window.help_sheet import HelpSheet, describe_keys
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import make_photo
from tests.support.made_columns import made_answers, make_columns

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)

START_LIMIT_MS = 60_000
NO_KEY_OF_OURS = "F7"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (50, 70), 8)


def press(keys: str) -> None:
    """Press a key where the focus is."""
    combination = QKeySequence.fromString(keys)[0]
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, combination.key(), combination.keyboardModifiers())


def open_sheet(window: MainWindow, qtbot: QtBot) -> HelpSheet:
    press("F1")
    sheet = window.guides.sheet
    assert sheet is not None
    qtbot.waitUntil(sheet.isActiveWindow)
    return sheet


def give_focus(widget: QWidget, qtbot: QtBot) -> None:
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)


# The sheet.


def test_it_opens_beside_the_page_and_escape_or_f1_close_it_where_the_focus_was(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        editor = window.page("filter").kernel_panel.editor
        entry = next(one for one in window.findChildren(QAction) if "Explain" in one.text())
        for key in ("Esc", "F1"):
            give_focus(editor, qtbot)
            sheet = open_sheet(window, qtbot)
            assert not sheet.isModal()
            assert entry.isChecked()
            assert "See what a kernel does to a picture" in sheet.browser.toPlainText()
            assert sheet.browser.verticalScrollBar().value() == 0
            press(key)
            assert not sheet.isVisible()
            assert not entry.isChecked()
            qtbot.waitUntil(window.isActiveWindow)
            assert QApplication.focusWidget() is editor
        # With the keyboard in the window: the same keys, unless the page has a use for them.
        for key in ("Esc", "F1"):
            sheet = open_sheet(window, qtbot)
            window.activateWindow()
            qtbot.waitUntil(window.isActiveWindow)
            press("F2")
            press("Esc")  # ends the typing of a weight
            assert sheet.isVisible()
            press(key)
            assert not sheet.isVisible()

    assert journey([str(photo)], steps) == 0


def test_it_follows_the_page_and_the_windows_keys_go_on_working(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        sheet = open_sheet(window, qtbot)
        press("End")
        assert sheet.browser.verticalScrollBar().value() > 0
        press("Ctrl+4")
        assert window.page_name == "classify"
        assert "Classify pictures with the current model" in sheet.browser.toPlainText()
        assert sheet.windowTitle().startswith("Classify")
        assert sheet.browser.verticalScrollBar().value() == 0
        assert sheet.isActiveWindow()
        press("F9")
        assert not window.is_inspector_shown
        press("Esc")
        window.show_page("dataset")  # unseen, it follows as soon as it is opened
        qtbot.waitUntil(window.isActiveWindow)
        give_focus(window.page("dataset").empty.button, qtbot)
        assert (
            "Browse a folder of labelled pictures"
            in open_sheet(window, qtbot).browser.toPlainText()
        )

    assert journey([str(photo)], steps) == 0


def shortcuts_told(sheet: HelpSheet) -> list[tuple[str, str]]:
    """Return the last table: the names and keys of what stands in the menus."""
    lines = sheet.browser.toPlainText().partition("In the menus\n")[2].splitlines()
    return list(zip(lines[1::2], lines[0::2], strict=True))


def shortcuts_there(menus: Sequence[QMenu]) -> list[tuple[str, str]]:
    """Return the menus' own, without those that can never do anything on the page."""
    actions = dict.fromkeys(action for menu in menus for action in menu.actions())
    return [
        (plain(action.text()), action.shortcut().toString())
        for action in actions
        if action.shortcut().toString() and action.text() not in ("&Save…", "&Copy")
    ]


def test_what_is_selected_in_it_is_what_is_copied(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        clipboard = QGuiApplication.clipboard()
        qtbot.waitUntil(lambda: window.page("filter").result.pixels is not None)
        sheet = open_sheet(window, qtbot)
        assert sheet.browser.find("Try first")
        press("Ctrl+C")
        assert clipboard.text() == "Try first"
        sheet.browser.moveCursor(QTextCursor.MoveOperation.Start)  # nothing is selected
        press("Ctrl+C")
        assert clipboard.mimeData().hasImage()  # the page's own, as without the sheet

    assert journey([str(photo)], steps) == 0


def test_the_shortcuts_are_those_of_the_menus_of_that_page(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        menus = [action.menu() for action in window.menuBar().actions()]
        sheet = open_sheet(window, qtbot)
        told = {}
        for page in ("filter", "classify", "dataset"):
            window.show_page(page)
            told[page] = shortcuts_told(sheet)
            assert told[page] == shortcuts_there(menus)
            assert ("Explain this page", "F1") in told[page]
            assert ("Find a command…", "Ctrl+K") in told[page]
        assert ("Save picture…", "Ctrl+S") in told["filter"]
        assert ("Save CSV, JSON…", "Ctrl+S") in told["classify"]
        assert "Ctrl+S" not in dict(told["dataset"]).values()  # nothing can be saved there

    assert journey([str(photo)], steps) == 0


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("Left", "Right", "Up", "Down"), "Arrow keys"),
        (("Shift+Left", "Shift+Right", "Shift+Up", "Shift+Down"), "Shift+Arrow keys"),
        (("Left", "Right", "Up", "Shift+Down"), "Left, Right, Up, Shift+Down"),
        (("Alt+Left", "Alt+Right"), "Alt+Left, Alt+Right"),
        (("+", "-"), "+, −"),
    ],
)
def test_keys_are_said_as_a_person_reads_them(qapp, keys: tuple[str, ...], said: str):
    assert describe_keys(keys) == said


# Every key that a text names.


class Trial(QObject):
    """Presses keys and sees whether anything had a use for them.

    A key that nothing on the page takes comes up to the window. Some come up after they have acted,
    as Enter does: then the focus has moved, or a signal of the page has told of it.
    """

    def __init__(self, window: MainWindow, qtbot: QtBot, signals: Sequence[SignalInstance]) -> None:
        super().__init__(window)
        self._qtbot = qtbot
        self._left: list[int] = []
        self._told: list[object] = []
        window.installEventFilter(self)
        for signal in signals:
            signal.connect(self._told.append)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._left.append(event.key())
        return False

    def acts(self, place: QWidget, keys: str) -> bool:
        if isinstance(place, QAbstractItemView) and len(keys) == 1:
            return False  # lists take every letter, as the beginning of a name
        give_focus(place, self._qtbot)
        focused = QApplication.focusWidget()
        assert focused in (place, place.focusProxy())
        self._left.clear()
        self._told.clear()
        press(keys)
        is_taken = QKeySequence.fromString(keys)[0].key() not in self._left
        return is_taken or bool(self._told) or QApplication.focusWidget() is not focused


def try_keys(
    window: MainWindow,
    page: str,
    places: dict[str, Callable[[], QWidget]],
    qtbot: QtBot,
    *signals: SignalInstance,
) -> None:
    """Press every key that the page's text names, at the place that it names."""
    trial, groups = Trial(window, qtbot, signals), read_page_help(page).groups
    assert {group.where for group in groups} == set(places)
    for group in groups:
        place = places[group.where]
        assert not trial.acts(place(), NO_KEY_OF_OURS)
        for keys in (keys for row in group.rows for keys in row.keys):
            for spelt in (keys, "Return") if keys == "Enter" else (keys,):
                assert trial.acts(place(), spelt), f"{group.where}: {spelt}"


def test_every_key_told_of_the_filter_page_is_one(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        qtbot.waitUntil(lambda: page.result.pixels is not None and len(page.result.pixels) == 50)
        for _ in range(4):
            page.strip.add_button.step_added.emit(Relu())

        def picture_with_pin() -> QWidget:  # which Esc is for
            if not page.arithmetic.unpin_button.isEnabled():
                give_focus(page.result, qtbot)
                press("Return")
            return page.result

        places = {
            "On a picture": picture_with_pin,
            "On the kernel": lambda: page.kernel_panel.editor,
            "On the steps": lambda: page.strip.cards[-1],
        }
        page.strip.step_selected.emit(0)
        try_keys(window, "filter", places, qtbot)
        assert len(page.strip.cards) == 3  # two of them removed, as the text says

    assert journey([str(photo)], steps) == 0


def test_every_key_told_of_the_network_page_is_one(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("network")
        qtbot.waitUntil(lambda: page.maps.grid.mosaic is not None, timeout=START_LIMIT_MS)

        def view_of(part: str) -> QWidget:
            page.show_part(part)
            ready = page.part.can_edit if part == "operate" else True
            qtbot.waitUntil(lambda: ready or page.part.can_edit, timeout=START_LIMIT_MS)
            views = {"maps": "grid", "value": "map", "weights": "grid", "operate": "after"}
            view = getattr(page.part, views[part])
            return view.view if views[part] == "grid" else view

        def covered_picture() -> QWidget:
            page.show_part("why")
            qtbot.waitUntil(lambda: page.part.has_maps, timeout=START_LIMIT_MS)
            if not page.part.has_occluder:
                page.part.toggle_occluder()
            return page.part.columns[0].view

        def compared_map() -> QWidget:
            page.show_part("compare")
            return page.part.left.grid.view

        def graph_view() -> QWidget:
            page.show_part("architecture")
            qtbot.waitUntil(page.part.graph.isVisible)
            return page.part.graph

        places = {
            "In the list of layers": lambda: page.table,
            "On the feature maps": lambda: view_of("maps"),
            "On “Value”": lambda: view_of("value"),
            "On “Weights”": lambda: view_of("weights"),
            "On “Why”, with the occluder on": covered_picture,
            "On “Operate”": lambda: view_of("operate"),
            "On “Compare”": compared_map,
            "On “Graph”": graph_view,
        }
        try_keys(window, "network", places, qtbot)

    assert journey([str(photo), "--page", "network"], steps) == 0


def test_every_key_told_of_the_classify_page_is_one(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    other = make_photo(tmp_path / "other.png", (20, 30), 9)

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        qtbot.waitUntil(lambda: page.table.model().rowCount() == 2)
        page.table.choose_row(0)

        def table() -> QWidget:
            page.show_table()
            return page.table

        def photo_of_a_row() -> QWidget:
            page.show_chosen()
            return page.card.view

        places = {"In the table": table, "On the photo": photo_of_a_row}
        try_keys(window, "classify", places, qtbot, page.picture_wanted)

    assert journey([str(photo), str(other)], steps) == 0


def test_every_key_told_of_the_dataset_page_is_one(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for number in range(3):
            make_photo(tmp_path / "pets" / label / f"{number}.png", (8, 8), number)

    def steps(window: MainWindow) -> None:
        page = window.page("dataset")
        qtbot.waitUntil(lambda: page.grid.model().rowCount() == 6)
        labels = [0, 0, 0, 1, 1, 1]
        page.state.set_columns(make_columns(labels, made_answers(np.array(labels), 2)))

        page.state.set_embedding(np.eye(6, 3, dtype=np.float32) + 0.1)

        def selected() -> QWidget:
            window.show_page("dataset")
            page.state.clear_pick()
            page.state.select(np.array([2]), 2)
            return page.tabs  # the grid is a list, and those take letters

        def points() -> QWidget:
            page.show_part("map")
            qtbot.waitUntil(page.part.map.isVisible, timeout=20_000)
            page.part.map.show_points(np.arange(12, dtype=np.float32).reshape(6, 2))
            # In place of what says that nothing was classified.
            page.part.map.parentWidget().setCurrentWidget(page.part.map)
            page.part.map.zoom(1.5)
            return page.part.map

        def matrix() -> QWidget:
            page.show_part("evaluation")
            qtbot.waitUntil(lambda: page.part.has_figures)
            page.part.matrix.mark_cell((0, 0))
            return page.part.matrix

        def health_of_a_picture() -> QWidget:
            if labels_to_choose := QApplication.activePopupWidget():
                labels_to_choose.close()
            page.show_part("health")
            page.state.select(np.array([0]), 0)
            return page.tabs  # the pictures take every letter, as the beginning of a name

        places = {
            "In the pictures": lambda: page.grid,
            "With a picture selected": selected,
            "In the search field": lambda: page.pictures.search,
            "On the map": points,
            "In the facets": lambda: page.pictures.facets.views["label"].list,
            "In Evaluation": matrix,
            "In Health": health_of_a_picture,
        }
        try_keys(window, "dataset", places, qtbot)

    assert journey([str(tmp_path / "pets"), "--page", "dataset"], steps) == 0
