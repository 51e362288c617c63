"""Downloading an archive: what breaks off goes on, what is wrong is refused, nothing is half."""

import errno
import hashlib
import io
import os
import shutil
import threading
import time
import zipfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.background import download
from explorer.background.download import Download
from explorer.core.datasets.scan import scan_dataset
from explorer.core.sources.public import CATS_VS_DOGS, SOURCE_NAME, PublicDataset
from explorer.errors import DatasetError
from tests.support.archive_server import ArchiveServer, offer

Usage = namedtuple("Usage", "total used free")


def look_alike() -> bytes:
    """Make a small archive as Microsoft's is, with what cannot be read in it."""
    chance = np.random.default_rng(1)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for label, bad in (("Cat", 666), ("Dog", 11702)):
            for number in range(6):
                pixels = chance.integers(0, 256, (60, 80, 3), dtype=np.uint8)
                file = io.BytesIO()
                Image.fromarray(pixels).save(file, "jpeg")
                archive.writestr(f"PetImages/{label}/{number}.jpg", file.getvalue())
            archive.writestr(f"PetImages/{label}/{bad}.jpg", b"")
            archive.writestr(f"PetImages/{label}/Thumbs.db", b"\xd0\xcf\x11\xe0" + bytes(60))
        archive.writestr("readme[1].txt", "About these pictures")
    return packed.getvalue()


CONTENT = look_alike()
HALF = len(CONTENT) // 2


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "WAITS_S", (0.0, 0.0, 0.0))


@pytest.fixture
def server() -> Iterator[ArchiveServer]:
    with offer(CONTENT) as offered:
        yield offered


def dataset_at(server: ArchiveServer, content: bytes = CONTENT) -> PublicDataset:
    return PublicDataset(
        name="Cats vs. Dogs",
        publisher="Microsoft",
        url=server.url,
        archive_bytes=len(content),
        unpacked_bytes=2 * len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        pictures="12 photos",
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def wait_for_half(one: Download) -> None:
    """Wait until it waits for a server that sends no more."""
    waiting, deadline = threading.Event(), time.monotonic() + 60
    while one.done < HALF:
        assert time.monotonic() < deadline
        waiting.wait(0.005)


def begin(server: ArchiveServer, folder: Path) -> None:
    """Leave half of a download."""
    server.breaks = [HALF] + [0] * 3
    with pytest.raises(DatasetError, match="are kept to go on from"):
        Download(dataset_at(server), folder).run()
    assert names(folder) == ["Cats vs Dogs.zip.part", "Cats vs Dogs.zip.part.json"]
    server.ranges.clear()


def test_the_one_that_is_offered_is_described_in_full():
    assert CATS_VS_DOGS.url.startswith("https://download.microsoft.com/")
    assert len(bytes.fromhex(CATS_VS_DOGS.sha256)) == 32


def test_a_dataset_is_downloaded_unpacked_and_read(server: ArchiveServer, tmp_path: Path):
    dataset = dataset_at(server)
    one = Download(dataset, tmp_path / "own")
    assert not dataset.is_there(tmp_path / "own")
    assert one.run()
    assert (one.phase, one.is_anew) == ("unpacking", False)
    assert names(tmp_path / "own") == ["Cats vs Dogs"]
    assert dataset.is_there(tmp_path / "own")
    assert dataset.sha256 in (one.folder / SOURCE_NAME).read_text()
    read = scan_dataset(one.folder)
    assert read.counts() == {"Cat": 7, "Dog": 7}  # the empty files say themselves what they are
    assert {left.path.name for left in read.left_out} == {"Thumbs.db", "readme[1].txt", SOURCE_NAME}
    assert Download(dataset, tmp_path / "own").run()
    assert server.ranges == [""]  # what is there is not asked for again


def test_a_connection_that_breaks_off_goes_on_where_it_was(server: ArchiveServer, tmp_path: Path):
    server.breaks = [1000, 2000, 3000, 4000, 5000]
    assert Download(dataset_at(server), tmp_path).run()
    sums = (1000, 3000, 6000, 10000, 15000)
    assert server.ranges == ["", *(f"bytes={start}-" for start in sums)]


@pytest.mark.parametrize(
    ("etag", "modified"), [('"one"', ""), ("", "Mon, 02 Jan 2023 03:04:05 GMT")]
)
def test_a_later_start_goes_on(server: ArchiveServer, tmp_path: Path, etag: str, modified: str):
    server.etag, server.modified = etag, modified
    begin(server, tmp_path)
    later = Download(dataset_at(server), tmp_path)
    assert later.begun_bytes == HALF
    assert later.run()
    assert server.ranges == [f"bytes={HALF}-"]


@pytest.mark.parametrize("change", ["etag", "ranges", "notes"])
def test_what_cannot_go_on_begins_anew(server: ArchiveServer, tmp_path: Path, change: str):
    begin(server, tmp_path)
    if change == "etag":
        server.etag = '"two"'
    elif change == "ranges":
        server.has_ranges = False
    else:
        (tmp_path / "Cats vs Dogs.zip.part.json").write_text("{")
    later = Download(dataset_at(server), tmp_path)
    assert later.run()
    assert later.is_anew == (change != "notes")


def test_a_weak_etag_promises_nothing(server: ArchiveServer, tmp_path: Path):
    server.etag, server.breaks = 'W/"one"', [HALF]
    assert Download(dataset_at(server), tmp_path).run()
    assert server.ranges == ["", ""]


def test_a_server_that_always_breaks_off_is_given_up(server: ArchiveServer, tmp_path: Path):
    server.etag, server.breaks = "", [HALF] * 9
    with pytest.raises(DatasetError, match="was not downloaded: the connection broke off"):
        Download(dataset_at(server), tmp_path).run()
    assert len(server.ranges) == 4


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        ([404], "“Cats vs. Dogs” was not downloaded: the server answered 404 Not Found."),
        ([503] * 4, "“Cats vs. Dogs” was not downloaded: the server answered 503."),
    ],
)
def test_what_the_server_answers_is_told(
    server: ArchiveServer, tmp_path: Path, statuses: list[int], sentence: str
):
    count = len(statuses)
    server.statuses = statuses
    with pytest.raises(DatasetError) as told:
        Download(dataset_at(server), tmp_path).run()
    assert told.value.sentence == sentence
    assert len(server.ranges) == count
    assert names(tmp_path) == []


def test_a_server_that_is_busy_for_a_moment_is_asked_again(server: ArchiveServer, tmp_path: Path):
    server.statuses = [503, 429]
    assert Download(dataset_at(server), tmp_path).run()


def test_no_server_is_told(server: ArchiveServer, tmp_path: Path):
    dataset = dataset_at(server)
    nobody = PublicDataset(**{**vars(dataset), "url": "http://127.0.0.1:9/archive.zip"})
    with pytest.raises(DatasetError, match="the server cannot be reached"):
        Download(nobody, tmp_path).run()


def test_another_file_is_refused_before_it_comes(server: ArchiveServer, tmp_path: Path):
    server.content = b"<html>Not here any more</html>"
    with pytest.raises(DatasetError, match="the server offers 30 bytes instead of "):
        Download(dataset_at(server), tmp_path).run()
    assert names(tmp_path) == []


def test_a_file_that_was_changed_on_its_way_is_removed(server: ArchiveServer, tmp_path: Path):
    server.content = CONTENT[:-1] + b"\x01"
    with pytest.raises(DatasetError, match=r"its SHA-256 begins with .* it was removed"):
        Download(dataset_at(server), tmp_path).run()
    assert names(tmp_path) == []


def test_a_length_that_is_a_lie_is_noticed(server: ArchiveServer, tmp_path: Path):
    server.length, server.content = len(CONTENT), CONTENT[:-9]
    with pytest.raises(DatasetError, match="the server sent another part than it was asked for"):
        Download(dataset_at(server), tmp_path).run()


def test_stopping_keeps_what_came_and_discarding_does_not(server: ArchiveServer, tmp_path: Path):
    server.held = threading.Event()
    one = Download(dataset_at(server), tmp_path)
    outcome: list[bool] = []
    thread = threading.Thread(target=lambda: outcome.append(one.run()))
    thread.start()
    wait_for_half(one)
    one.stop()
    thread.join(10)
    assert (outcome, one.is_stopped) == ([False], True)
    assert one.begun_bytes >= HALF
    server.held.set()
    later = Download(dataset_at(server), tmp_path)
    assert later.begun_bytes >= HALF
    later.discard()
    assert (later.begun_bytes, names(tmp_path)) == (0, [])


def test_stopping_while_it_is_unpacked_goes_on_there(
    server: ArchiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    one = Download(dataset_at(server), tmp_path)
    unpack = download.unpack

    def stop_then(*args: object, **options: object) -> bool:
        one.stop()
        return unpack(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(download, "unpack", stop_then)
    assert not one.run()
    assert names(tmp_path) == ["Cats vs Dogs.zip"]
    monkeypatch.undo()
    assert Download(dataset_at(server), tmp_path).run()
    assert server.ranges == [""]


def test_too_little_room_is_told_before_anything_comes(
    server: ArchiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 1000))
    with pytest.raises(DatasetError, match=r"it needs .* are free"):
        Download(dataset_at(server), tmp_path).run()
    assert server.ranges == []


def test_a_disk_that_gets_full_is_told_and_what_fits_is_kept(
    server: ArchiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    written = os.write

    def fill(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write(handle: int, data: bytes) -> int:
        monkeypatch.setattr(os, "write", fill)
        return written(handle, data[:5000])

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(DatasetError, match="was not downloaded: no space left on device"):
        Download(dataset_at(server), tmp_path).run()
    monkeypatch.undo()
    assert Download(dataset_at(server), tmp_path).begun_bytes == 5000


def test_a_folder_of_that_name_is_left_alone(server: ArchiveServer, tmp_path: Path):
    (tmp_path / "Cats vs Dogs").mkdir()
    (tmp_path / "Cats vs Dogs" / "mine.txt").write_text("mine")
    with pytest.raises(DatasetError, match="already, and it is another one"):
        Download(dataset_at(server), tmp_path).run()
    assert (server.ranges, names(tmp_path)) == ([], ["Cats vs Dogs"])


def test_two_at_once_do_not_write_one_file(server: ArchiveServer, tmp_path: Path):
    server.held = threading.Event()
    one = Download(dataset_at(server), tmp_path)
    thread = threading.Thread(target=one.run)
    thread.start()
    wait_for_half(one)
    with pytest.raises(DatasetError, match="another window is downloading it"):
        Download(dataset_at(server), tmp_path).run()
    server.held.set()
    thread.join(10)
    assert dataset_at(server).is_there(tmp_path)


def test_an_archive_that_leads_out_of_its_folder_is_refused(tmp_path: Path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../evil.jpg", b"evil")
    with offer(packed.getvalue()) as server:
        dataset = dataset_at(server, packed.getvalue())
        with pytest.raises(DatasetError, match=r"“\.\./evil\.jpg” leads out of its folder"):
            Download(dataset, tmp_path / "own").run()
    assert names(tmp_path) == ["own"]
    assert names(tmp_path / "own") == ["Cats vs Dogs.zip"]
