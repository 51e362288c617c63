"""What the Network page's process computes, beside bare TensorFlow; in a process of its own."""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.core.models.model import Model
from explorer.core.models.model_use import ModelUse
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import ComputeFeatureMaps, DescribeLayers
from explorer.core.models.run_folder import Run, read_run

WARM_UP = 3
SMALL = 32


@dataclass(frozen=True)
class Beside:
    """The milliseconds of the program and of the bare thing, in turns."""

    own_ms: float
    bare_ms: float
    ratio: float


def measure_engine(folder: Path, rounds: int) -> tuple[Beside, Beside]:
    """Return a full pass, of which every layer's output is kept, and a Grad-CAM."""
    from explorer.ml.models.formats import load_keras

    adapter = load_keras()(folder, read_run(folder))
    size = read_run(folder).card.input_size
    layers = [layer for layer in adapter.describe(size).layers if layer.has_maps]
    last = [layer.name for layer in layers if len(layer.output_shape) == 3][-1]
    passes, gradients = _bare(folder, size)
    seeds = iter(range(10_000))

    def picture() -> npt.NDArray[np.float32]:
        random = np.random.default_rng(next(seeds))
        return random.uniform(0, 255, (1, *size, 3)).astype(np.float32)

    return (
        _in_turns(lambda one: adapter.feature_maps(last, one), passes, picture, rounds),
        _in_turns(lambda one: adapter.layer_gradients(last, one, 0), gradients, picture, rounds),
    )


def _bare(folder: Path, size: tuple[int, int]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return functions of plain TensorFlow: to what all layers return, and to the gradients."""
    import keras
    import tensorflow as tf

    network = keras.saving.load_model(Run(folder, read_run(folder).card).keras_file)
    layers = [layer for layer in network.layers if not isinstance(layer, keras.layers.InputLayer)]
    signature = [tf.TensorSpec((1, *size, 3), tf.float32)]
    all_layers = keras.Model(network.inputs, [layer.output for layer in layers])
    run = tf.function(lambda x: all_layers(x, training=False), input_signature=signature)
    network.layers[-1].activation = keras.activations.linear
    maps = [layer.output for layer in layers if len(layer.output.shape) == 4][-1]
    split = keras.Model(network.inputs, [maps, network.output])

    def gradients(pixels: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            found, logits = split(pixels, training=False)
            logit = logits[:, 0]
        return found, tape.gradient(logit, found)

    gradients = tf.function(gradients, input_signature=signature)
    return (
        lambda pixels: run(tf.constant(pixels))[-1].numpy(),
        lambda pixels: [one.numpy() for one in gradients(tf.constant(pixels))],
    )


def _in_turns(
    own: Callable[[Any], Any], bare: Callable[[Any], Any], make: Callable[[], Any], rounds: int
) -> Beside:
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(WARM_UP + rounds):
        for function, into in zip((own, bare), times, strict=True):
            given = make()
            started = time.perf_counter()
            function(given)
            if number >= WARM_UP:
                into.append((time.perf_counter() - started) * 1000)
    ratios = [one / other for one, other in zip(*times, strict=True)]
    own_ms, bare_ms = map(statistics.median, times)
    return Beside(own_ms, bare_ms, statistics.median(ratios))


def measure_switches(runs: list[Path], folder: Path, switches: int) -> float:
    """Return by how many megabytes the process grows while it switches between models.

    Of the runs and two small files, each of which has been open before; at each switch the layers
    are described and the maps of one are computed.
    """
    from explorer.ml.models.formats import load_keras
    from explorer.ml.worker import answer

    load_keras()
    uses = [Model.of_run(read_run(run)).use for run in runs]
    uses += [
        ModelUse(_save_small(folder, name), Preparation((SMALL, SMALL))) for name in ("a", "b")
    ]
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    before = 0.0
    for number in range(2 * len(uses) + switches):
        if number == 2 * len(uses):
            before = _megabytes()
        use = uses[number % len(uses)]
        layer = answer(DescribeLayers(use)).layers[3].name
        answer(ComputeFeatureMaps(use, layer, picture))
    return _megabytes() - before


def _save_small(folder: Path, name: str) -> Path:
    import keras
    from keras import layers

    given = keras.Input((SMALL, SMALL, 3))
    values = layers.Conv2D(8, 3, activation="relu")(layers.Rescaling(1 / 255)(given))
    values = layers.GlobalAveragePooling2D()(layers.Conv2D(16, 3, activation="relu")(values))
    path = folder / f"{name}.keras"
    keras.Model(given, layers.Dense(2, activation="softmax")(values)).save(path)
    return path


def _megabytes() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096 / 1e6
