"""Rows and columns of widgets, spaced alike on every page."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QVBoxLayout,
    QWidget,
)

from explorer.views.common.theme import SPACING_PX

Item = QWidget | QLayout
Part = Item | tuple[Item, int | Qt.AlignmentFlag] | int
"""A widget or a layout, also with its stretch or its alignment; a number is an empty stretch."""

_Box = TypeVar("_Box", bound=QBoxLayout)


def in_row(
    *parts: Part, of: QWidget | None = None, spacing: int = SPACING_PX, margin: int = 0
) -> QHBoxLayout:
    """Put parts side by side, in a layout of its own or of a widget."""
    return _fill(QHBoxLayout(), parts, of, spacing, margin)


def in_column(
    *parts: Part, of: QWidget | None = None, spacing: int = SPACING_PX, margin: int = 0
) -> QVBoxLayout:
    """Put parts one below the other, in a layout of its own or of a widget."""
    return _fill(QVBoxLayout(), parts, of, spacing, margin)


def field_grid(label_width: int, spacing: int = SPACING_PX) -> QGridLayout:
    """Return a grid for `add_field`: labels of a least width, and fields that get the rest."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACING_PX)
    grid.setVerticalSpacing(spacing)
    grid.setColumnMinimumWidth(0, label_width)
    grid.setColumnStretch(1, 1)
    return grid


def add_field(grid: QGridLayout, text: str, field: QWidget, tip: str = "") -> QLabel:
    """Append a field with its label to a grid; return the label."""
    label, line = label_of(field, text, tip), grid.rowCount()
    grid.addWidget(label, line, 0)
    grid.addWidget(field, line, 1)
    return label


def label_of(field: QWidget, text: str, tip: str = "") -> QLabel:
    """Return the label of a field: its underlined letter leads there."""
    label = QLabel(text)
    label.setBuddy(field)
    label.setToolTip(tip)
    return label


def _fill(
    layout: _Box, parts: tuple[Part, ...], of: QWidget | None, spacing: int, margin: int
) -> _Box:
    if of is not None:
        of.setLayout(layout)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(part)
            continue
        item, how = part if isinstance(part, tuple) else (part, 0)
        if isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)
        if isinstance(how, Qt.AlignmentFlag):
            layout.setAlignment(item, how)
        else:
            layout.setStretch(layout.count() - 1, how)
    return layout
