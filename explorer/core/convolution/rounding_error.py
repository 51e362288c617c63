"""How far a sum in float32 may be off, and how to cut one that would be off too far."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float64]
"""(rows, columns) float64."""
Range = tuple[float, float]
"""The least and the greatest value that is weighted."""

PIXELS: Range = (0.0, 255.0)
"""What the values of a picture lie between."""

MAX_ROUNDINGS = 16.7
"""So many roundings of float32 (each up to 2**-24) keep an error below a millionth."""

# A sum of independent roundings stays within so many standard deviations; those of two terms are
# independent where they differ by so many of the smallest steps of the running sum.
_DEVIATIONS = 7.0
_TOLD_APART = 8.0


def cut(weights: Weights, limit: float, values: Range = PIXELS) -> list[Weights]:
    """Cut a table into tables that add up to it where summing it in float32 would round too often.

    A long sum rounds at every step, several short ones added together far less. OpenCV passes
    over zeros, so that the parts take hardly longer than the whole.
    """
    places = np.flatnonzero(weights)
    best, fewest = [weights], float("inf")
    for count in range(1, len(places) + 1):
        parts = []
        for chosen in np.array_split(places, count):
            part = np.zeros_like(weights)
            part.flat[chosen] = weights.flat[chosen]
            parts.append(part)
        # Smallest first, so that the running sum stays small.
        parts.sort(key=lambda part: float(np.abs(part).sum()))
        roundings = bound_rounding_error(parts, values)
        if roundings < fewest:
            best, fewest = parts, roundings
        if fewest <= limit or count > 2 * len(places) ** 0.5:
            break
    return best


def bound_rounding_error(parts: Sequence[Weights], values: Range = PIXELS) -> float:
    """Bound the error of a sum in float32, in 2**-24 of the largest possible response.

    Each product and each running sum may be off by half of what float32 tells apart at its size;
    what the weights lose is known.
    """
    largest = max(map(abs, values))
    parts = [part[part != 0] for part in parts if part.any()]
    if not parts or largest == 0:
        return 0.0
    sizes = [largest * np.abs(part) for part in parts]
    total = sum(float(size.sum()) for size in sizes)
    lost = sum(largest * float(np.abs(part - part.astype(np.float32)).sum()) for part in parts)
    reaches = [_reach(part, values) for part in parts]
    lows, highs = np.cumsum([(low[-1], high[-1]) for low, high in reaches], axis=0).T
    running = [np.maximum(-low, high)[1:] for low, high in (*reaches, (lows, highs))]
    halves = np.spacing(np.concatenate([*sizes, *running]).astype(np.float32)) / 2
    return (lost + float(halves.sum(dtype=np.float64))) * 2**24 / total


def bound_separable_error(first: Sequence[Weights], second: Sequence[Weights]) -> float:
    """Bound the error of weighting along one axis and then, what came out, along the other.

    Each axis in parts, as for `bound_rounding_error`. An error of the first is weighted by the
    second, so that both, relative to the largest possible response, add up.
    """
    between = weigh_range(np.concatenate([part.ravel() for part in first]))
    return bound_rounding_error(first) + bound_rounding_error(second, between)


def bound_likely_error(weights: Weights) -> float:
    """Bound the error as `bound_rounding_error` does, but for what is as good as impossible.

    Roundings of terms of many sizes go both ways: their sum stays within so many standard
    deviations but once in 10**11 (Higham and Mary 2019, "A new approach to probabilistic rounding
    error analysis"). Terms of one size, as weights are equal and the picture is flat, may all be
    rounded to one side, and so may those that a running sum can hardly tell from 0.
    """
    terms = weights[weights != 0]
    if terms.size == 0:
        return 0.0
    sizes = max(PIXELS) * np.abs(terms)
    low, high = _reach(terms, PIXELS)
    running = np.maximum(-low, high)
    halves = np.spacing(sizes.astype(np.float32)) / 2.0
    halves[1:] += np.spacing(running[1:].astype(np.float32)) / 2.0
    told_apart = _TOLD_APART * float(np.spacing(np.float32(running.max())))
    _, alike = np.unique(np.floor(sizes / told_apart), return_inverse=True)
    together = np.bincount(alike, halves)
    # A rounding is spread evenly over both of its halves.
    likely = _DEVIATIONS * math.sqrt(float((together**2).sum()) / 3)
    lost = max(PIXELS) * float(np.abs(terms - terms.astype(np.float32)).sum())
    return (lost + min(likely, float(halves.sum()))) * 2**24 / float(sizes.sum())


def weigh_range(weights: Weights) -> Range:
    """Return what the weighted sum of pixels lies between."""
    low, high = _reach(weights, PIXELS)
    return float(low[-1]), float(high[-1])


def _reach(weights: Weights, values: Range) -> tuple[Weights, Weights]:
    """Return how low and how high the running sums of weighted values may come.

    Of values that are not negative, those with weights of one sign alone add up.
    """
    products = np.multiply.outer(values, weights.ravel())
    return np.cumsum(products.min(axis=0)), np.cumsum(products.max(axis=0))
