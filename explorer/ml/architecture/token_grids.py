"""Which layers return tokens that lie on a grid: one for each patch of the picture."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from explorer.core.models.layers import LayerInfo


def with_token_grids(layers: Sequence[LayerInfo]) -> tuple[LayerInfo, ...]:
    """Return the layers with their token grids, where these are known.

    A layer that returns (tokens, channels) has the grid of one that it takes its values from: of
    maps with as many positions as it has tokens, or with one less, the first token being that of
    the class.

    Parameters
    ----------
    layers : sequence of LayerInfo
        In the order in which they compute.
    """
    grids: dict[str, tuple[int, int]] = {}
    found = []
    for layer in layers:
        shape = layer.output_shape
        if len(shape) == 3:
            grids[layer.name] = (shape[0], shape[1])
        elif len(shape) == 2:
            known = (grids[source] for source in layer.sources if source in grids)
            fitting = (grid for grid in known if shape[0] - grid[0] * grid[1] in (0, 1))
            grid = next(fitting, None)
            if grid is not None:
                grids[layer.name] = grid
                layer = replace(layer, token_grid=grid)
        found.append(layer)
    return tuple(found)


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
    patches = values[:, values.shape[1] - rows * columns :]
    return patches.reshape(len(values), rows, columns, values.shape[2])
