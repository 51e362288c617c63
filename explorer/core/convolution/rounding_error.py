"""How far a sum in float32 may be off, and how to split one that would be off too far.

Errors are relative to the largest possible response, 255 * sum|weights|, and counted in unit
roundoffs of float32, 2**-24: the most by which rounding changes a number, relative to its size.
"""

import math
from collections.abc import Sequence

import numpy as np

from explorer.core.kernels.kernel import Weights

Range = tuple[float, float]
"""The least and the greatest value that is weighted."""

PIXELS: Range = (0.0, 255.0)
"""What the values of a picture lie between."""

TOLERANCE = 16.7
"""So many unit roundoffs are a little less than a millionth."""

# A sum of independent rounding errors stays within so many standard deviations; those of two terms
# are independent where they differ by so many of the smallest steps of the running sum.
_DEVIATIONS = 7.0
_DISTINCT_STEPS = 8.0


def split_terms(weights: Weights, tolerance: float, values: Range = PIXELS) -> list[Weights]:
    """Split a table into tables that add up to it where summing it at once would round too often.

    A long sum rounds at every step, several short ones added together far less. OpenCV skips zeros,
    so that the parts take hardly longer than the whole.
    """
    places = np.flatnonzero(weights)
    best, least = [weights], float("inf")
    for count in range(1, len(places) + 1):
        parts = []
        for chosen in np.array_split(places, count):
            part = np.zeros_like(weights)
            part.flat[chosen] = weights.flat[chosen]
            parts.append(part)
        # Smallest first, so that the running sum stays small.
        parts.sort(key=lambda part: float(np.abs(part).sum()))
        error = bound_error(parts, values)
        if error < least:
            best, least = parts, error
        if least <= tolerance or count > 2 * len(places) ** 0.5:
            break
    return best


def bound_error(parts: Sequence[Weights], values: Range = PIXELS) -> float:
    """Return the worst-case error of summing each part, and then the parts, in this order.

    Each product and each running sum may be off by half a unit in the last place (ulp); what the
    weights lose as they become float32 is known.
    """
    largest = max(map(abs, values))
    parts = [part[part != 0] for part in parts if part.any()]
    if not parts or largest == 0:
        return 0.0
    products = [largest * np.abs(part) for part in parts]
    total = sum(float(product.sum()) for product in products)
    lost = sum(largest * float(np.abs(part - part.astype(np.float32)).sum()) for part in parts)
    ranges = [_running_range(part, values) for part in parts]
    lows, highs = np.cumsum([(low[-1], high[-1]) for low, high in ranges], axis=0).T
    running = [np.maximum(-low, high)[1:] for low, high in (*ranges, (lows, highs))]
    half_ulps = np.spacing(np.concatenate([*products, *running]).astype(np.float32)) / 2
    return (lost + float(half_ulps.sum(dtype=np.float64))) * 2**24 / total


def bound_separable_error(first: Sequence[Weights], second: Sequence[Weights]) -> float:
    """Return the worst-case error of filtering along one axis and the result along the other.

    Each axis in parts, as for `bound_error`. An error of the first is weighted by the second, so
    that both, relative to the largest possible response, add up.
    """
    between = response_range(np.concatenate([part.ravel() for part in first]))
    return bound_error(first) + bound_error(second, between)


def bound_probable_error(weights: Weights) -> float:
    """Return the error that a sum exceeds but once in 10**11 times.

    Rounding errors of terms of many sizes go both ways: their sum stays within seven standard
    deviations (Higham and Mary 2019, "A new approach to probabilistic rounding error analysis").
    Terms of one size, as weights are equal and the picture is flat, may all be rounded to one side,
    and so may those that a running sum can hardly tell from 0.
    """
    terms = weights[weights != 0]
    if terms.size == 0:
        return 0.0
    products = max(PIXELS) * np.abs(terms)
    low, high = _running_range(terms, PIXELS)
    running = np.maximum(-low, high)
    half_ulps = np.spacing(products.astype(np.float32)) / 2.0
    half_ulps[1:] += np.spacing(running[1:].astype(np.float32)) / 2.0
    distinct = _DISTINCT_STEPS * float(np.spacing(np.float32(running.max())))
    _, alike = np.unique(np.floor(products / distinct), return_inverse=True)
    correlated = np.bincount(alike, half_ulps)
    # A rounding error is uniformly distributed between minus and plus half an ulp.
    probable = _DEVIATIONS * math.sqrt(float((correlated**2).sum()) / 3)
    lost = max(PIXELS) * float(np.abs(terms - terms.astype(np.float32)).sum())
    return (lost + min(probable, float(half_ulps.sum()))) * 2**24 / float(products.sum())


def response_range(weights: Weights) -> Range:
    """Return what the weighted sum of pixels lies between."""
    low, high = _running_range(weights, PIXELS)
    return float(low[-1]), float(high[-1])


def _running_range(weights: Weights, values: Range) -> tuple[Weights, Weights]:
    """Return how low and how high the running sums of weighted values may come.

    Of values that are not negative, those with weights of one sign alone add up.
    """
    products = np.multiply.outer(values, weights.ravel())
    return np.cumsum(products.min(axis=0)), np.cumsum(products.max(axis=0))
