"""Classify picture files, many at a time, in a process of their own."""

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, repeat, tee
from pathlib import Path

from explorer import paths as own_paths
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.core.models.requests import OpenModel, Request, SurveyFiles
from explorer.core.models.survey import Surveyed
from explorer.errors import ExplorerError
from explorer.ml.forked import answer_forked
from explorer.ml.worker import answer, role_for

FIRST_BATCHES = (1, 1, 2, 4, 8)
BATCH = 16
"""How many files are asked about at once: the message then costs nothing beside the work."""


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
    left = iter(paths)
    first = tuple(islice(left, 2))
    if len(first) == 1 and (one := _answer_at_once(model, first)) is not None:
        yield from _predictions(model, first, one)
        return
    from explorer.background.blocking_worker import BlockingWorker  # one picture needs it not

    role = role_for(model.path)
    threads = (os.cpu_count() or 1) if role == "classifier" else 1
    with BlockingWorker(role, model.path, threads=threads) as worker:
        worker.ask(OpenModel(model.use))
        asked, batches = tee(_batches(chain(first, left)))
        requests: Iterator[Request[Surveyed]] = (
            SurveyFiles(model.use, batch, is_measured=False) for batch in batches
        )
        answers = worker.ask_each(requests)
        for batch, found in zip(asked, answers, strict=True):
            yield from _predictions(model, batch, found)


def _answer_at_once(model: Model, paths: tuple[Path, ...]) -> Surveyed | None:
    """Classify one picture without another process; None where that one is needed."""
    if role_for(model.path) != "classifier" or not own_paths.is_bundled(model.path):
        return None
    request = SurveyFiles(model.use, paths, is_measured=False)
    return answer_forked(request, answer, own_paths.user_state() / "classifier.log")


def _batches(paths: Iterable[Path]) -> Iterator[tuple[Path, ...]]:
    """Yield files together, few at first, so that something is seen at once."""
    left = iter(paths)
    for size in chain(FIRST_BATCHES, repeat(BATCH)):
        batch = tuple(islice(left, size))
        if not batch:
            return
        yield batch


def _predictions(
    model: Model, paths: Sequence[Path], answer: Surveyed | ExplorerError
) -> Iterator[Prediction]:
    for place, path in enumerate(paths):
        if isinstance(answer, ExplorerError):
            yield Prediction(str(path), error=answer)
        elif place in answer.errors:
            yield Prediction(str(path), error=answer.errors[place].to_error())
        else:
            novelty = float(answer.novelty[place])
            yield Prediction(
                str(path),
                model.classes,
                tuple(answer.probabilities[place].tolist()),
                novelty=novelty if math.isfinite(novelty) else None,
            )
