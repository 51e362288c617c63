"""Which preparation a model was trained with, found out on labelled pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from explorer.core.datasets.dataset import Sample
from explorer.core.datasets.folder_names import class_key
from explorer.core.evaluation.evaluation import measure
from explorer.core.files.names import list_names
from explorer.core.models.assumptions import number_classes
from explorer.core.models.metrics import Metrics
from explorer.core.models.model import Model
from explorer.core.models.preparation import RESIZES, SCALINGS, Channels, Preparation
from explorer.core.text.percent import format_percent
from explorer.errors import DatasetError

MOST_PICTURES = 48
"""Each is classified some 24 times."""

_TITLES = {"scaling": "the range", "channels": "the channels", "resize": "the resizing"}


@dataclass(frozen=True)
class Tried:
    """How a model does with pictures prepared in one way.

    Attributes
    ----------
    preparation : Preparation
    metrics : Metrics
        An answer that was no usable number counts as wrong.
    """

    preparation: Preparation
    metrics: Metrics


@dataclass(frozen=True)
class Labels:
    """How the labels of pictures and the outputs of a model belong together.

    Attributes
    ----------
    outputs : dict of str to int
        Which output each label is.
    note : str
        What that rests on, in one sentence.
    """

    outputs: dict[str, int]
    note: str


def match_labels(classes: Sequence[str], labels: Sequence[str]) -> Labels:
    """Say which output each label of a folder is.

    By their names, where the model's classes are called like the labels, whatever the case, in the
    singular or the plural; or, where its classes have numbers for names, in alphabetical order, as
    Keras numbers folders, where there are as many.

    Raises
    ------
    DatasetError
        Neither is possible; the sentence says why.
    """
    outputs = match_names(classes, labels)
    if outputs:
        left = [label for label in labels if label not in outputs]
        has = "is none" if len(left) == 1 else "are none"
        without = f"; {list_names(left, quoted=True)} {has} of the model's classes" if left else ""
        return Labels(outputs, f"Labels and classes were matched by their names{without}.")
    if len(labels) == len(classes) > 1 and tuple(classes) == number_classes(len(classes)):
        order = {label: output for output, label in enumerate(sorted(labels))}
        return Labels(order, "Labels were taken in alphabetical order, as Keras numbers folders.")
    label_count = "1 label" if len(labels) == 1 else f"{len(labels):,} labels"
    raise DatasetError(
        f"The folder has {label_count} and the model {len(classes):,} classes of other names: "
        "choose the names of the classes first."
    )


def match_names(classes: Sequence[str], labels: Sequence[str]) -> dict[str, int]:
    """Return which output each label is that is called like a class, as `match_labels` says."""
    keys = {class_key(name): output for output, name in enumerate(classes)}
    singulars = {_singular(key): output for key, output in keys.items()}
    found: dict[str, int] = {}
    for label in labels:
        key = class_key(label)
        output = keys.get(key, singulars.get(_singular(key)))
        if output is not None:
            found[label] = output
    return found


def _singular(key: str) -> str:
    return key[:-1] if len(key) > 2 and key.endswith("s") else key


def take_sample(samples: Sequence[Sample], labels: Labels, seed: int = 0) -> list[Sample]:
    """Return at most `MOST_PICTURES` labelled pictures, of each label about as many.

    Raises
    ------
    DatasetError
        There are no two labels with pictures.
    """
    chance = np.random.default_rng(seed)
    of_label: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.label in labels.outputs:
            of_label.setdefault(str(sample.label), []).append(sample)
    if len(of_label) < 2:
        raise DatasetError("It takes labelled pictures of two classes at least.")
    shuffled = [
        [found[place] for place in chance.permutation(len(found))] for found in of_label.values()
    ]
    taken: list[Sample] = []
    for turn in range(max(map(len, shuffled))):
        taken += [found[turn] for found in shuffled if turn < len(found)]
    return taken[:MOST_PICTURES]


def list_preparations(model: Model) -> list[Preparation]:
    """Return every way of preparing pictures that is tried; the model's own is among them."""
    now = model.preparation
    orders: tuple[Channels, ...] = ("grey",) if now.channels == "grey" else ("rgb", "bgr")
    return [
        replace(now, resize=resize, channels=channels, scaling=scaling)
        for resize, channels, scaling in product(RESIZES, orders, SCALINGS)
    ]


def rank(
    preparations: Sequence[Preparation],
    answers: Sequence[Sequence[Sequence[float] | None]],
    labels: Sequence[int],
) -> list[Tried]:
    """Return what was tried, the best first.

    Parameters
    ----------
    preparations : sequence of Preparation
    answers : sequence of sequence
        For each preparation, the probabilities of each picture; None where there were none.
    labels : sequence of int
        The output that each picture should have.
    """
    tried = []
    for preparation, found in zip(preparations, answers, strict=True):
        count = max(len(one) for row in answers for one in row if one is not None)
        probabilities = np.array(
            [_or_wrong(one, label, count) for one, label in zip(found, labels, strict=True)]
        )
        tried.append(Tried(preparation, measure(probabilities, np.array(labels))))
    # Of those that are equally often right, the one that is more certain of it.
    return sorted(tried, key=lambda one: (-one.metrics.accuracy, one.metrics.log_loss))


def _or_wrong(found: Sequence[float] | None, label: int, count: int) -> Sequence[float]:
    if found is not None:
        return found
    wrong = np.zeros(count)
    wrong[(label + 1) % count] = 1
    return [float(one) for one in wrong]


def describe_certainty(tried: Sequence[Tried]) -> str:
    """Say how sure the best preparation is, in one or two sentences.

    Something is sure where the interval of the best lies above those of all that differ in it.
    """
    best = tried[0]
    low, high = best.metrics.interval
    sure: list[str] = []
    open_ones: list[str] = []
    for field, title in _TITLES.items():
        own = getattr(best.preparation, field)
        rivals = [one for one in tried if getattr(one.preparation, field) != own]
        if rivals:
            highest = max(one.metrics.interval[1] for one in rivals)
            (sure if low > highest else open_ones).append(title)
    right = (
        f"The best is right for {format_percent(best.metrics.accuracy)} of "
        f"{best.metrics.count} pictures (95 % interval {format_percent(low)} to "
        f"{format_percent(high)})."
    )
    if not open_ones:
        return f"{right} It is sure: all others do worse, beyond chance."
    if sure:
        return f"{right} Sure is {_and(sure)}; {_and(open_ones)} may be otherwise."
    return (
        f"{right} It is not sure: ways that differ in {_and(open_ones)} do as well, within chance. "
        "More pictures tell more."
    )


def _and(words: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
