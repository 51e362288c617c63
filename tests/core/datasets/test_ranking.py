"""What is common is recognised as a dataset, and what is in doubt is said to be."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.datasets.file_names import labels_of_names
from explorer.core.datasets.ranking import find_readings
from explorer.core.datasets.sentences import describe_reading


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


CATS_DOGS = "2 classes from folder names: cats and dogs"


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
        (
            ("train_cats/#.jpg", "train_dogs/#.jpg", "test-cats/#.jpg", "dogs test/#.jpg"),
            f"split/class: {CATS_DOGS}; test set: test",
        ),
        (
            ("pets_train/cats/#.jpg", "pets_train/dogs/#.jpg", "pets_test/cats/#.jpg"),
            f"split/class: {CATS_DOGS}; test set: test",
        ),
        (
            ("X_train/cats/#.jpg", "X_train/dogs/#.jpg", "X_val/cats/#.jpg", "X_test/dogs/#.jpg"),
            f"split/class: {CATS_DOGS}; validation set: val; test set: test",
        ),
        (
            (
                *("train_X/cats/#.jpg", "train_X/dogs/#.jpg", "test_X/cats/#.jpg"),
                *("plots/loss.png*1", "logo.png*1"),
            ),
            f"split/class: {CATS_DOGS}; test set: test; 2 pictures have no label (plots)",
        ),
        (
            ("petsTrain/cats/#.jpg", "petsTrain/dogs/#.jpg", "petsTest/dogs/#.jpg"),
            f"split/class: {CATS_DOGS}; test set: Test",
        ),
        (
            (
                *("my_pets_training_set/cats/#.jpg", "my_pets_training_set/dogs/#.jpg"),
                "my_pets_test_set/cats/#.jpg",
            ),
            f"split/class: {CATS_DOGS}; test set: test set",
        ),
        (
            (
                *("pets_train/pets_train/cats/#.jpg", "pets_train/pets_train/dogs/#.jpg"),
                "pets_test/pets_test/cat_test.jpg*1",
            ),
            f"split/class: {CATS_DOGS}; 1 picture has no label (test)",
        ),
        (
            ("v2_train/pets/cats/#.jpg", "v2_train/pets/dogs/#.jpg", "v2_test/pets/cats/#.jpg"),
            f"split/class: {CATS_DOGS}; test set: test",
        ),
        (
            ("pets_train/cats.#.jpg", "pets_train/dogs.#.jpg", "pets_test/cats.#.jpg"),
            "split/name: 2 classes from file names: cats and dogs; test set: test",
        ),
        (
            (
                *("train_cats/2023/#.jpg", "train_cats/2024/#.jpg", "train_dogs/2023/#.jpg"),
                "test_cats/2023/#.jpg",
            ),
            f"split/class: {CATS_DOGS}; test set: test",
        ),
        (("pets_train/#.jpg", "pets_test/#.jpg"), "none: no labels"),
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
            "split/name: 2 classes from file names: cat and dog; 10 pictures have no label (test1)",
        ),
        (
            ("cat.#.jpg", "dog.#.jpg", "plots/loss.png*1"),
            "name: 2 classes from file names: cat and dog; 1 picture has no label (plots)",
        ),
        (
            ("car/#.jpg", "boat/#.jpg", "train/#.jpg"),
            "class: 3 classes from folder names: boat, car and train",
        ),
        (
            ("test tube/#.jpg", "train station/#.jpg"),
            "class: 2 classes from folder names: test tube and train station",
        ),
        (("mask/#.jpg", "no_mask/#.jpg"), "class: 2 classes from folder names: mask and no_mask"),
        (
            ("COVID/images/#.png", "COVID/masks/#.png", "Normal/images/#.png"),
            "class: 2 classes from folder names: COVID and Normal; 10 pictures have no label",
        ),
        (("jpg/image_#.jpg",), "none: no labels"),
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
        (
            (
                *("train_animals/cat/#.jpg", "train_animals/dog/#.jpg", "test_animals/cat/#.jpg"),
                *("train_plants/rose/#.jpg", "train_plants/fern/#.jpg", "test_plants/rose/#.jpg"),
            ),
            ["class", "part/class", "none"],
        ),
        (
            ("cat/#.jpg", "dog/#.jpg", "more/cat/1#.jpg", "more/dog/1#.jpg"),
            ["class", "part/class", "none"],
        ),
        (("1/#.jpg", "2/#.jpg", "3/#.jpg", "more/2/#.jpg"), ["class", "part/class", "none"]),
        (("valid/#.jpg", "invalid/#.jpg"), ["class", "none"]),
        (
            (
                *("fold1/train/cat/#.jpg", "fold1/train/dog/#.jpg", "fold1/test/cat/#.jpg"),
                *("fold2/train/cat/#.jpg", "fold2/train/dog/#.jpg", "fold2/test/cat/#.jpg"),
            ),
            ["class/split", "class", "part/class", "none"],
        ),
        (
            ("train/cat/#.jpg", "train/dog/#.jpg", "x/train/cat/#.jpg", "x/train/dog/#.jpg"),
            ["split/class", "class", "part/class", "none"],
        ),
        (("cat/#.jpg", "dog/#.jpg", "test/#.jpg"), ["class+split", "class", "none"]),
        (("Pets/cat/#.jpg", "Pets/dog/#.jpg", "plots/loss.png*1"), ["part/class", "class", "none"]),
    ],
)
def test_what_is_in_doubt_is_asked(patterns, expected):
    doubt, *readings = understand(*patterns)
    assert doubt == "?"
    assert [reading.split(":")[0] for reading in readings] == expected


def test_folders_without_a_class_are_told_from_classes_of_their_names():
    sentences = understand("cat/#.jpg", "dog/#.jpg", "more/cat/1#.jpg", "more/dog/1#.jpg")
    assert sentences[2] == (
        "part/class: 2 classes from folder names: cat and dog; "
        "20 pictures have no label (outer folders cat and dog)"
    )


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
