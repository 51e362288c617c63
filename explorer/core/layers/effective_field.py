"""Which pixels one value of a layer depends on, and how much."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_DIM = 0.6
"""How bright a picture is where a value does not depend on it."""


@dataclass(frozen=True, eq=False)
class EffectiveField:
    """How much one value of a layer changes with each pixel (Luo et al., 2016).

    Attributes
    ----------
    magnitudes : (height, width) float32
        The magnitude of the gradient, summed over the channels of the input; of the size that the
        model is given.
    """

    magnitudes: npt.NDArray[np.float32]

    def share_in(self, rows: range, columns: range) -> float:
        """Return the share of all magnitudes that lies in a box, 0 to 1; 1 where all are 0."""
        total = float(self.magnitudes.sum(dtype=np.float64))
        inside = self.magnitudes[rows.start : rows.stop, columns.start : columns.stop]
        return float(inside.sum(dtype=np.float64)) / total if total else 1.0

    @property
    def radius(self) -> float:
        """The root mean square distance of the magnitudes from their centre, in pixels."""
        weights = self.magnitudes.astype(np.float64)
        total = weights.sum()
        if not total:
            return 0.0
        rows, columns = np.indices(weights.shape)
        down, along = ((weights * axis).sum() / total for axis in (rows, columns))
        squares = (rows - down) ** 2 + (columns - along) ** 2
        return float(np.sqrt((weights * squares).sum() / total))


def spotlight(
    picture: npt.NDArray[np.uint8], magnitudes: npt.NDArray[np.float32]
) -> npt.NDArray[np.uint8]:
    """Return a picture that is bright where a value depends on it, and dim elsewhere.

    The brightness goes with the square root of the magnitude, or the tails could not be seen.

    Parameters
    ----------
    picture : (height, width, 3) uint8
    magnitudes : (height, width) float32
    """
    largest = float(magnitudes.max())
    shares = np.sqrt(magnitudes / largest) if largest else np.zeros_like(magnitudes)
    lit: npt.NDArray[np.uint8] = np.rint(
        picture * (_DIM + (1 - _DIM) * np.clip(shares, 0, 1))[:, :, None]
    ).astype(np.uint8)
    return lit
