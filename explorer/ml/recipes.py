"""The recipes of train.py: each a network, its augmentation and the size of its pictures."""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from explorer.ml.augmentation import build_article_augmentation
from explorer.ml.networks import ARTICLE_INPUT_SIZE, build_article_network


@dataclass(frozen=True)
class Recipe:
    """A network, its augmentation and the size of its pictures."""

    input_size: tuple[int, int]
    build_network: Callable[[int], keras.Model]
    build_augmentation: Callable[[int], keras.Model]


def article_recipe() -> Recipe:
    """Return the article's recipe: its layers and augmentation, Adam on a cosine schedule."""
    return Recipe(
        input_size=ARTICLE_INPUT_SIZE,
        build_network=build_article_network,
        build_augmentation=lambda seed: build_article_augmentation(ARTICLE_INPUT_SIZE, seed),
    )


RECIPES: dict[str, Callable[[], Recipe]] = {"article": article_recipe}
