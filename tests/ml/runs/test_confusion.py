"""The file of all confusions."""

import csv

import numpy as np

from explorer.core.evaluation.evaluation import measure
from explorer.ml.runs.confusion import CONFUSION_FILE, write_confusion


def test_every_class_has_a_row_and_a_column(tmp_path):
    classes = ("cat, big", "=猫()", 'a "b"\n\udce9')
    labels = np.array([0, 0, 1, 2, 2, 2])
    answers = np.array([0, 1, 1, 0, 2, 2])
    write_confusion(tmp_path, classes, measure(np.eye(3)[answers], labels))
    rows = list(csv.reader((tmp_path / CONFUSION_FILE).read_text("utf-8").splitlines()))
    assert rows == [
        ["label", "cat, big", "'=猫()", 'a "b"��'],
        ["cat, big", "1", "1", "0"],
        ["'=猫()", "0", "1", "0"],
        ['a "b"��', "1", "0", "2"],
    ]
