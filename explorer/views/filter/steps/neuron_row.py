"""One neuron of a fully connected step: weights, pattern, score and softmax."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.core.filters.steps import NEURON_PATTERNS
from explorer.core.text.percent import format_percent
from explorer.views.common.controls.choice_box import Choice, ChoiceBox
from explorer.views.common.images import image_of
from explorer.views.common.layouts import in_column
from explorer.views.common.theme import BEHIND_PICTURES, SPACING_PX, faint, format_number

PICTURE_EDGE_PX = 56
ROW_HEIGHT_PX = 58
BAR_HEIGHT_PX = 6

_EXPLANATIONS = {
    "centre": "Responds to a bright centre on a dark surround.",
    "left to right": "Responds to brightness increasing from left to right.",
    "top to bottom": "Responds to brightness increasing from top to bottom.",
    "random": "Random weights, as in an untrained network.",
}


class NeuronRow(QWidget):
    """Shows a neuron; its pattern can be chosen.

    Signals
    -------
    pattern_chosen(pattern)
        A person wants these weights: one of `NEURON_PATTERNS`.
    """

    pattern_chosen = Signal(str)

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._score: float | None = None
        self._probability = 0.0
        self._pixels: npt.NDArray[np.uint8] | None = None
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        choices = [
            Choice(pattern, pattern.capitalize(), _EXPLANATIONS[pattern])
            for pattern in NEURON_PATTERNS
        ]
        self.pattern = ChoiceBox(f"Weights of neuron {number}", choices)
        self.pattern.chosen.connect(self.pattern_chosen)
        layout = in_column(self.pattern, 1, of=self)
        layout.setContentsMargins(PICTURE_EDGE_PX + SPACING_PX, 0, 0, 0)

    @property
    def texts(self) -> tuple[str, str]:
        """The score and the softmax as shown."""
        if self._score is None:
            return "–", ""
        return f"score {format_number(self._score)}", format_percent(self._probability)

    def show_neuron(
        self,
        pattern: str,
        *,
        score: float | None,
        probability: float,
        weights: npt.NDArray[np.uint8] | None,
    ) -> None:
        """Show a neuron.

        Parameters
        ----------
        pattern : str
            One of `NEURON_PATTERNS`.
        score : float or None
            None while it is not known.
        probability : float
            0 to 1.
        weights : (h, w, 3) uint8 or None
            As `weight_picture` draws them; compared by identity.
        """
        self.pattern.choose(pattern)
        if weights is not self._pixels:
            self._pixels = weights
            self._image = None if weights is None else image_of(weights)
            self.update()
        if (score, probability) != (self._score, self._probability):
            self._score, self._probability = score, probability
            self._describe()
            self.update()

    def _describe(self) -> None:
        name = f"Neuron {self._number}"
        if self._score is None:
            self.setToolTip(f"{name} has no score yet")
        else:
            self.setToolTip(f"{name}: score {self._score:.9g}, softmax {self._probability:.9g}")
        self.setAccessibleName(self.toolTip())

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(240, ROW_HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        square = QRect(0, 0, PICTURE_EDGE_PX, PICTURE_EDGE_PX)
        if self._image is None:
            painter.fillRect(square, faint(BEHIND_PICTURES, 0.3))
        else:
            mode = Qt.AspectRatioMode.KeepAspectRatio
            place = QRect(QPoint(), self._image.size().scaled(square.size(), mode))
            place.moveCenter(square.center())
            painter.drawImage(place, self._image)
        self._paint_probability(painter, square.right() + 1 + SPACING_PX)
        painter.end()

    def _paint_probability(self, painter: QPainter, left: int) -> None:
        text = self.palette().color(QPalette.ColorRole.WindowText)
        top = self.pattern.geometry().bottom() + 1
        line = QRect(left, top, self.width() - left, self.fontMetrics().lineSpacing() + 2)
        score, probability = self.texts
        painter.setPen(text)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignLeft, score)
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, probability)
        bar = QRectF(left, line.bottom() + 1, line.width(), BAR_HEIGHT_PX)
        painter.fillRect(bar, faint(text, 0.12))
        bar.setWidth(bar.width() * self._probability)
        painter.fillRect(bar, self.palette().color(QPalette.ColorRole.Highlight))
