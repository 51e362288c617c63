"""Pictures are found below a folder, whatever they are called; what is left out is told."""

import os
from pathlib import Path

import numpy as np
import pytest

from explorer.core.datasets import listing
from explorer.core.datasets.left_out import describe_left_out, list_left_out
from explorer.core.datasets.listing import list_pictures, why_left_out
from explorer.core.datasets.scan import scan_dataset
from explorer.core.images.read import PICTURE_SUFFIXES
from explorer.errors import DatasetError
from tests.support.hostile_files import as_nobody, encode, every_kind, four_colours, make_files

PICTURE = encode(four_colours(), "JPEG")


def find_pictures(folder: Path, **options) -> list[Path]:
    return [picture.path for picture in list_pictures(folder, **options).pictures]


def left_out(folder: Path) -> dict[str, str]:
    """List a folder: why each thing is left out, by its path below the folder."""
    return {
        one.path.relative_to(folder).as_posix(): one.reason
        for one in list_pictures(folder).left_out
    }


def test_04_files_that_are_no_pictures_are_counted_once(tmp_path):
    make_files(tmp_path, "cat/1.jpg", "dog/1.jpg", "README.txt", "cat/Thumbs.db", "dog/.DS_Store")
    (tmp_path / "LICENSE").write_text("no suffix, no picture")
    (tmp_path / "._cat.jpg").write_bytes(b"left by another system")
    assert len(find_pictures(tmp_path)) == 2
    assert left_out(tmp_path) == {
        "._cat.jpg": "hidden",
        "LICENSE": "not a picture",
        "README.txt": "not a picture",
        "cat/Thumbs.db": "not a picture",
        "dog/.DS_Store": "hidden",
    }


def test_broken_pictures_are_listed(tmp_path):
    make_files(tmp_path, "cat.1.jpg")
    (tmp_path / "cat.666.jpg").write_bytes(b"")
    assert [path.name for path in find_pictures(tmp_path)] == ["cat.1.jpg", "cat.666.jpg"]


def test_pictures_without_a_suffix_are_found_by_their_first_bytes(tmp_path):
    make_files(tmp_path, "photo", "notes.txt")
    (tmp_path / "plain").write_bytes(b"text")
    assert find_pictures(tmp_path) == [tmp_path / "photo"]


def test_hidden_folders_are_not_entered(tmp_path):
    make_files(tmp_path, "a.jpg", ".thumbnails/b.jpg", ".git/c.jpg")
    assert find_pictures(tmp_path) == [tmp_path / "a.jpg"]
    assert left_out(tmp_path) == {".git": "hidden", ".thumbnails": "hidden"}


def test_23_folder_named_like_a_picture_is_entered(tmp_path):
    make_files(tmp_path, "x.jpg/a.jpg")
    assert find_pictures(tmp_path) == [tmp_path / "x.jpg" / "a.jpg"]


@pytest.mark.parametrize("open_folder_of_pictures", [find_pictures, scan_dataset])
def test_23_empty_folder(tmp_path, open_folder_of_pictures):
    folder = tmp_path / "nothing"
    (folder / "deeper").mkdir(parents=True)
    make_files(folder, "README.txt")
    with pytest.raises(DatasetError) as caught:
        open_folder_of_pictures(folder)
    assert caught.value.sentence == (
        "There are no pictures in “nothing”: 1 file or folder was left out (not a picture: 1)."
    )


@pytest.mark.parametrize("open_folder_of_pictures", [find_pictures, scan_dataset])
def test_23_missing_folder_or_a_file(tmp_path, open_folder_of_pictures):
    with pytest.raises(DatasetError, match=r"^“gone” was not opened: there is no such folder\.$"):
        open_folder_of_pictures(tmp_path / "gone")
    make_files(tmp_path, "a.jpg")
    with pytest.raises(DatasetError, match=r"^“a\.jpg” was not opened: it is not a folder\.$"):
        open_folder_of_pictures(tmp_path / "a.jpg")


def test_24_links(tmp_path):
    make_files(tmp_path, "data/real.jpg", "elsewhere/b.jpg")
    folder = tmp_path / "data"
    (folder / "itself").symlink_to(folder, target_is_directory=True)
    (folder / "above").symlink_to(tmp_path, target_is_directory=True)
    (folder / "other").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "other again").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "loop1.jpg").symlink_to("loop2.jpg")
    (folder / "loop2.jpg").symlink_to("loop1.jpg")
    (folder / "loop").symlink_to("loop")
    (folder / "gone.jpg").symlink_to("nowhere.jpg")
    (folder / "link.jpg").symlink_to("real.jpg")
    names = [path.relative_to(folder).as_posix() for path in find_pictures(folder)]
    assert names == ["gone.jpg", "link.jpg", "loop1.jpg", "loop2.jpg", "real.jpg", "other/b.jpg"]
    met = "a link to a folder that is listed already"
    loop = left_out(folder).pop("loop")
    assert "symbolic link" in loop
    assert left_out(folder) == {"above": met, "itself": met, "loop": loop, "other again": met}


def test_linked_folders_stand_where_their_names_belong(tmp_path):
    make_files(
        tmp_path, "all/cat/1.jpg", "all/dog/1.jpg", "all/deep/down/2.jpg", "subset/bird/1.jpg"
    )
    for name in ("cat", "dog", "deep"):
        (tmp_path / "subset" / name).symlink_to(tmp_path / "all" / name, target_is_directory=True)
    (tmp_path / "all" / "deep" / "back").symlink_to(tmp_path / "all", target_is_directory=True)
    found = [path.relative_to(tmp_path / "subset") for path in find_pictures(tmp_path / "subset")]
    names = [path.as_posix() for path in found]
    assert names == ["bird/1.jpg", "cat/1.jpg", "deep/down/2.jpg", "dog/1.jpg"]
    assert scan_dataset(tmp_path / "subset").classes == ("bird", "cat", "deep", "dog")


def test_a_folder_and_a_link_to_it_count_once_under_its_own_name(tmp_path):
    make_files(tmp_path, "z all/cat/1.jpg", "z all/dog/1.jpg")
    (tmp_path / "a cat").symlink_to(tmp_path / "z all" / "cat", target_is_directory=True)
    names = [path.relative_to(tmp_path).as_posix() for path in find_pictures(tmp_path)]
    assert names == ["z all/cat/1.jpg", "z all/dog/1.jpg"]


def test_24_the_opened_folder_may_be_a_link(tmp_path):
    make_files(tmp_path, "data/a.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "data", target_is_directory=True)
    assert find_pictures(tmp_path / "link") == [tmp_path / "link" / "a.jpg"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_25_named_pipes_do_not_block(tmp_path):
    make_files(tmp_path, "a.jpg")
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.jpg")
    assert find_pictures(tmp_path) == [tmp_path / "a.jpg", tmp_path / "pipe.jpg"]
    assert left_out(tmp_path) == {"pipe": "not a regular file"}
    assert not list_pictures(tmp_path).left_out[0].is_unreadable


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has other permissions")
def test_26_no_permission_to_read(open_folder):
    make_files(open_folder, "cat/1.jpg", "dog/1.jpg", "secret/1.jpg")
    (open_folder / "secret").chmod(0)
    try:
        with as_nobody():
            dataset = scan_dataset(open_folder)
            with pytest.raises(DatasetError) as caught:
                scan_dataset(open_folder / "secret")
    finally:
        (open_folder / "secret").chmod(0o755)
    assert dataset.counts() == {"cat": 1, "dog": 1}
    assert dataset.left_out == ((open_folder / "secret", "permission denied", True),)
    assert describe_left_out(dataset.left_out) == (
        "1 file or folder was left out (permission denied: “secret”)"
    )
    assert dataset.left_out[0].is_unreadable
    assert caught.value.sentence == "“secret” was not opened: permission denied."


def test_too_many_files(tmp_path, monkeypatch):
    make_files(tmp_path, "a/1.jpg", "a/2.jpg", "b/3.jpg")
    monkeypatch.setattr(listing, "MAX_FILES", 3)
    assert len(find_pictures(tmp_path)) == 3
    monkeypatch.setattr(listing, "MAX_FILES", 2)
    with pytest.raises(DatasetError, match="has more than 2 files"):
        find_pictures(tmp_path)
    monkeypatch.setattr(listing, "MAX_FILES", 1)
    with pytest.raises(DatasetError, match="has more than 1 files"):
        find_pictures(tmp_path)


def test_cancelling_returns_what_was_found(tmp_path):
    make_files(tmp_path, *(f"{number}.jpg" for number in range(10)))
    asked = iter([False] * 4 + [True] * 10)
    found = find_pictures(tmp_path, is_cancelled=lambda: next(asked))
    assert [path.name for path in found] == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
    assert find_pictures(tmp_path, is_cancelled=lambda: True) == []
    assert scan_dataset(tmp_path, is_cancelled=lambda: True).samples == ()


def test_order_is_the_same_however_the_system_lists(tmp_path, monkeypatch):
    make_files(tmp_path, "cat/1.jpg", "cat/01.jpg", "cat10/1.jpg", "Cat9/1.jpg")
    expected = find_pictures(tmp_path)
    names = [path.relative_to(tmp_path).as_posix() for path in expected]
    assert names == ["cat/01.jpg", "cat/1.jpg", "Cat9/1.jpg", "cat10/1.jpg"]
    listed = os.scandir

    class Backwards:
        def __init__(self, folder: Path) -> None:
            with listed(folder) as entries:
                self.entries = list(entries)[::-1]

        def __enter__(self) -> object:
            return iter(self.entries)

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", Backwards)
    assert find_pictures(tmp_path) == expected


# By content


@pytest.mark.parametrize(
    "name",
    [
        *("x.jpg_large", "x.jpg?w=200", "x.jpg.1", "x.jpg\r", "x.jpg ", "IMG_1.HIF", "x.pjpeg"),
        *("trip.2019-05-01", "film.mpo", "x.jpg!d", "x.txt", "x", "x.", "x.JPG~", "caf\udce9.bak"),
    ],
)
def test_a_picture_is_found_whatever_its_suffix(tmp_path, name):
    (tmp_path / name).write_bytes(PICTURE)
    assert find_pictures(tmp_path) == [tmp_path / name]


def test_every_format_is_found_by_its_first_bytes(tmp_path):
    for kind, data in every_kind().items():
        (tmp_path / f"{kind}.part").write_bytes(data)
    reasons = set(left_out(tmp_path).values())
    assert reasons <= {"a NumPy array"}  # of labels, more often than of pixels
    assert len(find_pictures(tmp_path)) > 10


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"P1 is the first page",
        b"P5\n",
        b"\0\0\1\0\0\0\1\0\0\0\2\0",
        b"BMW",
        b"GIF",
        b"cats and dogs",
    ],
)
def test_what_only_begins_like_a_picture_is_none(tmp_path, data):
    path = tmp_path / "notes.dat"
    path.write_bytes(data)
    assert why_left_out(path) == (path, "not a picture", False)


def test_an_ordinary_suffix_needs_no_look(tmp_path):
    assert not any(why_left_out(tmp_path / f"cat{suffix}") for suffix in PICTURE_SUFFIXES)
    assert why_left_out(tmp_path / "CAT.JPG") is None
    assert why_left_out(tmp_path / "gone.txt").reason == "no such file or directory"
    np.save(tmp_path / "labels.npy", np.zeros(3))
    assert why_left_out(tmp_path / "labels.npy").reason == "a NumPy array"


@pytest.mark.parametrize(
    "folder", ["@eaDir", "#recycle", "$RECYCLE.BIN", "__MACOSX", "lost+found", "@Recycle"]
)
def test_folders_that_a_system_keeps_are_left_out(tmp_path, folder):
    make_files(tmp_path, "cat.1.jpg", f"{folder}/cat.1.jpg/SYNOPHOTO_THUMB_XL.jpg")
    assert find_pictures(tmp_path) == [tmp_path / "cat.1.jpg"]
    assert left_out(tmp_path) == {folder: "kept by the system"}
    assert find_pictures(tmp_path / folder)  # opened itself, it was meant


@pytest.mark.parametrize("run", [("runs/a/card.json",), ("a/model.keras",), ("b.partial/x.txt",)])
def test_a_training_run_is_no_class(tmp_path, run):
    make_files(tmp_path, "cat/1.jpg", "dog/1.jpg", *run)
    folder = (tmp_path / run[0]).parent
    make_files(folder, "curves.png")
    dataset = scan_dataset(tmp_path)
    assert dataset.classes == ("cat", "dog")
    assert dataset.left_out == ((folder, "a training run", False),)


def test_a_path_that_is_too_long_is_told(tmp_path):
    make_files(tmp_path, "cat.1.jpg")
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(20):  # 20 folders of 250 letters: more than a path may have
            os.mkdir("d" * 250, dir_fd=here)
            inner = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
    finally:
        os.close(here)
    (deepest,) = left_out(tmp_path).items()
    assert deepest[1] == "file name too long"
    assert find_pictures(tmp_path) == [tmp_path / "cat.1.jpg"]


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"PK\x03\x04", "a zip archive; unpack it first"),
        (b"\x1f\x8b\x08", "a compressed file or an archive; unpack it first"),
        (b"\0" * 257 + b"ustar", "a compressed file or an archive; unpack it first"),
    ],
)
def test_44_an_archive_is_to_be_unpacked(tmp_path, start, what):
    (tmp_path / "train.zip").write_bytes(start + b"whatever")
    with pytest.raises(DatasetError) as caught:
        list_pictures(tmp_path / "train.zip")
    assert caught.value.sentence == f"“train.zip” was not opened: it is {what}."
    with pytest.raises(DatasetError) as caught:
        list_pictures(tmp_path)
    assert caught.value.sentence.endswith(f"({what}: “train.zip”).")


def test_what_is_no_picture_is_called_by_its_name(tmp_path):
    (tmp_path / "scan.psd").write_bytes(b"8BPS\0\1" + b"\0" * 30)
    make_files(tmp_path, "a.jpg")
    assert left_out(tmp_path) == {"scan.psd": "a Photoshop document; export it as PNG first"}


def test_what_was_left_out_is_counted_and_listed(tmp_path):
    make_files(tmp_path, "a.jpg", "notes.txt", "x/more.txt", ".hidden")
    (tmp_path / "line\nbreak.txt").write_text("text")
    found = list_pictures(tmp_path).left_out
    assert (
        describe_left_out(found) == "4 files or folders were left out (not a picture: 3; hidden: 1)"
    )
    assert list_left_out(found) == [
        f"hidden: {tmp_path}/.hidden",
        f"not a picture: {tmp_path}/line\ufffdbreak.txt",
        f"not a picture: {tmp_path}/notes.txt",
        f"not a picture: {tmp_path}/x/more.txt",
    ]
    assert describe_left_out(()) == ""
