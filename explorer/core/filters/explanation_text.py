"""The computation of one value as text: the printed numbers sum to the printed result.

“=” means that every number of a sum is printed in full, “≈” that one is rounded. Rounded numbers
have enough digits for their sum to match the result within a millionth of the sum of their
magnitudes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.core.filters.explanation import (
    Arithmetic,
    ConvolutionSum,
    MovedValue,
    NeuronScore,
    NeuronScores,
    Numbers,
    PooledWindow,
    RectifiedValue,
    add,
)
from explorer.core.text.percent import format_percent

MOST_TERMS = 25
FEW_TERMS = 8
PRECISION = 1e-6
_MOST_DECIMALS = 12
_LARGEST_PLAIN = 1e15  # beyond it a float64 has no decimals


@dataclass(frozen=True)
class _Figures:
    """How the numbers of one sum are printed: with so many decimals, or in scientific notation."""

    decimals: int = 0
    is_plain: bool = True

    def write(self, value: float) -> str:
        """Return a number with a true minus sign and without needless zeros."""
        if not math.isfinite(value):
            return "undefined" if math.isnan(value) else "∞" if value > 0 else "−∞"
        if not self.is_plain:
            return f"{value:.8e}".replace("-", "−")
        text = f"{round(value, self.decimals) + 0.0:,.{self.decimals}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return text.replace("-", "−")

    def join(self, values: Sequence[float]) -> str:
        """Return numbers as a sum: 12 − 40 + 3."""
        first, *others = (self.write(value) for value in values)
        signed = (f" − {text[1:]}" if text.startswith("−") else f" + {text}" for text in others)
        return first + "".join(signed)

    def equals(self, *numbers: float | Numbers) -> str:
        """Return the sign to stand between these numbers: whether all are printed in full."""
        values = np.concatenate([np.ravel(number) for number in numbers])
        # What is far below the last decimal is no loss of the print, but float64's own rounding.
        negligible = 1e-4 * 10.0**-self.decimals
        is_exact = (
            self.is_plain
            and np.isfinite(values).all()
            and (np.abs(values - np.round(values, self.decimals)) <= negligible).all()
        )
        return "=" if is_exact else "≈"


def describe(arithmetic: Arithmetic, *, most_terms: int = MOST_TERMS) -> tuple[str, ...]:
    """Write out every sum on a line of its own.

    Parameters
    ----------
    most_terms : int
        Of a longer sum, only the largest terms are written, and the sum of the others.

    Returns
    -------
    tuple of str
        Such as “Gx: 12 − 40 + 3 = −25” and “−25 + bias 5 = −20”.
    """
    match arithmetic:
        case ConvolutionSum():
            figures = _figures_of(arithmetic)
            sums = (
                f"{one.name}: {_write_sum(one.products, one.total, figures, most_terms)}"
                for one in arithmetic.sums
            )
            return (*sums, _write_result(arithmetic, figures))
        case PooledWindow(kind="average"):
            return (_write_mean(arithmetic, most_terms),)
        case PooledWindow(values=values, result=result):
            figures = _figures(abs(result), 1)
            listed = f"{values.size:,} values"
            if values.size <= most_terms:
                listed = ", ".join(figures.write(value) for value in values.ravel().tolist())
            return (f"maximum of {listed} {figures.equals(result)} {figures.write(result)}",)
        case RectifiedValue(value=value, result=result):
            figures = _figures(abs(value), 1)
            written = f"max(0, {figures.write(value)})"
            return (f"{written} {figures.equals(result)} {figures.write(result)}",)
        case MovedValue(input_rows=rows, input_columns=columns, result=result):
            written = _figures(abs(result), 1).write(result)
            return (f"{written}, moved here from column {columns[0]}, row {rows[0]}",)
        case NeuronScores(neurons=neurons):
            return tuple(_write_score(neuron) for neuron in neurons)


def summarize(arithmetic: Arithmetic) -> tuple[str, ...]:
    """Return short lines to show next to the numbers: the sums and the result."""
    match arithmetic:
        case ConvolutionSum(sums=sums):
            figures = _figures_of(arithmetic)
            names = ["sum"] if len(sums) == 1 else [f"{one.name}: sum" for one in sums]
            totals = (
                f"{name} {figures.equals(one.products, one.total)} {figures.write(one.total)}"
                for name, one in zip(names, sums, strict=True)
            )
            return (*totals, _write_result(arithmetic, figures))
        case PooledWindow(kind="average", values=values, result=result):
            figures = _figures(add(np.abs(values)), values.size)
            total = add(values)
            written = f"{figures.write(total)} / {values.size:,}"
            return (
                f"sum {figures.equals(values, total)} {figures.write(total)}",
                f"{written} {figures.equals(total, result)} {figures.write(result)}",
            )
        case PooledWindow():
            return describe(arithmetic, most_terms=0)
        case NeuronScores(neurons=neurons):
            return tuple(_write_share(neuron) for neuron in neurons)
        case _:
            return describe(arithmetic)


def _figures(size: float, count: int) -> _Figures:
    """Choose the digits for `count` numbers whose magnitudes sum to `size`."""
    if size == 0 or not math.isfinite(size):
        return _Figures()
    # Each rounding is off by half of the last decimal at most.
    decimals = math.ceil(math.log10(0.5 * (count + 1) / (PRECISION * size)))
    return _Figures(max(decimals, 0), decimals <= _MOST_DECIMALS and size < _LARGEST_PLAIN)


def _figures_of(arithmetic: ConvolutionSum) -> _Figures:
    """Choose the same digits for all sums of a response and its result."""
    sizes = [one.size for one in arithmetic.sums if one.size > 0]
    smallest = min(sizes, default=0.0) or abs(arithmetic.offset)
    return _figures(smallest, arithmetic.values.size + 1)


def _write_sum(numbers: Numbers, total: float, figures: _Figures, most_terms: int) -> str:
    terms, rest_count = _terms_of(numbers, most_terms)
    return (
        f"{figures.join(terms)}{_name_rest(rest_count)} "
        f"{figures.equals(*terms, total)} {figures.write(total)}"
    )


def _terms_of(numbers: Numbers, most_terms: int) -> tuple[list[float], int]:
    """Return the terms to print of a sum; the last is the sum of the omitted ones, if any."""
    flat = numbers.ravel()
    if flat.size <= most_terms:
        return flat.tolist(), 0
    count = min(FEW_TERMS, most_terms)
    order = np.argsort(-np.abs(flat), kind="stable")
    named, others = flat[order[:count]], flat[order[count:]]
    return [*named.tolist(), add(others)], len(others)


def _name_rest(count: int) -> str:
    return f" (the other {count:,})" if count else ""


def _write_result(arithmetic: ConvolutionSum, figures: _Figures) -> str:
    totals = [one.total for one in arithmetic.sums]
    result = figures.write(arithmetic.result)
    if len(totals) > 1:
        squares = " + ".join(f"{_bracket(figures.write(total))}²" for total in totals)
        return f"√({squares}) {figures.equals(*totals, arithmetic.result)} {result}"
    total, offset = figures.write(totals[0]), figures.write(abs(arithmetic.offset))
    sign = "−" if arithmetic.offset < 0 else "+"
    equals = figures.equals(totals[0], arithmetic.offset, arithmetic.result)
    return f"{total} {sign} bias {offset} {equals} {result}"


def _write_mean(arithmetic: PooledWindow, most_terms: int) -> str:
    values = arithmetic.values
    figures = _figures(add(np.abs(values)), values.size)
    terms, rest_count = _terms_of(values, most_terms)
    return (
        f"({figures.join(terms)}{_name_rest(rest_count)}) / {values.size:,} "
        f"{figures.equals(*terms, arithmetic.result)} {figures.write(arithmetic.result)}"
    )


def _write_score(neuron: NeuronScore) -> str:
    terms = list(neuron.largest)
    if neuron.rest_count:
        terms.append(neuron.rest)
    figures = _figures(neuron.size, len(terms))
    return (
        f"{neuron.name}: {figures.join(terms)}{_name_rest(neuron.rest_count)} "
        f"{figures.equals(*terms, neuron.score)} {figures.write(neuron.score)}, "
        f"softmax {format_percent(neuron.probability)}"
    )


def _write_share(neuron: NeuronScore) -> str:
    figures = _figures(neuron.size, 1)
    here = f"{'' if neuron.here < 0 else '+'}{figures.write(neuron.here)}"
    return (
        f"{neuron.name}: score {figures.write(neuron.score)}, this pixel {here}, "
        f"softmax {format_percent(neuron.probability)}"
    )


def _bracket(text: str) -> str:
    return f"({text})" if text.startswith("−") else text
