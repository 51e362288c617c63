"""The last layers of a network, and the features that go into them."""

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from explorer.ml.data.cache import check_room
from explorer.ml.data.class_weights import class_weights

HEAD_EPOCHS = 20
HEAD_BATCH = 128
HEAD_RATE = 1e-3
FEATURE_BATCH = 32


def take_head(network: keras.Model, feature_layer: str) -> keras.Sequential:
    """Return the layers behind `feature_layer` as a network, sharing their weights.

    Parameters
    ----------
    network : keras.Model
        Behind that layer, one follows the other.

    Returns
    -------
    keras.Sequential
        From (batch, features) to the network's outputs.
    """
    layer = network.get_layer(feature_layer)
    position = network.layers.index(layer)
    return keras.Sequential(
        [keras.Input(layer.output.shape[1:], name="features"), *network.layers[position + 1 :]]
    )


def train_head(
    network: keras.Model,
    feature_layer: str,
    features: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
) -> float:
    """Train the layers behind `feature_layer`, in place, and return the training accuracy.

    A random head would tear at the pre-trained weights; one that is nearly right hardly does.

    Parameters
    ----------
    features : (n, features) float32
        From `compute_features`.
    labels : (n,) int64
    """
    head = take_head(network, feature_layer)
    head.compile(
        optimizer=keras.optimizers.Adam(HEAD_RATE),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = head.fit(
        features,
        labels,
        batch_size=HEAD_BATCH,
        epochs=HEAD_EPOCHS,
        class_weight=class_weights(labels),
        verbose=0,
    )
    return float(history.history["accuracy"][-1])


def compute_features(
    network: keras.Model,
    output: keras.KerasTensor,
    pictures: npt.NDArray[np.uint8],
    *,
    indices: npt.NDArray[np.int64],
    report: Callable[[int], None] = lambda done: None,
) -> npt.NDArray[np.float32]:
    """Return what a network computes inside for each picture, without augmentation.

    Parameters
    ----------
    output : keras.KerasTensor
        One of the network's: a vector for each picture.
    pictures : (n, height, width, 3) uint8
        Taken by the batch, so that a memory-mapped array stays on the disk.
    indices : (m,) int64
        Which pictures.
    report : callable
        Told how many pictures are done.

    Returns
    -------
    (m, features) float32
        Memory-mapped, in a file that goes when the array does.

    Raises
    ------
    OSError
        There is no room for them.
    """
    extractor = keras.Model(network.inputs[0], output)
    shape = (len(indices), *output.shape[1:])
    check_room(Path(tempfile.gettempdir()), math.prod(shape) * np.dtype(np.float32).itemsize)
    compute: Any = extractor.predict_on_batch
    with tempfile.TemporaryFile(prefix="convnet-explorer-") as stream:
        for start in range(0, len(indices), FEATURE_BATCH):
            chosen = indices[start : start + FEATURE_BATCH]
            features = np.asarray(compute(pictures[chosen].astype(np.float32)), np.float32)
            # Written, not put into a map: on a full disk that would be a signal, not an error.
            stream.write(features.tobytes())
            report(start + len(chosen))
        stream.flush()
        return np.memmap(stream, dtype=np.float32, mode="r+", shape=shape)
