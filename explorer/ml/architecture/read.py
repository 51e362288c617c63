"""Reading the architecture of a model out of its file, whatever its format."""

from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.models.architecture import Architecture
from explorer.errors import ModelError


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
    if path.suffix.lower() == ".onnx":
        from explorer.ml.architecture.onnx_architecture import read_onnx_architecture

        return read_onnx_architecture(path, input_size)
    raise ModelError(f"The layers of “{printable_name(path)}” cannot be read out of its file.")
