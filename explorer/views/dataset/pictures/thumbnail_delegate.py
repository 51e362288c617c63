"""Paints one cell of the thumbnail grid: the picture, its name, its label."""

from functools import lru_cache

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from explorer.state.dataset.sample_list import Cell, SampleList
from explorer.state.shared.indices import Index
from explorer.views.common.theme import SPACING_PX, class_color, faint, icon

THUMBNAIL_EDGE_PX = 128
SWATCH_PX = 10
_SIGN_PX = 32

_MARK_GROUND, _MARK_TEXT = QColor(170, 60, 0), QColor(255, 255, 255)

_State = QStyle.StateFlag


class ThumbnailDelegate(QStyledItemDelegate):
    """Paints a picture over its name and label.

    It runs for every cell of every frame while a wheel turns, hence asks the palette and the
    font once, and the list by a plain call: `index.data` lets go of Python's lock, and gets it
    back from a thread that reads pictures only some ms later.
    """

    def __init__(self, samples: SampleList, parent: QWidget) -> None:
        super().__init__(parent)
        self._samples = samples
        self.adopt_look(parent)

    def adopt_look(self, widget: QWidget) -> None:
        """Take over the font and the palette of a widget; again whenever they change."""
        metrics = QFontMetrics(widget.font())
        self._line_px, self._ascent_px = metrics.height(), metrics.ascent()

        @lru_cache(maxsize=4096)
        def elide(text: str, width: int) -> str:
            if metrics.horizontalAdvance(text) <= width:  # eliding takes longer to find that out
                return text
            return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width)

        @lru_cache(maxsize=4096)
        def width(text: str) -> int:
            return metrics.horizontalAdvance(text)

        self._elide, self._width = elide, width
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

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell, state = option.rect, option.state
        if state & _State.State_Selected:
            painter.fillRect(cell, self._selected)
        elif state & _State.State_MouseOver:
            painter.fillRect(cell, self._hovered)
        sample = self._samples.cell_at(index.row())
        left, top = cell.x() + SPACING_PX, cell.y() + SPACING_PX
        self._paint_picture(painter, left, top, sample)
        baseline = top + THUMBNAIL_EDGE_PX + SPACING_PX // 2 + self._ascent_px
        painter.setPen(self._text)
        painter.drawText(left, baseline, self._elide(sample.name, THUMBNAIL_EDGE_PX))
        baseline += self._line_px
        painter.setPen(self._quiet_text)
        # The answer has as much room as the label leaves it, and half at least. Where both are the
        # same class, it stands there once: there is no room for more.
        answer, _, share = sample.answer.rpartition(" ")
        share_px = SWATCH_PX + 2 * SPACING_PX + self._width(share)
        half = min(THUMBNAIL_EDGE_PX // 2, THUMBNAIL_EDGE_PX - SPACING_PX - share_px)
        used = 0
        if sample.label and sample.label != answer:
            room = half if answer else THUMBNAIL_EDGE_PX
            used = self._paint_class(
                painter, left, baseline, room, sample.class_place, sample.label
            )
            used += SPACING_PX
        if answer:
            place, rest = sample.answer_place, THUMBNAIL_EDGE_PX - used
            self._paint_class(painter, left + used, baseline, rest, place, answer, f" {share}")
        if sample.mark:
            self._paint_mark(painter, left, top, sample.mark)
        if state & _State.State_HasFocus:
            painter.setPen(QPen(self._highlight, 2))
            painter.drawRect(cell.adjusted(1, 1, -1, -1))

    def _paint_class(
        self,
        painter: QPainter,
        left: int,
        baseline: int,
        room: int,
        place: int,
        name: str,
        share: str = "",
    ) -> int:
        """Paint a class with its colour, and return how many pixels it took.

        Where there is little room, the name is cut, and not the probability.
        """
        indent = SWATCH_PX + SPACING_PX // 2
        color = class_color(place) if place >= 0 else self._blank
        painter.fillRect(left, baseline - SWATCH_PX, SWATCH_PX, SWATCH_PX, color)
        elided = self._elide(name, room - indent - self._width(share)) + share
        painter.drawText(left + indent, baseline, elided)
        return indent + self._width(elided)

    def _paint_mark(self, painter: QPainter, left: int, top: int, mark: str) -> None:
        """Paint in a corner of the picture that its answer is wrong, or that it is of no class."""
        width, height = self._width(mark) + SPACING_PX, self._line_px
        room = QRect(left + THUMBNAIL_EDGE_PX - width, top, width, height)
        painter.fillRect(room, _MARK_GROUND)
        painter.setPen(_MARK_TEXT)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, mark)

    def _paint_picture(self, painter: QPainter, left: int, top: int, sample: Cell) -> None:
        image = sample.image
        if image is None:
            painter.fillRect(left, top, THUMBNAIL_EDGE_PX, THUMBNAIL_EDGE_PX, self._blank)
            if sample.reason:
                inset = (THUMBNAIL_EDGE_PX - _SIGN_PX) // 2
                painter.drawPixmap(left + inset, top + inset, self._sign)
            return
        ratio = painter.device().devicePixelRatioF()
        width, height = round(image.width() / ratio), round(image.height() / ratio)
        x = left + (THUMBNAIL_EDGE_PX - width) // 2
        y = top + (THUMBNAIL_EDGE_PX - height) // 2
        painter.drawImage(QRect(x, y, width, height), image)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self.cell_size
