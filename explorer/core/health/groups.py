"""Groups of pictures in which a model does worse than elsewhere."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import fisher_exact

from explorer.core.files.names import printable_name
from explorer.core.health.issues import Issue
from explorer.core.health.measured import Figures
from explorer.core.text.percent import format_percent

Flags = npt.NDArray[np.bool_]

_FEWEST = 10
"""Smaller groups say nothing."""

_CHANCE = 0.001
"""The probability by which a difference may be by chance; some twenty groups are looked at."""

_TENTHS = {
    "brightness": ("darkest", "brightest"),
    "sharpness": ("most blurred", "sharpest"),
    "entropy": ("plainest", "most detailed"),
    "size": ("smallest", "largest"),
}


def find_weak_groups(
    figures: Figures,
    labels: npt.NDArray[np.integer],
    classes: Sequence[str],
    is_judged: Flags,
    is_right: Flags,
    threshold: float,
) -> list[Issue]:
    """Return the groups of unseen pictures with a lower accuracy, the weakest first.

    Looked at are each class, the tenths of lowest and highest brightness, sharpness, information
    and size, grey and long pictures.

    Parameters
    ----------
    is_judged : (n,) bool
        Where there is a label, a prediction, and the model was not trained on the picture.
    is_right : (n,) bool
    threshold : float
        By how much the accuracy must be lower than that of the others, 0 to 1.
    """
    found = []
    for name, is_member in _name_groups(figures, labels, classes, is_judged):
        inside, outside = is_member & is_judged, ~is_member & is_judged
        if min(inside.sum(), outside.sum()) < _FEWEST:
            continue
        hits, others = int(is_right[inside].sum()), int(is_right[outside].sum())
        share, rest = hits / inside.sum(), others / outside.sum()
        if rest - share < threshold:
            continue
        counts = [[hits, inside.sum() - hits], [others, outside.sum() - others]]
        if fisher_exact(counts, alternative="less").pvalue > _CHANCE:
            continue
        found.append(
            Issue(
                tuple(np.flatnonzero(inside).tolist()),
                float(rest - share),
                f"{name}: {hits:,} of {inside.sum():,} correct ({format_percent(share)}), "
                f"{format_percent(rest)} of the others",
            )
        )
    return sorted(found, key=lambda issue: -issue.figure)


def _name_groups(
    figures: Figures,
    labels: npt.NDArray[np.integer],
    classes: Sequence[str],
    is_judged: Flags,
) -> Iterator[tuple[str, Flags]]:
    for label, name in enumerate(classes):
        yield f"“{printable_name(name)}”", labels == label
    values = {name: np.asarray(figures[name], float) for name in figures}
    values["size"] = np.sqrt(values["width"] * values["height"])
    for name, (lowest, highest) in _TENTHS.items():
        known = values[name][is_judged & np.isfinite(values[name])]
        if known.size:
            low, high = np.percentile(known, [10, 90])
            if low < high:
                yield f"the {lowest} tenth", values[name] <= low
                yield f"the {highest} tenth", values[name] >= high
    yield "grey pictures", values["is_grey"] > 0
    yield "long pictures (one side more than twice the other)", values["aspect_ratio"] < 0.5
