"""A picture that zooms at the mouse and pans, alone or linked to another."""

import functools
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPalette,
    QShortcut,
    QTransform,
)
from PySide6.QtWidgets import QGridLayout, QWidget

from explorer.views.common.controls.focus_ring import KEYBOARD_REASONS, FocusRing
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.pictures.number_grid import ON_DARK
from explorer.views.common.pictures.picture_marks import PictureMarks
from explorer.views.common.pictures.zoom_box import ZoomBox
from explorer.views.common.theme import BEHIND_PICTURES, SPACING_PX

WANTED_WIDTH_PX, WANTED_HEIGHT_PX = 240, 160
KEY_ZOOM = 1.25
SMALLEST_PICTURE_DOTS = 32
LARGEST_PIXEL_DOTS = 200
LONG_STEP = 10
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class PictureView(QWidget):
    """Shows a uint8 picture: wheel zooms at the mouse, dragging pans, double click fits.

    Arrows move a cursor from pixel to pixel, with Shift ten at a time; Home and End go to the ends
    of the row, with Ctrl of the picture; Enter clicks; plus and minus zoom, 1 shows full size and F
    fits.

    Signals
    -------
    hovered(column, row)
        The mouse, or the cursor, is over this pixel of the picture.
    aimed(column, row)
        Keys have moved the cursor to this pixel, which `hovered` told as well.
    left()
        The mouse is over none.
    clicked(column, row)
        This pixel was clicked.
    double_clicked(column, row)
        It was clicked again at once: the click before was meant to fit the picture.
    view_changed()
        `visible_rect` or `pixels_per_dot` has another value.
    """

    hovered = Signal(int, int)
    aimed = Signal(int, int)
    left = Signal()
    clicked = Signal(int, int)
    double_clicked = Signal(int, int)
    view_changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setAccessibleDescription("Arrow keys move from pixel to pixel; Enter pins a value.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view = pg.GraphicsView(self, background=BEHIND_PICTURES)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys belong to this widget
        self._box = ZoomBox(self._limit_zoom)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._box.addItem(self._image)
        self._marks = PictureMarks(self._box)
        self._view.setCentralItem(self._box)
        # Not the scene's own signal: it passes over quick moves, the last one too, and leaving.
        self._view.viewport().installEventFilter(self)
        self._view.scene().sigMouseClicked.connect(self._on_mouse_clicked)
        self._reason = plain_label(wraps=True)
        self._reason.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._reason.setMargin(2 * SPACING_PX)
        colors = self._reason.palette()
        colors.setColor(QPalette.ColorRole.WindowText, ON_DARK)
        self._reason.setPalette(colors)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view, 0, 0)
        layout.addWidget(self._reason, 0, 0)  # over it
        self._reason.hide()
        self.pixels: npt.NDArray[np.uint8] | None = None
        self._size = (0, 0)
        self._origin = (0.0, 0.0)
        self._step = (1.0, 1.0)
        self._reduction = (0, 0)
        self.windows: list[QRectF] = []
        self.reveal: int | None = None
        self._at: tuple[int, int] | None = None
        self._linked: list[PictureView] = []
        self._ring = FocusRing(self)
        self._seen = (QRectF(), 0.0)
        self._box.sigTransformChanged.connect(self._draw)
        self._box.sigRangeChanged.connect(self._tell_view)
        for key, action in (("1", self.show_full_size), ("F", self.fit)):
            shortcut = QShortcut(QKeySequence(key), self, action)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    @property
    def canvas(self) -> QWidget:
        """The widget that the picture is painted on."""
        canvas: QWidget = self._view.viewport()
        return canvas

    @property
    def visible_rect(self) -> QRectF:
        """The visible part of the picture, in its pixels; empty if none is visible."""
        inverse, _ = self._to_view().inverted()
        seen: QRectF = inverse.mapRect(self._box.viewRect())
        return seen.intersected(QRectF(0, 0, self._size[1], self._size[0]))

    def set_pixels(
        self,
        pixels: npt.NDArray[np.uint8],
        *,
        origin: tuple[float, float] = (0, 0),
        step: tuple[float, float] = (1, 1),
        keeps_view: bool = False,
    ) -> None:
        """Show a picture, keeping the zoom unless it has another size or place.

        Parameters
        ----------
        pixels : (height, width) or (height, width, 3) uint8
        origin : (float, float)
            Row and column of its first pixel's corner in the coordinates of a linked picture.
        step : (float, float)
            How far its pixels lie apart there, down and across.
        keeps_view : bool
            Whether the zoom stays in any case.
        """
        size = pixels.shape[0], pixels.shape[1]
        is_same_place = (self._size, self._origin, self._step) == (size, origin, step)
        if is_same_place and pixels is self.pixels:
            return
        self.pixels, self._size, self._origin, self._step = pixels, size, origin, step
        self._reduction = (0, 0)
        self._reason.hide()
        self._marks.numbers.set_pixels(pixels)
        if not is_same_place:
            self._marks.set_place(self._to_view())
            self._marks.set_reveal(self.reveal, size)
            self._move_cursor(None)
        self._draw()
        if not is_same_place:
            if not keeps_view:
                self.fit()
            self._tell_view()

    def show_sample(
        self,
        pixels: npt.NDArray[np.uint8],
        *,
        origin: tuple[float, float],
        step: tuple[float, float],
    ) -> None:
        """Draw a sample of a picture in its place, until `set_pixels` brings the whole.

        Parameters are those of `set_pixels`; zoom and numbers stay as they are.
        """
        self.pixels = None
        self._reason.hide()
        self._reduction = (0, 0)
        self._image.setImage(pixels, autoLevels=False, levels=None)
        height, width = pixels.shape[:2]
        self._image.setRect(QRectF(origin[1], origin[0], width * step[1], height * step[0]))

    def show_nothing(self, reason: str) -> None:
        """Show no picture, but why there is none; what was seen is seen again with the next."""
        self.pixels, self._size = None, (0, 0)
        self._image.clear()
        self._marks.numbers.set_values(None)
        self.set_windows([])
        self._move_cursor(None)
        self._reason.setText(reason)
        self._reason.show()

    @property
    def reason(self) -> str:
        """Why no picture is shown; empty where one is."""
        return "" if self._reason.isHidden() else self._reason.text()

    @property
    def pixels_per_dot(self) -> float:
        """How many of the picture's pixels fall on one of the screen, across."""
        return self._view_per_dot / self._step[1]

    def set_values(self, values: npt.NDArray[Any] | None) -> None:
        """Give the numbers to write into the pixels when they are large enough.

        Parameters
        ----------
        values : (height, width) or (height, width, 3) float or integer, or None
            Drawn where their height and width are the picture's.
        """
        self._marks.numbers.set_values(values)

    def set_windows(self, windows: Sequence[QRectF]) -> None:
        """Outline parts of the picture, given in its pixels."""
        if list(windows) != self.windows:
            self.windows = list(windows)
            self._marks.set_windows(self.windows)

    def aim_from(self, pixel: tuple[int, int]) -> None:
        """Let keys go on from a pixel, its row and column."""
        self._at = self._clamp(*pixel)

    def set_reveal(self, count: int | None) -> None:
        """Draw only the first pixels in reading order and leave the rest grey; None draws all."""
        if count != self.reveal:
            self.reveal = count
            self._marks.set_reveal(count, self._size)

    def link_to(self, other: "PictureView") -> None:
        """Zoom and pan together with another view."""
        self._box.setXLink(other._box)
        self._box.setYLink(other._box)
        self._linked.append(other)
        other._linked.append(self)

    def fit(self) -> None:
        """Show the whole picture, and those of linked views."""
        if not self._whole.isEmpty():
            self._box.setRange(self._whole, padding=0.01)

    @property
    def middle(self) -> QPointF:
        """The spot of the picture, in its pixels, in the middle of what is seen."""
        inverse, _ = self._to_view().inverted()
        spot: QPointF = inverse.map(self._box.viewRect().center())
        return spot

    def look_at(self, middle: QPointF, pixels_per_dot: float) -> None:
        """Show the picture around a spot, its pixels so many on one of the screen."""
        center = self._to_view().map(middle)
        dots = pixels_per_dot * self._step[1] * self.devicePixelRatioF()
        seen = QRectF(0, 0, self._box.width() * dots, self._box.height() * dots)
        seen.moveCenter(center)
        self._box.setRange(seen, padding=0)

    @property
    def viewed_part(self) -> QRectF:
        """What is seen, in the coordinates that linked pictures share."""
        return QRectF(self._box.viewRect())

    def see_part(self, part: QRectF) -> None:
        """Show what `viewed_part` told."""
        self._box.setRange(part, padding=0)

    @property
    def sees_whole(self) -> bool:
        """Whether the picture, and those of linked views, are entirely visible."""
        seen, whole = self._box.viewRect(), self._whole
        slack = self._view_per_dot
        return bool(seen.adjusted(-slack, -slack, slack, slack).contains(whole))

    def show_full_size(self) -> None:
        """Show one pixel of the picture as one pixel of the screen, around the same middle."""
        middle = self._box.viewRect().center()
        ratio = self.devicePixelRatioF()
        width = self._box.width() * ratio * self._step[1]
        height = self._box.height() * ratio * self._step[1]
        self._box.setRange(
            QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height), padding=0
        )

    @property
    def zoom(self) -> float:
        """Screen pixels per pixel of the picture, across."""
        return self._step[1] / self._view_per_dot

    def position_of(self, row: int, column: int) -> QPointF:
        """Return where the middle of a pixel lies in this widget."""
        scene = self._box.mapViewToScene(self._to_view().map(QPointF(column + 0.5, row + 0.5)))
        inside = self._view.mapFromScene(scene)
        return QPointF(self._view.mapTo(self, inside))

    @property
    def _view_per_dot(self) -> float:
        """How much of the view's coordinates falls on a pixel of the screen, along either axis.

        The box's own viewPixelSize is not asked: it may still be that of before a resize.
        """
        dots = max(self._box.width(), 1.0) * self.devicePixelRatioF()
        return float(self._box.viewRect().width() / dots)

    @property
    def place(self) -> QRectF:
        """Where the picture lies, in the coordinates that linked pictures share."""
        return self._to_view().mapRect(QRectF(0, 0, self._size[1], self._size[0]))

    @property
    def _whole(self) -> QRectF:
        """Where the pictures lie that are seen together; empty where there is none."""
        return functools.reduce(QRectF.united, [v.place for v in self._linked], self.place)

    def _to_view(self) -> QTransform:
        """Return the way from the picture's pixels to the view's coordinates."""
        (top, left), (down, across) = self._origin, self._step
        return QTransform(across, 0, 0, down, left, top)

    def _limit_zoom(self, factor: float) -> float:
        """Return by which factor a gesture may change how much is seen, so that it is not lost.

        The picture stays at least `SMALLEST_PICTURE_DOTS` of the screen long and its pixels at most
        `LARGEST_PIXEL_DOTS`. Where fitting or full size went beyond, the way back is open.
        """
        now = self._view_per_dot
        if factor < 1:
            nearest = max(self._step) / LARGEST_PIXEL_DOTS
            return max(factor, min(nearest / now, 1))
        farthest = max(self.place.width(), self.place.height()) / SMALLEST_PICTURE_DOTS
        return min(factor, max(farthest / now, 1))

    def _draw(self) -> None:
        """Give the item the picture, averaged down where the screen has less than half the pixels.

        The item could do that itself, but takes seconds for a photo.
        """
        if self.pixels is None:
            return
        pixels_per_dot = [self._view_per_dot / step for step in self._step]
        # Enlarged, pixels stay squares; a little reduced, none is skipped.
        smooth = QPainter.RenderHint.SmoothPixmapTransform
        self._view.setRenderHint(smooth, max(pixels_per_dot) > 1)
        reduction = max(int(pixels_per_dot[0]), 1), max(int(pixels_per_dot[1]), 1)
        if reduction == self._reduction:
            return
        self._reduction = reduction
        # Only whole groups of pixels, which OpenCV averages far more quickly; what is left at the
        # right and at the bottom is less than one pixel of the screen.
        height, width = (
            max(length // times, 1) for length, times in zip(self._size, reduction, strict=True)
        )
        shown = self.pixels[: height * reduction[0], : width * reduction[1]]
        grouped_height, grouped_width = shown.shape[:2]
        if max(reduction) > 1:
            shown = np.asarray(
                cv2.resize(shown, (width, height), interpolation=cv2.INTER_AREA), np.uint8
            )
        self._image.setImage(shown, autoLevels=False, levels=None)
        self._image.setRect(self._to_view().mapRect(QRectF(0, 0, grouped_width, grouped_height)))

    def _tell_view(self) -> None:
        # A picture that is seen whole stays so in a larger window, on more of the screen's pixels.
        seen = (self.visible_rect, self.pixels_per_dot)
        if seen != self._seen:
            self._seen = seen
            self.view_changed.emit()

    def _pixel_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return the row and column of the pixel at a place of the scene."""
        inverse, _ = self._to_view().inverted()
        point = inverse.map(self._box.mapSceneToView(position))
        row, column = int(np.floor(point.y())), int(np.floor(point.x()))
        is_inside = 0 <= row < self._size[0] and 0 <= column < self._size[1]
        return (row, column) if is_inside else None

    def pixel_under(self, position: QPointF) -> tuple[int, int] | None:
        """Return the row and column of the pixel at a place of the canvas; None beside it."""
        return self._pixel_at(self._view.mapToScene(position.toPoint()))

    def _on_mouse_moved(self, position: QPointF) -> None:
        pixel = self.pixel_under(position)
        if pixel is None:
            self.left.emit()
        else:
            self._at = pixel  # the keys go on from here
            self._marks.set_cursor(None)
            self.hovered.emit(pixel[1], pixel[0])

    def _on_mouse_clicked(self, event: Any) -> None:
        pixel = self._pixel_at(event.scenePos())
        if event.double():
            self.fit()
        if pixel is not None and event.button() is Qt.MouseButton.LeftButton:
            told = self.double_clicked if event.double() else self.clicked
            told.emit(pixel[1], pixel[0])

    def _move_cursor(self, pixel: tuple[int, int] | None) -> None:
        """Put the cursor on a pixel, or take it away."""
        self._at = pixel
        self._marks.set_cursor(pixel)
        if pixel is None:
            return
        spot = self._to_view().mapRect(QRectF(pixel[1], pixel[0], 1, 1))
        view = self._box.viewRect()
        if not view.contains(spot):
            view.moveCenter(spot.center())
            self._box.setRange(view, padding=0)
        self.hovered.emit(pixel[1], pixel[0])
        self.aimed.emit(pixel[1], pixel[0])

    @property
    def aim(self) -> tuple[int, int]:
        """The row and column that keys start from: the last one, or the middle of what is seen."""
        if self._at is not None:
            return self._at
        middle = self.visible_rect.center()
        return self._clamp(int(middle.y()), int(middle.x()))

    def _clamp(self, row: int, column: int) -> tuple[int, int]:
        return min(max(row, 0), self._size[0] - 1), min(max(column, 0), self._size[1] - 1)

    def _aim(self, event: QKeyEvent) -> tuple[int, int] | None:
        """Return the pixel that a key moves to; None for other keys."""
        row, column = self.aim
        modifiers = event.modifiers()
        if event.key() in _ARROWS:
            down, across = _ARROWS[Qt.Key(event.key())]
            length = LONG_STEP if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
            return self._clamp(row + length * down, column + length * across)
        is_whole = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Home:
            return self._clamp(0 if is_whole else row, 0)
        if event.key() == Qt.Key.Key_End:
            return self._clamp(self._size[0] if is_whole else row, self._size[1])
        return None

    def _zoom_by(self, factor: float) -> None:
        row, column = self.aim
        center = self._to_view().map(QPointF(column + 0.5, row + 0.5))
        self._box.scaleBy((1 / factor, 1 / factor), center=center)

    # Qt overrides.

    def sizeHint(self) -> QSize:
        # The view would ask for the room that it has: nothing beside it could ever grow.
        return QSize(WANTED_WIDTH_PX, WANTED_HEIGHT_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.pixels is None or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
            return
        aim = self._aim(event)
        if aim is not None:
            self._move_cursor(aim)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            row, column = self.aim
            self.clicked.emit(column, row)
        elif event.text() in ("+", "="):
            self._zoom_by(KEY_ZOOM)
        elif event.text() == "-":
            self._zoom_by(1 / KEY_ZOOM)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring.setVisible(event.reason() in KEYBOARD_REASONS)
        self._ring.raise_()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring.hide()
        self._marks.set_cursor(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._on_mouse_moved(event.position())
        elif event.type() == QEvent.Type.Leave:
            self.left.emit()
        return super().eventFilter(watched, event)
