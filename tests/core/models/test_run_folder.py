"""Cards say what was measured, and older ones open as before."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.core.models.run_folder import MeasuredFormat, read_run, write_card
from explorer.errors import ModelError
from tests.tiny_runs import make_paper_run

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


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda text: '{\n,"name": "paper"}', "makes no sense from line 2, column 1 on"),
        (lambda text: text[:400], r"makes no sense from line \d+, column \d+ on"),
        (lambda text: "", "makes no sense from line 1, column 1 on"),
        (lambda text: "[" * 100_000, "holds values that cannot be right"),
        (lambda text: text.replace('"metrics"', '"merits"'), "says nothing of “metrics”"),
        (lambda text: text.replace('"classes": [', '"classes": 7, "x": ['), "holds values that"),
        (lambda text: "[]", "holds values that cannot be right"),
    ],
)
def test_of_a_damaged_card_it_is_said_what_is_wrong(folder, damage, reason):
    file = folder / "card.json"
    file.write_text(damage(file.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ModelError, match=f"The card of “paper” is damaged: card.json {reason}"):
        read_run(folder)


@pytest.mark.parametrize("formats", [None, 7, [{}], [{"name": "float32"}], ["float32"]])
def test_damaged_formats_are_refused(folder, formats):
    file = folder / "card.json"
    raw = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**raw, "formats": formats}), encoding="utf-8")
    with pytest.raises(ModelError, match="The card of “paper” is damaged"):
        read_run(folder)
