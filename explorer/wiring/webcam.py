"""The webcam: switched on in the Picture menu, seen live on the Filter page."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject

from explorer.views.window.main_window import MainWindow
from explorer.wiring.states import States


class Webcam(QObject):
    """Connects the camera with the menu, the Filter page and the status line."""

    def __init__(self, states: States, window: MainWindow) -> None:
        super().__init__(window)
        self._states = states
        self._window = window
        menu, camera = window.picture_menu, states.camera
        menu.recent_wanted.connect(camera.refresh)
        menu.webcam_wanted.connect(self._switch)
        menu.camera_wanted.connect(camera.choose)
        camera.changed.connect(self._show)
        camera.frame_arrived.connect(self._on_frame)

    def _switch(self, is_on: bool) -> None:
        camera = self._states.camera
        if is_on:
            camera.start()
            self._window.show_page("filter")
            return
        camera.stop()
        if camera.frame is not None:
            # The last frame stays, and is a picture like any other.
            self._states.pictures.open_pixels(camera.frame, "webcam picture")

    def _show(self) -> None:
        menu, camera = self._window.picture_menu, self._states.camera
        menu.set_webcam_on(camera.is_on)
        menu.set_cameras([(each.number, each.name) for each in camera.cameras], camera.number)

    def _on_frame(self, frame: npt.NDArray[np.uint8]) -> None:
        height, width = frame.shape[:2]
        self._states.filter.set_picture(frame, "webcam", is_live=True)
        self._window.picture_label.setText(f"webcam  {width}×{height}, live")
        self._window.prediction_label.setText("")
