"""Where a kernel's windows lie on a picture: mode, border, stride, dilation, and what comes out."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from explorer.errors import KernelError

Mode = Literal["full", "same", "valid"]
Border = Literal["zero", "replicate", "reflect", "wrap"]
MODES: tuple[Mode, ...] = ("full", "same", "valid")
BORDERS: tuple[Border, ...] = ("zero", "replicate", "reflect", "wrap")

MAX_STRIDE = 16
MAX_DILATION = 16

Size = tuple[int, int]
"""Rows and columns, or height and width."""
Padding = tuple[Size, Size]
"""How far a picture is continued: (above, below), (left, right), in pixels."""


@dataclass(frozen=True)
class Geometry:
    """How a kernel is laid over a picture.

    Attributes
    ----------
    mode : {"full", "same", "valid"}
        Every overlap; as many windows as the picture has pixels, the centre of "full"; or whole
        overlaps only.
    border : {"zero", "replicate", "reflect", "wrap"}
        What lies outside the picture; "reflect" repeats the edge pixel.
    stride : (int, int)
        Steps between windows, down and across: 1 to 16.
    dilation : (int, int)
        Steps between the weights of a window, down and across: 1 to 16.
    is_correlation : bool
        Lay the kernel on as it is, as the layers of a CNN do; convolution turns it by 180° first.

    Raises
    ------
    KernelError
        A stride or dilation is out of range.
    """

    mode: Mode = "same"
    border: Border = "zero"
    stride: Size = (1, 1)
    dilation: Size = (1, 1)
    is_correlation: bool = False

    def __post_init__(self) -> None:
        for name, steps, most in (
            ("stride", self.stride, MAX_STRIDE),
            ("dilation", self.dilation, MAX_DILATION),
        ):
            if not all(1 <= step <= most for step in steps):
                raise KernelError(
                    f"A {name} of {steps[0]}×{steps[1]} is out of range (1 to {most})."
                )

    def extent(self, kernel: Size) -> Size:
        """Return how many rows and columns of a picture a window spans: d (k - 1) + 1."""
        (rows, columns), (down, across) = kernel, self.dilation
        return down * (rows - 1) + 1, across * (columns - 1) + 1

    def padding(self, kernel: Size) -> Padding:
        """Return how far the picture is continued: (above, below), (left, right), in pixels.

        For "same" the split of an even extent is that of `scipy.signal.convolve2d`.
        """
        rows, columns = self.extent(kernel)
        if self.mode == "full":
            return (rows - 1, rows - 1), (columns - 1, columns - 1)
        if self.mode == "same":
            return (rows // 2, (rows - 1) // 2), (columns // 2, (columns - 1) // 2)
        return (0, 0), (0, 0)

    def output_size(self, picture: Size, kernel: Size) -> Size:
        """Return the height and width that come out: floor((n + p - e) / s) + 1.

        Raises
        ------
        KernelError
            No window fits; the sentence says what would help.
        """
        sizes = []
        for length, pads, extent, step in zip(
            picture, self.padding(kernel), self.extent(kernel), self.stride, strict=True
        ):
            room = length + sum(pads) - extent
            if room < 0:
                raise KernelError(self._misfit(picture, kernel))
            sizes.append(room // step + 1)
        return sizes[0], sizes[1]

    def window_start(self, kernel: Size, row: int, column: int) -> Size:
        """Return the picture's row and column under the first weight of an output's window.

        Negative where the window begins outside.
        """
        (above, _), (left, _) = self.padding(kernel)
        return row * self.stride[0] - above, column * self.stride[1] - left

    def describe_size(self, picture: Size, kernel: Size) -> str:
        """Write the formula of the output's size with its numbers, one line per axis.

        Before it stands how far a dilated kernel spans.

        Raises
        ------
        KernelError
            As `output_size`.
        """
        lines = []
        for axis, length, pads, weights, dilation, extent, step, result in zip(
            ("height", "width"),
            picture,
            self.padding(kernel),
            kernel,
            self.dilation,
            self.extent(kernel),
            self.stride,
            self.output_size(picture, kernel),
            strict=True,
        ):
            if dilation != 1:
                lines.append(f"dilated kernel: ({weights} − 1) · {dilation} + 1 = {extent}")
            sum_ = f"{length} + {sum(pads)} − {extent}"
            lines.append(f"{axis} ⌊({sum_}) / {step}⌋ + 1 = {result}")
        return "\n".join(lines)

    def _misfit(self, picture: Size, kernel: Size) -> str:
        rows, columns = self.extent(kernel)
        what = f"The {kernel[0]}×{kernel[1]} kernel"
        if self.dilation != (1, 1):
            what += f" ({rows}×{columns} with dilation)"
        return (
            f"{what} does not fit into a picture of {name_size(picture)}: choose “same” or "
            "“full”, or a smaller kernel."
        )


def name_size(size: Size) -> str:
    """Return a height and a width in words: “1 row and 200 columns”."""
    return " and ".join(
        f"{length:,} {word}{'' if length == 1 else 's'}"
        for length, word in zip(size, ("row", "column"), strict=True)
    )


def continue_positions(
    positions: npt.NDArray[np.int64], length: int, border: Border
) -> npt.NDArray[np.int64]:
    """Return which of a picture's rows, or columns, stands at each position beyond its edges.

    Beyond "zero" stands none: the nearest is given, for the caller to set aside.
    """
    if border == "wrap":
        return positions % length
    if border == "reflect":
        turned = positions % (2 * length)
        return np.minimum(turned, 2 * length - 1 - turned)
    return np.clip(positions, 0, length - 1)
