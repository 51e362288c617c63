"""Resize decoded pictures to a smaller size once, for all epochs that use it."""

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from explorer.core.images.read import Picture, resize_picture
from explorer.ml.data.cache import check_room, map_pictures

_BLOCK = 256


def resize_split(
    pictures: npt.NDArray[np.uint8],
    indices: npt.NDArray[np.int64],
    size: tuple[int, int],
    report: Callable[[int], None] = lambda done: None,
) -> npt.NDArray[np.uint8]:
    """Resize a split into an anonymous file, which is deleted with the array.

    Parameters
    ----------
    pictures : (n, height, width, 3) uint8
    indices : (m,) int64
        Which of them.
    size : (int, int)
        Height and width to bring them to, in pixels.
    report : callable
        Told how many are done.

    Returns
    -------
    (m, *size, 3) uint8
        Memory-mapped, read-only, in the order of `indices`.

    Raises
    ------
    OSError
        There is no room for them.
    """
    shape = (len(indices), *size, 3)
    check_room(Path(tempfile.gettempdir()), len(indices) * size[0] * size[1] * 3)

    def resize(place: np.int64) -> Picture:
        return resize_picture(pictures[place], size)

    with (
        tempfile.TemporaryFile(prefix="convnet-explorer-") as stream,
        ThreadPoolExecutor() as pool,
    ):
        for start in range(0, len(indices), _BLOCK):
            for picture in pool.map(resize, indices[start : start + _BLOCK]):
                # Written, not put into a map: on a full disk that would be a signal, not an error.
                stream.write(picture.tobytes())
            report(min(start + _BLOCK, len(indices)))
        stream.flush()
        return map_pictures(stream, shape)
