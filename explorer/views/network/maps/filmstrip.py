"""The filmstrip under the maps: one small map of each layer, in the order of the network."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem

from explorer.core.files.names import printable_name
from explorer.core.layers.feature_grid import color_map
from explorer.core.layers.filmstrip import FRAME_EDGE, Filmstrip
from explorer.views.common.images import image_of

CELL_PX = FRAME_EDGE + 24


class FilmstripView(QListWidget):
    """Shows a film; a click or the arrow keys choose its layer.

    Signals
    -------
    layer_chosen(str)
    """

    layer_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("One map of each layer")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(FRAME_EDGE, FRAME_EDGE))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        line = self.fontMetrics().height()
        self.setGridSize(QSize(CELL_PX, FRAME_EDGE + line + 12))
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(FRAME_EDGE + line + 12 + bar + 2 * self.frameWidth())
        self.currentItemChanged.connect(self._on_current)

    def set_film(self, film: Filmstrip | None) -> None:
        """Show another film."""
        with QSignalBlocker(self):
            self.clear()
            if film is None:
                return
            for name, index, is_signed, frame in zip(
                film.layers, film.maps, film.are_signed, film.frames, strict=True
            ):
                low, high = float(frame.min()), float(frame.max())
                if is_signed:
                    low, high = -max(-low, high), max(-low, high)
                pixels = color_map(frame, low, high, is_signed=is_signed)
                item = QListWidgetItem(
                    QIcon(QPixmap.fromImage(image_of(pixels))),
                    printable_name(name.rpartition("/")[2]),
                )
                item.setData(Qt.ItemDataRole.UserRole, name)
                item.setToolTip(f"{printable_name(name)}\nmap {index + 1}, the strongest")
                self.addItem(item)

    def set_chosen(self, layer: str | None) -> None:
        """Mark the frame of a layer, and bring it into view."""
        with QSignalBlocker(self):
            for row in range(self.count()):
                if self.item(row).data(Qt.ItemDataRole.UserRole) == layer:
                    self.setCurrentRow(row)
                    self.scrollToItem(self.item(row))
                    return
            self.setCurrentRow(-1)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.layer_chosen.emit(item.data(Qt.ItemDataRole.UserRole))
