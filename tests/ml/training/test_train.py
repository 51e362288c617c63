"""Training a finished run further: from its weights, at a rate of one's own, on the same split."""

import csv
import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.core.models.run_folder import Run, read_run
from explorer.core.models.training_config import TrainingConfig
from explorer.errors import ExplorerError, ModelError
from explorer.ml.data.reporter import Reporter
from tests.support.small_training import SMALL_SIZE, small_training
from tests.support.tiny_runs import make_paper_run

RATE = 1e-3
COLORS = {"azure": (30, 60, 220), "moss": (40, 160, 50)}


def paint(folder: Path, name: str, count: int, seed: int) -> None:
    """Make pictures of one class: its colour under noise."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    for number in range(count):
        pixels = np.array(COLORS[name]) + generator.normal(0, 40, (30, 32, 3))
        image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        image.save(folder / f"{number}.png")


# In the child.


class Silence(Reporter):
    """Tells nobody."""


@small_training()
def run_training(config):
    from explorer.ml.training.train import train

    train(config, Silence())


def weights_of(folder):
    from explorer.ml.models.keras_network.loading import load_network

    return load_network(read_run(folder)).get_weights()


def first_weights(class_count, seed):
    import keras

    from explorer.ml.networks.architectures import build_article_network

    keras.utils.set_random_seed(seed)
    return build_article_network(class_count, SMALL_SIZE).get_weights()


def loaded_again(folder, data):
    from explorer.ml.data.load import reload_data

    return reload_data(read_run(folder), data, Silence(), None).decoded.data_hash


# In the test.


def largest_change(before: list[np.ndarray], after: list[np.ndarray]) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(before, after, strict=True))


def best_of(rows: list[dict[str, float]]) -> int:
    """Return which row, from 0, has the highest accuracy, of equals the least loss."""
    return int(
        np.lexsort([[row["val_loss"] for row in rows], [-r["val_accuracy"] for r in rows]])[0]
    )


def history_of(run: Run) -> list[dict[str, float]]:
    rows = csv.DictReader((run.folder / "history.csv").read_text().splitlines())
    return [{name: float(value) for name, value in row.items()} for row in rows]


@pytest.fixture(scope="module")
def config(tmp_path_factory, in_child) -> TrainingConfig:
    """Return what a finished run was asked for."""
    folder = tmp_path_factory.mktemp("training")
    for seed, name in enumerate(COLORS):
        paint(folder / "data" / name, name, 12, seed)
    config = TrainingConfig(
        folder / "data", folder / "first", epochs=2, batch_size=8, seed=3, learning_rate=RATE
    )
    in_child(run_training, config)
    return config


@pytest.fixture(scope="module")
def further(config, in_child) -> Run:
    """Return a run that goes on from it, at a rate that leaves the weights as they are."""
    wish = dataclasses.replace(
        config,
        output=config.output.with_name("further"),
        start_from=(config.output,),
        learning_rate=1e-12,
    )
    in_child(run_training, wish)
    return read_run(wish.output)


def test_it_starts_from_the_finished_weights(config, further, in_child):
    finished = in_child(weights_of, config.output)
    assert largest_change(finished, in_child(weights_of, further.folder)) < 1e-6
    # Which it could not have come to by itself.
    assert largest_change(finished, in_child(first_weights, 2, config.seed)) > 1e-3


def test_of_several_it_takes_the_mean(config, further, in_child, tmp_path):
    wish = dataclasses.replace(
        config,
        output=tmp_path / "mean",
        start_from=(config.output, config.output, further.folder, other_run(config, in_child)),
        learning_rate=1e-12,
    )
    in_child(run_training, wish)
    each = [in_child(weights_of, folder) for folder in wish.start_from]
    means = [np.mean(values, axis=0) for values in zip(*each, strict=True)]
    for mean, found in zip(means, in_child(weights_of, wish.output), strict=True):
        np.testing.assert_allclose(found, mean, rtol=2**-12, atol=1e-6)  # as they are saved
    assert largest_change(means, each[0]) > 1e-4
    assert read_run(wish.output).card.training["start_from"] == [
        "first",
        "first",
        "further",
        "other",
    ]


def other_run(config, in_child) -> Path:
    """Return a run that differs from the first by its rate."""
    wish = dataclasses.replace(config, output=config.output.with_name("other"), learning_rate=2e-3)
    in_child(run_training, wish)
    return wish.output


def test_it_measures_the_same_pictures(config, further):
    first = read_run(config.output)
    assert further.card.metrics.confusion == first.card.metrics.confusion
    assert further.card.metrics.log_loss == pytest.approx(first.card.metrics.log_loss, abs=1e-5)
    assert further.card.metrics.count == 4  # a fifth of twelve, twice
    assert further.card.data_hash == first.card.data_hash


def test_the_card_tells_what_it_came_from(config, further):
    assert further.card.training["start_from"] == ["first"]
    assert further.card.training["learning_rate"] == 1e-12
    assert read_run(config.output).card.training["start_from"] == []


def test_the_rate_is_the_peak_of_the_schedule_and_the_history_goes_on(config, further):
    first, both = history_of(read_run(config.output)), history_of(further)
    rates = [row["learning_rate"] for row in first]
    assert len(rates) == 2
    assert rates[1] < rates[0] < RATE
    # It goes on from the epoch whose weights were kept.
    kept = best_of(first) + 1
    assert both[:kept] == first[:kept]
    assert [row["epoch"] for row in both] == list(range(1, kept + 3))
    further_rates = [row["learning_rate"] for row in both[kept:]]
    np.testing.assert_allclose(further_rates, np.array(rates) * 1e-9, rtol=1e-4)


def other_data(config, folder):
    shutil.copytree(config.data, folder / "other")
    paint(folder / "other" / "moss", "moss", 1, 99)  # one picture is another one
    return {"data": folder / "other"}


def other_names(config, folder):
    shutil.copytree(config.data, folder / "renamed")
    (folder / "renamed" / "moss").rename(folder / "renamed" / "mosses")
    return {"data": folder / "renamed"}


REFUSED = {
    "seed": lambda config, folder: {"seed": config.seed + 1},
    "ratio": lambda config, folder: {"ratio": 0.3},
    "fewer pictures": lambda config, folder: {"limit": 20},
    "other pictures": other_data,
    "other class names": other_names,
    "a run that does not say": lambda config, folder: {
        "start_from": (make_paper_run(folder / "p"),)
    },
}


@pytest.mark.parametrize("difference", REFUSED)
def test_what_may_have_been_learned_is_not_held_back(difference, config, in_child, tmp_path):
    changes = {"start_from": (config.output,), "output": tmp_path / "run"}
    changes |= REFUSED[difference](config, tmp_path)
    with pytest.raises(ModelError, match=r"cannot be trained further here: .*present test set\.$"):
        in_child(run_training, dataclasses.replace(config, **changes))
    assert not list(tmp_path.glob("run*"))


def test_what_is_no_run_is_one_sentence(config, in_child, tmp_path):
    wish = dataclasses.replace(config, start_from=(config.data,), output=tmp_path / "run")
    with pytest.raises(ExplorerError, match="“data” is not a run folder"):
        in_child(run_training, wish)
    assert not list(tmp_path.iterdir())


def test_a_run_keeps_the_decisions_that_it_heeded_and_finds_its_pictures_again(
    config, in_child, tmp_path
):
    table = tmp_path / "mine.csv"
    table.write_text("path,decision,label\nazure/0.png,exclude,\nmoss/1.png,relabel,azure\n")
    wish = dataclasses.replace(
        config, output=tmp_path / "decided", epochs=1, exclude=table, relabel=table
    )
    in_child(run_training, wish)
    card = read_run(wish.output).card
    assert card.training["decisions"] == "1 picture left out, 1 relabelled"
    assert card.training["exclude"] == "mine.csv"
    assert card.data_hash != read_run(config.output).card.data_hash
    table.unlink()
    assert in_child(loaded_again, wish.output, config.data) == card.data_hash
