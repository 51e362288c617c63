"""What is trained on: how the folder is read, what each split gets, and what is told of it."""

import os
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.core.datasets.scan import scan_dataset
from explorer.core.models.training_config import TrainingConfig
from explorer.errors import DatasetError
from explorer.ml.data.load import TrainingData, find_pictures, load_data
from explorer.ml.data.reporter import Reporter


class Notes(Reporter):
    """Keeps what is told."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def note(self, sentence: str) -> None:
        self.sentences.append(sentence)


def paint(folder: Path, pattern: str, count: int = 12, seed: int | None = None) -> None:
    """Save pictures of noise, no two alike; with a seed they are those of that seed."""
    for number in range(count):
        path = folder / pattern.replace("#", str(number))
        path.parent.mkdir(parents=True, exist_ok=True)
        state = (
            zlib.crc32(f"{pattern} {number}".encode(errors="surrogatepass"))
            if seed is None
            else seed + number
        )
        pixels = np.random.default_rng(state).integers(0, 256, (16, 18, 3), np.uint8)
        Image.fromarray(pixels).save(path, "PNG")


def load(folder: Path, **settings) -> tuple[TrainingData, list[str]]:
    notes = Notes()
    config = TrainingConfig(folder, folder / "run", **settings)
    return load_data(find_pictures(config, notes), config, (16, 16), notes, None), notes.sentences


def refusal(folder: Path, **settings) -> list[str]:
    """Return what is told before a folder is refused, and the sentence that refuses it."""
    notes = Notes()
    with pytest.raises(DatasetError) as caught:
        find_pictures(TrainingConfig(folder, folder / "run", **settings), notes)
    return [*notes.sentences, caught.value.sentence]


def names(data: TrainingData, split: np.ndarray) -> set[str]:
    return {data.decoded.samples[place].path.parts[-3] for place in split}


def test_folders_of_splits_are_the_splits_and_the_program_shows_the_same(tmp_path):
    for share in ("train", "valid", "test"):
        for label in ("cats", "dogs"):
            paint(tmp_path, f"{share}/{label}/#.png")
    data, told = load(tmp_path)
    assert told[0] == (
        "split/class: 2 classes from folder names: cats and dogs; "
        "validation set: valid; test set: test"
    )
    splits = data.splits
    assert names(data, splits.train) == {"train"}
    assert names(data, splits.validation) == {"valid"}
    assert names(data, splits.test) == {"test"}
    shown = {sample.path: (sample.label, sample.split) for sample in scan_dataset(tmp_path).samples}
    for split, places in (
        (None, splits.train),
        ("validation", splits.validation),
        ("test", splits.test),
    ):
        for place in places:
            label = data.classes[data.decoded.labels[place]]
            assert shown[data.decoded.samples[place].path] == (label, split)


def test_a_folder_in_doubt_is_refused_with_its_readings_until_one_is_chosen(tmp_path):
    for day in ("monday", "friday"):
        for label in ("cat", "dog"):
            paint(tmp_path, f"{day}/{label}.#.png")
    assert refusal(tmp_path) == [
        "--layout class: 2 classes from folder names: friday and monday",
        "--layout name: 2 classes from file names: cat and dog",
        f"“{tmp_path}” can be read in several ways: choose one with --layout, as listed, or open "
        "the folder in it that holds the classes (or one fold) instead.",
    ]
    assert load(tmp_path, layout="name")[0].classes == ("cat", "dog")
    assert load(tmp_path, layout="class")[0].classes == ("friday", "monday")
    told = refusal(tmp_path, layout="split/name")
    assert told[-1] == f"“{tmp_path}” cannot be read with --layout split/name."
    assert len(told) == 3


def test_what_has_only_one_reading_with_classes_is_trained(tmp_path):
    paint(tmp_path, "valid/#.png")
    paint(tmp_path, "invalid/#.png")
    data, told = load(tmp_path)
    assert data.classes == ("invalid", "valid")
    assert told[0] == "class: 2 classes from folder names: invalid and valid"


def test_pictures_without_labels_are_refused_with_what_is_possible(tmp_path):
    paint(tmp_path, "DSC_#.png")
    paint(tmp_path, "IMG_#.png")
    assert refusal(tmp_path) == [
        "--layout name: 2 classes from file names: DSC and IMG",
        f"“{tmp_path}” has no labels: name files like cat.1.jpg, or give each class a folder, or "
        "choose a --layout as listed.",
    ]


def test_an_output_folder_inside_the_data_is_not_learned(tmp_path):
    paint(tmp_path, "cat/#.png")
    paint(tmp_path, "dog/#.png")
    before, _ = load(tmp_path)
    paint(tmp_path, "run/curves.png", 1)
    (tmp_path / "run" / "card.json").write_text("{}")
    after, told = load(tmp_path)
    assert after.classes == ("cat", "dog")
    assert after.decoded.hashes == before.decoded.hashes
    assert "1 file or folder was left out (a training run: “run”)" in told


def test_the_run_that_is_being_trained_is_not_told_of(tmp_path):
    paint(tmp_path, "cat/#.png")
    paint(tmp_path, "dog/#.png")
    (tmp_path / "run.partial").mkdir()
    (tmp_path / "run.lock").write_text("1")
    _, told = load(tmp_path)
    assert not [sentence for sentence in told if "left out" in sentence]
    (tmp_path / "cat" / "run.lock").write_text("1")
    _, told = load(tmp_path)
    assert "1 file or folder was left out (not a picture: 1)" in told


def test_a_split_without_a_class_is_told(tmp_path):
    paint(tmp_path, "train/cat/#.png")
    paint(tmp_path, "train/dog/#.png")
    paint(tmp_path, "test/cat/#.png")
    _, told = load(tmp_path)
    assert "The test set has no pictures of dog: its accuracy is measured without them." in told


def test_duplicates_are_named_as_what_leaves_a_split_empty(tmp_path):
    for label, seed in (("cat", 1), ("dog", 2)):
        for number in range(20):
            paint(tmp_path, f"{label}/{number}.png", 1, seed)
    with pytest.raises(DatasetError) as caught:
        load(tmp_path)
    assert "of 40 pictures had to join their near-duplicates in the training set" in str(
        caught.value
    )
    assert "none is left for the validation and the test set" in str(caught.value)


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        (4, "--limit 4 leaves 4 usable pictures, of which none is left for the validation set: "),
        (1, "--limit 1 leaves 2 usable pictures, of which none is left for the validation and the"),
    ],
)
def test_a_limit_that_is_too_small_is_to_blame(tmp_path, limit, sentence):
    for label in ("cat", "dog"):
        paint(tmp_path, f"{label}/#.png")
    with pytest.raises(DatasetError) as caught:
        load(tmp_path, limit=limit)
    assert caught.value.sentence.startswith(sentence)
    assert caught.value.sentence.endswith(": use a greater number, or leave it out.")


def test_a_limit_that_leaves_a_class_without_pictures_is_to_blame(tmp_path):
    for label, count in (("cat", 30), ("dog", 1)):
        paint(tmp_path, f"train/{label}/#.png", count)
        paint(tmp_path, f"test/{label}/#.png", 31 - count)
    assert load(tmp_path)
    with pytest.raises(DatasetError) as caught:
        load(tmp_path, limit=24)
    assert caught.value.sentence == (
        "--limit 24 leaves no training pictures of dog: use a greater number, or leave it out."
    )


def test_the_same_picture_under_two_labels_is_named(tmp_path):
    paint(tmp_path, "cat/#.png")
    paint(tmp_path, "dog/#.png")
    for number in range(7):
        paint(tmp_path, f"cat/twin{number}.png", 1, 100 + number)
        paint(tmp_path, f"dog/other{number}.png", 1, 100 + number)
    _, told = load(tmp_path)
    assert (
        "near-duplicates have different labels: “cat/twin0.png” (cat) and "
        "“dog/other0.png” (dog)" in told
    )
    assert sum(one.startswith("near-duplicates have") for one in told) == 5
    assert "2 more groups of near-duplicates have different labels" in told


def test_of_many_classes_a_line_says_how_many_each_has(tmp_path):
    for number in range(30):
        paint(tmp_path, f"{number:03} {'long name ' * 12}/#.png", 12 + 12 * (number == 7))
    _, told = load(tmp_path)
    assert "test: 63 pictures (30 classes of 2 to 5)" in told
    (weights,) = (line for line in told if line.startswith("class weight"))
    assert weights.startswith("class weights: 0.5")
    assert max(map(len, told)) < 1000


@pytest.mark.skipif(sys.platform != "linux", reason="names are valid text elsewhere")
def test_names_of_classes_that_are_no_text_are_shown_with_a_sign(tmp_path):
    for name in (b"caf\xe9", b"a\nb", b"ok"):
        paint(tmp_path, os.fsdecode(name) + "/#.png")
    data, _ = load(tmp_path)
    assert data.classes == ("a�b", "caf�", "ok")
    paint(tmp_path, os.fsdecode(b"caf\xe8") + "/#.png")
    with pytest.raises(DatasetError, match="has 2 classes that are all shown as “caf�”"):
        load(tmp_path)


def test_more_classes_than_a_card_can_hold_are_refused_at_once(tmp_path):
    for number in range(1001):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(DatasetError, match="has 1,001 classes; at most 1,000 are supported"):
        load(tmp_path)


def decide(file: Path, *lines: str) -> Path:
    file.write_text("\n".join(["path,decision,label", *lines]))
    return file


def test_decisions_leave_pictures_out_and_give_others_another_label(tmp_path):
    pets = tmp_path / "pets"
    for label in ("cat", "dog"):
        paint(pets, f"{label}/#.png")
    plain, _ = load(pets)
    table = decide(
        tmp_path / "mine.csv", "cat/0.png,exclude,", "cat/1.png,relabel,dog", "dog/0.png,keep,"
    )
    data, told = load(pets, exclude=table, relabel=table)
    assert "decisions: 1 picture left out, 1 relabelled" in told
    labels = {
        str(sample.path.relative_to(pets)): data.classes[label]
        for sample, label in zip(data.decoded.samples, data.decoded.labels, strict=True)
    }
    assert len(labels) == 23
    assert "cat/0.png" not in labels
    assert labels["cat/1.png"] == "dog"
    assert data.decoded.data_hash != plain.decoded.data_hash


def test_decisions_about_another_folder_are_refused_before_anything_is_decoded(tmp_path):
    pets = tmp_path / "pets"
    for label in ("cat", "dog"):
        paint(pets, f"{label}/#.png")
    table = decide(tmp_path / "mine.csv", "fox/0.png,exclude,")
    with pytest.raises(DatasetError, match=r"has no “fox/0\.png”, of which the decisions speak"):
        load(pets, exclude=table)
