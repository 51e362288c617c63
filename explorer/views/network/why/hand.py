"""The hand that moves the occluder over a picture: drag, wheel and arrow keys."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from explorer.state.network.occluder_state import OccluderState
from explorer.views.common.pictures.picture_view import PictureView

NOTCH = 120
"""What Qt tells of one step of the wheel."""


class OccluderHand(QObject):
    """While the occluder is on, dragging moves it instead of the picture, and the wheel sizes it.

    Parameters
    ----------
    view : PictureView
        Shows the picture that is covered.
    state : OccluderState
    """

    def __init__(self, view: PictureView, state: OccluderState) -> None:
        super().__init__(view)
        self._view = view
        self._state = state
        self._is_dragging = False
        view.canvas.installEventFilter(self)
        view.aimed.connect(self._on_aimed)

    def _move(self, event: QMouseEvent) -> None:
        pixel = self._view.pixel_under(event.position())
        if pixel is not None:
            self._state.move_to(pixel[0] + 0.5, pixel[1] + 0.5)

    def _on_aimed(self, column: int, row: int) -> None:
        if self._state.is_on:
            self._state.move_to(row + 0.5, column + 0.5)

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self._state.is_on:
            self._is_dragging = False
            return super().eventFilter(watched, event)
        if isinstance(event, QWheelEvent):
            self._state.scale(event.angleDelta().y() / NOTCH)
            return True
        if isinstance(event, QMouseEvent):
            is_left = event.button() is Qt.MouseButton.LeftButton
            if event.type() == QEvent.Type.MouseButtonPress and is_left:
                self._is_dragging = True
                self._view.setFocus(Qt.FocusReason.MouseFocusReason)
                self._move(event)
                return True
            if event.type() == QEvent.Type.MouseButtonRelease and is_left:
                self._is_dragging = False
                return True
            if event.type() == QEvent.Type.MouseMove and self._is_dragging:
                self._move(event)
        return super().eventFilter(watched, event)
