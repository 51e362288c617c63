"""Train the last layers of a pre-trained network on features that are computed once."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from explorer.core.runs import TrainingConfig
from explorer.ml.data import Batches, DecodedSamples
from explorer.ml.progress import Reporter

HEAD_EPOCHS = 20
HEAD_BATCH = 128
HEAD_RATE = 1e-3


def train_head(
    network: keras.Model,
    feature_layer: str,
    decoded: DecodedSamples,
    share: npt.NDArray[np.int64],
    config: TrainingConfig,
    reporter: Reporter,
) -> None:
    """Train the layers behind `feature_layer`, in place.

    A random head would tear at the pre-trained weights; one that is nearly right hardly does.

    Parameters
    ----------
    network : keras.Model
    feature_layer : str
        The layer whose output is computed once for each picture, without augmentation.
    decoded : DecodedSamples
    share : (n,) int64
        The samples to train on.
    config : TrainingConfig
    reporter : Reporter
    """
    features = compute_features(network, feature_layer, decoded, share, config.batch_size)
    position = network.layers.index(network.get_layer(feature_layer))
    head = keras.Sequential([keras.Input(features.shape[1:]), *network.layers[position + 1 :]])
    head.compile(
        optimizer=keras.optimizers.Adam(HEAD_RATE),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = head.fit(
        features,
        decoded.labels[share],
        batch_size=HEAD_BATCH,
        epochs=HEAD_EPOCHS,
        verbose=0,
    ).history
    reporter.note(f"head alone: training accuracy {history['accuracy'][-1]:.1%}")


def compute_features(
    network: keras.Model,
    feature_layer: str,
    decoded: DecodedSamples,
    share: npt.NDArray[np.int64],
    batch_size: int,
) -> npt.NDArray[np.float32]:
    """Return a layer's output for each sample of a share, (n, features) float32."""
    extractor = keras.Model(network.inputs[0], network.get_layer(feature_layer).output)
    batches = Batches(decoded.pictures, decoded.labels, share, batch_size=batch_size)
    compute: Any = extractor.predict_on_batch
    return np.concatenate([compute(batches[number][0]) for number in range(len(batches))])
