"""The kernel as a grid of cells: drag to raise or lower weights, or type them."""

import math

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from explorer.core.kernels import Kernel
from explorer.errors import KernelError
from explorer.views.look import diverging_color, format_number

STROKE_SHARE = 0.1
SMALLEST_STEP = 0.01
TEXT_CELL_PX = 26
WHEEL_NOTCH = 120


class KernelEditor(QWidget):
    """Draws a kernel and turns strokes, wheel and typing into weights.

    A stroke with the left button raises each cell it enters by a tenth of the largest weight, one
    with the right button lowers it. Arrows move between cells; typing a number, Enter or F2 edits.

    Signals
    -------
    weight_edited(row, column, value)
        A person wants this weight.
    stroke_ended()
        A stroke or a typed number is complete.
    refused(sentence)
        What was typed is no weight.
    """

    weight_edited = Signal(int, int, float)
    stroke_ended = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Kernel")
        self.setAccessibleDescription("Arrows move between cells; type a number to set a weight.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._kernel: Kernel | None = None
        self._focused = (0, 0)
        self._painted: tuple[int, int] | None = None
        self._stroke = 0.0
        self._refused: tuple[int, int] | None = None
        self._wheel = 0
        self._field = QLineEdit(self)
        self._field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._field.setAccessibleName("Weight")
        self._field.hide()
        self._field.installEventFilter(self)
        self._field.returnPressed.connect(self._commit)

    @property
    def kernel(self) -> Kernel | None:
        """The kernel shown."""
        return self._kernel

    @property
    def refused_cell(self) -> tuple[int, int] | None:
        """The row and column of the cell whose typed text was refused last."""
        return self._refused

    def set_kernel(self, kernel: Kernel) -> None:
        """Show a kernel."""
        if self._kernel is None or self._kernel.weights.shape != kernel.weights.shape:
            self._focused = (0, 0)
            self._refused = None
            self._field.hide()
        self._kernel = kernel
        self.updateGeometry()
        self.update()

    def cell_rect(self, row: int, column: int) -> QRect:
        """Return where a cell is drawn."""
        edge, left, top = self._geometry()
        x0, x1 = left + column * edge, left + (column + 1) * edge
        y0, y1 = top + row * edge, top + (row + 1) * edge
        return QRect(QPoint(round(x0), round(y0)), QPoint(round(x1) - 2, round(y1) - 2))

    def edit_cell(self, text: str | None = None) -> None:
        """Open the field over the focused cell, with its weight or a first typed character."""
        if self._kernel is None:
            return
        weight = self._kernel.weights[self._focused]
        self._field.setText(f"{weight:.6g}" if text is None else text)
        rect = self.cell_rect(*self._focused)
        width = max(rect.width(), 72)
        left = min(max(rect.center().x() - width // 2, 0), max(self.width() - width, 0))
        height = max(rect.height(), 28)
        self._field.setGeometry(left, rect.center().y() - height // 2, width, height)
        self._field.show()
        self._field.setFocus()
        if text is None:
            self._field.selectAll()

    def _geometry(self) -> tuple[float, float, float]:
        """Return the cells' edge and the grid's left and top, in pixels."""
        rows, columns = self._kernel.weights.shape if self._kernel else (1, 1)
        edge = min(self.width() / columns, self.height() / rows)
        return edge, (self.width() - edge * columns) / 2, (self.height() - edge * rows) / 2

    def _cell_at(self, position: QPointF) -> tuple[int, int] | None:
        if self._kernel is None:
            return None
        edge, left, top = self._geometry()
        column = math.floor((position.x() - left) / edge)
        row = math.floor((position.y() - top) / edge)
        rows, columns = self._kernel.weights.shape
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    def _step(self) -> float:
        if self._kernel is None:
            return SMALLEST_STEP
        largest = float(abs(self._kernel.weights).max())
        return max(float(f"{largest * STROKE_SHARE:.1g}"), SMALLEST_STEP)

    def _nudge(self, cell: tuple[int, int], amount: float) -> None:
        if self._kernel is not None:
            # Rounded, so that ten steps of 0.1 make 1 and not 0.9999999.
            value = round(float(self._kernel.weights[cell]) + amount, 10)
            self.weight_edited.emit(*cell, value)

    def _commit(self) -> None:
        """Take what was typed, or mark the cell and keep the last good weight."""
        if not self._field.isVisible():
            return
        text = self._field.text().strip().replace("−", "-")
        try:
            value = float(text)
            if self._kernel is not None:
                self._kernel.with_weight(*self._focused, value)
        except ValueError:
            self._refuse(f"“{text}” is not a number; write 1.5 with a point.")
            return
        except KernelError as error:
            self._refuse(error.sentence)
            return
        self._refused = None
        self._close_field()
        self.weight_edited.emit(*self._focused, value)
        self.stroke_ended.emit()

    def _refuse(self, sentence: str) -> None:
        self._refused = self._focused
        self._close_field()
        self.update()
        self.refused.emit(sentence)

    def _close_field(self) -> None:
        self._field.hide()
        self.setFocus()

    def _move(self, rows: int, columns: int) -> None:
        if self._kernel is not None:
            height, width = self._kernel.weights.shape
            row = min(max(self._focused[0] + rows, 0), height - 1)
            column = min(max(self._focused[1] + columns, 0), width - 1)
            self._focused = (row, column)
            self.update()

    def _next_cell(self, step: int) -> None:
        if self._kernel is not None:
            height, width = self._kernel.weights.shape
            place = (self._focused[0] * width + self._focused[1] + step) % (height * width)
            self._focused = divmod(place, width)
            self.update()

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(288, self.heightForWidth(288))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 120)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if self._kernel is None:
            return width
        rows, columns = self._kernel.weights.shape
        height: int = min(max(round(width * rows / columns), 60), width)
        return height

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self._field and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                if event.key() == Qt.Key.Key_Escape:
                    self._close_field()
                    return True
                if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                    self._commit()
                    if self._refused is None:
                        self._next_cell(1 if event.key() == Qt.Key.Key_Tab else -1)
                        self.edit_cell()
                    return True
        elif watched is self._field and event.type() == QEvent.Type.FocusOut:
            self._commit()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        key, text = event.key(), event.text()
        if key in moves:
            self._move(*moves[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.edit_cell()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._nudge(self._focused, self._step() * (1 if key == Qt.Key.Key_PageUp else -1))
            self.stroke_ended.emit()
        elif text and text in "0123456789.,-+":
            self.edit_cell(text)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        sign = {Qt.MouseButton.LeftButton: 1, Qt.MouseButton.RightButton: -1}.get(event.button())
        if cell is None or sign is None or self._kernel is None:
            return
        self._stroke = sign * self._step()
        self._focused = self._painted = cell
        self._nudge(cell, self._stroke)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if cell is not None and self._kernel is not None:
            weight = float(self._kernel.weights[cell])
            self.setToolTip(f"row {cell[0] + 1}, column {cell[1] + 1}: {weight:.10g}")
        if self._painted is not None and cell is not None and cell != self._painted:
            self._focused = self._painted = cell
            self._nudge(cell, self._stroke)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._painted is not None:
            self._painted = None
            self.stroke_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        cell = self._cell_at(event.position())
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / WHEEL_NOTCH)
        self._wheel -= notches * WHEEL_NOTCH
        if cell is not None and notches:
            self._nudge(cell, notches * self._step())
            self.stroke_ended.emit()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._kernel is None:
            return
        painter = QPainter(self)
        weights = self._kernel.weights
        largest = float(abs(weights).max())
        shows_text = self._geometry()[0] >= TEXT_CELL_PX
        font = painter.font()
        font.setPixelSize(max(11, min(16, round(self._geometry()[0] / 3.2))))
        painter.setFont(font)
        for row in range(weights.shape[0]):
            for column in range(weights.shape[1]):
                rect = self.cell_rect(row, column)
                color = diverging_color(float(weights[row, column]), largest)
                painter.fillRect(rect, color)
                if shows_text:
                    is_light = color.lightnessF() > 0.55
                    painter.setPen(QColor(20, 20, 20) if is_light else QColor(255, 255, 255))
                    text = format_number(float(weights[row, column]))
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        self._frame(painter, self._refused, QColor(200, 0, 0))
        if self.hasFocus():
            self._frame(painter, self._focused, self.palette().highlight().color())
        painter.end()

    def _frame(self, painter: QPainter, cell: tuple[int, int] | None, color: QColor) -> None:
        if cell is not None:
            painter.setPen(QPen(color, 3))
            painter.drawRect(QRectF(self.cell_rect(*cell)).adjusted(1.5, 1.5, -1.5, -1.5))
