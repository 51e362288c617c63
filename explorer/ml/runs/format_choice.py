"""Measure LiteRT files against the Keras model they were made from, and choose the one to keep."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from explorer.core.models.card import MeasuredFormat
from explorer.errors import ModelError
from explorer.ml.models.litert import LiteRTModel, Model

GREATEST_DIFFERENCE = 0.001
AS_FAST = 1.05

_PICTURES_PER_ROUND = 8

Pictures = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Candidate:
    """A LiteRT file that might become `model.tflite`: its bytes, and what runs them."""

    name: str
    content: bytes
    model: LiteRTModel


def measure_formats(
    candidates: Sequence[Candidate], expected: npt.NDArray[np.float32], pictures: Pictures
) -> tuple[MeasuredFormat, ...]:
    """Measure each candidate on pictures, and choose.

    Parameters
    ----------
    candidates : sequence of Candidate
        At least one.
    expected : (n, classes) float32
        The probabilities that the Keras model gives.
    pictures : (n, height, width, 3) uint8

    Returns
    -------
    tuple of MeasuredFormat
        In the order of `candidates`; one of them is kept, see `choose_format`.

    Raises
    ------
    ModelError
        None agrees with the Keras model; the text is the reason alone.
    """
    outputs, milliseconds = _run_in_turn({c.name: c.model for c in candidates}, pictures)
    measured = [
        MeasuredFormat(
            name=candidate.name,
            size=len(candidate.content),
            milliseconds=milliseconds[candidate.name],
            difference=float(np.abs(outputs[candidate.name] - expected).max()),
            is_kept=False,
        )
        for candidate in candidates
    ]
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
    """Return the fastest format of which no probability differs by more than 0.1 point.

    Those within 5 % of the fastest count as equally fast, and of these the smallest is kept.

    Raises
    ------
    ModelError
        All differ by more; the text is the reason alone.
    """
    # Put this way round, a NaN does not agree.
    agreeing = [one for one in measured if one.difference <= GREATEST_DIFFERENCE]
    if not agreeing:
        least = min(measured, key=lambda one: one.difference)
        raise ModelError(
            f"its probabilities differ from model.keras by up to {100 * least.difference:.1f} "
            "points"
        )
    limit = AS_FAST * min(one.milliseconds for one in agreeing)
    return min((one for one in agreeing if one.milliseconds <= limit), key=lambda one: one.size)


def kept_format(measured: Sequence[MeasuredFormat]) -> MeasuredFormat:
    """Return the one that is kept."""
    return next(one for one in measured if one.is_kept)


def describe_formats(measured: Sequence[MeasuredFormat], count: int) -> str:
    """Say in a sentence what was measured on how many pictures, and kept."""
    texts = [
        f"{one.name} {one.size / 1e6:.1f} MB, {one.milliseconds:.1f} ms, "
        f"at most {100 * one.difference:.2g} points from Keras"
        for one in measured
    ]
    return (
        f"LiteRT on {count:,} validation pictures: {'; '.join(texts)}; "
        f"kept: {kept_format(measured).name}."
    )
