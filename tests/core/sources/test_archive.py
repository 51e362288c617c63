"""Unpacking: what is in an archive, nothing else; the hostile and the damaged are refused whole."""

import shutil
import stat
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest

from explorer.core.sources.archive import Bounds, unpack
from explorer.errors import DatasetError

Usage = namedtuple("Usage", "total used free")


def pack(path: Path, files: dict[str, bytes], **links: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name, target in links.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(member, target)
    return path


def refusal(archive: Path, **options: Bounds) -> str:
    folder = archive.parent / "out"
    with pytest.raises(DatasetError) as told:
        unpack(archive, folder, **options)
    assert not folder.exists()
    return told.value.sentence


def test_everything_is_unpacked_and_counted(tmp_path: Path):
    files = {"a/1.jpg": b"one" * 999, "a/b/2.jpg": b"", "readme.txt": b"text", "empty/": b""}
    counts: list[tuple[int, int]] = []
    archive = pack(tmp_path / "x.zip", files)
    assert unpack(archive, tmp_path / "out", met=lambda *count: counts.append(count))
    found = {
        str(path.relative_to(tmp_path / "out")): path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert found == {name: content for name, content in files.items() if name != "empty/"}
    assert (tmp_path / "out" / "empty").is_dir()
    assert counts[-1] == (3001, 3001)


@pytest.mark.parametrize(
    "name", ["../x.jpg", "/etc/x.jpg", "a/../../x.jpg", "C:/x.jpg", "//server/share/x.jpg"]
)
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str):
    archive = pack(tmp_path / "x.zip", {"good.jpg": b"good", name: b"evil"})
    assert refusal(archive) == f"“x.zip” was not unpacked: “{name}” leads out of its folder."
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_a_link_is_refused(tmp_path: Path):
    archive = pack(tmp_path / "x.zip", {}, link="/etc/passwd")
    assert "“link” is a link" in refusal(archive)


def test_the_same_name_twice_is_refused(tmp_path: Path):
    archive = pack(tmp_path / "x.zip", {"a/1.jpg": b"one", "A/1.JPG": b"two"})
    assert "“A/1.JPG” is in it twice" in refusal(archive)


def test_too_many_too_much_and_too_dense_are_refused(tmp_path: Path):
    archive = pack(tmp_path / "x.zip", {f"{number}.jpg": b"" for number in range(9)})
    assert "it has more than 8 files" in refusal(archive, bounds=Bounds(files=8))
    archive = pack(tmp_path / "y.zip", {"1.jpg": bytes(range(256)) * 9})
    assert "it would become 2,304 bytes" in refusal(
        archive, bounds=Bounds(total_bytes=2000)
    ).replace("2.30\N{NO-BREAK SPACE}kB", "2,304 bytes")
    archive = pack(tmp_path / "z.zip", {"bomb.jpg": bytes(9_000_000)})
    assert "it would become 9.00\N{NO-BREAK SPACE}MB" in refusal(archive)


def test_damage_is_refused(tmp_path: Path):
    archive = pack(tmp_path / "x.zip", {"1.jpg": bytes(range(256)), "2.jpg": b"fine"})
    content = bytearray(archive.read_bytes())
    content[60] ^= 255
    archive.write_bytes(content)
    assert "“x.zip” was not unpacked: it is damaged" in refusal(archive)
    archive.write_bytes(b"no archive at all")
    assert "it is damaged" in refusal(archive)


def test_cancelling_leaves_nothing(tmp_path: Path):
    archive = pack(tmp_path / "x.zip", {"1.jpg": b"one", "2.jpg": b"two"})
    asked = iter([False, False, True])
    assert not unpack(archive, tmp_path / "out", is_cancelled=lambda: next(asked))
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_too_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    archive = pack(tmp_path / "x.zip", {"1.jpg": b"x" * 5000})
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 1000))
    assert "it needs 5,000 bytes" in refusal(archive).replace(
        "5.00\N{NO-BREAK SPACE}kB", "5,000 bytes"
    )
