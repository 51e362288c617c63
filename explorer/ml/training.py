"""Train a network by a recipe and leave a run folder."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from explorer.core.datasets import Sample, scan_dataset, split_stratified, take_stratified
from explorer.core.predictions import Metrics, measure
from explorer.core.runs import Run, TrainingConfig, read_run
from explorer.errors import DatasetError, ExplorerError, ModelError
from explorer.ml.data import Batches, DecodedSamples, decode_samples
from explorer.ml.head import train_head
from explorer.ml.inspection import load_network
from explorer.ml.progress import KeepBest, Reporter, Watch, rows_to_best
from explorer.ml.recipes import RECIPES
from explorer.ml.run_writer import check_output, finish_folder, make_card, start_folder

EARLY_STOPPING_SHARE = 0.1
WARM_UP_SHARE = 0.03
WEIGHT_DECAY = 0.05
EMA_MOMENTUM = 0.999

Indices = npt.NDArray[np.int64]


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
    recipe = RECIPES[config.recipe](config)
    check_output(config.output)
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
    if config.start_from is not None:
        network.set_weights(_weights_to_start_from(config, dataset.classes, decoded))
    elif recipe.feature_layer:
        train_head(network, recipe.feature_layer, decoded, shares.training, config, reporter)
    augmentation = recipe.build_augmentation(config.seed)
    partial = start_folder(config.output)
    best = partial / "best.weights.h5"
    try:
        rate = config.learning_rate or recipe.learning_rate
        _fit(
            network,
            augmentation,
            decoded,
            shares,
            config,
            rate,
            partial,
            best,
            reporter,
            is_stopped,
        )
        if not best.is_file():
            raise ExplorerError("Training stopped before its first epoch ended: nothing was kept.")
    except BaseException:
        if not best.is_file():
            shutil.rmtree(partial, ignore_errors=True)
        raise
    network.load_weights(best)

    # 3. Look at the held-back share, once; then write, verify, move into place.
    metrics = evaluate(network, decoded, shares.held_back, config.batch_size)
    card = make_card(network, config, dataset.classes, recipe, decoded, metrics)
    best.unlink()
    return finish_folder(network, card, partial, config.output, reporter.note)


def _weights_to_start_from(
    config: TrainingConfig, classes: tuple[str, ...], decoded: DecodedSamples
) -> list[npt.NDArray[np.float32]]:
    """Return a finished run's weights, if it saw none of the pictures to be held back."""
    assert config.start_from is not None
    run = read_run(config.start_from)
    card, before = run.card, run.card.training
    # The hash does not know class folders by their names. Runs of before there were backbones
    # have none.
    if (card.recipe, card.classes, card.data_hash, before.get("ratio"), before.get("seed")) != (
        config.recipe,
        classes,
        decoded.data_hash,
        config.ratio,
        config.seed,
    ) or before.get("backbone", config.backbone) != config.backbone:
        raise ModelError(
            f"“{run.name}” cannot be trained further here: its recipe, data, --ratio or --seed "
            "differ, so that it may have learned pictures which are now held back."
        )
    weights: list[npt.NDArray[np.float32]] = load_network(run).get_weights()
    return weights


@dataclass(frozen=True)
class _Shares:
    training: Indices
    validation: Indices
    held_back: Indices

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

    def indices(share: list[Sample]) -> Indices:
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
    rate: float,
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
    earlier = rows_to_best(config.start_from / "history.csv") if config.start_from else []
    trainee = keras.Sequential([augmentation, network])
    schedule = _schedule(rate, config.epochs * len(batches))
    trainee.compile(
        # The mean of the weights over the last two epochs or so forgets the noise of the steps.
        optimizer=keras.optimizers.AdamW(
            schedule, weight_decay=WEIGHT_DECAY, use_ema=True, ema_momentum=EMA_MOMENTUM
        ),
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
            Watch(
                len(batches),
                len(shares.training),
                partial / "history.csv",
                reporter,
                is_stopped,
                earlier,
            ),
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),  # validate and keep the mean
            KeepBest(network, best),
            keras.callbacks.EarlyStopping(monitor="val_loss", patience=config.patience),
        ],
    )


def _schedule(peak: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a rate that rises over the first steps, then falls to zero along a cosine."""
    warm_up = round(WARM_UP_SHARE * steps)
    return keras.optimizers.schedules.CosineDecay(
        peak / 10,
        steps - warm_up,
        warmup_target=peak,
        warmup_steps=warm_up,
    )


def evaluate(
    network: keras.Model, decoded: DecodedSamples, share: Indices, batch_size: int
) -> Metrics:
    """Measure a network on a share of the decoded samples."""
    batches = Batches(decoded.pictures, decoded.labels, share, batch_size=batch_size)
    outputs = [
        keras.ops.convert_to_numpy(network(batches[i][0], training=False))
        for i in range(len(batches))
    ]
    return measure(np.concatenate(outputs), decoded.labels[share])
