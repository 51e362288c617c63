"""Convolution of a picture with a kernel: true convolution, equal to scipy.signal.convolve2d."""

import math
from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np

from explorer.core.convolution.geometry import Geometry, Size
from explorer.core.convolution.plan import FOURIER_TAPS, pad, plan, slide
from explorer.core.convolution.rounding_error import Weights
from explorer.core.images.planes import Planes
from explorer.core.kernels.kernel import Filter, Kernel

_PLAIN = Geometry()

# Kernels of fewer weights are applied everywhere; copying every n-th pixel would take longer.
_FAR_TAPS = 49


def convolve(planes: Planes, kernel: Kernel, geometry: Geometry = _PLAIN) -> Planes:
    """Slide a kernel over each channel, turned by 180° unless correlation is asked for.

    Parameters
    ----------
    planes : (height, width) or (height, width, 3) float32, 0-255
    kernel : Kernel
        (rows, columns); may be larger than the picture, except for "valid".
    geometry : Geometry
        Mode, border, stride and dilation; by default "same" with zeros beyond the edges.

    Returns
    -------
    Planes
        A new array, float32, of `Geometry.output_size`, as many channels as came in; for planes
        of 0-255 within 1e-6 * 255 * sum|weights| of the exact value.

    Raises
    ------
    KernelError
        "valid" was asked for with a kernel larger than the picture.
    """
    weights = kernel.weights
    if geometry.mode == "valid":  # elsewhere a window always fits
        geometry.output_size(planes.shape[:2], (kernel.rows, kernel.columns))
    return _prepare(weights.tobytes(), weights.shape, geometry)(planes)


@lru_cache(maxsize=256)
def _prepare(weights_bytes: bytes, size: Size, geometry: Geometry) -> Callable[[Planes], Planes]:
    """Return what slides a kernel: looking all of it up takes as long as a small picture."""
    weights = np.frombuffer(weights_bytes, np.float64).reshape(size)
    if not geometry.is_correlation:
        weights = weights[::-1, ::-1]
    padding, border, dilation = geometry.padding(size), geometry.border, geometry.dilation
    if dilation != (1, 1) and np.prod(geometry.extent(size)) < FOURIER_TAPS:
        weights, dilation = _dilate(weights, geometry.extent(size), dilation), (1, 1)
    if dilation == geometry.stride == (1, 1):
        way = plan(weights)
        return lambda planes: way(planes, padding, border)
    return lambda planes: _slide_apart(
        pad(planes, padding, border), weights, dilation, geometry.stride
    )


def apply_filter(planes: Planes, filter: Filter, geometry: Geometry = _PLAIN) -> Planes:
    """Apply a filter: the response of its kernel, or the length of two kernels' responses.

    Parameters
    ----------
    planes : (height, width) or (height, width, 3) float32, 0-255
    filter : Filter
    geometry : Geometry
        As for `convolve`.

    Returns
    -------
    Planes
        float32, shaped as `convolve` says.

    Raises
    ------
    KernelError
        As `convolve`.
    """
    first, *second = (convolve(planes, kernel, geometry) for kernel in filter.kernels)
    if second:
        cv2.magnitude(first, second[0], magnitude=first)
    return first


def _dilate(weights: Weights, extent: Size, dilation: Size) -> Weights:
    """Put zeros between weights: OpenCV passes over them, in small tables."""
    spread = np.zeros(extent)
    spread[:: dilation[0], :: dilation[1]] = weights
    return spread


def _slide_apart(planes: Planes, weights: Weights, dilation: Size, stride: Size) -> Planes:
    """Return every stride-th sum of what lies a dilation apart.

    With d pixels between weights, every d-th pixel is a picture of its own, which the weights as
    they are slide over. What a stride and a dilation share, no window ever meets.
    """
    shared = math.gcd(dilation[0], stride[0]), math.gcd(dilation[1], stride[1])
    planes = planes[:: shared[0], :: shared[1]]
    rows, columns = dilation[0] // shared[0], dilation[1] // shared[1]
    down, across = stride[0] // shared[0], stride[1] // shared[1]
    height = (planes.shape[0] - rows * (weights.shape[0] - 1) - 1) // down + 1
    width = (planes.shape[1] - columns * (weights.shape[1] - 1) - 1) // across + 1
    response = np.empty((height, width, *planes.shape[2:]), np.float32)
    for row in range(min(rows, height)):
        for column in range(min(columns, width)):
            picture = planes[row * down :: rows, column * across :: columns]
            response[row::rows, column::columns] = _slide_far(picture, weights, (down, across))
    return response


def _slide_far(planes: Planes, weights: Weights, stride: Size) -> Planes:
    """Return every stride-th sum, computing no other where that is quicker.

    Weights s apart meet, at windows s apart, only pixels s apart: s times s small kernels on as
    many small pictures.
    """
    down, across = stride
    if stride == (1, 1) or weights.size < _FAR_TAPS:
        return slide(planes, weights)[::down, ::across]
    height = (planes.shape[0] - weights.shape[0]) // down + 1
    width = (planes.shape[1] - weights.shape[1]) // across + 1
    total = np.zeros((height, width, *planes.shape[2:]))
    for row in range(min(down, weights.shape[0])):
        for column in range(min(across, weights.shape[1])):
            part = np.ascontiguousarray(weights[row::down, column::across])
            sums = slide(planes[row::down, column::across], part)
            cv2.accumulate(np.ascontiguousarray(sums[:height, :width]), total)
    return total.astype(np.float32)
