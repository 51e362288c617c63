"""Folders become datasets."""

import unicodedata
from pathlib import Path

import pytest

from explorer.core.datasets.left_out import describe_left_out
from explorer.core.datasets.scan import scan_dataset
from explorer.core.datasets.sentences import describe_reading
from tests.support.hostile_files import make_files


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
    make_files(tmp_path, "dog.2.jpg", "cat.10.jpg", "cat.9.jpg", "cat.0.png", "dog.11.jpg")
    dataset = scan_dataset(tmp_path)
    names = [sample.path.name for sample in dataset.samples]
    assert names == ["cat.0.png", "cat.9.jpg", "cat.10.jpg", "dog.2.jpg", "dog.11.jpg"]
    assert dataset.classes == ("cat", "dog")
    assert dataset.counts() == {"cat": 3, "dog": 2}
    assert dataset.folder == tmp_path
    assert dataset.left_out == ()
    assert of_test_set(tmp_path) == []


def test_one_folder_per_class_however_many_and_whatever_they_are(tmp_path):
    make_files(
        tmp_path, "daisy/1.jpg", "löwe/x.png", "class 10/a.jpg", "class 2/a.jpg", "🐈/cat.1.jpg"
    )
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
    make_files(tmp_path, f"{training}/cat/2.jpg", f"{training}/dog/1.jpg")
    make_files(tmp_path, f"{validation}/cat/1.jpg", f"{validation}/dog/3.jpg")
    assert labels(tmp_path) == {
        f"{training}/cat/2.jpg": "cat",
        f"{training}/dog/1.jpg": "dog",
        f"{validation}/cat/1.jpg": "cat",
        f"{validation}/dog/3.jpg": "dog",
    }
    assert of_test_set(tmp_path) == [f"{validation}/cat/1.jpg", f"{validation}/dog/3.jpg"]


def test_validation_comes_last_whatever_its_name(tmp_path):
    make_files(tmp_path, "train/b/1.jpg", "test/a/1.jpg", "train/a/1.jpg")
    assert list(labels(tmp_path)) == ["train/a/1.jpg", "train/b/1.jpg", "test/a/1.jpg"]


def test_training_folder_of_flat_files_beside_unlabelled_ones(tmp_path):
    make_files(tmp_path, "train/cat.0.jpg", "train/dog.0.jpg", "test1/1.jpg")
    assert labels(tmp_path) == {
        "train/cat.0.jpg": "cat",
        "train/dog.0.jpg": "dog",
        "test1/1.jpg": None,
    }
    assert of_test_set(tmp_path) == ["test1/1.jpg"]


@pytest.mark.parametrize("split", ["train", "test", "validation"])
def test_one_split_alone_is_no_test_set(tmp_path, split):
    make_files(tmp_path, f"{split}/cat/1.jpg", f"{split}/dog/1.jpg")
    assert labels(tmp_path) == {f"{split}/cat/1.jpg": "cat", f"{split}/dog/1.jpg": "dog"}
    assert of_test_set(tmp_path) == []


def test_train_beside_other_vehicles_is_a_class(tmp_path):
    make_files(tmp_path, "train/1.jpg", "car/1.jpg", "boat/1.jpg")
    assert set(labels(tmp_path).values()) == {"train", "car", "boat"}
    assert of_test_set(tmp_path) == []


def test_deeper_folders_belong_to_their_class(tmp_path):
    make_files(tmp_path, "cat/2024/may/1.jpg", "cat/2.jpg", "dog/old/1.jpg")
    assert labels(tmp_path) == {
        "cat/2.jpg": "cat",
        "cat/2024/may/1.jpg": "cat",
        "dog/old/1.jpg": "dog",
    }


def test_loose_pictures_beside_class_folders_are_unlabelled(tmp_path):
    make_files(tmp_path, "cat/1.jpg", "dog/1.jpg", "cover.jpg", "IMG.001.jpg")
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
    make_files(tmp_path, *names)
    assert set(labels(tmp_path).values()) == expected


def test_any_other_folder_is_unlabelled(tmp_path):
    make_files(tmp_path, "IMG_1.jpg", "holiday.png", "1.2.3.jpg", "cat.one.jpg", ".1.jpg")
    dataset = scan_dataset(tmp_path)
    assert dataset.classes == ()
    assert dataset.counts() == {}
    assert [sample.label for sample in dataset.samples] == [None] * 4


# Spellings and layouts


def test_spellings_of_one_class_are_merged_and_told(tmp_path):
    composed = unicodedata.normalize("NFC", "Épagneul")
    for share, each in (
        ("train", (composed, "Siamois")),
        ("validation", (unicodedata.normalize("NFD", composed).lower(), "siamois ")),
    ):
        make_files(tmp_path, *(f"{share}/{name}/{i}.jpg" for name in each for i in range(4)))
    dataset = scan_dataset(tmp_path)
    assert dataset.counts() == {"Siamois": 8, composed: 8}
    assert len(of_test_set(tmp_path)) == 8
    assert "“Siamois” and “siamois ” are one class" in describe_reading(dataset.reading)


def test_spellings_that_look_alike_are_told_by_their_letters(tmp_path):
    composed = unicodedata.normalize("NFC", "grün")
    names = (composed, unicodedata.normalize("NFD", composed))
    make_files(tmp_path, "red/1.jpg", *(f"{name}/1.jpg" for name in names))
    assert describe_reading(scan_dataset(tmp_path).reading).endswith(
        f"; “{composed}” in composed and in decomposed letters is one class"
    )
    make_files(tmp_path, f"{composed.upper()}/1.jpg")
    assert describe_reading(scan_dataset(tmp_path).reading).endswith(
        f"; “{composed.upper()}” and “{composed}” in composed and in decomposed letters are one "
        "class"
    )


def test_masks_beside_their_pictures_are_not_learned(tmp_path):
    for label in ("benign", "malignant"):
        make_files(tmp_path, f"{label}/{label} (1).png", f"{label}/{label} (1)_mask.png")
        make_files(tmp_path, f"{label}/{label} (1)_mask_1.png", f"{label}/my_mask.png")
    assert labels(tmp_path) == {
        f"{label}/{name}": label if "(1)_" not in name else None
        for label in ("benign", "malignant")
        for name in (
            f"{label} (1).png",
            f"{label} (1)_mask.png",
            f"{label} (1)_mask_1.png",
            "my_mask.png",
        )
    }


def test_single_letters_keep_their_case(tmp_path):
    make_files(tmp_path, "a/1.jpg", "A/1.jpg", "b/1.jpg")
    assert scan_dataset(tmp_path).classes == ("A", "a", "b")


def test_another_layout_can_be_asked_for(tmp_path):
    make_files(tmp_path, "train/cat/1.jpg", "train/dog/1.jpg", "test/cat/2.jpg", "test/dog/2.jpg")
    assert scan_dataset(tmp_path).reading.layout == "split/class"
    assert scan_dataset(tmp_path, layout="class").classes == ("test", "train")
    pool = scan_dataset(tmp_path, layout="part/class")
    assert pool.counts() == {"cat": 2, "dog": 2}
    assert {sample.split for sample in pool.samples} == {None}
    assert scan_dataset(tmp_path, layout="name").reading.layout == "split/class"  # impossible


# Copies


def fill(folder: Path, *names: str) -> None:
    """Write files that tell which they are."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


@pytest.mark.parametrize("outer", ["", "archive/", "pets/"])
@pytest.mark.parametrize(
    "names",
    [
        ("cat/1.jpg", "cat/2.jpg", "dog/1.jpg"),
        ("train/cat/1.jpg", "train/dog/1.jpg", "test/cat/2.jpg", "test/dog/1.jpg"),
    ],
)
def test_a_copy_of_a_dataset_in_itself_is_left_out_and_named(tmp_path, outer, names):
    folder = tmp_path / outer
    fill(folder, *names)
    plain = scan_dataset(tmp_path)
    fill(folder / "pets", *names)
    fill(folder / "pets" / "pets", *names)
    dataset = scan_dataset(tmp_path)
    assert dataset.classes == ("cat", "dog")
    assert dataset.samples == plain.samples
    assert dataset.readings.is_clear
    assert describe_left_out(dataset.left_out) == (
        "1 file or folder was left out (a copy of what lies beside it: “pets”)"
    )


def test_other_pictures_of_the_same_names_are_no_copy(tmp_path):
    fill(tmp_path, "cat/1.jpg", "dog/1.jpg", "more/cat/1.jpg", "more/dog/1.jpg", "cat/old/1.jpg")
    dataset = scan_dataset(tmp_path)
    assert len(dataset.samples) == 5
    assert not dataset.left_out
    assert not dataset.readings.is_clear


def test_a_copy_and_one_picture_more_is_asked_about(tmp_path):
    make_files(tmp_path, "cat/1.jpg", "dog/1.jpg", "more/cat/1.jpg", "more/dog/2.jpg")
    dataset = scan_dataset(tmp_path)
    assert len(dataset.samples) == 4
    assert not dataset.readings.is_clear
