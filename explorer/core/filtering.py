"""Convolution of a picture with a kernel: true convolution, equal to scipy.signal.convolve2d."""

from functools import lru_cache
from typing import Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.kernels import Filter, Kernel
from explorer.errors import KernelError

Planes = npt.NDArray[np.float32]
"""(height, width) or (height, width, 3) float32."""

Mode = Literal["full", "same", "valid"]
Border = Literal["zero", "replicate", "reflect", "wrap"]
MODES: tuple[Mode, ...] = ("full", "same", "valid")
BORDERS: tuple[Border, ...] = ("zero", "replicate", "reflect", "wrap")

_BORDER_TYPES: dict[Border, int] = {
    "zero": cv2.BORDER_CONSTANT,
    "replicate": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT,
    "wrap": cv2.BORDER_WRAP,
}

# So many values of a picture are made grey at a time: they stay in the processor's cache.
_STRIP_VALUES = 131_072
# From here on OpenCV goes through a Fourier transform in float64, fast and exact enough.
_FOURIER_TAPS = 130
# Roundings of float32 (each up to 2**-24) that keep an error below a millionth.
_ROUNDINGS = 15.5


class _Piece(NamedTuple):
    """A part of a flipped kernel and where in it the part begins."""

    weights: npt.NDArray[np.float32]
    row: int
    column: int


def to_planes(picture: npt.NDArray[np.uint8], *, color: bool) -> Planes:
    """Return a picture as numbers to compute with.

    Parameters
    ----------
    picture : (height, width, 3) uint8, RGB
    color : bool
        Keep the three channels; otherwise their luma by Rec. 601, not rounded.

    Returns
    -------
    Planes
        (height, width, 3) or (height, width) float32, 0-255.
    """
    if color:
        return picture.astype(np.float32)
    height, width = picture.shape[:2]
    luma = np.empty((height, width), np.float32)
    step = max(1, _STRIP_VALUES // (3 * width))
    for top in range(0, height, step):
        rows = slice(top, top + step)
        luma[rows] = cv2.cvtColor(picture[rows].astype(np.float32), cv2.COLOR_RGB2GRAY)
    return luma


def convolve(
    plane: Planes, kernel: Kernel, *, mode: Mode = "same", border: Border = "zero"
) -> Planes:
    """Convolve each channel with a kernel, turned by 180° as convolution is defined.

    Parameters
    ----------
    plane : (height, width) or (height, width, 3) float32, 0-255
    kernel : Kernel
        (rows, columns); may be larger than the picture, except for "valid".
    mode : {"full", "same", "valid"}
        Every overlap: (height + rows - 1, width + columns - 1); the centre of it: (height, width);
        or whole overlaps only: (height - rows + 1, width - columns + 1).
    border : {"zero", "replicate", "reflect", "wrap"}
        What lies outside the picture; "reflect" repeats the edge pixel.

    Returns
    -------
    Planes
        float32, as many channels as came in; within 1e-6 * 255 * sum|weights| of the exact value.

    Raises
    ------
    KernelError
        "valid" was asked for with a kernel larger than the picture.
    """
    height, width = plane.shape[:2]
    rows, columns = kernel.weights.shape
    pieces = _split(kernel)
    if mode == "same" and border != "wrap" and len(pieces) == 1:
        # OpenCV's own centre of a kernel, once it is flipped, is that of "full".
        kind = _BORDER_TYPES[border]
        return np.asarray(cv2.filter2D(plane, -1, pieces[0].weights, borderType=kind), np.float32)
    if mode == "valid":
        if rows > height or columns > width:
            raise KernelError(
                f"The kernel of {rows}×{columns} does not fit into the picture of "
                f"{height}×{width}: choose “same” or “full”, or a smaller kernel."
            )
    elif mode == "same":
        plane = _pad(
            plane, (rows // 2, (rows - 1) // 2), (columns // 2, (columns - 1) // 2), border
        )
    else:
        plane = _pad(plane, (rows - 1, rows - 1), (columns - 1, columns - 1), border)
    return _slide(plane, pieces, plane.shape[0] - rows + 1, plane.shape[1] - columns + 1)


def apply_filter(
    planes: Planes, filter: Filter, *, mode: Mode = "same", border: Border = "zero"
) -> Planes:
    """Apply a filter: the response of its kernel, or the length of two kernels' responses.

    Parameters
    ----------
    planes : (height, width) or (height, width, 3) float32, 0-255
    filter : Filter
    mode, border
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
    first, *second = (
        convolve(planes, kernel, mode=mode, border=border) for kernel in filter.kernels
    )
    if second:
        cv2.magnitude(first, second[0], magnitude=first)
    return first


def _pad(plane: Planes, rows: tuple[int, int], columns: tuple[int, int], border: Border) -> Planes:
    """Continue a picture by so many (rows above, below) and (columns left, right)."""
    padded = cv2.copyMakeBorder(plane, *rows, *columns, _BORDER_TYPES[border])
    return np.asarray(padded, np.float32)


def _slide(plane: Planes, pieces: tuple[_Piece, ...], height: int, width: int) -> Planes:
    """Multiply and add at each of (height, width) places, where the whole kernel lies inside."""
    response = np.zeros((height, width, *plane.shape[2:]), np.float32)
    # One place for all products: fresh memory for each piece would cost more than its sums.
    products = np.empty(plane.shape, np.float32)
    for weights, row, column in pieces:
        cv2.filter2D(plane, -1, weights, dst=products)
        top, left = row + weights.shape[0] // 2, column + weights.shape[1] // 2
        response += products[top : top + height, left : left + width]
    return response


@lru_cache(maxsize=256)
def _split(kernel: Kernel) -> tuple[_Piece, ...]:
    """Flip a kernel, and cut it where adding it up in float32 would round too often.

    A long sum rounds at every step, several short ones added together far less. Small kernels,
    and large ones that OpenCV sums in float64, stay whole.
    """
    flipped = kernel.weights[::-1, ::-1]
    axis = int(kernel.columns > kernel.rows)
    best, fewest = [flipped], float("inf")
    for count in (1, 2, 3, 4, 6, 8, 11, 16, 31) if flipped.size < _FOURIER_TAPS else ():
        parts = np.array_split(flipped, min(count, flipped.shape[axis]), axis)
        roundings = _count_roundings(parts)
        if roundings < fewest:
            best, fewest = parts, roundings
        if fewest <= _ROUNDINGS:
            break
    starts = np.cumsum([0, *(part.shape[axis] for part in best)])
    pieces = [
        _Piece(np.ascontiguousarray(part, np.float32), *((0, start) if axis else (start, 0)))
        for part, start in zip(best, starts.tolist(), strict=False)
    ]
    # Smallest first, so that the running sum stays small.
    return tuple(sorted(pieces, key=lambda piece: float(np.abs(piece.weights).sum())))


def _count_roundings(parts: list[npt.NDArray[np.float64]]) -> float:
    """Bound the error of a sum in float32, in roundings of the largest possible response.

    Each weight, each product and each running sum may round, by its own size.
    """
    sizes = [np.abs(part[part != 0]) for part in parts]
    totals = np.sort([size.sum() for size in sizes])
    if totals[-1] == 0:
        return 0.0
    within = sum(float(np.cumsum(size)[1:].sum()) for size in sizes)
    between = float(np.cumsum(totals)[1:].sum())
    return 2 + (within + between) / float(totals.sum())
