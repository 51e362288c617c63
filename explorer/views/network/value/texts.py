"""What is said of one value and of its computation."""

import math
from collections.abc import Sequence

import numpy as np

from explorer.core.files.names import printable_name
from explorer.core.layers.arithmetic import Continuation, Step, ValueArithmetic
from explorer.core.layers.effective_field import EffectiveField
from explorer.core.layers.layers import ReceptiveField
from explorer.core.text.percent import format_percent
from explorer.views.common.theme import format_number

FLOAT32_SHARE = 1e-5
"""How far float32 may be off, relative to the magnitudes that are added up."""

_SIGNS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷"}
_WHAT = {"mean": "mean", "maximum": "maximum", "minimum": "minimum", "product": "product"}


def describe_total(found: ValueArithmetic) -> str:
    """Return what the parts make: "sum of 3 channels: −1.25"."""
    total = format_number(found.total)
    count = len(found.names) + found.rest_count
    if found.how == "copy":
        where = ""
        if found.input_columns and found.inside.size == 0:
            where = f", column {found.input_columns[0]}, row {found.input_rows[0]}"
        return f"{found.names[0]}{where} of what goes in: {total}"
    if found.how != "sum":
        return f"{_WHAT[found.how]} of {found.values.size:,} values: {total}"
    if count == 1:
        return f"sum of the products: {total}"
    kind = "channels" if found.names[0].startswith("channel") else "products"
    return f"sum of {count:,} {kind if found.weights.size else 'values'}: {total}"


def describe_step(step: Step) -> str:
    """Return a step as a line: "+ bias 0.5 = −0.75"."""
    result = format_number(step.result)
    if step.operation == "apply":
        return f"{step.name}: {result}"
    return f"{_SIGNS[step.operation]} {step.name} {format_number(step.operand)} = {result}"


def describe_continuation(found: Continuation) -> str:
    """Return what the next layer makes of a value: "bn_1: − mean 3 = −2, …"."""
    layer = printable_name(found.layer.rpartition("/")[2])
    steps = ", ".join(describe_step(step) for step in found.steps)
    return f"then {layer}: {steps or format_number(found.result)}"


def describe_verdict(found: ValueArithmetic, framework: str) -> str:
    """Say whether the result is the framework's, with both numbers."""
    ours, theirs = (f"{one + 0.0:.7g}".replace("-", "−") for one in (found.result, found.framework))
    if found.how == "none":
        return f"The model computes {theirs}."
    numbers = f"Computed here: {ours}. By {framework}: {theirs}."
    if agrees(found):
        return f"{numbers} They agree."
    difference = f"{abs(found.difference):.3g}"
    return f"{numbers} They differ by {difference}."


def agrees(found: ValueArithmetic) -> bool:
    """Say whether no more than the rounding of float32 lies between result and framework."""
    size = max(abs(found.result), abs(found.total), *(abs(one.operand) for one in found.steps), 0.0)
    if found.how in ("sum", "mean"):
        size = max(size, float(np.abs(found.sums).sum()))
    steepest = 1.0
    for step in found.steps:
        if step.operation == "divide" and step.operand:
            steepest *= max(1.0, 1 / abs(step.operand))
        elif step.operation == "multiply":
            steepest *= max(1.0, abs(step.operand))
    limit = FLOAT32_SHARE * size * steepest
    return math.isclose(found.result, found.framework, rel_tol=FLOAT32_SHARE, abs_tol=limit)


def describe_place(layer: str, name: str, place: Sequence[int], *, has_space: bool) -> str:
    """Return which value it is: "conv_1, map 5, column 3, row 4"."""
    where = f", column {place[1]}, row {place[0]}" if has_space else ""
    return f"{layer}, {name.lower() if name.startswith(('Map ', 'Unit ')) else name}{where}"


def describe_field(
    field: ReceptiveField | None,
    box: tuple[range, range] | None,
    effective: EffectiveField | None,
) -> tuple[str, ...]:
    """Return what is known of the pixels that a value depends on, a line each."""
    lines = []
    if field is None or len(field.size) != 2:
        lines.append("The receptive field of this layer is not known.")
    elif 0 in field.stride:
        lines.append("Receptive field: the whole picture.")
    else:
        size = "×".join(f"{one:,}" for one in field.size)
        stride = " and ".join(dict.fromkeys(f"{one:g}" for one in field.stride))
        lines.append(f"Receptive field: {size} pixels, {stride} apart from value to value.")
    if effective is not None:
        if not effective.magnitudes.any():
            lines.append("No pixel changes this value at present: its gradient is 0.")
        else:
            lines.append(
                f"Effective field: most of the influence lies within {effective.radius:.3g} pixels "
                "of its middle (root mean square)."
            )
            if box is not None:
                share = format_percent(effective.share_in(*box))
                lines.append(f"Share of the gradient within the receptive field: {share}.")
    return tuple(lines)
