"""Read NPY files as pictures: the header first, since it cannot be trusted."""

import io
import math
from typing import NamedTuple

import numpy as np

from explorer.core.images.scaling import Values

# An honest header has some 130 bytes; longer ones only make the parser work.
_MAX_HEADER_BYTES = 1000


def to_npy(array: np.ndarray) -> bytes:
    """Return an array of numbers as the content of an NPY file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


class NpyHeader(NamedTuple):
    """The header of an NPY file.

    Attributes
    ----------
    kind : dtype
    is_transposed : bool
        Whether the array is in Fortran order.
    start : int
        The offset of the values, in bytes.
    """

    shape: tuple[int, ...]
    kind: np.dtype
    is_transposed: bool
    start: int


def read_npy_header(data: bytes) -> NpyHeader:
    """Read the header of an NPY file, unpickling nothing.

    Parameters
    ----------
    data : bytes
        At least the first 2000 bytes of the file, where it has as many.

    Raises
    ------
    Exception
        Of many kinds: the bytes are a stranger's.
    """
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    read = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    shape, is_transposed, kind = read(file, max_header_size=_MAX_HEADER_BYTES)
    return NpyHeader(shape, kind, is_transposed, file.tell())


def find_fault(header: NpyHeader) -> str:
    """Say why an array is not a picture; empty if it is one."""
    if header.kind.kind not in "buif" or header.kind.itemsize > 8:
        return "the array does not contain real numbers"
    if len(header.shape) not in (2, 3) or header.shape[2:] not in ((), (1,), (3,)):
        shape = "×".join(map(str, header.shape[:5])) or "a single number"
        return f"the array is {shape}; a picture is height × width or height × width × 3"
    return ""


def decode_npy(data: bytes, header: NpyHeader) -> Values:
    """Return the values of a valid array.

    Parameters
    ----------
    data : bytes
        The whole file.
    header : NpyHeader
        Its header.

    Returns
    -------
    (height, width) or (height, width, 3), any type of real number

    Raises
    ------
    ValueError
        The file holds fewer values than its header says.
    """
    values: Values = np.frombuffer(data, header.kind, math.prod(header.shape), header.start)
    values = values.reshape(header.shape, order="F" if header.is_transposed else "C")
    return values[..., 0] if values.shape[2:] == (1,) else values
