"""Classify picture files, many at a time."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from explorer.core.images.read import read_picture
from explorer.core.models.prediction import Prediction
from explorer.errors import ExplorerError
from explorer.ml.models.adapter import ModelAdapter

_AHEAD = 4
"""So many files for each thread are asked for ahead: a slow one keeps no thread from working."""


def classify_files(model: ModelAdapter, paths: Iterable[Path]) -> Iterator[Prediction]:
    """Read and classify files on as many threads as the model can use, and answer in their order.

    A picture that cannot be read gets a prediction with the reason.

    Parameters
    ----------
    paths : iterable of Path
        Taken as they are needed.
    """
    running: deque[Future[Prediction]] = deque()
    with ThreadPoolExecutor(model.threads, thread_name_prefix="classify") as threads:
        for path in paths:
            running.append(threads.submit(_classify_file, model, path))
            if len(running) > _AHEAD * model.threads:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _classify_file(model: ModelAdapter, path: Path) -> Prediction:
    try:
        probabilities = model.classify(read_picture(path).picture)
    except ExplorerError as error:
        return Prediction(str(path), error=error)
    return Prediction(str(path), model.run.card.classes, probabilities)
