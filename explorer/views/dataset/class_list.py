"""The classes of a dataset with their counts; choosing one shows it alone."""

from PySide6.QtCore import QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from explorer.core.files.names import printable_name
from explorer.core.text.percent import format_percent
from explorer.state.shared.indices import Index
from explorer.views.common.theme import SPACING_PX, class_color, faint

_LABEL_ROLE = Qt.ItemDataRole.UserRole
_COUNT_ROLE = Qt.ItemDataRole.UserRole + 1
_SHARE_ROLE = Qt.ItemDataRole.UserRole + 2
_COLOR_ROLE = Qt.ItemDataRole.UserRole + 3

BAR_PX = 4
_NO_CLASS_COLOR = QColor(136, 136, 136)


class ClassList(QListWidget):
    """One row per class, with its count as a number and as a bar, below a row for all.

    Signals
    -------
    label_chosen(label)
        A label, or None for all.
    """

    label_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Classes")
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_ClassDelegate(self))
        self.currentItemChanged.connect(self._on_current_changed)

    def show_counts(self, counts: dict[str, int]) -> None:
        """Show other classes: how many samples each has, "" for those without a label."""
        total = sum(counts.values())
        with QSignalBlocker(self):
            self.clear()
            self._add("All", None, total, total, QColor())
            for place, (label, count) in enumerate(counts.items()):
                color = class_color(place) if label else _NO_CLASS_COLOR
                self._add(printable_name(label) or "no label", label, count, total, color)
            self.setCurrentRow(0)

    def select_label(self, label: str | None) -> None:
        """Mark the row of a label without telling that it was chosen."""
        with QSignalBlocker(self):
            for row in range(self.count()):
                if self.item(row).data(_LABEL_ROLE) == label:
                    self.setCurrentRow(row)

    def _add(self, text: str, label: str | None, count: int, total: int, color: QColor) -> None:
        share = count / total if total else 0.0
        item = QListWidgetItem(text)
        item.setData(_LABEL_ROLE, label)
        item.setData(_COUNT_ROLE, count)
        item.setData(_SHARE_ROLE, share)
        item.setData(_COLOR_ROLE, color)
        item.setToolTip(f"{text}: {count:,} pictures, {format_percent(share)}")
        item.setData(Qt.ItemDataRole.AccessibleTextRole, item.toolTip())
        self.addItem(item)

    def _on_current_changed(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.label_chosen.emit(item.data(_LABEL_ROLE))


class _ClassDelegate(QStyledItemDelegate):
    """Paints the label and the count over a bar in the colour of the class."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell, palette = option.rect, option.palette
        text = palette.color(QPalette.ColorRole.Text)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(cell, faint(palette.color(QPalette.ColorRole.Highlight), 0.35))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(cell, faint(text, 0.08))
        inside = cell.adjusted(SPACING_PX, SPACING_PX // 2, -SPACING_PX, -SPACING_PX // 2)
        color: QColor = index.data(_COLOR_ROLE)
        line = QRect(inside)
        if color.isValid():
            line.setBottom(line.bottom() - BAR_PX)
            bar = QRect(inside.left(), inside.bottom() + 1 - BAR_PX, inside.width(), BAR_PX)
            painter.fillRect(bar, faint(text, 0.12))
            bar.setWidth(round(bar.width() * index.data(_SHARE_ROLE)))
            painter.fillRect(bar, color)
        middle = Qt.AlignmentFlag.AlignVCenter
        count = f"{index.data(_COUNT_ROLE):,}"
        painter.setPen(text)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, count)
        room = line.width() - option.fontMetrics.horizontalAdvance(count) - SPACING_PX
        name = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, name)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(palette.color(QPalette.ColorRole.Highlight))
            painter.drawRect(cell.adjusted(0, 0, -1, -1))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = option.fontMetrics.height() + BAR_PX + SPACING_PX + SPACING_PX // 2
        return QSize(0, max(height, 28))
