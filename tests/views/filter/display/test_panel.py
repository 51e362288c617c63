"""The display, its range, and the share outside: shown as told, and told as wished."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit

from explorer.core.filters.display import COLOR_NOTE, DISPLAYS, histogram, show
from explorer.views.filter.display.panel import DisplayPanel, describe_clipping

RESPONSE = np.linspace(-400, 400, 3200, dtype=np.float32).reshape(40, 80)
COUNTS = histogram(RESPONSE)


def put(panel, display, fixed=None, *, effective=None, response=RESPONSE) -> None:
    drawn = display or effective
    panel.show_display(display, drawn, fixed, show(response, drawn, fixed), COUNTS)


@pytest.fixture
def panel(qtbot):
    panel = DisplayPanel()
    qtbot.addWidget(panel)
    panel.setFixedWidth(288)
    put(panel, None, effective="offset")
    panel.show()
    panel.activateWindow()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def told(panel):
    wishes = []
    panel.display_chosen.connect(lambda display: wishes.append(("display", display)))
    panel.range_changed.connect(lambda range: wishes.append(("range", range)))
    panel.edit_ended.connect(lambda: wishes.append("end"))
    return wishes


def test_it_shows_what_it_is_told(panel, told):
    assert panel.choice.currentText() == "Automatic: mid-grey = 0"
    assert panel.automatic.isChecked()
    assert (panel.low.text(), panel.high.text()) == ("−400", "400")
    assert panel.clipping.text == "No values are clipped."
    put(panel, "clip", (-20.0, 130.0))
    assert panel.choice.currentText() == "Clip: 0 to 255"
    assert panel.fixed.isChecked()
    assert not panel.automatic.isChecked()
    assert panel.histogram.ends == (-20, 130)
    assert (panel.low.text(), panel.high.text()) == ("−20", "130")
    put(panel, "stretch")
    assert panel.automatic.isChecked()
    assert panel.clipping.text == "No values are clipped."
    assert told == []


def test_each_display_can_be_chosen(panel, told):
    for place in range(1 + len(DISPLAYS)):
        panel.choice.setCurrentIndex(place)
        panel.choice.activated.emit(place)
    assert told == [("display", display) for display in (None, *DISPLAYS)]


def test_a_display_is_chosen_with_the_keyboard(qtbot, panel, told):
    panel.choice.setFocus()
    qtbot.keyClick(panel.choice, Qt.Key.Key_Down)
    qtbot.keyClick(panel.choice, Qt.Key.Key_Down)
    assert told == [("display", "clip"), ("display", "abs")]


def test_fixing_the_range_keeps_it_and_automatic_lets_it_go(qtbot, panel, told):
    qtbot.mouseClick(panel.fixed, Qt.MouseButton.LeftButton, pos=QPoint(8, 14))
    assert told == [("range", (-400.0, 400.0)), "end"]
    put(panel, None, (-400.0, 400.0), effective="offset")
    told.clear()
    qtbot.mouseClick(panel.automatic, Qt.MouseButton.LeftButton, pos=QPoint(8, 14))
    assert told == [("range", None), "end"]


def test_dragging_an_end_tells_on_the_way_and_ends_once(qtbot, panel, told):
    ends = panel.histogram
    panel.range_changed.connect(lambda fixed: put(panel, None, fixed, effective="offset"))
    places = [QPoint(round(ends.position_of(value)), 30) for value in (400, 200, 150)]
    qtbot.mousePress(ends, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        qtbot.mouseMove(ends, place)
    assert panel.fixed.isChecked()
    qtbot.mouseRelease(ends, Qt.MouseButton.LeftButton, pos=places[-1])
    assert told.count("end") == 1
    assert told[-1] == "end"
    ranges = [wish[1] for wish in told[:-1]]
    assert [low for low, _ in ranges] == [-400, -400]
    assert [high for _, high in ranges] == pytest.approx([200, 150], abs=4)


def test_a_typed_end_is_taken_in_order(qtbot, panel, told):
    panel.low.setFocus()
    qtbot.keyClicks(panel.low, "-50")
    qtbot.keyClick(panel.low, Qt.Key.Key_Return)
    assert told == [("range", (-50.0, 400.0)), "end"]
    told.clear()
    panel.high.setFocus()
    qtbot.keyClicks(panel.high, "-500")
    qtbot.keyClick(panel.high, Qt.Key.Key_Return)
    assert told == [("range", (-500.0, -400.0)), "end"]
    told.clear()
    qtbot.keyClick(panel.high, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(panel.high, "-400")
    qtbot.keyClick(panel.high, Qt.Key.Key_Return)
    assert told == []  # both ends alike would draw nothing


def test_the_diverging_range_is_alike_on_both_sides(qtbot, panel, told):
    put(panel, "diverging")
    assert (panel.low.text(), panel.high.text()) == ("−400", "400")
    panel.high.setFocus()
    qtbot.keyClicks(panel.high, "90")
    qtbot.keyClick(panel.high, Qt.Key.Key_Return)
    assert told == [("range", (-90.0, 90.0)), "end"]
    told.clear()
    panel.histogram.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(panel.histogram, Qt.Key.Key_Right)
    (_, (low, high)), ended = told
    assert (ended, low) == ("end", -high)
    assert high < 400


def test_the_ends_are_named_by_their_colours(panel):
    def words() -> list[str]:
        return [label.text() for label in panel.findChildren(QLabel)]

    assert {"black", "white"} <= set(words())
    put(panel, "diverging")
    assert {"blue", "orange"} <= set(words())
    put(panel, "diverging", response=np.dstack([RESPONSE] * 3))
    assert {"black", "white"} <= set(words())
    assert panel.note.text() == COLOR_NOTE
    put(panel, "offset")
    assert panel.note.isHidden()


def test_showing_the_same_again_draws_nothing(qtbot, panel):
    painted = []
    panel.histogram.paintEvent = lambda event: painted.append(event)
    shown = show(RESPONSE, "clip")
    for _ in range(3):
        panel.show_display("clip", "clip", None, shown, COUNTS)
        qtbot.wait(20)
    assert len(painted) == 1


def test_a_missing_histogram_is_no_trouble(panel):
    panel.show_display("clip", "clip", None, show(RESPONSE, "clip"), None)
    assert not panel.grab().isNull()
    assert panel.histogram.ends == (0, 255)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "No values are clipped."),
        (1e-9, "Less than 0.1\u00a0% of the values are clipped."),
        (0.0006, "0.1\u00a0% of the values are clipped."),
        (0.124, "12.4\u00a0% of the values are clipped."),
        (1.0, "100.0\u00a0% of the values are clipped."),
    ],
)
def test_the_share_is_said_in_a_sentence(share, text):
    assert describe_clipping(share) == text


def test_every_control_has_a_name_a_tooltip_and_room(panel):
    controls = [
        *panel.findChildren(QComboBox),
        *panel.findChildren(QAbstractButton),
        *panel.findChildren(QLineEdit),
        panel.histogram,
    ]
    assert len(controls) >= 6
    for control in controls:
        assert control.accessibleName()
        assert control.toolTip()
        assert control.height() >= 28
    assert panel.minimumSizeHint().width() <= 288
    put(panel, "diverging", response=np.dstack([RESPONSE] * 3))
    assert panel.minimumSizeHint().width() <= 288
