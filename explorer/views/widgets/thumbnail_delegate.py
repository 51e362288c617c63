"""Paints one cell of the thumbnail grid: the picture, its name, its label."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from explorer.state.sample_list import CLASS_ROLE, LABEL_ROLE, REASON_ROLE
from explorer.views.look import SPACING_PX, class_color, faint, icon

THUMBNAIL_EDGE_PX = 128
SWATCH_PX = 10
_SIGN_PX = 32

_State = QStyle.StateFlag
_CENTER_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ELIDE = Qt.TextElideMode.ElideMiddle


class ThumbnailDelegate(QStyledItemDelegate):
    """Paints a picture over its name and label.

    It runs for every cell of every frame while a wheel turns, hence asks the palette and the
    font once and draws with as few calls as it can.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.adopt_look(parent)

    def adopt_look(self, widget: QWidget) -> None:
        """Take over the font and the palette of a widget; again whenever they change."""
        self._metrics = QFontMetrics(widget.font())
        self._line_px = self._metrics.height()
        palette = widget.palette()
        self._text = palette.color(QPalette.ColorRole.Text)
        self._quiet_text = palette.color(QPalette.ColorRole.PlaceholderText)
        self._highlight = palette.color(QPalette.ColorRole.Highlight)
        # Covering, not in full: a class may have the colour of the highlight.
        self._selected = faint(self._highlight, 0.35)
        self._hovered = faint(self._text, 0.08)
        self._blank = faint(self._text, 0.06)
        self._sign = icon("warning", palette).pixmap(_SIGN_PX, _SIGN_PX)

    @property
    def cell_size(self) -> QSize:
        """How much room one cell takes, in pixels."""
        edge = THUMBNAIL_EDGE_PX + 2 * SPACING_PX
        return QSize(edge, edge + SPACING_PX // 2 + 2 * self._line_px)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the cell of one sample."""
        cell, state = option.rect, option.state
        if state & _State.State_Selected:
            painter.fillRect(cell, self._selected)
        elif state & _State.State_MouseOver:
            painter.fillRect(cell, self._hovered)
        left, top = cell.x() + SPACING_PX, cell.y() + SPACING_PX
        self._paint_picture(painter, left, top, index)

        width = THUMBNAIL_EDGE_PX
        line = QRect(left, top + THUMBNAIL_EDGE_PX + SPACING_PX // 2, width, self._line_px)
        painter.setPen(self._text)
        name = self._metrics.elidedText(index.data(), _ELIDE, width)
        painter.drawText(line, _CENTER_LEFT, name)
        label = index.data(LABEL_ROLE)
        if label:
            line.translate(0, self._line_px)
            swatch_top = line.y() + (self._line_px - SWATCH_PX) // 2
            color = class_color(index.data(CLASS_ROLE))
            painter.fillRect(left, swatch_top, SWATCH_PX, SWATCH_PX, color)
            line.setLeft(left + SWATCH_PX + SPACING_PX // 2)
            painter.setPen(self._quiet_text)
            label = self._metrics.elidedText(label, _ELIDE, line.width())
            painter.drawText(line, _CENTER_LEFT, label)
        if state & _State.State_HasFocus:
            painter.setPen(QPen(self._highlight, 2))
            painter.drawRect(cell.adjusted(1, 1, -1, -1))

    def _paint_picture(
        self, painter: QPainter, left: int, top: int, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        image: QImage | None = index.data(Qt.ItemDataRole.DecorationRole)
        if image is None:
            painter.fillRect(left, top, THUMBNAIL_EDGE_PX, THUMBNAIL_EDGE_PX, self._blank)
            if index.data(REASON_ROLE):
                inset = (THUMBNAIL_EDGE_PX - _SIGN_PX) // 2
                painter.drawPixmap(left + inset, top + inset, self._sign)
            return
        ratio = painter.device().devicePixelRatioF()
        width, height = round(image.width() / ratio), round(image.height() / ratio)
        x = left + (THUMBNAIL_EDGE_PX - width) // 2
        y = top + (THUMBNAIL_EDGE_PX - height) // 2
        painter.drawImage(QRect(x, y, width, height), image)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the size of every cell."""
        return self.cell_size
