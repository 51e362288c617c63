"""The preset kernels, in groups."""

import re
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.parametric import find_parametric
from explorer.core.text.shorten import shorten
from explorer.errors import KernelError


@dataclass(frozen=True)
class PresetGroup:
    """Presets under one heading.

    Attributes
    ----------
    name : str
        "Blur".
    filters : tuple of Filter
    """

    name: str
    filters: tuple[Filter, ...]


def find_preset(name: str) -> Filter:
    """Return the preset of that key or name; case, spaces and hyphens are ignored.

    Raises
    ------
    KernelError
        There is none; the sentence lists all presets.
    """
    wanted = _squeeze(name)
    for preset in PRESETS:
        if wanted in (_squeeze(preset.key), _squeeze(preset.name)):
            return preset
    raise KernelError(
        f"There is no kernel called “{shorten(name)}”; the presets are {preset_keys()}."
    )


def preset_keys() -> str:
    """Return the keys of all presets, for a sentence."""
    return ", ".join(preset.key for preset in PRESETS)


def _squeeze(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold().replace("×", "x")


def _preset(
    key: str, name: str, table: npt.ArrayLike, *, over: float = 1, kernel: str = ""
) -> Filter:
    return Filter(name, (Kernel(kernel or name, np.array(table, np.float64) / over),), key)


def _parametric(key: str, name: str, formula: str, size: int, **values: float) -> Filter:
    kernel = find_parametric(formula).make(values, size, size)
    return Filter(name, (replace(kernel, name=name),), key)


_GX = _preset("gx", "Sobel x (Gx)", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], kernel="Gx")
_GY = _preset("gy", "Sobel y (Gy)", [[1, 2, 1], [0, 0, 0], [-1, -2, -1]], kernel="Gy")
_BINOMIAL = (1, 4, 6, 4, 1)
_GAUSSIAN = np.outer(_BINOMIAL, _BINOMIAL)
_CENTRE = np.outer((0, 0, 1, 0, 0), (0, 0, 1, 0, 0))

PRESET_GROUPS: tuple[PresetGroup, ...] = (
    PresetGroup(
        "Basics",
        (
            _preset("identity", "Identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
            _preset("box-3x3", "Box blur 3×3", [[1] * 3] * 3, over=9),
            _preset("box-8x8", "Box blur 8×8", [[1] * 8] * 8, over=64),
            _GX,
            _GY,
            Filter("Gradient magnitude", (*_GX.kernels, *_GY.kernels), "gradient"),
        ),
    ),
    PresetGroup(
        "Blur",
        (
            _preset("gaussian-3x3", "Gaussian 3×3", [[1, 2, 1], [2, 4, 2], [1, 2, 1]], over=16),
            _preset("gaussian", "Gaussian 5×5", _GAUSSIAN, over=256),
            _parametric("gaussian-15x15", "Gaussian 15×15", "gaussian", 15, sigma=2.5),
            _parametric("motion-blur", "Motion blur →", "motion-blur", 15, length=15, angle=0),
            _parametric("motion-blur-45", "Motion blur ↗", "motion-blur", 11, length=15, angle=45),
        ),
    ),
    PresetGroup(
        "Edges",
        (
            _preset("outline", "Outline", [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
            _preset("prewitt-x", "Prewitt x", [[-1, 0, 1]] * 3),
            _preset("prewitt-y", "Prewitt y", [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]),
            _preset("scharr-x", "Scharr x", [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]),
            _preset("scharr-y", "Scharr y", [[3, 10, 3], [0, 0, 0], [-3, -10, -3]]),
            Filter(
                "Roberts cross",
                (
                    Kernel("Roberts \\", np.array([[1.0, 0], [0, -1]])),
                    Kernel("Roberts /", np.array([[0.0, 1], [-1, 0]])),
                ),
                "roberts",
            ),
            _preset("laplacian-4", "Laplacian, 4 neighbours", [[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
            _preset("laplacian-8", "Laplacian, 8 neighbours", [[1, 1, 1], [1, -8, 1], [1, 1, 1]]),
            _preset(
                "log-5x5",
                "Laplacian of Gaussian 5×5",
                [
                    [0, 0, 1, 0, 0],
                    [0, 1, 2, 1, 0],
                    [1, 2, -16, 2, 1],
                    [0, 1, 2, 1, 0],
                    [0, 0, 1, 0, 0],
                ],
            ),
        ),
    ),
    PresetGroup(
        "Sharpen",
        (
            _preset("sharpen", "Sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
            _preset("sharpen-8", "Sharpen strongly", [[-1, -1, -1], [-1, 9, -1], [-1, -1, -1]]),
            # The picture plus the difference from its blur.
            _preset("unsharp", "Unsharp mask 5×5", 512 * _CENTRE - _GAUSSIAN, over=256),
        ),
    ),
    PresetGroup(
        "Emboss",
        (
            _preset("emboss", "Emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
            _preset("emboss-up", "Emboss (upwards)", [[1, 2, 1], [0, 1, 0], [-1, -2, -1]]),
            _preset("emboss-soft", "Emboss (soft)", [[-1, 0, 0], [0, 1, 0], [0, 0, 1]]),
            _preset("bevel", "Bevel", [[-1, 0, 0], [0, 0, 0], [0, 0, 1]]),
        ),
    ),
    PresetGroup(
        "Textures",
        (
            _preset("lines-level", "Horizontal lines", [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]),
            _preset("lines-upright", "Vertical lines", [[-1, 2, -1]] * 3),
            _preset("lines-rising", "Diagonal lines /", [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]]),
            _preset("lines-falling", "Diagonal lines \\", [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]),
            _preset(
                "spots",
                "Spots 5×5",
                [
                    [-1, -1, -1, -1, -1],
                    [-1, 1, 2, 1, -1],
                    [-1, 2, 4, 2, -1],
                    [-1, 1, 2, 1, -1],
                    [-1, -1, -1, -1, -1],
                ],
                over=16,
            ),
            _preset(
                "checkerboard",
                "Checkerboard 4×4",
                [[1, -1, 1, -1], [-1, 1, -1, 1], [1, -1, 1, -1], [-1, 1, -1, 1]],
                over=8,
            ),
            _parametric("gabor-0", "Gabor 0°", "gabor", 15, angle=0),
            _parametric("gabor-45", "Gabor 45°", "gabor", 15, angle=45),
            _parametric("gabor-90", "Gabor 90°", "gabor", 15, angle=90),
            _parametric("gabor-135", "Gabor 135°", "gabor", 15, angle=135),
        ),
    ),
)

PRESETS: tuple[Filter, ...] = tuple(preset for group in PRESET_GROUPS for preset in group.filters)
