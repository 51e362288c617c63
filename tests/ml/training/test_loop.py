"""The loop over epochs, when something happens: stopped, killed, overflowed, out of memory."""

import dataclasses
import io
import multiprocessing
import os
import resource
import shutil
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from explorer.core.models.run_folder import Run, read_run
from explorer.core.models.training_config import TrainingConfig
from explorer.errors import ExplorerError, ModelError
from tests.ml.conftest import prepare_keras
from tests.ml.training.test_train import COLORS, Silence, best_of, history_of, paint, weights_of
from tests.support.small_training import small_training

EPOCHS = 3


# In the child: reporters to which something happens.


class Trouble(Silence):
    """Remembers what was said; does something once, at a batch of an epoch."""

    def __init__(self, epoch, trouble):
        self.notes = []
        self.rows = []
        self._when = epoch
        self._trouble = trouble

    def note(self, sentence):
        self.notes.append(sentence)

    def batch(self, epoch, done, total, loss, accuracy):
        if epoch == self._when and done == 1:
            self._when = None
            self._trouble()

    def epoch(self, row):
        self.rows.append(dict(row))


def run_out_of_memory():
    raise MemoryError


def fill_disk():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def empty_disk():
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


class FullDisk(Trouble):
    """Has no room in its second epoch."""

    def __init__(self):
        super().__init__(2, fill_disk)

    def epoch(self, row):
        super().epoch(row)
        empty_disk()


@small_training()
def train_with(config, reporter, resume=False):
    from explorer.ml.training.train import train

    train(config, reporter, resume=resume)
    return reporter.notes, reporter.rows


def train_out_of_memory(config):
    return train_with(config, Trouble(2, run_out_of_memory))


def train_on_a_full_disk(config):
    return train_with(config, FullDisk())


def train_on(config):
    return train_with(config, Trouble(None, None), resume=True)


def train_until_killed(config, home):
    """Train in a process of its own, which is killed in the middle of a checkpoint."""
    prepare_keras(home)
    from explorer.ml.training import checkpoints

    write = np.savez

    def write_half(stream, **arrays):
        if Path(stream.name).name != "epoch-00002.tmp":
            write(stream, **arrays)
            return
        content = io.BytesIO()
        write(content, **arrays)
        stream.write(content.getvalue()[: content.tell() // 2])
        stream.flush()
        os.kill(os.getpid(), signal.SIGKILL)

    checkpoints.np.savez = write_half
    train_with(config, Trouble(None, None))


@small_training()
def train_stopped(config, epoch):
    from explorer.ml.training.train import train

    stopped = []
    reporter = Trouble(epoch, lambda: stopped.append(True))
    reporter.is_stopped = lambda: bool(stopped)
    train(config, reporter)
    return reporter.rows


@small_training()
def train_overflowing(config, times):
    """Write no number into the trained weights at the first batch of epoch 2, some times."""
    import keras

    from explorer.ml.training import loop as loop
    from explorer.ml.training.train import train

    copies = []
    make_copy = loop.copy_for_training

    def remembered(*args, **options):
        copies.append(make_copy(*args, **options))
        return copies[-1]

    class Overflow(Trouble):
        def batch(self, epoch, done, total, loss, accuracy):
            nonlocal times
            if epoch == 2 and done == 1 and times:
                times -= 1
                weight = copies[-1].trainable_variables[0]
                weight.assign(keras.ops.full_like(weight, float("nan")))

    loop.copy_for_training = remembered
    try:
        reporter = Overflow(None, None)
        train(config, reporter)
    finally:
        loop.copy_for_training = make_copy
    return reporter.notes, reporter.rows


class FullAtTheEnd(Trouble):
    """Has no room any more in its last epoch."""

    def __init__(self):
        super().__init__(EPOCHS, fill_disk)


def train_until_the_disk_is_full(config):
    try:
        return train_with(config, FullAtTheEnd())
    finally:
        empty_disk()


def train_on_a_disk_full_at_once(config):
    try:
        return train_with(config, Trouble(1, fill_disk))
    finally:
        empty_disk()


def train_with_little_room(config):
    """Train the article's whole network where the system says that 50 MB are free."""
    from explorer.ml.training.train import train

    real = shutil.disk_usage
    shutil.disk_usage = lambda folder: real(folder)._replace(free=50 * 10**6)
    try:
        train(config, Trouble(1, lambda: sys.exit("it trained")))
    finally:
        shutil.disk_usage = real


def train_with_a_folder_in_the_way(config):
    return train_with(config, Trouble(2, lambda: (config.output / "other").mkdir(parents=True)))


@small_training()
def steps_until_stopped(config):
    """Return how many steps before training were told after a stop was asked for."""
    from explorer.ml.training.train import train

    class Steps(Silence):
        told = 0

        def step(self, name, done, total):
            self.told += 1

        def is_stopped(self):
            return self.told > 0

    reporter = Steps()
    try:
        train(config, reporter)
    except KeyboardInterrupt:
        return reporter.told
    raise AssertionError("it went on")


# In the test.


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> TrainingConfig:
    folder = tmp_path_factory.mktemp("loop")
    for seed, name in enumerate(COLORS):
        paint(folder / "data" / name, name, 30, seed)
    return TrainingConfig(
        folder / "data", folder / "run", epochs=EPOCHS, batch_size=8, seed=3, learning_rate=1e-3
    )


@pytest.fixture(scope="module")
def unbroken(config, in_child) -> Run:
    in_child(train_with, config, Trouble(None, None))
    return read_run(config.output)


def elsewhere(config: TrainingConfig, output: Path) -> TrainingConfig:
    return dataclasses.replace(config, output=output)


def partial(output: Path) -> Path:
    return output.with_name(output.name + ".partial")


def assert_same_course(run: Run, wanted: Run) -> None:
    for row, expected in zip(history_of(run), history_of(wanted), strict=True):
        for name in ("epoch", "loss", "val_loss", "learning_rate"):
            assert row[name] == pytest.approx(expected[name], abs=1e-3), name


@pytest.fixture(scope="module")
def killed(config, tmp_path_factory) -> TrainingConfig:
    """Return what a run was asked for that was killed while it wrote its second epoch."""
    folder = tmp_path_factory.mktemp("killed")
    wish = elsewhere(config, folder / "run")
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=train_until_killed, args=(wish, folder))
    process.start()
    process.join(300)
    assert process.exitcode == -signal.SIGKILL
    names = sorted(file.name for file in (partial(wish.output) / "checkpoints").iterdir())
    assert names == ["epoch-00000.npz", "epoch-00001.npz", "epoch-00002.tmp"]
    assert not wish.output.exists()
    return wish


def copy_of(killed: TrainingConfig, folder: Path) -> TrainingConfig:
    wish = elsewhere(killed, folder / "run")
    shutil.copytree(partial(killed.output), partial(wish.output))
    return wish


def test_a_killed_run_ends_as_the_unbroken_one(killed, unbroken, in_child, tmp_path):
    wish = copy_of(killed, tmp_path)
    notes, rows = in_child(train_on, wish)
    assert "resuming after epoch 1" in notes
    assert len(rows) == EPOCHS - 1
    assert_same_course(read_run(wish.output), unbroken)
    for ours, theirs in zip(
        in_child(weights_of, wish.output), in_child(weights_of, unbroken.folder), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-3)
    assert not (wish.output / "checkpoints").exists()


def test_one_whose_newest_checkpoint_is_cut_short_goes_on(killed, unbroken, in_child, tmp_path):
    wish = copy_of(killed, tmp_path)
    newest = max((partial(wish.output) / "checkpoints").glob("*.npz"))
    os.truncate(newest, newest.stat().st_size // 2)
    notes, rows = in_child(train_on, wish)
    assert f"“{newest.name}” is damaged and was left out." in notes
    assert len(rows) == EPOCHS
    assert_same_course(read_run(wish.output), unbroken)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 4}, "--seed was 3 and is now 4"),
        ({"epochs": 5}, "--epochs was 3 and is now 5"),
        ({"batch_size": 4, "ratio": 0.3}, "--ratio was 0.2 and is now 0.3; --batch-size was 8"),
        ({"limit": 40}, "its pictures have changed; --limit was not given and is now 40"),
    ],
)
def test_with_other_settings_it_does_not_go_on(killed, in_child, change, named):
    before = sorted(partial(killed.output).rglob("*"))
    with pytest.raises(ModelError, match="cannot be resumed") as refused:
        in_child(train_on, dataclasses.replace(killed, **change))
    assert named in refused.value.sentence
    assert sorted(partial(killed.output).rglob("*")) == before


def test_what_was_never_begun_does_not_go_on(config, in_child, tmp_path):
    with pytest.raises(ModelError, match="There is no run to resume"):
        in_child(train_on, elsewhere(config, tmp_path / "none"))


def test_what_did_not_end_is_not_overwritten(killed, in_child):
    with pytest.raises(ModelError, match="continue it with --resume"):
        in_child(train_with, killed, Trouble(None, None))


def test_stopped_it_exports_the_best_so_far(config, unbroken, in_child, tmp_path):
    rows = in_child(train_stopped, elsewhere(config, tmp_path / "run"), 2)
    assert len(rows) == 1
    run = read_run(tmp_path / "run")
    assert history_of(run)[0]["val_loss"] == pytest.approx(
        history_of(unbroken)[0]["val_loss"], abs=1e-3
    )


def test_stopped_in_its_only_batch_an_epoch_is_the_last(config, in_child, tmp_path):
    wish = dataclasses.replace(config, output=tmp_path / "run", batch_size=1000)
    assert len(in_child(train_stopped, wish, 1)) == 1
    assert len(history_of(read_run(tmp_path / "run"))) == 1


def test_stopped_in_its_first_epoch_it_leaves_nothing(config, in_child, tmp_path):
    with pytest.raises(ExplorerError, match="before the end of the first epoch: nothing was saved"):
        in_child(train_stopped, elsewhere(config, tmp_path / "run"), 1)
    assert not list(tmp_path.iterdir())


def test_out_of_memory_it_goes_on_with_half_the_batch(config, unbroken, in_child, tmp_path):
    wish = elsewhere(config, tmp_path / "run")
    notes, rows = in_child(train_out_of_memory, wish)
    assert "Out of memory: repeating epoch 2 with a batch size of 4." in notes
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    first, expected = rows[0], history_of(unbroken)[0]
    assert first["loss"] == pytest.approx(expected["loss"], abs=1e-3)


def test_with_a_full_disk_it_goes_on_and_tries_again(config, unbroken, in_child, tmp_path):
    wish = elsewhere(config, tmp_path / "run")
    notes, _ = in_child(train_on_a_full_disk, wish)
    told = [note for note in notes if "was not written" in note]
    assert len(told) == 1
    assert told[0].startswith("The checkpoint of epoch 2 was not written: file too large.")
    assert_same_course(read_run(wish.output), unbroken)


def test_without_room_at_the_end_nothing_trained_is_lost(config, unbroken, in_child, tmp_path):
    wish = elsewhere(config, tmp_path / "run")
    with pytest.raises(ExplorerError, match=r"run\.partial”: file too large\. Epochs up to 2"):
        in_child(train_until_the_disk_is_full, wish)
    notes, rows = in_child(train_on, wish)
    assert "resuming after epoch 2" in notes
    assert [row["epoch"] for row in rows] == [3]
    assert_same_course(read_run(wish.output), unbroken)


def test_where_no_epoch_could_be_saved_none_is_promised(config, in_child, tmp_path):
    wish = dataclasses.replace(config, output=tmp_path / "run", epochs=1)
    with pytest.raises(ExplorerError, match=r"file too large\. No epoch is saved there: free some"):
        in_child(train_on_a_disk_full_at_once, wish)


def test_too_little_room_is_said_before_the_first_epoch(config, in_child, tmp_path):
    # Weights of 5.4 MB; with optimizer, averages and best epoch five times as much, thrice; and
    # three times the weights for epochs to look back at.
    with pytest.raises(
        ModelError, match=r"Training needs 1[01]\d MB in “.*” .* but 50 MB are free"
    ):
        in_child(train_with_little_room, elsewhere(config, tmp_path / "run"))
    assert not list(tmp_path.iterdir())


def test_a_folder_in_its_way_is_named_and_the_run_stays_whole(config, in_child, tmp_path):
    wish = elsewhere(config, tmp_path / "run")
    with pytest.raises(
        ModelError, match=r"holds the finished run, but could not be renamed to “.*run”"
    ):
        in_child(train_with_a_folder_in_the_way, wish)
    assert read_run(partial(wish.output)).card.classes == tuple(sorted(COLORS))
    assert list((partial(wish.output) / "checkpoints").iterdir())


def test_the_smallest_batch_may_be_too_much(config, in_child, tmp_path):
    wish = dataclasses.replace(config, output=tmp_path / "run", batch_size=1)
    with pytest.raises(
        ExplorerError, match="in epoch 2: there is not enough memory for a batch size"
    ):
        in_child(train_out_of_memory, wish)


def test_before_the_first_epoch_a_stop_ends_at_once(config, in_child, tmp_path):
    assert in_child(steps_until_stopped, elsewhere(config, tmp_path / "run")) == 1
    assert not list(tmp_path.iterdir())


def test_after_an_overflow_it_goes_back_with_half_the_rate(config, unbroken, in_child, tmp_path):
    notes, rows = in_child(train_overflowing, elsewhere(config, tmp_path / "run"), 1)
    assert (
        "epoch 2: the loss became NaN or infinite; repeating it at half the learning rate." in notes
    )
    expected = [row["learning_rate"] for row in history_of(unbroken)]
    factors = [
        row["learning_rate"] / rate for row, rate in zip(rows, expected, strict=True) if rate
    ]
    assert factors == pytest.approx([1, 0.5], rel=1e-5)
    assert np.isfinite([list(row.values()) for row in rows]).all()


def test_after_a_second_overflow_it_stops_with_the_best_so_far(config, in_child, tmp_path):
    wish = elsewhere(config, tmp_path / "run")
    notes, rows = in_child(train_overflowing, wish, 2)
    assert any(
        "in epoch 2: the loss became NaN or infinite, at half the learning rate" in note
        for note in notes
    )
    assert [row["epoch"] for row in rows] == [1]
    assert [row["loss"] for row in history_of(read_run(wish.output))] == [rows[0]["loss"]]


def test_without_a_better_epoch_it_stops(config, in_child, tmp_path):
    wish = dataclasses.replace(
        config, output=tmp_path / "run", learning_rate=1e-12, epochs=9, patience=2
    )
    _, rows = in_child(train_with, wish, Trouble(None, None))
    best = best_of(rows)
    assert len(rows) < 9
    assert len(rows) == best + 1 + 2


# What the loop computes, against the same done step by step.

FEATURES = 5


def fit_linear(epochs):
    """Return the last state of our loop and what a plain loop of steps gives, for one layer."""
    import keras

    from explorer.ml.data.splits import Examples, Splits
    from explorer.ml.networks.recipes import Recipe
    from explorer.ml.training.devices import ONE_DEVICE, find_devices
    from explorer.ml.training.loop import TrainingLoop

    generator = np.random.default_rng(2)
    inputs = generator.normal(size=(70, FEATURES)).astype(np.float32)
    labels = (inputs @ generator.normal(size=FEATURES) > 0).astype(np.int64)
    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [keras.Input((FEATURES,)), keras.layers.Dense(2, activation="softmax")]
    )
    peer = keras.models.clone_model(network)
    peer.set_weights(network.get_weights())
    config = TrainingConfig(Path(), Path(), epochs=epochs, batch_size=8, seed=6)
    recipe = Recipe((1, 1), 0.05, lambda count: network)
    splits = Splits(np.arange(50), np.arange(50, 60), np.arange(60, 70))
    examples, devices = Examples(inputs, labels, splits), find_devices(ONE_DEVICE)
    loop = TrainingLoop(network, recipe, examples, config, devices, Silence())
    states = []
    loop.run(loop.start(), states.append)

    steps = 7  # of eight pictures, for fifty
    total = steps * epochs
    warm_up = round(0.03 * total)
    averages = [np.zeros_like(weight, np.float64) for weight in peer.get_weights()]
    optimizer = keras.optimizers.AdamW(0.05, weight_decay=0.05)
    peer.compile(optimizer, loss="sparse_categorical_crossentropy")
    for epoch in range(epochs):
        order = np.random.default_rng((6, epoch)).permutation(50)
        for number in range(steps):
            step = epoch * steps + number
            rate = 0.05 * (1 + np.cos(np.pi * (step - warm_up) / (total - warm_up))) / 2
            if step < warm_up:
                rate = 0.005 + (0.05 - 0.005) * step / warm_up
            optimizer.learning_rate = rate
            chosen = order[8 * number : 8 * number + 8]
            peer.train_on_batch(inputs[chosen], labels[chosen])
            share = 1 - 1 / steps if step else 0  # they begin with the first step's weights
            averages = [
                share * average + (1 - share) * weight
                for average, weight in zip(averages, peer.get_weights(), strict=True)
            ]
    last = states[-1]
    return last.variables[:2], last.best, last.best_epoch, peer.get_weights(), averages


def test_the_weights_are_those_of_plain_steps_and_the_best_are_their_averages(in_child):
    epochs = 4
    weights, best, best_epoch, expected, averages = in_child(fit_linear, epochs)
    for ours, theirs in zip(weights, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert best_epoch == epochs  # it learns up to the end
    for ours, theirs in zip(best, averages, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert max(float(np.abs(a - b).max()) for a, b in zip(best, weights, strict=True)) > 1e-4
