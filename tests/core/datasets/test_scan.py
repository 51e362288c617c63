"""Folders become datasets, and datasets are split."""

import os
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.core.datasets import scan as datasets
from explorer.core.datasets.scan import (
    Sample,
    find_pictures,
    scan_dataset,
    split_stratified,
    take_stratified,
)
from explorer.errors import DatasetError
from tests.support.hostile_files import as_nobody, encode, four_colours

PICTURE = encode(four_colours(), "JPEG")


def make(folder: Path, *names: str) -> Path:
    """Put a picture at each path below a folder; other files get a line of text."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PICTURE if path.suffix in (".jpg", ".png", "") else b"some text\n")
    return folder


def labels(folder: Path) -> dict[str, str | None]:
    """Scan a folder: the label of each picture, by its path below the folder, in order."""
    return {
        sample.path.relative_to(folder).as_posix(): sample.label
        for sample in scan_dataset(folder).samples
    }


def of_test_set(folder: Path) -> list[str]:
    return [
        sample.path.relative_to(folder).as_posix()
        for sample in scan_dataset(folder).samples
        if sample.is_predefined_test
    ]


# Layouts


def test_flat_files_in_natural_order(tmp_path):
    make(tmp_path, "dog.2.jpg", "cat.10.jpg", "cat.9.jpg", "cat.0.png", "dog.11.jpg")
    dataset = scan_dataset(tmp_path)
    names = [sample.path.name for sample in dataset.samples]
    assert names == ["cat.0.png", "cat.9.jpg", "cat.10.jpg", "dog.2.jpg", "dog.11.jpg"]
    assert dataset.classes == ("cat", "dog")
    assert dataset.counts() == {"cat": 3, "dog": 2}
    assert dataset.folder == tmp_path
    assert dataset.skipped == 0
    assert of_test_set(tmp_path) == []


def test_one_folder_per_class_however_many_and_whatever_they_are(tmp_path):
    make(tmp_path, "daisy/1.jpg", "löwe/x.png", "class 10/a.jpg", "class 2/a.jpg", "🐈/cat.1.jpg")
    assert labels(tmp_path) == {
        "class 2/a.jpg": "class 2",
        "class 10/a.jpg": "class 10",
        "daisy/1.jpg": "daisy",
        "löwe/x.png": "löwe",
        "🐈/cat.1.jpg": "🐈",
    }
    assert scan_dataset(tmp_path).classes == ("class 10", "class 2", "daisy", "löwe", "🐈")


@pytest.mark.parametrize("training", ["train", "Training"])
@pytest.mark.parametrize("validation", ["validation", "valid", "val", "Test"])
def test_training_and_validation_folders(tmp_path, training, validation):
    make(tmp_path, f"{training}/cat/2.jpg", f"{training}/dog/1.jpg")
    make(tmp_path, f"{validation}/cat/1.jpg", f"{validation}/dog/3.jpg")
    assert labels(tmp_path) == {
        f"{training}/cat/2.jpg": "cat",
        f"{training}/dog/1.jpg": "dog",
        f"{validation}/cat/1.jpg": "cat",
        f"{validation}/dog/3.jpg": "dog",
    }
    assert of_test_set(tmp_path) == [f"{validation}/cat/1.jpg", f"{validation}/dog/3.jpg"]


def test_validation_comes_last_whatever_its_name(tmp_path):
    make(tmp_path, "train/b/1.jpg", "test/a/1.jpg", "train/a/1.jpg")
    assert list(labels(tmp_path)) == ["train/a/1.jpg", "train/b/1.jpg", "test/a/1.jpg"]


def test_training_folder_of_flat_files_beside_unlabelled_ones(tmp_path):
    make(tmp_path, "train/cat.0.jpg", "train/dog.0.jpg", "test1/1.jpg")
    assert labels(tmp_path) == {
        "train/cat.0.jpg": "cat",
        "train/dog.0.jpg": "dog",
        "test1/1.jpg": None,
    }
    assert of_test_set(tmp_path) == ["test1/1.jpg"]


@pytest.mark.parametrize("split", ["train", "test", "validation"])
def test_one_split_alone_is_no_test_set(tmp_path, split):
    make(tmp_path, f"{split}/cat/1.jpg", f"{split}/dog/1.jpg")
    assert labels(tmp_path) == {f"{split}/cat/1.jpg": "cat", f"{split}/dog/1.jpg": "dog"}
    assert of_test_set(tmp_path) == []


def test_train_beside_other_vehicles_is_a_class(tmp_path):
    make(tmp_path, "train/1.jpg", "car/1.jpg", "boat/1.jpg")
    assert set(labels(tmp_path).values()) == {"train", "car", "boat"}
    assert of_test_set(tmp_path) == []


def test_deeper_folders_belong_to_their_class(tmp_path):
    make(tmp_path, "cat/2024/may/1.jpg", "cat/2.jpg", "dog/old/1.jpg")
    assert labels(tmp_path) == {
        "cat/2.jpg": "cat",
        "cat/2024/may/1.jpg": "cat",
        "dog/old/1.jpg": "dog",
    }


def test_loose_pictures_beside_class_folders_are_unlabelled(tmp_path):
    make(tmp_path, "cat/1.jpg", "dog/1.jpg", "cover.jpg", "IMG.001.jpg")
    assert labels(tmp_path) == {
        "cover.jpg": None,
        "IMG.001.jpg": None,
        "cat/1.jpg": "cat",
        "dog/1.jpg": "dog",
    }
    assert scan_dataset(tmp_path).classes == ("cat", "dog")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["PetImages/Cat/1.jpg", "PetImages/Dog/1.jpg"], {"Cat", "Dog"}),
        (["archive/cat.1.jpg", "archive/dog.1.jpg"], {"cat", "dog"}),
        (["train/train/cat.0.jpg", "train/train/dog.0.jpg"], {"cat", "dog"}),
        (["a/b/train/cat/0.jpg", "a/b/val/dog/0.jpg"], {"cat", "dog"}),
        (["cat/1.jpg", "cat/2.jpg"], {"cat"}),
        (["cat/cat.1.jpg", "cat/cat.2.jpg"], {"cat"}),
    ],
)
def test_folder_around_everything_is_looked_through(tmp_path, names, expected):
    make(tmp_path, *names)
    assert set(labels(tmp_path).values()) == expected


def test_any_other_folder_is_unlabelled(tmp_path):
    make(tmp_path, "IMG_1.jpg", "holiday.png", "1.2.3.jpg", "cat.one.jpg", ".1.jpg")
    dataset = scan_dataset(tmp_path)
    assert dataset.classes == ()
    assert dataset.counts() == {}
    assert [sample.label for sample in dataset.samples] == [None] * 4


# What is passed over


def test_04_files_that_are_no_pictures_are_counted_once(tmp_path):
    make(tmp_path, "cat/1.jpg", "dog/1.jpg", "README.txt", "cat/Thumbs.db", "dog/.DS_Store")
    (tmp_path / "LICENSE").write_text("no suffix, no picture")
    (tmp_path / "._cat.jpg").write_bytes(b"left by another system")
    dataset = scan_dataset(tmp_path)
    assert dataset.counts() == {"cat": 1, "dog": 1}
    assert dataset.skipped == 5


def test_broken_pictures_are_listed(tmp_path):
    make(tmp_path, "cat.1.jpg")
    (tmp_path / "cat.666.jpg").write_bytes(b"")
    assert list(labels(tmp_path)) == ["cat.1.jpg", "cat.666.jpg"]


def test_pictures_without_a_suffix_are_found_by_their_first_bytes(tmp_path):
    make(tmp_path, "photo", "notes.txt")
    (tmp_path / "plain").write_bytes(b"text")
    assert find_pictures(tmp_path) == [tmp_path / "photo"]


def test_hidden_folders_are_not_entered(tmp_path):
    make(tmp_path, "a.jpg", ".thumbnails/b.jpg", ".git/c.jpg")
    assert find_pictures(tmp_path) == [tmp_path / "a.jpg"]
    assert scan_dataset(tmp_path).skipped == 0


def test_23_folder_named_like_a_picture_is_entered(tmp_path):
    make(tmp_path, "x.jpg/a.jpg")
    assert find_pictures(tmp_path) == [tmp_path / "x.jpg" / "a.jpg"]


@pytest.mark.parametrize("open_folder_of_pictures", [find_pictures, scan_dataset])
def test_23_empty_folder(tmp_path, open_folder_of_pictures):
    folder = tmp_path / "nothing"
    (folder / "deeper").mkdir(parents=True)
    make(folder, "README.txt")
    with pytest.raises(DatasetError) as caught:
        open_folder_of_pictures(folder)
    assert caught.value.sentence == "There are no pictures in “nothing”."


@pytest.mark.parametrize("open_folder_of_pictures", [find_pictures, scan_dataset])
def test_23_missing_folder_or_a_file(tmp_path, open_folder_of_pictures):
    with pytest.raises(DatasetError, match=r"^“gone” was not opened: there is no such folder\.$"):
        open_folder_of_pictures(tmp_path / "gone")
    make(tmp_path, "a.jpg")
    with pytest.raises(DatasetError, match=r"^“a\.jpg” was not opened: it is not a folder\.$"):
        open_folder_of_pictures(tmp_path / "a.jpg")


def test_24_links(tmp_path):
    make(tmp_path, "data/real.jpg", "elsewhere/b.jpg")
    folder = tmp_path / "data"
    (folder / "itself").symlink_to(folder, target_is_directory=True)
    (folder / "other").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "loop1.jpg").symlink_to("loop2.jpg")
    (folder / "loop2.jpg").symlink_to("loop1.jpg")
    (folder / "loop").symlink_to("loop")
    (folder / "gone.jpg").symlink_to("nowhere.jpg")
    (folder / "link.jpg").symlink_to("real.jpg")
    names = [path.name for path in find_pictures(folder)]
    assert names == ["gone.jpg", "link.jpg", "loop1.jpg", "loop2.jpg", "real.jpg"]
    assert scan_dataset(folder).skipped == 1  # "loop", which is neither a picture nor a folder


def test_24_the_opened_folder_may_be_a_link(tmp_path):
    make(tmp_path, "data/a.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "data", target_is_directory=True)
    assert find_pictures(tmp_path / "link") == [tmp_path / "link" / "a.jpg"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_25_named_pipes_do_not_block(tmp_path):
    make(tmp_path, "a.jpg")
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.jpg")
    assert find_pictures(tmp_path) == [tmp_path / "a.jpg", tmp_path / "pipe.jpg"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has other permissions")
def test_26_no_permission_to_read(open_folder):
    make(open_folder, "cat/1.jpg", "dog/1.jpg", "secret/1.jpg")
    (open_folder / "secret").chmod(0)
    try:
        with as_nobody():
            dataset = scan_dataset(open_folder)
            with pytest.raises(DatasetError) as caught:
                scan_dataset(open_folder / "secret")
    finally:
        (open_folder / "secret").chmod(0o755)
    assert dataset.counts() == {"cat": 1, "dog": 1}
    assert dataset.skipped == 1
    assert caught.value.sentence == "“secret” was not opened: permission denied."


def test_too_many_files(tmp_path, monkeypatch):
    make(tmp_path, "a/1.jpg", "a/2.jpg", "b/3.jpg")
    monkeypatch.setattr(datasets, "MAX_FILES", 3)
    assert len(find_pictures(tmp_path)) == 3
    monkeypatch.setattr(datasets, "MAX_FILES", 2)
    with pytest.raises(DatasetError, match="has more than 2 files"):
        find_pictures(tmp_path)
    monkeypatch.setattr(datasets, "MAX_FILES", 1)
    with pytest.raises(DatasetError, match="has more than 1 files"):
        find_pictures(tmp_path)


def test_cancelling_returns_what_was_found(tmp_path):
    make(tmp_path, *(f"{number}.jpg" for number in range(10)))
    asked = iter([False] * 4 + [True] * 10)
    found = find_pictures(tmp_path, is_cancelled=lambda: next(asked))
    assert [path.name for path in found] == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
    assert find_pictures(tmp_path, is_cancelled=lambda: True) == []
    assert scan_dataset(tmp_path, is_cancelled=lambda: True).samples == ()


def test_order_is_the_same_however_the_system_lists(tmp_path, monkeypatch):
    make(tmp_path, "cat/1.jpg", "cat/01.jpg", "cat10/1.jpg", "Cat9/1.jpg")
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


# Splitting


def make_samples(sizes: dict[str | None, int], seed: int) -> list[Sample]:
    """Make so many samples of each class, in any order."""
    order = [label for label, size in sizes.items() for _ in range(size)]
    random.Random(seed).shuffle(order)
    return [Sample(Path(f"{number}.jpg"), label) for number, label in enumerate(order)]


seeds = st.integers(0, 2**32 - 1)
ratios = st.floats(0, 1)
sample_lists = st.builds(
    make_samples,
    st.dictionaries(st.sampled_from(["cat", "dog", "fox", None]), st.integers(1, 40)),
    seeds,
)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(sample_lists, ratios, seeds)
def test_split_is_a_partition_in_order(samples, ratio, seed):
    kept, held = split_stratified(samples, ratio, seed)
    chosen = set(held)
    assert held == [sample for sample in samples if sample in chosen]
    assert kept == [sample for sample in samples if sample not in chosen]


@unhurried
@given(sample_lists, ratios, seeds)
def test_split_holds_back_the_share_of_each_class(samples, ratio, seed):
    _, held = split_stratified(samples, ratio, seed)
    held_per_class = Counter(sample.label for sample in held)
    for label, size in Counter(sample.label for sample in samples).items():
        count = held_per_class[label]
        assert abs(count - size * ratio) <= 0.5 or count in (1, size - 1)
        if ratio > 0 and size > 1:
            assert 1 <= count < size


@unhurried
@given(sample_lists, ratios, seeds)
def test_split_is_the_same_for_the_same_seed(samples, ratio, seed):
    assert split_stratified(samples, ratio, seed) == split_stratified(list(samples), ratio, seed)


def test_split_differs_with_the_seed():
    samples = [Sample(Path(f"{number}.jpg"), "cat") for number in range(100)]
    splits = {tuple(split_stratified(samples, 0.2, seed)[1]) for seed in range(10)}
    assert len(splits) == 10
    assert all(len(held) == 20 for held in splits)


def test_split_holds_back_every_sample_about_equally_often():
    samples = [Sample(Path(f"{number}.jpg"), "cat") for number in range(20)]
    times = Counter(s for seed in range(500) for s in split_stratified(samples, 0.3, seed)[1])
    assert all(100 < times[sample] < 200 for sample in samples)  # 150, give or take 5 sigma


@unhurried
@given(sample_lists, st.integers(0, 200), seeds)
def test_taking_about_so_many_of_each_class_in_proportion(samples, limit, seed):
    taken = take_stratified(samples, limit, seed)
    if limit >= len(samples):
        assert taken == samples
        return
    classes = len({sample.label for sample in samples})
    assert abs(len(taken) - limit) <= classes
    assert len(set(taken)) == len(taken)
    assert set(taken) <= set(samples)
