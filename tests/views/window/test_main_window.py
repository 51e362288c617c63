"""The window by itself: where pictures come from, what a drag promises, the inspectors."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QPalette,
    QUndoCommand,
    QUndoStack,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.state.shared.notices import Notices
from explorer.state.shared.recent_files import RecentFiles
from explorer.views.common.command import Command
from explorer.views.common.command_action import CommandButton
from explorer.views.common.inspector import Inspector
from explorer.views.common.page import Page
from explorer.views.window.drop_hint import DropHint
from explorer.views.window.drop_payload import DropPayload
from explorer.views.window.main_window import MainWindow
from explorer.views.window.picture_menu import PictureMenu
from tests.support.windows import make_window

# Menus that pop up try to, where there is no real screen.
pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)

SAMPLES = (Path("/samples/chelsea.png"), Path("/samples/rocket.jpg"))


class WithInspector(Page):
    """A page with an inspector, and something that can be undone."""

    def __init__(self) -> None:
        super().__init__()
        self.undo_stack = QUndoStack(self)
        self.inspector = Inspector()
        QHBoxLayout(self).addWidget(self.inspector)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = make_window(dataset=Page, filter=WithInspector, network=WithInspector)
    qtbot.addWidget(made)
    made.show_page("filter")
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


@pytest.fixture
def carried(window: MainWindow) -> list[DropPayload]:
    found: list[DropPayload] = []
    window.payload_received.connect(found.append)
    return found


def action_of(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if text in action.text().replace("&", ""))


def choose(menu: QMenu, text: str) -> None:
    """Choose from a menu with the keyboard, as a person would."""
    menu.popup(QPoint(20, 20))
    menu.setActiveAction(action_of(menu, text))
    QTest.keyClick(menu, Qt.Key.Key_Return)
    menu.hide()


def test_the_first_window_fits_on_the_screen_with_its_frame(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    # As on a real screen: the one that tests have is smaller than the window would like to be.
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    made = make_window(filter=Page)
    qtbot.addWidget(made)
    made.show_page("filter")
    made.show()
    room = made.screen().availableGeometry()
    assert room.width() < 1280
    assert made.width() < room.width()
    assert made.height() < room.height() - 30  # there is a title above it
    made.close()


# The Picture menu.


def test_the_menu_opens_by_keyboard_between_its_neighbours(window: MainWindow):
    titles = [action.text().replace("&", "") for action in window.menuBar().actions()]
    assert titles == ["File", "Edit", "View", "Picture", "Model", "Help"]
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    menu = window.picture_menu
    assert menu.isVisible()
    texts = [action.text().replace("&", "") for action in menu.actions() if action.isVisible()]
    assert [text for text in texts if text] == [
        "Open picture…",
        "Paste picture",
        "Samples",
        "Recent",
        "Webcam",
    ]
    menu.hide()


def test_open_and_paste_have_one_shortcut_each(window: MainWindow, carried: list[DropPayload]):
    QGuiApplication.clipboard().setText("[[1, 2]]")
    QTest.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [each.text for each in carried] == ["[[1, 2]]"]
    choose(window.picture_menu, "Paste picture")
    assert [each.text for each in carried] == ["[[1, 2]]"] * 2


def test_samples_are_carried_in(window: MainWindow, carried: list[DropPayload]):
    menu = window.picture_menu
    assert not menu.samples_menu.menuAction().isEnabled()
    menu.set_samples(SAMPLES)
    choose(menu.samples_menu, "Rocket")
    assert [each.paths for each in carried] == [(SAMPLES[1],)]


def test_recent_files_are_carried_in_and_cleared(window: MainWindow, carried: list[DropPayload]):
    menu = window.picture_menu
    files = [Path("/photos/cats & dogs.jpg"), Path(f"/photos/{'n' * 90}.png")]
    menu.set_recent(files)
    texts = [action.text() for action in menu.recent_menu.actions()]
    assert texts[0] == "&1  cats && dogs.jpg"
    assert texts[1].startswith("&2  nnn")
    assert texts[1].endswith("n.png")
    assert len(texts[1]) < 60
    assert menu.recent_menu.actions()[1].toolTip() == str(files[1])
    choose(menu.recent_menu, "cats")
    assert [each.paths for each in carried] == [(files[0],)]
    cleared = []
    menu.recent_clear_wanted.connect(lambda: cleared.append(1))
    choose(menu.recent_menu, "Clear")
    assert cleared == [1]
    menu.set_recent([])
    assert menu.recent_menu.isEmpty()
    assert not menu.recent_menu.menuAction().isEnabled()


def test_with_the_state_of_recent_files_a_choice_may_change_the_menu(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
):
    pool = TaskPool()
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    recent = RecentFiles(settings, pool, Notices())
    menu = window.picture_menu
    recent.changed.connect(lambda: menu.set_recent(recent.paths))
    menu.recent_wanted.connect(recent.refresh)
    menu.recent_clear_wanted.connect(recent.clear)
    menu.file_wanted.connect(recent.add)
    for name in ("a", "b", "c"):
        (tmp_path / name).touch()
        recent.add(tmp_path / name)
    (tmp_path / "b").unlink()

    def names() -> list[str]:
        return [action.text() for action in menu.recent_menu.actions()]

    assert names() == ["&1  c", "&2  b", "&3  a", "", "&Clear"]
    menu.popup(QPoint(20, 20))  # the missing one vanishes under the hand
    qtbot.waitUntil(lambda: names() == ["&1  c", "&2  a", "", "&Clear"])
    menu.hide()
    choose(menu.recent_menu, "a")
    assert names() == ["&1  a", "&2  c", "", "&Clear"]
    choose(menu.recent_menu, "Clear")
    assert names() == []
    pool.close()


def test_the_webcam_is_switched_by_a_check_mark(window: MainWindow):
    menu = window.picture_menu
    wanted = []
    menu.webcam_wanted.connect(wanted.append)
    choose(menu, "Webcam")
    assert not menu.webcam_action.isChecked()  # it is wanted, and not on yet
    menu.set_webcam_on(True)
    assert menu.webcam_action.isChecked()
    choose(menu, "Webcam")
    assert wanted == [True, False]
    assert menu.webcam_action.isChecked()
    menu.set_webcam_on(False)
    assert not menu.webcam_action.isChecked()


def test_a_camera_is_chosen_where_there_are_several(window: MainWindow):
    menu = window.picture_menu
    entry = menu.cameras_menu.menuAction()
    assert not entry.isVisible()
    menu.set_cameras([(0, "only one")], 0)
    assert not entry.isVisible()
    menu.set_cameras([(0, "front"), (2, "back")], 2)
    assert entry.isVisible()
    assert [action.isChecked() for action in menu.cameras_menu.actions()] == [False, True]
    wanted = []
    menu.camera_wanted.connect(wanted.append)
    choose(menu.cameras_menu, "front")
    assert wanted == [0]
    assert [action.isChecked() for action in menu.cameras_menu.actions()] == [False, True]
    menu.camera_wanted.connect(lambda number: menu.set_cameras([(0, "front"), (2, "back")], number))
    choose(menu.cameras_menu, "front")  # the menu is filled anew while it is chosen from
    assert [action.isChecked() for action in menu.cameras_menu.actions()] == [True, False]


def test_the_menu_needs_no_window(qtbot: QtBot):
    menu = PictureMenu(QAction("Open"), QAction("Paste"))
    qtbot.addWidget(menu)
    menu.set_samples(SAMPLES)
    assert [action.text() for action in menu.samples_menu.actions()] == ["Chelsea", "Rocket"]


# Dragging.


def enter(window: MainWindow, mime: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(
        QPoint(300, 300),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, event)
    return event


def file_mime(name: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(f"/photos/{name}")])
    return mime


def test_who_reads_models_is_told_while_one_is_dragged(window: MainWindow):
    told: list[str] = []
    window.model_expected.connect(lambda: told.append("a model"))
    for name in ("cat.jpg", "kernel.npy", "folder"):
        enter(window, file_mime(name))
    assert told == []
    for name in ("dog.onnx", "dog.keras", "dog.tflite"):
        enter(window, file_mime(name))
    assert told == ["a model"] * 3


def test_a_drag_stands_over_the_page_until_it_leaves_or_is_let_go(
    window: MainWindow, carried: list[DropPayload]
):
    hint = window.findChild(DropHint)
    assert hint.sentence == ""
    mime = file_mime("cat.jpg")
    assert enter(window, mime).isAccepted()
    assert hint.sentence == "Drop to open “cat.jpg”."
    assert hint.isVisible()
    assert hint.rect() == window.centralWidget().rect()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert hint.sentence == ""
    assert carried == []
    enter(window, mime)
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, event)
    assert hint.sentence == ""
    assert [each.paths for each in carried] == [(Path("/photos/cat.jpg"),)]


def test_what_it_says_follows_the_page_and_it_covers_a_window_that_grows(window: MainWindow):
    window.show_page("dataset")
    mime = file_mime("pets")
    enter(window, mime)
    hint = window.findChild(DropHint)
    assert hint.sentence == "Drop to open “pets” as a dataset."
    window.resize(900, 900)
    assert hint.rect() == window.centralWidget().rect()


def test_a_drag_of_nothing_is_not_accepted(window: MainWindow):
    mime = QMimeData()
    assert not enter(window, mime).isAccepted()
    assert window.findChild(DropHint).sentence == ""


@pytest.mark.parametrize("window_color", [Qt.GlobalColor.white, Qt.GlobalColor.black])
def test_the_hint_is_seen_on_light_and_dark(
    window_color: Qt.GlobalColor, window: MainWindow, qtbot: QtBot
):
    palette = window.palette()
    palette.setColor(QPalette.ColorRole.Window, window_color)
    window.setPalette(palette)
    before = window.grab().toImage()
    mime = file_mime("cat.jpg")
    enter(window, mime)
    hint = window.findChild(DropHint)
    image = window.grab().toImage()
    middle = hint.mapTo(window, hint.rect().center())
    accent = hint.palette().color(QPalette.ColorRole.Highlight)
    row = [image.pixelColor(x, middle.y()) for x in range(image.width())]
    assert sum(color == accent for color in row) > 40  # the label, under and beside its text
    assert before != image


# Inspectors.


def test_the_inspector_is_shown_or_hidden_on_every_page(window: MainWindow):
    told = []
    window.inspector_toggled.connect(lambda: told.append(window.is_inspector_shown))
    QTest.keyClick(window, Qt.Key.Key_F9)
    assert not window.page("filter").inspector.isVisible()
    window.show_page("network")  # built now
    assert not window.page("network").inspector.isVisible()
    window.show_page("dataset")  # has none
    QTest.keyClick(window, Qt.Key.Key_F9)
    for name in ("filter", "network"):
        window.show_page(name)
        assert window.page(name).inspector.isVisible()
    window.show_inspector(True)
    assert told == [False, True]


def test_the_view_menu_shows_whether_it_is(window: MainWindow):
    action = next(a for a in window.findChildren(QAction) if a.text() == "&Inspector")
    assert action.isChecked()
    window.show_inspector(False)
    assert not action.isChecked()
    action.trigger()
    assert window.is_inspector_shown
    assert action.isChecked()


# What the pages have in the menus.


class PageWithExports(WithInspector):
    """A page that saves, while there is something to save."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.can_save = False
        self.declare(
            [
                Command(
                    "save",
                    "&Save thing…",
                    lambda page: page.done.append("save"),
                    keys="Ctrl+S",
                    menu=("File", 20),
                    is_enabled=lambda page: page.can_save,
                    tip="Keep the thing",
                )
            ]
        )


def texts(window: MainWindow, title: str) -> list[str]:
    menus = [action.menu() for action in window.menuBar().actions()]
    (menu,) = (one for one in menus if one.title().replace("&", "") == title)
    return [action.text().replace("&", "") or "—" for action in menu.actions()]


def test_a_pages_command_is_one_action_in_menu_button_and_shortcut(qtbot: QtBot):
    window = make_window(dataset=Page, filter=PageWithExports)
    qtbot.addWidget(window)
    window.show_page("dataset")
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    opening = ["Open picture…", "Open dataset folder…", "Open model…", "Open model folder…", "—"]
    assert texts(window, "File") == [*opening, "Save…", "—", "Quit"]
    window.show_page("filter")
    assert texts(window, "File") == [*opening, "Save thing…", "—", "Quit"]
    page = window.page("filter")
    button = CommandButton(page.action("save"))
    button.show()
    assert (button.text(), button.toolTip()) == ("Save thing…", "Keep the thing")
    press_save(window)
    assert not button.isEnabled()
    assert page.done == []
    page.can_save = True
    page.commands_changed.emit()
    press_save(window)
    assert page.done == ["save"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert page.done == ["save", "save"]
    window.show_page("dataset")
    press_save(window)
    assert page.done == ["save", "save"]
    window.close()


def press_save(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)


def test_undo_is_that_of_the_page_shown(window: MainWindow):
    network = window.page("network")
    window.page("filter").undo_stack.push(QUndoCommand("on the filter page"))
    network.undo_stack.push(QUndoCommand("on the network page"))
    assert texts(window, "Edit")[0] == "Undo on the filter page"
    window.show_page("network")
    assert texts(window, "Edit")[0] == "Undo on the network page"
    undo = (window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    window.show_page("dataset")  # which has nothing to undo
    QTest.keyClick(*undo)
    assert window.page_name == "dataset"
    assert network.undo_stack.index() == 1
    window.show_page("network")
    QTest.keyClick(*undo)
    assert network.undo_stack.index() == 0
    assert window.page("filter").undo_stack.index() == 1
