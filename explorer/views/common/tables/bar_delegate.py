"""A table cell with a bar under its text, for a fraction of the whole."""

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from explorer.state.shared.indices import Index

BAR_HEIGHT_PX = 3
MARGIN_PX = 4


class BarDelegate(QStyledItemDelegate):
    """Draws a cell as ever, and a bar at its bottom.

    Parameters
    ----------
    role : int
        The item role of the fraction, 0 to 1.
    """

    def __init__(self, role: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._role = role

    # Qt overrides.

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        share = index.data(self._role)
        if not share:
            return
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if is_selected else QPalette.ColorRole.Highlight
        room = QRectF(option.rect).adjusted(MARGIN_PX, 0, -MARGIN_PX, -2)
        width = max(room.width() * share, 1.0)
        bar = QRectF(room.right() - width, room.bottom() - BAR_HEIGHT_PX, width, BAR_HEIGHT_PX)
        painter.fillRect(bar, option.palette.color(role))
