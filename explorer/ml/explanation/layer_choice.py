"""Which layer the methods of class activation maps look at."""

import math
from collections.abc import Iterator

from explorer.core.models.architecture import Architecture
from explorer.core.models.layers import LayerInfo
from explorer.errors import ModelError

_IDENTITIES = (
    "Dropout",
    "SpatialDropout2D",
    "GaussianNoise",
    "GaussianDropout",
    "ActivityRegularization",
    "InputLayer",
    "Identity",
)
"""Kinds of layers that return what they are given."""

Grid = tuple[int, int]


def layers_to_try(architecture: Architecture) -> Iterator[LayerInfo]:
    """Yield the layers whose output has space, from the last one backwards.

    The last one comes after its normalisation and activation, and after pooling where no layer
    follows that looks at positions: what the head of the network is given. A layer that the output
    does not depend on has none.

    Raises
    ------
    ModelError
        There is none.
    """
    wanted = _sources_of_last(architecture)
    found = [
        layer
        for layer in architecture.layers
        if layer.kind not in _IDENTITIES
        and not layer.problem
        and (not wanted or layer.name in wanted)
        and grid_of(layer, architecture) is not None
    ]
    if not found:
        raise ModelError(
            "No layer of this model has space, so that no map of a layer can be drawn; "
            "occlusion and RISE need none."
        )
    yield from reversed(found)


def grid_of(layer: LayerInfo, architecture: Architecture) -> Grid | None:
    """Return the height and width of a layer's output; None where it has no space.

    Tokens are a grid where an earlier layer has as many positions: one more may be the class's.
    """
    shape = layer.output_shape
    if len(shape) == 3 and math.prod(shape[:2]) > 1:
        return shape[0], shape[1]
    if len(shape) == 2:
        for earlier in architecture.layers:
            if earlier.name == layer.name:
                break
            size = earlier.output_shape[:2]
            is_map = len(earlier.output_shape) == 3 and math.prod(size) > 1
            if is_map and math.prod(size) in (shape[0], shape[0] - 1):
                return size[0], size[1]
    return None


def check_has_space(layer: LayerInfo, architecture: Architecture) -> Grid:
    """Return the height and width of a layer's output.

    Raises
    ------
    ModelError
        It has no space.
    """
    grid = grid_of(layer, architecture)
    if grid is None:
        shape = "×".join(map(str, layer.output_shape)) or "several arrays of"
        raise ModelError(
            f"Layer “{layer.name}” has no space: it returns {shape} values, and a map needs one "
            "for each position."
        )
    return grid


def _sources_of_last(architecture: Architecture) -> set[str]:
    """Return the layers that the last one depends on, and itself; empty where that is unknown."""
    by_name = {layer.name: layer for layer in architecture.layers}
    if not any(layer.sources for layer in architecture.layers):
        return set()
    found: set[str] = set()
    waiting = [architecture.layers[-1].name]
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in found:
            found.add(name)
            waiting += by_name[name].sources
    return found
