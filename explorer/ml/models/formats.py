"""Every format of model files that the program opens."""

import os
from collections.abc import Callable
from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.model_files.kinds import check_kind
from explorer.core.models.run_folder import is_run, read_run
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
    from explorer.ml.models.onnx_model import OnnxAdapter

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


ADAPTERS: tuple[Callable[[], type[ModelAdapter]], ...] = (
    _litert,
    _litert_file,
    _onnx,
    _saved_model,
    load_keras,
)
"""What imports the adapter of each format, the lightest first; a new format is one more."""


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
    for load in ADAPTERS:
        adapter = load()
        if ability in {None, *adapter.abilities} and adapter.can_open(path):
            return adapter
    wanted = "classify" if ability is None else ability.value
    raise ModelError(f"“{printable_name(path)}” has no model file that can {wanted}.")
