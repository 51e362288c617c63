"""What a child process answers. TensorFlow and LiteRT load inside its functions."""

import contextlib
import gc
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, cast

import cv2

from explorer.core.files.names import printable_name
from explorer.core.images.read import decode_picture, read_picture, read_picture_bytes
from explorer.core.layers.architecture import Architecture
from explorer.core.model_files.kinds import is_light
from explorer.core.models import messages
from explorer.core.models.explanations import METHODS, why_no_gradients
from explorer.core.models.messages import ERROR, READY, STOP, VALUE, ErrorMessage, Message
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import (
    REQUESTS,
    ClassifyContent,
    ClassifyFile,
    ClassifyPicture,
    ComputeFeatureMaps,
    ComputeFilmstrip,
    DescribeLayers,
    ExplainClass,
    ExplainValue,
    JudgeExplanation,
    MeasureField,
    OpenModel,
    ReadArchitecture,
    ReadWeights,
    Request,
    SaveModel,
    SurveyContents,
    SurveyFiles,
)
from explorer.core.models.run_folder import LITERT_FILE, MODEL_FILES, is_run, read_run
from explorer.errors import ExplorerError, ModelError, WorkerError
from explorer.ml.architecture.read import can_read_architecture, read_architecture
from explorer.ml.models.adapter import Ability, ModelAdapter
from explorer.ml.models.formats import choose_adapter, load_keras
from explorer.ml.models.surveying import contents_of, survey

Role = Literal["classifier", "network"]

_OF_MANY = {SurveyFiles.__name__, SurveyContents.__name__}


def role_for(path: Path) -> Role:
    """Return what kind of process classifies with a model.

    Parameters
    ----------
    path : Path
        A run folder, a SavedModel folder or a model file.
    """
    if is_run(path):
        return "classifier" if (path / LITERT_FILE).is_file() else "network"
    return "classifier" if is_light(path) else "network"


def inspector_role_for(path: Path) -> Role:
    """Return what kind of process runs a model layer by layer.

    Parameters
    ----------
    path : Path
        As for `role_for`.
    """
    return "network" if is_run(path) else role_for(path)


def answer_requests(connection: Connection, role: Role, threads: int) -> None:
    """Answer requests until the other end closes.

    A message is a request by its kind; its answer has the same number and is a value or an error.
    The first message says that the process is ready.

    Parameters
    ----------
    role : {"classifier", "network"}
        What it is for: "network" imports Keras before it is ready.
    threads : int
        How many requests are worked on at once.
    """
    if role == "network":
        # TensorFlow and Keras import these where they are installed, for what is not used here: a
        # second of a start, and seconds for matplotlib to list the fonts of a home that is empty.
        cast("dict[str, object]", sys.modules).update(dict.fromkeys(("matplotlib", "jax")))
        load_keras()
    sending = threading.Lock()

    def send(number: int, kind: str, value: Any = None) -> None:
        packed = messages.pack(number, kind, value)
        # Where the window is gone, the next `receive` says so.
        with sending, contextlib.suppress(OSError):
            messages.send_packed(connection, packed)

    def work(message: Message) -> None:
        name = "the model"
        try:
            request = message.read(REQUESTS[message.kind])
            name = printable_name(request.model.path)
            found = answer(request)
            try:
                send(message.number, VALUE, found)
            except ValueError as error:  # of a damaged file
                raise ModelError.not_opened(name, f"the file is damaged: {error}") from error
        except ExplorerError as error:
            send(message.number, ERROR, ErrorMessage.of(error))
        except Exception as error:
            traceback.print_exc()  # into the process's log
            kind = type(error).__name__
            trouble = WorkerError(
                f"The {role} process failed at “{name}” ({kind}); its log tells more."
            )
            send(message.number, ERROR, ErrorMessage.of(trouble))

    cv2.setNumThreads(1)  # one picture is worked on for each core as it is
    send(0, READY)
    # Many pictures take long: what a person waits for meanwhile has threads of its own.
    with (
        ThreadPoolExecutor(threads) as many,
        ThreadPoolExecutor(threads) as single,
        contextlib.suppress(EOFError, OSError),
    ):
        while (message := messages.receive(connection)).kind != STOP:
            if threads == 1:  # Keras is at home on the main thread
                work(message)
            else:
                (many if message.kind in _OF_MANY else single).submit(work, message)


def answer(request: Request[Any]) -> Any:
    """Do what a request asks for, and return its answer; ExplorerError where it cannot be done."""
    # What looks into a network is imported where it is asked for: to classify begins sooner.
    match request:
        case ClassifyFile(use, path):
            return _open(use).classify(read_picture(path).picture, use)
        case ClassifyContent(use, name, content):
            return _open(use).classify(decode_picture(content.tobytes(), name=name).picture, use)
        case ClassifyPicture(use, picture):
            return _open(use).classify(picture, use)
        case SurveyFiles(use, paths, is_measured):
            files = [partial(read_picture_bytes, path) for path in paths]
            return survey(_open(use), use, [path.name for path in paths], files, is_measured)
        case SurveyContents(use, names, _, _, _, is_measured):
            return survey(_open(use), use, names, contents_of(request), is_measured)
        case OpenModel(use):
            return _open(use).format
        case ReadArchitecture(use) if can_read_architecture(use.path):
            return _read(use.path, _changes(use.path), use.preparation.size)
        case ReadArchitecture(use) | DescribeLayers(use):
            return _open(use, Ability.LAYERS).describe(use.preparation.size)
        case ComputeFeatureMaps(use, layer, picture):
            inputs = use.preparation.prepare(picture)[None]
            return _open(use, Ability.LAYERS).feature_maps(layer, inputs)
        case SaveModel(use):
            return _open(use, Ability.EDITS).save()
        case ExplainValue(use, layer, row, column, channel, picture):
            from explorer.ml.inspection.requests import explain_layer_value

            inputs = use.preparation.prepare(picture)[None]
            opened = _open(use, Ability.ARITHMETIC)
            return explain_layer_value(opened, use, layer, (row, column, channel), inputs)
        case MeasureField(use, layer, row, column, channel, picture):
            from explorer.ml.inspection.requests import measure_field

            inputs = use.preparation.prepare(picture)[None]
            opened = _open(use, Ability.GRADIENTS)
            return measure_field(opened, layer, (row, column, channel), inputs)
        case ReadWeights(use, layer):
            from explorer.ml.inspection.requests import read_weights

            return read_weights(_open(use, Ability.WEIGHTS), use, layer)
        case ComputeFilmstrip(use, layers, picture):
            from explorer.ml.inspection.film import make_filmstrip

            inputs = use.preparation.prepare(picture)[None]
            return make_filmstrip(_open(use, Ability.LAYERS), layers, inputs)
        case ExplainClass(use, _, method):
            from explorer.ml.explanation.explain import explain

            try:  # with gradients come the logits
                opened = _open(use, Ability.GRADIENTS)
            except ModelError:
                opened = _open(use)
                if METHODS[method].needs_gradients:
                    raise ModelError(why_no_gradients(method, opened.format)) from None
            return explain(opened, request)
        case JudgeExplanation(use):
            from explorer.ml.explanation.judge import judge  # SciPy takes a while

            return judge(_open(use), request)
    raise NotImplementedError(type(request).__name__)


_FILES = ("", *MODEL_FILES)
_opening = threading.Lock()


def _open(use: ModelUse, ability: Ability | None = None) -> ModelAdapter:
    """Open a model, or return it where it is open; one made anew is opened anew.

    ModelError as for `open_model`, or where the model, which was there when it was listed, is gone.
    """
    changed = _changes(use.path)
    if max(changed) == 0:
        raise ModelError(f"The model “{printable_name(use.path)}” no longer exists.")
    wanted = Ability.EDITS if use.edits else ability  # what can be changed can do all else
    with _opening:
        opened = _opened(use.path, changed, choose_adapter(use.path, wanted))
        if isinstance(opened, ModelError):
            raise opened.with_traceback(None)  # or each time would be added to it
        opened.edit(use.edits)
    return opened


@lru_cache(maxsize=2)  # who opens a model asks, and then who looks into it
def _read(path: Path, changed: tuple[int, ...], size: tuple[int, int]) -> Architecture:
    return read_architecture(path, size)


def _changes(path: Path) -> tuple[int, ...]:
    return tuple(_changed_at(path / file) for file in _FILES)


def _changed_at(file: Path) -> int:
    """Return when a file was changed, in nanoseconds; 0 where there is none."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=2)  # two to compare; each takes some 30 MB and more
def _opened(
    path: Path, changed: tuple[int, ...], adapter: type[ModelAdapter]
) -> ModelAdapter | ModelError:
    """Return a model, or why it cannot be opened: a thousand pictures ask for it in turn."""
    gc.collect()  # what held the models before this one holds itself, in circles
    try:
        return adapter(path, read_run(path) if is_run(path) else None)
    except ModelError as error:
        return error
