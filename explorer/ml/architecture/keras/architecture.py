"""The architecture of a Keras file, read without Keras."""

import re
from dataclasses import replace
from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.layers.architecture import Architecture
from explorer.core.models.run_folder import KERAS_FILE
from explorer.errors import ModelError
from explorer.ml.architecture.keras.graph import architecture_of
from explorer.ml.keras_files.keras_config import KerasConfig, read_keras_config

_SEED_TYPE = "uint32"
"""Of what dropout layers keep to draw random numbers from: no weights, and Keras counts none."""


def read_keras_architecture(path: Path, input_size: tuple[int, int]) -> Architecture:
    """Read the layers of a `.keras` or HDF5 file, or of a run folder.

    Layers that Keras does not have, or must not load, are listed with their `problem`.

    Parameters
    ----------
    path : Path
    input_size : (int, int)
        Height and width of the picture, where the file leaves them free.

    Raises
    ------
    ModelError
        One sentence that names the file.
    """
    is_folder = path.is_dir()
    name = f"{printable_name(path)}/{KERAS_FILE}" if is_folder else printable_name(path)
    try:
        found = read_keras_config(path / KERAS_FILE if is_folder else path)
        return _described(found, input_size)
    except ModelError as error:
        raise ModelError.not_opened(name, str(error)) from error


def _described(found: KerasConfig, input_size: tuple[int, int]) -> Architecture:
    stored = {
        layer: [array.shape for array in arrays if array.dtype != _SEED_TYPE]
        for layer, arrays in found.layer_arrays.items()
    }
    reasons = {part.layer: f"It cannot be run: {part.reason}." for part in found.forbidden}
    architecture = architecture_of(found.translated, input_size, stored, reasons)
    return replace(
        architecture,
        format=_format(found),
        made_by=f"Keras {found.keras_version}" if found.keras_version else "",
        limits=tuple(dict.fromkeys([*reasons.values(), *_limits(found, architecture)])),
    )


def _limits(found: KerasConfig, architecture: Architecture) -> tuple[str, ...]:
    is_unbuilt = architecture.inputs and architecture.inputs[0].shape is None
    if is_unbuilt and found.kind != "json" and not found.arrays:
        return ("It cannot be run: it has no weights: it was saved before it had seen any input.",)
    return architecture.limits


def _format(found: KerasConfig) -> str:
    number = re.match(r"\d+", found.keras_version)
    keras = f"Keras {number.group()}" if number else "Keras"
    return {"keras": keras, "hdf5": f"{keras} (HDF5)", "json": f"{keras} (config)"}[found.kind]
