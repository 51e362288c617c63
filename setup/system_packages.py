"""See that Linux has what the window needs besides Python packages, and install it with apt.

It runs before anything is installed, so it uses the standard library alone. What is missing is
installed where that asks for no password; elsewhere the command that does it is printed and the
exit code is 1. A system without apt is only told what it lacks.
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

# What PySide6's libraries and its xcb plugin link to and do not bring, and the Debian package that
# holds it. Only these: the packages bring the rest (libx11, libfreetype, more of libxcb) along.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
FONT_SUFFIXES = {".ttf", ".ttc", ".otf", ".pfb"}


def missing_packages() -> list[str]:
    """Return the Debian packages that hold what this system lacks."""
    missing = [package for library, package in LIBRARIES.items() if not _is_loadable(library)]
    if not _has_font():
        missing.append("fonts-dejavu-core")
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it apart from Python
        missing.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    return missing


def _is_loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_font() -> bool:
    """Say whether there is any font: without one every letter is drawn as a box."""
    return any(
        path.suffix.lower() in FONT_SUFFIXES
        for folder in FONT_FOLDERS
        for path in Path(folder).expanduser().rglob("*")
    )


def _install(packages: list[str]) -> bool:
    """Install with apt if that asks for nothing; say whether it was done."""
    if os.geteuid() == 0:
        prefix = []
    elif shutil.which("sudo") and _succeeds(["sudo", "-n", "true"], stderr=subprocess.DEVNULL):
        prefix = ["sudo", "-n"]
    else:
        return False
    print(f"Installing system packages: {' '.join(packages)}", flush=True)
    apt_get = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    _succeeds([*apt_get, "update"])  # the lists in hand may still do when this fails
    return _succeeds([*apt_get, "install", "--yes", "--no-install-recommends", *packages])


def _succeeds(command: list[str], *, stderr: int | None = None) -> bool:
    finished = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=stderr, check=False)
    return finished.returncode == 0


def main() -> int:
    """Return 0 when all is there or the rest can be tried, else 1."""
    if sys.platform != "linux":
        return 0
    missing = missing_packages()
    if not missing:
        return 0
    if not shutil.which("apt-get"):
        print(
            "This system has no apt. If the window does not open, install the equivalents of "
            f"these Debian packages: {', '.join(missing)}."
        )
        return 0
    if _install(missing):
        return 0
    print(
        "The window needs system packages that are not installed. Install them, then try again:\n"
        f"  sudo apt-get install {' '.join(missing)}"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
