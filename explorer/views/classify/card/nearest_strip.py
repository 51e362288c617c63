"""The pictures of the open dataset that are nearest to one, in a row."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.state.classify.nearest_state import MOST_PICTURES, NearestState, NearPicture
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.theme import SPACING_PX

EDGE_PX = 64


class NearestStrip(QWidget):
    """Shows each picture with its label below it; where there are none, what to do.

    Signals
    -------
    chosen(Path)
        A person wants to see this picture.
    """

    chosen = Signal(object)

    def __init__(self, state: NearestState) -> None:
        super().__init__()
        self._state = state
        self.text = plain_label(wraps=True, is_quiet=True)
        self.text.setMinimumWidth(1)
        self.buttons = [_Picture() for _ in range(MOST_PICTURES)]
        for button in self.buttons:
            button.clicked.connect(lambda checked=False, button=button: self._choose(button))
        row = in_row(*self.buttons, 1, spacing=SPACING_PX // 2)
        in_column(self.text, row, of=self)
        state.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        pictures, reason = self._state.pictures, self._state.reason
        self.setVisible(bool(pictures or reason))
        self.text.setText("Nearest in the dataset:" if pictures else reason)
        for place, button in enumerate(self.buttons):
            button.setVisible(place < len(pictures))
            if place < len(pictures):
                button.show_picture(pictures[place], self._state)

    def _choose(self, button: "_Picture") -> None:
        if button.picture is not None:
            self.chosen.emit(button.picture.sample.path)


class _Picture(QToolButton):
    def __init__(self) -> None:
        super().__init__()
        self.picture: NearPicture | None = None
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(EDGE_PX, EDGE_PX))
        self.setFixedWidth(EDGE_PX + SPACING_PX)

    def show_picture(self, picture: NearPicture, state: NearestState) -> None:
        self.picture = picture
        ratio = self.devicePixelRatioF()
        image = state.thumbnail(picture, round(EDGE_PX * ratio))
        if image is None:
            self.setIcon(QIcon())
        else:
            pixmap = QPixmap.fromImage(image)
            pixmap.setDevicePixelRatio(ratio)
            self.setIcon(QIcon(pixmap))
        name, label = printable_name(picture.sample.path), picture.sample.label or ""
        room = self.width() - SPACING_PX
        self.setText(self.fontMetrics().elidedText(label, Qt.TextElideMode.ElideMiddle, room))
        told = " · ".join(filter(None, (shorten_name(name), label)))
        self.setToolTip(f"{told}\nDistance {picture.distance:.3f}: 0 is the same, 1 unrelated")
        self.setAccessibleName(f"Nearest picture {told}")
