"""The architectures. Rescaling lives inside each, so training and program cannot disagree."""

from pathlib import Path
from typing import Any

import keras
from keras import layers

from explorer.ml.backbones import build_backbone

ARTICLE_INPUT_SIZE = (150, 150)


def build_article_network(
    class_count: int, input_size: tuple[int, int] = ARTICLE_INPUT_SIZE
) -> keras.Model:
    """Build the article's network: 1,355,938 parameters for two classes.

    Parameters
    ----------
    class_count : int
        Units of the softmax.
    input_size : (int, int)
        Height and width, in pixels.

    Returns
    -------
    keras.Model
        From (batch, height, width, 3) float32, 0-255, to (batch, class_count) probabilities.
    """
    return keras.Sequential(
        [
            keras.Input((*input_size, 3), name="picture"),
            layers.Rescaling(1 / 127.5, offset=-1, name="rescaling"),
            *_convolution_block(1, 32),
            *_convolution_block(2, 32),
            *_convolution_block(3, 64),
            layers.Dropout(0.25, name="dropout_1"),
            layers.Flatten(name="flatten"),
            layers.Dense(64, activation="relu", name="dense_1"),
            layers.Dropout(0.5, name="dropout_2"),
            layers.Dense(class_count, activation="softmax", name="probabilities"),
        ],
        name="article",
    )


def _convolution_block(number: int, filters: int) -> list[keras.Layer]:
    """Return a 3x3 convolution with ReLU, and 2x2 max pooling."""
    return [
        layers.Conv2D(
            filters,
            3,
            padding="same",
            activation="relu",
            name=f"conv_{number}",
        ),
        layers.MaxPooling2D(2, name=f"pool_{number}"),
    ]


def build_transfer_network(
    class_count: int, input_size: tuple[int, int], backbone: str, weights: Path | None
) -> keras.Model:
    """Put a softmax on the averaged last feature maps of a pre-trained backbone.

    Parameters
    ----------
    class_count : int
        Units of the softmax.
    input_size : (int, int)
        Height and width, in pixels.
    backbone, weights
        As for `build_backbone`.

    Returns
    -------
    keras.Model
        From (batch, height, width, 3) float32, 0-255, to (batch, class_count) probabilities; the
        layer "features" gives the averages.

    Raises
    ------
    ModelError
        As `build_backbone`.
    """
    pictures = keras.Input((*input_size, 3), name="picture")
    maps = build_backbone(backbone, pictures, weights)
    features = layers.GlobalAveragePooling2D(name="features")(maps)
    dropped = layers.Dropout(0.2, name="dropout")(features)
    outputs = layers.Dense(class_count, activation="softmax", name="probabilities")(dropped)
    return keras.Model(pictures, outputs, name="transfer")


def count_multiply_adds(model: keras.Model) -> int:
    """Count the multiplications with addition for one picture, in convolutions and dense layers."""
    return sum(_layer_multiply_adds(layer) for layer in model.layers)


def _layer_multiply_adds(layer: Any) -> int:
    if isinstance(layer, keras.Model):
        return count_multiply_adds(layer)
    if isinstance(layer, layers.DepthwiseConv2D):
        _, height, width, _ = layer.output.shape
        return int(height * width) * _size(layer.kernel)
    if isinstance(layer, layers.Conv2D):
        _, height, width, _ = layer.output.shape
        return int(height * width) * _size(layer.kernel)
    if isinstance(layer, layers.Dense):
        return _size(layer.kernel)
    return 0


def _size(weights: Any) -> int:
    count = 1
    for length in weights.shape:
        count *= int(length)
    return count
