"""What a Keras file says about itself: its config, the arrays that it stores, who wrote it."""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from explorer.core.files.reading import open_regular
from explorer.core.text.shorten import shorten
from explorer.errors import ModelError, reason_of
from explorer.ml.keras_files.allowed import ForbiddenPart, find_forbidden
from explorer.ml.keras_files.archive import MAX_CONFIG_BYTES, check_members, open_weights
from explorer.ml.keras_files.hdf5 import (
    StoredArray,
    check_heaps,
    list_arrays,
    open_hdf5,
    read_attribute,
)
from explorer.ml.keras_files.translate import translate_config, without_slash

Kind = Literal["keras", "hdf5", "json"]

_MAX_JSON_DEPTH = 300
_MAX_JSON_OBJECTS = 500_000


@dataclass(frozen=True)
class KerasConfig:
    """What a Keras file says about itself.

    Attributes
    ----------
    kind : {"keras", "hdf5", "json"}
        A `.keras` archive, an HDF5 file, or a config alone.
    config : dict
        As the file has it: {"class_name": "Functional", "config": {"layers": [...], ...}}, but for
        how it was trained.
    translated : dict
        The same as Keras 3 takes it, which is another one where an older version wrote it.
    arrays : mapping of str to StoredArray
        What is stored, by path in the HDF5 file: "layers/conv2d/vars/0" of a `.keras` file,
        "model_weights/conv2d/conv2d/kernel:0" of an older one. Empty of a config alone.
    layer_arrays : mapping of str to tuple of StoredArray
        The same by the layer's path, "backbone/conv_1", where it can be told.
    keras_version : str
        As it was saved with; empty where the file does not say.
    backend : str
        The same: "tensorflow", "jax", "torch".
    forbidden : tuple of ForbiddenPart
        What in it keeps Keras from loading it: code, or classes that Keras does not have.
    """

    kind: Kind
    config: dict[str, Any]
    translated: dict[str, Any]
    arrays: Mapping[str, StoredArray] = field(default_factory=dict)
    layer_arrays: Mapping[str, tuple[StoredArray, ...]] = field(default_factory=dict)
    keras_version: str = ""
    backend: str = ""
    forbidden: tuple[ForbiddenPart, ...] = ()


def read_keras_config(path: Path) -> KerasConfig:
    """Read what a Keras file says about itself, without Keras.

    Layers that Keras does not have, or that hold code, are no error: they are in `forbidden`.

    Parameters
    ----------
    path : Path
        A `.keras` archive, an HDF5 file with a model or a config as JSON, whatever its name.

    Raises
    ------
    ModelError
        It is damaged, none of these, or larger than it says; the text is the reason alone.
    """
    try:
        with open_regular(path) as file:
            start = file.read(8)
            file.seek(0)
            if start.startswith(b"PK"):
                return _read_archive(file)
            if start == b"\x89HDF\r\n\x1a\n":
                return _read_hdf5(file)
            text = file.read(MAX_CONFIG_BYTES + 1)
    except OSError as error:
        raise ModelError(reason_of(error)) from error
    if not text.lstrip().startswith(b"{"):
        raise ModelError("it is not a Keras file")
    return _described("json", _parse(text, "it"), {}, {})


def _read_archive(file: Any) -> KerasConfig:
    try:
        with zipfile.ZipFile(file) as archive:
            check_members(archive.infolist())
            config = _parse(archive.read("config.json"), "its config.json")
            metadata = {}
            if "metadata.json" in archive.namelist():
                metadata = _parse(archive.read("metadata.json"), "its metadata.json")
            with open_weights(archive, file) as weights, open_hdf5(weights) as root:
                arrays = list_arrays(root)
    except (zipfile.BadZipFile, LookupError, RuntimeError, EOFError, OSError) as error:
        raise ModelError("the file is damaged or truncated") from error
    return _described("keras", config, metadata, arrays)


def _read_hdf5(file: Any) -> KerasConfig:
    check_heaps(file)
    with open_hdf5(file) as root:
        arrays = list_arrays(root)
        text = read_attribute(root, "model_config")
        if not isinstance(text, str):
            raise ModelError(
                "it has weights but no layers: save the whole model with model.save('name.keras')"
            )
        config = _parse(text, "its model_config")
        metadata = {name: read_attribute(root, name) for name in ("keras_version", "backend")}
    return _described("hdf5", config, metadata, arrays)


def _described(
    kind: Kind,
    config: dict[str, Any],
    metadata: Mapping[str, Any],
    arrays: Mapping[str, StoredArray],
) -> KerasConfig:
    if not isinstance(config.get("class_name"), str):
        raise ModelError("it describes no layers: it is not a Keras model")
    config.pop("compile_config", None)  # loss and metrics: nothing here trains what it opens
    version = shorten(str(metadata.get("keras_version") or config.get("keras_version") or ""))
    try:
        translated = translate_config(config, version)
        return KerasConfig(
            kind,
            config,
            translated,
            arrays,
            _by_layer(config, arrays, kind),
            version,
            shorten(str(metadata.get("backend") or config.get("backend") or "")),
            find_forbidden(translated),
        )
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        # Settings of other types than Keras writes.
        raise ModelError("its config is damaged") from error


def _parse(text: str | bytes, what: str) -> dict[str, Any]:
    if len(text) > MAX_CONFIG_BYTES:
        raise ModelError(f"{what} is larger than {MAX_CONFIG_BYTES >> 20} MB")
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # names may be no text, and go nowhere then
    except RecursionError as error:
        raise ModelError(f"{what} is nested too deeply") from error
    except ValueError as error:
        raise ModelError(f"{what} is damaged") from error
    if not isinstance(found, dict):
        raise ModelError(f"{what} is damaged")
    _check_extent(found, what)
    return found


def _check_extent(found: Any, what: str) -> None:
    """Refuse what is nested so deeply, or is so much, that Keras would not end with it."""
    left, objects = [(found, 0)], 0
    while left:
        value, depth = left.pop()
        inner = value.values() if isinstance(value, dict) else value
        if isinstance(value, (dict, list)):
            objects += 1
            left.extend((one, depth + 1) for one in inner)
        if depth > _MAX_JSON_DEPTH:
            raise ModelError(f"{what} is nested too deeply")
        if objects > _MAX_JSON_OBJECTS:
            raise ModelError(f"{what} lists more than any model has")


def _by_layer(
    config: dict[str, Any], arrays: Mapping[str, StoredArray], kind: Kind
) -> dict[str, tuple[StoredArray, ...]]:
    """Return the arrays of each layer: Keras 3 stores them by class and number, others by name."""
    folders: dict[str, list[StoredArray]] = {}
    for path, array in arrays.items():
        folders.setdefault(f"{path.rpartition('/')[0]}/", []).append(array)
    layers = list(_layers(config, (), ""))
    tops = {f"model_weights/{names[0]}/" for names, _ in layers}
    # A layer may be called like another and a slash: "Conv" and "Conv/BatchNorm".
    top_of = {
        folder: max((top for top in tops if folder.startswith(top)), key=len, default="")
        for folder in (folders if kind == "hdf5" else ())
    }
    found = {}
    for names, place in layers:
        begin, end = f"{place}/", ""
        if kind == "hdf5":
            begin = f"model_weights/{names[0]}/"
            end = f"/{names[-1]}/" if len(names) > 1 else ""
        found["/".join(map(without_slash, names))] = tuple(
            array
            for folder, inside in folders.items()
            if folder.startswith(begin)
            and folder.endswith(end)
            and top_of.get(folder, begin) == begin
            for array in inside
        )
    return found


def _layers(
    model: dict[str, Any], names: tuple[str, ...], place: str
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Return each layer's name after those of the models it is in, and its place in a `.keras`."""
    config = model.get("config")
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list):
        return
    used: dict[str, int] = {}
    for layer in layers:
        if not isinstance(layer, dict) or not isinstance(layer.get("config"), (dict, list)):
            continue
        kind = str(layer.get("class_name"))
        if kind == "InputLayer" and model.get("class_name") == "Sequential":
            continue
        snake = _snake_case(kind)
        number = used[snake] = used.get(snake, -1) + 1
        inner = f"{place}/layers/{snake}" if place else f"layers/{snake}"
        inner = f"{inner}_{number}" if number else inner
        settings = layer["config"]
        own = settings.get("name") if isinstance(settings, dict) else None
        path = (*names, str(own or layer.get("name") or snake))
        yield path, inner
        yield from _layers(layer, path, inner)


def _snake_case(name: str) -> str:
    """Spell a class as Keras does in its files: "Conv2D" as "conv2d"."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
