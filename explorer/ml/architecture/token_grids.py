"""Which layers return tokens that lie on a grid: one for each patch of the picture."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from explorer.core.layers.layers import LayerInfo

_JOINS = ("Concatenate", "Concat", "CONCATENATION")


@dataclass(frozen=True)
class _Tokens:
    """Tokens of which some lie on a grid, from the first of these on."""

    count: int
    grid: tuple[int, int]
    first: int = 0


def with_token_grids(
    layers: Sequence[LayerInfo], places: Mapping[str, int] | None = None
) -> tuple[LayerInfo, ...]:
    """Return the layers with their token grids, where these are known.

    A layer that returns (tokens, channels) has the grid of one that it takes its values from: of
    maps or tokens that are as many as its own, or, where it joins two arrays, of one with one token
    less. That one is the token of the class; it comes before the others or after them. Tokens of
    which some went are on no grid: nobody knows which are left.

    Parameters
    ----------
    layers : sequence of LayerInfo
        In the order in which they compute.
    places : mapping of str to int, optional
        Of each layer that joins one source and one constant, which of the two the source is.
    """
    known: dict[str, _Tokens] = {}
    found = []
    for layer in layers:
        shape = layer.output_shape
        if len(shape) == 3:
            known[layer.name] = _Tokens(shape[0] * shape[1], (shape[0], shape[1]))
        elif len(shape) == 2 and (tokens := _tokens_of(layer, known, places or {})) is not None:
            known[layer.name] = tokens
            layer = replace(layer, token_grid=tokens.grid, first_token=tokens.first)
        found.append(layer)
    return tuple(found)


def _tokens_of(
    layer: LayerInfo, known: Mapping[str, _Tokens], places: Mapping[str, int]
) -> _Tokens | None:
    count = layer.output_shape[0]
    for number, source in enumerate(layer.sources):
        given = known.get(source)
        if given is None:
            continue
        if given.count == count:
            return given
        place = number if len(layer.sources) == 2 else places.get(layer.name)
        is_one_more = given.count == math.prod(given.grid) == count - 1
        if is_one_more and layer.kind in _JOINS and place is not None:
            return _Tokens(count, given.grid, first=place)
    return None


def join_places(joins: Iterable[tuple[str, Sequence[object], Sequence[object]]]) -> dict[str, int]:
    """Return the `places` of layers: of each its name, what it takes, what of that are sources."""
    return {
        name: list(taken).index(sources[0])
        for name, taken, sources in joins
        if len(taken) == 2 and len(sources) == 1
    }


def lay_tokens_out(values: npt.NDArray[np.float32], info: LayerInfo) -> npt.NDArray[np.float32]:
    """Return what a layer returns as its maps, where its tokens lie on a grid.

    Parameters
    ----------
    values : (pictures, tokens, channels) float32
        Channels last; of a layer without a grid, of any shape.

    Returns
    -------
    (pictures, rows, columns, channels) float32
        Without the token of the class; the same values of a layer without a grid.
    """
    if info.token_grid is None:
        return values
    rows, columns = info.token_grid
    patches = values[:, info.first_token : info.first_token + rows * columns]
    return patches.reshape(len(values), rows, columns, values.shape[2])
