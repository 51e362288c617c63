"""What the arithmetic panel shows of one value, and what its controls ask for."""

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QSlider, QWidget
from pytestqt.qtbot import QtBot

from explorer.core.convolution.geometry import Geometry
from explorer.core.filters.explanation import Arithmetic, explain_value
from explorer.core.filters.steps import Convolution, Dense, Pooling, Relu, Shuffle
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.presets import find_preset
from explorer.views.common.pictures.number_grid import NumberGrid, signed_colors, value_colors
from explorer.views.common.theme import NEGATIVE, NEUTRAL, POSITIVE
from explorer.views.filter.arithmetic.panel import SPEEDS, ArithmeticPanel

PLANE = np.arange(1, 301, dtype=np.float32).reshape(15, 20) % 97


@pytest.fixture
def panel(qtbot: QtBot) -> ArithmeticPanel:
    panel = ArithmeticPanel()
    panel.resize(840, panel.sizeHint().height())
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def show(
    panel: ArithmeticPanel,
    arithmetic: Arithmetic | None,
    *,
    place: str = "column 1, row 2",
    is_pinned: bool = False,
    is_playing: bool = False,
) -> None:
    panel.show_value(arithmetic, place=place, is_pinned=is_pinned, is_playing=is_playing)


def own(weights: np.ndarray) -> Convolution:
    return Convolution(Filter("own", (Kernel("own", weights),), "own"))


def texts(panel: ArithmeticPanel, *, step: int = 6) -> set[str]:
    """Return the tooltips that the canvas has to give."""
    canvas = panel.canvas
    points = (QPoint(x, y) for x in range(0, canvas.width(), step) for y in range(20, 132, 12))
    return {canvas.text_at(point) for point in points} - {""}


def test_a_small_window_shows_every_number(panel: ArithmeticPanel):
    show(panel, explain_value(PLANE, Convolution(find_preset("gx"), offset=5), 0, 3))
    assert panel.canvas.shows_numbers
    assert panel.canvas.lines == ("sum = −6", "−6 + bias 5 = −1")
    assert texts(panel) == {
        *(f"column {column}, row −1: 0, outside the picture" for column in (2, 3, 4)),
        *(f"column {column}, row 0: {column + 1}" for column in (2, 3, 4)),
        *(f"column {column}, row 1: {column + 21}" for column in (2, 3, 4)),
        *("weight 1", "weight 0", "weight −1", "weight 2", "weight −2"),
        *("0 × 1 = 0", "0 × 0 = 0", "0 × −1 = 0"),
        *("3 × 2 = 6", "4 × 0 = 0", "5 × −2 = −10"),
        *("23 × 1 = 23", "24 × 0 = 0", "25 × −1 = −25"),
    }


def has_ink(panel: ArithmeticPanel, top: int, bottom: int) -> bool:
    """Tell whether anything is drawn between two heights of the canvas, at its left."""
    image = panel.canvas.grab(QRect(0, top, 100, bottom - top)).toImage()
    pixels = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    return len(pixels) > 1


def test_numbers_that_are_rounded_are_called_so(panel: ArithmeticPanel):
    below = 16 + 3 * 30 + 2, panel.canvas.height()
    show(panel, explain_value(PLANE, Convolution(find_preset("gx")), 5, 5))
    assert not panel.canvas.is_rounded
    assert not has_ink(panel, *below)
    show(panel, explain_value(PLANE * np.float32(1.137), Convolution(find_preset("gx")), 5, 5))
    assert panel.canvas.is_rounded
    assert has_ink(panel, *below)


def test_cells_keep_their_place_whether_rounded_or_not(panel: ArithmeticPanel):
    areas = []
    for plane in (PLANE, PLANE + np.float32(0.137)):
        show(panel, explain_value(plane, own(np.ones((5, 5))), 7, 7))
        points = [QPoint(40, y) for y in range(132)]
        areas.append([y for y, point in enumerate(points) if panel.canvas.text_at(point)])
    assert areas[0] == areas[1]


def cell_of(panel: ArithmeticPanel, text: str) -> QRect:
    """Return where the cells lie that say this when pointed at."""
    canvas = panel.canvas
    points = (QPoint(x, y) for x in range(canvas.width()) for y in range(canvas.height()))
    found = [point for point in points if canvas.text_at(point) == text]
    return QRect(found[0], found[-1])


def digit_height(panel: ArithmeticPanel, text: str) -> int:
    """Return how high the number in such a cell is, in pixels."""
    image = panel.canvas.grab(cell_of(panel, text).adjusted(3, 3, -3, -3)).toImage()
    ground = image.pixel(0, 0)
    rows = [
        y
        for y in range(image.height())
        if any(image.pixel(x, y) != ground for x in range(image.width()))
    ]
    return rows[-1] - rows[0] + 1


def enlarge_text(panel: ArithmeticPanel, factor: float) -> None:
    font = panel.font()
    font.setPointSizeF(font.pointSizeF() * factor)
    panel.setFont(font)
    QApplication.sendPostedEvents()
    panel.resize(panel.width(), panel.sizeHint().height())


def test_numbers_and_their_cells_grow_with_the_text(panel: ArithmeticPanel):
    gx = explain_value(PLANE, Convolution(find_preset("gx")), 5, 5)
    show(panel, gx)
    digits, cell, height = (
        digit_height(panel, "weight 2"),
        cell_of(panel, "weight 2"),
        panel.height(),
    )
    enlarge_text(panel, 1.35)
    assert panel.canvas.shows_numbers
    assert digit_height(panel, "weight 2") >= 1.2 * digits
    assert cell_of(panel, "weight 2").height() >= 1.2 * cell.height()
    # Higher, but alike for every value: nothing jumps.
    grown = panel.sizeHint().height()
    assert grown >= 1.2 * height
    for arithmetic in (
        explain_value(PLANE, own(np.ones((9, 9))), 7, 7),
        explain_value(PLANE, Relu(), 1, 1),
    ):
        show(panel, arithmetic)
        assert panel.sizeHint().height() == grown
    show(panel, None)
    assert panel.sizeHint().height() == grown


def test_where_large_numbers_do_not_fit_small_ones_are_shown(panel: ArithmeticPanel):
    show(panel, explain_value(PLANE, own(np.arange(25).reshape(5, 5) / 25), 7, 7))
    digits = digit_height(panel, "weight 0.8")
    enlarge_text(panel, 1.35)
    panel.resize(1200, panel.height())
    assert digit_height(panel, "weight 0.8") > digits
    panel.resize(780, panel.height())
    assert panel.canvas.shows_numbers
    assert digit_height(panel, "weight 0.8") == digits
    # In a presentation on a screen 1280 pixels wide, with the inspector: five tables.
    panel.resize(722, panel.height())
    show(panel, explain_value(PLANE * np.float32(1.3), Convolution(find_preset("gradient")), 5, 5))
    assert panel.canvas.shows_numbers


def test_a_grey_value_is_written_with_a_decimal():
    values = np.array([[134.37, 268.74, 20.37, 2.0374, 0.0, -134.0, -1075.2, 123456.7]])
    grid = NumberGrid("window", values, value_colors(values))
    assert grid.finer_texts == [
        ["134.4", "268.7", "20.4", "2.04", "0", "−134", "−1,075.2", "123,457"]
    ]
    assert grid.texts[0][:2] == ["134", "269"]


@given(
    st.lists(
        st.integers(-3_000_000, 3_000_000).map(lambda number: number / 1000), min_size=1, max_size=4
    )
)
@example([134.0, 268.5])
@example([np.inf, 0.0])
def test_what_is_called_exact_can_be_reckoned_with(numbers):
    values = np.array([numbers])
    grid = NumberGrid("window", values, value_colors(values))
    for texts in (grid.texts, grid.finer_texts):
        read = [float(text.replace("−", "-").replace(",", "")) for text in texts[0]]
        assert grid.are_exact(texts) == (read == numbers)


def test_two_kernels_show_both_sums(panel: ArithmeticPanel):
    show(panel, explain_value(PLANE, Convolution(find_preset("gradient")), 5, 5))
    first, second, length = panel.canvas.lines
    assert first.startswith("Gx: sum = ")
    assert second.startswith("Gy: sum = ")
    assert length.startswith("√(")


@pytest.mark.parametrize("width", [420, 480, 560])
def test_a_narrow_panel_says_the_sums_and_the_result(panel: ArithmeticPanel, width: int):
    photo = PLANE * np.float32(1.137)
    panel.resize(width, panel.height())
    place = "column 123, row 456, green channel (C: the next)"
    show(panel, explain_value(photo, Convolution(find_preset("gradient")), 5, 5), place=place)
    assert not panel.canvas.shows_numbers
    first, second, length = panel.canvas.lines
    assert first.startswith("Gx: sum ≈ ")
    assert second.startswith("Gy: sum ≈ ")
    assert re.fullmatch(r"√\(.*\) ≈ [\d.,]+", length)
    # One kernel leaves room to name its largest products.
    show(panel, explain_value(photo, Convolution(find_preset("gx")), 5, 5))
    assert panel.canvas.shows_numbers or " (the other 6)" in panel.canvas.lines[0]


def test_a_large_window_names_its_largest_products(panel: ArithmeticPanel):
    weights = np.zeros((31, 31))
    weights[15, 15:18] = 10, 20, -30
    show(panel, explain_value(PLANE, own(weights), 7, 7))
    assert not panel.canvas.shows_numbers
    values = PLANE[7, 7] * 10, PLANE[7, 6] * 20, PLANE[7, 5] * -30
    largest = sorted(values, key=lambda value: -abs(value))
    named = panel.canvas.lines[0].removeprefix("own: ").replace("−", "-").replace(",", "")
    assert [float(term) for term in named.replace("- ", "-").replace("+ ", "").split()[:3]] == [
        pytest.approx(value) for value in largest
    ]
    assert "(the other 958) = " in panel.canvas.lines[0]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (Pooling(), ("maximum of 4 values = 22",)),
        (Pooling("average"), ("sum = 46", "46 / 4 = 11.5")),
        (Relu(), ("max(0, 1) = 1",)),
    ],
)
def test_other_operations(panel: ArithmeticPanel, operation, expected):
    show(panel, explain_value(PLANE, operation, 0, 0))
    assert panel.canvas.lines == expected


def test_the_winner_is_framed(panel: ArithmeticPanel):
    show(panel, explain_value(PLANE, Pooling(), 0, 0))
    highlight = panel.palette().highlight().color().rgb()
    image = panel.canvas.grab().toImage()
    framed = {
        panel.canvas.text_at(QPoint(x, y))
        for x in range(200)
        for y in range(image.height())
        if image.pixel(x, y) == highlight
    } - {""}
    assert framed == {"column 1, row 1: 22"}


def test_neurons_are_listed_with_their_shares(panel: ArithmeticPanel):
    arithmetic = explain_value(PLANE, Dense(), 0, 0)
    show(panel, arithmetic)
    assert [line.partition(":")[0] for line in panel.canvas.lines] == [
        neuron.name for neuron in arithmetic.neurons
    ]
    assert all(line.endswith("\u00a0%") for line in panel.canvas.lines)


def test_nothing_jumps(panel: ArithmeticPanel, qtbot: QtBot):
    height, hint = panel.height(), panel.minimumSizeHint()
    convolution = own(np.random.default_rng(0).normal(size=(31, 31)))
    for operation in (convolution, Pooling("max", (15, 15)), Shuffle(), Dense(), Relu()):
        show(panel, explain_value(PLANE, operation, 0, 0), is_pinned=True, is_playing=True)
        assert panel.minimumSizeHint() == hint
        panel.grab()
    show(panel, None, place="")
    assert (panel.height(), panel.minimumSizeHint()) == (height, hint)
    assert panel.canvas.lines == ()
    assert panel.sizeHint().height() == height <= 170


@pytest.mark.parametrize("width", [300, 420, 838, 2000])
def test_every_width_can_be_painted(panel: ArithmeticPanel, width: int):
    panel.resize(width, panel.height())
    for operation in (own(np.ones((31, 1))), own(np.ones((1, 31))), own(np.ones((9, 9)) / 81)):
        for geometry in (Geometry("full"), Geometry("same", "wrap", dilation=(2, 3))):
            convolution = Convolution(operation.filter, geometry)
            show(panel, explain_value(PLANE, convolution, 0, 0))
            panel.grab()
            tables = texts(panel, step=2)
            assert any(text.startswith("weight") for text in tables)
            assert any("×" in text for text in tables)


def test_values_that_ran_over_are_painted(panel: ArithmeticPanel):
    plane = np.array([[np.inf, -np.inf, np.nan]], np.float32)
    for operation in (own(np.ones((1, 3))), Relu(), Pooling("max", (1, 3))):
        show(panel, explain_value(plane, operation, 0, 0))
        panel.grab()
        assert panel.canvas.lines


def test_controls_say_what_is_wanted_and_change_nothing(panel: ArithmeticPanel, qtbot: QtBot):
    show(panel, None, place="")
    for is_playing in (False, True):
        show(panel, None, place="", is_playing=is_playing)
        name = panel.play_button.accessibleName()
        assert name == ("Pause" if is_playing else "Play")
        with qtbot.waitSignal(panel.play_toggled) as told:
            QTest.mouseClick(panel.play_button, Qt.MouseButton.LeftButton)
        assert told.args == [not is_playing]
        assert panel.play_button.accessibleName() == name
    for button, count in ((panel.back_button, -1), (panel.forward_button, 1)):
        with qtbot.waitSignal(panel.stepped) as told:
            QTest.keyClick(button, Qt.Key.Key_Space)
        assert told.args == [count]


def test_unpin_is_for_pinned_values(panel: ArithmeticPanel, qtbot: QtBot):
    show(panel, None)
    assert not panel.unpin_button.isEnabled()
    show(panel, explain_value(PLANE, Relu(), 0, 0), is_pinned=True)
    with qtbot.waitSignal(panel.unpin_button.clicked):
        QTest.mouseClick(panel.unpin_button, Qt.MouseButton.LeftButton)
    assert panel.unpin_button.isEnabled()


def test_speed_is_chosen_in_steps(panel: ArithmeticPanel, qtbot: QtBot):
    with qtbot.assertNotEmitted(panel.speed_changed):
        panel.set_speed(8)
    assert panel.speed_label.text() == "8 values/s"
    with qtbot.waitSignal(panel.speed_changed) as told:
        QTest.keyClick(panel.speed_slider, Qt.Key.Key_Right)
    assert told.args == [15.0]
    with qtbot.waitSignal(panel.speed_changed) as told:
        QTest.keyClick(panel.speed_slider, Qt.Key.Key_Home)
    assert told.args == [1.0]
    assert panel.speed_label.text() == "1 value/s"
    panel.set_speed(1e9)
    assert panel.speed_slider.value() == len(SPEEDS) - 1


def test_controls_are_large_enough_and_named(panel: ArithmeticPanel):
    for control in [*panel.findChildren(QAbstractButton), *panel.findChildren(QSlider)]:
        assert control.accessibleName()
        assert control.toolTip()
        assert min(control.width(), control.height()) >= 28
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_icons_follow_the_palette(qtbot: QtBot):
    window = QWidget()
    qtbot.addWidget(window)
    panel = ArithmeticPanel()
    panel.setParent(window)
    before = panel.play_button.icon().pixmap(24, 24).toImage()
    window.setPalette(QPalette(QColor(30, 30, 30)))
    after = panel.play_button.icon().pixmap(24, 24).toImage()
    assert before != after


def test_a_screen_reader_is_told(panel: ArithmeticPanel):
    was_active = QAccessible.isActive()
    QAccessible.setActive(True)
    try:
        show(panel, explain_value(PLANE, Relu(), 0, 0), place="column 0, row 0", is_pinned=True)
    finally:
        QAccessible.setActive(was_active)
    told = panel.canvas.accessibleDescription()
    assert told == "column 0, row 0, pinned\nmax(0, 1) = 1"


def test_colours_tell_sign_and_size():
    low, zero, high, half = signed_colors(np.array([[-4.0, 0.0, 4.0, 2.0]]))[0].tolist()
    assert low == list(NEGATIVE.getRgb()[:3])
    assert zero == list(NEUTRAL.getRgb()[:3])
    assert high == list(POSITIVE.getRgb()[:3])
    assert half == pytest.approx((np.array(zero) + high) / 2, abs=1)
    assert value_colors(np.array([[0.0, 255.0, 51.0]]))[0, :, 0].tolist() == [0, 255, 51]
    assert value_colors(np.array([[510.0, 255.0]]))[0, :, 0].tolist() == [255, 128]
    assert value_colors(np.array([[-1.0, 1.0]])).tolist() == (
        signed_colors(np.array([[-1.0, 1.0]])).tolist()
    )
