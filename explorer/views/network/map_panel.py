"""One feature map, large, with its colour scale; of a vector, one value in figures."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.core.models.feature_grid import color_map
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.pictures.color_scale import ColorScale
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.theme import SPACING_PX

MAP_HEIGHT_PX = 240


class MapPanel(QWidget):
    """Shows a map as the mosaic does, under a title.

    Signals
    -------
    hovered(column, row)
        The mouse is over this value of the map.
    left()
        The mouse is over none.
    """

    hovered = Signal(int, int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel()
        self.view = PictureView("Chosen feature map")
        self.view.hovered.connect(self.hovered)
        self.view.left.connect(self.left)
        self._figure = QLabel()
        self._figure.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = self._figure.font()
        font.setPointSizeF(font.pointSizeF() * 2.5)
        self._figure.setFont(font)
        self.scale = ColorScale()
        row = QHBoxLayout()
        row.setSpacing(SPACING_PX)
        row.addWidget(self.view, stretch=1)
        row.addWidget(self._figure, stretch=1)
        row.addWidget(self.scale)
        body = QWidget()
        body.setFixedHeight(MAP_HEIGHT_PX)
        row.setContentsMargins(0, 0, 0, 0)
        body.setLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING_PX // 2)
        layout.addWidget(self._title)
        layout.addWidget(body)

    @property
    def title(self) -> str:
        """The line above the map."""
        return self._title.text()

    @property
    def figure(self) -> str:
        """The value shown in figures; empty where a map is shown."""
        return self._figure.text()

    def set_map(
        self, title: str, values: npt.NDArray[np.float32], *, low: float, high: float
    ) -> None:
        """Show a map.

        Parameters
        ----------
        title : str
        values : (height, width) float32
        low, high : float
            The values drawn with the first and the last colour.
        """
        self._title.setText(title)
        self._figure.clear()
        self._figure.hide()
        self.view.show()
        self.view.set_pixels(color_map(values, low, high))
        self.scale.set_range(low, high)

    def set_value(self, title: str, value: float, text: str, *, low: float, high: float) -> None:
        """Show one value as a text, beside the colours of its layer's range."""
        self._title.setText(title)
        self._figure.setText(text)
        self._figure.setToolTip(f"{value:.9g}")
        self._figure.show()
        self.view.hide()
        self.scale.set_range(low, high)
