"""Reading the architecture of a model out of its file, whatever its format."""

from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.layers.architecture import Architecture
from explorer.core.model_files.kinds import ModelKind, kind_of
from explorer.core.models.run_folder import KERAS_FILE
from explorer.errors import ModelError

_FORMATS = (
    ModelKind.ONNX,
    ModelKind.LITERT,
    ModelKind.SAVED_MODEL,
    ModelKind.KERAS,
    ModelKind.HDF5,
)


def can_read_architecture(path: Path) -> bool:
    """Return whether the layers can be read out of a model's file."""
    return (path / KERAS_FILE).is_file() or kind_of(path) in _FORMATS


def read_architecture(path: Path, input_size: tuple[int, int]) -> Architecture:
    """Read the layers of a model without the framework that would run it.

    Parameters
    ----------
    path : Path
        A run folder, a SavedModel folder or a model file.
    input_size : (int, int)
        Height and width of the picture, where the file leaves them free.

    Raises
    ------
    ModelError
        One sentence that names the file.
    """
    kind = kind_of(path)
    if kind is ModelKind.ONNX:
        from explorer.ml.architecture.onnx.architecture import read_onnx_architecture

        return read_onnx_architecture(path, input_size)
    if kind is ModelKind.LITERT:
        from explorer.ml.architecture.litert.architecture import read_litert_architecture

        return read_litert_architecture(path)
    if kind is ModelKind.SAVED_MODEL:
        from explorer.ml.architecture.saved_model import read_saved_model_architecture

        return read_saved_model_architecture(path)
    if can_read_architecture(path):
        from explorer.ml.architecture.keras.architecture import read_keras_architecture

        return read_keras_architecture(path, input_size)
    raise ModelError(f"The layers of “{printable_name(path)}” cannot be read out of its file.")
