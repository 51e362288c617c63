"""Train a network by a recipe and leave a run folder."""

import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from explorer.core.evaluation.evaluation import measure
from explorer.core.files.writing import write_atomically
from explorer.core.health.decisions import DECISIONS_FILE, write_decisions
from explorer.core.models.metrics import Metrics
from explorer.core.models.run_folder import KERAS_FILE, Run, read_run
from explorer.core.models.training_config import TrainingConfig
from explorer.core.models.training_split import write_split
from explorer.core.training.history import find_best, read_history, write_history
from explorer.errors import DatasetError, ExplorerError, ModelError, reason_of
from explorer.ml.data.batches import Batches
from explorer.ml.data.load import TrainingData, find_pictures, load_data
from explorer.ml.data.reporter import Reporter, StoppableSteps
from explorer.ml.data.splits import Examples
from explorer.ml.models.keras_network.loading import load_network
from explorer.ml.models.quiet_logs import suppress_info_logs
from explorer.ml.networks.heads import compute_features, take_head, train_head
from explorer.ml.networks.recipes import RECIPES, Recipe
from explorer.ml.runs.compact_weights import round_weights
from explorer.ml.runs.doubts import find_doubts
from explorer.ml.runs.embedding import write_embedding
from explorer.ml.runs.save import finish_folder, make_card
from explorer.ml.training.checkpoints import KEPT, Checkpoint
from explorer.ml.training.devices import ONE_DEVICE, Devices, DeviceWish, find_devices
from explorer.ml.training.loop import TrainingLoop, Weights
from explorer.ml.training.out_of_memory import memory_needed
from explorer.ml.training.record_reporter import RecordReporter
from explorer.ml.training.resume import UnfinishedRun

_OTHER_BYTES = 10_000_000
"""Of a run, besides its weights: the embedding most of all."""


def train(
    config: TrainingConfig,
    reporter: Reporter,
    *,
    resume: bool = False,
    cache: Path | None = None,
    wish: DeviceWish = ONE_DEVICE,
) -> Run | None:
    """Train a network and leave its run folder at `config.output`.

    The data is split in three, each class in proportion: `config.ratio` of it is the test set,
    evaluated once at the end, a tenth of the rest the validation set, which decides when to stop,
    and what is left the training set. Pictures that show the same lie in one split.

    Parameters
    ----------
    reporter : Reporter
        Asked after every batch whether to stop; the best epoch so far is kept then.
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
    with suppress_info_logs():
        keras.utils.set_random_seed(config.seed)
        devices = find_devices(wish)
    reporter.note(devices.description)
    devices.check_batch_size(config.batch_size)
    recipe = RECIPES[config.recipe](config)
    with closing(UnfinishedRun(config)) as unfinished, ExitStack() as told:
        devices.lead(lambda: unfinished.claim(resume=resume))
        if devices.is_first:
            reporter = told.enter_context(RecordReporter(config, unfinished.target, reporter))

        # What can be wrong is found out before hours of decoding.
        devices.lead(lambda: _check_runs(config.start_from))
        dataset = devices.join(lambda: find_pictures(config, reporter))
        network = devices.join(lambda: recipe.build_network(len(dataset.classes)))

        # Limit, decode once, split.
        data = devices.join(
            lambda: load_data(dataset, config, recipe.input_size, StoppableSteps(reporter), cache)
        )
        devices.check_pictures(min(len(data.splits.train), len(data.splits.validation)))
        if not devices.are_equal(data.decoded.data_hash):
            raise DatasetError(
                "The hosts have different pictures: give each a copy of the same folder."
            )
        training = _Training(config, reporter, devices, recipe, unfinished, data)
        return training.run(network, resume=resume)


@dataclass
class _Training:
    """One run of training, once its data is there."""

    config: TrainingConfig
    reporter: Reporter
    devices: Devices
    recipe: Recipe
    unfinished: UnfinishedRun
    data: TrainingData

    def run(self, network: keras.Model, *, resume: bool) -> Run | None:
        devices, hashes = self.devices, self.data.decoded.hashes

        # Where to start from.
        state = self._read_checkpoint() if resume else None
        if self.config.start_from:
            network.set_weights(devices.lead(self._mean_of_finished_runs, Weights))
        has_new_head = state is None and not self.config.start_from
        with memory_needed(f"to prepare the layers of {self.config.backbone}"):
            trainee, inputs = self._prepare_head(network, has_new_head=has_new_head)
        # The hosts agree but for rounding, which their copies of the weights must not.
        network.set_weights(devices.lead(network.get_weights, Weights))

        # Fit, keeping the weights of the best epoch.
        examples = Examples(inputs, self.data.decoded.labels, self.data.splits)
        loop = TrainingLoop(trainee, self.recipe, examples, self.config, devices, self.reporter)
        keep = self._keep if devices.is_first else _keep_nothing
        first = loop.start()
        devices.lead(lambda: self._check_room(network, first))
        if not resume:
            devices.lead(
                lambda: self.unfinished.begin(hashes, self.data.classes, self.recipe.input_size)
            )
        if state is None:
            state = first
            keep(state)
        elif not state.fits(first):
            raise ModelError(
                f"“{self.unfinished.checkpoints.folder}” cannot be used: its checkpoints are of "
                "another network, or of another version of Keras."
            )
        look_at = partial(self._keep_epoch, network, trainee)
        state = loop.run(state, keep, look_at if devices.is_first else _look_at_nothing)
        devices.part_ways()
        if not state.best:
            if devices.is_first:
                self.unfinished.drop()
            raise ExplorerError(
                "Training stopped before the end of the first epoch: nothing was saved."
            )
        if not devices.is_first:
            return None
        trainee.set_weights(state.best)
        round_weights(network)
        return self._finish(network, state)

    def _read_checkpoint(self) -> Checkpoint | None:
        self.devices.lead(lambda: self.unfinished.compare(self.data.decoded.hashes))
        state = self.devices.lead(
            lambda: self.unfinished.load_checkpoint(self.reporter.note), Checkpoint | None
        )
        self.reporter.note(
            f"resuming after epoch {state.epoch}" if state else "no checkpoint yet: starting again"
        )
        return state

    def _check_room(self, network: keras.Model, first: Checkpoint) -> None:
        """See that checkpoints and model will fit; ModelError where they do not."""
        weights = sum(array.nbytes for array in network.get_weights())
        checkpoint = first.byte_count + weights  # later ones hold the best weights as well
        # Two are kept while the next one is written, or the model and what belongs to it.
        needed = KEPT * checkpoint + max(checkpoint, 2 * weights) + _OTHER_BYTES
        needed += round(self.config.keep_epochs * weights)
        self.unfinished.check_room(needed - self.unfinished.checkpoints.byte_count)

    def _mean_of_finished_runs(self) -> list[npt.NDArray[np.float32]]:
        """Return the mean of finished runs' weights, if none saw pictures of the test set.

        What several runs from one pre-trained network have in common is worth more than what one
        has by chance: Wortsman et al., "Model soups" (2022).
        """
        each = [self._weights_of(read_run(folder)) for folder in self.config.start_from]
        return [
            np.asarray(np.mean(values, axis=0, dtype=np.float64), np.float32)
            for values in zip(*each, strict=True)
        ]

    def _weights_of(self, run: Run) -> list[npt.NDArray[np.float32]]:
        config, decoded = self.config, self.data.decoded
        card, before = run.card, run.card.training
        # The hash does not know class folders by their names. Runs of before there were backbones,
        # and of before labels had a hash, have none.
        if (card.recipe, card.classes, card.data_hash, before.get("ratio"), before.get("seed")) != (
            config.recipe,
            self.data.classes,
            decoded.data_hash,
            config.ratio,
            config.seed,
        ) or any(
            before.get(name, now) != now
            for name, now in (
                ("backbone", config.backbone),
                ("labels_hash", decoded.labels_hash),
            )
        ):
            raise ModelError(
                f"“{run.name}” cannot be trained further here: its recipe, data, --ratio or --seed "
                "differ, so it may have been trained on pictures of the present test set."
            )
        weights: list[npt.NDArray[np.float32]] = load_network(run).get_weights()
        return weights

    def _prepare_head(
        self, network: keras.Model, *, has_new_head: bool
    ) -> tuple[keras.Model, npt.NDArray[Any]]:
        """Return what is to be trained, the network or its head alone, and its inputs.

        The new head of a network that is trained as a whole is trained alone first.
        """
        recipe, decoded = self.recipe, self.data.decoded
        if not recipe.feature_layer or not (recipe.is_head_only or has_new_head):
            return network, decoded.pictures
        training = self.data.splits.train
        indices = np.arange(len(decoded.pictures)) if recipe.is_head_only else training
        reporter = StoppableSteps(self.reporter)
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
                f"“{tempfile.gettempdir()}”: {reason_of(error)}."
            ) from error
        if recipe.is_head_only:
            return take_head(network, recipe.feature_layer), features
        accuracy = train_head(network, recipe.feature_layer, features, decoded.labels[training])
        self.reporter.note(f"head alone: training accuracy {accuracy:.1%}")
        return network, decoded.pictures

    @cached_property
    def _earlier_rows(self) -> list[Mapping[str, float]]:
        """The history of the run that is trained further, up to the epoch that was kept."""
        runs = self.config.start_from
        rows = read_history(runs[0] / "history.csv") if runs else []
        return list(rows[: find_best(rows) + 1]) if rows else []

    def _keep(self, state: Checkpoint) -> None:
        """Write a state and the history of it to the unfinished run."""
        rows = [*self._earlier_rows, *state.rows]
        try:
            self.unfinished.checkpoints.save(state)
            write_history(
                self.unfinished.history,
                [{**row, "epoch": number} for number, row in enumerate(rows, start=1)],
            )
        except OSError as error:
            # A full disk may have room again after the next epoch, and the weights are in memory.
            self.reporter.note(
                f"The checkpoint of epoch {state.epoch} was not written: "
                f"{reason_of(error)}. Training continues; the next epoch tries again."
            )

    def _keep_epoch(
        self, network: keras.Model, trainee: keras.Model, state: Checkpoint, weights: Weights
    ) -> None:
        """Keep the network as it was validated, to look back at it."""
        trainee.set_weights(weights)
        try:
            self.unfinished.epochs.save(network, len(state.rows), state.best_epoch)
        except OSError as error:
            self.reporter.note(
                f"The network of epoch {len(state.rows)} was not kept to look back at: "
                f"{reason_of(error)}. Training continues."
            )

    def _finish(self, network: keras.Model, state: Checkpoint) -> Run:
        """Evaluate on the test set, once; then write, verify, move into place."""
        self.reporter.finish()
        decoded, splits, unfinished = self.data.decoded, self.data.splits, self.unfinished
        metrics = self._evaluate(network, state.batch_size)
        validation_labels = decoded.labels[splits.validation]
        doubts = find_doubts(metrics, self.data.classes, validation_labels, state.rows)
        card = make_card(network, self.config, self.recipe, self.data, metrics, doubts)
        try:
            noticed = write_embedding(
                unfinished.folder,
                network,
                pictures=decoded.pictures,
                labels=decoded.labels,
                classes=self.data.classes,
                train=splits.train,
                validation=splits.validation,
                answers=card.golden[KERAS_FILE].outputs,
            )
            card = replace(card, noticed=noticed)
            if self.data.decisions:
                content = write_decisions(self.data.decisions)
                write_atomically(unfinished.folder / DECISIONS_FILE, content)
            digests = np.array(decoded.digests)
            write_split(
                unfinished.folder,
                {
                    "train": digests[splits.train],
                    "validation": digests[splits.validation],
                    "test": digests[splits.test],
                },
            )
            return finish_folder(
                network,
                card,
                unfinished.folder,
                unfinished.target,
                self.reporter.note,
                pictures=decoded.pictures[splits.validation],
            )
        except OSError as error:
            if state.epoch not in unfinished.checkpoints.epochs:
                with suppress(OSError):  # there was no room; there may be again
                    unfinished.checkpoints.save(state)
            kept = max(unfinished.checkpoints.epochs, default=0)
            raise ExplorerError(
                f"The run could not be written to “{unfinished.folder}”: "
                f"{reason_of(error)}. "
                + (f"Epochs up to {kept} are" if kept else "No epoch is")
                + " saved there: free some space, then run the same command with --resume."
            ) from error

    def _evaluate(self, network: keras.Model, batch_size: int) -> Metrics:
        decoded, indices = self.data.decoded, self.data.splits.test
        batches = Batches(decoded.pictures, decoded.labels, indices, batch_size=batch_size)
        outputs = [
            keras.ops.convert_to_numpy(network(batches[i][0], training=False))
            for i in range(len(batches))
        ]
        return measure(np.concatenate(outputs), decoded.labels[indices])


def _check_runs(folders: Iterable[Path]) -> None:
    """Raise ModelError if one of them is not a run folder."""
    for folder in folders:
        read_run(folder)


def _keep_nothing(state: Checkpoint) -> None:
    pass


def _look_at_nothing(state: Checkpoint, weights: Weights) -> None:
    pass
