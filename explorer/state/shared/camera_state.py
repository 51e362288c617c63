"""The webcam: whether it is on, which one, and its newest frame."""

from PySide6.QtCore import QObject, Signal

from explorer.background.camera import (
    Camera,
    CameraReader,
    Frame,
    OpenSource,
    list_cameras,
    open_camera,
)
from explorer.background.tasks import LatestWins, TaskPool
from explorer.state.shared.notices import Notices


class CameraState(QObject):
    """Switches a camera on and off, and passes its frames on.

    Parameters
    ----------
    pool : TaskPool
        Finds the cameras.
    notices : Notices
    open_source : callable
        Opens a camera by its number.

    Signals
    -------
    changed()
        `is_on`, `number` or `cameras` has another value.
    frame_arrived(Frame)
        (height, width, 3) uint8, RGB; read-only.
    """

    changed = Signal()
    frame_arrived = Signal(object)

    def __init__(
        self,
        pool: TaskPool,
        notices: Notices,
        *,
        open_source: OpenSource = open_camera,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._notices = notices
        self._listing = LatestWins(
            pool, done=self._set_cameras, failed=notices.report, is_bulk=True
        )
        self._reader = CameraReader(open_source, self)
        self._reader.frame_arrived.connect(self._on_frame)
        self._reader.failed.connect(self._on_failed)
        self.cameras: tuple[Camera, ...] = ()
        """The cameras found by the last `refresh`."""
        self.number = 0
        """The number of the camera that is on, or will be next."""
        self.frame: Frame | None = None
        """The newest frame since the camera was switched on; kept when it is switched off."""

    @property
    def is_on(self) -> bool:
        """Whether frames arrive, or soon will."""
        return self._reader.is_reading

    @property
    def is_busy(self) -> bool:
        """Whether the first frame of a camera is still to come."""
        return self.is_on and self.frame is None

    def refresh(self) -> None:
        """Find the cameras."""
        self._listing.ask(list_cameras)

    def start(self, number: int | None = None) -> None:
        """Switch a camera on; None for the one that was on last, else the first."""
        self.number = self.number if number is None else number
        self.frame = None
        self._reader.start(self.number)
        self.changed.emit()

    def stop(self) -> None:
        """Switch the camera off."""
        if self.is_on:
            self._reader.stop()
            self.changed.emit()

    def choose(self, number: int) -> None:
        """Take another camera; it is switched on only if one is on."""
        if number == self.number:
            return
        if self.is_on:
            self.start(number)
        else:
            self.number = number
            self.changed.emit()

    def close(self) -> None:
        """Switch the camera off for good, and wait until it is released."""
        self._reader.close()

    def _set_cameras(self, cameras: tuple[Camera, ...]) -> None:
        if cameras == self.cameras:
            return
        self.cameras = cameras
        if not self.is_on and cameras and self.number not in [c.number for c in cameras]:
            self.number = cameras[0].number
        self.changed.emit()

    def _on_frame(self, frame: Frame) -> None:
        frame.flags.writeable = False
        if self.frame is None:
            self._notices.withdraw("picture")
        self.frame = frame
        self.frame_arrived.emit(frame)

    def _on_failed(self, error: Exception) -> None:
        self.changed.emit()
        self._notices.report(error, topic="picture")
