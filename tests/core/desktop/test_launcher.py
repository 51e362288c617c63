"""Installing and removing the launcher in homes made for it."""

import shutil
import stat
import sys
from pathlib import Path

import pytest

from explorer import paths
from explorer.core.desktop.launcher import install_launcher, remove_launcher
from explorer.errors import LauncherError

SYSTEMS = ("linux", "win32", "darwin")
COMMAND = ("/opt/my tree/bin/convnet-explorer",)


def files_in(folder: Path) -> set[Path]:
    """Return all files, but for the cache that update-desktop-database keeps for every program."""
    return {
        path for path in folder.rglob("*") if not path.is_dir() and path.name != "mimeinfo.cache"
    }


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_installed_is_what_is_said_and_all_of_it_goes(tmp_path: Path, system: str) -> None:
    written = install_launcher(system=system, home=tmp_path, command=COMMAND)
    assert set(written) == files_in(tmp_path)

    assert remove_launcher(system=system, home=tmp_path) == written
    assert files_in(tmp_path) == set()
    assert remove_launcher(system=system, home=tmp_path) == ()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_second_installation_renews_the_first(tmp_path: Path, system: str) -> None:
    first = install_launcher(system=system, home=tmp_path, command=("/old/program",))
    assert install_launcher(system=system, home=tmp_path, command=("/new/program",)) == first
    assert files_in(tmp_path) == set(first)
    content = first[-1].read_bytes().replace(b"\0", b"")
    assert b"/new/program" in content
    assert b"/old/program" not in content


@pytest.mark.parametrize("system", SYSTEMS)
def test_half_an_installation_is_still_removed(tmp_path: Path, system: str) -> None:
    icon, *rest = install_launcher(system=system, home=tmp_path, command=COMMAND)
    icon.unlink()
    assert remove_launcher(system=system, home=tmp_path) == tuple(rest)
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize("system", SYSTEMS)
def test_files_of_others_stay(tmp_path: Path, system: str) -> None:
    written = install_launcher(system=system, home=tmp_path, command=COMMAND)
    theirs = {path.with_name("theirs") for path in written}
    for path in theirs:
        path.touch()
    remove_launcher(system=system, home=tmp_path)
    assert files_in(tmp_path) == theirs


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_home_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path, system: str) -> None:
    home = tmp_path / "home"
    home.write_text("a file where a folder should be")
    with pytest.raises(LauncherError, match=r"^The launcher was not added: .* could not be writt"):
        install_launcher(system=system, home=home, command=COMMAND)
    assert remove_launcher(system=system, home=home) == ()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_launcher_that_cannot_be_removed_is_told_in_a_sentence(
    tmp_path: Path, system: str
) -> None:
    launcher = install_launcher(system=system, home=tmp_path, command=COMMAND)[-1]
    launcher.unlink()
    launcher.mkdir()
    with pytest.raises(
        LauncherError, match=r"^The launcher was not removed: .* could not be deleted"
    ):
        remove_launcher(system=system, home=tmp_path)


def test_on_linux_the_files_are_where_desktops_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    icon, entry = install_launcher(system="linux", command=COMMAND)
    assert entry == tmp_path / "data/applications/convnet-explorer.desktop"
    assert icon == tmp_path / "data/icons/hicolor/scalable/apps/convnet-explorer.svg"
    assert icon.read_bytes() == (paths.resources() / "icons/convnet-explorer.svg").read_bytes()
    assert 'Exec="/opt/my tree/bin/convnet-explorer" %F' in entry.read_text().splitlines()


def test_on_linux_the_command_beside_this_python_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin/python"))
    lines = install_launcher(system="linux", home=tmp_path)[-1].read_text().splitlines()
    assert f"Exec={tmp_path}/bin/python -m explorer %F" in lines
    assert f"Path={Path(__file__).parents[3]}" in lines

    script = tmp_path / "bin/convnet-explorer"
    script.parent.mkdir()
    script.touch()
    lines = install_launcher(system="linux", home=tmp_path)[-1].read_text().splitlines()
    assert f"Exec={script} %F" in lines
    assert not [line for line in lines if line.startswith("Path=")]


@pytest.mark.skipif(
    shutil.which("update-desktop-database") is None, reason="desktop-file-utils is not installed"
)
def test_on_linux_the_desktop_learns_which_pictures_open(tmp_path: Path) -> None:
    entry = install_launcher(system="linux", home=tmp_path, command=COMMAND)[-1]
    cache = entry.with_name("mimeinfo.cache")
    assert "image/webp=convnet-explorer.desktop;" in cache.read_text().splitlines()
    remove_launcher(system="linux", home=tmp_path)
    assert "convnet-explorer" not in cache.read_text()


@pytest.mark.parametrize("value", ["", "relative/folder"])
@pytest.mark.skipif(sys.platform == "win32", reason="HOME names the home folder elsewhere only")
def test_without_a_usable_xdg_data_home_the_home_folder_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    entry = install_launcher(system="linux", command=COMMAND)[-1]
    assert entry == tmp_path / ".local/share/applications/convnet-explorer.desktop"


def test_on_windows_the_shortcut_is_in_the_start_menu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPDATA", str(tmp_path / "roaming"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    icon, link = install_launcher(system="win32", command=COMMAND)
    menu = tmp_path / "roaming/Microsoft/Windows/Start Menu/Programs"
    assert link == menu / "ConvNet Explorer.lnk"
    assert icon == tmp_path / "local/convnet-explorer/convnet-explorer.ico"
    assert str(icon).encode("utf-16-le") in link.read_bytes()


def test_on_windows_this_installation_starts_without_a_console(tmp_path: Path) -> None:
    link = install_launcher(system="win32", home=tmp_path)[-1].read_bytes()
    assert "pythonw.exe".encode("utf-16-le") in link
    assert "-m explorer".encode("utf-16-le") in link


def test_on_a_mac_the_application_is_a_bundle_and_goes_whole(tmp_path: Path) -> None:
    icon, properties, program = install_launcher(system="darwin", home=tmp_path, command=COMMAND)
    bundle = tmp_path / "Applications/ConvNet Explorer.app"
    assert properties == bundle / "Contents/Info.plist"
    assert program == bundle / "Contents/MacOS/convnet-explorer"
    assert icon == bundle / "Contents/Resources/convnet-explorer.icns"
    assert program.stat().st_mode & stat.S_IXUSR
    remove_launcher(system="darwin", home=tmp_path)
    assert not bundle.exists()
    assert bundle.parent.is_dir()
