"""Issues that follow from the figures of pictures: dark, bright, blurry, odd."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from explorer.core.health.issues import Issue, Thresholds

Figures = Mapping[str, npt.NDArray[np.floating]]
"""The fields of `PictureFigures` by name: (n,) float, NaN where unknown."""

Values = npt.NDArray[np.float64]

LEAST_RANGE_PX = 1.0


def measure_kinds(figures: Figures) -> dict[str, Values]:
    """Return what each measured kind compares with its threshold: (n,) float64, NaN where unknown.

    All but `odd_size` are issues where they are below it.
    """
    known = {name: np.asarray(values, np.float64) for name, values in figures.items()}
    return {
        "dark": known["brightness_99"],
        "bright": 1 - known["brightness_5"],
        "blurry": known["sharpness"],
        "low_information": np.minimum(known["entropy"] / 10, 1),
        "odd_aspect": known["aspect_ratio"],
        "odd_size": _measure_oddness(np.sqrt(known["width"] * known["height"])),
        "grey": known["is_grey"],
    }


def _measure_oddness(sizes: Values) -> Values:
    """Return by how many interquartile ranges each size lies outside the quartiles.

    The range counts as a pixel at least: of a dataset that has one size but for a few pictures,
    those would lie infinitely far outside, though they were a pixel larger.
    """
    if not np.isfinite(sizes).any():
        return sizes
    low, high = np.nanpercentile(sizes, [25, 75])
    outside = np.maximum(np.maximum(low - sizes, sizes - high), 0)
    return np.asarray(outside / max(high - low, LEAST_RANGE_PX), np.float64)


def find_measured(figures: Figures, thresholds: Thresholds) -> dict[str, tuple[list[Issue], str]]:
    """Return of each measured kind its issues, the worst first, and a note.

    A kind that holds more than `thresholds.most_share` of all pictures has no issues and a note:
    it is how the dataset is, and no picture of it is an exception.
    """
    measured = measure_kinds(figures)
    sizes = list(zip(figures["width"].tolist(), figures["height"].tolist(), strict=True))
    found: dict[str, tuple[list[Issue], str]] = {}
    for name, values in measured.items():
        if name == "grey":
            is_issue = values > 0
        elif name == "odd_size":
            is_issue = values > thresholds.odd_size
        else:
            is_issue = values < vars(thresholds)[name]
        places = np.flatnonzero(is_issue)
        known = int(np.isfinite(values).sum()) or 1
        if len(places) > thresholds.most_share * known:
            found[name] = ([], _describe_common(len(places), known, thresholds.most_share))
            continue
        sign = -1 if name == "odd_size" else 1
        places = places[np.argsort(sign * values[places], kind="stable")]
        reason = _REASONS[name]
        found[name] = (
            [
                Issue((int(place),), float(values[place]), reason(values[place], *sizes[place]))
                for place in places
            ],
            "",
        )
    return found


def _describe_common(count: int, known: int, most: float) -> str:
    return (
        f"{count:,} of {known:,} pictures: more than {100 * most:g} % are not listed, since that "
        "is how the dataset is."
    )


_REASONS: dict[str, Callable[[float, float, float], str]] = {
    "dark": lambda value, width, height: f"99 % of the pixels are darker than {100 * value:.0f} %",
    "bright": lambda value, width, height: (
        f"95 % of the pixels are brighter than {100 - 100 * value:.0f} %"
    ),
    "blurry": lambda value, width, height: f"sharpness {value:.2f}",
    "low_information": lambda value, width, height: f"{10 * value:.1f} bits per value",
    "odd_aspect": lambda value, width, height: f"{width:.0f} × {height:.0f}",
    "odd_size": lambda value, width, height: f"{width:.0f} × {height:.0f}",
    "grey": lambda value, width, height: "no colours",
}
