"""Make a run folder: under a temporary name first, verified by loading, then moved into place."""

import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from explorer import __version__
from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.core.health.decisions import describe_decisions
from explorer.core.models.card import RESIZE_RULE, Card, write_card
from explorer.core.models.metrics import Metrics
from explorer.core.models.run_folder import CHECKPOINTS_FOLDER, Run, read_run
from explorer.core.models.training_config import TrainingConfig
from explorer.errors import ModelError, reason_of
from explorer.ml.architecture.keras.network import architecture_of_network
from explorer.ml.data.load import TrainingData
from explorer.ml.data.splits import name_missing
from explorer.ml.models.golden import KERAS_TOLERANCE, compute_golden_outputs, make_golden
from explorer.ml.models.keras_network.loading import load_network
from explorer.ml.networks.recipes import Recipe
from explorer.ml.runs.compact_weights import save_network
from explorer.ml.runs.confusion import write_confusion
from explorer.ml.runs.curves import draw_curves
from explorer.ml.runs.export import export_run


def finish_folder(
    network: keras.Model,
    card: Card,
    partial: Path,
    output: Path,
    note: Callable[[str], None],
    *,
    pictures: npt.NDArray[np.uint8] | None = None,
) -> Run:
    """Write the model and its card, reopen both, move the folder into place, then add the rest.

    The rest is `curves.png` and `model.tflite`. The run is whole without them: what goes wrong
    there is said, and loses nothing.

    Parameters
    ----------
    partial : Path
        Where the run's `history.csv` lies already.
    output : Path
        What it becomes.
    note : callable
        Told in a sentence what was left out.
    pictures
        The validation set, as for `export_run`.

    Raises
    ------
    ModelError
        The model that was written does not compute what the network computes, or the folder
        cannot be moved.
    OSError
        There is no room.
    """
    save_network(network, partial / "model.keras")
    write_atomically(partial / "card.json", write_card(card).encode())
    write_confusion(partial, card.classes, card.metrics)
    load_network(read_run(partial))
    try:
        partial.rename(output)
    except OSError as error:
        raise ModelError(
            f"“{partial}” holds the finished run, but could not be renamed to “{output}”: "
            f"{reason_of(error)}. Rename it yourself."
        ) from error
    # Not before the run is in its place: until then a killed one goes on from them.
    shutil.rmtree(output / CHECKPOINTS_FOLDER, ignore_errors=True)
    run = read_run(output)
    draw_curves(output, card.name, note, metrics=card.metrics)
    try:
        export_run(run, note, pictures=pictures)
    except (ModelError, OSError) as error:
        reason = str(error) if isinstance(error, ModelError) else f"{reason_of(error)}."
        note(
            f"No model.tflite was written: {reason} "
            f"Try again with: python train.py --export {output}"
        )
    return read_run(output)


def make_card(
    network: keras.Model,
    config: TrainingConfig,
    recipe: Recipe,
    data: TrainingData,
    metrics: Metrics,
    warnings: tuple[str, ...],
) -> Card:
    """Describe a trained network; its golden outputs are computed here."""
    outputs = compute_golden_outputs(network, recipe.input_size)
    untested = name_missing(np.array(metrics.confusion).sum(axis=1), data.classes)
    return Card(
        name=printable_name(config.output.resolve()),
        recipe=config.recipe,
        classes=data.classes,
        input_size=recipe.input_size,
        resize_rule=RESIZE_RULE,
        metrics=metrics,
        metrics_split=f"a test set of {metrics.count:,} pictures"
        + (f", none of {untested}" if untested else "")
        + (", consulted between training runs" if config.start_from else ""),
        training={
            **config.to_json(),
            "labels_hash": data.decoded.labels_hash,
            "decisions": describe_decisions(data.decisions) if data.decisions else None,
        },
        data_hash=data.decoded.data_hash,
        versions={
            "convnet-explorer": __version__,
            "keras": keras.__version__,
            "backend": f"{keras.backend.backend()} {_backend_version()}",
            "python": platform.python_version(),
        },
        hardware=_describe_hardware(),
        parameters=network.count_params(),
        multiply_adds=architecture_of_network(network, recipe.input_size).multiply_adds,
        golden={"model.keras": make_golden(outputs, KERAS_TOLERANCE)},
        warnings=warnings,
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
