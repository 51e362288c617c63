"""Print the table of models in docs/models.md, the article's two beside ours, as markdown.

Run it with `python benchmarks/compare_models.py [MODELS]`. Accuracy and log loss come from the
cards. Of the article's models it builds the layers, untrained, to count and to time them. The
milliseconds are LiteRT's on this machine, now: all models in turn, the median of many rounds.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: TID253
from keras import layers  # noqa: TID253

from explorer import paths
from explorer.core.models.card import golden_inputs
from explorer.core.models.run_folder import Run, list_runs
from explorer.ml.architecture.keras.network import architecture_of_network
from explorer.ml.models.litert import LiteRTAdapter, LiteRTModel, Model
from explorer.ml.networks.architectures import ARTICLE_INPUT_SIZE, build_article_network
from explorer.ml.runs.litert_formats import convert, write_for_conversion

ROUNDS = 50
HEADER = (
    "model",
    "accuracy",
    "log loss",
    "parameters",
    "multiply-adds",
    "model.keras",
    "model.tflite",
    "ms per picture",
)


@dataclass(frozen=True)
class Row:
    """A line of the table, all but its milliseconds; and what runs the model."""

    name: str
    accuracy: str
    log_loss: str
    parameters: int
    multiply_adds: int
    keras_bytes: int | None
    litert_bytes: int
    model: Model
    input_size: tuple[int, int]


def main() -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "models", type=Path, nargs="?", default=paths.bundled_models(), metavar="MODELS"
    )
    folder = parser.parse_args().models
    runs = [run for run in list_runs([folder]).runs if run.litert_file.is_file()]
    rows = [
        _article_row("article, from scratch", "89.4 %", build_article_network(2)),
        _article_row(
            "article, VGG16 features",
            "90.7 % (not reproduced here for want of the weights)",
            build_article_vgg16(),
        ),
        *map(_own_row, runs),
    ]
    milliseconds = measure_in_turn({row.name: _call(row) for row in rows})
    print(f"| {' | '.join(HEADER)} |")
    print(f"|{'---|' * len(HEADER)}")
    for row in rows:
        cells = (
            row.name,
            row.accuracy,
            row.log_loss,
            f"{row.parameters:,}",
            f"{row.multiply_adds / 1e6:,.0f} million",
            "" if row.keras_bytes is None else f"{row.keras_bytes / 1e6:.1f} MB",
            f"{row.litert_bytes / 1e6:.1f} MB",
            f"{milliseconds[row.name]:.1f}",
        )
        print(f"| {' | '.join(cells)} |")
    return 0


def build_article_vgg16() -> keras.Model:
    """Build the article's second model: VGG16 without its top, and a head on its flat features."""
    pictures = keras.Input((*ARTICLE_INPUT_SIZE, 3))
    features = keras.applications.VGG16(
        include_top=False, weights=None, input_tensor=pictures
    ).output
    hidden = layers.Flatten()(features)
    for units in (512, 256):
        hidden = layers.Dense(units, activation="relu")(hidden)
        hidden = layers.Dropout(0.5)(hidden)
    return keras.Model(pictures, layers.Dense(1, activation="sigmoid")(hidden))


def _article_row(name: str, accuracy: str, network: keras.Model) -> Row:
    with tempfile.TemporaryDirectory() as saved:
        write_for_conversion(network, ARTICLE_INPUT_SIZE, saved)
        content = convert(saved, "float32")
    return Row(
        name,
        accuracy,
        log_loss="",
        parameters=network.count_params(),
        multiply_adds=architecture_of_network(network, ARTICLE_INPUT_SIZE).multiply_adds,
        keras_bytes=None,
        litert_bytes=len(content),
        model=LiteRTModel(content),
        input_size=ARTICLE_INPUT_SIZE,
    )


def _own_row(run: Run) -> Row:
    card = run.card
    low, high = card.metrics.interval
    return Row(
        f"`{run.name}`",
        f"**{100 * card.metrics.accuracy:.2f} %** ({100 * low:.2f} to {100 * high:.2f})",
        log_loss=f"{card.metrics.log_loss:.3f}",
        parameters=card.parameters,
        multiply_adds=card.multiply_adds,
        keras_bytes=run.keras_file.stat().st_size,
        litert_bytes=run.litert_file.stat().st_size,
        model=LiteRTAdapter(run.folder, run).predict,
        input_size=card.input_size,
    )


def _call(row: Row) -> Callable[[], object]:
    pixels = golden_inputs(row.input_size, count=1).astype(np.float32)
    return lambda: row.model(pixels)


def measure_in_turn(calls: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median of each call's milliseconds; one of each at a time, so that noise is fair.

    Parameters
    ----------
    calls : mapping of str to callable
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            call()  # once before: the other models took the caches
            started = time.perf_counter()
            call()
            times[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(values) for name, values in times.items()}


if __name__ == "__main__":
    sys.exit(main())
