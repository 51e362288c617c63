"""Folders become datasets."""

import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.datasets.file_names import labels_of_names
from explorer.core.datasets.ranking import find_readings
from explorer.core.datasets.scan import scan_dataset
from explorer.core.datasets.sentences import describe_reading
from tests.support.hostile_files import encode, four_colours

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
        if sample.split == "test"
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
    assert dataset.left_out == ()
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


# Which folders are splits, classes, or neither


def understand(*patterns: str) -> list[str]:
    """Read a folder with ten pictures of each pattern: its ranked readings, "?" where in doubt.

    In a pattern, # is a number; "*2" at its end makes two pictures.
    """
    tree: dict[tuple[str, ...], Counter[str | None]] = {}
    paths = []
    for pattern in patterns:
        name, _, count = pattern.partition("*")
        paths += [name.replace("#", str(i)).split("/") for i in range(int(count or 10))]
    named, is_sure = labels_of_names([path[-1] for path in paths])
    for path, label in zip(paths, named, strict=True):
        tree.setdefault(tuple(path[:-1]), Counter())[label] += 1
    readings = find_readings(tree, has_sure_names=is_sure)
    sentences = [f"{one.layout}: {describe_reading(one)}" for one in readings.ranked]
    return sentences if readings.is_clear else ["?", *sentences]


CATS_DOGS = "2 classes from folder names: cats, dogs"


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (
            ("training_set/cats/#.jpg", "training_set/dogs/#.jpg", "test_set/cats/#.jpg"),
            f"split/class: {CATS_DOGS}; test set: test_set",
        ),
        (
            ("Training/cats/#.jpg", "Training/dogs/#.jpg", "Testing/dogs/#.jpg"),
            f"split/class: {CATS_DOGS}; test set: Testing",
        ),
        (
            ("train/cats/#.jpg", "train/dogs/#.jpg", "valid/cats/#.jpg", "sample/cats/#.jpg"),
            f"split/class: {CATS_DOGS}; test set: valid; 10 pictures have no label (sample)",
        ),
        (
            ("train/cats/#.jpg", "train/dogs/#.jpg", "val/cats/#.jpg", "test/dogs/#.jpg"),
            f"split/class: {CATS_DOGS}; validation set: val; test set: test",
        ),
        (
            (
                "seg_train/seg_train/cats/#.jpg",
                "seg_train/seg_train/dogs/#.jpg",
                "seg_test/seg_test/dogs/#.jpg",
                "seg_pred/seg_pred/#.jpg",
            ),
            f"split/class: {CATS_DOGS}; test set: seg_test; 10 pictures have no label (seg_pred)",
        ),
        (
            ("train2017/cats/#.jpg", "train2017/dogs/#.jpg", "val2017/dogs/#.jpg"),
            f"split/class: {CATS_DOGS}; test set: val2017",
        ),
        (
            ("train_images/cats/#.jpg", "train_images/dogs/#.jpg", "test_images/#.jpg"),
            f"split/class: {CATS_DOGS}; 10 pictures have no label (test_images)",
        ),
        (
            ("train/cats/#.jpg", "train/dogs/#.jpg", "holdout/dogs/#.jpg", "plots/loss.png*1"),
            f"split/class: {CATS_DOGS}; test set: holdout; 1 picture has no label (plots)",
        ),
        (
            ("train/cats/#.jpg", "train/dogs/#.jpg", "test/unknown/#.jpg"),
            f"split/class: {CATS_DOGS}; 10 pictures have no label (test)",
        ),
        (
            ("cats/train/#.jpg", "cats/test/#.jpg", "dogs/train/#.jpg", "dogs/test/#.jpg"),
            f"class/split: {CATS_DOGS}; test set: test",
        ),
        (
            ("cats/#.jpg", "dogs/#.jpg", "test/cats/#.jpg", "test/dogs/#.jpg"),
            f"class+split: {CATS_DOGS}; test set: test",
        ),
        (
            ("data/train/cats/#.jpg", "data/train/dogs/#.jpg", "data/dev/cats/#.jpg", "a/b.png*1"),
            f"split/class: {CATS_DOGS}; test set: dev; 1 picture has no label (a)",
        ),
        (("cats/images/#.jpg", "dogs/images/#.jpg"), f"class: {CATS_DOGS}"),
        (("images/cats/#.jpg", "images/dogs/#.jpg"), f"class: {CATS_DOGS}"),
        (
            ("images/cats/#.jpg", "images/dogs/#.jpg", "masks/cats/#.png"),
            f"class: {CATS_DOGS}; 10 pictures have no label (masks)",
        ),
        (("cats/2023/#.jpg", "cats/2024/#.jpg", "dogs/2023/#.jpg"), f"class: {CATS_DOGS}"),
        (
            ("cats/#.jpg", "dogs/#.jpg", "cover.jpg*1"),
            f"class: {CATS_DOGS}; 1 picture has no label",
        ),
        (
            ("PetImages/cats/#.jpg", "PetImages/dogs/#.jpg", "logo.png*1"),
            f"part/class: {CATS_DOGS}; 1 picture has no label",
        ),
        (
            ("a/pets/train/train/cat.#.jpg", "a/pets/train/train/dog.#.jpg", "a/pets/test1/#.jpg"),
            "split/name: 2 classes from file names: cat, dog; 10 pictures have no label (test1)",
        ),
        (
            ("cat.#.jpg", "dog.#.jpg", "plots/loss.png*1"),
            "name: 2 classes from file names: cat, dog; 1 picture has no label (plots)",
        ),
        (
            ("car/#.jpg", "boat/#.jpg", "train/#.jpg"),
            "class: 3 classes from folder names: boat, car, train",
        ),
        (("mask/#.jpg", "no_mask/#.jpg"), "class: 2 classes from folder names: mask, no_mask"),
        (("images/Pug_#.jpg", "annotations/trimaps/Pug_#.png"), "none: no labels"),
        (("train/images/#.jpg", "train/masks/#.png", "test/images/#.jpg"), "none: no labels"),
        (("train/#.jpg", "train_masks/#.jpg", "test/#.jpg"), "none: no labels"),
        (("train2017/#.jpg", "val2017/#.jpg"), "none: no labels"),
        (("images/#.jpg",), "none: no labels"),
        (("#.jpg", "plots/loss.png*1"), "none: no labels"),
        (("IMG_#.jpg", "DSC_#.jpg"), "none: no labels"),
    ],
)
def test_what_is_common_is_recognised(patterns, expected):
    assert understand(*patterns)[0] == expected
    if len(patterns) == 2 and not any("/" in pattern for pattern in patterns):
        return  # a single folder is a class
    wrapped = [f"archive/data/{pattern}" for pattern in patterns]
    assert understand(*wrapped)[0] == expected


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (("batch1/cat.#.jpg", "batch1/dog.#.jpg", "batch2/cat.1#.jpg"), ["name", "class", "none"]),
        (("monday/cat.#.jpg", "monday/dog.#.jpg", "friday/cat.1#.jpg"), ["class", "name", "none"]),
        (
            ("part1/cats/#.jpg", "part1/dogs/#.jpg", "part2/cats/#.jpg", "part2/dogs/#.jpg"),
            ["part/class", "class", "none"],
        ),
        (
            ("animals/cat/#.jpg", "animals/dog/#.jpg", "plants/rose/#.jpg", "plants/fern/#.jpg"),
            ["class", "part/class", "none"],
        ),
        (("valid/#.jpg", "invalid/#.jpg"), ["class", "none"]),
        (("cat/#.jpg", "dog/#.jpg", "test/#.jpg"), ["class+split", "class", "none"]),
        (("Pets/cat/#.jpg", "Pets/dog/#.jpg", "plots/loss.png*1"), ["part/class", "class", "none"]),
    ],
)
def test_what_is_in_doubt_is_asked(patterns, expected):
    doubt, *readings = understand(*patterns)
    assert doubt == "?"
    assert [reading.split(":")[0] for reading in readings] == expected


def test_spellings_of_one_class_are_merged_and_told(tmp_path):
    composed = unicodedata.normalize("NFC", "Épagneul")
    for share, each in (
        ("train", (composed, "Siamois")),
        ("validation", (unicodedata.normalize("NFD", composed).lower(), "siamois ")),
    ):
        make(tmp_path, *(f"{share}/{name}/{i}.jpg" for name in each for i in range(4)))
    dataset = scan_dataset(tmp_path)
    assert dataset.counts() == {"Siamois": 8, composed: 8}
    assert len(of_test_set(tmp_path)) == 8
    assert "“Siamois”, “siamois ” are one class" in describe_reading(dataset.reading)


def test_single_letters_keep_their_case(tmp_path):
    make(tmp_path, "a/1.jpg", "A/1.jpg", "b/1.jpg")
    assert scan_dataset(tmp_path).classes == ("A", "a", "b")


def test_another_layout_can_be_asked_for(tmp_path):
    make(tmp_path, "train/cat/1.jpg", "train/dog/1.jpg", "test/cat/2.jpg", "test/dog/2.jpg")
    assert scan_dataset(tmp_path).reading.layout == "split/class"
    assert scan_dataset(tmp_path, layout="class").classes == ("test", "train")
    pool = scan_dataset(tmp_path, layout="part/class")
    assert pool.counts() == {"cat": 2, "dog": 2}
    assert {sample.split for sample in pool.samples} == {None}
    assert scan_dataset(tmp_path, layout="name").reading.layout == "split/class"  # impossible


names = st.sampled_from(
    ["train", "test", "valid", "images", "masks", "cat", "dog", "sample", "part1", "A", "a", "é"]
)
trees = st.dictionaries(
    st.lists(names, max_size=5).map(tuple),
    st.dictionaries(st.sampled_from([None, "cat", "dog"]), st.integers(1, 9), min_size=1),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=100)
@given(trees, st.booleans())
def test_any_folder_can_be_read_and_every_picture_is_counted(tree, has_sure_names):
    readings = find_readings(tree, has_sure_names=has_sure_names)
    total = sum(sum(each.values()) for each in tree.values())
    for reading in readings.ranked:
        assert sum(reading.counts.values()) + reading.unlabelled == total
        assert set(reading.places) == set(tree)
        labels = {place.label for place in reading.places.values()} - {None}
        assert labels <= set(reading.names)
        if any(place.split for place in reading.places.values()):
            assert any(place.split is None for place in reading.places.values())
    assert readings == find_readings(dict(reversed(tree.items())), has_sure_names=has_sure_names)
