"""Kernel files: what is read, what is written, and what is refused."""

import json
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from explorer.core.kernels.files import filter_from_text, read_kernel, write_kernel
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.notations.parsing import parse_matrix
from explorer.core.kernels.presets import find_preset
from tests.support.refusals import refusal

any_weights = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    elements=st.floats(-1e6, 1e6),
)


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


def test_a_kernel_as_it_has_always_been_written_is_read(tmp_path):
    path = tmp_path / "sobel.json"
    path.write_text(
        """{
  "name": "Größe ∂",
  "kernels": [
    {"name": "Gx", "weights": [
      [-1.0, 0.0, 1.0],
      [-2.0, 0.0, 2.0],
      [-1.0, 0.0, 1.0]
    ]},
    {"name": "Gy", "weights": [
      [1.0, 2.0, 1.0],
      [0.0, 0.0, 0.0],
      [-1.0, -2.0, -1.0]
    ]}
  ]
}
""",
        encoding="utf-8",
    )
    assert read_kernel(path) == Filter("Größe ∂", find_preset("gradient").kernels, str(path))


names = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=60)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=25)
@given(names, st.lists(names, min_size=1, max_size=2), any_weights)
def test_what_is_written_is_read_as_it_was(tmp_path_factory, name, kernel_names, weights):
    folder = tmp_path_factory.mktemp("written", numbered=True)
    kernels = tuple(
        Kernel(own, weights * sign) for own, sign in zip(kernel_names, (1, -1), strict=False)
    )
    written = Filter(name, kernels, "any")
    write_kernel(written, folder / "kept.json")
    read = read_kernel(folder / "kept.json")
    assert (read.name, read.kernels) == (name, kernels)
    if len(kernels) == 1:
        for file in ("kept.csv", "kept.NPY"):
            write_kernel(written, folder / file)
            np.testing.assert_array_equal(read_kernel(folder / file).kernels[0].weights, weights)
    assert not list(folder.glob(".*"))


def test_others_can_read_what_is_written(tmp_path):
    (kernel,) = find_preset("box-3x3").kernels
    for kind in ("json", "csv", "npy"):
        write_kernel(find_preset("box-3x3"), tmp_path / f"box.{kind}")
    content = json.loads((tmp_path / "box.json").read_text("utf-8"))
    assert content["name"] == "Box blur 3×3"
    assert np.array_equal(content["kernels"][0]["weights"], kernel.weights)
    assert np.array_equal(np.loadtxt(tmp_path / "box.csv", delimiter=","), kernel.weights)
    assert np.array_equal(np.load(tmp_path / "box.npy"), kernel.weights)


def test_a_kernel_that_cannot_be_written_leaves_the_old_file(tmp_path):
    path = tmp_path / "old.csv"
    path.write_text("1,2\n")
    assert "one kernel, not two" in refusal(write_kernel, find_preset("gradient"), path)
    assert path.read_text() == "1,2\n"
    assert "must end in .json" in refusal(write_kernel, find_preset("gx"), tmp_path / "gx.png")
    sentence = refusal(write_kernel, find_preset("gx"), tmp_path / "missing" / "gx.json")
    assert "“gx.json” was not written" in sentence
    assert sorted(tmp_path.iterdir()) == [path]


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
        assert "real numbers" in refusal(read_kernel, path)
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
        (b"GIF89a", "row 0, column 0"),
        (b"[[1, 2], [3, NaN]]", "row 1, column 1"),
        (b'{"name": "mine"}', "neither “weights” nor"),
        (b'{"kernels": [[[1]], [[1, 2]]]}', "differ in size"),
        (b'{"kernels": []}', "not 0"),
        (b'{"kernels": [[[1]], [[1]], [[1]]]}', "not 3"),
        (b'{"kernels": [{"name": "mine"}]}', "no “weights”"),
        (b'{"weights": {"0": 1}}', "“weights” is not a list"),
        (b"1," * 600_000, "larger than 1 MB"),
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
        (
            npy_with_header("{'descr': '|O', 'fortran_order': False, 'shape': (3, 3)}\n"),
            "real numbers",
        ),
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
    assert "real numbers" in refusal(read_kernel, path)


def test_what_is_no_ordinary_file_is_refused_without_waiting(tmp_path):
    assert "folder" in refusal(read_kernel, tmp_path)
    assert "no such file" in refusal(read_kernel, tmp_path / "missing.json")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "regular file" in refusal(read_kernel, tmp_path / "pipe")


# The command line's -k


def test_a_command_line_names_a_preset_a_literal_or_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_text("1,2\n3,4\n")
    (tmp_path / "gx").write_text("1,2\n3,4\n")
    assert filter_from_text("gx").filter is find_preset("gx")
    assert filter_from_text(" [[1, 2], [3, 4]] ").filter.kernels[0].weights.tolist() == [
        [1, 2],
        [3, 4],
    ]
    assert filter_from_text("mine.csv").filter.name == "mine"
    assert filter_from_text(str(tmp_path / "mine.csv")).filter.kernels[0].rows == 2
    assert filter_from_text("./gx").filter.kernels[0].weights.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "text",
    [
        "[1 0; 0 -1]/2",
        "1 0\n0 -1",
        "np.array([[1, 0], [0, -1]]) / 2",
        "{{1, 0}, {0, -1}}",
        r"\begin{matrix}1&0\\0&-1\end{matrix}",
    ],
)
def test_a_command_line_takes_every_notation_that_can_be_pasted(text):
    assert filter_from_text(text) == parse_matrix(text, "own kernel")
    (kernel,) = filter_from_text(text).filter.kernels
    np.testing.assert_array_equal(np.sign(kernel.weights), [[1, 0], [0, -1]])


def test_part_of_a_name_is_answered_with_the_presets_that_have_it():
    sentence = refusal(filter_from_text, "sobel")
    assert "gx (Sobel x (Gx)), gy (Sobel y (Gy))" in sentence
    assert "box" not in sentence
    assert filter_from_text("sobel-x").filter is find_preset("gx")


def test_the_key_of_a_filter_names_it_again(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("1,2\n3,4\n")
    for text in ("Box blur 8x8", str(path)):
        chosen = filter_from_text(text)
        assert filter_from_text(chosen.filter.key) == chosen


@pytest.mark.parametrize("text", ["", "missing.json", "blurr", "a" * 5000, "no\0name"])
def test_what_is_none_of_them_is_answered_with_the_presets(text):
    sentence = refusal(filter_from_text, text)
    assert "neither a file nor a kernel" in sentence
    assert "box-3x3" in sentence


def test_a_bad_literal_or_file_keeps_its_own_reason(tmp_path):
    assert "line 1, character 6" in refusal(filter_from_text, "[[1, NaN]]")
    assert "row 1 has 1 column" in refusal(filter_from_text, "[[1, 2], [3]]")
    assert "folder" in refusal(filter_from_text, str(tmp_path))
