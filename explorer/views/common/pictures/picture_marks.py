"""What lies over a picture: numbers, the part not built up yet, windows, and a cursor."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen, QTransform
from PySide6.QtWidgets import QGraphicsPathItem

from explorer.views.common.pictures.pixel_numbers import PixelNumbers
from explorer.views.common.pictures.window_frames import WindowFrames
from explorer.views.common.theme import BEHIND_PICTURES


class PictureMarks:
    """The items over a picture, all in the picture's own pixels.

    Parameters
    ----------
    box : pyqtgraph.ViewBox
        Takes the items, above what it has already.
    """

    def __init__(self, box: Any) -> None:
        self.numbers = PixelNumbers()
        self._cover = QGraphicsPathItem()
        self._cover.setPen(QPen(Qt.PenStyle.NoPen))
        self._cover.setBrush(BEHIND_PICTURES)
        self._windows = WindowFrames(QColor(255, 255, 255), QColor(0, 0, 0))
        self._cursor = WindowFrames(QColor(0, 0, 0), QColor(255, 255, 255))
        self._items = [self.numbers, self._cover, self._windows, self._cursor]
        for item in self._items:
            box.addItem(item, ignoreBounds=True)

    def set_place(self, transform: QTransform) -> None:
        """Tell where the picture's pixels lie."""
        for item in self._items:
            item.setTransform(transform)

    def set_windows(self, windows: Sequence[QRectF]) -> None:
        """Outline parts of the picture."""
        self._windows.set_windows(windows)

    def set_cursor(self, pixel: tuple[int, int] | None) -> None:
        """Outline one pixel, its row and column, as the one that keys move."""
        self._cursor.set_windows([] if pixel is None else [QRectF(pixel[1], pixel[0], 1, 1)])

    def set_reveal(self, count: int | None, size: tuple[int, int]) -> None:
        """Cover all but the first pixels in reading order; None covers none."""
        path = QPainterPath()
        height, width = size
        if count is not None and 0 <= count < height * width:
            row, column = divmod(count, width)
            path.addRect(QRectF(column, row, width - column, 1))
            path.addRect(QRectF(0, row + 1, width, height - row - 1))
        self._cover.setPath(path)
