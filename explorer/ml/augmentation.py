"""Augmentation: Keras layers in models of their own, which run in training only, never saved."""

from typing import Any

import keras
from keras import layers, ops


class RandomAffine(layers.Layer):  # type: ignore[misc]
    """Mirror, shear and zoom each picture at random about its centre, in one resampling.

    Keras has a layer for each; one after another they resample a picture twice, which blurs it
    and costs as much as a convolution. Outside training the pictures pass unchanged.

    Parameters
    ----------
    shear : float
        Each row is shifted by up to this share of its distance from the middle, either way.
    zoom : float
        Width and height are scaled, each for itself, by 1 - zoom to 1 + zoom.
    seed : int
    """

    def __init__(self, *, shear: float, zoom: float, seed: int) -> None:
        super().__init__()
        self._shear = shear
        self._zoom = zoom
        self._seeds = keras.random.SeedGenerator(seed)

    def call(self, pictures: Any, training: bool = False) -> Any:
        """Transform (n, height, width, 3) pictures; what falls outside is reflected."""
        if not training:
            return pictures
        count, height, width = ops.shape(pictures)[0], pictures.shape[1], pictures.shape[2]
        draws = keras.random.uniform((count, 4), -1.0, 1.0, seed=self._seeds)
        scale_x = (1 + self._zoom * draws[:, 0]) * ops.sign(draws[:, 3])
        scale_y = 1 + self._zoom * draws[:, 1]
        shear = self._shear * draws[:, 2]
        # From the output's (x, y) to the input's: a0 x + a1 y + a2, b0 x + b1 y + b2.
        x, y = (width - 1) / 2, (height - 1) / 2
        none = ops.zeros_like(shear)
        transform = ops.stack(
            [
                *(scale_x, shear, x - scale_x * x - shear * y),
                *(none, scale_y, y - scale_y * y),
                *(none, none),
            ],
            axis=1,
        )
        return ops.image.affine_transform(pictures, transform, fill_mode="reflect")


def build_article_augmentation(input_size: tuple[int, int], seed: int) -> keras.Model:
    """Build the article's augmentation: shear .2, zoom .2, flip.

    The article shears by up to .2 (of the height, here each way) and zooms width and height by
    0.8 to 1.2.
    """
    return keras.Sequential(
        [keras.Input((*input_size, 3)), RandomAffine(shear=0.2, zoom=0.2, seed=seed)],
        name="augmentation",
    )


def build_photo_augmentation(input_size: tuple[int, int], seed: int) -> keras.Model:
    """Build an augmentation for photos from anywhere: framing, proportions, light, sharpness."""
    return keras.Sequential(
        [
            keras.Input((*input_size, 3)),
            RandomAffine(shear=0.15, zoom=0.35, seed=seed),
            layers.RandomBrightness(0.2, seed=seed + 1),
            layers.RandomContrast(0.3, seed=seed + 2),
            layers.RandomGaussianBlur(0.3, kernel_size=3, sigma=1.0, seed=seed + 3),
        ],
        name="augmentation",
    )
