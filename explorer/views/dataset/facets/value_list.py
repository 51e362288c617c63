"""The values of one facet with their counts; those that are checked are shown."""

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QAbstractListModel, QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionButton,
    QStyleOptionViewItem,
)

from explorer.core.catalogue.facets import Counts
from explorer.core.files.names import printable_name
from explorer.state.shared.indices import Index
from explorer.views.common.theme import SPACING_PX, class_color, faint

BAR_PX = 4
LEAST_ROW_PX = 28
MOST_ROWS = 8
"""More of them scroll."""
_BOX_PX = 20
_NO_CLASS_COLOR = QColor(136, 136, 136)


class ValueModel(QAbstractListModel):
    """One row per value; its check box says whether it is chosen.

    Signals
    -------
    toggled(str)
        A person wants a value in or out.
    """

    toggled = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.values: tuple[str, ...] = ()
        self._rows: list[int] = []
        self._chosen: frozenset[str] = frozenset()
        self._counts: Counts = np.empty(0, np.int64)
        self._color_places: tuple[int, ...] = ()
        self._text = ""

    def show_values(self, values: tuple[str, ...], color_places: tuple[int, ...]) -> None:
        """Show other values, with the places of their classes' colours, if they are classes."""
        self.values, self._color_places = values, color_places
        self._counts = np.zeros(len(values), np.int64)
        self._find()

    def show_counts(self, counts: Counts, chosen: frozenset[str]) -> None:
        """Show how many pictures each has, and which are chosen."""
        self._counts, self._chosen = counts, chosen
        self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def find(self, text: str) -> None:
        """Show the values that contain a text alone."""
        self._text = text.casefold()
        self._find()

    def _find(self) -> None:
        self.beginResetModel()
        texts = enumerate(printable_name(value).casefold() for value in self.values)
        self._rows = [place for place, text in texts if self._text in text]
        self.endResetModel()

    def color(self, row: int) -> QColor:
        """Return the colour of a row's bar."""
        place = self._rows[row]
        if place < len(self._color_places):
            return class_color(self._color_places[place])
        return _NO_CLASS_COLOR

    def count(self, row: int) -> int:
        """Return how many pictures a row would show."""
        return int(self._counts[self._rows[row]])

    def share(self, row: int) -> float:
        """Return the part of the largest count, 0 to 1."""
        return self.count(row) / max(int(self._counts.max(initial=0)), 1)

    def is_chosen(self, row: int) -> bool:
        """Return whether a row is checked."""
        return self.values[self._rows[row]] in self._chosen

    def _name(self, row: int) -> str:
        return printable_name(self.values[self._rows[row]]) or "no label"

    def _description(self, row: int) -> str:
        count = self.count(row)
        return f"{self._name(row)}: {count:,} {'picture' if count == 1 else 'pictures'}"

    def _check(self, row: int) -> Qt.CheckState:
        return Qt.CheckState.Checked if self.is_chosen(row) else Qt.CheckState.Unchecked

    _FACTS: ClassVar[dict[int, Callable[["ValueModel", int], object]]] = {
        Qt.ItemDataRole.DisplayRole: _name,
        Qt.ItemDataRole.ToolTipRole: _description,
        Qt.ItemDataRole.AccessibleTextRole: _description,
        Qt.ItemDataRole.CheckStateRole: _check,
    }

    # Qt overrides.

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        fact = self._FACTS.get(role)
        return None if fact is None or not index.isValid() else fact(self, index.row())

    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsUserCheckable

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.toggled.emit(self.values[self._rows[index.row()]])
        return True


class ValueList(QListView):
    """The rows: a click, Space or Enter checks one; a bar shows its count beside the others'.

    Parameters
    ----------
    title : str
        For a screen reader.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.values: ValueModel = ValueModel()
        self.values.setParent(self)
        self.setAccessibleName(title)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setModel(self.values)
        self._delegate = _ValueDelegate(self.values)
        self._delegate.setParent(self)
        self.setItemDelegate(self._delegate)
        self.values.modelReset.connect(self._fit)

    def show_values(self, values: tuple[str, ...], color_places: tuple[int, ...]) -> None:
        """Show other values, with the places of their classes' colours, if they are classes."""
        self.values.show_values(values, color_places)

    def _fit(self) -> None:
        """Be as high as the rows, or as the most of them."""
        row = _row_height(self.fontMetrics().height())
        self.setFixedHeight(row * max(min(len(self.values.values), MOST_ROWS), 1))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.values.setData(self.currentIndex(), None, Qt.ItemDataRole.CheckStateRole)
        else:
            super().keyPressEvent(event)


def _row_height(text_px: int) -> int:
    return max(text_px + BAR_PX + SPACING_PX + SPACING_PX // 2, LEAST_ROW_PX)


class _ValueDelegate(QStyledItemDelegate):
    """Paints check box, name and count over a bar."""

    def __init__(self, values: ValueModel) -> None:
        super().__init__()
        self._values = values

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell, palette, row = option.rect, option.palette, index.row()
        text = palette.color(QPalette.ColorRole.Text)
        if option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(cell, faint(text, 0.08))
        inside = cell.adjusted(SPACING_PX, SPACING_PX // 2, -SPACING_PX, -SPACING_PX // 2)
        self._paint_box(painter, inside, row)
        inside.setLeft(inside.left() + _BOX_PX)
        line = QRect(inside)
        line.setBottom(line.bottom() - BAR_PX)
        bar = QRect(inside.left(), inside.bottom() + 1 - BAR_PX, inside.width(), BAR_PX)
        painter.fillRect(bar, faint(text, 0.12))
        bar.setWidth(round(bar.width() * self._values.share(row)))
        painter.fillRect(bar, self._values.color(row))
        middle = Qt.AlignmentFlag.AlignVCenter
        count = f"{self._values.count(row):,}"
        painter.setPen(text)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, count)
        room = line.width() - option.fontMetrics.horizontalAdvance(count) - SPACING_PX
        name = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, name)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(palette.color(QPalette.ColorRole.Highlight))
            painter.drawRect(cell.adjusted(0, 0, -1, -1))

    def _paint_box(self, painter: QPainter, inside: QRect, row: int) -> None:
        view = self.parent()
        assert isinstance(view, ValueList)
        box, state = QStyleOptionButton(), QStyle.StateFlag
        box.initFrom(view)
        size = view.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, box, view)
        top = inside.top() + (inside.height() - size) // 2
        box.rect = QRect(inside.left(), top, size, size)
        box.state = state.State_Enabled | (
            state.State_On if self._values.is_chosen(row) else state.State_Off
        )
        primitive = QStyle.PrimitiveElement.PE_IndicatorCheckBox
        view.style().drawPrimitive(primitive, box, painter, view)

    def editorEvent(
        self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Check a row that is clicked anywhere, not on its box alone."""
        clicked = event.type() == QEvent.Type.MouseButtonRelease
        typed = (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Select)
        )
        if clicked or typed:
            return self._values.setData(index, None, Qt.ItemDataRole.CheckStateRole)
        return False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _row_height(option.fontMetrics.height()))
