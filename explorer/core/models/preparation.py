"""How a picture becomes the input of a model: what no model file says."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from explorer.core.images.read import Picture, resize_picture

Resize = Literal["stretch", "crop", "pad"]
Channels = Literal["rgb", "bgr", "grey"]
Scaling = Literal["none", "unit", "signed", "imagenet"]

RESIZES: tuple[Resize, ...] = ("stretch", "crop", "pad")
CHANNELS: tuple[Channels, ...] = ("rgb", "bgr", "grey")
SCALINGS: tuple[Scaling, ...] = ("none", "unit", "signed", "imagenet")

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
"""Of the red, green and blue of the pictures of ImageNet, scaled to 0-1, as PyTorch's models
expect them."""

_GREY_WEIGHTS = (0.299, 0.587, 0.114)
"""Luma of ITU-R BT.601, as Pillow and OpenCV compute it."""


@dataclass(frozen=True)
class Preparation:
    """How a picture becomes the input of a model.

    Attributes
    ----------
    size : (int, int)
        Height and width of the input, in pixels.
    resize : {"stretch", "crop", "pad"}
        How a picture of another shape is brought to it: its aspect ratio is ignored, or the middle
        is kept, or black is added around it.
    channels : {"rgb", "bgr", "grey"}
        Their order, or one channel.
    scaling : {"none", "unit", "signed", "imagenet"}
        The range of values: 0 to 255, 0 to 1, -1 to 1, or 0 to 1 less ImageNet's mean, divided by
        its standard deviation.
    """

    size: tuple[int, int]
    resize: Resize = "stretch"
    channels: Channels = "rgb"
    scaling: Scaling = "none"

    def fit(self, picture: Picture) -> Picture:
        """Bring a picture to the size of the input: (height, width, 3) uint8 to the same."""
        height, width = self.size
        rows, columns = picture.shape[:2]
        if self.resize == "stretch" or rows * width == columns * height:
            return resize_picture(picture, self.size)
        choose = max if self.resize == "crop" else min
        factor = choose(height / rows, width / columns)
        inner = (max(1, round(rows * factor)), max(1, round(columns * factor)))
        scaled = resize_picture(picture, inner)
        fitted = np.zeros((height, width, 3), np.uint8)
        kept_rows, kept_columns = min(height, inner[0]), min(width, inner[1])
        top, left = (height - kept_rows) // 2, (width - kept_columns) // 2
        row, column = (inner[0] - kept_rows) // 2, (inner[1] - kept_columns) // 2
        fitted[top : top + kept_rows, left : left + kept_columns] = scaled[
            row : row + kept_rows, column : column + kept_columns
        ]
        return fitted

    def scale(self, fitted: Picture) -> npt.NDArray[np.float32]:
        """Return the values of a picture of the input's size as the model takes them.

        Parameters
        ----------
        fitted : (height, width, 3) uint8, RGB

        Returns
        -------
        (height, width, channels) float32
        """
        values: npt.NDArray[np.float32] = fitted.astype(np.float32)
        if self.scaling == "unit":
            values /= 255
        elif self.scaling == "signed":
            values = values / 127.5 - 1
        elif self.scaling == "imagenet":
            scaled = (values / 255 - np.array(IMAGENET_MEAN)) / np.array(IMAGENET_DEVIATION)
            values = scaled.astype(np.float32)
        if self.channels == "bgr":
            values = np.ascontiguousarray(values[:, :, ::-1])
        elif self.channels == "grey":
            values = np.dot(values, np.array(_GREY_WEIGHTS, np.float32)[:, None]).astype(np.float32)
        return values

    def prepare(self, picture: Picture) -> npt.NDArray[np.float32]:
        """Return a picture of any size as the model takes it: (height, width, channels) float32."""
        return self.scale(self.fit(picture))
