"""Measure LiteRT files on labelled pictures, and choose the one to keep."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from explorer.core.models.card import MeasuredFormat
from explorer.ml.models.litert import LiteRTModel, Model

GREATEST_COST = 0.001
AS_FAST = 1.05

_PICTURES_PER_ROUND = 8

Pictures = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Candidate:
    """A LiteRT file that might become `model.tflite`: its bytes, and what runs them."""

    name: str
    content: bytes
    model: LiteRTModel


def measure_formats(
    candidates: Sequence[Candidate],
    expected: npt.NDArray[np.float32],
    pictures: Pictures,
    labels: Labels,
) -> tuple[MeasuredFormat, ...]:
    """Measure each candidate on labelled pictures, and choose.

    Parameters
    ----------
    candidates : sequence of Candidate
        At least one.
    expected : (n, classes) float32
        What the Keras model answers.
    pictures : (n, height, width, 3) uint8
    labels : (n,) int64

    Returns
    -------
    tuple of MeasuredFormat
        In the order of `candidates`; one of them is kept, see `choose_format`.
    """
    outputs, milliseconds = _run_in_turn({c.name: c.model for c in candidates}, pictures)
    accuracy = float((expected.argmax(axis=1) == labels).mean())
    measured = []
    for candidate in candidates:
        found = outputs[candidate.name]
        own_accuracy = float((found.argmax(axis=1) == labels).mean())
        measured.append(
            MeasuredFormat(
                name=candidate.name,
                size=len(candidate.content),
                accuracy=own_accuracy,
                cost=accuracy - own_accuracy,
                milliseconds=milliseconds[candidate.name],
                difference=float(np.abs(found - expected).max()),
                is_kept=False,
            )
        )
    best = choose_format(measured)
    return tuple(replace(one, is_kept=one is best) for one in measured)


def _run_in_turn(
    models: Mapping[str, Model], pictures: Pictures
) -> tuple[dict[str, npt.NDArray[np.float32]], dict[str, float]]:
    """Return each model's outputs and the median of its milliseconds for a picture.

    They take turns at a few pictures each, so that what else the machine does hits them alike.
    """
    outputs: dict[str, list[npt.NDArray[np.float32]]] = {name: [] for name in models}
    times: dict[str, list[float]] = {name: [] for name in models}
    for start in range(0, len(pictures), _PICTURES_PER_ROUND):
        inputs = pictures[start : start + _PICTURES_PER_ROUND, None].astype(np.float32)
        for name, model in models.items():
            started = time.perf_counter()
            outputs[name] += [model(pixels) for pixels in inputs]
            times[name].append(1000 * (time.perf_counter() - started) / len(inputs))
    return (
        {name: np.concatenate(rows) for name, rows in outputs.items()},
        {name: float(np.median(rounds)) for name, rounds in times.items()},
    )


def choose_format(measured: Sequence[MeasuredFormat]) -> MeasuredFormat:
    """Return the format to keep: the fastest that costs at most 0.1 point of accuracy.

    Those within 5 % of the fastest count as equally fast, and of these the smallest is kept. Where
    all cost too much, it is the one that costs least.
    """
    # Half a millionth: a cost is a difference of two shares, which round.
    cheap = [one for one in measured if one.cost <= GREATEST_COST + 5e-7]
    if not cheap:
        return min(measured, key=lambda one: (one.cost, one.size))
    limit = AS_FAST * min(one.milliseconds for one in cheap)
    return min((one for one in cheap if one.milliseconds <= limit), key=lambda one: one.size)


def kept_format(measured: Sequence[MeasuredFormat]) -> MeasuredFormat:
    """Return the one that is kept."""
    return next(one for one in measured if one.is_kept)


def describe_formats(measured: Sequence[MeasuredFormat]) -> str:
    """Say in a sentence what was measured and kept."""
    texts = [
        f"{one.name} {one.size / 1e6:.1f} MB, {one.accuracy:.2%}, {one.milliseconds:.1f} ms"
        for one in measured
    ]
    return f"LiteRT: {'; '.join(texts)}; kept: {kept_format(measured).name}."
