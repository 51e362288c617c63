"""One step as a card: thumbnail, number, name, output size, on/off switch and remove button."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFont,
    QFontInfo,
    QFontMetrics,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from explorer.core.filters.step_thumbnails import THUMBNAIL_EDGE_PX
from explorer.views.common.controls.controlled_check_box import ControlledCheckBox
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.images import image_of
from explorer.views.common.theme import BEHIND_PICTURES, SPACING_PX, faint

HIT_PX = 28
OFF_OPACITY = 0.4
OFF_TEXT_SHARE = 0.75  # can still be read, on the chosen card too
PLANE_SHIFT_PX = 7
_LINES = 3
_USUAL_NAME = "Convolution: Gx"  # has room on one line
LEAST_TEXT_PX = 11

# The tint of white in each channel: pure blue would be too dark.
_PLANE_TINTS = np.array([[1, 0.4, 0.4], [0.4, 0.9, 0.4], [0.5, 0.65, 1]])


@dataclass(frozen=True)
class CardContent:
    """The content of a card.

    Attributes
    ----------
    title : str
        "2", or "Input".
    name : str
        "Max pooling 2×2".
    size : str
        The output size: "250×187".
    is_on, is_chosen : bool
    can_remove : bool
    has_planes : bool
        Draw the thumbnail's red, green and blue one behind the other.
    thumbnail : (h, w) or (h, w, 3) uint8 or None
        Compared by identity.
    tool_tip, description : str
        The tooltip, and the text for screen readers.
    """

    title: str
    name: str
    size: str
    is_on: bool = True
    is_chosen: bool = False
    can_remove: bool = True
    has_planes: bool = False
    thumbnail: npt.NDArray[np.uint8] | None = field(default=None, compare=False)
    tool_tip: str = ""
    description: str = ""


class StepCard(QWidget):
    """Draws one step, and signals what the mouse does.

    Signals
    -------
    pressed()
        A person wants to see this step.
    toggle_wanted()
        A person wants it switched on or off.
    remove_wanted()
        A person wants it gone.
    dragged(x)
        The card is dragged to this position, in the parent's pixels.
    dropped()
        It was dropped.
    """

    pressed = Signal()
    toggle_wanted = Signal()
    remove_wanted = Signal()
    dragged = Signal(int)
    dropped = Signal()

    def __init__(self, parent: QWidget | None = None, *, is_step: bool = True) -> None:
        super().__init__(parent)
        self._is_step = is_step
        self.content = CardContent("", "", "")
        self._images: list[QImage] = []
        self._pressed_at: QPoint | None = None
        self.is_dragged = False
        self.setFixedSize(self.sizeHint())
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.switch = ControlledCheckBox(parent=self)
        self.switch.setFixedSize(HIT_PX, HIT_PX)
        self.switch.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.switch.clicked.connect(self.toggle_wanted)
        self.remove_button = IconButton("close", "Remove", is_flat=True)
        self.remove_button.setParent(self)
        self.remove_button.setFixedSize(HIT_PX, HIT_PX)
        self.remove_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.remove_button.clicked.connect(self.remove_wanted)
        self.switch.setVisible(is_step)
        self.remove_button.hide()

    def set_content(self, content: CardContent) -> None:
        """Show a step."""
        old, self.content = self.content, content
        if content.thumbnail is not old.thumbnail:
            self._images = _images_of(content)
            self.update(self._thumbnail_box)
        if content == old:
            return
        self.setToolTip(content.tool_tip)
        self.setAccessibleName(content.description)
        self.switch.setChecked(content.is_on)
        self.switch.setAccessibleName(f"{content.name} is on")
        self.switch.setToolTip("Switch this step off" if content.is_on else "Switch this step on")
        self.remove_button.setAccessibleName(f"Remove {content.name}")
        self.remove_button.setToolTip("Remove this step (Delete)")
        self._show_remove_button(self.underMouse())
        self.update()

    def cancel_drag(self) -> None:
        """Cancel a drag."""
        self.is_dragged = False
        self._pressed_at = None
        self.unsetCursor()

    @property
    def _text_left(self) -> int:
        return THUMBNAIL_EDGE_PX + 2 * SPACING_PX

    @property
    def _thumbnail_box(self) -> QRect:
        margin = (self.height() - THUMBNAIL_EDGE_PX) // 2
        return QRect(SPACING_PX, margin, THUMBNAIL_EDGE_PX, THUMBNAIL_EDGE_PX)

    def _show_remove_button(self, is_hovered: bool) -> None:
        is_wanted = is_hovered or self.content.is_chosen
        self.remove_button.setVisible(self._is_step and self.content.can_remove and is_wanted)

    def _paint_thumbnail(self, painter: QPainter, box: QRect) -> None:
        if not self._images:
            painter.fillRect(box, faint(BEHIND_PICTURES, 0.3))
            return
        shift = PLANE_SHIFT_PX
        room = box.size() - QSize(shift, shift) * (len(self._images) - 1)
        size = self._images[0].size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        size = size.expandedTo(QSize(2, 2))
        # Few values are drawn as the squares they are.
        is_reduced = self._images[0].width() > size.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_reduced)
        place = QRect(QPoint(), size)
        place.moveCenter(box.center() - QPoint(shift, shift) * (len(self._images) - 1) / 2)
        for image in self._images:
            painter.drawImage(place, image)
            place.translate(shift, shift)

    def _paint_texts(self, painter: QPainter, beside: QRect) -> None:
        metrics = self.fontMetrics()
        line = metrics.lineSpacing()
        top = QRect(beside.left(), 2, beside.width(), HIT_PX)
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(top, middle, self.content.title)
        painter.setFont(self.font())
        row = QRect(beside.left(), HIT_PX, beside.width(), line)
        for text in _two_lines(self.content.name, metrics, beside.width()):
            painter.drawText(row, middle, text)
            row.translate(0, line)
        painter.setFont(_fitting(self.font(), self.content.size, row.width()))
        short = painter.fontMetrics().elidedText(
            self.content.size, Qt.TextElideMode.ElideRight, row.width()
        )
        painter.drawText(row, middle, short)

    # Qt overrides.

    def sizeHint(self) -> QSize:
        metrics, margin = self.fontMetrics(), SPACING_PX // 2
        width = self._text_left + _width_of(_USUAL_NAME, metrics) + margin
        height = HIT_PX + _LINES * metrics.lineSpacing() + margin
        return QSize(width, max(height, THUMBNAIL_EDGE_PX + SPACING_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        edge = self.width() - HIT_PX - 2
        self.remove_button.move(edge, 2)
        self.switch.move(edge - HIT_PX, 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette = self.palette()
        highlight = palette.color(QPalette.ColorRole.Highlight)
        text = palette.color(QPalette.ColorRole.WindowText)
        is_hovered = self.underMouse() or self.is_dragged
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(highlight if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(
            faint(highlight, 0.35)
            if self.content.is_chosen
            else faint(text, 0.12 if is_hovered else 0.06)
        )
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)
        painter.setPen(text if self.content.is_on else faint(text, OFF_TEXT_SHARE))
        painter.setOpacity(1 if self.content.is_on else OFF_OPACITY)
        self._paint_thumbnail(painter, self._thumbnail_box)
        painter.setOpacity(1)
        left = self._text_left
        beside = QRect(left, 0, self.width() - left - SPACING_PX // 2, self.height())
        if event.rect().intersects(beside):  # a live thumbnail alone needs no text again
            self._paint_texts(painter, beside)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.setFixedSize(self.sizeHint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
            self.pressed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None or not self._is_step:
            return
        place = event.position().toPoint()
        distance = (place - self._pressed_at).manhattanLength()
        if self.is_dragged or distance >= QApplication.startDragDistance():
            self.is_dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(self.mapToParent(place).x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_dragged = self.is_dragged
        self.cancel_drag()
        if was_dragged:
            self.dropped.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._show_remove_button(True)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._show_remove_button(False)
        self.update()


def _images_of(content: CardContent) -> list[QImage]:
    """Return what to draw: nothing, the thumbnail, or its three planes, each in its colour."""
    pixels = content.thumbnail
    if pixels is None:
        return []
    if not content.has_planes or pixels.ndim != 3:
        return [image_of(pixels)]
    return [
        image_of((plane[..., None] * tint).astype(np.uint8))
        for plane, tint in zip(np.moveaxis(pixels, 2, 0), _PLANE_TINTS, strict=True)
    ]


def _width_of(text: str, metrics: QFontMetrics) -> int:
    return metrics.horizontalAdvance(text) + 1  # it may end between two pixels


def _fitting(font: QFont, text: str, width: int) -> QFont:
    """Return the largest font up to this one in which a text fits, if that can be read at all."""
    fitting = QFont(font)
    for size_px in range(QFontInfo(font).pixelSize(), LEAST_TEXT_PX - 1, -1):
        if _width_of(text, QFontMetrics(fitting)) <= width:
            break
        fitting.setPixelSize(size_px)
    return fitting


def _two_lines(text: str, metrics: QFontMetrics, width: int) -> tuple[str, str]:
    """Break a name between words; what does not fit is left out in the middle."""
    first, rest = "", text.split()
    while rest and _width_of(f"{first} {rest[0]}".strip(), metrics) <= width:
        first = f"{first} {rest.pop(0)}".strip()
    if not first and rest:
        first = rest.pop(0)
    middle = Qt.TextElideMode.ElideMiddle
    return (
        metrics.elidedText(first, middle, width),
        metrics.elidedText(" ".join(rest), middle, width),
    )
