"""Open a model for a command: what its file does not say is assumed, as in the window."""

from pathlib import Path

from explorer.background.blocking_worker import BlockingWorker
from explorer.core.layers.architecture import Architecture
from explorer.core.model_files.kept import recall
from explorer.core.model_files.opening import assume_with_files
from explorer.core.models.assumptions import Assumed
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import ReadArchitecture


def read_model(path: Path) -> tuple[Assumed, Architecture]:
    """Read a model file in a process of its own.

    Raises
    ------
    ExplorerError
        It cannot be read; one sentence with the reason.
    """
    with BlockingWorker("classifier", path) as worker:
        architecture = worker.ask(ReadArchitecture(ModelUse(path)))
    return recall(assume_with_files(path, architecture)), architecture
