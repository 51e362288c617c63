"""What a child process runs. Light to import: TensorFlow and LiteRT load inside its functions."""

import os
import signal
import sys
from collections.abc import Callable
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.core.files.names import printable_name
from explorer.core.images.read import Picture, read_picture
from explorer.core.models.layers import FeatureMaps, LayerInfo
from explorer.core.models.prediction import Prediction
from explorer.core.models.run_folder import read_run
from explorer.errors import ExplorerError, ModelError, WorkerError

if TYPE_CHECKING:
    from explorer.ml.models.keras_model import InspectedNetwork
    from explorer.ml.models.litert import Classifier

CLASSIFIER = "classifier"
NETWORK = "network"


def serve(connection: Connection, role: str, log: Path | None) -> None:
    """Answer requests until the other end closes.

    A request is (number, verb, arguments); its answer is (number, value, error), one of the two
    None. An answer of number 0 says that the process is ready.

    Parameters
    ----------
    connection : Connection
    role : {"classifier", "network"}
        Which verbs it knows.
    log : Path or None
        Takes whatever the libraries print.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the window's to answer
    if log is not None:
        _redirect_output(log)
    verbs = _VERBS[role]
    if role == NETWORK:
        _prepare_keras()
    connection.send((0, None, None))
    while True:
        try:
            request = connection.recv()
        except EOFError:
            return
        if request is None:
            return
        number, verb, arguments = request
        answer: tuple[int, Any, ExplorerError | None]
        try:
            answer = (number, verbs[verb](*arguments), None)
        except ExplorerError as error:
            answer = (number, None, error)
        except Exception as error:  # foreign exceptions do not cross the pipe
            answer = (number, None, WorkerError(f"The {role} process could not do it: {error!r}."))
        connection.send(answer)


def classify_file(run_folder: Path, path: Path) -> Prediction:
    """Read a picture file and classify it with LiteRT."""
    return classify_picture(run_folder, read_picture(path).picture, str(path))


def classify_picture(run_folder: Path, picture: Picture, name: str) -> Prediction:
    """Classify a picture with LiteRT, or with Keras where the run has no LiteRT file."""
    identity = _identity(run_folder)
    if read_run(run_folder).litert_file.is_file():
        return _load_classifier(*identity).classify(picture, name)
    return _load_network(*identity).classify(picture, name)


def describe_layers(run_folder: Path) -> tuple[LayerInfo, ...]:
    """Return the layers of a run's model."""
    return _load_network(*_identity(run_folder)).layers()


def compute_feature_maps(run_folder: Path, layer: str, picture: Picture) -> FeatureMaps:
    """Return a layer's output for a picture."""
    return _load_network(*_identity(run_folder)).feature_maps(layer, picture)


_CLASSIFY: dict[str, Callable[..., Any]] = {
    "classify_file": classify_file,
    "classify_picture": classify_picture,
}
_VERBS: dict[str, dict[str, Callable[..., Any]]] = {
    CLASSIFIER: _CLASSIFY,
    NETWORK: {
        **_CLASSIFY,
        "describe_layers": describe_layers,
        "compute_feature_maps": compute_feature_maps,
    },
}


def _identity(run_folder: Path) -> tuple[Path, int]:
    """Return a run's folder and the time of its card: a run made anew is loaded anew.

    Raises
    ------
    ModelError
        It was a run when it was listed, and is none now.
    """
    try:
        return run_folder, (run_folder / "card.json").stat().st_mtime_ns
    except OSError as error:
        raise ModelError(
            f"The model “{printable_name(run_folder)}” is not there any more."
        ) from error


@lru_cache(maxsize=2)
def _load_classifier(run_folder: Path, changed: int) -> "Classifier":
    from explorer.ml.models.litert import Classifier

    return Classifier(read_run(run_folder))


@lru_cache(maxsize=2)
def _load_network(run_folder: Path, changed: int) -> "InspectedNetwork":
    _prepare_keras()
    from explorer.ml.models.keras_model import InspectedNetwork

    return InspectedNetwork(read_run(run_folder))


def _prepare_keras() -> None:
    """Choose the backend and import it, before anything asks for it."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # one picture at a time needs no GPU
    import keras  # noqa: F401


def _redirect_output(log: Path) -> None:
    """Send this process's output to a file: a window has no terminal, and libraries chatter."""
    log.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(handle, stream)
    os.close(handle)
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
