"""What a path is that may be a model, by its content: names lie, and some formats share them.

The first bytes are looked at and nothing is parsed: a stranger's file is taken apart in a process
of its own. What cannot be opened has a sentence that says why, and what to do.
"""

import re
from enum import Enum
from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.files.reading import open_regular
from explorer.core.images.signatures import formats_of
from explorer.core.models.run_folder import is_run, is_saved_model
from explorer.errors import ModelError, reason_of

START = 4096
"""How many bytes are looked at."""


class ModelKind(Enum):
    """What a path is; the value says why it is not opened, empty where it may be."""

    RUN = ("run folder", "")
    SAVED_MODEL = ("SavedModel", "")
    KERAS = ("Keras", "")
    HDF5 = ("HDF5", "")
    LITERT = ("LiteRT", "")
    ONNX = ("ONNX", "")
    EMPTY = ("empty file", "the file is empty")
    FOLDER = (
        "folder",
        "it is a folder with neither a card.json, as train.py writes it, nor a saved_model.pb",
    )
    UNPACKED_KERAS = (
        "unpacked Keras model",
        "it is a Keras model that was unpacked: put its files into one archive called name.keras",
    )
    CHECKPOINT = (
        "checkpoint",
        "a checkpoint has weights but no layers: load it into the model that it was made from, "
        "and save that whole with model.save('name.keras')",
    )
    PYTORCH = (
        "PyTorch",
        "a PyTorch file has weights but no graph, and loading it could run any code: export the "
        "model to ONNX with torch.onnx.export",
    )
    SAFETENSORS = (
        "safetensors",
        "a safetensors file has weights but no layers: export the model to ONNX",
    )
    PICKLE = (
        "pickle",
        "it is a Python pickle, and loading it could run any code: save the model in the format "
        "of its own library, or export it to ONNX",
    )
    TENSORFLOW_JS = (
        "TensorFlow.js",
        "it is a TensorFlow.js model: in Teachable Machine, export it as “Tensorflow” or "
        "“Tensorflow Lite” instead",
    )
    KERAS_CONFIG = (
        "Keras config",
        "it has layers but no weights: save the whole model with model.save('name.keras')",
    )
    METADATA = (
        "description",
        "it describes a model and is none: open the model that lies beside it",
    )
    FROZEN_GRAPH = (
        "TensorFlow graph",
        "it is a graph of TensorFlow without its variables: open the SavedModel folder that it "
        "is in",
    )
    CORE_ML = ("Core ML", "it is a model for Apple's Core ML: export the original to ONNX")
    GGUF = ("GGUF", "it is a language model (GGUF), which takes no pictures")
    ARCHIVE = (
        "archive",
        "it is an archive that holds no Keras model: unpack it, and open the model in it",
    )
    WEB_PAGE = (
        "web page",
        "it is a web page: download the file itself, not the page that shows it",
    )
    LFS_POINTER = (
        "Git LFS pointer",
        "it only stands for a file of Git LFS: fetch that with “git lfs pull”",
    )
    PICTURE = ("picture", "it is a picture, not a model")
    TEXT = ("text", "it is a text, not a model")
    UNKNOWN = ("unknown", "it is no model that is known here: open .keras, .h5, .tflite or .onnx")

    def __init__(self, title: str, reason: str) -> None:
        self.title = title
        self.reason = reason


_LIGHT = (ModelKind.LITERT, ModelKind.ONNX)

_SIGNATURES: tuple[tuple[re.Pattern[bytes], ModelKind], ...] = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"\x89HDF\r\n\x1a\n", ModelKind.HDF5),
        (rb"....TFL3", ModelKind.LITERT),
        (rb"GGUF", ModelKind.GGUF),
        (rb"version https://git-lfs", ModelKind.LFS_POINTER),
        (rb"\s*<(!doctype html|html|\?xml|head)", ModelKind.WEB_PAGE),
        (rb"\s*<(!DOCTYPE|HTML)", ModelKind.WEB_PAGE),
        (rb'.{6}\0\0\s*\{\s*"', ModelKind.SAFETENSORS),
        (rb"\x80[\x02-\x05].*torch", ModelKind.PYTORCH),
        (rb"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19\.", ModelKind.PYTORCH),
        (rb"\x80[\x02-\x05]", ModelKind.PICKLE),
        (rb"(\x1f\x8b|7z\xbc\xaf|Rar!|BZh)", ModelKind.ARCHIVE),
        (rb"model_checkpoint_path:", ModelKind.CHECKPOINT),
    )
)
_MEMBERS_OF_KERAS = (b"config.json", b"metadata.json", b"model.weights.h5")
_JSON: tuple[tuple[re.Pattern[bytes], ModelKind], ...] = tuple(
    (re.compile(rb'\s*\{.*"(' + names + rb')"\s*:', re.DOTALL), kind)
    for names, kind in (
        (rb"modelTopology|weightsManifest", ModelKind.TENSORFLOW_JS),
        (rb"tfjsVersion|tmVersion", ModelKind.METADATA),
        (rb"class_name", ModelKind.KERAS_CONFIG),
        (rb"keras_version", ModelKind.METADATA),
    )
)
_BY_NAME: tuple[tuple[re.Pattern[str], ModelKind], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"\.onnx$", ModelKind.ONNX),
        (r"\.(mlmodel|mlpackage)$", ModelKind.CORE_ML),
        (r"\.pb(txt)?$", ModelKind.FROZEN_GRAPH),
        (r"\.index$|\.data-\d{5}-of-\d{5}$|\.ckpt$", ModelKind.CHECKPOINT),
    )
)
_SUFFIXES = re.compile(
    r"\.(keras|h5|hdf5|tflite|lite|onnx|pt|pth|ckpt|safetensors|gguf|mlmodel|pb|pbtxt|index"
    r"|pkl|pickle|joblib|data-\d{5}-of-\d{5})$",
    re.IGNORECASE,
)
_NOT_OF_MODELS = (
    ModelKind.EMPTY,
    ModelKind.ARCHIVE,
    ModelKind.PICKLE,
    ModelKind.WEB_PAGE,
    ModelKind.LFS_POINTER,
    ModelKind.PICTURE,
    ModelKind.TEXT,
    ModelKind.UNKNOWN,
)


def kind_of(path: Path) -> ModelKind:
    """Return what a path is; touches the disk.

    Raises
    ------
    ModelError
        It cannot be read, or is gone.
    """
    if path.is_dir():
        return _kind_of_folder(path)
    name = printable_name(path)
    try:
        with open_regular(path) as file:
            start = file.read(START)
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        reason = "there is no such file" if missing else reason_of(error)
        raise ModelError.not_opened(name, reason) from error
    return kind_by_start(path.name, start)


def kind_by_start(name: str, start: bytes) -> ModelKind:
    """Return what a file is.

    Parameters
    ----------
    name : str
        Its name; it counts only where the content does not tell.
    start : bytes
        Its first bytes, `START` where it has as many.
    """
    if not start:
        return ModelKind.EMPTY
    if start.startswith(b"PK"):
        return _kind_of_archive(start)
    for pattern, kind in (*_SIGNATURES, *_JSON):
        if pattern.match(start):
            return kind
    for named, kind in _BY_NAME:
        if named.search(name):
            return kind
    if formats_of(start):
        return ModelKind.PICTURE
    return ModelKind.TEXT if _is_text(start) else ModelKind.UNKNOWN


def is_of_a_model(start: bytes) -> bool:
    """Say whether first bytes are those of a model or belong to one, whatever the file's name."""
    kind = kind_by_start("", start)
    return kind not in _NOT_OF_MODELS


def has_model_suffix(name: str) -> bool:
    """Say whether a file is called as models and what belongs to them are."""
    return bool(_SUFFIXES.search(name))


def check_kind(path: Path) -> ModelKind:
    """Return what a path is, where it may be opened.

    Raises
    ------
    ModelError
        It may not; the sentence says why and what to do.
    """
    kind = kind_of(path)
    if kind.reason:
        raise ModelError.not_opened(printable_name(path), kind.reason)
    return kind


def is_light(path: Path) -> bool:
    """Say whether a model runs without TensorFlow, or is refused without it."""
    try:
        kind = kind_of(path)
    except ModelError:
        return True
    return kind in _LIGHT or bool(kind.reason)


def _kind_of_folder(folder: Path) -> ModelKind:
    if is_run(folder):
        return ModelKind.RUN
    if is_saved_model(folder):
        return ModelKind.SAVED_MODEL
    if folder.suffix.lower() == ".mlpackage":
        return ModelKind.CORE_ML
    if (folder / "config.json").is_file() and (folder / "model.weights.h5").is_file():
        return ModelKind.UNPACKED_KERAS
    if (folder / "checkpoint").is_file() or (folder / "_CHECKPOINT_METADATA").is_file():
        return ModelKind.CHECKPOINT
    return ModelKind.FOLDER


def _kind_of_archive(start: bytes) -> ModelKind:
    """Tell an archive by its first member: PyTorch's is a pickle, Keras's one of three."""
    length = int.from_bytes(start[26:28], "little")
    first = start[30 : 30 + length]
    if first.endswith((b"/data.pkl", b".storage_alignment", b"/.format_version")):
        return ModelKind.PYTORCH
    if first in _MEMBERS_OF_KERAS or first.startswith(b"assets/"):
        return ModelKind.KERAS
    return ModelKind.ARCHIVE


def _is_text(start: bytes) -> bool:
    return b"\0" not in start and not re.search(rb"[\x01-\x08\x0e-\x1a]", start)
