"""Make tiny run folders for tests, in a child process: no test process ever imports TensorFlow."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from explorer.core.models.card import RESIZE_RULE, Card, GoldenOutput, golden_inputs, write_card
from explorer.core.models.metrics import Metrics
from explorer.core.models.run_folder import read_run
from explorer.core.training.epochs import EPOCHS_FOLDER, epoch_file
from explorer.core.training.history import HISTORY_COLUMNS, HISTORY_FILE, write_history

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class TinyRun:
    """What to make.

    Attributes
    ----------
    folder : str
        The run folder; its parent must exist.
    classes : tuple of str
    input_size : (int, int)
        Height and width.
    network : {"article", "linear"}
        The article's network, untrained and seeded; or one layer whose answer a test can work out
        with `linear_probabilities`.
    has_litert : bool
        Whether to export `model.tflite` as well, which takes a second or two.
    seed : int
    accuracy : float
        What the card claims.
    epochs : int
        Of how many epochs there are networks, each nearer to the last, and rows of a history.
    """

    folder: str
    classes: tuple[str, ...] = ("cat", "dog")
    input_size: tuple[int, int] = (24, 24)
    network: str = "article"
    has_litert: bool = True
    seed: int = 1
    accuracy: float = 0.75
    epochs: int = 0


def make_run(
    folder: Path,
    classes: Sequence[str] = ("cat", "dog"),
    input_size: tuple[int, int] = (24, 24),
    *,
    network: str = "article",
    has_litert: bool = True,
    seed: int = 1,
    accuracy: float = 0.75,
) -> Path:
    """Make one run folder; see `TinyRun`. Several are quicker made by `make_runs`."""
    wish = TinyRun(str(folder), tuple(classes), input_size, network, has_litert, seed, accuracy)
    make_runs([wish])
    return folder


def make_runs(wishes: Sequence[TinyRun]) -> None:
    """Make run folders, all in one child process: TensorFlow takes seconds to import."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps([asdict(wish) for wish in wishes]),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The tiny runs were not made:\n{done.stderr}")


def linear_weights(
    input_size: tuple[int, int], class_count: int, seed: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return the weights of a "linear" network: (height * width * 3, classes) float32.

    Every pixel, channel and class has its own weight, so that a picture turned, resized by another
    rule, with channels swapped or with classes in another order is answered differently.
    """
    height, width = input_size
    values = np.random.default_rng(seed).normal(size=(height * width * 3, class_count))
    return (values * 2 / np.sqrt(height * width * 3)).astype(np.float32)


def linear_probabilities(
    pixels: np.ndarray, class_count: int, seed: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Work out what a "linear" network answers, without Keras.

    Parameters
    ----------
    pixels : (height, width, 3), 0-255
        Of the network's input size.
    """
    weights = linear_weights(pixels.shape[:2], class_count, seed).astype(np.float64)
    logits = pixels.astype(np.float64).reshape(-1) / 255 @ weights
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def make_paper_run(folder: Path, classes: Sequence[str] = ("cat", "dog")) -> Path:
    """Make a run folder that can be listed and chosen, but whose model cannot be loaded."""
    folder.mkdir(parents=True)
    card = make_card(TinyRun(str(folder), tuple(classes)), [], parameters=1_000, multiply_adds=0)
    (folder / "card.json").write_text(write_card(card), encoding="utf-8")
    (folder / "model.keras").touch()
    return folder


def make_here(wish: TinyRun) -> None:
    """Make a run folder in this process, which must be one that may import TensorFlow."""
    import keras

    from explorer.ml.architecture.keras.network import architecture_of_network
    from explorer.ml.runs.export import export_run

    keras.utils.set_random_seed(wish.seed)
    network = _build(wish)
    folder = Path(wish.folder)
    folder.mkdir()
    network.save(folder / "model.keras")
    outputs = keras.ops.convert_to_numpy(network(golden_inputs(wish.input_size), training=False))
    card = make_card(
        wish,
        outputs,
        parameters=network.count_params(),
        multiply_adds=architecture_of_network(network, wish.input_size).multiply_adds,
    )
    (folder / "card.json").write_text(write_card(card), encoding="utf-8")
    (folder / "history.csv").write_text("epoch,loss,accuracy,val_loss,val_accuracy\n")
    if wish.epochs:
        _keep_epochs(wish, network)
    if wish.has_litert:
        export_run(read_run(folder), lambda sentence: None)


def make_card(wish: TinyRun, outputs, *, parameters: int, multiply_adds: int) -> Card:
    hits = round(100 * wish.accuracy)
    confusion = [[0] * len(wish.classes) for _ in wish.classes]
    confusion[0][0], confusion[0][-1] = hits, 100 - hits
    return Card(
        name=Path(wish.folder).name,
        recipe="article",
        classes=wish.classes,
        input_size=wish.input_size,
        resize_rule=RESIZE_RULE,
        metrics=Metrics(
            count=100,
            accuracy=hits / 100,
            interval=(max(hits - 8, 0) / 100, min(hits + 8, 100) / 100),
            log_loss=0.6,
            confusion=tuple(tuple(row) for row in confusion),
        ),
        metrics_split="100 pictures that do not exist",
        training={"seed": wish.seed},
        data_hash="",
        versions={},
        hardware={},
        parameters=parameters,
        multiply_adds=multiply_adds,
        golden={
            "model.keras": GoldenOutput(tuple(tuple(map(float, row)) for row in outputs), 1e-4)
        },
    )


def _keep_epochs(wish: TinyRun, network) -> None:  # type: ignore[no-untyped-def]
    from explorer.ml.runs.compact_weights import save_network

    folder, weights = Path(wish.folder), network.get_weights()
    (folder / EPOCHS_FOLDER).mkdir()
    for epoch in range(1, wish.epochs + 1):
        network.set_weights([array * (epoch / wish.epochs) for array in weights])
        save_network(network, epoch_file(folder / EPOCHS_FOLDER, epoch))
    shares = [epoch / (wish.epochs + 1) for epoch in range(1, wish.epochs + 1)]
    rows = [
        {**dict.fromkeys(HISTORY_COLUMNS, share), "epoch": number, "seconds": 2.0}
        for number, share in enumerate(shares, start=1)
    ]
    write_history(folder / HISTORY_FILE, rows)


def _build(wish: TinyRun):  # type: ignore[no-untyped-def]
    import keras

    from explorer.ml.networks.architectures import build_article_network

    if wish.network == "article":
        return build_article_network(len(wish.classes), wish.input_size)
    network = keras.Sequential(
        [
            keras.Input((*wish.input_size, 3), name="picture"),
            keras.layers.Rescaling(1 / 255, name="rescaling"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(
                len(wish.classes), use_bias=False, activation="softmax", name="probabilities"
            ),
        ]
    )
    weights = linear_weights(wish.input_size, len(wish.classes), wish.seed)
    network.get_layer("probabilities").set_weights([weights])
    return network


def main() -> None:
    """Make what stdin asks for, as JSON."""
    for raw in json.load(sys.stdin):
        values = {
            key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()
        }
        make_here(TinyRun(**values))


if __name__ == "__main__":
    main()
