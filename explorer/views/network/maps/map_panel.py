"""One feature map, large, with its colour scale; of a vector, one value in figures."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from explorer.core.images.read import Picture
from explorer.core.layers.feature_grid import lay_over
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.pictures.color_scale import ColorScale
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.theme import SPACING_PX

MAP_HEIGHT_PX = 240


class MapPanel(QWidget):
    """Shows a map as the mosaic does, under a title; `view` tells where the mouse is."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ElidedLabel()
        self.view = PictureView("Chosen feature map")
        self.figure = plain_label(scale=2.5)
        self.figure.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.scale = ColorScale()
        self.over = QCheckBox("Over &the picture")
        self.over.setToolTip("Show the map over the picture that the model sees")
        self.over.toggled.connect(self._draw)
        self._map: tuple[npt.NDArray[np.uint8], Picture | None] | None = None
        body = QWidget()
        body.setFixedHeight(MAP_HEIGHT_PX)
        in_row((self.view, 1), (self.figure, 1), self.scale, of=body)
        in_column(self.title, body, self.over, of=self, spacing=SPACING_PX // 2)

    def set_map(
        self,
        title: str,
        pixels: npt.NDArray[np.uint8],
        *,
        low: float,
        high: float,
        is_signed: bool,
        picture: Picture | None,
    ) -> None:
        """Show a map.

        Parameters
        ----------
        title : str
        pixels : (height, width, 3) uint8
            As it is drawn among the others: a dead one is hatched.
        low, high : float
            The values drawn with the first and the last colour.
        is_signed : bool
            Whether zero is in the middle of these.
        picture : (height, width, 3) uint8 or None
            What the model saw.
        """
        self.title.setText(title)
        self.figure.clear()
        self.figure.hide()
        self.view.show()
        self.over.show()
        self._map = (pixels, picture)
        self.over.setEnabled(picture is not None)
        self._draw()
        self.scale.set_range(low, high, is_signed=is_signed)

    def frame(self, box: tuple[range, range] | None) -> None:
        """Frame what a value sees of the picture, while that is shown; None frames nothing."""
        frames = []
        if box is not None and self.over.isChecked() and self.over.isVisible():
            rows, columns = box
            frames.append(QRectF(columns.start, rows.start, len(columns), len(rows)))
        self.view.set_windows(frames)

    def _draw(self) -> None:
        if self._map is None:
            return
        pixels, picture = self._map
        if self.over.isChecked() and picture is not None:
            pixels = lay_over(picture, pixels)
        self.view.set_pixels(pixels)

    def set_value(
        self, title: str, value: float, text: str, *, low: float, high: float, is_signed: bool
    ) -> None:
        """Show one value as a text, beside the colours of its layer's range."""
        self.title.setText(title)
        self.figure.setText(text)
        self.figure.setToolTip(f"{value:.9g}")
        self.figure.show()
        self.view.hide()
        self.over.hide()
        self._map = None
        self.scale.set_range(low, high, is_signed=is_signed)
