"""Which computation a convolution becomes: decided once for each kernel and geometry."""

from functools import lru_cache

import numpy as np

from explorer.core.convolution.correlation import FOURIER_TAPS, Correlation
from explorer.core.convolution.geometry import Geometry
from explorer.core.convolution.polyphase import PolyphaseCorrelation
from explorer.core.kernels.kernel import Kernel

ConvolutionPlan = Correlation | PolyphaseCorrelation
"""Called with planes, it returns the response."""

_PLAIN = Geometry()


# Making a plan takes as long as filtering a small picture.
@lru_cache(maxsize=256)
def plan_convolution(kernel: Kernel, geometry: Geometry = _PLAIN) -> ConvolutionPlan:
    """Plan how to slide a kernel over each channel, rotated by 180° unless correlation is set.

    Parameters
    ----------
    kernel : Kernel
        (rows, columns); may be larger than the picture, except for "valid".
    geometry : Geometry
        Mode, border, stride and dilation; by default "same" with zeros beyond the edges.

    Returns
    -------
    ConvolutionPlan
        Called with planes, (height, width) or (height, width, 3) float32, it returns a new array,
        float32, of `Geometry.output_size`, as many channels as came in, equal to
        `scipy.signal.convolve2d`: for planes of 0-255 within 1e-6 * 255 * sum|weights|.
    """
    weights = kernel.weights if geometry.is_correlation else kernel.weights[::-1, ::-1]
    padding, dilation = geometry.padding(weights.shape), geometry.dilation
    extent = geometry.extent(weights.shape)
    if dilation != (1, 1) and extent[0] * extent[1] < FOURIER_TAPS:
        # OpenCV skips zeros, in small kernels.
        dilated = np.zeros(extent)
        dilated[:: dilation[0], :: dilation[1]] = weights
        weights, dilation = dilated, (1, 1)
    if dilation == geometry.stride == (1, 1):
        return Correlation(weights, padding, geometry.border)
    return PolyphaseCorrelation(weights, padding, geometry.border, geometry.stride, dilation)
