"""Feed arrays to training in batches."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from explorer.core.images.read import resize_picture
from explorer.ml.data.part import WHOLE_BATCH, Part


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of pictures, or of their features, and labels.

    Parameters
    ----------
    pictures : (n, height, width, 3) uint8 or (n, features) float32
    labels : (n,) int64
    indices : (m,) int64
        Which of them to use.
    size : (int, int) or None
        Height and width to bring pictures to, in pixels; None leaves them as they are.
    order : tuple of int or None
        The seed of a random order; None keeps that of `indices`.
    part : Part
        What of each batch is fed from here. So that the parts are equal, fewer samples than there
        are parts sit out at the end of the order.
    """

    def __init__(
        self,
        pictures: npt.NDArray[np.uint8] | npt.NDArray[np.float32],
        labels: npt.NDArray[np.int64],
        indices: npt.NDArray[np.int64],
        *,
        batch_size: int,
        size: tuple[int, int] | None = None,
        order: tuple[int, ...] | None = None,
        part: Part = WHOLE_BATCH,
    ) -> None:
        super().__init__()
        self._pictures = pictures
        self._labels = labels
        self._batch_size = batch_size
        self._size = size
        self._part = part
        ordered = indices if order is None else np.random.default_rng(order).permutation(indices)
        self._order = ordered[: len(ordered) // part.count * part.count]

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch_size)

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        batch = self._order[number * self._batch_size : (number + 1) * self._batch_size]
        length = len(batch) // self._part.count
        chosen = batch[length * self._part.first : length * self._part.last]
        pictures = self._pictures[chosen]
        if self._size is not None and self._size != pictures.shape[1:3]:
            pictures = np.stack([resize_picture(picture, self._size) for picture in pictures])
        # As bytes: the network makes floats of them on the device, and bytes are there sooner.
        return pictures, self._labels[chosen]
