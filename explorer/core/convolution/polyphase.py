"""Strides and dilations: the sums that are wanted, from every n-th pixel and every n-th weight."""

import math

import cv2
import numpy as np

from explorer.core.convolution.correlation import Correlation, pad
from explorer.core.convolution.geometry import Border, Padding, Size
from explorer.core.images.planes import Planes
from explorer.core.kernels.kernel import Weights

# Kernels of fewer weights are applied everywhere; copying every n-th pixel would take longer.
_POLYPHASE_TAPS = 49


class PolyphaseCorrelation:
    """Slides weights that lie a dilation apart, from one window to the next by a stride.

    Parameters
    ----------
    weights, padding, border
        As for `Correlation`.
    stride, dilation : (int, int)
        Down and across, at least 1.
    """

    def __init__(
        self, weights: Weights, padding: Padding, border: Border, stride: Size, dilation: Size
    ) -> None:
        self._padding, self._border = padding, border
        # Pixels that a stride and a dilation both pass over lie under no weight.
        self._common = math.gcd(dilation[0], stride[0]), math.gcd(dilation[1], stride[1])
        self._dilation = dilation[0] // self._common[0], dilation[1] // self._common[1]
        self._stride = stride[0] // self._common[0], stride[1] // self._common[1]
        self._reach = tuple(
            step * (length - 1) for step, length in zip(self._dilation, weights.shape, strict=True)
        )
        self._size = weights.shape
        is_polyphase = self._stride != (1, 1) and weights.size >= _POLYPHASE_TAPS
        down, across = self._phases = self._stride if is_polyphase else (1, 1)
        self._parts = [
            (row, column, Correlation(weights[row::down, column::across]))
            for row in range(min(down, weights.shape[0]))
            for column in range(min(across, weights.shape[1]))
        ]

    def __call__(self, planes: Planes) -> Planes:
        """Return the weighted sums; shapes and exactness are as `plan_convolution` says.

        With d pixels between weights, every d-th pixel is a picture of its own, over which the
        weights slide as they are.
        """
        planes = pad(planes, self._padding, self._border)
        planes = planes[:: self._common[0], :: self._common[1]]
        (rows, columns), (down, across) = self._dilation, self._stride
        height = (planes.shape[0] - self._reach[0] - 1) // down + 1
        width = (planes.shape[1] - self._reach[1] - 1) // across + 1
        response = np.empty((height, width, *planes.shape[2:]), np.float32)
        for row in range(min(rows, height)):
            for column in range(min(columns, width)):
                picture = planes[row * down :: rows, column * across :: columns]
                response[row::rows, column::columns] = self._stride_over(picture)
        return response

    def _stride_over(self, planes: Planes) -> Planes:
        """Return every stride-th sum.

        Weights s apart meet, at windows s apart, only pixels s apart: s times s small kernels on as
        many small pictures, the polyphase components.
        """
        down, across = self._stride
        if self._phases == (1, 1):
            [(_, _, whole)] = self._parts
            return whole(planes)[::down, ::across]
        height = (planes.shape[0] - self._size[0]) // down + 1
        width = (planes.shape[1] - self._size[1]) // across + 1
        total = np.zeros((height, width, *planes.shape[2:]))
        for row, column, part in self._parts:
            sums = part(planes[row::down, column::across])
            cv2.accumulate(np.ascontiguousarray(sums[:height, :width]), total)
        return total.astype(np.float32)
