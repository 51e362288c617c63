"""Many pictures at once: each read, hashed, decoded, measured and classified, in one pass."""

import hashlib
import traceback
from collections.abc import Callable, Sequence
from dataclasses import astuple
from functools import partial
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from explorer.core.files.names import printable_name
from explorer.core.health.figures import PictureFigures, make_grey, measure_picture
from explorer.core.health.hashes import hash_picture
from explorer.core.images.read import Picture, decode_picture
from explorer.core.models.messages import ErrorMessage
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import Classified, SurveyContents
from explorer.core.models.survey import Surveyed
from explorer.errors import ExplorerError, ModelError, PictureError
from explorer.ml.models.adapter import Array, ModelAdapter

FIGURES = len(PictureFigures.__dataclass_fields__)
_GREATEST_HALF = float(np.finfo(np.float16).max)


def survey(
    adapter: ModelAdapter,
    use: ModelUse,
    names: Sequence[str],
    files: Sequence[Callable[[], bytes]],
    is_measured: bool,
) -> Surveyed:
    """Find out what a pass wants to know of some pictures.

    Parameters
    ----------
    names : sequence of str
        What messages call the pictures.
    files : sequence of callable
        Return the whole file of each, or raise ExplorerError.
    is_measured : bool
        As in `SurveyFiles`.

    Raises
    ------
    ModelError
        The model cannot be run, whatever the picture.
    """
    found = Surveyed.empty(len(names), 0, 0, FIGURES if is_measured else 0)
    errors: dict[int, ErrorMessage] = {}
    inputs: dict[int, Array] = {}
    for place, (name, read) in enumerate(zip(names, files, strict=True)):
        try:
            content = read()
            if is_measured:
                found.digests[place] = np.frombuffer(hashlib.sha256(content).digest(), np.uint8)
            picture = decode_picture(content, name=name).picture
            if is_measured:
                _measure(picture, place, found)
            inputs[place] = use.preparation.prepare(picture)
        except ExplorerError as error:
            errors[place] = ErrorMessage.of(error)
        except Exception as error:  # one picture must not cost the others their answers
            traceback.print_exc()  # into the process's log
            kind = type(error).__name__
            trouble = PictureError.not_opened(printable_name(name), f"reading it failed ({kind})")
            errors[place] = ErrorMessage.of(trouble)
    if not inputs:
        return _with_answers(found, {}, errors, use.class_count)
    stacked = np.stack(list(inputs.values()))
    answers = dict(zip(inputs, _classify(adapter, stacked, use), strict=True))
    return _with_answers(found, answers, errors, use.class_count)


def contents_of(request: SurveyContents) -> list[Callable[[], bytes]]:
    """Return what returns each file of a request, or raises why it could not be read."""

    def read(place: int, start: int, end: int) -> bytes:
        if place in request.errors:
            raise request.errors[place].to_error()
        return request.content[start:end].tobytes()

    ends = accumulate(request.sizes, initial=0)
    return [partial(read, place, *part) for place, part in enumerate(pairwise(ends))]


def _measure(picture: Picture, place: int, found: Surveyed) -> None:
    grey = make_grey(picture)
    found.figures[place] = astuple(measure_picture(picture, grey))
    found.hashes[place] = hash_picture(picture, grey)


def _classify(
    adapter: ModelAdapter, inputs: Array, use: ModelUse
) -> Sequence[Classified | ModelError]:
    try:
        return adapter.classify_each(inputs, use)
    except ModelError as error:  # of all of them, such as that it tells no classes apart
        return [error] * len(inputs)


def _with_answers(
    found: Surveyed,
    answers: dict[int, Classified | ModelError],
    errors: dict[int, ErrorMessage],
    class_count: int,
) -> Surveyed:
    known = {at: one for at, one in answers.items() if isinstance(one, Classified)}
    width = max((len(one.embedding) for one in known.values()), default=0)
    has_embeddings = found.figures.shape[1] > 0
    probabilities = np.full((found.count, class_count), np.nan)
    embeddings = np.full((found.count, width if has_embeddings else 0), np.nan, np.float16)
    for place, answer in answers.items():
        if isinstance(answer, ModelError):
            errors[place] = ErrorMessage.of(answer)
            continue
        probabilities[place] = answer.probabilities
        if answer.novelty is not None:
            found.novelty[place] = answer.novelty
        if has_embeddings:
            embeddings[place] = _halved(answer.embedding)
    return Surveyed(
        found.digests, probabilities, found.novelty, embeddings, found.figures, found.hashes, errors
    )


def _halved(embedding: npt.NDArray[np.float32]) -> npt.NDArray[np.float16]:
    return np.clip(embedding, -_GREATEST_HALF, _GREATEST_HALF).astype(np.float16)
