"""Frames of a camera, read on a thread of its own; only the newest one waits."""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from explorer.errors import CameraError, reason_of

MAX_ANSWER_S = 10.0
MAX_SILENCE_S = 5.0
RETRY_S = 0.05
CLOSE_WAIT_S = 2.0
RELEASE_S = 2.0
"""How long the next camera waits until the one before is let go of."""

STOPPED = "The camera stopped sending pictures."
NO_ANSWER = "The camera does not respond: unplug it and plug it in again, or choose another one."

Frame = npt.NDArray[np.uint8]
"""(height, width, 3) uint8, RGB."""


@dataclass(frozen=True)
class Camera:
    """A camera to choose."""

    number: int
    name: str


class FrameSource(Protocol):
    """Whatever gives frames; used by one thread at a time."""

    def read(self) -> Frame | None:
        """Wait for the next frame; None when there is none."""

    def close(self) -> None:
        """Let go of the camera."""


OpenSource = Callable[[int], FrameSource]


class CameraReader(QObject):
    """Reads one camera after another; never more than one at a time.

    A frame that comes before the window has taken the last one replaces it: nothing queues up.

    Parameters
    ----------
    open_source : callable
        Opens a camera by its number, on the thread; raises CameraError.
    max_answer_s : float
        How long a camera may not answer at all, while it is opened or asked for a frame.
    max_silence_s : float
        How long it may answer that it has no frame.

    Signals
    -------
    frame_arrived(Frame)
    failed(Exception)
        The camera could not be opened, or stopped by itself; it is not read any more.
    """

    frame_arrived = Signal(object)
    failed = Signal(object)
    _has_news = Signal(object)

    def __init__(
        self,
        open_source: OpenSource,
        parent: QObject | None = None,
        *,
        max_answer_s: float = MAX_ANSWER_S,
        max_silence_s: float = MAX_SILENCE_S,
    ) -> None:
        super().__init__(parent)
        self._open_source = open_source
        self._max_answer_s = max_answer_s
        self._max_silence_s = max_silence_s
        self._reading: _Reading | None = None
        self._watch = QTimer(self)  # here, not on the thread: a driver may never come back
        self._watch.setSingleShot(True)
        self._watch.timeout.connect(self._give_up)
        self._is_closed = False
        self._has_news.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def is_reading(self) -> bool:
        """Whether a camera is wanted, be it still opening."""
        return self._reading is not None and not self._reading.is_stopped

    def start(self, number: int) -> None:
        """Read a camera, in place of another one if there is one. Does not wait for it."""
        if self._is_closed:
            return
        self.stop()
        self._reading = _Reading(
            number,
            self._open_source,
            self._has_news.emit,
            max_silence_s=self._max_silence_s,
            before=self._reading,
        )
        self._watch.start(round(self._max_answer_s * 1000))

    def stop(self) -> None:
        """Read no more. Does not wait: a camera may take a while to let go."""
        self._watch.stop()
        if self._reading is not None:
            self._reading.stop()

    def close(self) -> None:
        """Read no more, and wait until the camera is let go of, but not forever."""
        self._is_closed = True
        self.stop()
        if self._reading is not None:
            self._reading.wait(CLOSE_WAIT_S)

    @Slot(object)
    def _deliver(self, reading: "_Reading") -> None:
        # What came from a camera before this one, or after it was stopped, is late.
        if reading is not self._reading or reading.is_stopped:
            return
        frame, error = reading.take()
        if frame is not None:
            self._watch.start(round(self._max_answer_s * 1000))
            self.frame_arrived.emit(frame)
        if error is not None:
            self.stop()
            self.failed.emit(error)

    def _give_up(self) -> None:
        reading = self._reading
        if reading is not None and not reading.is_stopped:
            self.stop()
            self.failed.emit(CameraError(STOPPED if reading.has_frames else NO_ANSWER))


class _Reading:
    """One thread that reads one camera until it is stopped.

    Parameters
    ----------
    number : int
    open_source : callable
        Opens the camera of that number.
    tell : callable
        Called on the thread with this object when there is something to `take`.
    max_silence_s : float
    before : _Reading or None
        To be waited for: two cannot have the same camera, nor some cables two at once.
    """

    def __init__(
        self,
        number: int,
        open_source: OpenSource,
        tell: Callable[["_Reading"], None],
        *,
        max_silence_s: float,
        before: "_Reading | None",
    ) -> None:
        self.number = number
        self._open_source = open_source
        self._tell = tell
        self._max_silence_s = max_silence_s
        self._before = before
        self.has_frames = False
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._error: Exception | None = None
        # A daemon: a driver that never answers must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is wanted any more."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """End after the frame that is being waited for."""
        self._stopped.set()

    def wait(self, limit_s: float) -> bool:
        """Wait for the end of the thread, at most so many seconds; return whether it has ended."""
        self._thread.join(limit_s)
        return not self._thread.is_alive()

    def take(self) -> tuple[Frame | None, Exception | None]:
        """Return the newest frame and what went wrong since the last time."""
        with self._lock:
            taken = self._frame, self._error
            self._frame = self._error = None
        return taken

    def _run(self) -> None:
        before, self._before = self._before, None
        try:
            # One that hangs blocks another camera only so long, and itself without end.
            is_free = before is None or before.wait(RELEASE_S) or before.number != self.number
            if not is_free:
                raise CameraError(NO_ANSWER)
            if not self.is_stopped:
                self._read()
        except Exception as error:  # it is handed over, not swallowed
            self._put(None, error)

    def _read(self) -> None:
        source = self._open_source(self.number)
        try:
            heard = time.monotonic()
            while not self.is_stopped:
                frame = source.read()
                if frame is not None:
                    heard = time.monotonic()
                    self.has_frames = True
                    self._put(frame, None)
                elif time.monotonic() - heard > self._max_silence_s:
                    raise CameraError(STOPPED)
                else:
                    self._stopped.wait(RETRY_S)
        finally:
            source.close()

    def _put(self, frame: Frame | None, error: Exception | None) -> None:
        with self._lock:
            is_news = self._frame is None and self._error is None
            self._frame = frame if frame is not None else self._frame
            self._error = error
        if is_news and not self.is_stopped:
            self._tell(self)


def list_cameras(folder: Path = Path("/sys/class/video4linux")) -> tuple[Camera, ...]:
    """Name the cameras without switching one on.

    Parameters
    ----------
    folder : Path
        Where Linux lists them. Other systems can only be asked by opening each: there the first
        one is all that is offered.
    """
    if not sys.platform.startswith("linux"):
        return (Camera(0, "Camera"),)
    found = []
    try:
        devices = list(folder.glob("video[0-9]*"))
    except OSError:
        return ()
    for device in devices:
        number = device.name.removeprefix("video")
        # A camera has further devices, for what it tells about its pictures.
        if number.isdecimal() and _read_line(device / "index") in ("", "0"):
            found.append(Camera(int(number), _read_line(device / "name") or f"Camera {number}"))
    return tuple(sorted(found, key=lambda camera: camera.number))


def open_camera(number: int) -> FrameSource:
    """Open a camera through OpenCV; may take seconds.

    Raises
    ------
    CameraError
        There is none, or it cannot be used.
    """
    # OpenCV would print each way it tried.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    is_linux = sys.platform.startswith("linux")
    if is_linux:
        _check_device(Path(f"/dev/video{number}"))
    capture = cv2.VideoCapture(number, cv2.CAP_V4L2 if is_linux else cv2.CAP_ANY)
    if not capture.isOpened():
        capture.release()
        raise CameraError(
            "The camera could not be opened: there is none, or another program is using it."
        )
    return OpenCvSource(capture)


class OpenCvSource:
    """A camera that OpenCV has opened."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture

    def read(self) -> Frame | None:
        """Wait for the next frame."""
        is_read, frame = self._capture.read()
        if not is_read or frame is None:
            return None
        return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8)

    def close(self) -> None:
        """Let go of the camera."""
        self._capture.release()


def _check_device(device: Path) -> None:
    try:
        with device.open("rb"):
            pass
    except FileNotFoundError as error:
        raise CameraError("No camera was found.") from error
    except PermissionError as error:
        raise CameraError(
            f"The camera could not be opened: permission denied (“{device}”). On most systems, the "
            "group “video” has access."
        ) from error
    except OSError as error:
        raise CameraError(f"The camera was not opened: {reason_of(error)}.") from error


def _read_line(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
