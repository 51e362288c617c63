"""The CSV of predictions says what the model said, digit for digit."""

import csv
import io

import numpy as np
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
        "p_cat": "",
        "p_dog": "",
    }
