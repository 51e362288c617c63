"""Copying by class: every file arrives under its class, nothing that was there is touched."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from explorer.core.files.copying import copy_by_class, folder_names


def make_file(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_each_file_arrives_under_its_class_and_stays_where_it_was(tmp_path: Path):
    first = make_file(tmp_path / "a" / "1.jpg", "cat")
    second = make_file(tmp_path / "b" / "1.jpg", "another cat")
    third = make_file(tmp_path / "b" / "fox.jpg", "fox")
    os.utime(first, (1_000_000, 1_000_000))
    counts: list[int] = []
    files = [(first, "cat"), (second, "cat"), (third, None)]
    outcome = copy_by_class(files, tmp_path / "sorted", unnamed="neither", met=counts.append)
    assert tree(tmp_path / "sorted") == {
        "cat/1.jpg": "cat",
        "cat/1 2.jpg": "another cat",
        "neither/fox.jpg": "fox",
    }
    assert (outcome.copied, outcome.failures) == ({"cat": 2, "neither": 1}, ())
    assert outcome.is_whole
    assert counts == [0, 1, 2]
    assert first.read_text() == "cat"
    assert (tmp_path / "sorted" / "cat" / "1.jpg").stat().st_mtime == 1_000_000


def test_nothing_is_overwritten(tmp_path: Path):
    make_file(tmp_path / "sorted" / "cat" / "1.jpg", "mine")
    make_file(tmp_path / "sorted" / "cat" / "1 2.jpg", "mine, too")
    file = make_file(tmp_path / "1.jpg", "new")
    copy_by_class([(file, "cat")], tmp_path / "sorted", unnamed="neither")
    assert tree(tmp_path / "sorted") == {
        "cat/1.jpg": "mine",
        "cat/1 2.jpg": "mine, too",
        "cat/1 3.jpg": "new",
    }


def test_a_file_that_lies_there_already_is_not_doubled(tmp_path: Path):
    file = make_file(tmp_path / "sorted" / "cat" / "1.jpg", "cat")
    outcome = copy_by_class([(file, "cat")], tmp_path / "sorted", unnamed="neither")
    assert outcome.copied == {"cat": 1}
    assert tree(tmp_path / "sorted") == {"cat/1.jpg": "cat"}


def test_what_cannot_be_copied_is_told_and_the_rest_goes_on(tmp_path: Path):
    gone, folder = tmp_path / "gone.jpg", tmp_path / "folder.jpg"
    folder.mkdir()
    good = make_file(tmp_path / "good.jpg", "good")
    outcome = copy_by_class(
        [(gone, "cat"), (folder, "cat"), (good, "dog")], tmp_path / "sorted", unnamed="neither"
    )
    assert outcome.copied == {"dog": 1}
    assert outcome.failures == ((gone, "no such file or directory"), (folder, "it is a folder"))
    assert outcome.is_whole


def test_a_full_disk_ends_it_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fill(source: object, file: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    files = [(make_file(tmp_path / f"{number}.jpg", "cat"), "cat") for number in range(3)]
    monkeypatch.setattr(shutil, "copyfileobj", fill)
    outcome = copy_by_class(files, tmp_path / "sorted", unnamed="neither")
    assert outcome.failures == ((files[0][0], "no space left on device"),)
    assert not outcome.is_whole
    assert tree(tmp_path / "sorted") == {}


def test_cancelling_keeps_what_was_copied(tmp_path: Path):
    files = [(make_file(tmp_path / f"{number}.jpg", "cat"), "cat") for number in range(3)]
    asked = iter([False, True])
    outcome = copy_by_class(
        files, tmp_path / "sorted", unnamed="neither", is_cancelled=lambda: next(asked)
    )
    assert (outcome.copied, outcome.is_whole) == ({"cat": 1}, False)


def test_names_of_folders_are_safe_and_differ():
    labels = ["Cat", "cat", "neither", "../up", "a/b", "a:b", "con", "Katze ♥", "..", None]
    names = folder_names(labels, unnamed="neither")
    assert set(names) == set(labels)
    assert names[None] == "neither"
    assert names["neither"] == "neither 2"
    assert names["con"] == "con_"
    assert names["../up"] == "up"
    assert len({name.casefold() for name in names.values()}) == len(labels)
    for name in names.values():
        assert not set(name) & set('/\\:*?"<>|.')
        assert name == name.strip()
