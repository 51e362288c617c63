"""Train a network by a recipe and leave a run folder."""

import csv
import platform
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np

from explorer import __version__
from explorer.core.datasets import Sample, scan_dataset, split_stratified, take_stratified
from explorer.core.files import write_atomically
from explorer.core.predictions import Metrics, measure
from explorer.core.runs import (
    RESIZE_RULE,
    Card,
    GoldenOutput,
    Run,
    TrainingConfig,
    golden_inputs,
    read_run,
    write_card,
)
from explorer.errors import DatasetError, ExplorerError, ModelError
from explorer.ml.data import Batches, DecodedSamples, decode_samples
from explorer.ml.export import KERAS_TOLERANCE, export_litert
from explorer.ml.networks import (
    ARTICLE_INPUT_SIZE,
    build_article_augmentation,
    build_article_network,
    count_multiply_adds,
)

EARLY_STOPPING_SHARE = 0.1
LEARNING_RATE = 1e-3
WARM_UP_SHARE = 0.03

HISTORY_COLUMNS = (
    "epoch",
    "loss",
    "accuracy",
    "val_loss",
    "val_accuracy",
    "learning_rate",
    "seconds",
    "images_per_second",
)


class Reporter(Protocol):
    """What training tells while it runs."""

    def note(self, sentence: str) -> None:
        """Say something once."""

    def decoding(self, done: int, total: int) -> None:
        """So many files are decoded."""

    def batch(self, epoch: int, done: int, total: int, loss: float, accuracy: float) -> None:
        """So many batches of an epoch are done; means over the epoch so far."""

    def epoch(self, row: dict[str, float]) -> None:
        """An epoch ended; `row` has HISTORY_COLUMNS."""


@dataclass(frozen=True)
class Recipe:
    """A network, its augmentation and the size of its pictures."""

    input_size: tuple[int, int]
    build_network: Callable[[int], keras.Model]
    build_augmentation: Callable[[int], keras.Model]


def article_recipe() -> Recipe:
    """Return the article's recipe: its layers and augmentation, Adam on a cosine schedule."""
    return Recipe(
        input_size=ARTICLE_INPUT_SIZE,
        build_network=build_article_network,
        build_augmentation=lambda seed: build_article_augmentation(ARTICLE_INPUT_SIZE, seed),
    )


RECIPES: dict[str, Callable[[], Recipe]] = {"article": article_recipe}


def train(
    config: TrainingConfig,
    reporter: Reporter,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Run:
    """Train a network and leave its run folder at `config.output`.

    The data is split in three, each class in proportion: `config.ratio` held back and looked at
    once at the end, a tenth of the rest for early stopping, and the training share.

    Parameters
    ----------
    config : TrainingConfig
    reporter : Reporter
    is_stopped : callable
        Asked after every batch; when it says yes, the best epoch so far is exported.

    Returns
    -------
    Run
        The finished run.

    Raises
    ------
    ExplorerError
        The data or the output folder will not do.
    """
    recipe = RECIPES[config.recipe]()
    partial = _start_folder(config.output)
    keras.utils.set_random_seed(config.seed)

    # 1. Data: scan, limit, decode once, split.
    dataset = scan_dataset(config.data)
    if len(dataset.classes) < 2:
        raise DatasetError(
            f"“{config.data}” has no labels to learn: name files like cat.1.jpg, or give each "
            "class a folder."
        )
    samples = [sample for sample in dataset.samples if sample.label is not None]
    if config.limit is not None:
        samples = take_stratified(samples, config.limit, config.seed)
    decoded = decode_samples(
        samples,
        dataset.classes,
        recipe.input_size,
        lambda done: reporter.decoding(done, len(samples)),
    )
    for failure in decoded.failures:
        reporter.note(failure)
    shares = _split(decoded, config)
    for name, counts in shares.describe(decoded, dataset.classes).items():
        reporter.note(f"{name}: {counts}")

    # 2. Fit, keeping the weights of the epoch with the least validation loss.
    network = recipe.build_network(len(dataset.classes))
    augmentation = recipe.build_augmentation(config.seed)
    best = partial / "best.weights.h5"
    try:
        _fit(network, augmentation, decoded, shares, config, partial, best, reporter, is_stopped)
        if not best.is_file():
            raise ExplorerError("Training stopped before its first epoch ended: nothing was kept.")
    except BaseException:
        if not best.is_file():
            shutil.rmtree(partial, ignore_errors=True)
        raise
    network.load_weights(best)

    # 3. Look at the held-back share, once; then write, verify, move into place.
    metrics = evaluate(network, decoded, shares.held_back, config.batch_size)
    card = _make_card(network, config, dataset.classes, recipe, decoded, metrics)
    return _finish_folder(network, card, partial, config.output, best, reporter)


@dataclass(frozen=True)
class _Shares:
    training: Any
    validation: Any
    held_back: Any

    def describe(self, decoded: DecodedSamples, classes: tuple[str, ...]) -> dict[str, str]:
        parts = {
            "training": self.training,
            "early stopping": self.validation,
            "held back": self.held_back,
        }
        texts = {}
        for name, share in parts.items():
            counts = np.bincount(decoded.labels[share], minlength=len(classes))
            each = ", ".join(f"{n:,} {label}" for n, label in zip(counts, classes, strict=True))
            texts[name] = f"{len(share):,} pictures ({each})"
        return texts


def _split(decoded: DecodedSamples, config: TrainingConfig) -> _Shares:
    samples = list(decoded.samples)
    number = {sample: i for i, sample in enumerate(samples)}
    own_split = [sample for sample in samples if sample.is_validation]
    if own_split:
        rest, held_back = [s for s in samples if not s.is_validation], own_split
    else:
        rest, held_back = split_stratified(samples, config.ratio, config.seed)
    training, validation = split_stratified(rest, EARLY_STOPPING_SHARE, config.seed + 1)

    def indices(share: list[Sample]) -> Any:
        return np.array([number[sample] for sample in share], dtype=np.int64)

    shares = _Shares(indices(training), indices(validation), indices(held_back))
    if min(len(shares.training), len(shares.validation), len(shares.held_back)) == 0:
        raise DatasetError(
            f"“{config.data}” has too few pictures to split in three: {len(samples)} can be read."
        )
    return shares


def _fit(
    network: keras.Model,
    augmentation: keras.Model,
    decoded: DecodedSamples,
    shares: _Shares,
    config: TrainingConfig,
    partial: Path,
    best: Path,
    reporter: Reporter,
    is_stopped: Callable[[], bool],
) -> None:
    batches = Batches(
        decoded.pictures,
        decoded.labels,
        shares.training,
        batch_size=config.batch_size,
        seed=config.seed,
    )
    validation = Batches(
        decoded.pictures, decoded.labels, shares.validation, batch_size=config.batch_size
    )
    trainee = keras.Sequential([augmentation, network])
    trainee.compile(
        optimizer=keras.optimizers.Adam(_schedule(config.epochs * len(batches))),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    trainee.fit(
        batches,
        validation_data=validation,
        epochs=config.epochs,
        shuffle=False,  # Batches shuffles, so that the order depends on seed and epoch alone
        verbose=0,
        callbacks=[
            _Watch(len(batches), len(shares.training), partial / "history.csv", reporter, is_stopped),
            _KeepBest(network, best),
            keras.callbacks.EarlyStopping(monitor="val_loss", patience=config.patience),
        ],
    )


def _schedule(steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a rate that rises over the first steps, then falls to zero along a cosine."""
    warm_up = round(WARM_UP_SHARE * steps)
    return keras.optimizers.schedules.CosineDecay(
        LEARNING_RATE / 10,
        steps - warm_up,
        warmup_target=LEARNING_RATE,
        warmup_steps=warm_up,
    )


class _Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Report each batch, write one flushed history row per epoch, stop when asked."""

    def __init__(
        self,
        batch_count: int,
        picture_count: int,
        history: Path,
        reporter: Reporter,
        is_stopped: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._batch_count = batch_count
        self._picture_count = picture_count
        self._history = history
        self._reporter = reporter
        self._is_stopped = is_stopped
        self._epoch = 0
        self._started = 0.0
        self._seconds = 0.0
        self._write_row(dict.fromkeys(HISTORY_COLUMNS, 0.0), header=True)

    def _write_row(self, row: dict[str, float], *, header: bool = False) -> None:
        with self._history.open("w" if header else "a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HISTORY_COLUMNS if header else [row[name] for name in HISTORY_COLUMNS])

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch + 1
        self._started = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        logs = logs or {}
        self._reporter.batch(
            self._epoch,
            batch + 1,
            self._batch_count,
            float(logs.get("loss", float("nan"))),
            float(logs.get("accuracy", float("nan"))),
        )
        if batch + 1 == self._batch_count:
            self._seconds = time.perf_counter() - self._started
        if self._is_stopped():
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        rate = self.model.optimizer.learning_rate
        seconds = self._seconds or (time.perf_counter() - self._started)
        row = {
            "epoch": epoch + 1,
            **{name: round(float(logs[name]), 6) for name in HISTORY_COLUMNS[1:5]},
            "learning_rate": float(keras.ops.convert_to_numpy(rate)),
            "seconds": round(seconds, 2),
            "images_per_second": round(self._picture_count / seconds, 1),
        }
        self._write_row(row)
        self._reporter.epoch(row)


class _KeepBest(keras.callbacks.Callback):  # type: ignore[misc]
    """Keep the network's weights of the epoch with the least validation loss."""

    def __init__(self, network: keras.Model, file: Path) -> None:
        super().__init__()
        self._network = network
        self._file = file
        self._least = float("inf")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        loss = float((logs or {}).get("val_loss", float("nan")))
        if loss < self._least:
            temporary = self._file.with_name("next.weights.h5")
            self._network.save_weights(temporary)
            temporary.replace(self._file)
            self._least = loss


def evaluate(network: keras.Model, decoded: DecodedSamples, share: Any, batch_size: int) -> Metrics:
    """Measure a network on a share of the decoded samples."""
    batches = Batches(decoded.pictures, decoded.labels, share, batch_size=batch_size)
    outputs = [
        keras.ops.convert_to_numpy(network(batches[i][0], training=False))
        for i in range(len(batches))
    ]
    return measure(np.concatenate(outputs), decoded.labels[share])


def _make_card(
    network: keras.Model,
    config: TrainingConfig,
    classes: tuple[str, ...],
    recipe: Recipe,
    decoded: DecodedSamples,
    metrics: Metrics,
) -> Card:
    settings = {**asdict(config), "data": config.data.name, "output": config.output.name}
    outputs = keras.ops.convert_to_numpy(network(golden_inputs(recipe.input_size), training=False))
    return Card(
        name=config.output.name,
        recipe=config.recipe,
        classes=classes,
        input_size=recipe.input_size,
        resize_rule=RESIZE_RULE,
        metrics=metrics,
        metrics_split=f"{metrics.count:,} pictures held back from training, looked at once",
        training=settings,
        data_hash=decoded.data_hash,
        versions={
            "convnet-explorer": __version__,
            "keras": keras.__version__,
            "backend": f"{keras.backend.backend()} {_backend_version()}",
            "python": platform.python_version(),
        },
        hardware=_describe_hardware(),
        parameters=network.count_params(),
        multiply_adds=count_multiply_adds(network),
        golden={
            "model.keras": GoldenOutput(
                tuple(tuple(float(p) for p in row) for row in outputs), KERAS_TOLERANCE
            )
        },
    )


def _backend_version() -> str:
    module = __import__(keras.backend.backend())
    return str(module.__version__)


def _describe_hardware() -> dict[str, str]:
    import os

    processor = platform.processor() or platform.machine()
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.is_file():
        for line in cpu_info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    devices = [name for name in keras.distribution.list_devices() if "cpu" not in name.lower()]
    return {
        "processor": f"{processor}, {os.cpu_count()} cores",
        "accelerators": ", ".join(devices) or "none",
    }


def _start_folder(output: Path) -> Path:
    if output.exists():
        raise ModelError(f"“{output}” exists already: choose another --output.")
    partial = output.with_name(output.name + ".partial")
    if partial.exists():
        raise ModelError(
            f"“{partial}” is left from a run that did not end: remove it or choose another --output."
        )
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise ModelError(f"“{partial}” could not be made: {error.strerror or error}.") from error
    return partial


def _finish_folder(
    network: keras.Model, card: Card, partial: Path, output: Path, best: Path, reporter: Reporter
) -> Run:
    network.save(partial / "model.keras")
    write_atomically(partial / "card.json", write_card(card).encode())
    best.unlink()
    _verify_keras(read_run(partial))
    export_litert(read_run(partial), reporter.note)
    partial.rename(output)
    return read_run(output)


def _verify_keras(run: Run) -> None:
    """Reopen the saved model and compare its golden outputs."""
    from explorer.ml.inspection import load_network

    load_network(run)
