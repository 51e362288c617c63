"""Files are written whole or not at all."""

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
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


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has other permissions")
@pytest.mark.parametrize("write", [check_writable, lambda path: write_atomically(path, b"new")])
def test_a_write_protected_file_is_not_replaced(open_folder, write):
    path = open_folder / "notes.json"
    path.write_bytes(OLD)
    path.chmod(0o444)
    if os.geteuid() == 0:
        os.chown(open_folder, 65534, 65534)
        os.chown(path, 65534, 65534)
    link = open_folder / "link.json"
    link.symlink_to(path)
    for place in (path, link):
        with as_nobody(), pytest.raises(PermissionError):
            write(place)
    link.unlink()
    assert_untouched(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


@pytest.mark.parametrize("steps", [1, 2])
def test_a_link_stays_and_the_file_it_points_to_is_replaced(tmp_path, steps):
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / "elsewhere" / "notes.json"
    path.write_bytes(OLD)
    links = [tmp_path / f"link-{step}.json" for step in range(steps)]
    for link, target in zip(links, ["elsewhere/notes.json", *links], strict=False):
        link.symlink_to(target)
    check_writable(links[-1])
    write_atomically(links[-1], b"new")
    assert all(link.is_symlink() for link in links)
    assert path.read_bytes() == b"new"
    assert {file.name for file in tmp_path.rglob("*")} == {
        "elsewhere",
        "notes.json",
        *(link.name for link in links),
    }


def test_the_file_that_a_link_misses_is_made(tmp_path):
    link = tmp_path / "link.json"
    link.symlink_to("missing.json")
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "missing.json").read_bytes() == b"new"


def test_a_link_that_leads_nowhere_is_refused_and_stays(tmp_path):
    links = [tmp_path / "round.json", tmp_path / "and round.json"]
    links[0].symlink_to(links[1])
    links[1].symlink_to(links[0])
    for write in (check_writable, lambda path: write_atomically(path, b"new")):
        with pytest.raises(OSError, match="symbolic links"):
            write(links[0])
    assert all(link.is_symlink() for link in links)


@pytest.fixture
def pipe(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_pipe_is_written_through(pipe):
    data = os.urandom(300_000)  # more than it holds at once
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    with pipe.open("wb"):  # which waits for the reader
        check_writable(pipe)
        write_atomically(pipe, data)
    reader.join()
    assert read == [data]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(pipe.parent.iterdir()) == [pipe]


def test_a_pipe_that_nobody_reads_is_refused(pipe, monkeypatch):
    with pytest.raises(OSError, match="nothing reads from this pipe"):
        write_atomically(pipe, b"new")
    monkeypatch.setattr("explorer.core.files.writing.STALL_S", 0.05)
    handle = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(OSError, match="its reader has stopped reading"):
            write_atomically(pipe, bytes(10_000_000))
    finally:
        os.close(handle)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def make_device(path, kind, numbers):
    try:
        os.mknod(path, 0o666 | kind, os.makedev(*numbers))
        if kind == stat.S_IFCHR:
            path.open("wb").close()  # file systems may forbid devices
    except (AttributeError, OSError):
        pytest.skip("only root on Linux can make devices")


@pytest.mark.parametrize(("numbers", "reason"), [((1, 3), None), ((1, 7), "No space left")])
def test_a_device_stays_one(tmp_path, numbers, reason):
    path = tmp_path / "device"
    make_device(path, stat.S_IFCHR, numbers)  # what takes everything, and what is always full
    check_writable(path)
    if reason is None:
        write_atomically(path, b"new")
    else:
        with pytest.raises(OSError, match=reason):
            write_atomically(path, b"new")
    assert stat.S_ISCHR(path.stat().st_mode)
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_is_never_written(tmp_path):
    path = tmp_path / "disk"
    make_device(path, stat.S_IFBLK, (4095, 4095))  # there is no such disk
    for write in (check_writable, lambda path: write_atomically(path, b"new")):
        with pytest.raises(OSError, match="it is a disk"):
            write(path)
    assert stat.S_ISBLK(path.stat().st_mode)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only on Linux")
def test_what_leads_to_the_output_comes_in_its_order(tmp_path):
    link = tmp_path / "stdout"
    link.symlink_to("/proc/self/fd/1")  # as the system's own, which no test touches
    script = f"""if True:
        from pathlib import Path
        from explorer.core.files.writing import write_atomically
        print("before")
        write_atomically(Path({str(link)!r}), b"table ")
        print("after")
    """
    with (tmp_path / "out.txt").open("w") as out:
        subprocess.run([sys.executable, "-c", script], stdout=out, check=True, timeout=60)
    assert (tmp_path / "out.txt").read_text().split() == ["before", "table", "after"]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, timeout=60
    )
    assert done.stdout.split() == [b"before", b"table", b"after"]
    assert link.is_symlink()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away"
)
def test_the_owner_stays(path):
    os.chown(path, 65534, 65534)
    write_atomically(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534)


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
        ("9.41\u202fAM\u3000猫.png", "9.41\u202fAM\u3000猫.png"),
        ("a\u202egpj.exe", "a\ufffdgpj.exe"),
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
