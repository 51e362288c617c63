"""What is said of a layer's weights."""

from explorer.core.files.names import printable_name
from explorer.core.layers.weights import ALIKE, NEAR_ZERO, WEAK, FilterTable, LayerWeights
from explorer.core.text.percent import format_percent
from explorer.views.common.theme import format_number

_CONDITIONS = {
    "zero": "all its weights are 0: it is dead",
    "constant": "all its weights are equal: it only sums up",
    "weak": f"its norm is below {WEAK:.0%} of the median".replace("%", " %"),
}

NEAR_ZERO_TIP = f"below {NEAR_ZERO:.0%} of the largest magnitude".replace("%", " %")


def describe_layer(weights: LayerWeights) -> str:
    """Return what weights a layer has: "Conv1: kernel 3×3×3×32, bias 32"."""
    name = printable_name(weights.layer)
    if not weights.arrays:
        return f"{name} has no weights."
    arrays = ", ".join(f"{one.name} {'×'.join(map(str, one.shape))}" for one in weights.arrays)
    return f"{name}: {arrays}"


def describe_arrays(weights: LayerWeights) -> tuple[str, ...]:
    """Return the statistics of each array, a line each."""
    lines = []
    for one in weights.arrays:
        found = one.statistics
        mean, deviation, low, high = map(
            format_number, (found.mean, found.deviation, found.smallest, found.largest)
        )
        share = format_percent(found.near_zero)
        lines.append(
            f"{one.name}: {found.count:,} weights, mean {mean} ± {deviation}, {low} to {high}, "
            f"{share} near 0"
        )
    return tuple(lines)


def describe_filter(filters: FilterTable, index: int) -> tuple[str, ...]:
    """Return the statistics of one filter, a line each."""
    l1, l2, mean, deviation = (
        format_number(float(one[index]))
        for one in (filters.l1, filters.l2, filters.means, filters.deviations)
    )
    lines = [
        f"L1 norm {l1}, L2 norm {l2}",
        f"mean {mean} ± {deviation}",
        f"{format_percent(float(filters.near_zero[index]))} of the weights near 0",
    ]
    if filters.biases.size:
        lines.append(f"bias {format_number(float(filters.biases[index]))}")
    condition = filters.conditions[index]
    if condition:
        lines.append(f"{_CONDITIONS[condition]}.".capitalize())
    return tuple(lines)


def findings_of(filters: FilterTable, silent: tuple[int, ...]) -> list[tuple[str, int]]:
    """Return what stands out, each with the filter to look at.

    Parameters
    ----------
    filters : FilterTable
    silent : tuple of int
        The filters whose map is 0 everywhere for the current picture.
    """
    found = [
        (f"Filter {index + 1}: {_CONDITIONS[condition]}.", index)
        for index, condition in enumerate(filters.conditions)
        if condition
    ]
    found += [
        (f"Filter {one + 1}: its map is 0 everywhere on this picture.", one) for one in silent
    ]
    for pair in filters.alike:
        text = f"Filters {pair.first + 1} and {pair.second + 1} are alike"
        if pair.cosine < 0:
            text += " but for the sign"
        found.append((f"{text}: cosine {format_number(pair.cosine)}.", pair.first))
    if filters.alike_count > len(filters.alike):
        more = filters.alike_count - len(filters.alike)
        found.append((f"{more:,} more pairs are alike.", filters.alike[0].first))
    if filters.alike_count < 0:
        found.append(("There are too many filters to compare each with each.", 0))
    if not found:
        found.append((f"No filter is dead, and no two are alike (cosine {ALIKE:g} or more).", 0))
    return found
