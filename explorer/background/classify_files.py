"""Classify picture files, many at a time, in a process of their own."""

import os
from collections.abc import Iterable, Iterator
from itertools import tee
from pathlib import Path

from explorer.background.blocking_worker import BlockingWorker
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.core.models.requests import ClassifyFile, OpenModel
from explorer.errors import ExplorerError
from explorer.ml.worker import role_for


def classify_files(model: Model, paths: Iterable[Path]) -> Iterator[Prediction]:
    """Read and classify files on as many threads as the model can use, and answer in their order.

    A picture that cannot be classified gets a prediction with the reason.

    Parameters
    ----------
    paths : iterable of Path
        Taken as they are needed.

    Raises
    ------
    ExplorerError
        The model cannot be opened, or ends every process that opens it.
    """
    role = role_for(model.path)
    threads = (os.cpu_count() or 1) if role == "classifier" else 1
    with BlockingWorker(role, model.path, threads=threads) as worker:
        worker.ask(OpenModel(model.use))
        names, asked = tee(paths)
        answers = worker.ask_each(ClassifyFile(model.use, path) for path in asked)
        for path, answer in zip(names, answers, strict=True):
            if isinstance(answer, ExplorerError):
                yield Prediction(str(path), error=answer)
            else:
                yield Prediction(
                    str(path), model.classes, answer.probabilities, novelty=answer.novelty
                )
