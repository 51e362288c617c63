"""Kernels as a person types them: numbers, JSON, tables."""

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.core.kernels.files import filter_from_text
from explorer.core.kernels.notations.parsing import parse_matrix
from explorer.core.kernels.presets import find_preset
from explorer.core.kernels.text import parse_filter, parse_weight
from explorer.errors import KernelError
from tests.support.refusals import refusal


def parse(text):
    (kernel,) = parse_filter(text, "own kernel", title="own kernel").kernels
    return kernel


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5),
        (" -2 ", -2),
        ("\N{MINUS SIGN}3", -3),
        (".5", 0.5),
        ("1e-3", 1e-3),
        ("1/9", 1 / 9),
        (" -2 / 8 ", -0.25),
    ],
)
def test_a_typed_weight_is_read(text, value):
    assert parse_weight(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("nan", "not a number"),
        ("inf", "not a number"),
        ("-Infinity", "not a number"),
        ("1e308", "beyond ±1,000,000"),
        ("1e999", "beyond ±1,000,000"),
        ("1,5", "decimal point"),
        ("1/0", "divides by 0"),
        ("1/", "not a number"),
        ("1/2/3", "not a number"),
        ("1e6/1e-6", "beyond ±1,000,000"),
        ("1e-300/1e-999", "divides by 0"),
        ("1_000", "not a number"),
        ("0x10", "not a number"),
        ("1 2", "not a number"),
        ("٣", "not a number"),
        ("__import__('os')", "not a number"),
        ("9" * 100_000, "beyond ±1,000,000"),
        ("1e999/1e999", "beyond ±1,000,000"),
    ],
)
def test_a_typed_weight_that_is_no_number_is_refused_with_the_reason(text, reason):
    assert reason in refusal(parse_weight, text)


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("[[1, 2], [3, 4.5]]", [[1, 2], [3, 4.5]]),
        ("[1, 2, 1]", [[1, 2, 1]]),
        ("[[7]]", [[7]]),
        (" [\n[-1e-3],\n[0]\n] ", [[-0.001], [0]]),
    ],
)
def test_a_literal_is_read(text, weights):
    assert parse(text).weights.tolist() == weights


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("[", ["JSON"]),
        ("[[1, 2], [3, NaN]]", ["row 1, column 1", "finite"]),
        ("[[1, -Infinity]]", ["row 0, column 1", "finite"]),
        ("[[1], [1e308]]", ["row 1, column 0", "1,000,000"]),
        ("[[1e999]]", ["row 0, column 0", "finite"]),
        (f"[[{'9' * 400}]]", ["row 0, column 0", "finite"]),
        (f"[[{'9' * 5000}]]", ["far too long"]),
        ('[["1,5"]]', ["row 0, column 0", "decimal point"]),
        ("[[1,5], [2]]", ["row 1", "1 column,", "2"]),
        ("[[1, 2], 3]", ["row 1"]),
        ("[[true]]", ["row 0, column 0", "not a number"]),
        ("[[null]]", ["row 0, column 0", "not a number"]),
        ("[[[1]]]", ["row 0, column 0", "not a number"]),
        ("[]", ["empty"]),
        ("[[]]", ["empty"]),
        ("{}", ["neither “weights” nor “kernels”"]),
        ('{"name": 5, "weights": [[1]]}', ["“name” is not a string"]),
        ('{"kernels": [[[1]], {"name": "b"}]}', ["has no “weights”"]),
        ('{"kernels": [[[1]], 7]}', ["“kernels/2” has the wrong type"]),
        ("[[1, 2]", ["JSON", "line 1"]),
        ("[" * 100_000, ["nested too deeply"]),
        (f"[{'[1],' * 32} 5]", ["row 32"]),
        (json.dumps([[1] * 100] * 100), ["100×100", "31×31"]),
        (json.dumps([1] * 10_000), ["1×10000", "31×31"]),
        ("[" + " " * 2_000_000, ["too long"]),
        ("__import__('os').getcwd()", ["row 0, column 0", "not a number"]),
    ],
)
def test_a_literal_that_is_no_kernel_is_refused_with_place_and_reason(text, reasons):
    sentence = refusal(parse, text)
    assert all(reason in sentence for reason in reasons), sentence


@pytest.mark.parametrize(
    "text",
    [
        "1,2.5\n-3,0\n",
        "1;2.5\n-3;0",
        "1\t2.5\r\n-3\t0\r\n\r\n",
        "1 2.5\n -3  0",
        " 1 , 2.5 \n-3, 0",
        "1,2.5,\n-3,0",
        "1,2.5,\n-3,0,\n",
        "1, 2.5 , \n\n-3, 0 ,",
        "1;2.5;\n-3;0",
        "1 2.5;\n-3 0;",
        "1, 2.5;\n-3, 0",
    ],
)
def test_a_table_is_read_however_its_columns_are_parted(text):
    assert parse(text).weights.tolist() == [[1, 2.5], [-3, 0]]


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("", ["empty"]),
        ("\n \n", ["empty"]),
        (" " * 2_000_000, ["too long"]),
        ("1,2\n3", ["row 1"]),
        ("1,2\n3,", ["row 1, column 1", "empty"]),
        ("1;2\n1,5;2", ["row 1, column 0", "decimal point"]),
        ("1\t2\n3\tnan", ["row 1, column 1", "not a number"]),
        ("left,right\n1,2", ["row 0, column 0", "not a number"]),
        ("\n".join(["\t".join(["1"] * 100)] * 100), ["100×100"]),
    ],
)
def test_a_table_that_is_no_kernel_is_refused_with_place_and_reason(text, reasons):
    sentence = refusal(parse, text)
    assert all(reason in sentence for reason in reasons), sentence


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(st.text(st.sampled_from("[]{},;.\"' \t\n\0-+0123456789eENa×_\ud800"), max_size=40))
def test_any_text_is_a_kernel_or_is_refused(text):
    for read in (
        parse_weight,
        parse,
        parse_matrix,
        find_preset,
        filter_from_text,
    ):
        with contextlib.suppress(KernelError):
            read(text)
