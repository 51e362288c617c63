"""Weights drawn anew: a model as it was before training."""

import math

import numpy as np

from explorer.ml.models.adapter import Array

_ONES = ("gamma", "moving_variance", "scale")
_ZEROS = ("beta", "bias", "moving_mean")


def redraw(name: str, weight: Array, random: np.random.Generator) -> Array:
    """Return an array of weights as it may have been before training.

    Permuting them would be too little: a kernel of 1×1 weights keeps what it does to a channel
    whose weights are alike.

    Parameters
    ----------
    name : str
        What it is called in its layer: "kernel", "bias", "gamma".
    weight : array of float32
        Kernels with the filters or units last; depthwise ones with their channels and multiplier.

    Returns
    -------
    array of float32
        Kernels drawn as by He et al. (2015), which keeps the size of what deep layers return;
        biases 0; normalisation without effect.
    """
    if name in _ONES:
        return np.ones_like(weight)
    if name in _ZEROS or weight.ndim < 2:
        return np.zeros_like(weight)
    is_depthwise = "depthwise" in name
    inputs = math.prod(weight.shape[:-2] if is_depthwise else weight.shape[:-1])
    drawn = random.standard_normal(weight.shape, np.float32)  # twice as quick as in float64
    return drawn * np.float32(math.sqrt(2 / inputs))
