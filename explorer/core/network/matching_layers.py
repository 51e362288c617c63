"""Which layer of one model stands where a layer of another does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.core.layers.layers import LayerInfo


@dataclass(frozen=True)
class LayerMatch:
    """A layer of another model.

    Attributes
    ----------
    name : str
    has_same_name : bool
        Whether it was found by its name, and not by its depth.
    """

    name: str
    has_same_name: bool


def match_layer(
    name: str, own: Sequence[LayerInfo], others: Sequence[LayerInfo]
) -> LayerMatch | None:
    """Return the layer of the same name, or else the one at the same depth.

    The depth is that in the order of computing, as a share: among the layers of the same kind where
    the other model has any, else among all. Of a layer with maps, one with maps is meant; of a
    vector, a vector.

    Parameters
    ----------
    name : str
        Of one of `own`.
    own, others : sequence of LayerInfo
        The layers of both models.

    Returns
    -------
    LayerMatch or None
        None where the other model has no layer that can be shown so.
    """
    if any(layer.name == name for layer in others):
        return LayerMatch(name, has_same_name=True)
    layer = next((one for one in own if one.name == name), None)
    if layer is None:
        return None
    dimensions = len(layer.map_shape)

    def alike(layers: Sequence[LayerInfo], *, of_kind: bool) -> list[LayerInfo]:
        return [
            one
            for one in layers
            if one.has_maps
            and len(one.map_shape) == dimensions
            and (not of_kind or _family(one.kind) == _family(layer.kind))
        ]

    has_kind = bool(alike(others, of_kind=True))
    candidates = alike(others, of_kind=has_kind)
    if not candidates:
        return None
    before = alike(own[: own.index(layer)], of_kind=has_kind)
    last = max(1, len(alike(own, of_kind=has_kind)) - 1)
    place = round(len(before) / last * (len(candidates) - 1))
    return LayerMatch(candidates[min(place, len(candidates) - 1)].name, has_same_name=False)


def _family(kind: str) -> str:
    """Return what formats call alike: "Conv2D", "Conv" and "CONV_2D" are "conv"."""
    return re.sub(r"_|\d+d?", "", kind.lower())
