"""Export a run's Keras model to LiteRT, and check a model file against its golden outputs."""

import importlib.util
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.files import write_atomically
from explorer.core.runs import GoldenOutput, Run, write_card
from explorer.errors import ModelError

KERAS_TOLERANCE = 1e-4
FLOAT32_TOLERANCE = 1e-4


def export_litert(run: Run, note: Callable[[str], None]) -> None:
    """Add `model.tflite` (float32) to a run and its golden outputs to the card.

    Where TensorFlow is not installed nothing is added: a run is valid without it.

    Parameters
    ----------
    run : Run
    note : callable
        Told in one sentence when nothing was exported.
    """
    if importlib.util.find_spec("tensorflow") is None:
        note("TensorFlow is not installed here: no model.tflite was written; the run is valid.")
        return
    content = convert_to_litert(run)
    write_atomically(run.litert_file, content)
    expected = run.card.golden["model.keras"].outputs
    golden = {**run.card.golden, "model.tflite": GoldenOutput(expected, FLOAT32_TOLERANCE)}
    card = replace(run.card, golden=golden)
    write_atomically(run.folder / "card.json", write_card(card).encode())
    from explorer.ml.classifier import Classifier

    Classifier(Run(run.folder, card))


def convert_to_litert(run: Run, *, float16: bool = False) -> bytes:
    """Convert a run's model to LiteRT with a batch of one.

    Parameters
    ----------
    run : Run
    float16 : bool
        Store the weights in half precision.
    """
    import keras
    import tensorflow as tf

    # The file may come from another backend's process; TensorFlow converts it in this one.
    if keras.backend.backend() != "tensorflow":
        raise ModelError("LiteRT export needs the TensorFlow backend: run train.py --export RUN.")
    from explorer.ml.inspection import load_network

    network = load_network(run)
    options: dict[str, Any] = {}
    if float16:
        options["optimizations"] = [tf.lite.Optimize.DEFAULT]
        options["target_spec"] = {"supported_types": [tf.float16]}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.tflite"
        network.export(file, format="litert", verbose=False, **options)
        return file.read_bytes()


def check_golden(run: Run, file: str, outputs: npt.NDArray[np.floating[Any]]) -> None:
    """Compare what a model file answered to the golden inputs with the card.

    Parameters
    ----------
    run : Run
    file : str
        Which of the run's model files.
    outputs : (pictures, outputs) float

    Raises
    ------
    ModelError
        The file has not one output for each class, or does not compute what it computed when the
        run was made.
    """
    classes = len(run.card.classes)
    if outputs.ndim != 2 or outputs.shape[1] != classes:
        shape = "×".join(str(length) for length in outputs.shape[1:])
        raise ModelError(
            f"“{run.name}/{file}” was not opened: it gives {shape} values for a picture, its card "
            f"names {classes} classes."
        )
    # A file that the card does not know answers like the model it should have been made from.
    golden = run.card.golden.get(file) or run.card.golden.get("model.keras")
    if golden is None:
        return
    expected = golden.outputs
    difference = float("inf")
    if [len(row) for row in expected] == [classes] * len(outputs):
        difference = float(np.max(np.abs(np.asarray(expected) - outputs), initial=0.0))
    if not difference <= golden.tolerance:  # put this way round, a NaN is refused as well
        raise ModelError(
            f"“{run.name}/{file}” does not compute what its card says: its check differs by "
            f"{difference:.2g}, allowed are {golden.tolerance:.2g}."
        )
