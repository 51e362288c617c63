"""What a fully connected layer on a picture would take: why networks for pictures convolve."""

import math
from dataclasses import dataclass

from explorer.core.text.counts import short_bytes


@dataclass(frozen=True)
class DenseLayer:
    """A fully connected layer that somebody thinks of.

    Attributes
    ----------
    units : int
    height, width, channels : int
        Of what it takes.
    bytes_each : int
        Of a weight: 4 in float32, 8 in float64.
    """

    units: int = 1000
    height: int = 224
    width: int = 224
    channels: int = 3
    bytes_each: int = 8

    @property
    def weights(self) -> int:
        """How many weights connect each unit to each value, without the biases."""
        return self.units * math.prod((self.height, self.width, self.channels))

    @property
    def sentence(self) -> str:
        """What it would take, in one sentence."""
        units = f"{self.units:,} unit{'' if self.units == 1 else 's'}"
        each = f"{self.bytes_each} byte{'' if self.bytes_each == 1 else 's'}"
        return (
            f"A fully connected layer of {units} on this {self.height}×{self.width}×{self.channels}"
            f" input would need {self.weights:,} weights, "
            f"{short_bytes(self.weights * self.bytes_each)} at {each} each."
        )
