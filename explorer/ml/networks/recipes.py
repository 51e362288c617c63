"""The recipes of train.py: each a network, its augmentation and the size of its pictures."""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from explorer.core.models.training_config import TrainingConfig
from explorer.ml.networks.architectures import (
    ARTICLE_INPUT_SIZE,
    BOTTLENECK,
    build_article_network,
    build_bottleneck_network,
    build_scratch_network,
    build_transfer_network,
)
from explorer.ml.networks.augmentation import (
    build_article_augmentation,
    build_photo_augmentation,
    build_strong_augmentation,
)
from explorer.ml.networks.heads import take_head

SCRATCH_INPUT_SIZE = (128, 128)
SCRATCH_FIRST_SIZE = (96, 96)
TRANSFER_INPUT_SIZE = (224, 224)
TRANSFER_TRAINING_SIZE = (192, 192)
FROZEN_SHARE = 0.25


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
        Makes the augmentation, for pictures of any size, from a seed; None: there is none.
    weight_decay : float
        The weight decay per step, multiplied by the learning rate.
    stages : tuple of (float, (int, int))
        Up to which fraction of the epochs the pictures are resized to which smaller size for
        training; later they have `input_size`.
    feature_layer : str
        Of a pre-trained network, the layer whose output is computed once for each picture to
        train the layers behind it first; empty: everything is trained together from the start.
    is_head_only : bool
        Whether the layers up to `feature_layer` stay as they are.
    """

    input_size: tuple[int, int]
    learning_rate: float
    build_network: Callable[[int], keras.Model]
    build_augmentation: Callable[[int], keras.Model] | None = None
    weight_decay: float = 0.05
    stages: tuple[tuple[float, tuple[int, int]], ...] = ()
    feature_layer: str = ""
    is_head_only: bool = False

    def size_at(self, progress: float) -> tuple[int, int]:
        """Return the size to train on after a fraction of the epochs, 0 to 1."""
        for end, size in self.stages:
            if progress < end:
                return size
        return self.input_size


def article_recipe(config: TrainingConfig) -> Recipe:
    """Return the article's recipe: its layers and augmentation, Adam on a cosine schedule."""
    return Recipe(
        input_size=ARTICLE_INPUT_SIZE,
        learning_rate=1e-3,
        build_network=lambda class_count: build_article_network(class_count, ARTICLE_INPUT_SIZE),
        build_augmentation=build_article_augmentation,
    )


def scratch_recipe(config: TrainingConfig) -> Recipe:
    """Return our own residual network's recipe: smaller pictures first, whole ones at the end.

    A network that averages its last feature maps takes pictures of any size, and most of what there
    is to learn it learns from small ones in half the time (progressive resizing).
    """
    return Recipe(
        input_size=SCRATCH_INPUT_SIZE,
        learning_rate=1e-3,
        build_network=lambda class_count: build_scratch_network(class_count, SCRATCH_INPUT_SIZE),
        build_augmentation=build_strong_augmentation,
        stages=((0.75, SCRATCH_FIRST_SIZE),),
    )


def transfer_recipe(config: TrainingConfig) -> Recipe:
    """Return a pre-trained backbone's recipe: head first, then all but its first quarter.

    It is trained on somewhat smaller pictures than it is asked about, which is quicker and does no
    harm (Touvron et al. 2019, "Fixing the train-test resolution discrepancy").
    """

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
        build_augmentation=build_photo_augmentation,
        stages=((1.0, TRANSFER_TRAINING_SIZE),),
        feature_layer="features",
    )


def bottleneck_recipe(config: TrainingConfig) -> Recipe:
    """Return the article's second recipe: a dense head on a backbone's last feature maps."""

    def build(class_count: int) -> keras.Model:
        network = build_bottleneck_network(
            class_count, ARTICLE_INPUT_SIZE, config.backbone, config.backbone_weights
        )
        freeze(network, 1.0)
        for layer in take_head(network, BOTTLENECK).layers:
            layer.trainable = True
        return network

    return Recipe(
        input_size=ARTICLE_INPUT_SIZE,
        learning_rate=1e-4,
        build_network=build,
        feature_layer=BOTTLENECK,
        is_head_only=True,
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
    "scratch": scratch_recipe,
    "transfer": transfer_recipe,
    "bottleneck": bottleneck_recipe,
}
