"""Checks of a `.keras` file before anything of it is loaded; they need no Keras.

Refused, each with its reason:

- what is not a zip archive, or has members that a Keras model does not have, or one twice;
- archives that would unpack to more than 2 GB, or a member to more than 100 times its size;
- a config.json of more than 16 MB, or one that is damaged or nested too deeply;
- layers that hold code (Lambda and those that wrap other programs' models), and classes and
  functions from outside Keras;
- arrays that would take more than half a GB for one picture;
- more weights than the file holds.

Keras builds what the config describes before it compares it with the stored weights: a file of
20 KB can make it take many GB.
"""

import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from explorer.core.text.shorten import shorten
from explorer.errors import ModelError
from explorer.ml.models.signature import reason_against_array

MAX_UNPACKED_BYTES = 2 << 30
MAX_EXPANSION = 100
MAX_CONFIG_BYTES = 16 << 20

_SMALL_BYTES = 1 << 20
_WEIGHTS_PER_BYTE = 2  # quantised to 4 bits, there are as many
_CONFIG = "config.json"
_MEMBERS = {_CONFIG, "metadata.json", "model.weights.h5", "model.weights.npz"}
_HOLD_CODE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "FlaxLayer", "JaxLayer"}


def check_keras_file(file: Path) -> None:
    """Refuse a `.keras` file that is damaged, holds code, or would take far more than it holds.

    Raises
    ------
    ModelError
        It is one of those; the text is the reason alone.
    OSError
        It cannot be read.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_members(members)
            text = archive.read(_CONFIG)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError) as error:
        raise ModelError("the file is damaged or truncated") from error
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError("its config.json is damaged") from error
    _check_config(config, sum(one.file_size for one in members if "weights" in one.filename))


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if _CONFIG not in names:
        raise ModelError("the file is damaged or truncated")
    for name in names:
        if name not in _MEMBERS and not name.startswith("assets/"):
            raise ModelError(f"it contains “{shorten(name)}”, which is not part of a Keras model")
    if len(set(names)) < len(names):
        raise ModelError("the file is damaged: it has two members of the same name")
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise ModelError(f"it would unpack to more than {MAX_UNPACKED_BYTES >> 30} GB")
    for member in members:
        limit = max(_SMALL_BYTES, MAX_EXPANSION * member.compress_size)
        if member.filename == _CONFIG:
            limit = MAX_CONFIG_BYTES
        if member.file_size > limit:
            raise ModelError(
                f"“{shorten(member.filename)}” in it would unpack to "
                f"{member.file_size / 1e6:,.0f} MB"
            )


def _check_config(config: Any, stored_bytes: int) -> None:
    weights = 0
    for entry in _entries(config):
        name, module = entry.get("class_name"), entry.get("module")
        if name in _HOLD_CODE:
            raise ModelError(
                f"it contains a {name} layer, which could run any code on this computer"
            )
        if isinstance(module, str) and module.partition(".")[0] not in ("keras", "builtins"):
            raise ModelError(
                f"it contains “{shorten(f'{module}.{name}')}”, which is not part of Keras"
            )
        for shape in _shapes(entry):
            if reason := reason_against_array(shape):
                raise ModelError(reason)
        weights += _least_weights(entry)
    if weights > _SMALL_BYTES + _WEIGHTS_PER_BYTE * stored_bytes:
        raise ModelError(
            f"its layers need {weights / 1e6:,.0f} million weights, which are not in the file"
        )


def _entries(config: Any) -> Iterator[dict[str, Any]]:
    """Return every object of a config, however deep."""
    left = [config]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield value
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)


def _shapes(entry: dict[str, Any]) -> Iterator[list[Any]]:
    """Return the shapes that an object names, of inputs and of what flows between layers."""
    for key in ("batch_shape", "batch_input_shape", "input_shape", "build_input_shape", "shape"):
        if isinstance(entry.get(key), list):
            yield entry[key]


def _least_weights(layer: dict[str, Any]) -> int:
    """Return how many weights a layer has at least; 0 for anything else."""
    config, built = layer.get("config"), layer.get("build_config")
    if not isinstance(config, dict):
        return 0
    shape = built.get("input_shape") if isinstance(built, dict) else None
    axis = 1 if config.get("data_format") == "channels_first" else -1
    channels = 1
    if isinstance(shape, list) and len(shape) > 1 and isinstance(shape[axis], int):
        channels = max(1, shape[axis])
    outputs = max(_whole(config.get(key)) for key in ("filters", "units", "output_dim"))
    inputs = _whole(config.get("input_dim")) or channels // (_whole(config.get("groups")) or 1)
    kernel = config.get("kernel_size")
    name = str(layer.get("class_name"))
    if isinstance(kernel, list):
        area = math.prod(map(_whole, kernel))
    else:  # one length for all axes
        area = (_whole(kernel) or 1) ** (3 if name.endswith("3D") else 2)
    if outputs == 0:
        return area * channels * _whole(config.get("depth_multiplier"))
    if name.startswith("Separable"):
        return inputs * (area + outputs)
    return area * inputs * outputs


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
