"""Look for a usable display before Qt does: with none, Qt ends the process and cannot be caught."""

import ctypes
import os
import socket
import subprocess
import sys
from pathlib import Path

_HARMLESS = ("offscreen", "minimal", "cocoa", "windows")
_PROBE = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
_PROBE_S = 20


def tidy_platforms() -> None:
    """Take spaces and empty entries out of QT_QPA_PLATFORM: at such a name, Qt aborts."""
    names = os.environ.pop("QT_QPA_PLATFORM", "").split(";")
    entries = (":".join(part.strip() for part in name.split(":")) for name in names)
    if platforms := ";".join(filter(None, entries)):
        os.environ["QT_QPA_PLATFORM"] = platforms


def find_screen_trouble() -> str | None:
    """Return a sentence that says why no window can be opened; None where one can."""
    wanted = os.environ.get("QT_QPA_PLATFORM", "").split(";")  # Qt takes the first that works
    troubles = [_find_trouble(name.split(":")[0]) for name in wanted]
    return None if None in troubles else troubles[0]


def _find_trouble(platform: str) -> str | None:
    if platform in _HARMLESS:
        return None
    is_wayland = platform.startswith("wayland")
    if platform and platform != "xcb" and not is_wayland:  # vnc, eglfs … or nonsense
        if _loads(platform):
            return None
        return (
            f"Qt cannot use “{ascii(platform)[1:-1]}”, which QT_QPA_PLATFORM names, so no window "
            "can be opened: unset that variable."
        )
    if not sys.platform.startswith("linux"):
        return None
    wayland, display = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland and platform != "xcb" and _answers_wayland(wayland):
        return None
    if display and not is_wayland:
        if _answers_x11():
            return None
        return f"The display “{display}” does not answer, so no window can be opened."
    return "There is no display to open a window on."


def _loads(platform: str) -> bool:
    """Try in another process: with a platform that it cannot use, Qt aborts."""
    try:
        tried = subprocess.run(
            [sys.executable, "-P", "-c", _PROBE],
            env={**os.environ, "QT_QPA_PLATFORM": platform},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def _answers_wayland(name: str) -> bool:
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    path = Path(name) if name.startswith("/") else Path(folder) / name
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def _answers_x11() -> bool:
    """Connect through libxcb, as Qt's plugin does, with its rules about names and rights."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False  # then Qt's plugin cannot load either
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = (ctypes.c_void_p,)
    xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(None, None)
    is_dead = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not is_dead
