"""The recipes of train.py: each a network, its augmentation and the size of its pictures."""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from explorer.core.runs import TrainingConfig
from explorer.ml.augmentation import build_article_augmentation, build_photo_augmentation
from explorer.ml.networks import (
    ARTICLE_INPUT_SIZE,
    build_article_network,
    build_transfer_network,
)

TRANSFER_INPUT_SIZE = (192, 192)
FROZEN_SHARE = 0.5


@dataclass(frozen=True)
class Recipe:
    """A network, its augmentation and how it is trained.

    Attributes
    ----------
    input_size : (int, int)
        Height and width of its pictures, in pixels.
    learning_rate : float
        The highest rate of its schedule.
    build_network : callable
        Makes the network for a number of classes.
    build_augmentation : callable
        Makes the augmentation from a seed.
    feature_layer : str
        Of a pre-trained network, the layer whose output is computed once for each picture to
        train the layers behind it first; empty: everything is trained together from the start.
    """

    input_size: tuple[int, int]
    learning_rate: float
    build_network: Callable[[int], keras.Model]
    build_augmentation: Callable[[int], keras.Model]
    feature_layer: str = ""


def article_recipe(config: TrainingConfig) -> Recipe:
    """Return the article's recipe: its layers and augmentation, Adam on a cosine schedule."""
    return Recipe(
        input_size=ARTICLE_INPUT_SIZE,
        learning_rate=1e-3,
        build_network=build_article_network,
        build_augmentation=lambda seed: build_article_augmentation(ARTICLE_INPUT_SIZE, seed),
    )


def transfer_recipe(config: TrainingConfig) -> Recipe:
    """Return a pre-trained backbone's recipe: head first, then its later half with the head."""

    def build(class_count: int) -> keras.Model:
        network = build_transfer_network(
            class_count, TRANSFER_INPUT_SIZE, config.backbone, config.backbone_weights
        )
        freeze(network, FROZEN_SHARE)
        return network

    return Recipe(
        input_size=TRANSFER_INPUT_SIZE,
        learning_rate=1e-4,
        build_network=build,
        build_augmentation=lambda seed: build_photo_augmentation(TRANSFER_INPUT_SIZE, seed),
        feature_layer="features",
    )


def freeze(network: keras.Model, share: float) -> None:
    """Freeze the first layers, and every batch normalisation with its statistics.

    The first layers see edges and textures, which serve any picture; and the statistics of a
    small batch would spoil those learned from a million pictures.
    """
    count = round(share * len(network.layers))
    for number, layer in enumerate(network.layers):
        if number < count or isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


RECIPES: dict[str, Callable[[TrainingConfig], Recipe]] = {
    "article": article_recipe,
    "transfer": transfer_recipe,
}
