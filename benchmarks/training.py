"""Whether reading pictures ever holds up training: images/s of each recipe, fed in three ways.

The same model with the same augmentation is trained, in turns in one process, on
  ours      what train.py does: pictures decoded once, memory-mapped, brought to the recipe's size
  memory    one batch in memory again and again, so that feeding costs nothing
  article   JPEGs of 500x375 decoded and resized in every epoch, as the article did
For "bottleneck" it is the features that are computed, the rest of it needs no pictures. The JPEGs
and the weights of the backbone are made up here; the rate does not depend on what they show.
Run it with `python benchmarks/training.py`, with KERAS_BACKEND=jax for JAX. It ends with 1 where
the ratio of ours to memory is less than the goal.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as train.py

import keras  # noqa: TID253

from explorer.core.datasets.dataset import Sample
from explorer.core.models.training_config import TrainingConfig
from explorer.ml.data.batches import Batches
from explorer.ml.data.decode import decode_samples
from explorer.ml.data.resize import resize_split
from explorer.ml.networks.architectures import BOTTLENECK
from explorer.ml.networks.heads import FEATURE_BATCH, compute_features
from explorer.ml.networks.recipes import RECIPES
from explorer.ml.training.devices import ONE_DEVICE, find_devices
from explorer.ml.training.fused_copy import copy_for_training

GOAL = 0.9
BACKBONE_SEED = 1
JPEG_SIZE = (500, 375)

Pictures = npt.NDArray[np.uint8]
Rate = Callable[[], float]


def main() -> int:
    """Print a row for each recipe; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=list(RECIPES))
    parser.add_argument("--pictures", type=int, default=512, help="in an epoch (%(default)s)")
    parser.add_argument("--batch-size", type=int, default=32, help="(%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="epochs of each way (%(default)s)")
    parser.add_argument(
        "--precision",
        choices=["float32", "bfloat16"],
        default="float32",
        help="to compare two of them by their own runs (%(default)s)",
    )
    options = parser.parse_args()
    print(f"{find_devices(ONE_DEVICE).description}; medians of {options.rounds} rounds, images/s")
    print(f"{'':12}{'ours':>8}{'memory':>8}{'ratio':>8}{'article':>10}{'ratio':>8}")
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples = _make_jpegs(folder, options.pictures)
        for recipe_name in options.recipes:
            config = TrainingConfig(
                folder,
                folder,
                recipe=recipe_name,
                backbone_weights=folder / "random.weights.h5",
                precision=options.precision,
            )
            _make_weights(config)
            ways = _ways(config, samples, options.batch_size)
            rates = _take_turns(ways, options.rounds)
            missed += _print_row(recipe_name, rates) < GOAL
    return 1 if missed else 0


def _make_jpegs(folder: Path, count: int) -> list[Sample]:
    """Write pictures that are as hard to decode as photos: coarse shapes under fine noise."""
    rng = np.random.default_rng(0)
    samples = []
    for number in range(count):
        shapes = Image.fromarray(rng.integers(0, 256, (12, 16, 3), np.uint8))
        pixels = np.asarray(shapes.resize(JPEG_SIZE, Image.Resampling.BICUBIC))
        noisy = np.clip(pixels + rng.normal(0, 12, pixels.shape), 0, 255).astype(np.uint8)
        file = folder / f"{number}.jpg"
        Image.fromarray(noisy).save(file, quality=90)
        samples.append(Sample(file, "ab"[number % 2]))
    return samples


def _make_weights(config: TrainingConfig) -> None:
    file = config.backbone_weights
    if file is not None and not file.exists() and config.recipe in ("transfer", "bottleneck"):
        keras.utils.set_random_seed(BACKBONE_SEED)
        application = keras.applications.MobileNetV2
        application(include_top=False, weights=None, input_shape=(224, 224, 3)).save_weights(file)


def _ways(config: TrainingConfig, samples: list[Sample], batch_size: int) -> dict[str, Rate]:
    """Return for each way what trains an epoch and returns its images/s."""
    recipe = RECIPES[config.recipe](config)
    keras.utils.set_random_seed(1)
    network = recipe.build_network(2)
    decoded = decode_samples(samples, ("a", "b"), recipe.input_size, cache=None)
    if recipe.is_head_only:
        return _feature_ways(network, decoded.pictures, samples)
    size = recipe.size_at(0) if recipe.stages else recipe.input_size
    trained = copy_for_training(
        network, precision=config.precision, takes_any_size=bool(recipe.stages)
    )
    assert recipe.build_augmentation is not None
    model = keras.Sequential([recipe.build_augmentation(1), trained])
    model.compile(
        optimizer=keras.optimizers.AdamW(1e-5, use_ema=True),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile="auto" if keras.backend.backend() == "jax" else False,  # as TrainingLoop
    )
    share = np.arange(len(samples))
    # As train.py does, once for all epochs of a stage.
    pictures = decoded.pictures
    if size != recipe.input_size:
        pictures = resize_split(pictures, share, size)

    def ours() -> float:
        batches = Batches(
            pictures,
            decoded.labels,
            share,
            batch_size=batch_size,
            order=(1, time.perf_counter_ns()),
        )
        return _fit(model, batches, batch_size)

    first, labels = Batches(pictures, decoded.labels, share, batch_size=batch_size)[0]
    count = len(samples) // batch_size

    def memory() -> float:
        return _fit(model, Repeated(np.array(first), labels, count), batch_size)

    def article() -> float:
        return _fit(model, Jpegs(samples, decoded.labels, size, batch_size), batch_size)

    return {"ours": ours, "memory": memory, "article": article}


def _feature_ways(
    network: keras.Model, pictures: Pictures, samples: list[Sample]
) -> dict[str, Rate]:
    """Return the same for a recipe that computes features once."""
    output = network.get_layer(BOTTLENECK).output
    extractor = keras.Model(network.inputs[0], output)
    compute: Any = extractor.predict_on_batch
    batch = pictures[:FEATURE_BATCH].astype(np.float32)
    count = len(pictures) // FEATURE_BATCH
    size = pictures.shape[1], pictures.shape[2]
    compute(batch)

    def ours() -> float:
        times = [time.perf_counter()]
        compute_features(
            network,
            output,
            pictures,
            indices=np.arange(len(pictures)),
            report=lambda done: times.append(time.perf_counter()),
        )
        return FEATURE_BATCH / statistics.median(np.diff(times[1:]))  # the first one compiles

    def memory() -> float:
        return _rate(lambda: compute(batch))

    def article() -> float:
        jpegs = iter(Jpegs(samples, np.zeros(len(samples)), size, FEATURE_BATCH))
        return _rate(lambda: compute(next(jpegs)[0]))

    def _rate(work: Callable[[], object]) -> float:
        times = [time.perf_counter()]
        for _ in range(count):
            work()
            times.append(time.perf_counter())
        return FEATURE_BATCH / statistics.median(np.diff(times))

    return {"ours": ours, "memory": memory, "article": article}


class Repeated(keras.utils.PyDataset):  # type: ignore[misc]
    """The same batch, so many times."""

    def __init__(self, pictures: Any, labels: Any, count: int) -> None:
        super().__init__()
        self._batch = pictures, labels
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        return self._batch


class Jpegs(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of JPEGs decoded on the way, as Keras's generators of the article's time did."""

    def __init__(self, samples: list[Sample], labels: Any, size: Any, batch_size: int) -> None:
        super().__init__()
        self._samples = samples
        self._labels = labels
        self._size = size
        self._batch_size = batch_size

    def __len__(self) -> int:
        return len(self._samples) // self._batch_size

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        chosen = slice(number * self._batch_size, (number + 1) * self._batch_size)
        pictures = [self._read(sample.path) for sample in self._samples[chosen]]
        return np.stack(pictures), self._labels[chosen]

    def _read(self, file: Path) -> npt.NDArray[np.float32]:
        height, width = self._size
        with Image.open(file) as image:
            resized = image.convert("RGB").resize((width, height), Image.Resampling.NEAREST)
        return np.asarray(resized, dtype=np.float32)


class Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """Notes when each batch ended."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Note the time, once the batch is really computed."""
        float((logs or {})["loss"])
        self.times.append(time.perf_counter())


def _fit(model: keras.Model, batches: keras.utils.PyDataset, batch_size: int) -> float:
    """Return the images/s of an epoch, without its first batches, which were fetched before."""
    clock = Clock()
    model.fit(batches, verbose=0, shuffle=False, callbacks=[clock])
    ahead = min(3, len(clock.times) - 2)
    times = clock.times[ahead:]
    return batch_size * (len(times) - 1) / (times[-1] - times[0])


def _take_turns(ways: Mapping[str, Rate], rounds: int) -> dict[str, list[float]]:
    """Return the images/s of each way in each round; a first one, which compiles, is left out."""
    for measure in ways.values():
        measure()
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, measure in ways.items():
            rates[name].append(measure())
    return rates


def _print_row(name: str, rates: Mapping[str, list[float]]) -> float:
    """Print the medians and the ratios within rounds; return that of ours to memory."""
    middle = {way: statistics.median(values) for way, values in rates.items()}
    ratios = {
        way: statistics.median(a / b for a, b in zip(rates["ours"], rates[way], strict=True))
        for way in ("memory", "article")
    }
    print(
        f"{name:12}{middle['ours']:8.0f}{middle['memory']:8.0f}{ratios['memory']:8.2f}"
        f"{middle['article']:10.0f}{ratios['article']:8.2f}",
        flush=True,
    )
    return ratios["memory"]


if __name__ == "__main__":
    sys.exit(main())
