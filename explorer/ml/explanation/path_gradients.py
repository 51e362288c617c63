"""Integrated gradients and SmoothGrad: gradients with respect to the input, at many points."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from explorer.ml.explanation.targets import Target, batches
from explorer.ml.models.adapter import Array, ModelAdapter

POINTS_PER_SPAN = 10
NOISY_COPIES = 50
NOISE_SHARE = 0.15
"""Standard deviation of the noise, as a share of the range of the input's values: Smilkov et al.
recommend 10 to 20 %."""


def integrated_gradients(
    adapter: ModelAdapter,
    inputs: Array,
    baseline: Array,
    targets: Sequence[Target],
    span: tuple[float, float],
) -> npt.NDArray[np.float64]:
    """Return what a piece of the path from the baseline to the picture adds to the integral.

    The integral is taken by the Gauss-Legendre rule, over `POINTS_PER_SPAN` points.

    Parameters
    ----------
    inputs, baseline : (height, width, channels) float32
    span : (float, float)
        Where on the path the piece begins and ends, 0 to 1.

    Returns
    -------
    (targets, height, width) float64
        Summed over the channels; exact, it sums to the difference of the scores at both ends.
    """
    nodes, weights = np.polynomial.legendre.leggauss(POINTS_PER_SPAN)
    start, length = span[0], span[1] - span[0]
    shares = start + length * (nodes + 1) / 2
    difference = inputs.astype(np.float64) - baseline
    path = (baseline + shares[:, None, None, None] * difference).astype(np.float32)
    gradients = _mean_gradients(adapter, path, targets, weights * length / 2)
    return np.asarray((gradients * difference).sum(axis=3))


def smooth_gradients(
    adapter: ModelAdapter,
    inputs: Array,
    targets: Sequence[Target],
    copies: range,
    count: int,
    seed: int,
) -> npt.NDArray[np.float64]:
    """Return what some noisy copies of the picture add to the mean gradient.

    Parameters
    ----------
    inputs : (height, width, channels) float32
    copies : range
        Which of them.
    count : int
        How many there are.

    Returns
    -------
    (targets, height, width) float64
        Summed over the channels: how the score changes as the pixel becomes lighter.
    """
    deviation = NOISE_SHARE * float(inputs.max() - inputs.min())
    noisy = [
        inputs + np.random.default_rng((seed, copy)).normal(0, deviation, inputs.shape)
        for copy in copies
    ]
    weights = np.full(len(noisy), 1 / count)
    gradients = _mean_gradients(adapter, np.array(noisy, np.float32), targets, weights)
    return np.asarray(gradients.sum(axis=3))


def _mean_gradients(
    adapter: ModelAdapter,
    inputs: Array,
    targets: Sequence[Target],
    weights: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return the weighted sum of the gradients at some inputs: (targets, height, width, channels).

    The two classes of a single unit share one gradient.
    """
    found: dict[int, npt.NDArray[np.float64]] = {}
    for output in dict.fromkeys(target.output for target in targets):
        total = np.zeros(inputs.shape[1:])
        at = 0
        for batch in batches(inputs):
            gradients = adapter.input_gradients(batch, output)
            total += np.tensordot(weights[at : at + len(batch)], gradients, 1)
            at += len(batch)
        found[output] = total
    return np.array([target.sign * found[target.output] for target in targets])
