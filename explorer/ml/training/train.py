"""Train a network by a recipe and leave a run folder."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from explorer.core.models.prediction import Metrics, measure
from explorer.core.models.run_folder import Run, TrainingConfig, read_run
from explorer.errors import DatasetError, ExplorerError, ModelError
from explorer.ml.data.batches import Batches
from explorer.ml.data.decode import DecodedSamples
from explorer.ml.data.load import load_data
from explorer.ml.data.reporter import Reporter, StoppableSteps
from explorer.ml.data.splits import Splits
from explorer.ml.models.keras_model import load_network
from explorer.ml.networks.heads import compute_features, take_head, train_head
from explorer.ml.networks.recipes import RECIPES, Recipe
from explorer.ml.runs.compact_weights import round_weights
from explorer.ml.runs.embedding import write_embedding
from explorer.ml.runs.history import find_best, read_history, write_history
from explorer.ml.runs.save import finish_folder, make_card
from explorer.ml.training.checkpoints import Checkpoint
from explorer.ml.training.devices import ONE_DEVICE, DeviceWish, find_devices
from explorer.ml.training.loop import TrainingLoop
from explorer.ml.training.out_of_memory import memory_needed
from explorer.ml.training.resume import UnfinishedRun


def train(
    config: TrainingConfig,
    reporter: Reporter,
    is_stopped: Callable[[], bool] = lambda: False,
    *,
    resume: bool = False,
    cache: Path | None = None,
    wish: DeviceWish = ONE_DEVICE,
) -> Run | None:
    """Train a network and leave its run folder at `config.output`.

    The data is split, stratified by class: `config.ratio` is the test set, evaluated once, at the
    end; a tenth of the rest is the validation set, for early stopping; the remainder is the
    training set. Near-duplicates stay in one split.

    Parameters
    ----------
    config : TrainingConfig
    reporter : Reporter
    is_stopped : callable
        Asked after every batch; when it says yes, the best epoch so far is exported.
    resume : bool
        Go on with a run that was killed, from its newest checkpoint.
    cache : Path or None
        The folder that keeps decoded pictures for the next run; None keeps none.
    wish : DeviceWish
        What to train on. With several hosts, each runs this with the same arguments but for the
        number in the wish; the first one keeps the run.

    Returns
    -------
    Run or None
        The finished run; None on other hosts than the first.

    Raises
    ------
    ExplorerError
        The data or the output folder will not do.
    """
    keras.utils.set_random_seed(config.seed)
    devices = find_devices(wish)
    reporter.note(devices.description)
    devices.check_batch_size(config.batch_size)
    recipe = RECIPES[config.recipe](config)
    unfinished = UnfinishedRun(config.output)
    devices.lead(lambda: unfinished.check(resume=resume))

    # 1. Data: scan, limit, decode once, split.
    before = StoppableSteps(reporter, is_stopped)
    data = devices.join(lambda: load_data(config, recipe.input_size, before, cache))
    classes, decoded, splits = data.classes, data.decoded, data.splits
    devices.check_pictures(min(len(splits.train), len(splits.validation)))
    if not devices.are_equal(decoded.data_hash):
        raise DatasetError(
            "The hosts have different pictures: give each a copy of the same folder."
        )

    # 2. Where to start from.
    network = devices.join(lambda: recipe.build_network(len(classes)))
    state: Checkpoint | None = None
    if resume:
        devices.lead(lambda: unfinished.compare(config, decoded.hashes))
        state = devices.lead(unfinished.checkpoints.load)
        reporter.note(
            f"resuming after epoch {state.epoch}" if state else "no checkpoint yet: starting again"
        )
    if config.start_from:
        network.set_weights(devices.lead(lambda: _weights_to_start_from(config, classes, decoded)))
    has_new_head = state is None and not config.start_from
    with memory_needed(f"to prepare the layers of {config.backbone}"):
        trainee, inputs = _prepare_head(
            network, recipe, decoded, splits, before, has_new_head=has_new_head
        )
    # The hosts agree but for rounding, which their copies of the weights must not.
    network.set_weights(devices.lead(network.get_weights))
    if not resume:
        devices.lead(lambda: unfinished.begin(config, decoded.hashes))

    # 3. Fit, keeping the weights of the best epoch.
    loop = TrainingLoop(trainee, recipe, inputs, decoded.labels, splits, config, devices)
    keep = _keeper(unfinished, config, reporter) if devices.is_first else _keep_nothing
    if state is None:
        state = loop.start()
        keep(state)
    state = loop.run(state, reporter, lambda: devices.is_any(is_stopped()), keep)
    devices.part_ways()
    if not state.best:
        if devices.is_first:
            unfinished.drop()
        raise ExplorerError(
            "Training stopped before the end of the first epoch: nothing was saved."
        )
    if not devices.is_first:
        return None
    trainee.set_weights(state.best)
    round_weights(network)

    # 4. Look at the held-back indices, once; then write, verify, move into place.
    metrics = evaluate(network, decoded, splits.test, state.batch_size)
    card = make_card(network, config, classes, recipe, decoded, metrics)
    try:
        if state.epoch not in unfinished.checkpoints.epochs:
            unfinished.checkpoints.save(state)  # there was no room for it; there may be again
        write_embedding(
            unfinished.folder,
            network,
            pictures=decoded.pictures,
            labels=decoded.labels,
            classes=classes,
            indices=splits.train,
        )
        return finish_folder(
            network,
            card,
            unfinished.folder,
            config.output,
            reporter.note,
            pictures=decoded.pictures[splits.validation],
        )
    except OSError as error:
        kept = max(unfinished.checkpoints.epochs, default=0)
        raise ExplorerError(
            f"The run could not be written to “{unfinished.folder}”: {error.strerror or error}. "
            f"Epochs up to {kept} are saved there: free some space, then run the same command with "
            "--resume."
        ) from error


def _prepare_head(
    network: keras.Model,
    recipe: Recipe,
    decoded: DecodedSamples,
    splits: Splits,
    reporter: Reporter,
    *,
    has_new_head: bool,
) -> tuple[keras.Model, npt.NDArray[Any]]:
    """Return what is to be trained, the network or its head alone, and its inputs.

    The new head of a network that is trained as a whole is trained alone first.
    """
    if not recipe.feature_layer or not (recipe.is_head_only or has_new_head):
        return network, decoded.pictures
    indices = np.arange(len(decoded.pictures)) if recipe.is_head_only else splits.train
    try:
        features = compute_features(
            network,
            network.get_layer(recipe.feature_layer).output,
            decoded.pictures,
            indices=indices,
            report=lambda done: reporter.step("features", done, len(indices)),
        )
    except OSError as error:
        raise ExplorerError(
            f"The features of {len(indices):,} pictures could not be stored in "
            f"“{tempfile.gettempdir()}”: {error.strerror or error}."
        ) from error
    if recipe.is_head_only:
        return take_head(network, recipe.feature_layer), features
    accuracy = train_head(network, recipe.feature_layer, features, decoded.labels[splits.train])
    reporter.note(f"head alone: training accuracy {accuracy:.1%}")
    return network, decoded.pictures


def _keeper(
    unfinished: UnfinishedRun, config: TrainingConfig, reporter: Reporter
) -> Callable[[Checkpoint], None]:
    """Return what writes a state and the history of it to an unfinished run."""
    earlier = (
        _rows_to_best(read_history(config.start_from[0] / "history.csv"))
        if config.start_from
        else []
    )

    def keep(state: Checkpoint) -> None:
        try:
            unfinished.checkpoints.save(state)
            write_history(unfinished.history, _number([*earlier, *state.rows]))
        except OSError as error:
            # A full disk may have room again after the next epoch, and the weights are in memory.
            reporter.note(
                f"The checkpoint of epoch {state.epoch} was not written: "
                f"{error.strerror or error}. Training continues; the next epoch tries again."
            )

    return keep


def _keep_nothing(state: Checkpoint) -> None:
    pass


def _rows_to_best(rows: Sequence[Mapping[str, float]]) -> list[Mapping[str, float]]:
    """Return a history up to the epoch whose weights were kept."""
    return list(rows[: find_best(rows) + 1]) if rows else []


def _number(rows: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    return [{**row, "epoch": number} for number, row in enumerate(rows, start=1)]


def _weights_to_start_from(
    config: TrainingConfig, classes: tuple[str, ...], decoded: DecodedSamples
) -> list[npt.NDArray[np.float32]]:
    """Return the mean of finished runs' weights, if none was trained on the test set.

    What several runs from one pre-trained network have in common is worth more than what one has by
    chance: Wortsman et al., "Model soups" (2022).
    """
    each = [_weights_of(folder, config, classes, decoded) for folder in config.start_from]
    return [
        np.asarray(np.mean(values, axis=0, dtype=np.float64), np.float32)
        for values in zip(*each, strict=True)
    ]


def _weights_of(
    folder: Path, config: TrainingConfig, classes: tuple[str, ...], decoded: DecodedSamples
) -> list[npt.NDArray[np.float32]]:
    run = read_run(folder)
    card, before = run.card, run.card.training
    # The hash does not know class folders by their names. Runs of before there were backbones, and
    # of before labels had a hash, have none.
    if (card.recipe, card.classes, card.data_hash, before.get("ratio"), before.get("seed")) != (
        config.recipe,
        classes,
        decoded.data_hash,
        config.ratio,
        config.seed,
    ) or any(
        before.get(name, now) != now
        for name, now in (("backbone", config.backbone), ("labels_hash", decoded.labels_hash))
    ):
        raise ModelError(
            f"“{run.name}” cannot be trained further here: its recipe, data, --ratio or --seed "
            "differ, so it may have been trained on pictures of the present test set."
        )
    weights: list[npt.NDArray[np.float32]] = load_network(run).get_weights()
    return weights


def evaluate(
    network: keras.Model, decoded: DecodedSamples, indices: npt.NDArray[np.int64], batch_size: int
) -> Metrics:
    """Evaluate a network on a split of the decoded samples."""
    batches = Batches(decoded.pictures, decoded.labels, indices, batch_size=batch_size)
    outputs = [
        keras.ops.convert_to_numpy(network(batches[i][0], training=False))
        for i in range(len(batches))
    ]
    return measure(np.concatenate(outputs), decoded.labels[indices])
