"""Cards say what was measured, and older ones open as before."""

import json
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.files.json_text import JSONError
from explorer.core.models.card import Card, GoldenOutput, MeasuredFormat, read_card, write_card
from explorer.core.models.metrics import Metrics
from explorer.core.models.run_folder import list_runs, read_run
from explorer.errors import ModelError
from tests.support.hostile_files import as_nobody
from tests.support.tiny_runs import make_paper_run

FORMATS = (
    MeasuredFormat("float32", 5_000_000, 13.6, 6e-7, is_kept=True),
    MeasuredFormat("float16", 2_500_000, 13.7, 0.0012, is_kept=False),
)


_A_CARD = """{
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
"""


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
    (folder / "card.json").write_text(_A_CARD, encoding="utf-8")
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
        (lambda text: "", "the file is empty"),
        (lambda text: text + " " * 12_000_000, "the file is larger than 12 MB"),
        (lambda text: text.replace('"schema": 1', '"schema": Infinity'), "“schema” is not an int"),
        (
            lambda text: text.replace('"count": 100', '"count": Infinity'),
            "“metrics/count” is not a",
        ),
        (lambda text: text.replace('"count": 100', '"count": -1'), "“metrics/count” is less than"),
        (
            lambda text: text.replace('"count": 100', f'"count": 1{"0" * 30}'),
            "“metrics/count” is too",
        ),
        (
            lambda text: text.replace('"accuracy": 0.75', '"accuracy": NaN'),
            "“metrics/accuracy” is no",
        ),
        (
            lambda text: text.replace('"accuracy": 0.75', '"accuracy": 2'),
            "“metrics/accuracy” is not",
        ),
        (
            lambda text: text.replace('"log_loss": 0.6', '"log_loss": NaN'),
            "“metrics/log_loss” is not",
        ),
        (
            lambda text: text.replace('"interval": [', '"interval": [], "": ['),
            "“metrics/interval” m",
        ),
        (
            lambda text: text.replace('"parameters": ', '"parameters": -'),
            "“parameters” is less than",
        ),
        (lambda text: text.replace('"seed": 1', '"seed": {}'), "“training/….* has the wrong type"),
        (
            lambda text: text.replace('"classes": [', '"classes": [], "": ['),
            "“classes” has too few",
        ),
        (lambda text: text.replace('"dog"', '"cat"'), "“classes” names a class twice"),
        (lambda text: text.replace('"dog"', '""'), "“classes/2” is empty"),
        (lambda text: text.replace('"dog"', f'"{"d" * 256}"'), "“classes/2” is too long"),
        (
            lambda text: text.replace('"dog"', ",".join(f'"{i}"' for i in range(1000))),
            "“classes” has more than 1000 entries",
        ),
        (lambda text: text.replace('"input_size": [', '"input_size": [20000, '), "“input_size”"),
        (
            lambda text: text.replace('"tolerance": 0.0001', '"tolerance": 1e9'),
            "“golden/…/toleranc",
        ),
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
        (lambda text: "caf\udce9", "it is not UTF-8 text"),
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


def read_listed(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return the names of the runs in a folder, and the reasons of the damaged ones."""
    found = list_runs([folder])
    reasons = {run.folder.name: run.error.sentence for run in found.damaged}
    return [run.name for run in found.runs], reasons


def test_whatever_is_in_the_folder_of_runs_the_good_ones_are_listed(tmp_path):
    for name in ("bad", "cardless", "empty", "folder", "good", "round", "weights"):
        make_paper_run(tmp_path / name)
    (tmp_path / "no run").mkdir()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "broken link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "bad" / "card.json").write_text('{"schema": 1}')
    (tmp_path / "weights" / "model.keras").unlink()
    for name in ("cardless", "folder", "round"):
        (tmp_path / name / "card.json").unlink()
    (tmp_path / "folder" / "card.json").mkdir()
    (tmp_path / "round" / "card.json").symlink_to(tmp_path / "round" / "card.json")
    (tmp_path / "empty" / "card.json").write_bytes(b"")
    kinds = {
        "bad": "The card of “bad” cannot be used: “name” is missing.",
        "cardless": "“cardless” is not a run folder: it has no card.json.",
        "empty": "The card of “empty” cannot be used: the file is empty.",
        "folder": "The card of “folder” cannot be used: it is a folder.",
        "round": "The card of “round” cannot be used: too many levels of symbolic links.",
        "weights": "“weights” has no model.keras.",
    }
    if hasattr(os, "mkfifo"):
        os.mkfifo(make_paper_run(tmp_path / "pipe") / "pipe")
        (tmp_path / "pipe" / "pipe").replace(tmp_path / "pipe" / "card.json")
        kinds["pipe"] = "The card of “pipe” cannot be used: it is not a regular file."
    assert read_listed(tmp_path) == (["good"], kinds)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has other permissions")
def test_a_folder_that_may_not_be_read_is_listed_with_the_reason(open_folder):
    make_paper_run(open_folder / "good")
    make_paper_run(open_folder / "shut").chmod(0)
    with as_nobody():
        named = read_listed(open_folder)
        inside = read_listed(open_folder / "shut")
    (open_folder / "shut").chmod(0o755)
    assert named == (["good"], {"shut": "“shut” was not opened: permission denied."})
    assert inside == ([], {"shut": "“shut” was not opened: permission denied."})


def test_a_card_of_a_thousand_classes_opens(folder):
    card = read_run(folder).card
    classes = tuple(f"class {i}" for i in range(1000))
    confusion = tuple((10,) * 1000 for _ in classes)
    metrics = replace(card.metrics, confusion=confusion)
    text = write_card(replace(card, classes=classes, metrics=metrics))
    (folder / "card.json").write_text(text, encoding="utf-8")
    assert read_run(folder).card.metrics.confusion == confusion


def test_of_listed_runs_no_confusion_matrix_is_kept(folder):
    run = read_run(folder)
    assert run.card.metrics.confusion
    (listed,) = list_runs([folder.parent]).runs
    metrics = replace(run.card.metrics, confusion=())
    assert listed == replace(run, card=replace(run.card, metrics=metrics))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("golden", {f"{i}": {"outputs": [[0.5]], "tolerance": 0} for i in range(9)}),
        ("training", {"numbers": [0.5] * 1001}),
        ("training", {f"{i}": 0.5 for i in range(101)}),
        ("versions", {f"{i}": "1" for i in range(101)}),
        ("hardware", {f"{i}": "1" for i in range(101)}),
    ],
)
def test_a_card_of_endless_lists_is_refused(name, value):
    with pytest.raises(JSONError, match=r"“.*” has more than \d+ entries"):
        read_card(json.dumps({**json.loads(_A_CARD), name: value}))


PIECES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.data())
def test_whatever_stands_in_a_card_it_is_read_or_refused(data):
    card = json.loads(_A_CARD)
    for _ in range(data.draw(st.integers(1, 3))):
        place = card
        while place and data.draw(st.booleans() | st.just(place is card)):
            key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else [0]))
            if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
                place[key] = data.draw(PIECES)
                break
            place = place[key]
    with suppress(JSONError):
        card = read_card(json.dumps(card))
        assert 1 <= len(card.classes) <= 1000
        assert 0 <= card.metrics.accuracy <= 1
        assert max(card.input_size) <= 1024


@given(st.data())
def test_whatever_bytes_change_in_a_card_it_is_read_or_refused(folder_of_one, data):
    text = bytearray(_A_CARD.encode())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    (folder_of_one / "one" / "card.json").write_bytes(text)
    found = list_runs([folder_of_one])
    assert len(found.runs) + len(found.damaged) == 1
    for damaged in found.damaged:
        assert damaged.error.sentence.startswith("The card of “one” cannot be used: ")


@pytest.fixture(scope="module")
def folder_of_one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    make_paper_run(folder / "one")
    return folder
