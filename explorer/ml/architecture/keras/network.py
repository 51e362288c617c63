"""The architecture of a Keras network that is open."""

import json
from typing import Any

from explorer.core.layers.architecture import Architecture
from explorer.ml.architecture.keras.graph import Arrays, architecture_of


def architecture_of_network(
    network: Any, input_size: tuple[int, int], stored: Arrays | None = None
) -> Architecture:
    """Return what a network's config describes.

    Parameters
    ----------
    network : keras.Model
    input_size : (int, int)
        Height and width of pictures, where it takes any.
    stored : mapping, optional
        The shapes of the weights of each layer, by its path.

    Raises
    ------
    NotImplementedError, TypeError
        It has a class without a config.
    ModelError
        As for `architecture_of`.
    """
    return architecture_of(json.loads(network.to_json()), input_size, stored)
