"""The loop over epochs: train, validate with averaged weights, keep the best, survive."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import keras
import numpy as np
import numpy.typing as npt

from explorer.core.models.training_config import TrainingConfig
from explorer.errors import ExplorerError, reason_of
from explorer.ml.data.batches import Batches
from explorer.ml.data.class_weights import class_weights
from explorer.ml.data.reporter import Reporter
from explorer.ml.data.resize import resize_split
from explorer.ml.data.splits import Examples
from explorer.ml.networks.recipes import Recipe
from explorer.ml.training.checkpoints import Arrays, Checkpoint
from explorer.ml.training.devices import Devices
from explorer.ml.training.fused_copy import copy_for_training
from explorer.ml.training.out_of_memory import is_out_of_memory
from explorer.ml.training.watch import Watch

Weights = list[npt.NDArray[np.float32]]

WARM_UP_SHARE = 0.03
AVERAGED_STEPS = 1000


class TrainingLoop:
    """Trains a network on the training set.

    Parameters
    ----------
    network : keras.Model
        Where its weights start from. It stays as it is: a copy is trained.
    devices : Devices
        What to train on.
    """

    def __init__(
        self,
        network: keras.Model,
        recipe: Recipe,
        examples: Examples,
        config: TrainingConfig,
        devices: Devices,
        reporter: Reporter,
    ) -> None:
        self._recipe = recipe
        self._examples = examples
        self._splits = examples.splits
        self._config = config
        self._class_weights = class_weights(examples.labels[self._splits.train])
        self._devices = devices
        self._reporter = reporter
        self._resized: npt.NDArray[np.uint8] | None = None
        with devices.scope():
            self._network = copy_for_training(
                network, precision=config.precision, takes_any_size=bool(recipe.stages)
            )
            self._trainee = self._network
            if config.augmentation and recipe.build_augmentation is not None:
                augmentation = recipe.build_augmentation(config.seed)
                self._trainee = keras.Sequential([augmentation, self._network])

    def start(self) -> Checkpoint:
        """Return the state before the first epoch, from the network's present weights."""
        first = Checkpoint(0, self._config.batch_size, 1.0, (), (), ())
        with self._devices.scope():
            self._compile(first)
            return replace(first, variables=self._read_variables())

    def run(
        self,
        state: Checkpoint,
        keep: Callable[[Checkpoint], None],
        look_at: Callable[[Checkpoint, Weights], None] = lambda state, weights: None,
    ) -> Checkpoint:
        """Train from a state to the last epoch, or until none is better for long.

        Parameters
        ----------
        state : Checkpoint
            From `start`, or one that was kept.
        keep : callable
            Handed each new state; never one with an overflow.
        look_at : callable
            Handed each new state as well, and the network's weights as they were validated.

        Returns
        -------
        Checkpoint
            The last state.

        Raises
        ------
        ExplorerError
            The numbers overflowed a second time before the first epoch ended; or there is no
            memory for the smallest batches.
        """
        with self._devices.scope():
            return self._run(state, keep, look_at)

    def _run(
        self,
        state: Checkpoint,
        keep: Callable[[Checkpoint], None],
        look_at: Callable[[Checkpoint, Weights], None],
    ) -> Checkpoint:
        self._devices.check_batch_size(state.batch_size)
        self._restore(state)
        while state.epoch < self._config.epochs and self._is_patient(state):
            if self._is_stopped():  # in the last batch of an epoch, or while it was validated
                break
            try:
                trained = self._train_epoch(state)
            except _OverflowedError:
                if state.rate_factor < 1:
                    self._give_up(state)
                    break
                state = self._halve_rate(state)
                continue
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                if state.batch_size <= self._devices.count:
                    raise ExplorerError(
                        f"Training stopped in epoch {state.epoch + 1}: there is not enough memory "
                        f"for a batch size of {state.batch_size}."
                    ) from error
                state = self._halve_batch(state)
                continue
            if trained is None:
                break
            state, weights = trained
            keep(state)
            look_at(state, weights)
            self._reporter.epoch(state.rows[-1])
        return state

    def _is_patient(self, state: Checkpoint) -> bool:
        return state.epoch - state.best_epoch < self._config.patience

    def _is_stopped(self) -> bool:
        """Whether one of the hosts is to stop, and with it all."""
        return self._devices.is_any(self._reporter.is_stopped())

    def _train_epoch(self, state: Checkpoint) -> tuple[Checkpoint, Weights] | None:
        """Return the state after one more epoch and the weights that were validated.

        None when it was stopped in between.
        """
        batches = self._feed_training(state)
        # An epoch depends on what it starts from and its number alone: so that one which is
        # repeated after an interruption draws the same pictures and the same noise again.
        self._seed_noise(state.epoch)
        optimizer = self._trainee.optimizer
        optimizer.iterations.assign(state.epoch * len(batches))
        watch = Watch(state.epoch + 1, len(batches), self._reporter, self._is_stopped)
        # fit() ends by putting the averages in the place of the weights, which is what is to be
        # validated and kept; training goes on with the weights as they are before that.
        weights: list[Arrays] = []
        keep_weights = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: weights.append(self._read_variables())
        )
        logs = self._trainee.fit(
            batches,
            initial_epoch=state.epoch,
            epochs=state.epoch + 1,
            shuffle=False,
            verbose=0,
            class_weight=self._class_weights,
            callbacks=[watch, keep_weights],
        ).history
        if not math.isfinite(logs["loss"][-1]):
            raise _OverflowedError
        if not watch.is_whole:
            return None
        following = replace(state, epoch=state.epoch + 1, variables=weights[-1])
        if not following.is_finite:
            raise _OverflowedError

        validation = self._trainee.evaluate(
            self._feed(self._splits.validation, state.batch_size), verbose=0, return_dict=True
        )
        if not math.isfinite(validation["loss"]):
            raise _OverflowedError
        row = {
            "epoch": len(state.rows) + 1,
            "loss": round(logs["loss"][-1], 6),
            "accuracy": round(logs["accuracy"][-1], 6),
            "val_loss": round(validation["loss"], 6),
            "val_accuracy": round(validation["accuracy"], 6),
            "learning_rate": float(keras.ops.convert_to_numpy(optimizer.learning_rate)),
            "seconds": round(watch.seconds, 2),
            "images_per_second": round(len(self._splits.train) / watch.seconds, 1),
        }
        following = replace(following, rows=(*state.rows, row))
        validated: Weights = self._network.get_weights()
        if following.best_epoch == len(following.rows) or not state.best:
            following = replace(following, best=tuple(validated))
        self._write_variables(following)
        return following, validated

    def _feed_training(self, state: Checkpoint) -> Batches:
        indices, order = self._splits.train, (self._config.seed, state.epoch)
        size = self._recipe.size_at(state.epoch / self._config.epochs)
        if not self._recipe.stages or size == self._recipe.input_size:
            self._resized = None
            return self._feed(indices, state.batch_size, order=order)
        if self._resized is None or self._resized.shape[1:3] != size:
            self._resized = self._resize(size)
        return self._feed(indices, state.batch_size, order=order, size=size, resized=self._resized)

    def _resize(self, size: tuple[int, int]) -> npt.NDArray[np.uint8] | None:
        """Return the training share at a size, None where there is no room to keep it."""
        indices = self._splits.train
        try:
            return resize_split(
                # What comes in stages is pictures, no features.
                cast("npt.NDArray[np.uint8]", self._examples.inputs),
                indices,
                size,
                lambda done: self._reporter.step("resizing", done, len(indices)),
            )
        except OSError as error:
            self._reporter.note(
                f"There is no disk space for the pictures at {size[1]}x{size[0]} "
                f"({reason_of(error)}): they are resized again in each epoch."
            )
            return None

    def _feed(
        self,
        indices: npt.NDArray[np.int64],
        batch_size: int,
        *,
        size: tuple[int, int] | None = None,
        order: tuple[int, int] | None = None,
        resized: npt.NDArray[np.uint8] | None = None,
    ) -> Batches:
        inputs, labels = self._examples.inputs, self._examples.labels
        if resized is not None:
            inputs, labels, indices = resized, labels[indices], np.arange(len(indices))
        return Batches(
            inputs,
            labels,
            indices,
            batch_size=batch_size,
            size=size,
            order=order,
            part=self._devices.part,
        )

    def _give_up(self, state: Checkpoint) -> None:
        sentence = (
            f"Training stopped in epoch {state.epoch + 1}: the loss became NaN or infinite, "
            "at half the learning rate too. Try a smaller --learning-rate."
        )
        if not state.best:
            raise ExplorerError(sentence)
        self._reporter.note(f"{sentence} The best epoch so far was saved.")

    def _halve_rate(self, state: Checkpoint) -> Checkpoint:
        self._reporter.note(
            f"epoch {state.epoch + 1}: the loss became NaN or infinite; repeating it at half the "
            "learning rate."
        )
        return self._restore(replace(state, rate_factor=state.rate_factor / 2))

    def _halve_batch(self, state: Checkpoint) -> Checkpoint:
        count = self._devices.count
        half = state.batch_size // 2 // count * count
        self._reporter.note(
            f"Out of memory: repeating epoch {state.epoch + 1} with a batch size of {half}."
        )
        return self._restore(replace(state, batch_size=half))

    def _restore(self, state: Checkpoint) -> Checkpoint:
        self._compile(state)
        self._write_variables(state)
        return state

    def _compile(self, state: Checkpoint) -> None:
        steps = len(self._feed(self._splits.train, state.batch_size))
        peak = (self._config.learning_rate or self._recipe.learning_rate) * state.rate_factor
        optimizer = keras.optimizers.AdamW(
            _schedule(peak, self._config.epochs * steps),
            weight_decay=self._recipe.weight_decay,
            use_ema=True,
            # The mean over about the last epoch forgets the noise of the steps.
            ema_momentum=1 - 1 / min(steps, AVERAGED_STEPS),
        )
        self._trainee.compile(
            optimizer=optimizer,
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            # Beside a graphics card Keras would let XLA compile TensorFlow's graph, which has no
            # kernel there for the resampling of the augmentation: training would fail.
            jit_compile="auto" if keras.backend.backend() == "jax" else False,
        )
        optimizer.build(self._trainee.trainable_variables)

    def _variables(self) -> list[keras.Variable]:
        lasting = [v for v in self._trainee.variables if not _is_noise(v)]
        return [*lasting, *self._trainee.optimizer.variables]

    def _read_variables(self) -> Arrays:
        return tuple(np.array(keras.ops.convert_to_numpy(v)) for v in self._variables())

    def _write_variables(self, state: Checkpoint) -> None:
        for variable, value in zip(self._variables(), state.variables, strict=True):
            variable.assign(value)

    def _seed_noise(self, epoch: int) -> None:
        noise = [v for v in self._trainee.variables if _is_noise(v)]
        generator = np.random.default_rng((self._config.seed, epoch))
        for variable in noise:
            variable.assign(generator.integers(0, 2**31, variable.shape).astype(np.uint32))


class _OverflowedError(Exception):
    """A loss or a weight is no number any more."""


def _is_noise(variable: keras.Variable) -> bool:
    """Whether a variable is the state of a random generator."""
    return bool(variable.name == "seed_generator_state")


def _schedule(peak: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a rate that rises over the first steps, then falls to zero along a cosine."""
    warm_up = round(WARM_UP_SHARE * steps)
    return keras.optimizers.schedules.CosineDecay(
        peak / 10,
        steps - warm_up,
        warmup_target=peak,
        warmup_steps=warm_up,
    )
