"""The features that a model's last layer decides from, as vectors of a bounded length."""

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

MOST_FEATURES = 2048
"""Of an embedding: 25,000 of them are 100 MB in half precision."""


def as_vectors(values: Array, width: int, axis: int = -1) -> Array:
    """Return what a layer is given as one vector for each picture.

    Parameters
    ----------
    values : (pictures, ...) float32
        Vectors, maps or tokens.
    width : int
        How many values the layer takes at once: the inputs of a dense layer, the channels of a
        convolution. Where that is all there are for a picture, they are taken as they lie.
    axis : int
        Which axis counts the channels.

    Returns
    -------
    (pictures, features) float32
        Of what has positions the mean over them.
    """
    size = math.prod(values.shape[1:])
    if values.ndim < 2 or size == width:
        return np.ascontiguousarray(values, np.float32).reshape(len(values), size)
    channels = np.moveaxis(values, axis, -1)
    means = channels.reshape(len(values), -1, channels.shape[-1]).mean(axis=1)
    return np.asarray(means, np.float32)


def fold(features: Array, most: int = MOST_FEATURES) -> Array:
    """Return vectors of at most so many values, whose products are about those of the features.

    Feature hashing (Weinberger et al., 2009): each feature is added, with a random sign, to one of
    the values.

    Parameters
    ----------
    features : (pictures, features) float32
    """
    length = features.shape[1]
    if length <= most:
        return features
    random = np.random.default_rng(length)  # the same for every picture of a model
    place, sign = random.integers(0, most, length), random.choice([-1.0, 1.0], length)
    folded = [np.bincount(place, weights=one * sign, minlength=most) for one in features]
    return np.asarray(folded, np.float32)
