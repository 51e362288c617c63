"""Closing a notice brings the focus back to where it was."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.state.shared.notices import Notice
from explorer.views.common.controls.focus_ring import FocusRing
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.window import notice_bar
from explorer.views.window.notice_bar import NoticeBar

LEFT = Qt.MouseButton.LeftButton


class Bench:
    """A notice over a picture and a field, as in the window."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        self.bar = NoticeBar(self.window)
        self.view, self.field = PictureView("Picture"), QLineEdit()
        layout = QVBoxLayout(self.window)
        for widget in (self.view, self.field):
            layout.addWidget(widget)
        self.window.resize(500, 400)
        qtbot.addWidget(self.window)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.done: list[str] = []
        notice = Notice("Deleted.", action_text="Undo", action=lambda: self.done.append("undone"))
        self.bar.show_notice(notice)

    @property
    def close(self) -> QToolButton:
        return next(one for one in self.bar.findChildren(QToolButton))

    @property
    def sentence(self) -> QLabel:
        return next(one for one in self.bar.findChildren(QLabel) if one.text() == "Deleted.")

    @property
    def is_ringed(self) -> bool:
        return self.view.findChild(FocusRing).isVisible()


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot)
    yield made
    made.window.close()


@pytest.mark.parametrize("pressed", ["close", "action_button"])
def test_the_mouse_closes_and_the_focus_stays(bench: Bench, pressed: str):
    bench.field.setFocus()
    button = bench.close if pressed == "close" else bench.bar.action_button
    QTest.mouseClick(button, LEFT)
    assert bench.bar.isHidden()
    assert bench.field.hasFocus()
    assert bench.done == (["undone"] if pressed == "action_button" else [])


@pytest.mark.parametrize("pressed", ["close", "action_button", "sentence"])
def test_no_ring_appears_that_was_not_there(bench: Bench, pressed: str):
    QTest.mouseClick(bench.view.canvas, LEFT)
    assert bench.view.hasFocus()
    if pressed == "sentence":  # to select and copy it
        QTest.mouseClick(bench.sentence, LEFT)
        assert bench.sentence.hasFocus()
        QTest.mouseClick(bench.close, LEFT)
    else:
        button = bench.close if pressed == "close" else bench.bar.action_button
        QTest.mouseClick(button, LEFT)
    assert bench.bar.isHidden()
    assert bench.view.hasFocus()
    assert not bench.is_ringed


def test_where_nothing_had_the_focus_nothing_gets_it(bench: Bench):
    bench.window.setFocus()
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()
    QTest.mouseClick(bench.bar.action_button, LEFT)
    assert bench.bar.isHidden()
    assert not bench.view.hasFocus()
    assert not bench.is_ringed


def test_the_keyboard_sees_where_it_comes_back_to(bench: Bench):
    bench.view.setFocus(Qt.FocusReason.TabFocusReason)
    while not bench.close.hasFocus():
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert not bench.is_ringed
    QTest.keyClick(bench.close, Qt.Key.Key_Space)
    assert bench.bar.isHidden()
    assert bench.view.hasFocus()
    assert bench.is_ringed


def test_what_is_gone_gets_no_focus(bench: Bench, qtbot: QtBot):
    bench.field.setFocus()
    bench.bar.action_button.setFocus()
    bench.field.hide()
    QTest.mouseClick(bench.close, LEFT)
    assert bench.bar.isHidden()
    assert not bench.view.hasFocus()


def test_what_holds_no_more_is_withdrawn(bench: Bench):
    bench.field.setFocus()
    bench.bar.show_notice(Notice("“a.jpg” was not opened.", topic="picture"))
    bench.close.setFocus()
    bench.bar.withdraw("dataset")
    assert bench.bar.text == "“a.jpg” was not opened."
    bench.bar.withdraw("picture")
    assert bench.bar.text == ""
    assert bench.field.hasFocus()
    bench.bar.show_notice(Notice("Saved."))
    bench.bar.withdraw("picture")
    assert bench.bar.text == "Saved."


def test_a_notice_of_one_page_is_seen_there_alone(bench: Bench):
    bench.bar.set_page("network")
    bench.bar.show_notice(Notice("Draw on the kernel.", page="filter"))
    assert bench.bar.text == ""
    bench.bar.set_page("filter")
    assert bench.bar.text == "Draw on the kernel."
    bench.bar.set_page("dataset")
    assert bench.bar.text == ""
    bench.bar.show_notice(Notice("“a” was not opened."))
    assert bench.bar.text == "“a” was not opened."


def test_nothing_moves_when_it_comes_and_goes(bench: Bench):
    places = [bench.view.geometry(), bench.field.geometry()]
    assert bench.window.rect().contains(bench.bar.geometry())
    bench.bar.show_notice(Notice("“a.jpg” was not opened: " + "it is no picture. " * 12))
    text = bench.bar.findChildren(QLabel)[1]
    assert text.height() >= text.heightForWidth(text.width())
    assert bench.window.rect().contains(bench.bar.geometry())
    QTest.mouseClick(bench.close, LEFT)
    assert [bench.view.geometry(), bench.field.geometry()] == places


def test_it_leaves_by_itself_once_it_has_been_read(
    bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(notice_bar, "HINT_S", 0.02)
    monkeypatch.setattr(notice_bar, "WARNING_S", 0.04)
    for notice in (Notice("Saved.", is_warning=False), Notice("It was not opened.")):
        bench.bar.show_notice(notice)
        assert bench.bar.text == notice.sentence
        qtbot.waitUntil(lambda: bench.bar.text == "")
    timer = bench.bar.findChild(QTimer)
    bench.bar.show_notice(Notice("Nothing will be remembered.", topic="program"))
    assert not timer.isActive()
    bench.bar.show_notice(Notice("Deleted.", action_text="Undo", action=lambda: None))
    bench.close.setFocus()  # a hand is on its way
    with qtbot.waitSignal(timer.timeout):
        pass
    assert bench.bar.text == "Deleted."
    bench.field.setFocus()
    qtbot.waitUntil(lambda: bench.bar.text == "")


def test_its_time_runs_only_where_it_is_seen(
    bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(notice_bar, "WARNING_S", 0.02)
    bench.bar.set_page("network")
    bench.bar.show_notice(Notice("Draw on the kernel.", page="filter"))
    assert not bench.bar.findChild(QTimer).isActive()
    bench.bar.set_page("filter")
    assert bench.bar.text == "Draw on the kernel."
    qtbot.waitUntil(lambda: bench.bar.text == "")
