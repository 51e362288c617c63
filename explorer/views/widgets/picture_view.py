"""A picture that zooms at the mouse and pans, alone or linked to another."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QMouseEvent, QPainter, QPen, QShortcut
from PySide6.QtWidgets import QGraphicsRectItem, QVBoxLayout, QWidget

from explorer.views.look import BEHIND_PICTURES


class PictureView(QWidget):
    """Shows a uint8 picture: wheel zooms at the mouse, dragging pans, double click fits.

    Signals
    -------
    hovered(column, row)
        The mouse is over this pixel of the picture.
    left()
        The mouse is over none.
    clicked(column, row)
        This pixel was clicked.
    """

    hovered = Signal(int, int)
    left = Signal()
    clicked = Signal(int, int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view = pg.GraphicsView(self, background=BEHIND_PICTURES)
        self._box = pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0.01)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._box.addItem(self._image)
        # Light on dark: seen on any picture.
        self._frame = [_frame(5, QColor(0, 0, 0)), _frame(2, QColor(255, 255, 255))]
        for item in self._frame:
            self._box.addItem(item, ignoreBounds=True)
        self._view.setCentralItem(self._box)
        # Not the scene's own signal: it passes over quick moves, the last one too, and leaving.
        self._view.viewport().installEventFilter(self)
        self._view.scene().sigMouseClicked.connect(self._on_mouse_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        self._pixels: npt.NDArray[np.uint8] | None = None
        self._shape: tuple[int, ...] = ()
        self._origin = (0, 0)
        self._reduction = 0
        self._box.sigTransformChanged.connect(self._draw)
        for key, action in (("1", self.show_full_size), ("F", self.fit)):
            shortcut = QShortcut(QKeySequence(key), self, action)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    @property
    def canvas(self) -> QWidget:
        """The widget that the picture is painted on."""
        canvas: QWidget = self._view.viewport()
        return canvas

    @property
    def pixels(self) -> npt.NDArray[np.uint8] | None:
        """What is shown, (height, width) or (height, width, 3) uint8."""
        return self._pixels

    def set_pixels(
        self, pixels: npt.NDArray[np.uint8], *, origin: tuple[int, int] = (0, 0)
    ) -> None:
        """Show a picture, keeping the zoom unless it has another size.

        Parameters
        ----------
        pixels : (height, width) or (height, width, 3) uint8
        origin : (int, int)
            Row and column of its first pixel in the coordinates of a linked picture.
        """
        is_same_place = self._shape == pixels.shape[:2] and self._origin == origin
        self._pixels, self._shape, self._origin = pixels, pixels.shape[:2], origin
        self._reduction = 0
        self._draw()
        if not is_same_place:
            self.fit()

    def set_frame(self, frame: QRectF | None) -> None:
        """Draw a frame around a part of the picture, given in its pixels; None removes it."""
        for item in self._frame:
            item.setVisible(frame is not None)
            if frame is not None:
                item.setRect(frame.translated(self._origin[1], self._origin[0]))

    def link_to(self, other: "PictureView") -> None:
        """Zoom and pan together with another view."""
        self._box.setXLink(other._box)
        self._box.setYLink(other._box)

    def fit(self) -> None:
        """Show the whole picture."""
        if self._shape:
            self._box.setRange(self._place, padding=0.01)

    def show_full_size(self) -> None:
        """Show one pixel of the picture as one pixel of the screen, around the same middle."""
        middle = self._box.viewRect().center()
        ratio = self.devicePixelRatioF()
        width, height = self._box.width() * ratio, self._box.height() * ratio
        self._box.setRange(
            QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height), padding=0
        )

    @property
    def zoom(self) -> float:
        """Screen pixels per pixel of the picture."""
        return float(1 / self._box.viewPixelSize()[0]) * self.devicePixelRatioF()

    def position_of(self, row: int, column: int) -> QPointF:
        """Return where the middle of a pixel lies in this widget."""
        scene = self._box.mapViewToScene(
            QPointF(column + self._origin[1] + 0.5, row + self._origin[0] + 0.5)
        )
        inside = self._view.mapFromScene(scene)
        return QPointF(self._view.mapTo(self, inside))

    @property
    def _place(self) -> QRectF:
        """Where the picture lies."""
        height, width = self._shape
        return QRectF(self._origin[1], self._origin[0], width, height)

    def _draw(self) -> None:
        """Give the item the picture, averaged down where the screen has less than half the pixels.

        The item could do that itself, but takes seconds for a photo.
        """
        if self._pixels is None:
            return
        pixels_per_dot = self._box.viewPixelSize()[0] / self.devicePixelRatioF()
        # Enlarged, pixels stay squares; a little reduced, none is skipped.
        smooth = QPainter.RenderHint.SmoothPixmapTransform
        self._view.setRenderHint(smooth, pixels_per_dot > 1)
        reduction = max(int(pixels_per_dot), 1)
        if reduction == self._reduction:
            return
        self._reduction = reduction
        shown = self._pixels
        if reduction > 1:
            height, width = (max(length // reduction, 1) for length in self._shape)
            shown = np.asarray(
                cv2.resize(shown, (width, height), interpolation=cv2.INTER_AREA), np.uint8
            )
        self._image.setImage(shown, autoLevels=False, levels=None)
        self._image.setRect(self._place)

    def _pixel_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return the column and row of the pixel at a place of the scene."""
        point = self._box.mapSceneToView(position) - self._place.topLeft()
        row, column = int(np.floor(point.y())), int(np.floor(point.x()))
        is_inside = self._shape and 0 <= row < self._shape[0] and 0 <= column < self._shape[1]
        return (column, row) if is_inside else None

    def _on_mouse_moved(self, position: QPointF) -> None:
        pixel = self._pixel_at(self._view.mapToScene(position.toPoint()))
        if pixel is None:
            self.left.emit()
        else:
            self.hovered.emit(*pixel)

    def _on_mouse_clicked(self, event: Any) -> None:
        pixel = self._pixel_at(event.scenePos())
        if event.double():
            self.fit()
        elif pixel is not None and event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit(*pixel)

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._on_mouse_moved(event.position())
        elif event.type() == QEvent.Type.Leave:
            self.left.emit()
        return super().eventFilter(watched, event)


def _frame(width: int, color: QColor) -> QGraphicsRectItem:
    item = QGraphicsRectItem()
    pen = QPen(color, width)
    pen.setCosmetic(True)  # as wide at every zoom
    item.setPen(pen)
    item.setVisible(False)
    return item
