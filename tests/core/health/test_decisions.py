"""Decisions about pictures: kept, written, read again, applied; and what is refused."""

import csv
import io
import os
import sys
from pathlib import Path

import pytest

from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.health.decisions import (
    EXCLUDE,
    KEEP,
    Decision,
    apply_decisions,
    describe_decisions,
    keep_decisions,
    place_of,
    read_decisions,
    read_for_training,
    read_kept,
    write_decisions,
)
from explorer.errors import DatasetError
from explorer.paths import user_decisions

PLACES = [
    "cat/1.jpg",
    "dog/a, b.jpg",
    'dog/"so".jpg',
    "dog/two\nlines.jpg",
    "dog/two\rlines.jpg",
    "dog/two\u2028lines\x85.jpg",
    "=cmd()/1.jpg",
]


@pytest.fixture
def table(tmp_path) -> Path:
    return tmp_path / "decisions.csv"


def refusal(file: Path) -> str:
    with pytest.raises(DatasetError) as caught:
        read_decisions(file)
    return caught.value.sentence


def test_what_is_written_is_read_again_whatever_files_are_called(table):
    odd = os.fsdecode(b"cat/\xff\xfe.jpg") if sys.platform == "linux" else "cat/é.jpg"
    decisions = {
        **dict.fromkeys(PLACES, EXCLUDE),
        odd: Decision("relabel", "chien, grand"),
        "z.jpg": KEEP,
        "y.jpg": Decision("relabel", "=cmd()"),
        "x.jpg": Decision("relabel", "'=cmd()"),
        "w.jpg": Decision("relabel", "'tis"),
    }
    table.write_bytes(write_decisions(decisions))
    assert read_decisions(table) == decisions
    # Nothing that a spreadsheet would compute stands at the beginning of a cell.
    rows = csv.reader(io.StringIO(table.read_text("utf-8", "surrogateescape"), newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"path;decision;label\n", "does not begin with"),
        (b"path,decision,label\na.jpg,exclude\n", "line 2 has not 3 values"),
        (b"path,decision,label\na.jpg,delete,\n", "line 2 says “delete”"),
        (b"path,decision,label\na.jpg,relabel,\n", "relabel in line 2 needs a label"),
        (b"path,decision,label\na.jpg,keep,cat\n", "keep in line 2 must have no label"),
        (b"path,decision,label\na.jpg,keep,\n./a.jpg,keep,\n", "line 3 names a picture for the"),
        (b'path,decision,label\n"a.jpg,keep,\n', "is no line of a CSV file"),
        (b"path,decision,label\n" + b"a" * 200_000 + b",keep,\n", "is no line of a CSV file"),
        (b"\x00\x01\x02", "does not begin with"),
    ],
)
def test_what_is_no_table_of_decisions_is_refused_by_its_line(table, content, reason):
    table.write_bytes(content)
    assert reason in refusal(table)


def test_a_table_saved_by_a_spreadsheet_can_be_read(table):
    table.write_bytes(b"\xef\xbb\xbfpath,decision,label\r\ncat/1.jpg,exclude,\r\n\r\n")
    assert read_decisions(table) == {"cat/1.jpg": EXCLUDE}


def test_a_file_that_is_not_there_is_one_sentence(table):
    assert refusal(table) == "“decisions.csv” was not opened: there is no such file."


@pytest.fixture
def dataset(tmp_path) -> Dataset:
    samples = tuple(
        Sample(tmp_path / "pets" / label / f"{number}.jpg", label)
        for label in ("cat", "dog")
        for number in range(3)
    )
    return Dataset(tmp_path / "pets", ("cat", "dog"), samples)


def test_training_leaves_out_and_relabels(dataset, table):
    table.write_bytes(
        write_decisions(
            {
                "cat/0.jpg": EXCLUDE,
                "cat/1.jpg": Decision("relabel", "dog"),
                "dog/2.jpg": KEEP,
            }
        )
    )
    both = read_for_training(table, table)
    assert describe_decisions(both) == "1 picture left out, 1 relabelled"
    found = apply_decisions(dataset, both)
    labels = {place_of(one.path, dataset.folder): one.label for one in found.samples}
    assert labels == {
        "cat/1.jpg": "dog",
        "cat/2.jpg": "cat",
        "dog/0.jpg": "dog",
        "dog/1.jpg": "dog",
        "dog/2.jpg": "dog",
    }
    assert apply_decisions(dataset, read_for_training(None, None)) == dataset
    assert len(apply_decisions(dataset, read_for_training(None, table)).samples) == 6


def test_what_is_decided_about_other_pictures_or_classes_is_refused(dataset):
    with pytest.raises(DatasetError, match=r"has no “\.\./cat\.jpg” and “fox/1\.jpg”, of which"):
        apply_decisions(dataset, {"fox/1.jpg": EXCLUDE, "../cat.jpg": EXCLUDE})
    with pytest.raises(DatasetError, match=r"has no class “fox”.*its classes are cat and dog"):
        apply_decisions(dataset, {"cat/0.jpg": Decision("relabel", "fox")})


def test_decisions_are_kept_per_dataset_and_never_beside_the_pictures(tmp_path):
    pets, flowers = tmp_path / "pets", tmp_path / "flowers"
    for folder in (pets, flowers):
        folder.mkdir()
    assert read_kept(pets) == {}
    keep_decisions(pets, {"1.jpg": EXCLUDE})
    keep_decisions(flowers, {"1.jpg": KEEP})
    assert read_kept(pets) == {"1.jpg": EXCLUDE}
    assert list(pets.iterdir()) == []
    assert len(list(user_decisions().iterdir())) == 2
