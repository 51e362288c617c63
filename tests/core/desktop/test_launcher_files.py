"""What the launcher's files hold, read back by readers written from the specifications."""

import io
import plistlib
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QMimeDatabase, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from explorer import paths
from explorer.core.desktop import launcher_files
from explorer.core.desktop.launcher_files import Start
from explorer.core.images.read import PICTURE_SUFFIXES
from explorer.errors import LauncherError
from tests.support.desktop_entries import read_entry, read_exec

ICONS = paths.resources() / "icons"

# Anything but control characters and halves of surrogate pairs; the special ones come often.
PRINTABLE = st.text(
    st.one_of(
        st.sampled_from(" \\\"'`$%&|;<>()*?#~=äж漢😀f F"),
        st.characters(exclude_categories=["Cc", "Cs"]),
    )
)


@given(program=PRINTABLE.filter(lambda text: text and "=" not in text), rest=st.lists(PRINTABLE))
@example(program='/a b/"q"/$HOME/100%F/back\\slash/`x`/python', rest=["", "-m", "%F", "\\\\"])
def test_a_desktop_entry_starts_exactly_the_command(program: str, rest: list[str]) -> None:
    command = (program, *rest)
    entry = read_entry(launcher_files.desktop_entry(Start(command, folder=program)))
    assert read_exec(entry["Exec"], files=("/one", "/two")) == (*command, "/one", "/two")
    assert entry["TryExec"] == program
    assert entry["Path"] == program


def test_a_desktop_entry_has_no_folder_unless_one_matters() -> None:
    assert "Path" not in read_entry(launcher_files.desktop_entry(Start(("/usr/bin/x",))))


@pytest.mark.skipif(
    shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed"
)
@pytest.mark.parametrize(
    "start",
    [
        Start(("/home/me/.venv/bin/convnet-explorer",)),
        Start(('/home/Zoë/my "own" $tree/100%/back\\slash/python', "-m", "explorer"), "/a b"),
    ],
)
def test_desktop_file_validate_has_nothing_to_say(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "convnet-explorer.desktop"
    path.write_bytes(launcher_files.desktop_entry(start))
    answer = subprocess.run(["desktop-file-validate", path], capture_output=True, text=True)
    assert (answer.returncode, answer.stdout + answer.stderr) == (0, "")


@pytest.mark.parametrize("program", ["/a=b/python", "/a\nb/python", "/a\udcff/python"])
def test_a_path_that_no_entry_can_hold_is_refused_with_a_sentence(program: str) -> None:
    with pytest.raises(LauncherError, match=r"^The launcher was not added: .*\.$") as caught:
        launcher_files.desktop_entry(Start((program,)))
    assert caught.value.sentence.isprintable()


def test_every_picture_that_opens_is_offered() -> None:
    """Qt carries the desktops' own list of file types."""
    database = QMimeDatabase()
    by_name = QMimeDatabase.MatchMode.MatchExtension
    types = {suffix: database.mimeTypeForFile(f"x{suffix}", by_name) for suffix in PICTURE_SUFFIXES}
    pictures = {
        suffix: {kind.name(), *kind.aliases()}
        for suffix, kind in types.items()
        if kind.name().startswith("image/")
    }
    assert len(pictures) > 15
    offered = set(launcher_files.PICTURE_TYPES)
    assert [suffix for suffix, names in pictures.items() if not names & offered] == []
    assert "inode/directory" not in offered


def read_shell_link(data: bytes) -> dict[str, str]:
    """Read a shortcut by MS-SHLLINK: header, strings, one environment block, the end."""
    size, kind, flags = struct.unpack_from("<I16sI", data)
    assert size == 0x4C
    assert kind.hex() == "0114020000000000c000000000000046"
    assert not flags & 0b11, "no item list and no link info"
    assert flags & 1 << 7, "the strings are Unicode"
    assert flags & 1 << 9, "the target is in the environment block"
    assert struct.unpack_from("<III", data, 0x34) == (0, 0, 1)  # size, icon index, normal window
    at, values = size, {}
    names = ("name", "relative", "folder", "arguments", "icon")
    for bit, name in enumerate(names, start=2):
        if flags & 1 << bit:
            (length,) = struct.unpack_from("<H", data, at)
            values[name] = data[at + 2 : at + 2 + 2 * length].decode("utf-16-le")
            at += 2 + 2 * length
    assert struct.unpack_from("<II", data, at) == (788, 0xA0000001)
    ansi, wide = data[at + 8 : at + 268], data[at + 268 : at + 788]
    assert ansi.endswith(b"\0")
    values["ansi"] = ansi.split(b"\0")[0].decode("ascii")
    values["target"] = wide.decode("utf-16-le", "surrogatepass").split("\0")[0]
    assert data[at + 788 :] == b"\0\0\0\0"
    return values


def test_a_windows_shortcut_says_what_to_start() -> None:
    start = Start((r"C:\Users\Łucja 漢\.venv\Scripts\pythonw.exe", "-m", "explorer"), r"D:\tree")
    link = launcher_files.shell_link(start, icon=r"C:\Łucja\x.ico", description="words")
    assert read_shell_link(link) == {
        "name": "words",
        "folder": r"D:\tree",
        "arguments": "-m explorer",
        "icon": r"C:\Łucja\x.ico",
        "ansi": r"C:\Users\?ucja ?\.venv\Scripts\pythonw.exe",
        "target": r"C:\Users\Łucja 漢\.venv\Scripts\pythonw.exe",
    }


def test_a_windows_shortcut_quotes_arguments_and_leaves_out_what_is_not_set() -> None:
    start = Start((r"C:\x.exe", r"C:\a b\tree"))
    link = read_shell_link(launcher_files.shell_link(start, icon="i", description="d"))
    assert link["arguments"] == r'"C:\a b\tree"'
    assert "folder" not in link
    bare = launcher_files.shell_link(Start(("C:\\x.exe",)), icon="i", description="d")
    assert "arguments" not in read_shell_link(bare)


def test_a_windows_shortcut_holds_259_characters_and_refuses_more() -> None:
    # Windows lets names hold half a surrogate pair.
    longest = "C:\\" + 255 * "ä" + "\ud800"
    link = launcher_files.shell_link(Start((longest,)), icon="i", description="d")
    assert read_shell_link(link)["target"] == longest
    with pytest.raises(LauncherError, match="longer than the 259 characters"):
        launcher_files.shell_link(Start((longest + "ä",)), icon="i", description="d")


@pytest.mark.parametrize(("make", "format_name"), [("windows_icon", "ICO"), ("mac_icon", "ICNS")])
def test_the_icon_files_hold_the_picture(make: str, format_name: str) -> None:
    png = (ICONS / "convnet-explorer.png").read_bytes()
    with Image.open(io.BytesIO(getattr(launcher_files, make)(png))) as icon:
        assert icon.format == format_name
        assert icon.size == (256, 256)
        with Image.open(io.BytesIO(png)) as original:
            assert np.array_equal(np.asarray(icon.convert("RGBA")), np.asarray(original))


def test_the_mac_icon_tells_its_lengths() -> None:
    data = launcher_files.mac_icon(b"twelve bytes")
    magic, total, kind, length = struct.unpack_from(">4sI4sI", data)
    assert (magic, kind) == (b"icns", b"ic08")
    assert (total, length) == (len(data), 8 + 12)


def test_the_mac_application_names_its_program_icon_and_pictures() -> None:
    properties = plistlib.loads(launcher_files.mac_properties(version="1.2.3"))
    assert properties["CFBundlePackageType"] == "APPL"
    assert properties["CFBundleExecutable"] == "convnet-explorer"
    assert properties["CFBundleIconFile"] == "convnet-explorer"
    assert properties["CFBundleShortVersionString"] == "1.2.3"
    assert properties["CFBundleDocumentTypes"][0]["LSItemContentTypes"] == ["public.image"]


@pytest.mark.skipif(sys.platform == "win32", reason="it is a shell script")
def test_the_mac_program_hands_on_its_arguments(tmp_path: Path) -> None:
    folder = tmp_path / "it's $HOME"
    folder.mkdir()
    tell = "import os, sys; print(os.getcwd(), sys.argv[1:])"
    script = tmp_path / "script"
    start = Start((sys.executable, "-c", tell, "a 'b' \\ $c"), str(folder))
    script.write_bytes(launcher_files.mac_program(start))
    answer = subprocess.run(
        ["/bin/sh", script, "my cat.jpg"], capture_output=True, text=True, check=True
    )
    assert answer.stdout == f"{folder} {[start.command[-1], 'my cat.jpg']}\n"


def test_the_png_icon_is_the_svg_drawn() -> None:
    picture = QImage(256, 256, QImage.Format.Format_RGBA8888)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(str(ICONS / "convnet-explorer.svg")).render(painter)
    painter.end()
    drawn = np.frombuffer(picture.constBits(), np.uint8).reshape(256, 256, 4)
    with Image.open(ICONS / "convnet-explorer.png") as shipped:
        difference = np.abs(np.asarray(shipped, int) - drawn.astype(int))
    assert difference.mean() < 0.5


@pytest.mark.parametrize("path", sorted(ICONS.glob("*.svg")), ids=lambda path: path.stem)
def test_every_icon_draws_something_and_takes_the_palettes_colour(path: Path) -> None:
    drawing = path.read_text()
    assert ("currentColor" in drawing) == (path.stem != "convnet-explorer")
    picture = QImage(24, 24, QImage.Format.Format_RGBA8888)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer = QSvgRenderer(drawing.replace("currentColor", "#c00000").encode())
    assert renderer.isValid()
    renderer.render(painter)
    painter.end()
    pixels = np.frombuffer(picture.constBits(), np.uint8).reshape(24, 24, 4)
    inked = pixels[..., 3] > 200
    assert inked.sum() >= 10
    if path.stem != "convnet-explorer":
        assert (pixels[inked][:, 0] > 150).all()
        assert not pixels[0].any(), "the drawing keeps off the edge"
        assert not pixels[:, 0].any(), "the drawing keeps off the edge"
