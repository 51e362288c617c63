"""A picture as a model sees it, for a person to look at."""

from dataclasses import dataclass

import numpy as np

from explorer.core.images.read import Picture
from explorer.core.models.preparation import Preparation


@dataclass(frozen=True, eq=False)
class SeenPicture:
    """What becomes of a picture before it enters a model.

    Attributes
    ----------
    pixels : (height, width, 3) uint8
        Of the input's size. A model that takes blue first sees red things as blue ones, and so
        does this picture; one channel is grey.
    low, high, mean : float
        Of the values that enter the model.
    """

    pixels: Picture
    low: float
    high: float
    mean: float


def see(picture: Picture, preparation: Preparation) -> SeenPicture:
    """Prepare a picture, (height, width, 3) uint8, and show what came of it."""
    fitted = preparation.fit(picture)
    values = preparation.scale(fitted)
    pixels = fitted
    if preparation.channels == "bgr":
        pixels = np.ascontiguousarray(fitted[:, :, ::-1])
    elif preparation.channels == "grey":
        grey = Preparation(preparation.size, channels="grey").scale(fitted)
        pixels = np.repeat(np.round(grey).clip(0, 255).astype(np.uint8), 3, axis=2)
    return SeenPicture(pixels, float(values.min()), float(values.max()), float(values.mean()))
