"""The example dataset: complete, the same every time, with the faults that it says it has."""

import hashlib
import math
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from explorer.core.datasets.scan import scan_dataset
from explorer.core.health.figures import PictureFigures, measure_picture
from explorer.core.health.issues import Thresholds
from explorer.core.health.labels import find_spurious
from explorer.core.health.measured import find_measured
from explorer.core.images.read import read_picture
from explorer.core.sources.example import ABOUT_NAME, FAULTS, Place, draw_example, places
from explorer.errors import DatasetError, PictureError


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own") / "datasets" / "Drawn cats and dogs"
    assert draw_example(folder)
    return folder


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_it_reads_as_two_classes_in_two_splits(example: Path):
    dataset = scan_dataset(example)
    assert dataset.counts() == {"cat": 120, "dog": 120}
    assert dataset.readings is not None
    assert dataset.readings.is_clear
    splits = [sample.split for sample in dataset.samples]
    assert (splits.count("test"), len(splits)) == (60, 240)
    assert [one.path.name for one in dataset.left_out] == [ABOUT_NAME]


def test_it_is_the_same_every_time_and_kept_as_it_is(example: Path, tmp_path: Path):
    again = tmp_path / "again"
    counts: list[tuple[int, int]] = []
    assert draw_example(again, met=lambda *count: counts.append(count))
    assert digests(again) == digests(example)
    assert counts == [(number, 240) for number in range(240)]
    (again / Place("train", "cat", 1).name).unlink()
    assert draw_example(again, met=lambda *count: pytest.fail("it was drawn anew"))


def test_every_fault_is_there_and_told(example: Path):
    assert set(FAULTS) <= set(places())
    told = (example / ABOUT_NAME).read_text("utf-8")

    def read(split: str, label: str, number: int) -> np.ndarray:
        return read_picture(example / Place(split, label, number).name).picture

    for place in FAULTS:
        assert place.name in told
    assert read("train", "cat", 31).max() < 40
    assert read("train", "dog", 45).min() > 230
    assert np.ptp(read("train", "cat", 81)) == 0
    assert np.ptp(read("train", "dog", 26).astype(int), axis=2).max() == 0
    assert read("train", "dog", 63).shape == (20, 24, 3)
    assert read("test", "cat", 14).shape == (64, 720, 3)
    copy, original = (
        example / place.name for place in (Place("test", "cat", 3), Place("train", "cat", 40))
    )
    assert copy.read_bytes() == original.read_bytes()
    with pytest.raises(PictureError, match="the file is empty"):
        read("train", "dog", 77)
    with pytest.raises(PictureError, match="the file is truncated"):
        read("train", "cat", 66)


def test_health_finds_what_was_put_in(example: Path):
    dataset = scan_dataset(example)
    figures: dict[str, list[float]] = {field.name: [] for field in fields(PictureFigures)}
    for sample in dataset.samples:
        try:
            found = vars(measure_picture(read_picture(sample.path).picture))
        except PictureError:
            found = dict.fromkeys(figures, math.nan)
        for name, values in figures.items():
            values.append(found[name])
    arrays = {name: np.array(values, float) for name, values in figures.items()}
    named = {
        kind: {
            FAULTS[Place(*sample.path.parts[-3:-1], int(sample.path.stem[-3:]))].says
            for issue in issues
            for sample in (dataset.samples[place] for place in issue.places)
        }
        for kind, (issues, _) in find_measured(arrays, Thresholds()).items()
    }
    assert named == {
        "dark": {"is too dark"},
        "bright": {"is too bright"},
        "blurry": {"is blurred, with dark corners"},
        "low_information": {"is one plain colour"},
        "odd_aspect": {"is distorted"},
        "odd_size": {"is very small"},
        "grey": {"is one plain colour", "has no colours"},
    }
    labels = np.array([dataset.classes.index(sample.label or "") for sample in dataset.samples])
    (spurious,) = find_spurious(arrays, labels, dataset.classes, Thresholds().spurious)
    assert spurious.reason.startswith("brightness tells the labels apart")


def test_cancelling_leaves_nothing(tmp_path: Path):
    asked = iter([False, False, True])
    assert not draw_example(tmp_path / "example", is_cancelled=lambda: next(asked))
    assert list(tmp_path.iterdir()) == []


def test_what_an_earlier_start_left_unfinished_is_replaced(tmp_path: Path):
    folder = tmp_path / "example"
    (tmp_path / "example.partial" / "train").mkdir(parents=True)
    (folder / "train").mkdir(parents=True)  # without what is written last
    assert draw_example(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["example"]
    assert (folder / ABOUT_NAME).is_file()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DatasetError, match="“example” was not written: "):
        draw_example(tmp_path / "file" / "example")
