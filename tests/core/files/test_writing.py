"""Files are written whole or not at all."""

import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.core.files.names import printable_name
from explorer.core.files.writing import check_writable, write_atomically
from tests.support.hostile_files import as_nobody

OLD = b"the old content"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "notes.json"
    path.write_bytes(OLD)
    return path


def assert_untouched(path: Path) -> None:
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path], "a temporary file was left"


def test_new_file(tmp_path):
    write_atomically(tmp_path / "new.bin", b"\0\r\n\xff")
    assert (tmp_path / "new.bin").read_bytes() == b"\0\r\n\xff"
    assert [path.name for path in tmp_path.iterdir()] == ["new.bin"]


def test_replaced_file(path):
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(("owner", "step"), [(os, "fsync"), (Path, "replace")])
def test_failure_keeps_the_old_file(path, monkeypatch, owner, step):
    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(owner, step, fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert_untouched(path)


def test_interrupt_keeps_the_old_file(path, monkeypatch):
    def interrupt(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert_untouched(path)


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of one megabyte, where that is possible."""
    mount = shutil.which("mount")
    if sys.platform != "linux" or os.geteuid() != 0 or mount is None:
        pytest.skip("only root on Linux can mount a disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run([mount, *options], capture_output=True, check=False).returncode != 0:
        pytest.skip("this system allows no mounts")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_keeps_the_old_file(small_disk):
    path = small_disk / "model.bin"
    path.write_bytes(OLD)
    with pytest.raises(OSError, match="No space left") as caught:
        write_atomically(path, bytes(5_000_000))
    assert caught.value.errno == errno.ENOSPC
    assert_untouched(path)
    write_atomically(path, b"small enough")
    assert path.read_bytes() == b"small enough"


def test_folder_that_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "nowhere" / "new.bin", b"new")


def test_folder_in_the_place_of_the_file(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_atomically(tmp_path / "taken", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has other permissions")
def test_folder_without_permission_to_write(open_folder):
    path = open_folder / "notes.json"
    path.write_bytes(OLD)
    open_folder.chmod(0o555)
    with as_nobody(), pytest.raises(PermissionError):
        write_atomically(path, b"new")
    open_folder.chmod(0o755)
    assert_untouched(path)


def test_link_is_replaced_and_what_it_points_to_is_not(tmp_path, path):
    link = tmp_path / "link.json"
    link.symlink_to(path)
    write_atomically(link, b"new")
    assert link.read_bytes() == b"new"
    assert not link.is_symlink()
    assert path.read_bytes() == OLD


@pytest.mark.skipif(os.name != "posix", reason="this system has other permissions")
def test_permissions(tmp_path, path):
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "new.bin", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.bin").stat().st_mode) == 0o640, "as any new file"
    path.chmod(0o600)
    write_atomically(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600, "a private file stays private"


def test_long_name_of_wide_characters(tmp_path):
    name = "🐈" * 62 + ".json"
    write_atomically(tmp_path / name, b"new")
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("file", "printed"),
    [
        (Path("/a/cat.jpg"), "cat.jpg"),
        (Path("/"), str(Path("/"))),
        ("dropped picture", "dropped picture"),
        ("👩‍👩‍👧.jpg", "👩‍👩‍👧.jpg"),
        ("a\nb\x1b[31m.jpg", "a\ufffdb\ufffd[31m.jpg"),
        (os.fsdecode(b"caf\xe9"), "caf\ufffd") if os.name == "posix" else ("é", "é"),
    ],
)
def test_printable_names(file, printed):
    assert printable_name(file) == printed
    assert printable_name(file).encode("utf-8")


def test_what_can_be_written_is_told_beforehand_and_stays_as_it_is(path, tmp_path):
    check_writable(path)
    assert_untouched(path)
    check_writable(tmp_path / "new.bin")
    assert_untouched(path)


@pytest.mark.parametrize("name", ["folder", "missing/new.bin", "n" * 300])
def test_what_cannot_be_written_is_told_beforehand(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=r"directory|too long"):
        check_writable(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
