"""Decode the samples of a dataset once, and feed them to training."""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from explorer.core.datasets import Sample
from explorer.core.pictures import decode_picture, read_picture_bytes, resize_picture
from explorer.errors import PictureError


@dataclass(frozen=True)
class DecodedSamples:
    """Every readable sample as pixels, decoded once.

    Attributes
    ----------
    samples : tuple of Sample
        The readable ones, in their first order.
    pictures : (samples, height, width, 3) uint8
        Memory-mapped.
    labels : (samples,) int64
        The index of each sample's class.
    failures : tuple of str
        One sentence for each file left out.
    data_hash : str
        SHA-256 over name, size and content hash of each file, in order.
    """

    samples: tuple[Sample, ...]
    pictures: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    failures: tuple[str, ...]
    data_hash: str


def decode_samples(
    samples: Sequence[Sample],
    classes: Sequence[str],
    size: tuple[int, int],
    report: Callable[[int], None] = lambda count: None,
) -> DecodedSamples:
    """Decode and resize every sample once, with the program's own decoder.

    Parameters
    ----------
    samples : sequence of Sample
        Labelled.
    classes : sequence of str
        The labels in the order of the model's outputs.
    size : (int, int)
        Height and width to bring each picture to, in pixels.
    report : callable
        Told how many files are done.
    """
    # A file without a name: gone when the array is, whatever ends the program.
    file = tempfile.TemporaryFile(prefix="convnet-explorer-")  # noqa: SIM115
    shape = (max(len(samples), 1), *size, 3)
    pictures = np.memmap(file, dtype=np.uint8, mode="w+", shape=shape)

    def decode(sample: Sample) -> tuple[npt.NDArray[np.uint8] | None, str]:
        try:
            data = read_picture_bytes(sample.path)
            picture = decode_picture(data, name=sample.path.name, path=sample.path).picture
        except PictureError as error:
            return None, error.sentence
        digest = hashlib.sha256(data).hexdigest()
        return resize_picture(picture, size), f"{sample.path.name} {len(data)} {digest}\n"

    kept: list[Sample] = []
    failures: list[str] = []
    manifest = hashlib.sha256()
    with ThreadPoolExecutor() as pool:
        for done, (sample, (pixels, text)) in enumerate(
            zip(samples, pool.map(decode, samples), strict=True), start=1
        ):
            if pixels is None:
                failures.append(text)
            else:
                pictures[len(kept)] = pixels
                manifest.update(text.encode())
                kept.append(sample)
            report(done)
    index = {name: number for number, name in enumerate(classes)}
    labels = np.array([index[sample.label or ""] for sample in kept], dtype=np.int64)
    return DecodedSamples(
        samples=tuple(kept),
        pictures=pictures[: len(kept)],
        labels=labels,
        failures=tuple(failures),
        data_hash=manifest.hexdigest(),
    )


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of pictures and labels, shuffled anew each epoch from the seed and its number.

    Parameters
    ----------
    pictures : (n, height, width, 3) uint8
    labels : (n,) int64
    indices : (m,) int64
        Which of them to use.
    batch_size : int
    seed : int or None
        None keeps the order of `indices`.
    """

    def __init__(
        self,
        pictures: npt.NDArray[np.uint8],
        labels: npt.NDArray[np.int64],
        indices: npt.NDArray[np.int64],
        *,
        batch_size: int,
        seed: int | None = None,
    ) -> None:
        super().__init__()
        self._pictures = pictures
        self._labels = labels
        self._indices = indices
        self._batch_size = batch_size
        self._seed = seed
        self._epoch = 0
        self._order = indices
        self._shuffle()

    def _shuffle(self) -> None:
        if self._seed is not None:
            generator = np.random.default_rng((self._seed, self._epoch))
            self._order = generator.permutation(self._indices)

    def __len__(self) -> int:
        return -(-len(self._indices) // self._batch_size)

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        chosen = self._order[number * self._batch_size : (number + 1) * self._batch_size]
        return self._pictures[chosen].astype(np.float32), self._labels[chosen]

    def on_epoch_end(self) -> None:
        """Prepare the next epoch's order."""
        self._epoch += 1
        self._shuffle()
