"""Augmentation: Keras layers in models of their own, which run in training only, never saved."""

import math
from typing import Any

import keras
from keras import layers, ops


class RandomAffine(layers.Layer):  # type: ignore[misc]
    """Mirror, turn, shear, scale and shift each picture at random, in one resampling.

    Keras has a layer for each; one after another they resample a picture several times, which blurs
    it and costs as much as a convolution. Outside training the pictures pass unchanged.

    Parameters
    ----------
    scale : (float, float)
        Least and greatest factor by which more of the picture comes into view: below 1 things are
        enlarged. Its logarithm is distributed evenly.
    zoom : float
        Width and height are scaled, each for itself, by 1 - zoom to 1 + zoom.
    shear : float
        Each row is shifted by up to this fraction of its distance from the middle, either way.
    rotation : float
        The greatest angle, in radians, either way.
    shift : float
        The greatest shift along each axis, as a fraction of its length, either way.
    """

    def __init__(
        self,
        *,
        seed: int,
        scale: tuple[float, float] = (1.0, 1.0),
        zoom: float = 0.0,
        shear: float = 0.0,
        rotation: float = 0.0,
        shift: float = 0.0,
    ) -> None:
        super().__init__()
        self._scale = scale
        self._zoom = zoom
        self._shear = shear
        self._rotation = rotation
        self._shift = shift
        self._seeds = keras.random.SeedGenerator(seed)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the pictures, which does not change."""
        return input_shape

    def call(self, pictures: Any, training: bool = False) -> Any:
        """Transform (n, height, width, 3) pictures; what falls outside is reflected."""
        if not training:
            return pictures
        count, height, width = ops.shape(pictures)[:3]
        draws = keras.random.uniform((count, 8), -1.0, 1.0, seed=self._seeds)
        least, greatest = (math.log(factor) for factor in self._scale)
        scale = ops.exp(least + (greatest - least) * (draws[:, 0] + 1) / 2)
        scale_x = scale * (1 + self._zoom * draws[:, 1]) * ops.sign(draws[:, 2])
        scale_y = scale * (1 + self._zoom * draws[:, 3])
        shear = self._shear * draws[:, 4]
        cosine, sine = (f(self._rotation * draws[:, 5]) for f in (ops.cos, ops.sin))
        # From the output's (x, y) to the input's, both from the middle: scale and shear, then turn.
        a, b = cosine * scale_x, cosine * shear - sine * scale_y
        c, d = sine * scale_x, sine * shear + cosine * scale_y
        width, height = ops.cast(width, "float32"), ops.cast(height, "float32")
        x, y = (width - 1) / 2, (height - 1) / 2
        to_x = x - a * x - b * y + self._shift * width * draws[:, 6]
        to_y = y - c * x - d * y + self._shift * height * draws[:, 7]
        none = ops.zeros_like(a)
        transform = ops.stack([a, b, to_x, c, d, to_y, none, none], axis=1)
        return ops.image.affine_transform(pictures, transform, fill_mode="reflect")


class RandomNoise(layers.Layer):  # type: ignore[misc]
    """Add normal noise to each picture, of a strength of its own, as cameras and JPEGs do.

    Keras's GaussianNoise is for values about 0 and as strong for every picture.

    Parameters
    ----------
    strength : float
        The greatest standard deviation, in grey levels.
    """

    def __init__(self, strength: float, *, seed: int) -> None:
        super().__init__()
        self._strength = strength
        self._seeds = keras.random.SeedGenerator(seed)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the pictures, which does not change."""
        return input_shape

    def call(self, pictures: Any, training: bool = False) -> Any:
        """Return (n, height, width, 3) pictures with noise, 0-255."""
        if not training:
            return pictures
        shape = ops.shape(pictures)
        strengths = keras.random.uniform((shape[0], 1, 1, 1), 0.0, self._strength, seed=self._seeds)
        noise = keras.random.normal(shape, seed=self._seeds)
        return ops.clip(pictures + strengths * noise, 0.0, 255.0)


def build_article_augmentation(seed: int) -> keras.Model:
    """Build the article's augmentation: shear .2, zoom .2, flip.

    The article shears by up to .2 (of the height, here each way) and zooms width and height by
    0.8 to 1.2.
    """
    return _build(RandomAffine(shear=0.2, zoom=0.2, seed=seed))


def build_photo_augmentation(seed: int) -> keras.Model:
    """Build an augmentation for photos from anywhere: framing, proportions, light, sharpness."""
    return _build(
        RandomAffine(scale=(0.7, 1.4), zoom=0.15, shear=0.1, rotation=0.15, shift=0.1, seed=seed),
        layers.RandomBrightness(0.2, seed=seed + 1),
        layers.RandomContrast(0.3, seed=seed + 2),
        layers.RandomGaussianBlur(0.3, kernel_size=3, sigma=1.0, seed=seed + 3),
    )


def build_strong_augmentation(seed: int) -> keras.Model:
    """Build an augmentation for a network that has seen nothing else: closer, greyer, noisier."""
    return _build(
        RandomAffine(scale=(0.6, 1.2), zoom=0.15, shear=0.1, rotation=0.15, shift=0.1, seed=seed),
        layers.RandomBrightness(0.2, seed=seed + 1),
        layers.RandomContrast(0.3, seed=seed + 2),
        layers.RandomGrayscale(0.1, seed=seed + 3),
        RandomNoise(8.0, seed=seed + 4),
    )


def _build(*steps: keras.Layer) -> keras.Model:
    return keras.Sequential([keras.Input((None, None, 3)), *steps], name="augmentation")
