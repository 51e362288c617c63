"""Class activation maps: Grad-CAM, Grad-CAM++ and HiResCAM of a layer's maps and gradients.

Each is signed and at the layer's resolution, before any ReLU and resizing.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from explorer.core.models.explanations import Method

Maps = npt.NDArray[np.float64]


def grad_cam(maps: Maps, gradients: Maps) -> Maps:
    """Return the sum of the maps, each weighted by the mean of its gradient (Selvaraju, 2017).

    Where global average pooling and one dense layer follow, the gradient is the same everywhere,
    and the map sums to the logit less the bias.

    Parameters
    ----------
    maps, gradients : (height, width, filters) float64

    Returns
    -------
    (height, width) float64
    """
    return np.asarray(maps @ gradients.mean(axis=(0, 1)))


def grad_cam_plus_plus(maps: Maps, gradients: Maps) -> Maps:
    """Return the sum of the maps, weighted by their positive gradients (Chattopadhay, 2018).

    The weight of a position is G² / (2 G² + ΣA·G³), for the exponential of the score, whose value
    cancels. Parameters as for `grad_cam`.
    """
    square, cube = gradients**2, gradients**3
    below = 2 * square + maps.sum(axis=(0, 1)) * cube
    shares = np.divide(square, below, out=np.zeros_like(square), where=below != 0)
    weights = (shares * np.maximum(gradients, 0)).sum(axis=(0, 1))
    return np.asarray(maps @ weights)


def hires_cam(maps: Maps, gradients: Maps) -> Maps:
    """Return the sum of the maps times their gradients, position by position (Draelos, 2020).

    Where one dense layer follows, whatever it is given, the map sums to the logit less the bias.
    Parameters as for `grad_cam`.
    """
    return np.asarray((maps * gradients).sum(axis=2))


ACTIVATION_MAPS: dict[Method, Callable[[Maps, Maps], Maps]] = {
    "grad-cam": grad_cam,
    "grad-cam++": grad_cam_plus_plus,
    "hirescam": hires_cam,
}
