"""Look for a usable display before Qt does: with none, Qt ends the process and cannot be caught."""

import ctypes
import os
import socket
import sys
from pathlib import Path


def find_screen_trouble() -> str | None:
    """Return a sentence that says why no window can be opened; None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    if platform and platform not in ("xcb", "wayland"):
        return None  # offscreen, minimal, vnc …: chosen on purpose, and needs no display
    wayland, display = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland and platform != "xcb" and _answers_wayland(wayland):
        return None
    if display and platform != "wayland":
        if _answers_x11():
            return None
        return f"The display “{display}” does not answer, so no window can be opened."
    return "There is no display to open a window on."


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
