"""Kernels laid out as pictures."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from explorer.core.layers.feature_grid import FeatureGridImage, Scale, color_map, tile_feature_maps
from explorer.core.layers.weights import FilterTable, color_kernels


def tile_kernels(
    filters: FilterTable, channel: int, *, scale: Scale, aspect: float
) -> FeatureGridImage:
    """Lay out the kernels of all filters over one input channel, in the colours of their sign."""
    maps = np.moveaxis(filters.kernels[:, channel], 0, 2)
    return tile_feature_maps(maps, scale=scale, is_signed=True, aspect=aspect)


def tile_in_color(filters: FilterTable, *, is_bgr: bool, aspect: float) -> FeatureGridImage:
    """Lay out filters over red, green and blue, each in colour; grey is 0."""
    mosaic = tile_kernels(filters, 0, scale="each", aspect=aspect)
    kernels = filters.kernels[:, ::-1] if is_bgr else filters.kernels
    pixels, (height, width) = mosaic.pixels.copy(), mosaic.map_size
    for index, picture in enumerate(color_kernels(kernels)):
        row, column = mosaic.origin_of(index)
        pixels[row : row + height, column : column + width] = picture
    return replace(mosaic, pixels=pixels)


def color_matrix(filters: FilterTable) -> npt.NDArray[np.uint8]:
    """Return filters of 1×1 as one picture: a row for each filter, a column for each input."""
    matrix = filters.kernels[:, :, 0, 0]
    reach = float(np.abs(np.nan_to_num(matrix)).max())
    return color_map(matrix, -reach, reach, is_signed=True)
