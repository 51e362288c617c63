"""Kernels: presets, editing, and what strangers' texts and files are answered."""

import contextlib
import json
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from explorer.core.kernels import (
    MAX_EDGE,
    PRESETS,
    Filter,
    Kernel,
    filter_from_text,
    find_preset,
    parse_kernel,
    parse_table,
    parse_weight,
    read_kernel,
)
from explorer.errors import KernelError

any_weights = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    elements=st.floats(-1e6, 1e6),
)


def refusal(function, *arguments):
    """Return the sentence with which something is refused."""
    with pytest.raises(KernelError) as caught:
        function(*arguments)
    sentence = caught.value.sentence
    assert sentence.endswith(".")
    assert len(sentence) < 300
    assert "\n" not in sentence
    return sentence


# Kernels


def test_a_kernel_keeps_its_own_read_only_copy():
    weights = np.eye(3)
    kernel = Kernel("mine", weights)
    weights[0, 0] = 7
    assert kernel.weights[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        kernel.weights[0, 0] = 7


def test_a_kernel_knows_its_size_and_sums():
    kernel = Kernel("mine", [[1, -2, 3], [0, 0, 0.5]])
    assert (kernel.rows, kernel.columns) == (2, 3)
    assert (kernel.total, kernel.absolute_total) == (2.5, 6.5)


def test_equal_kernels_are_one_key():
    kernel = Kernel("mine", [[0.0, 1]])
    assert {kernel, Kernel("mine", [[-0.0, 1]])} == {kernel}
    others = [Kernel("yours", [[0.0, 1]]), Kernel("mine", [[0.0], [1]]), Kernel("mine", [[0.0, 2]])]
    assert all(kernel != other for other in others)
    assert kernel != "mine"
    assert Filter("a", (kernel,), "a") == Filter("a", (Kernel("mine", [[0.0, 1]]),), "a")


def test_one_weight_changes_and_the_old_kernel_stays():
    kernel = Kernel("mine", np.zeros((2, 3)))
    changed = kernel.with_weight(1, 2, -4.5)
    assert changed.weights.tolist() == [[0, 0, 0], [0, 0, -4.5]]
    assert changed.name == "mine"
    assert kernel.absolute_total == 0


@pytest.mark.parametrize(
    ("value", "reason"),
    [(float("nan"), "finite"), (float("inf"), "finite"), (-1e308, "million"), (1e7, "million")],
)
def test_a_weight_that_is_no_sensible_number_is_refused(value, reason):
    sentence = refusal(Kernel("mine", np.zeros((2, 3))).with_weight, 1, 2, value)
    assert "“mine”" in sentence
    assert "row 2, column 3" in sentence
    assert reason in sentence


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ([], "1 dimensions"),
        ([[]], "empty"),
        (np.zeros((0, 3)), "empty"),
        (np.zeros((32, 1)), "32×1"),
        (np.zeros((1, 32)), "1×32"),
        (np.zeros((100, 100)), "100×100"),
        (np.zeros((2, 2, 2)), "3 dimensions"),
        ([[1, 2], [3]], "not a table of numbers"),
        ([["a"]], "not a table of numbers"),
    ],
)
def test_what_is_no_table_of_weights_is_refused(weights, reason):
    assert reason in refusal(Kernel, "mine", weights)


def test_the_smallest_and_the_largest_kernel_are_accepted():
    assert Kernel("small", [[0.0]]).weights.shape == (1, 1)
    assert Kernel("large", np.ones((MAX_EDGE, MAX_EDGE))).weights.shape == (31, 31)


def test_a_filter_has_one_kernel_or_two_of_equal_size():
    small, large = Kernel("small", np.ones((2, 2))), Kernel("large", np.ones((3, 3)))
    assert "differ in size" in refusal(Filter, "mine", (small, large), "mine")
    assert "not 0" in refusal(Filter, "mine", (), "mine")
    assert "not 3" in refusal(Filter, "mine", (small, small, small), "mine")


# Presets


@pytest.mark.parametrize(
    ("key", "rows", "over"),
    [
        ("identity", "0 0 0 / 0 1 0 / 0 0 0", 1),
        ("box-3x3", "1 1 1 / 1 1 1 / 1 1 1", 9),
        ("box-8x8", " / ".join(["1 1 1 1 1 1 1 1"] * 8), 64),
        ("gx", "-1 0 1 / -2 0 2 / -1 0 1", 1),
        ("gy", "1 2 1 / 0 0 0 / -1 -2 -1", 1),
        ("sharpen", "0 -1 0 / -1 5 -1 / 0 -1 0", 1),
        ("outline", "-1 -1 -1 / -1 8 -1 / -1 -1 -1", 1),
        ("emboss", "-2 -1 0 / -1 1 1 / 0 1 2", 1),
        (
            "gaussian",
            "1 4 6 4 1 / 4 16 24 16 4 / 6 24 36 24 6 / 4 16 24 16 4 / 1 4 6 4 1",
            256,
        ),
    ],
)
def test_a_preset_has_the_weights_it_is_known_for(key, rows, over):
    (kernel,) = find_preset(key).kernels
    expected = np.array([row.split() for row in rows.split(" / ")], float) / over
    np.testing.assert_allclose(kernel.weights, expected, rtol=1e-15)


def test_the_gradient_is_made_of_gx_and_gy():
    kernels = find_preset("gradient").kernels
    assert kernels == (*find_preset("gx").kernels, *find_preset("gy").kernels)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_a_preset_is_found_by_key_and_by_name_however_written(preset):
    for name in (preset.key, preset.name, f"  {preset.name.upper()} ", preset.key.replace("-", "")):
        assert find_preset(name) is preset


def test_an_unknown_preset_is_answered_with_the_known_ones():
    sentence = refusal(find_preset, "blurr")
    assert "blurr" in sentence
    assert all(preset.key in sentence for preset in PRESETS)


# Numbers and texts


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5", 1.5), (" -2 ", -2), ("\N{MINUS SIGN}3", -3), (".5", 0.5), ("1e-3", 1e-3)],
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
        ("1e308", "beyond a million"),
        ("1e999", "not a finite number"),
        ("1,5", "decimal point"),
        ("1_000", "not a number"),
        ("0x10", "not a number"),
        ("1 2", "not a number"),
        ("٣", "not a number"),
        ("__import__('os')", "not a number"),
        ("9" * 100_000, "finite"),
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
    assert parse_kernel(text).weights.tolist() == weights


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("", ["JSON"]),
        ("[[1, 2], [3, NaN]]", ["row 2, column 2", "finite"]),
        ("[[1, -Infinity]]", ["row 1, column 2", "finite"]),
        ("[[1], [1e308]]", ["row 2, column 1", "million"]),
        ("[[1e999]]", ["row 1, column 1", "finite"]),
        (f"[[{'9' * 400}]]", ["row 1, column 1", "million"]),
        (f"[[{'9' * 5000}]]", ["far too long"]),
        ('[["1,5"]]', ["row 1, column 1", "decimal point"]),
        ("[[1,5], [2]]", ["row 2", "1 columns", "2"]),
        ("[[1, 2], 3]", ["row 2"]),
        ("[[true]]", ["row 1, column 1", "not a number"]),
        ("[[null]]", ["row 1, column 1", "not a number"]),
        ("[[[1]]]", ["row 1, column 1", "not a number"]),
        ("[]", ["empty"]),
        ("[[]]", ["empty"]),
        ("{}", ["not a list"]),
        ("7", ["not a list"]),
        ("[[1, 2]", ["JSON", "line 1"]),
        ("[" * 100_000, ["nested too deeply"]),
        (f"[{'[1],' * 32} 5]", ["row 33"]),
        (json.dumps([[1] * 100] * 100), ["100×100", "31×31"]),
        (json.dumps([1] * 10_000), ["1×10000", "31×31"]),
        (" " * 2_000_000, ["too long"]),
        ("__import__('os').getcwd()", ["JSON"]),
    ],
)
def test_a_literal_that_is_no_kernel_is_refused_with_place_and_reason(text, reasons):
    sentence = refusal(parse_kernel, text)
    assert all(reason in sentence for reason in reasons), sentence


@pytest.mark.parametrize(
    "text",
    [
        "1,2.5\n-3,0\n",
        "1;2.5\n-3;0",
        "1\t2.5\r\n-3\t0\r\n\r\n",
        "1 2.5\n -3  0",
        " 1 , 2.5 \n-3, 0",
    ],
)
def test_a_table_is_read_however_its_columns_are_parted(text):
    assert parse_table(text).weights.tolist() == [[1, 2.5], [-3, 0]]


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("", ["empty"]),
        ("\n \n", ["empty"]),
        ("1,2\n3", ["row 2"]),
        ("1,2\n3,", ["row 2, column 2", "empty"]),
        ("1;2\n1,5;2", ["row 2, column 1", "decimal point"]),
        ("1\t2\n3\tnan", ["row 2, column 2", "not a number"]),
        ("left,right\n1,2", ["row 1, column 1", "not a number"]),
        ("\n".join(["\t".join(["1"] * 100)] * 100), ["100×100"]),
    ],
)
def test_a_table_that_is_no_kernel_is_refused_with_place_and_reason(text, reasons):
    sentence = refusal(parse_table, text)
    assert all(reason in sentence for reason in reasons), sentence


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(st.text(st.sampled_from("[]{},;.\"' \t\n\0-+0123456789eENa×_\ud800"), max_size=40))
def test_any_text_is_a_kernel_or_is_refused(text):
    for read in (parse_weight, parse_kernel, parse_table, find_preset, filter_from_text):
        with contextlib.suppress(KernelError):
            read(text)


# Files


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=25)
@given(any_weights)
def test_a_kernel_survives_every_kind_of_file(tmp_path_factory, weights):
    folder = tmp_path_factory.mktemp("kernels", numbered=True)
    rows = weights.tolist()
    (folder / "rows.json").write_text(json.dumps(rows))
    (folder / "named.json").write_text(json.dumps({"name": "my own", "weights": rows}))
    np.savetxt(folder / "table.csv", weights, delimiter=",", fmt="%.17g")
    np.save(folder / "array.npy", weights)
    for name in ("rows.json", "named.json", "table.csv", "array.npy"):
        read = read_kernel(folder / name)
        assert read.name == ("my own" if name == "named.json" else name.split(".")[0])
        np.testing.assert_array_equal(read.kernels[0].weights, weights)


def test_a_file_can_hold_the_two_kernels_of_a_gradient(tmp_path):
    path = tmp_path / "prewitt.json"
    kernels = [[[-1, 0, 1]] * 3, {"weights": [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]}]
    path.write_text(json.dumps({"name": "Prewitt", "kernels": kernels}))
    read = read_kernel(path)
    assert read.name == "Prewitt"
    assert [kernel.weights.tolist()[0] for kernel in read.kernels] == [[-1, 0, 1], [1, 1, 1]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_in_the_encodings_of_spreadsheets(tmp_path, encoding):
    path = tmp_path / "table.csv"
    path.write_bytes("1;2\r\n3;\N{MINUS SIGN}4\r\n".encode(encoding))
    assert read_kernel(path).kernels[0].weights.tolist() == [[1, 2], [3, -4]]


@pytest.mark.parametrize("kind", ["uint8", "int64", ">f4", "float16", "bool"])
def test_arrays_of_plain_numbers_are_read(tmp_path, kind):
    path = tmp_path / "array.npy"
    np.save(path, np.array([1, 0, 1]).astype(kind))
    if kind == "bool":
        assert "plain numbers" in refusal(read_kernel, path)
    else:
        assert read_kernel(path).kernels[0].weights.tolist() == [[1, 0, 1]]


def npy_with_header(header):
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\x00\xff\xfe\x80", "neither text nor"),
        (b"\xff\xfe\x00", "neither text nor"),
        (b"GIF89a", "row 1, column 1"),
        (b"[[1, 2], [3, NaN]]", "row 2, column 2"),
        (b'{"name": "mine"}', "neither “weights” nor"),
        (b'{"kernels": [[[1]], [[1, 2]]]}', "differ in size"),
        (b'{"kernels": []}', "not 0"),
        (b'{"kernels": [[[1]], [[1]], [[1]]]}', "not 3"),
        (b'{"kernels": [{"name": "mine"}]}', "not a list of rows"),
        (b'{"weights": {"0": 1}}', "not a list of rows"),
        (b"1," * 600_000, "at most 1 MB"),
        (b"\x93NUMPY", "damaged"),
        (b"\x93NUMPY\x07\x00abc", "damaged"),
        (npy_with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 3)}\n"), "damaged"),
        (
            npy_with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (10**9, 10**9)}\n"),
            "damaged",
        ),
        (
            npy_with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (999999999, 9)}\n"),
            "31×31",
        ),
        (npy_with_header("{'descr': '|O', 'fortran_order': False, 'shape': (3, 3)}\n"), "plain"),
        (
            npy_with_header("{'descr': '<f8', 'fortran_order': False, 'shape': ()}\n"),
            "0 dimensions",
        ),
        (npy_with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (0,)}\n"), "empty"),
    ],
)
def test_a_file_that_is_no_kernel_is_refused_by_name_with_the_reason(tmp_path, data, reason):
    path = tmp_path / "stranger.json"
    path.write_bytes(data)
    sentence = refusal(read_kernel, path)
    assert "“stranger.json”" in sentence
    assert reason in sentence


def test_pickled_objects_are_never_loaded(tmp_path):
    path = tmp_path / "pickle.npy"
    np.save(path, np.array([[{"not": "a number"}]], dtype=object), allow_pickle=True)
    assert "plain numbers" in refusal(read_kernel, path)


def test_what_is_no_ordinary_file_is_refused_without_waiting(tmp_path):
    assert "folder" in refusal(read_kernel, tmp_path)
    assert "no such file" in refusal(read_kernel, tmp_path / "missing.json")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "ordinary file" in refusal(read_kernel, tmp_path / "pipe")


# The command line's -k


def test_a_command_line_names_a_preset_a_literal_or_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_text("1,2\n3,4\n")
    (tmp_path / "gx").write_text("1,2\n3,4\n")
    assert filter_from_text("gx") is find_preset("gx")
    assert filter_from_text(" [[1, 2], [3, 4]] ").kernels[0].weights.tolist() == [[1, 2], [3, 4]]
    assert filter_from_text("mine.csv").name == "mine"
    assert filter_from_text(str(tmp_path / "mine.csv")).kernels[0].rows == 2
    assert filter_from_text("./gx").kernels[0].weights.tolist() == [[1, 2], [3, 4]]


def test_the_key_of_a_filter_names_it_again(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("1,2\n3,4\n")
    for text in ("Box blur 8x8", "[[1, 0.1]]", str(path)):
        chosen = filter_from_text(text)
        assert filter_from_text(chosen.key) == chosen


@pytest.mark.parametrize("text", ["", "missing.json", "blurr", "a" * 5000, "no\0name"])
def test_what_is_none_of_them_is_answered_with_the_presets(text):
    sentence = refusal(filter_from_text, text)
    assert "neither a file nor a kernel" in sentence
    assert "box-3x3" in sentence


def test_a_bad_literal_or_file_keeps_its_own_reason(tmp_path):
    assert "row 1, column 2" in refusal(filter_from_text, "[[1, NaN]]")
    assert "folder" in refusal(filter_from_text, str(tmp_path))
