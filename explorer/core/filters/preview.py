"""A quick, exact sample of a large result: the visible part, at the resolution of the screen.

Nothing is estimated: every value of a sample equals the full result at that position.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.convolution.geometry import Geometry, Size, continue_positions
from explorer.core.filters.display import Display, Shown, show
from explorer.core.filters.result import Placement, SourcePicture, effective_display
from explorer.core.filters.settings import FilterSettings
from explorer.core.images.planes import Source
from explorer.core.kernels.kernel import Kernel

WORTH = 8
"""The visible values must be fewer by this factor: otherwise the full result is as fast."""

MOST_WEIGHTS = 100
"""With more weights, summing one at a time takes longer than the full result."""

PLANES: tuple[Source, ...] = ("red", "green", "blue")


@dataclass(frozen=True)
class Viewport:
    """The visible part of a picture.

    Attributes
    ----------
    top, bottom, left, right : int
        The rows and columns, ends excluded; they may lie outside the picture.
    step : int
        How many of its pixels fall on one screen pixel, 1 to 16.
    """

    top: int
    bottom: int
    left: int
    right: int
    step: int


@dataclass(frozen=True, eq=False)
class Preview:
    """A sample of a result, as displayed.

    Attributes
    ----------
    settings : FilterSettings
        The settings it was computed with.
    response : (h, w) or (h, w, 3) float32
    placement : Placement
        The position of the sample on the input of the step.
    """

    settings: FilterSettings
    response: npt.NDArray[np.float32]
    shown: Shown
    placement: Placement


def can_preview(picture: SourcePicture, settings: FilterSettings, viewport: Viewport) -> bool:
    """Return whether a sample is worthwhile and only the first step need be computed."""
    height, width = picture.size
    seen = (viewport.bottom - viewport.top) * (viewport.right - viewport.left) / viewport.step**2
    convolution = settings.convolution
    if convolution is None:
        return False
    weights = sum(int(np.count_nonzero(one.weights)) for one in convolution.filter.kernels)
    return (
        seen * WORTH <= height * width
        and weights <= MOST_WEIGHTS
        and settings.selected == 0
        and settings.step.is_on
        and convolution.geometry.stride == (1, 1)
        # The opposite edge would have to be brought along.
        and convolution.geometry.border != "wrap"
    )


def preview(
    picture: SourcePicture,
    settings: FilterSettings,
    viewport: Viewport,
    value_range: tuple[float, float] | None = None,
    display: Display | None = None,
) -> Preview | None:
    """Compute the visible part of the first step's result.

    Parameters
    ----------
    settings : FilterSettings
        For which `can_preview` is true.
    value_range : (float, float), optional
        The values shown as black and white where the settings leave it to the display.
    display : str, optional
        The display mode, overriding the settings.

    Returns
    -------
    Preview or None
        None where no part of the result is visible.

    Raises
    ------
    KernelError
        The kernel does not fit into the picture.
    """
    convolution = settings.convolution
    assert convolution is not None
    kernel = convolution.filter.kernels[0]
    geometry, size = convolution.geometry, (kernel.rows, kernel.columns)
    extent = geometry.extent(size)
    geometry.output_size(picture.size, size)  # says so where it does not fit
    rows = _sampled(
        geometry, picture.size[0], extent[0], (viewport.top, viewport.bottom), viewport.step
    )
    columns = _sampled(
        geometry, picture.size[1], extent[1], (viewport.left, viewport.right), viewport.step
    )
    if len(rows) == 0 or len(columns) == 0:
        return None
    step = viewport.step
    windows = _gather(picture.picture, geometry, extent, rows, columns)
    responses = [
        _add_up(windows, kernel, geometry, settings.source, (len(rows), len(columns)), step)
        for kernel in convolution.filter.kernels
    ]
    response = np.hypot(*responses) if len(responses) > 1 else responses[0] + convolution.offset
    response = np.asarray(response, np.float32)
    shown = show(
        response, display or effective_display(settings), settings.step.range or value_range
    )
    half = (step - 1) / 2
    placement = Placement(rows[0] - half, columns[0] - half, step, step)
    return Preview(settings, response, shown, placement)


def _sampled(
    geometry: Geometry, length: int, extent: int, seen: tuple[int, int], step: int
) -> range:
    """Return the sampled positions along one axis: the middles of windows that are there."""
    first, last = 0, length - 1
    if geometry.mode == "valid":
        first, last = extent // 2, length - 1 - (extent - 1) // 2
    start = max(first, seen[0])
    start = first + -(-(start - first) // step) * step  # the same ones, however it is panned
    return range(start, min(last + 1, seen[1]), step)


def _gather(
    picture: npt.NDArray[np.uint8], geometry: Geometry, extent: Size, rows: range, columns: range
) -> npt.NDArray[np.uint8]:
    """Return the rows that each row of windows touches, and of them the columns from the first.

    Bytes, and whole rows: a quarter of what floats would take to read, and in one piece.

    Returns
    -------
    (windows, extent, columns, 3) uint8
    """
    height, width = picture.shape[:2]
    starts = np.asarray(rows) - extent[0] // 2
    touched = (starts[:, None] + np.arange(extent[0])).ravel()
    first = columns[0] - extent[1] // 2
    last = columns[-1] - extent[1] // 2 + extent[1]
    inside = slice(max(first, 0), min(last, width))
    gathered = picture[continue_positions(touched, height, geometry.border), inside]
    if geometry.border == "zero":
        gathered[(touched < 0) | (touched >= height)] = 0
    before, after = max(-first, 0), max(last - width, 0)
    if before or after:
        mode: Any = {"zero": "constant", "replicate": "edge", "reflect": "symmetric"}
        pads = ((0, 0), (before, after), (0, 0))
        gathered = np.pad(gathered, pads, mode=mode[geometry.border])
    return gathered.reshape(len(rows), extent[0], *gathered.shape[1:])


def _add_up(
    windows: npt.NDArray[np.uint8],
    kernel: Kernel,
    geometry: Geometry,
    source: Source,
    size: Size,
    step: int,
) -> npt.NDArray[np.float32]:
    """Multiply the windows' values by the weights, one weight at a time, and add up."""
    weights = kernel.weights if geometry.is_correlation else kernel.weights[::-1, ::-1]
    channels = [PLANES.index(source)] if source in PLANES else range(len(PLANES))
    planes = [np.zeros(size, np.float32) for _ in channels]
    product = np.empty(size, np.float32)
    for row, column in np.argwhere(weights):
        at = row * geometry.dilation[0], column * geometry.dilation[1]
        values = windows[:, at[0], at[1] : at[1] + (size[1] - 1) * step + 1 : step]
        for channel, plane in zip(channels, planes, strict=True):
            # A channel at a time, and copied: NumPy multiplies bytes that lie apart slowly.
            together = np.ascontiguousarray(values[..., channel])
            np.multiply(together, np.float32(weights[row, column]), out=product)
            plane += product
    if len(planes) == 1:
        return planes[0]
    total = cv2.merge(planes)
    # The grey of the sums is the sum of the greys.
    return np.asarray(cv2.cvtColor(total, cv2.COLOR_RGB2GRAY) if source == "grey" else total)
