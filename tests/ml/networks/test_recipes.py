"""Every recipe on three made-up classes: it trains, and the program classifies with it."""

import contextlib
import csv
import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.__main__ import main
from explorer.core.models.run_folder import read_run
from explorer.core.models.training_config import TrainingConfig
from explorer.errors import DatasetError, ExplorerError
from tests.ml.networks.test_backbones import make_weights
from tests.ml.training.test_train import Silence, history_of
from tests.support.small_training import small_training

COLORS = {"azure": (30, 60, 220), "coral": (240, 120, 90), "moss": (40, 160, 50)}
EACH = 10


SIZE = (40, 40)
KINDS = (0, 1, 2, 3, 6, 13)  # of MobileNetV2's blocks: those that halve the maps, and one that adds


# In the child.


@contextlib.contextmanager
def small_networks():
    """Leave out what networks repeat: most of building and converting them would go into that.

    Of MobileNetV2 a block of each kind stays, of our own network a stage.
    """
    from keras.src.applications import mobilenet_v2

    from explorer.ml.networks import architectures

    add_block, filters = mobilenet_v2._inverted_res_block, architectures.SCRATCH_FILTERS

    def add_some(maps, *, block_id, **options):
        return add_block(maps, block_id=block_id, **options) if block_id in KINDS else maps

    mobilenet_v2._inverted_res_block = add_some
    architectures.SCRATCH_FILTERS = filters[:2]
    try:
        yield
    finally:
        mobilenet_v2._inverted_res_block = add_block
        architectures.SCRATCH_FILTERS = filters


@small_networks()
def make_small_weights(file):
    make_weights("mobilenet_v2", file)


class Notes(Silence):
    """Remembers what was said."""

    def __init__(self):
        self.notes = []

    def note(self, sentence):
        self.notes.append(sentence)


@small_networks()
@small_training(SIZE, exports=True)
def train_noting(config):
    """Train as train.py does, but on small pictures."""
    from explorer.ml.training.train import train

    reporter = Notes()
    train(config, reporter)
    return reporter.notes


class NotesBeforeTraining(Notes):
    """Ends it all at the first batch."""

    def batch(self, epoch, done, total, loss, accuracy):
        raise KeyboardInterrupt


@small_training()
def note_before_training(config):
    from explorer.ml.training.train import train

    reporter = NotesBeforeTraining()
    with contextlib.suppress(KeyboardInterrupt):
        train(config, reporter)
    return reporter.notes


class NoMemory(Silence):
    """Asks for more than there is while features are computed."""

    def step(self, name, done, total):
        if name == "features":
            np.empty(1 << 60, np.uint8)


@small_networks()
@small_training(SIZE)
def train_without_memory(config):
    from explorer.ml.training.train import train

    train(config, NoMemory())


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Make a folder of three classes: a colour each, under noise and of any shape."""
    folder = tmp_path_factory.mktemp("classes")
    generator = np.random.default_rng(5)
    for name, color in COLORS.items():
        (folder / name).mkdir()
        for number in range(EACH):
            height, width = generator.integers(30, 60, 2)
            pixels = np.array(color) + generator.normal(0, 30, (height, width, 3))
            image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
            image.save(folder / name / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory, in_child) -> Path:
    """Make the weight file that a person would have downloaded."""
    file = tmp_path_factory.mktemp("weights") / "notop.weights.h5"
    in_child(make_small_weights, str(file))
    return file


@pytest.mark.parametrize("recipe", ["article", "scratch", "transfer", "bottleneck"])
def test_it_trains_and_the_program_classifies_with_it(recipe, data, weights, in_child, tmp_path):
    config = TrainingConfig(
        data,
        tmp_path / "run",
        recipe=recipe,
        epochs=1,
        batch_size=8,
        backbone="mobilenet_v2",
        backbone_weights=weights,
    )
    notes = in_child(train_noting, config)
    run = read_run(tmp_path / "run")
    assert run.card.classes == ("azure", "coral", "moss")
    assert run.card.metrics.count == 6
    assert "test: 6 pictures (2 azure, 2 coral, 2 moss)" in notes
    assert [row["epoch"] for row in history_of(run)] == [1]
    assert {"card.json", "history.csv", "model.keras", "model.tflite", "embedding.npz"} <= {
        file.name for file in run.folder.iterdir()
    }

    table = tmp_path / "classes.csv"
    pictures = [str(data / name / "0.png") for name in COLORS]
    assert main(["classify", "--model", str(run.folder), "--csv", str(table), *pictures]) == 0
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert len(rows) == 3
    for row in rows:
        probabilities = [float(row[f"p_{name}"]) for name in COLORS]
        assert sum(probabilities) == pytest.approx(1, abs=1e-2)


def test_a_backbone_that_does_not_fit_into_memory_is_named(data, weights, in_child, tmp_path):
    config = TrainingConfig(
        data,
        tmp_path / "run",
        recipe="bottleneck",
        epochs=1,
        backbone="mobilenet_v2",
        backbone_weights=weights,
    )
    with pytest.raises(ExplorerError, match="not enough memory to prepare the layers of mobile"):
        in_child(train_without_memory, config)
    assert not list(tmp_path.glob("run*"))


def test_bad_files_are_named_and_cost_no_more_than_themselves(data, in_child, tmp_path):
    mixed = tmp_path / "mixed"
    for name in COLORS:
        (mixed / name).mkdir(parents=True)
        for file in (data / name).iterdir():
            (mixed / name / file.name).write_bytes(file.read_bytes())
    cut = mixed / "moss" / "3.png"
    cut.write_bytes(cut.read_bytes()[:200])
    (mixed / "coral" / "4.png").write_bytes(b"")
    config = TrainingConfig(mixed, tmp_path / "run", epochs=1, batch_size=1)
    notes = in_child(train_noting, config)
    for name in ("moss/3.png", "coral/4.png"):
        assert any(note.startswith(f"“{name}” was not opened:") for note in notes)
    assert "test: 6 pictures (2 azure, 2 coral, 2 moss)" in notes
    # Of ten of each class two are held back and one decides; the two that are bad are missing.
    training = next(note for note in notes if note.startswith("training:"))
    assert training == "training: 19 pictures (7 azure, 6 coral, 6 moss)"
    assert cut.is_file()


def test_a_class_that_cannot_be_learned_is_named_before_training(data, in_child, tmp_path):
    mixed = tmp_path / "mixed"
    for name in COLORS:
        (mixed / name).mkdir(parents=True)
        for file in (data / name).iterdir():
            content = b"" if name == "moss" else file.read_bytes()
            (mixed / name / file.name).write_bytes(content)
    config = TrainingConfig(mixed, tmp_path / "run", epochs=1, batch_size=8)
    with pytest.raises(DatasetError, match="has no training pictures of moss: add"):
        in_child(train_noting, config)
    assert not list(tmp_path.glob("run*"))


def test_one_class_is_nothing_to_learn(data, in_child, tmp_path):
    shutil.copytree(data / "moss", tmp_path / "one" / "moss")
    config = TrainingConfig(tmp_path / "one", tmp_path / "run", epochs=1)
    with pytest.raises(DatasetError, match="has only one class, moss: name files"):
        in_child(train_noting, config)


def test_unequal_classes_are_weighed(data, in_child, tmp_path):
    few = tmp_path / "few"
    for name in COLORS:
        (few / name).mkdir(parents=True)
        for file in sorted((data / name).iterdir())[: 4 if name == "moss" else EACH]:
            (few / name / file.name).write_bytes(file.read_bytes())
    wish = TrainingConfig(few, tmp_path / "run", epochs=1, batch_size=8)
    notes = in_child(note_before_training, wish)
    assert any(note.startswith("class weight of moss: ") for note in notes)
    wish = dataclasses.replace(wish, data=data, output=tmp_path / "equal")
    assert not any("class weight" in note for note in in_child(note_before_training, wish))
