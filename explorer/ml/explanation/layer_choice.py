"""Which layer the methods of class activation maps look at."""

from collections.abc import Iterator

from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import LayerInfo
from explorer.core.models.explanations import grid_of
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
        and grid_of(layer) is not None
    ]
    if not found:
        raise ModelError(
            "No layer of this model has space, so that no map of a layer can be drawn; "
            "occlusion and RISE need none."
        )
    yield from reversed(found)


def check_has_space(layer: LayerInfo) -> None:
    """Raise ModelError where a layer's output has no space."""
    if grid_of(layer) is None:
        shape = "×".join(map(str, layer.output_shape)) or "several arrays of"
        raise ModelError(
            f"Layer “{layer.name}” has no space: it returns {shape} values, and a map needs one "
            "for each position."
        )


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
