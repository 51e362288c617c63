"""The contents of the files that put the program in a system's menu; nothing here touches a disk.

The formats are written by hand from their specifications: the freedesktop Desktop Entry,
Microsoft's MS-SHLLINK and ICO, Apple's property list and ICNS.
"""

import plistlib
import re
import shlex
import struct
import subprocess
from dataclasses import dataclass

from explorer.errors import LauncherError

PICTURE_TYPES = (
    "image/jpeg",
    "image/png",
    "image/apng",
    "image/gif",
    "image/bmp",
    "image/tiff",
    "image/webp",
    "image/avif",
    "image/heif",
    "image/heic",
    "image/jp2",
    "image/jpx",
    "image/x-jp2-codestream",
    "image/vnd.microsoft.icon",
    "image/x-portable-anymap",
    "image/x-portable-bitmap",
    "image/x-portable-graymap",
    "image/x-portable-pixmap",
)
"""The picture types offered under "Open with". Folders open too but are left out: an entry that
lists `inode/directory` can become what the whole desktop opens folders with."""


@dataclass(frozen=True)
class Start:
    """How the program is started.

    Attributes
    ----------
    command : tuple of str
        The program, by its full path, and its arguments; files to open are added behind.
    folder : str or None
        The folder to start it in, where that matters.
    """

    command: tuple[str, ...]
    folder: str | None = None


def desktop_entry(start: Start) -> bytes:
    """Return the freedesktop entry, UTF-8.

    Parameters
    ----------
    start : Start
        The command; any printable text is quoted as the specification asks.

    Raises
    ------
    LauncherError
        A control character in a path, or "=" in the program's path: an entry cannot hold these.
    """
    program = start.command[0]
    if "=" in program:
        raise LauncherError(
            f"The launcher was not added: a menu entry cannot start “{program}”, "
            "because its path contains “=”."
        )
    command = " ".join(_desktop_argument(argument) for argument in start.command)
    folder = [f"Path={_desktop_string(start.folder)}"] if start.folder else []
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        "Name=ConvNet Explorer",
        "GenericName=Convolutional Network Explorer",
        "Comment=See what a kernel does to a picture and what a network sees in it",
        f"Exec={_desktop_string(command)} %F",
        f"TryExec={_desktop_string(program)}",
        *folder,
        "Icon=convnet-explorer",
        "Terminal=false",
        "Categories=Education;ArtificialIntelligence;ImageProcessing;",
        f"MimeType={';'.join(PICTURE_TYPES)};",
        "Keywords=convolution;kernel;filter;picture;neural network;CNN;feature map;classify;",
        "StartupNotify=true",
        "StartupWMClass=convnet-explorer",
    ]
    return _utf8("\n".join(lines) + "\n")


def shell_link(start: Start, *, icon: str, description: str) -> bytes:
    """Return a Windows shortcut (.lnk).

    It has the form of Windows' own Paint shortcut: the target stands in the environment block,
    with neither an item list nor volume data, so that nothing has to be asked of the system.
    PowerShell's `WScript.Shell` would be the usual way, but it goes through the ANSI code page
    and fails for anyone whose folder has a name from another alphabet, it is shut off on locked
    down machines, and what it writes could not be tested anywhere but there.

    Parameters
    ----------
    start : Start
        The command; the program's path has at most 259 characters.
    icon : str
        The full path of an .ico file.
    description : str
        What hovering over the shortcut shows.

    Raises
    ------
    LauncherError
        The program's path is too long for a shortcut.
    """
    program, *arguments = start.command
    target = program.encode("utf-16-le", "surrogatepass")
    if len(target) > 2 * 259:
        raise LauncherError(
            f"The launcher was not added: “{program}” is longer than the 259 characters "
            "that a shortcut can hold."
        )
    # In the order that MS-SHLLINK 2.4 sets: a flag says that a string is there.
    has_name, has_working_folder, has_arguments, has_icon = 0x04, 0x10, 0x20, 0x40
    strings = (
        (has_name, description),
        (has_working_folder, start.folder),
        (has_arguments, subprocess.list2cmdline(arguments)),
        (has_icon, icon),
    )
    is_unicode, no_link_info, has_environment, prefer_environment = 0x80, 0x100, 0x200, 0x2000000
    flags = is_unicode | no_link_info | has_environment | prefer_environment
    data = b""
    for flag, text in strings:
        if text:
            flags |= flag
            encoded = text.encode("utf-16-le", "surrogatepass")
            data += struct.pack("<H", len(encoded) // 2) + encoded
    show_normal = 1
    header = struct.pack(
        "<I16sII24xIiIH10x",
        0x4C,
        bytes.fromhex("0114020000000000c000000000000046"),  # the class of all shell links
        flags,
        0,  # file attributes; they and the three times are the target's, and may be unset
        0,  # file size
        0,  # icon index
        show_normal,
        0,  # hot key
    )
    environment = struct.pack(
        "<II260s520s", 0x314, 0xA0000001, program.encode("ascii", "replace"), target
    )
    end_of_blocks = struct.pack("<I", 0)
    return header + data + environment + end_of_blocks


def windows_icon(png: bytes) -> bytes:
    """Return an .ico file that holds one 256x256 PNG, as Windows Vista and later read it."""
    size_256 = 0
    offset = 6 + 16
    entry = struct.pack("<BBBBHHII", size_256, size_256, 0, 0, 1, 32, len(png), offset)
    return struct.pack("<HHH", 0, 1, 1) + entry + png


def mac_icon(png: bytes) -> bytes:
    """Return an .icns file that holds one 256x256 PNG."""
    entry = struct.pack(">4sI", b"ic08", 8 + len(png)) + png
    return struct.pack(">4sI", b"icns", 8 + len(entry)) + entry


def mac_properties(*, version: str) -> bytes:
    """Return the Info.plist of the macOS application, which opens every kind of picture."""
    pictures = {
        "CFBundleTypeName": "Picture",
        "CFBundleTypeRole": "Viewer",
        "LSHandlerRank": "Alternate",
        "LSItemContentTypes": ["public.image"],
    }
    return plistlib.dumps(
        {
            "CFBundleDisplayName": "ConvNet Explorer",
            "CFBundleDocumentTypes": [pictures],
            "CFBundleExecutable": "convnet-explorer",
            "CFBundleIconFile": "convnet-explorer",
            "CFBundleIdentifier": "org.convnet-explorer.ConvNetExplorer",
            "CFBundleInfoDictionaryVersion": "6.0",
            "CFBundleName": "ConvNet Explorer",
            "CFBundlePackageType": "APPL",
            "CFBundleShortVersionString": version,
            "CFBundleVersion": version,
            "NSHighResolutionCapable": True,
        }
    )


def mac_program(start: Start) -> bytes:
    """Return the shell script that is the program inside the macOS application."""
    folder = f"cd {shlex.quote(start.folder)} || exit 1\n" if start.folder else ""
    return _utf8(f'#!/bin/sh\n{folder}exec {shlex.join(start.command)} "$@"\n')


def _desktop_argument(argument: str) -> str:
    """Quote one argument of an Exec key: characters special to a shell, and % for field codes."""
    escaped = re.sub(r'(["`$\\])', r"\\\1", argument).replace("%", "%%")
    is_plain = re.fullmatch(r"[\w@%+=:,./-]+", argument) is not None
    return escaped if is_plain else f'"{escaped}"'


def _desktop_string(text: str) -> str:
    """Escape a value of any key, which comes on top of the quoting inside Exec."""
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise LauncherError(
            f"The launcher was not added: a menu entry cannot hold {text!a}, "
            "because it contains a control character."
        )
    return text.replace("\\", "\\\\")


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise LauncherError(
            f"The launcher was not added: the program's path contains "
            f"{error.object[error.start]!a}, which is not a valid character."
        ) from error
