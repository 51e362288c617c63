"""The picture under the mouse, at a place of its own so that nothing jumps."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.state.dataset.dataset_state import DatasetState
from explorer.views.common.labels.fixed_height_label import FixedHeightLabel
from explorer.views.common.layouts import in_column
from explorer.views.common.theme import SPACING_PX, faint

EDGE_PX = 240


class Preview(QWidget):
    """A thumbnail with what is known of the picture."""

    def __init__(self, state: DatasetState) -> None:
        super().__init__()
        self._state = state
        self._place: int | None = None
        self._picture = _Picture()
        self.text = FixedHeightLabel("Picture", 4)
        in_column(self._picture, self.text, of=self, spacing=SPACING_PX // 2)
        state.samples.thumbnails_came.connect(self._on_came)
        self.show_place(None)

    def show_place(self, place: int | None) -> None:
        """Show a picture of the dataset; None: say what the mouse does."""
        self._place = place
        if place is None:
            self.text.set_text("Point at a picture to see it, click to select it.")
            self._picture.show_image(None)
            return
        self.text.set_text(self._state.describe(place))
        self._show()

    def _show(self) -> None:
        if self._place is not None:
            edge = round(EDGE_PX * self.devicePixelRatioF())
            self._picture.show_image(self._state.samples.thumbnail(self._place, edge))

    def _on_came(self) -> None:
        if self._place is not None:
            self._show()


class _Picture(QWidget):
    """The thumbnail, in the middle of a square."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self.setFixedHeight(EDGE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_image(self, image: QImage | None) -> None:
        self._image = image
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        image = self._image
        if image is None:
            room = QRect((self.width() - EDGE_PX) // 2, 0, EDGE_PX, EDGE_PX)
            painter.fillRect(room, faint(self.palette().text().color(), 0.06))
        else:
            size = QSize(image.width(), image.height())
            ratio = self.devicePixelRatioF()
            size = (size / ratio).scaled(EDGE_PX, EDGE_PX, Qt.AspectRatioMode.KeepAspectRatio)
            x, y = (self.width() - size.width()) // 2, (EDGE_PX - size.height()) // 2
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRect(x, y, size.width(), size.height()), image)
        painter.end()
