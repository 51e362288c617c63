"""Every format of model files that the program opens."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from explorer.core.files.names import printable_name
from explorer.core.model_files.kinds import ModelKind, check_kind, kind_of
from explorer.core.models.run_folder import KERAS_FILE, LITERT_FILE, is_run, read_run
from explorer.errors import ModelError
from explorer.ml.models.adapter import Ability, ModelAdapter
from explorer.ml.models.keras_settings import choose_keras_settings


def _litert() -> type[ModelAdapter]:
    from explorer.ml.models.litert import LiteRTAdapter

    return LiteRTAdapter


def _litert_file() -> type[ModelAdapter]:
    from explorer.ml.models.litert_file import LiteRTFileAdapter

    return LiteRTFileAdapter


def _onnx() -> type[ModelAdapter]:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # ONNX Runtime would report each use to its makers
    from explorer.ml.models.onnx.model import OnnxAdapter

    return OnnxAdapter


def _saved_model() -> type[ModelAdapter]:
    from explorer.ml.models.saved_model import SavedModelAdapter

    return SavedModelAdapter


def load_keras() -> type[ModelAdapter]:
    """Import Keras on TensorFlow, which takes seconds, and return its adapter."""
    choose_keras_settings("tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # one picture at a time needs no GPU
    from explorer.ml.models.keras_model import KerasAdapter

    return KerasAdapter


class Format(NamedTuple):
    """A format of model files.

    Attributes
    ----------
    can_open : callable
        Whether a path is, or a run folder has, a file of this format; imports nothing heavy.
    load : callable
        Imports the adapter.
    """

    can_open: Callable[[Path], bool]
    load: Callable[[], type[ModelAdapter]]


def _is(*kinds: ModelKind) -> Callable[[Path], bool]:
    return lambda path: kind_of(path) in kinds


FORMATS = (
    Format(lambda path: is_run(path) and (path / LITERT_FILE).is_file(), _litert),
    Format(_is(ModelKind.LITERT), _litert_file),
    Format(_is(ModelKind.ONNX), _onnx),
    Format(_is(ModelKind.SAVED_MODEL), _saved_model),
    Format(lambda path: is_run(path) and (path / KERAS_FILE).is_file(), load_keras),
    Format(_is(ModelKind.KERAS, ModelKind.HDF5), load_keras),
)
"""The lightest first; a new format is one more."""


def open_model(path: Path, ability: Ability | None = None) -> ModelAdapter:
    """Open a model by the lightest format that can do what is wanted.

    Parameters
    ----------
    path : Path
        A run folder, a SavedModel folder or a model file.
    ability : Ability, optional
        What it must be able to do besides classifying.

    Raises
    ------
    ModelError
        The file is damaged, holds code or does not compute what the card says; or there is no file
        of a format that can do that.
    """
    return choose_adapter(path, ability)(path, read_run(path) if is_run(path) else None)


def choose_adapter(path: Path, ability: Ability | None = None) -> type[ModelAdapter]:
    """Return what `open_model` opens a model with; raises ModelError where nothing does."""
    check_kind(path)
    weaker = ""
    for one in FORMATS:
        if one.can_open(path):
            adapter = one.load()
            if ability in {None, *adapter.abilities}:
                return adapter
            weaker = adapter.format
    wanted = "classify" if ability is None else ability.value
    name = printable_name(path)
    if weaker:
        raise ModelError(
            f"“{name}” cannot {wanted}, as no {weaker} model can: use the Keras model that it was "
            "made from."
        )
    raise ModelError(f"“{name}” has no model file that can {wanted}.")
