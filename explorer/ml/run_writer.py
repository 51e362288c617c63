"""Make a run folder: under a temporary name first, verified by loading, then moved into place."""

import os
import platform
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import keras

from explorer import __version__
from explorer.core.files import write_atomically
from explorer.core.predictions import Metrics
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
from explorer.errors import ModelError
from explorer.ml.data import DecodedSamples
from explorer.ml.export import KERAS_TOLERANCE, export_litert
from explorer.ml.inspection import load_network
from explorer.ml.networks import count_multiply_adds
from explorer.ml.recipes import Recipe


def check_output(output: Path) -> None:
    """See that a run can be written, before hours are spent on it.

    Raises
    ------
    ModelError
        The run exists, or a broken one is in the way.
    """
    if output.exists():
        raise ModelError(f"“{output}” exists already: choose another --output.")
    partial = _partial(output)
    if partial.exists():
        raise ModelError(
            f"“{partial}” is left from a run that did not end: remove it or choose another "
            "--output."
        )


def start_folder(output: Path) -> Path:
    """Make the folder that a run is written to until it is whole.

    Raises
    ------
    ModelError
        The folder cannot be made.
    """
    partial = _partial(output)
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise ModelError(f"“{partial}” could not be made: {error.strerror or error}.") from error
    return partial


def _partial(output: Path) -> Path:
    return output.with_name(output.name + ".partial")


def finish_folder(
    network: keras.Model,
    card: Card,
    partial: Path,
    output: Path,
    note: Callable[[str], None],
) -> Run:
    """Write the model and its card, reopen both, export to LiteRT, move the folder into place."""
    network.save(partial / "model.keras")
    write_atomically(partial / "card.json", write_card(card).encode())
    load_network(read_run(partial))
    export_litert(read_run(partial), note)
    partial.rename(output)
    return read_run(output)


def make_card(
    network: keras.Model,
    config: TrainingConfig,
    classes: tuple[str, ...],
    recipe: Recipe,
    decoded: DecodedSamples,
    metrics: Metrics,
) -> Card:
    """Describe a trained network; its golden outputs are computed here."""
    settings = {
        name: value.name if isinstance(value, Path) else value
        for name, value in asdict(config).items()
    }
    outputs = keras.ops.convert_to_numpy(network(golden_inputs(recipe.input_size), training=False))
    return Card(
        name=config.output.name,
        recipe=config.recipe,
        classes=classes,
        input_size=recipe.input_size,
        resize_rule=RESIZE_RULE,
        metrics=metrics,
        metrics_split=f"{metrics.count:,} pictures held back from training, looked at once"
        + (", at the end of each run" if config.start_from is not None else ""),
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
