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
from explorer.errors import ExplorerError, ModelError
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
        yield from predictions_of(model, first, one)
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
            yield from predictions_of(model, batch, found)


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


def predictions_of(
    model: Model, paths: Sequence[Path], answer: Surveyed | ExplorerError
) -> list[Prediction]:
    """Return what the answer to a `SurveyFiles` says of each picture, or why it says nothing."""
    if isinstance(answer, Surveyed):
        answer = _check_fits(model, len(paths), answer)
    if isinstance(answer, ExplorerError):
        return [Prediction(str(path), error=answer) for path in paths]
    shares, novelty = answer.probabilities.tolist(), answer.novelty.tolist()
    return [
        Prediction(str(path), error=answer.errors[place].to_error())
        if place in answer.errors
        else Prediction(
            str(path),
            model.classes,
            tuple(shares[place]),
            novelty=novelty[place] if math.isfinite(novelty[place]) else None,
        )
        for place, path in enumerate(paths)
    ]


def _check_fits(model: Model, count: int, answer: Surveyed) -> Surveyed | ModelError:
    """Return an answer, or that it is not one about so many pictures and these classes."""
    width, expected = answer.probabilities.shape[1], len(model.classes)
    if answer.count != count:
        return ModelError(f"“{model.name}” gave {answer.count} answers for {count} pictures.")
    if width != expected and len(answer.errors) < count:
        return ModelError(f"“{model.name}” gave {width} probabilities for {expected} classes.")
    return answer
