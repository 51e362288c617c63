"""Put the program in the system's menu, with an icon of its own, and take it away again.

Tried on Linux. The files for Windows and macOS follow their documented formats, and tests read
them back, but they were never tried on either system.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from explorer import __version__, paths
from explorer.core.desktop.launcher_files import (
    Start,
    desktop_entry,
    mac_icon,
    mac_program,
    mac_properties,
    shell_link,
    windows_icon,
)
from explorer.core.files.writing import write_atomically
from explorer.errors import LauncherError, reason_of

_DATABASE_TIMEOUT_S = 10


def install_launcher(
    *,
    system: str = sys.platform,
    home: Path | None = None,
    command: tuple[str, ...] | None = None,
) -> tuple[Path, ...]:
    """Add the program to the applications menu; over an older launcher, renew it.

    Parameters
    ----------
    system : str
        As `sys.platform` says it: "win32", "darwin"; all others are taken for freedesktop ones.
    home : Path, optional
        The home folder to install into; by default this person's, where the environment
        (`XDG_DATA_HOME`, `APPDATA`, `LOCALAPPDATA`) is heeded too.
    command : tuple of str, optional
        What the launcher starts, files to open are added behind; by default this installation.

    Returns
    -------
    tuple of Path
        The files that were written; the launcher itself is the last.

    Raises
    ------
    LauncherError
        One sentence: a file could not be written, or a path cannot stand in a launcher.
    """
    start = _this_installation(system) if command is None else Start(command)
    places = _places(system, home)
    for place, content in zip(places, _contents(system, start, places), strict=True):
        with _refused(f"The launcher was not added: “{place}” could not be written"):
            place.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(place, content)
            if place.parent.name == "MacOS":
                place.chmod(0o755)
    _tell_the_desktop(places)
    return places


def remove_launcher(*, system: str = sys.platform, home: Path | None = None) -> tuple[Path, ...]:
    """Take the launcher and its icon away.

    Parameters
    ----------
    system, home
        As for `install_launcher`.

    Returns
    -------
    tuple of Path
        The files that were there and are gone; empty when nothing was installed.

    Raises
    ------
    LauncherError
        One sentence: a file could not be removed.
    """
    places = _places(system, home)
    removed = tuple(place for place in places if os.path.lexists(place))
    for place in removed:
        with _refused(f"The launcher was not removed: “{place}” could not be deleted"):
            place.unlink()
    for folder in _folders_of_ours(places):
        # Not empty: someone put something of theirs in it, and keeps it.
        with contextlib.suppress(OSError):
            folder.rmdir()
    _tell_the_desktop(places)
    return removed


@contextlib.contextmanager
def _refused(event: str) -> Iterator[None]:
    """Say what happened where the system refuses what is done."""
    try:
        yield
    except OSError as error:
        raise LauncherError(f"{event} ({reason_of(error)}).") from error


def _this_installation(system: str) -> Start:
    """Return what starts the program that is running now, from whatever folder."""
    python = Path(sys.executable)
    if system == "win32":
        # The command is a console program there, and a double click would open a console too.
        python = python.with_name("pythonw.exe")
    else:
        script = python.with_name("convnet-explorer")
        if script.is_file():
            return Start((str(script),))
    # In a source tree that is not installed, `-m` finds the package in the folder it starts in.
    above_package = Path(__file__).resolve().parents[3]
    is_found_anyway = above_package == Path(sysconfig.get_path("purelib")).resolve()
    folder = None if is_found_anyway else str(above_package)
    return Start((str(python), "-m", "explorer"), folder)


def _places(system: str, home: Path | None) -> tuple[Path, ...]:
    """Return where the files belong; the launcher last, so that it never lacks its icon."""
    if system == "win32":
        local = _folder("LOCALAPPDATA", "AppData/Local", home)
        start_menu = _folder("APPDATA", "AppData/Roaming", home) / "Microsoft/Windows/Start Menu"
        return (
            local / paths.APP_NAME / "convnet-explorer.ico",
            start_menu / "Programs" / "ConvNet Explorer.lnk",
        )
    if system == "darwin":
        contents = _folder(None, "Applications", home) / "ConvNet Explorer.app" / "Contents"
        return (
            contents / "Resources" / "convnet-explorer.icns",
            contents / "Info.plist",
            contents / "MacOS" / "convnet-explorer",
        )
    data = _folder("XDG_DATA_HOME", ".local/share", home)
    return (
        data / "icons" / "hicolor" / "scalable" / "apps" / "convnet-explorer.svg",
        data / "applications" / "convnet-explorer.desktop",
    )


def _folder(variable: str | None, default: str, home: Path | None) -> Path:
    """Return the folder an environment variable names, or its default place in the home folder."""
    if home is not None:
        return home / default
    # The specification wants a relative XDG_DATA_HOME ignored; it is no use anywhere else either.
    named = Path(os.environ.get(variable, "")) if variable else Path()
    if named.is_absolute():
        return named
    try:
        return Path.home() / default
    except RuntimeError as error:
        raise LauncherError("The launcher was not added: no home folder was found.") from error


def _contents(system: str, start: Start, places: tuple[Path, ...]) -> tuple[bytes, ...]:
    """Return what the files hold, in the order of `_places`."""
    if system == "win32":
        link = shell_link(start, icon=str(places[0]), description="Explore convolutional networks")
        return windows_icon(_icon(".png")), link
    if system == "darwin":
        properties = mac_properties(version=__version__)
        return mac_icon(_icon(".png")), properties, mac_program(start)
    return _icon(".svg"), desktop_entry(start)


def _icon(suffix: str) -> bytes:
    path = paths.resources() / "icons" / f"convnet-explorer{suffix}"
    with _refused(f"The launcher was not added: its icon “{path}” could not be read"):
        return path.read_bytes()


def _folders_of_ours(places: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the folders that belong to the launcher alone, the innermost first."""
    bundle = next((folder for folder in places[-1].parents if folder.suffix == ".app"), None)
    if bundle is None:
        return ()
    contents = bundle / "Contents"
    return contents / "MacOS", contents / "Resources", contents, bundle


def _tell_the_desktop(places: tuple[Path, ...]) -> None:
    """Let a running desktop notice the change; it would in time anyway, so no failure counts."""
    icon, launcher = places[0], places[-1]
    if launcher.suffix != ".desktop":
        return
    with contextlib.suppress(OSError):
        # The Icon Theme specification: a changed time of the theme's folder makes caches stale.
        os.utime(icon.parents[3])
    program = shutil.which("update-desktop-database")
    if program is not None and launcher.parent.is_dir():
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(
                [program, "-q", str(launcher.parent)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_DATABASE_TIMEOUT_S,
            )
