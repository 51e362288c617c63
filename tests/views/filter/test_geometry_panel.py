"""The geometry panel: what it shows, what a person's hand makes it tell."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.core.convolution.geometry import BORDERS, MODES, Geometry
from explorer.core.images.planes import SOURCES
from explorer.views.filter.geometry_panel import (
    WHY_NO_BORDER,
    WHY_NO_OFFSET,
    GeometryPanel,
    summarize,
)

DILATED = Geometry("full", "wrap", stride=(2, 3), dilation=(4, 4), is_correlation=True)


def show(panel, geometry, source="grey", *, offset=0.0, kernel_size=(3, 3), **more):
    panel.show_geometry(
        geometry, source, offset=offset, picture_size=(374, 499), kernel_size=kernel_size, **more
    )


@pytest.fixture
def panel(qtbot: QtBot):
    panel = GeometryPanel()
    qtbot.addWidget(panel)
    panel.resize(288, panel.sizeHint().height())
    panel.show()
    qtbot.waitExposed(panel)
    show(panel, Geometry())
    return panel


@pytest.fixture
def told(panel):
    """Write down everything that the panel tells, in order."""
    told: list[object] = []
    panel.geometry_changed.connect(told.append)
    panel.source_chosen.connect(told.append)
    panel.offset.edited.connect(told.append)
    panel.edit_ended.connect(lambda: told.append("end"))
    return told


def choose(box: QComboBox, place: int) -> None:
    """Choose with the keys: to the top, then down."""
    box.setFocus()
    if box.currentIndex() != 0:
        QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(place):
        QTest.keyClick(box, Qt.Key.Key_Down)


def type_number(box: QAbstractSpinBox, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def test_everything_is_shown_and_nothing_told(panel, told):
    show(panel, DILATED, "blue", offset=-3.5)
    assert (panel.mode.key, panel.border.key) == ("full", "wrap")
    assert panel.stride.size_shown == (2, 3)
    assert panel.dilation.size_shown == (4, 4)
    assert panel.kind.key == "correlation"
    assert panel.source.key == "blue"
    assert panel.offset.text() == "-3.5"
    assert told == []


@pytest.mark.parametrize(
    ("field", "place", "expected"),
    [
        ("mode", 0, Geometry("full")),
        ("border", 2, Geometry(border="reflect")),
        ("kind", 1, Geometry(is_correlation=True)),
        ("source", 1, "color"),
    ],
)
def test_a_choice_is_told_once_complete(panel, told, field, place, expected):
    choose(getattr(panel, field), place)
    assert told[-2:] == [expected, "end"]


def test_each_choice_stands_for_what_it_says(panel):
    for box, keys in ((panel.mode, MODES), (panel.border, BORDERS), (panel.source, SOURCES)):
        texts = [
            box.itemText(place).split(":")[0].split()[0].lower() for place in range(box.count())
        ]
        assert [text.replace("colour", "color") for text in texts] == list(keys)


@pytest.mark.parametrize(
    ("field", "expected"),
    [("stride", Geometry(stride=(3, 3))), ("dilation", Geometry(dilation=(3, 3)))],
)
def test_stride_and_dilation(panel, told, field, expected):
    type_number(getattr(panel, field).down, "3")
    assert told == [expected, "end"]


def test_an_edit_keeps_what_else_was_set(panel, told):
    show(panel, DILATED, "blue")
    type_number(panel.stride.across, "5")
    assert told == [
        Geometry("full", "wrap", stride=(2, 5), dilation=(4, 4), is_correlation=True),
        "end",
    ]


def test_the_offset(panel, told):
    type_number(panel.offset, "12.5")
    assert told == [12.5, "end"]


def test_the_panel_waits_to_be_told_what_holds(panel, told):
    choose(panel.mode, 2)
    show(panel, Geometry())  # refused
    assert panel.mode.key == "same"


def test_valid_needs_no_border_and_says_so(panel):
    show(panel, Geometry("valid", "wrap"))
    assert not panel.border.isEnabled()
    assert panel.border.placeholderText() == panel.border.toolTip() == WHY_NO_BORDER
    show(panel, Geometry("same", "wrap"))
    assert panel.border.isEnabled()
    assert panel.border.key == "wrap"


def test_two_kernels_take_no_offset_and_say_so(panel):
    show(panel, Geometry(), is_gradient=True)
    assert not panel.offset.isEnabled()
    assert panel.offset.toolTip() == WHY_NO_OFFSET
    show(panel, Geometry())
    assert panel.offset.isEnabled()


def test_the_formula_stands_there_with_its_numbers(panel):
    assert panel.output_size.text.splitlines() == [
        "height ⌊(374 + 2 − 3) / 1⌋ + 1 = 374",
        "width ⌊(499 + 2 − 3) / 1⌋ + 1 = 499",
    ]
    show(panel, Geometry("valid", stride=(2, 3), dilation=(4, 4)))
    assert panel.output_size.text.splitlines() == [
        "dilated kernel: (3 − 1) · 4 + 1 = 9",
        "height ⌊(374 + 0 − 9) / 2⌋ + 1 = 183",
        "dilated kernel: (3 − 1) · 4 + 1 = 9",
        "width ⌊(499 + 0 − 9) / 3⌋ + 1 = 164",
    ]


def test_what_is_impossible_says_why_and_nothing_moves(panel, qtbot: QtBot):
    places = [child.geometry() for child in panel.findChildren(QComboBox)]
    height = panel.sizeHint().height()
    show(panel, Geometry("valid", dilation=(16, 16)), kernel_size=(31, 31))
    assert panel.sign.isVisibleTo(panel)
    assert (
        "(481×481 with dilation) does not fit into a picture of 374 rows" in panel.output_size.text
    )
    assert panel.sizeHint().height() == height
    assert [child.geometry() for child in panel.findChildren(QComboBox)] == places
    show(panel, Geometry())
    assert panel.sign.isHidden()


def test_without_a_picture_there_is_no_size(panel):
    panel.show_geometry(Geometry(), "grey", offset=0, picture_size=None, kernel_size=(3, 3))
    assert panel.output_size.text == "no picture yet"
    assert panel.sign.isHidden()


@pytest.mark.parametrize(
    ("geometry", "summary"),
    [
        (Geometry(), "same, zero"),
        (Geometry("valid", "wrap"), "valid"),
        (DILATED, "full, wrap, stride 2×3, dilation 4×4, correlation"),
    ],
)
def test_the_summary(geometry, summary):
    assert summarize(geometry) == summary


def test_it_fits_the_inspector_and_every_control_can_be_named_and_hit(panel):
    assert panel.minimumSizeHint().width() <= 288
    kinds = (QComboBox, QAbstractSpinBox, QToolButton)
    controls: list[QWidget] = [child for kind in kinds for child in panel.findChildren(kind)]
    assert len(controls) == 4 + 5 + 2
    for control in controls:
        assert control.accessibleName()
        assert control.toolTip()
        assert control.height() >= 28
        assert control.geometry().right() < control.parentWidget().width()
    for box in panel.findChildren(QComboBox):
        texts = [box.itemText(place) for place in range(box.count())]
        widest = max(box.fontMetrics().horizontalAdvance(text) for text in texts)
        assert widest < box.width() - 28  # room for the arrow
