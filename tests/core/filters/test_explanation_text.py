"""What is printed of the arithmetic adds up as printed."""

import math
import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from explorer.core.filters.explanation import (
    ConvolutionSum,
    NeuronScores,
    PooledWindow,
    explain_value,
)
from explorer.core.filters.explanation_text import PRECISION, describe, summarize
from explorer.core.filters.steps import Convolution, Dense, Pooling, Relu, Shuffle
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.presets import find_preset
from explorer.core.text.percent import format_percent
from explorer.errors import KernelError
from tests.core.filters.explanation_cases import convolutions, pictures, places, poolings


def read(text: str) -> Decimal:
    return Decimal(text.strip().replace("−", "-").replace(",", ""))


def read_sum(text: str) -> Decimal:
    """Add up a printed sum, as a reader would: every term, the rest too."""
    text = re.sub(r" \(the other [\d,]+\)", "", text)
    terms = re.split(r" (?=[+−] )", text)
    return sum((read(term.replace(" ", "").lstrip("+")) for term in terms), Decimal(0))


def assert_meets(found: Decimal, sign: str, result: str, size: float) -> None:
    """“=” means equal to the last digit, “≈” within a millionth of what was added up."""
    if sign == "=":
        assert found == read(result)
    else:
        assert float(found) == pytest.approx(float(read(result)), rel=0, abs=PRECISION * size)


def split(line: str) -> tuple[str, str, str]:
    left, sign, right = re.split(r" ([=≈]) ", line)
    return left, sign, right


@given(st.data(), pictures(), convolutions(), st.sampled_from([0, 3, 25]))
def test_printed_sums_add_up(data, planes, convolution, most_terms):
    try:
        height, width = convolution.geometry.output_size(
            planes.shape[:2], convolution.filter.kernels[0].weights.shape
        )
    except KernelError:
        return
    row, column, _ = data.draw(places((height, width)))
    arithmetic = explain_value(planes, convolution, row, column)
    assert isinstance(arithmetic, ConvolutionSum)
    lines = describe(arithmetic, most_terms=most_terms)
    totals = []
    for one, line in zip(arithmetic.sums, lines[:-1], strict=True):
        left, sign, right = split(line.removeprefix(f"{one.name}: "))
        assert_meets(read_sum(left), sign, right, one.size)
        assert float(read(right)) == pytest.approx(one.total, rel=0, abs=PRECISION * one.size)
        totals.append(read(right))
    left, sign, right = split(lines[-1])
    size = sum(one.size for one in arithmetic.sums) + abs(arithmetic.offset)
    assert float(read(right)) == pytest.approx(arithmetic.result, rel=0, abs=PRECISION * size)
    if len(totals) == 1:
        assert_meets(read_sum(left.replace("bias ", "")), sign, right, size)
        assert read_sum(left.replace("bias ", "")) == totals[0] + read_sum(
            re.sub(r"^.* ([+−]) bias ", r"\1", left)
        )
    else:
        printed = re.findall(r"\(?([−\d.,e]+)\)?²", left)
        assert [read(text) for text in printed] == totals
        length = Decimal(math.hypot(*map(float, totals)))
        assert_meets(length if sign == "≈" else round(length, 9), sign, right, size)
    short = summarize(arithmetic)
    assert short[-1] == lines[-1]
    assert [read(split(line)[2]) for line in short[:-1]] == totals


@given(st.data(), pictures(), poolings(), st.sampled_from([0, 3, 25]))
def test_printed_pooling_adds_up(data, planes, pooling, most_terms):
    sizes = [
        (length - size) // stride + 1
        for length, size, stride in zip(planes.shape, pooling.size, pooling.stride, strict=False)
    ]
    if min(sizes) < 1:
        return
    row, column, _ = data.draw(places(tuple(sizes)))
    arithmetic = explain_value(planes, pooling, row, column)
    assert isinstance(arithmetic, PooledWindow)
    (line,) = describe(arithmetic, most_terms=most_terms)
    left, sign, right = split(line)
    size = float(np.abs(arithmetic.values).sum())
    assert float(read(right)) == pytest.approx(arithmetic.result, rel=0, abs=PRECISION * size)
    if pooling.kind == "average":
        terms, count = re.fullmatch(r"\((.*)\) / ([\d,]+)", left).groups()
        assert_meets(read_sum(terms) / read(count), sign, right, size)
        total, mean = summarize(arithmetic)
        assert read(mean.split(" / ")[0]) == read(split(total)[2])
    elif arithmetic.values.size <= most_terms:
        listed = re.split(r", (?=\S)", left.removeprefix("maximum of "))
        assert max(map(read, listed)) == read(right)


@given(pictures(), st.integers(0, 5))
@example(np.zeros((2, 2), np.float32), 1)
def test_printed_scores_add_up(planes, seed):
    arithmetic = explain_value(planes, Dense(seed=seed), 0, 0)
    assert isinstance(arithmetic, NeuronScores)
    for neuron, line in zip(arithmetic.neurons, describe(arithmetic), strict=True):
        left, sign, right = split(line.removeprefix(f"{neuron.name}: "))
        score, probability = right.split(", softmax ")
        assert_meets(read_sum(left), sign, score, neuron.size)
        assert probability == format_percent(neuron.probability)


def test_the_words():
    plane = np.array([[10, 20, 40]], np.float32)
    gx = Convolution(find_preset("gx"), offset=-2.5)
    assert describe(explain_value(plane, gx, 0, 1), most_terms=9) == (
        "Gx: 0 + 0 + 0 + 20 + 0 − 80 + 0 + 0 + 0 = −60",
        "−60 − bias 2.5 = −62.5",
    )
    assert describe(explain_value(plane, gx, 0, 1), most_terms=2)[0] == (
        "Gx: −80 + 20 + 0 (the other 7) = −60"
    )
    assert summarize(explain_value(plane, gx, 0, 1)) == ("sum = −60", "−60 − bias 2.5 = −62.5")
    assert describe(explain_value(plane, Pooling("max", (1, 3)), 0, 0)) == (
        "maximum of 10, 20, 40 = 40",
    )
    assert describe(explain_value(plane, Pooling("average", (1, 3)), 0, 0)) == (
        "(10 + 20 + 40) / 3 ≈ 23.33333",
    )
    assert describe(explain_value(-plane, Relu(), 0, 0)) == ("max(0, −10) = 0",)
    (moved,) = describe(explain_value(plane[:, :1], Shuffle(), 0, 0))
    assert moved == "10, moved here from column 0, row 0"


def test_a_sum_of_thirds_is_not_called_equal():
    thirds = Kernel("thirds", np.full((1, 3), 1 / 3))
    arithmetic = explain_value(
        np.ones((1, 3), np.float32), Convolution(Filter("thirds", (thirds,), "thirds")), 0, 1
    )
    line, result = describe(arithmetic)
    assert " ≈ 1" in line
    assert result == "1 + bias 0 = 1"


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 3e38, 1e-38])
def test_numbers_beyond_all_print_are_still_said(value):
    plane = np.array([[value]], np.float32)
    kernel = Kernel("one", np.array([[1.0]]))
    arithmetic = explain_value(plane, Convolution(Filter("one", (kernel,), "one")), 0, 0)
    for lines in (describe(arithmetic), summarize(arithmetic)):
        assert all("nan" not in line and "inf" not in line for line in lines)
        assert " ≈ " in lines[0]
