"""The CSV of predictions says what the model said, digit for digit."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.models.prediction import Prediction, predictions_to_csv
from explorer.errors import PictureError

CLASSES = ("cat", "dog")


def rows_of(*predictions: Prediction) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(predictions_to_csv(predictions, CLASSES))))


@given(st.floats(0, 1, width=32))
def test_each_probability_reads_back_as_the_same_float32(share):
    (row,) = rows_of(Prediction("a.jpg", CLASSES, (share, float(np.float32(1 - share)))))
    assert np.float32(row["p_cat"]) == np.float32(share)
    assert float(row["probability"]) == float(row[f"p_{row['label']}"])


def test_only_what_is_certain_is_written_as_1():
    nearly = float(np.nextafter(np.float32(1), np.float32(0)))
    first, second = rows_of(
        Prediction("a.jpg", CLASSES, (nearly, 1 - nearly)), Prediction("b.jpg", CLASSES, (0.0, 1.0))
    )
    assert first["probability"] == first["p_cat"] == "0.99999994"
    assert first["p_dog"] == "5.9604645e-08"
    assert (second["probability"], second["p_cat"]) == ("1.0", "0.0")


def test_a_picture_that_failed_has_its_reason_and_no_numbers():
    (row,) = rows_of(Prediction("c.jpg", error=PictureError.not_opened("c.jpg", "it is empty")))
    assert row == {
        "path": "c.jpg",
        "label": "",
        "probability": "",
        "error": "“c.jpg” was not opened: it is empty.",
        "neither": "",
        "p_cat": "",
        "p_dog": "",
    }


@pytest.mark.parametrize(
    "mark", ["\r", "\n", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"]
)
def test_whatever_breaks_a_line_stays_within_its_cell(mark):
    name = f"cat{mark}0.jpg"
    text = predictions_to_csv(
        [Prediction(name, ("a", f"b{mark}"), (0.25, 0.75))], ("a", f"b{mark}")
    )
    head, row = csv.reader(io.StringIO(text, newline=""))
    assert head == ["path", "label", "probability", "error", "neither", "p_a", f"p_b{mark}"]
    assert row == [name, f"b{mark}", "0.75", "", "", "0.25", "0.75"]
    # A reader that splits lines itself finds rows of as many fields, too.
    assert [len(cells) for cells in csv.reader(text.splitlines())] == [7, 7]


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_table_reads_back_as_it_was_written(name, label):
    text = predictions_to_csv([Prediction(name, (label,), (1.0,))], (label,))
    head, row = csv.reader(io.StringIO(text, newline=""))
    assert head[5] == f"p_{label}"
    assert [cell.removeprefix("'") for cell in row[:2]] == [
        cell.removeprefix("'") for cell in (name, label)
    ]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1", "'＝1"),
        ("-1", "-1"),
        ("+2.5e3", "+2.5e3"),
        ("-.5", "-.5"),
        ("7", "7"),
        ("cat=1", "cat=1"),
        ("'=1", "'=1"),
    ],
)
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe_and_a_number_none(text, cell):
    classes = (text, "other")
    for separator in ",\t":
        table = predictions_to_csv(
            [Prediction(text, classes, (1.0, 0.0))], classes, separator=separator
        )
        _, row = csv.reader(io.StringIO(table, newline=""), delimiter=separator)
        assert row == [cell, cell, "1.0", "", "", "1.0", "0.0"]


@pytest.mark.parametrize(("novelty", "cell"), [(None, ""), (0.0, "0"), (1.0, "0"), (1.001, "1")])
def test_what_looks_like_no_class_is_marked_in_the_table(novelty, cell):
    (row,) = rows_of(Prediction("fox.jpg", ("cat", "dog"), (0.25, 0.75), novelty=novelty))
    assert row["neither"] == cell
    assert row["label"] == "dog"
