"""The kernel as a grid of cells: paint over them with a brush, nudge them, or type numbers."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from explorer.core.kernels.brush import Brush, Cell, cells_between, paint, partners
from explorer.core.kernels.kernel import MAX_EDGE, Kernel, Weights
from explorer.core.kernels.text import parse_weight
from explorer.errors import KernelError
from explorer.views.common.controls.wheel_gesture import WheelGesture
from explorer.views.common.kernel.drawing import GAP_PX, CellTexts, cell_image, text_colors

LARGEST_CELL_PX = 120
SMALLEST_HEIGHT_PX = 60
SMALLEST_LINED_PX = 12
FIELD_ROOM_PX = 24
FIELD_SIZE_PX = (72, 28)

_NO_MODIFIER = Qt.KeyboardModifier.NoModifier
_SIGNS = {Qt.MouseButton.LeftButton: 1, Qt.MouseButton.RightButton: -1}
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class KernelEditor(QWidget):
    """Draws a kernel and turns strokes, wheel and typing into the weights that a person wants.

    A stroke of the left button raises the cells it passes, by the brush's share of the largest
    weight; the right button, or Shift, lowers them. Page up and down nudge one cell, and so does
    the wheel with Ctrl: alone, it scrolls. Arrows, Home and End move between cells, Delete makes 0,
    and a number, Enter or F2 edits.

    Signals
    -------
    weights_edited(kernel_index, weights)
        A person wants these weights, (rows, columns) float64, for the kernel that is shown.
    stroke_ended()
        A stroke, a nudge or a typed number is complete.
    refused(sentence)
        What was typed is no weight.
    pointed(object)
        The (row, column) under the mouse, else the focused one, else None.
    """

    weights_edited = Signal(int, object)
    stroke_ended = Signal()
    refused = Signal(str)
    pointed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Kernel")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.kernel: Kernel | None = None
        self._kernel_index = 0
        self._brush = Brush()
        self._largest = 0.0
        self._scale = 0.0
        self._painting: Weights | None = None
        self._texts = CellTexts()
        self._layer = QPixmap()
        self._stale = QRect()
        self.focused_cell: Cell = (0, 0)
        self._hovered: Cell | None = None
        self.refused_cell: Cell | None = None
        self._painted: Cell | None = None
        self._amount = 0.0
        self._wheeled: Cell | None = None
        self._wheel = WheelGesture(self)
        self._wheel.ended.connect(self.stroke_ended)
        self._is_typing = False
        self._unchanged = ""
        self._field = QLineEdit(self)
        self._field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._field.setAccessibleName("Weight")
        self._field.hide()
        self._field.installEventFilter(self)

    @property
    def shows_numbers(self) -> bool:
        """Whether the cells are large enough for their numbers."""
        return self._texts.size_px > 0

    def set_kernel(self, kernel: Kernel, kernel_index: int = 0) -> None:
        """Show a kernel, the first or the second of its filter."""
        self._kernel_index = kernel_index
        old = self.kernel
        if kernel == old:
            return
        self.kernel = kernel
        largest = float(abs(kernel.weights).max())
        if self._painting is None or not np.array_equal(kernel.weights, self._painting):
            # Painting itself keeps the scale, so that strokes do not grow with what they paint.
            self._scale = largest
        self._painting = None
        self.refused_cell = None
        if old is None or old.weights.shape != kernel.weights.shape:
            self.focused_cell, self._hovered = (0, 0), None
            self._close_field()
            self.updateGeometry()
        changed = self.rect()
        if old is not None and old.weights.shape == kernel.weights.shape:
            cells = np.argwhere(old.weights != kernel.weights)
            if largest == self._largest and len(cells):
                changed = self._area(cells.min(axis=0), cells.max(axis=0))
        self._largest = largest
        if self._fit_texts():
            changed = self.rect()
        self._redraw(changed)
        self._describe()

    def set_brush(self, brush: Brush) -> None:
        """Paint with another brush."""
        if brush != self._brush:
            self._brush = brush
            self.update()

    def cell_rect(self, row: int, column: int) -> QRect:
        """Return where a cell is drawn."""
        edge, left, top = self._geometry()
        return QRect(left + column * edge, top + row * edge, edge - GAP_PX, edge - GAP_PX)

    def edit_cell(self, text: str | None = None) -> None:
        """Open the field over the focused cell, with its weight or a first typed character."""
        if self.kernel is None:
            return
        self.refused_cell = None
        self._unchanged = f"{self.kernel.weights[self.focused_cell]:.10g}"
        self._field.setText(self._unchanged if text is None else text)
        font = self.font()
        font.setPixelSize(max(self._texts.size_px, 13))
        self._field.setFont(font)
        cell = self.cell_rect(*self.focused_cell)
        width = self._field.fontMetrics().horizontalAdvance(self._field.text()) + FIELD_ROOM_PX
        width = max(cell.width(), width, FIELD_SIZE_PX[0])
        rect = QRect(0, 0, width, max(cell.height(), FIELD_SIZE_PX[1]))
        rect.moveCenter(cell.center())
        rect.moveLeft(min(max(rect.left(), 0), max(self.width() - rect.width(), 0)))
        rect.moveTop(min(max(rect.top(), 0), max(self.height() - rect.height(), 0)))
        self._field.setGeometry(rect)
        self._is_typing = True
        self._field.show()
        self._field.setFocus()
        if text is None:
            self._field.selectAll()
        self.update()

    def _geometry(self) -> tuple[int, int, int]:
        """Return the cells' edge and the grid's left and top, in pixels."""
        rows, columns = self.kernel.weights.shape if self.kernel else (1, 1)
        # Whole pixels, so that all cells are alike.
        width, height = self.width() - GAP_PX, self.height() - GAP_PX
        edge = max(min(width // columns, height // rows), 2)
        left, top = (width - edge * columns) // 2, (height - edge * rows) // 2
        return edge, left + GAP_PX, top + GAP_PX

    def _area(self, first: npt.NDArray[np.intp], last: npt.NDArray[np.intp]) -> QRect:
        """Return the rectangle of the cells from first to last, with their frames."""
        area = self.cell_rect(*first).united(self.cell_rect(*last))
        return area.adjusted(-GAP_PX, -GAP_PX, GAP_PX, GAP_PX)

    def _fit_texts(self) -> bool:
        """Find how large the numbers can be; True where that changed."""
        if self.kernel is None:
            return False
        return self._texts.fit(self.kernel.weights, self._geometry()[0] - GAP_PX, self.font())

    def _cell_near(self, position: QPointF) -> Cell:
        """Return the cell at a position as if the grid went on forever."""
        edge, left, top = self._geometry()
        return math.floor((position.y() - top) / edge), math.floor((position.x() - left) / edge)

    def _is_inside(self, cell: Cell) -> bool:
        rows, columns = self.kernel.weights.shape if self.kernel else (0, 0)
        return bool(0 <= cell[0] < rows and 0 <= cell[1] < columns)

    def _paint(self, cells: Iterable[Cell]) -> Weights:
        """Return the weights after the touches of one movement."""
        assert self.kernel is not None
        weights = self.kernel.weights
        for cell in filter(self._is_inside, cells):
            weights = paint(weights, *cell, self._amount, self._brush)
        self._painting = weights
        return weights

    def _nudge(self, cell: Cell, times: int) -> None:
        """Raise one cell and its symmetric partners, whatever the brush's radius."""
        if self.kernel is not None:
            amount = times * self._brush.amount(self._scale)
            pointed = replace(self._brush, radius=0)
            self._painting = paint(self.kernel.weights, *cell, amount, pointed)
            self.weights_edited.emit(self._kernel_index, self._painting)

    def _set_weight(self, value: float) -> None:
        if self.kernel is not None:
            weights = self.kernel.with_weight(*self.focused_cell, value).weights
            self.weights_edited.emit(self._kernel_index, weights)
            self.stroke_ended.emit()

    def _commit(self) -> None:
        """Take what was typed, or mark the cell and keep the last good weight."""
        if not self._is_typing:
            return
        text = self._field.text()
        self._close_field()
        if text == self._unchanged:  # shortened: not to be taken for the exact weight
            return
        try:
            self._set_weight(parse_weight(text))
        except KernelError as error:
            self.refused_cell = self.focused_cell
            self.update()
            self.refused.emit(error.sentence)

    def _close_field(self) -> None:
        self._is_typing = False
        if self._field.hasFocus():
            self.setFocus()  # before hiding: Qt would send the focus to the next widget
        self._field.hide()
        self.update()

    def _focus_cell(self, cell: Cell) -> None:
        if self.kernel is not None:
            rows, columns = self.kernel.weights.shape
            self.focused_cell = min(max(cell[0], 0), rows - 1), min(max(cell[1], 0), columns - 1)
            self.update()
            self._describe()

    def _focus_next(self, step: int) -> None:
        if self.kernel is not None:
            rows, columns = self.kernel.weights.shape
            place = self.focused_cell[0] * columns + self.focused_cell[1] + step
            self._focus_cell(divmod(place % (rows * columns), columns))

    def _hover(self, cell: Cell | None) -> None:
        if cell != self._hovered:
            self._hovered = cell
            self.update()
            self._describe()

    def _describe(self) -> None:
        """Say the pointed cell's exact weight, by mouse, by ear, and to who listens."""
        if self.kernel is None:
            return
        cell = self._hovered or (self.focused_cell if self.hasFocus() else None)
        self.setToolTip("" if self._hovered is None else self._words(self._hovered))
        self.setAccessibleDescription(self._words(self.focused_cell))
        self.pointed.emit(cell)

    def _words(self, cell: Cell) -> str:
        assert self.kernel is not None
        weight = f"{self.kernel.weights[cell]:.10g}".replace("-", "−")
        return f"row {cell[0]}, column {cell[1]}: {weight}"

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(288, self.heightForWidth(288))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, SMALLEST_HEIGHT_PX)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if self.kernel is None:
            return width
        rows, columns = self.kernel.weights.shape
        edge = min((width - GAP_PX) // columns, LARGEST_CELL_PX)
        return int(min(max(edge * rows + GAP_PX, SMALLEST_HEIGHT_PX), width))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is not self._field:
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key == Qt.Key.Key_Escape:
                self._close_field()
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._commit()  # not on its signal: the field passes the key on, to open it again
                return True
            if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self._commit()
                if self.refused_cell is None:
                    self._focus_next(1 if key == Qt.Key.Key_Tab else -1)
                    self.edit_cell()
                return True
            if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._commit()
                if self.refused_cell is None:
                    self._focus_cell(
                        (self.focused_cell[0] + _ARROWS[Qt.Key(key)][0], self.focused_cell[1])
                    )
                return True
        elif event.type() == QEvent.Type.FocusOut:
            self._commit()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._wheel.end()
        key, text, (row, column) = event.key(), event.text(), self.focused_cell
        is_whole = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if (
            key in _ARROWS
            and event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == _NO_MODIFIER
        ):
            down, across = _ARROWS[Qt.Key(key)]
            self._focus_cell((row + down, column + across))
        elif key == Qt.Key.Key_Home:
            self._focus_cell((0 if is_whole else row, 0))
        elif key == Qt.Key.Key_End:
            self._focus_cell((10**6 if is_whole else row, 10**6))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.edit_cell()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._nudge(self.focused_cell, 1 if key == Qt.Key.Key_PageUp else -1)
            self.stroke_ended.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._set_weight(0.0)
        elif text and text in "0123456789.,-+−":
            self.edit_cell(text)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell, sign = self._cell_near(event.position()), _SIGNS.get(event.button())
        if sign is None or self._painted is not None or not self._is_inside(cell):
            return
        self._wheel.end()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            sign = -sign
        self._amount = sign * self._brush.amount(self._scale)
        self._painted = cell
        self._focus_cell(cell)
        self.weights_edited.emit(self._kernel_index, self._paint([cell]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_near(event.position())
        self._hover(cell if self._is_inside(cell) else None)
        if self._painted is not None and cell != self._painted:
            weights = self._paint(cells_between(self._painted, cell))
            self._painted = cell
            self._focus_cell(cell)
            self.weights_edited.emit(self._kernel_index, weights)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._painted is not None and event.button() in _SIGNS:
            self._painted = None
            self.stroke_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._wheel.end()
        self._hover(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._describe()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._describe()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_texts()
        self._redraw(self.rect())

    def wheelEvent(self, event: QWheelEvent) -> None:
        cell = self._cell_near(event.position())
        is_wanted = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not (is_wanted and self._is_inside(cell)):
            event.ignore()
            return
        if cell != self._wheeled:
            self._wheel.end()
            self._wheeled = cell
        notches = self._wheel.notches(event)
        if notches:
            self._nudge(cell, notches)
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._fit_texts()
            self._redraw(self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.kernel is None:
            return
        self._update_layer(self.kernel.weights)
        painter = QPainter(self)
        ratio = self._layer.devicePixelRatio()
        area = QRectF(event.rect())
        source = QRectF(area.topLeft() * ratio, area.size() * ratio)
        painter.drawPixmap(area, self._layer, source)
        self._draw_marks(painter)
        painter.end()

    def _redraw(self, area: QRect) -> None:
        """Draw the cells of an area anew at the next painting."""
        self._stale = self._stale.united(area)
        self.update(area)

    def _update_layer(self, weights: Weights) -> None:
        """Draw what is stale of the cells, which are kept, since marks change far more often."""
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        if self._layer.size() != size or self._layer.devicePixelRatio() != ratio:
            self._layer = QPixmap(size)
            self._layer.setDevicePixelRatio(ratio)
            self._stale = self.rect()
        if self._stale.isEmpty():
            return
        painter = QPainter(self._layer)
        painter.setClipRect(self._stale)
        painter.fillRect(self._stale, self.palette().window())
        line = self.palette().mid().color()
        rows, columns = weights.shape
        edge, left, top = self._geometry()
        grid = QRect(left, top, edge * columns, edge * rows)
        painter.fillRect(grid.adjusted(-GAP_PX, -GAP_PX, 0, 0), line)
        painter.drawImage(grid, cell_image(weights, self._largest))
        # Between small cells, lines would be all that one sees.
        every = 1 if edge >= SMALLEST_LINED_PX else MAX_EDGE
        for row in range(rows, 0, -every):
            painter.fillRect(left, top + row * edge - GAP_PX, grid.width(), GAP_PX, line)
        for column in range(columns, 0, -every):
            painter.fillRect(left + column * edge - GAP_PX, top, GAP_PX, grid.height(), line)
        if self.shows_numbers:
            self._texts.prepare(painter)
            colors = text_colors(weights, self._largest)
            seen = self._stale.intersected(grid).translated(-left, -top)
            for row in range(seen.top() // edge, seen.bottom() // edge + 1):
                for column in range(seen.left() // edge, seen.right() // edge + 1):
                    painter.setPen(colors[row][column])
                    self._texts.draw(painter, self.cell_rect(row, column), weights[row, column])
        painter.end()
        self._stale = QRect()

    def _draw_marks(self, painter: QPainter) -> None:
        """Frame the refused and the focused cell, and what the brush would touch."""
        if self.refused_cell is not None:
            self._frame(painter, self.cell_rect(*self.refused_cell), QColor(200, 0, 0))
        if self.hasFocus():
            color = self.palette().highlight().color()
            self._frame(painter, self.cell_rect(*self.focused_cell), color)
        if self._hovered is None or self.kernel is None:
            return
        edge, left, top = self._geometry()
        rows, columns = self.kernel.weights.shape
        painter.setClipRect(left, top, edge * columns, edge * rows)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        reach = round(self._brush.radius * edge)
        for cell in partners(self.kernel.weights.shape, *self._hovered, self._brush.symmetry):
            rect = self.cell_rect(*cell)
            for color, inset in ((QColor(0, 0, 0, 160), 1), (QColor(255, 255, 255, 160), 2)):
                painter.setPen(QPen(color, 1))
                if reach:
                    grown = rect.adjusted(
                        inset - reach, inset - reach, reach - inset, reach - inset
                    )
                    painter.drawEllipse(grown)
                else:
                    painter.drawRect(rect.adjusted(inset, inset, -inset, -inset))

    def _frame(self, painter: QPainter, rect: QRect, color: QColor) -> None:
        """Draw a frame that is seen on every colour of cell."""
        painter.setPen(QPen(QColor(255, 255, 255), 1))
        painter.drawRect(rect.adjusted(3, 3, -4, -4))
        painter.fillRect(rect.left(), rect.top(), rect.width(), 3, color)
        painter.fillRect(rect.left(), rect.bottom() - 2, rect.width(), 3, color)
        painter.fillRect(rect.left(), rect.top(), 3, rect.height(), color)
        painter.fillRect(rect.right() - 2, rect.top(), 3, rect.height(), color)
