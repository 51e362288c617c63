"""The architectures. Rescaling lives inside each, so training and program cannot disagree."""

from pathlib import Path

import keras
from keras import layers

from explorer.ml.networks.backbones import build_backbone

ARTICLE_INPUT_SIZE = (150, 150)
BOTTLENECK = "bottleneck"
SCRATCH_FILTERS = (48, 96, 192)


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
        layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv_{number}"),
        layers.MaxPooling2D(2, name=f"pool_{number}"),
    ]


def build_scratch_network(class_count: int, input_size: tuple[int, int]) -> keras.Model:
    """Build our own network: residual, batch-normalised, 1,560,226 parameters for two classes.

    Basic blocks as in He et al. 2015, "Deep residual learning for image recognition", two at each
    of three resolutions, behind a stem that brings the picture to a quarter at once. Parameters
    and result as for `build_article_network`; the layer "features" gives the averages of the last
    feature maps.
    """
    pictures = keras.Input((*input_size, 3), name="picture")
    maps = layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(pictures)
    maps = _normalised_convolution(maps, "stem", 32, stride=2)
    maps = layers.ReLU(name="stem_relu")(maps)
    maps = layers.MaxPooling2D(2, name="stem_pool")(maps)
    for stage, filters in enumerate(SCRATCH_FILTERS, start=1):
        for block in (1, 2):
            stride = 2 if block == 1 and stage > 1 else 1
            maps = _residual_block(maps, f"block_{stage}_{block}", filters, stride)
    features = layers.GlobalAveragePooling2D(name="features")(maps)
    dropped = layers.Dropout(0.3, name="dropout")(features)
    outputs = layers.Dense(class_count, activation="softmax", name="probabilities")(dropped)
    return keras.Model(pictures, outputs, name="scratch")


def _residual_block(
    maps: keras.KerasTensor, name: str, filters: int, stride: int
) -> keras.KerasTensor:
    """Add two convolutions to what passes around them."""
    shortcut = maps
    if stride != 1 or maps.shape[-1] != filters:
        shortcut = layers.AveragePooling2D(stride, padding="same", name=f"{name}_shortcut_pool")(
            maps
        )
        shortcut = _normalised_convolution(shortcut, f"{name}_shortcut", filters, kernel=1)
    maps = _normalised_convolution(maps, f"{name}_conv_1", filters, stride=stride)
    maps = layers.ReLU(name=f"{name}_relu_1")(maps)
    # At first a block passes on what came in, which makes the beginning easier (Goyal et al. 2017,
    # "Accurate, large minibatch SGD").
    maps = _normalised_convolution(maps, f"{name}_conv_2", filters, gamma="zeros")
    maps = layers.Add(name=f"{name}_add")([shortcut, maps])
    return layers.ReLU(name=f"{name}_relu_2")(maps)


def _normalised_convolution(
    maps: keras.KerasTensor,
    name: str,
    filters: int,
    *,
    kernel: int = 3,
    stride: int = 1,
    gamma: str = "ones",
) -> keras.KerasTensor:
    maps = layers.Conv2D(
        filters,
        kernel,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=name,
    )(maps)
    return layers.BatchNormalization(name=f"{name}_norm", gamma_initializer=gamma)(maps)


def build_transfer_network(
    class_count: int, input_size: tuple[int, int], backbone: str, weights: Path | None
) -> keras.Model:
    """Put a softmax on the averaged last feature maps of a pre-trained backbone.

    Parameters and result as for `build_article_network`; backbone, weights and errors as for
    `build_backbone`. The layer "features" gives the averages.
    """
    pictures = keras.Input((*input_size, 3), name="picture")
    maps = build_backbone(backbone, pictures, weights)
    features = layers.GlobalAveragePooling2D(name="features")(maps)
    dropped = layers.Dropout(0.2, name="dropout")(features)
    outputs = layers.Dense(class_count, activation="softmax", name="probabilities")(dropped)
    return keras.Model(pictures, outputs, name="transfer")


def build_bottleneck_network(
    class_count: int, input_size: tuple[int, int], backbone: str, weights: Path | None
) -> keras.Model:
    """Put the article's dense head, 512 and 256 units, on all last feature maps of a backbone.

    Parameters and errors as for `build_transfer_network`; the layer "bottleneck" gives the feature
    maps as one vector.
    """
    pictures = keras.Input((*input_size, 3), name="picture")
    values = layers.Flatten(name=BOTTLENECK)(build_backbone(backbone, pictures, weights))
    for number, units in enumerate((512, 256), start=1):
        values = layers.Dense(units, activation="relu", name=f"dense_{number}")(values)
        values = layers.Dropout(0.5, name=f"dropout_{number}")(values)
    outputs = layers.Dense(class_count, activation="softmax", name="probabilities")(values)
    return keras.Model(pictures, outputs, name="bottleneck")
