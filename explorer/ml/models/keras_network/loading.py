"""Keras files opened in safe mode, on any backend."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras

from explorer.core.files.names import printable_name
from explorer.core.models.run_folder import KERAS_FILE, Run
from explorer.errors import ModelError
from explorer.ml.keras_files.allowed import HARD_SIGMOID_OF_KERAS_2
from explorer.ml.keras_files.keras_config import KerasConfig
from explorer.ml.models.golden import check_golden, compute_golden_outputs
from explorer.ml.models.keras_file import check_keras_file
from explorer.ml.models.keras_network.hdf5_weights import load_hdf5_weights
from explorer.ml.models.keras_network.reasons import reason_of
from explorer.ml.models.signature import reason_against_inputs


def load_network(run: Run) -> keras.Model:
    """Load a run's Keras model in safe mode and check it against its card.

    Raises
    ------
    ModelError
        The file is damaged, holds code, or does not compute what the card says.
    """
    name = f"{run.name}/{KERAS_FILE}"
    network = load_file(run.keras_file, name)
    reason = _reason_against(network, run.card.input_size)
    if reason:
        raise ModelError.not_opened(name, reason)
    try:
        outputs = compute_golden_outputs(network, run.card.input_size)
    except Exception as error:  # a stranger's file: Keras raises many kinds
        height, width = run.card.input_size  # TensorFlow's own words are long
        reason = f"it cannot be run on a picture of {width}×{height} ({type(error).__name__})"
        raise ModelError.not_opened(name, reason) from error
    check_golden(run, KERAS_FILE, outputs)
    return network


def load_file(file: Path, name: str) -> keras.Model:
    """Load a Keras file in safe mode, after it was checked.

    Parameters
    ----------
    file : Path
        A `.keras` or `.h5` file.
    name : str
        What to call it in a sentence.

    Raises
    ------
    ModelError
        The file is damaged, or holds code or what is not part of Keras.
    """
    try:
        network = _load(file, check_keras_file(file))
    except Exception as error:  # a stranger's file: Keras raises many kinds
        is_known = isinstance(error, ModelError)
        reason = str(error) if is_known else _reason(error, file)
        raise ModelError.not_opened(name, printable_name(reason)) from error
    if not isinstance(network, keras.Model):
        reason = f"it is a single layer, {type(network).__name__}, not a model"
        raise ModelError.not_opened(name, reason)
    if not network.built:
        reason = "it has no weights: it was saved before it had seen any input"
        raise ModelError.not_opened(name, reason)
    return network


def _load(file: Path, found: KerasConfig) -> Any:
    suffix = {"keras": ".keras", "hdf5": ".h5"}[found.kind]
    with _named(file, suffix) as path:
        if found.translated is found.config:
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        config = json.dumps(found.translated)
        network = keras.models.model_from_json(
            config, custom_objects={HARD_SIGMOID_OF_KERAS_2: _hard_sigmoid_of_keras_2}
        )
        if found.kind == "keras":
            keras.saving.load_weights(network, path)
        else:
            load_hdf5_weights(network, path)
        return network


@contextmanager
def _named(file: Path, suffix: str) -> Iterator[Path]:
    """Give a file the suffix by which Keras tells formats, whatever it is called."""
    if file.suffix == suffix:
        yield file
        return
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:  # a confined process makes no links
        yield Path(shutil.copyfile(file, Path(folder, f"model{suffix}")))


def _hard_sigmoid_of_keras_2(values: Any) -> Any:
    return keras.ops.clip(0.2 * values + 0.5, 0.0, 1.0)


def _reason_against(network: Any, input_size: tuple[int, int]) -> str:
    """Say why the model of a run cannot classify pictures; empty where it may be able to."""
    reason = reason_against_inputs([given.shape for given in network.inputs], input_size)
    if not reason and len(network.outputs) != 1:
        return f"it has {len(network.outputs)} outputs, not one"
    return reason


def _reason(error: Exception, file: Path) -> str:
    """Say why Keras did not load a file: its own texts are long, and wrong for damaged files."""
    text = str(error)
    if not file.is_file():
        return "the file no longer exists"
    if isinstance(error, (zipfile.BadZipFile, KeyError)):
        return "the file is damaged or truncated"
    if "arbitrary code" in text or "unsafe" in text:
        return "it contains code, which could do anything on this computer"
    return reason_of(error, "load")
