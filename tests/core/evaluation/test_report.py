"""Figures on pictures that a model was trained on stand apart, and are not called accuracy."""

import csv
import io
import json

import numpy as np

from explorer.core.evaluation.evaluation import evaluate
from explorer.core.evaluation.report import make_report, to_csv, to_json
from explorer.core.files.json_text import write_json

CLASSES = ("=cat", "dog\n", "owl")


def made(pictures: int = 60):
    chance = np.random.default_rng(1)
    probabilities = chance.dirichlet(np.ones(3), pictures)
    labels = probabilities.argmax(axis=1)
    labels[::4] = (labels[::4] + 1) % 3
    return probabilities, np.where(labels == 2, 1, labels)  # no picture of the last class


def test_seen_and_unseen_pictures_are_measured_apart():
    probabilities, labels = made()
    is_seen = np.arange(60) % 3 > 0
    report = make_report(CLASSES, probabilities, labels, is_seen)
    alone = evaluate(probabilities[~is_seen], labels[~is_seen])
    assert report.seen.figures.total == 40
    assert (report.unseen.confusion == alone.confusion).all()
    told = to_json(report)
    assert told["accuracy"] == told["unseen"]["accuracy"] == alone.figures.accuracy
    assert told["seen"]["agreement"] == report.seen.figures.accuracy
    assert "accuracy" not in told["seen"]
    assert told["remark"] == ""


def test_pictures_that_the_model_does_not_know_count_as_unseen_with_a_doubt():
    probabilities, labels = made()
    told = to_json(make_report(CLASSES, probabilities, labels, np.zeros(60, bool), 60))
    assert told["outside"] == told["unseen"]["pictures"] == 60
    assert told["remark"].startswith("60 pictures are in no part of the model's split")


def test_where_all_pictures_were_seen_there_is_no_accuracy():
    probabilities, labels = made()
    told = to_json(make_report(CLASSES, probabilities, labels, np.ones(60, bool)))
    assert (told["accuracy"], told["interval"], told["log_loss"], told["ece"]) == (None,) * 4
    assert (
        told["remark"] == "The model was trained on all of these pictures: they tell no accuracy."
    )


def test_a_model_that_does_not_say_what_it_was_trained_on_is_measured_on_all_and_doubted():
    probabilities, labels = made()
    told = to_json(make_report(CLASSES, probabilities, labels, None))
    assert told["unseen"]["pictures"] == 60
    assert told["seen"] is None
    assert told["remark"].startswith("This model does not say which pictures it was trained on")


def test_the_json_has_null_where_nothing_was_counted_and_every_reader_takes_it():
    probabilities, labels = made()
    text = write_json(to_json(make_report(CLASSES, probabilities, labels, None)))
    told = json.loads(text, parse_constant=lambda word: 1 / 0)  # NaN is no JSON
    owl = told["per_class"][2]
    assert (owl["pictures"], owl["recall"], owl["recall_interval"], owl["auc"]) == (0, *(None,) * 3)
    assert np.array(told["confusion"]).sum() == 60


def test_the_table_has_a_row_for_every_figure_that_there_is():
    probabilities, labels = made()
    report = make_report(CLASSES, probabilities, labels, np.arange(60) < 20)
    head, *rows = csv.reader(io.StringIO(to_csv(report), newline=""))
    assert head == ["part", "class", "figure", "value", "low", "high"]
    assert all(len(row) == 6 for row in rows)
    found = {(part, name, figure): value for part, name, figure, value, _, _ in rows}
    assert found["unseen", "", "pictures"] == "40"
    assert float(found["seen", "", "agreement"]) == report.seen.figures.accuracy
    assert ("seen", "", "accuracy") not in found
    cells = [
        int(value) for part, _, figure, value, _, _ in rows if figure.startswith("classified as ")
    ]
    assert sum(cells) == 60
    assert ("unseen", "'=cat", "recall") in found  # no spreadsheet computes it
    assert not any("\n" in cell for row in rows for cell in row)
    assert ("unseen", "owl", "recall") not in found
