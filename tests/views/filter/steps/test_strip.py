"""The strip of steps under a hand: clicks, drags, keys, menus; what it shows and what it tells."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from explorer.core.filters.settings import MAX_STEPS
from explorer.core.filters.steps import Convolution, Dense, Pooling, Relu, Shuffle, Step
from explorer.core.kernels.presets import find_preset
from explorer.views.filter.steps.card import CardContent
from explorer.views.filter.steps.strip import INPUT, StepStrip

LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
MOVING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key

GX, RELU, POOL, DENSE = (
    Step(Convolution(find_preset("gx"))),
    Step(Relu()),
    Step(Pooling()),
    Step(Dense()),
)
RED = np.full((48, 64, 3), (200, 30, 30), np.uint8)
GREEN = np.full((48, 64, 3), (30, 160, 60), np.uint8)
SIZES = {Convolution: (375, 500), Relu: (375, 500), Pooling: (187, 250), Dense: (4,)}


class Told:
    """Everything the strip tells, in order."""

    def __init__(self, strip: StepStrip) -> None:
        self.all: list[tuple[object, ...]] = []
        strip.input_clicked.connect(lambda: self.all.append(("input",)))
        strip.step_selected.connect(lambda i: self.all.append(("select", i)))
        strip.step_toggled.connect(lambda i, on: self.all.append(("toggle", i, on)))
        strip.step_removed.connect(lambda i: self.all.append(("remove", i)))
        strip.step_moved.connect(lambda i, to: self.all.append(("move", i, to)))
        strip.add_button.step_added.connect(lambda operation: self.all.append(("add", operation)))

    def take(self) -> list[tuple[object, ...]]:
        told, self.all = self.all, []
        return told


@pytest.fixture
def strip(qtbot):
    strip = StepStrip()
    qtbot.addWidget(strip)
    strip.resize(1000, strip.sizeHint().height())
    with qtbot.waitActive(strip):
        strip.show()
        strip.activateWindow()
    show(strip, GX, RELU, POOL)
    return strip


@pytest.fixture
def told(strip):
    return Told(strip)


def show(strip, *steps, selected=0, thumbnails=None):
    sizes = [(375, 500), *(SIZES.get(type(step.operation), (5, 5)) for step in steps)]
    images = thumbnails or [GREEN] * (len(steps) + 1)
    strip.show_steps(steps, selected, sizes, images)


def drag(qtbot, strip, index, to_x):
    """Drag a card until the mouse is at x of the row."""
    card = strip.cards[index]
    start = QPoint(30, 40)
    qtbot.mousePress(card, LEFT, pos=start)
    end = QPoint(to_x - card.x(), 40)
    for share in (0.3, 0.6, 1.0):
        qtbot.mouseMove(card, start + (end - start) * share)
    return card, end


def colors(widget):
    image = widget.grab().toImage()
    found = {image.pixelColor(x, y).getRgb()[:3] for x in range(8, 72) for y in range(8, 66)}
    return found


def test_the_cards_say_number_name_and_size(strip):
    contents = [card.content for card in strip.cards]
    assert [content.title for content in contents] == ["1", "2", "3"]
    assert [content.name for content in contents] == [
        "Convolution: Sobel x (Gx)",
        "ReLU",
        "Max pooling 2×2",
    ]
    assert [content.size for content in contents] == ["500×375", "500×375", "250×187"]
    assert [content.is_chosen for content in contents] == [True, False, False]
    assert strip.input_card.content.name == "grey"
    assert strip.cards[1].accessibleName() == "Step 2 of 3: ReLU, 500×375"
    assert strip.input_card.accessibleName() == "Input: grey, 500×375"


def test_the_cards_lie_side_by_side_within_the_strip_s_height(strip):
    cards = [strip.input_card, *strip.cards]
    for card, following in pairwise(cards):
        assert card.geometry().right() < following.geometry().left()
    assert all(card.isVisible() for card in cards)
    assert 80 <= strip.height() <= 104
    assert all(strip.area.viewport().height() >= card.height() for card in cards)
    assert strip.cards[0].switch.height() >= 28


def enlarge_text(qtbot, strip, factor):
    font = strip.font()
    font.setPointSizeF(font.pointSizeF() * factor)
    before = strip.cards[0].x()
    strip.setFont(font)
    if factor > 1:
        qtbot.waitUntil(lambda: strip.cards[0].x() > before)
    strip.resize(strip.width(), strip.sizeHint().height())


def right_of_last_line(card):
    """Return where the ink of a card's lowest line of text ends."""
    image = card.grab().toImage()
    rows = range(card.height() - card.fontMetrics().lineSpacing(), card.height() - 4)
    grounds = {y: image.pixel(card.width() - 3, y) for y in rows}
    columns = range(80, card.width() - 3)
    return max(x for y in rows for x in columns if image.pixel(x, y) != grounds[y])


@pytest.mark.parametrize("factor", [1, 1.35, 2])
def test_names_and_the_largest_sizes_can_be_read_whole(qtbot, strip, factor):
    enlarge_text(qtbot, strip, factor)
    card, drawn = strip.cards[0], []
    for planes in (3, 8):
        strip.show_steps((GX, RELU), 1, [(5333, 12000, planes)] * 3, [GREEN] * 3)
        assert f"12000×5333×{planes}" in card.toolTip()
        assert right_of_last_line(card) < card.width() - 4 - 1  # not cut where its room ends
        drawn.append(card.grab().toImage())
    assert drawn[0] != drawn[1]  # nor left out for dots: the last digit is there


@pytest.mark.parametrize("factor", [1, 1.1, 1.35, 2])
def test_a_usual_name_can_be_read_whole(qtbot, strip, factor):
    enlarge_text(qtbot, strip, factor)
    card, drawn = strip.cards[0], []
    for name in (
        "Convolution: Sobel x (Gx)",
        "Convoultion Gx",
    ):  # a name that is too long lacks its middle
        card.set_content(CardContent("1", name, "500×375"))
        drawn.append(card.grab().toImage())
    assert drawn[0] != drawn[1]


def is_in_sight(strip, card):
    port = strip.area.viewport()
    return port.rect().contains(QRect(card.mapTo(port, QPoint(0, 0)), card.size()))


def test_the_chosen_card_stays_in_sight_and_keys_lead_to_the_input(qtbot, strip):
    show(strip, *[RELU] * 7, selected=6)
    for width in (700, 420, 1000, 500):
        strip.resize(width, strip.height())
        QApplication.sendPostedEvents()
        assert is_in_sight(strip, strip.cards[6]), width
    enlarge_text(qtbot, strip, 1.35)
    assert is_in_sight(strip, strip.cards[6])
    strip.cards[6].setFocus()
    qtbot.keyClick(strip.cards[6], Key.Key_Home)
    assert strip.input_card.hasFocus()
    assert is_in_sight(strip, strip.input_card)


def test_with_larger_text_the_cards_still_lie_side_by_side(qtbot, strip, told):
    enlarge_text(qtbot, strip, 1.35)
    show(strip, GX, RELU, POOL, selected=1)
    cards = [strip.input_card, *strip.cards]
    for card, following in pairwise(cards):
        assert 8 <= following.x() - card.geometry().right() <= 24
    for card in strip.cards:
        assert card.width() - 6 <= card.remove_button.geometry().right() < card.width()
    card, end = drag(qtbot, strip, 0, strip.cards[1].geometry().right())
    qtbot.mouseRelease(card, LEFT, pos=end)
    assert ("move", 0, 1) in told.take()


def test_thumbnails_are_painted_and_repainted(strip):
    assert GREEN[0, 0].tolist() == [30, 160, 60]
    assert (30, 160, 60) in colors(strip.cards[1])
    show(strip, GX, RELU, POOL, thumbnails=[GREEN, GREEN, RED, GREEN])
    assert (200, 30, 30) in colors(strip.cards[1])
    assert (200, 30, 30) not in colors(strip.cards[2])
    grey = np.full((40, 60), 123, np.uint8)
    show(strip, GX, RELU, POOL, thumbnails=[GREEN, None, grey, GREEN])
    assert (123, 123, 123) in colors(strip.cards[1])
    assert (30, 160, 60) not in colors(strip.cards[0])


def test_a_colour_input_shows_its_three_planes(strip):
    white = np.full((40, 60, 3), 250, np.uint8)
    strip.show_steps([GX], 0, [(375, 500, 3), (375, 500, 3)], [white, white])
    found = colors(strip.input_card)
    largest = {max(range(3), key=lambda c: rgb[c]) for rgb in found if max(rgb) - min(rgb) > 60}
    assert largest == {0, 1, 2}
    assert strip.input_card.content.name == "three colour channels"
    strip.show_steps([GX], 0, [(375, 500), None], [white[..., 0], None], source="red channel")
    assert strip.input_card.content.name == "red channel"
    assert strip.cards[0].content.size == "–"


def test_a_step_that_is_off_is_pale_and_says_so(strip):
    show(strip, GX, Step(Relu(), is_on=False), POOL)
    assert strip.cards[1].content.size == "off"
    assert not strip.cards[1].switch.isChecked()
    assert (30, 160, 60) not in colors(strip.cards[1])


def test_the_chosen_card_stands_out(strip):
    def ground(card):
        return card.grab().toImage().pixelColor(card.width() // 2, card.height() - 4).getRgb()

    assert ground(strip.cards[0]) != ground(strip.cards[1])
    show(strip, GX, RELU, POOL, selected=1)
    assert ground(strip.cards[0]) != ground(strip.cards[1])
    show(strip, GX, RELU, POOL, selected=INPUT)
    assert ground(strip.cards[0]) == ground(strip.cards[1])
    assert strip.input_card.content.is_chosen


def test_clicks_tell_and_change_nothing(qtbot, strip, told):
    qtbot.mouseClick(strip.cards[2], LEFT)
    qtbot.mouseClick(strip.input_card, LEFT)
    qtbot.mouseClick(strip.cards[1].switch, LEFT)
    assert told.take() == [("select", 2), ("input",), ("toggle", 1, False)]
    assert strip.cards[1].switch.isChecked()
    assert strip.cards[0].content.is_chosen
    show(strip, GX, Step(Relu(), is_on=False), POOL)
    qtbot.mouseClick(strip.cards[1].switch, LEFT, pos=QPoint(2, 26))
    assert told.take() == [("toggle", 1, True)]


def test_the_chosen_card_can_be_closed(qtbot, strip, told):
    assert strip.cards[0].remove_button.isVisible()
    assert not strip.cards[1].remove_button.isVisible()
    qtbot.mouseClick(strip.cards[0].remove_button, LEFT)
    assert told.take() == [("remove", 0)]
    show(strip, GX)
    assert not strip.cards[0].remove_button.isVisible()  # one step must stay
    qtbot.keyClick(strip.cards[0], Key.Key_Delete)
    assert told.take() == []


def test_keys_walk_switch_and_remove(qtbot, strip, told):
    strip.cards[0].setFocus()
    qtbot.keyClick(strip.cards[0], Key.Key_Right)
    assert told.take() == [("select", 1)]
    show(strip, GX, RELU, POOL, selected=1)
    assert strip.cards[1].hasFocus()
    for key, expected in (
        (Key.Key_Space, [("toggle", 1, False)]),
        (Key.Key_Delete, [("remove", 1)]),
        (Key.Key_Return, [("select", 1)]),
        (Key.Key_Left, [("select", 0)]),
        (Key.Key_Left, []),
        (Key.Key_Left, []),
        (Key.Key_Space, []),
        (Key.Key_Delete, []),
        (Key.Key_Return, [("input",)]),
        (Key.Key_End, [("select", 2)]),
        (Key.Key_Right, []),
        (Key.Key_Home, []),
    ):
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert told.take() == expected, key


def test_arrows_with_two_keys_move_a_step_and_those_with_alt_go_back(qtbot):
    window, gone_back = QMainWindow(), []
    strip = StepStrip()
    window.setCentralWidget(strip)
    back = QAction("Back", window)
    back.setShortcut(QKeySequence("Alt+Left"))
    back.triggered.connect(lambda: gone_back.append(True))
    window.addAction(back)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    told = Told(strip)
    show(strip, GX, RELU, POOL, selected=1)
    strip.cards[1].setFocus()
    qtbot.keyClick(strip.cards[1], Key.Key_Left, MOVING)
    qtbot.keyClick(strip.cards[1], Key.Key_Right, MOVING)
    assert told.take() == [("move", 1, 0), ("move", 1, 2)]
    assert gone_back == []
    show(strip, GX, RELU, POOL, selected=0)
    qtbot.keyClick(strip.cards[0], Key.Key_Left, MOVING)  # there is no place before the first
    assert (told.take(), gone_back) == ([], [])
    qtbot.keyClick(strip.cards[0], Key.Key_Left, ALT)
    assert (told.take(), gone_back) == ([], [True])


def test_the_focus_follows_the_chosen_step(qtbot, strip):
    strip.cards[2].setFocus()
    show(strip, GX, POOL, RELU, selected=1)  # the last was moved forward
    assert strip.cards[1].hasFocus()
    show(strip, GX, selected=0)  # two were removed
    assert strip.cards[0].hasFocus()
    assert len(strip.cards) == 1


def test_the_tab_key_stops_once_among_the_cards(qtbot, strip):
    show(strip, GX, RELU, POOL, selected=1)
    strip.add_button.setFocus()
    QTest.keyClick(strip.add_button, Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert strip.cards[1].hasFocus()
    QTest.keyClick(strip.cards[1], Key.Key_Tab)
    assert strip.add_button.hasFocus()


@pytest.mark.parametrize(
    ("index", "beside", "moved"),
    [
        (0, 2, ("move", 0, 2)),
        (2, -1, ("move", 2, 0)),
        (0, 1, ("move", 0, 1)),
        (1, 1, None),
    ],
)
def test_a_card_is_dragged_to_another_place(qtbot, strip, told, index, beside, moved):
    x = strip.cards[beside].geometry().right() if beside >= 0 else strip.cards[0].x() + 2
    card, end = drag(qtbot, strip, index, x)
    assert told.take() == [("select", index)]
    qtbot.mouseRelease(card, LEFT, pos=end)
    assert told.take() == ([moved] if moved else [])


def test_while_dragging_the_place_is_marked_and_escape_lets_go(qtbot, strip, told):
    def marks():
        image = strip.grab().toImage()
        highlight = strip.palette().highlight().color().getRgb()
        gap = strip.cards[2].geometry().left() - 8
        return [y for y in range(10, 60) if image.pixelColor(gap, y).getRgb()[:3] == highlight[:3]]

    show(strip, GX, RELU, POOL, selected=0)
    strip.cards[0].clearFocus()
    assert not marks()
    card, end = drag(qtbot, strip, 0, strip.cards[1].geometry().right())
    assert len(marks()) > 40
    qtbot.keyClick(card, Key.Key_Escape)
    assert not marks()
    qtbot.mouseRelease(card, LEFT, pos=end)
    assert told.take() == [("select", 0)]


def test_a_small_shake_is_no_drag(qtbot, strip, told):
    card = strip.cards[1]
    qtbot.mousePress(card, LEFT, pos=QPoint(30, 40))
    qtbot.mouseMove(card, QPoint(32, 41))
    assert not card.is_dragged
    qtbot.mouseRelease(card, LEFT, pos=QPoint(32, 41))
    assert told.take() == [("select", 1)]


def test_nothing_goes_behind_the_fully_connected_step_and_it_stays_last(qtbot, strip, told):
    show(strip, GX, RELU, DENSE, selected=1)
    strip.cards[1].setFocus()
    qtbot.keyClick(strip.cards[1], Key.Key_Right, MOVING)
    assert told.take() == []
    show(strip, GX, RELU, DENSE, selected=2)
    qtbot.keyClick(strip.cards[2], Key.Key_Left, MOVING)
    assert told.take() == []
    card, end = drag(qtbot, strip, 0, strip.cards[2].geometry().right())
    qtbot.mouseRelease(card, LEFT, pos=end)
    assert told.take() == [("select", 0)]
    *_, dense = strip.add_button.steps_menu.actions()
    assert not dense.isEnabled()


def test_the_menu_adds_each_kind_of_step(strip, told):
    for action in strip.add_button.steps_menu.actions():
        assert action.toolTip().endswith(".")
        action.trigger()
    assert told.take() == [
        ("add", operation)
        for operation in (
            Convolution(find_preset("gx")),
            Convolution(find_preset("gradient")),
            Relu(),
            Pooling("max"),
            Pooling("average"),
            Shuffle(),
            Dense(),
        )
    ]


def test_a_full_row_takes_no_more(strip):
    assert strip.add_button.isEnabled()
    show(strip, *[RELU] * MAX_STEPS, selected=MAX_STEPS - 1)
    assert not strip.add_button.isEnabled()
    assert strip.add_button.toolTip() == "At most 12 steps are possible."


def test_many_steps_scroll_and_the_chosen_one_is_in_sight(qtbot, strip):
    def is_in_sight(card):
        place = card.mapTo(strip.area.viewport(), QPoint())
        return place.x() >= 0 and place.x() + card.width() <= strip.area.viewport().width()

    height = strip.sizeHint().height()
    show(strip, *[RELU] * 10, selected=9)
    qtbot.waitUntil(lambda: is_in_sight(strip.cards[9]))
    assert not is_in_sight(strip.cards[0])
    assert strip.sizeHint().height() == height
    show(strip, *[RELU] * 10, selected=0)
    qtbot.waitUntil(lambda: is_in_sight(strip.cards[0]))


def test_a_context_menu_knows_the_step_it_is_for(qtbot, strip, told):
    show(strip, GX, Step(Relu(), is_on=False), POOL, selected=1)
    menu = strip.step_menu(1)
    texts = {action.text().replace("&", ""): action for action in menu.actions()}
    assert list(texts) == ["Switch on", "Move left", "Move right", "Remove"]
    for action in texts.values():
        action.trigger()
    assert told.take() == [("toggle", 1, True), ("move", 1, 0), ("move", 1, 2), ("remove", 1)]
    first = {action.text().replace("&", ""): action for action in strip.step_menu(0).actions()}
    assert not first["Move left"].isEnabled()
    assert first["Move right"].isEnabled()
    show(strip, GX)
    alone = strip.step_menu(0).actions()
    assert [action.isEnabled() for action in alone] == [True, False, False, False]


@pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard", extend=True)
def test_the_menu_key_opens_the_menu_of_the_focused_step(qtbot, strip):
    show(strip, GX, RELU, POOL, selected=2)
    card = strip.cards[2]
    card.setFocus()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, QPoint(), card.mapToGlobal(QPoint())
    )
    QApplication.sendEvent(card, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert not menu.actions()[2].isEnabled()  # the last cannot go further right
    menu.close()


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched, event) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_only_what_differs_is_painted(qtbot, strip):
    images = [GREEN, GREEN, GREEN, GREEN]
    show(strip, GX, RELU, POOL, thumbnails=images)
    strip.repaint()
    paints = [Paints(card) for card in (strip.input_card, *strip.cards)]
    show(strip, GX, RELU, POOL, thumbnails=images)
    qtbot.wait(20)
    assert [paint.count for paint in paints] == [0, 0, 0, 0]
    images[2] = GREEN.copy()
    show(strip, GX, RELU, POOL, thumbnails=images)
    qtbot.waitUntil(lambda: paints[2].count > 0)
    assert [paint.count for paint in paints] == [0, 0, 1, 0]
