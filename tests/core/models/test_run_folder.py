"""Cards say what was measured, and older ones open as before."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.core.models.card import Card, GoldenOutput, MeasuredFormat, write_card
from explorer.core.models.prediction import Metrics
from explorer.core.models.run_folder import read_run
from explorer.errors import ModelError
from tests.support.tiny_runs import make_paper_run

FORMATS = (
    MeasuredFormat("float32", 5_000_000, 13.6, 6e-7, is_kept=True),
    MeasuredFormat("float16", 2_500_000, 13.7, 0.0012, is_kept=False),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a run folder."""
    return make_paper_run(tmp_path / "paper")


def test_a_card_with_measured_formats_is_read_as_it_was_written(folder):
    card = replace(read_run(folder).card, formats=FORMATS)
    (folder / "card.json").write_text(write_card(card), encoding="utf-8")
    assert read_run(folder).card == card


def test_a_card_of_before_there_were_formats_opens(folder):
    file = folder / "card.json"
    raw = json.loads(file.read_text(encoding="utf-8"))
    before = read_run(folder).card
    del raw["formats"]
    file.write_text(json.dumps(raw), encoding="utf-8")
    assert read_run(folder).card == before


def test_a_card_of_when_integers_were_tried_and_accuracy_was_compared_opens(folder):
    file = folder / "card.json"
    raw = json.loads(file.read_text(encoding="utf-8"))
    raw["formats"] = [
        {
            "name": "int8",
            "size": 1_300_000,
            "accuracy": 0.9275,
            "cost": 0.0025,
            "milliseconds": 9.1,
            "difference": 0.05,
            "is_kept": True,
        }
    ]
    file.write_text(json.dumps(raw), encoding="utf-8")
    kept = MeasuredFormat("int8", 1_300_000, 9.1, 0.05, is_kept=True)
    assert read_run(folder).card.formats == (kept,)


def test_a_card_as_it_has_always_been_written_is_read(folder):
    (folder / "card.json").write_text("""{
 "schema": 1,
 "name": "scratch-cnn",
 "recipe": "scratch",
 "classes": ["cat", "dog"],
 "input_size": [128, 128],
 "resize_rule": "stretch-bilinear",
 "metrics": {
  "count": 10,
  "accuracy": 0.9,
  "interval": [0.6, 1],
  "log_loss": 0.25,
  "confusion": [[5, 0], [1, 4]]
 },
 "metrics_split": "a test set of 10 pictures",
 "training": {"ratio": 0.2, "seed": 1, "limit": null, "start_from": null},
 "data_hash": "ab",
 "versions": {"keras": "3.15.1"},
 "hardware": {"accelerators": "none"},
 "parameters": 7,
 "multiply_adds": 8,
 "golden": {"model.keras": {"outputs": [[0.25, 0.75]], "tolerance": 0.0001}}
}
""")
    assert read_run(folder).card == Card(
        name="scratch-cnn",
        recipe="scratch",
        classes=("cat", "dog"),
        input_size=(128, 128),
        resize_rule="stretch-bilinear",
        metrics=Metrics(10, 0.9, (0.6, 1.0), 0.25, ((5, 0), (1, 4))),
        metrics_split="a test set of 10 pictures",
        training={"ratio": 0.2, "seed": 1, "limit": None, "start_from": None},
        data_hash="ab",
        versions={"keras": "3.15.1"},
        hardware={"accelerators": "none"},
        parameters=7,
        multiply_adds=8,
        golden={"model.keras": GoldenOutput(((0.25, 0.75),), 0.0001)},
    )


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda text: '{\n,"name": "paper"}', "it is not valid JSON at line 2, character 1"),
        (lambda text: text[:400], r"it is not valid JSON at line \d+, character \d+"),
        (lambda text: "", "it is not valid JSON at line 1, character 1"),
        (lambda text: "[" * 100_000, "it is nested too deeply"),
        (lambda text: text.replace('"metrics"', '"merits"'), "“metrics” is missing"),
        (lambda text: text.replace('"schema"', '"scheme"'), "“schema” is missing"),
        (lambda text: text.replace('"schema": 1', '"schema": 2'), "it was made by another version"),
        (lambda text: text.replace("stretch-bilinear", "crop"), "it needs pictures resized by “c"),
        (lambda text: text.replace('"classes": [', '"classes": 7, "x": ['), "“classes” is not a l"),
        (
            lambda text: text.replace('"accuracy": ', '"accuracy": "all", "": '),
            "“metrics/accuracy” is not a number",
        ),
        (lambda text: text.replace('"input_size": [', '"input_size": [100000, '), "“input_size”"),
        (lambda text: "[]", "it is not an object with fields"),
        (lambda text: "caf\udce9", "it is no text"),
    ],
)
def test_of_a_card_that_cannot_be_used_it_is_said_what_is_wrong(folder, damage, reason):
    file = folder / "card.json"
    damaged = damage(file.read_text(encoding="utf-8"))
    file.write_text(damaged, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(ModelError, match=f"The card of “paper” cannot be used: {reason}"):
        read_run(folder)


@pytest.mark.parametrize("formats", [None, 7, [{}], [{"name": "float32"}], ["float32"]])
def test_damaged_formats_are_refused(folder, formats):
    file = folder / "card.json"
    raw = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**raw, "formats": formats}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"The card of “paper” cannot be used: “formats.*” is"):
        read_run(folder)
