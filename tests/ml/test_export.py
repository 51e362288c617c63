"""LiteRT files answer as the Keras models they were made from."""

import importlib.util
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.core.runs import GoldenOutput, Run, read_run
from explorer.errors import ModelError
from explorer.ml.export import check_golden, export_litert
from tests.ml.test_classifier import litert_prediction
from tests.ml.test_inspection import make_picture, our_prediction
from tests.tiny_runs import make_paper_run

PICTURES = [make_picture(40 + 7 * number, 60 - 5 * number, seed=number) for number in range(6)]


def keras_and_litert(folder, content):
    """Return both answers to each picture: two arrays (pictures, classes)."""
    from ai_edge_litert.interpreter import Interpreter

    from explorer.ml.classifier import prepare_input
    from explorer.ml.inspection import load_network

    run = read_run(folder)
    network = load_network(run)
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    answers = []
    for picture in PICTURES:
        pixels = prepare_input(picture, run.card.input_size)
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
        interpreter.invoke()
        litert = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
        answers.append((np.asarray(network(pixels, training=False))[0], litert[0]))
    keras_answers, litert_answers = zip(*answers, strict=True)
    return np.array(keras_answers), np.array(litert_answers)


def convert_to_float16(folder):
    from explorer.ml.export import convert_to_litert

    return convert_to_litert(read_run(folder), float16=True)


def export_here(folder):
    notes: list[str] = []
    export_litert(read_run(folder), notes.append)
    return notes


@pytest.mark.parametrize("name", ["tiny", "linear"])
def test_float32_agrees_with_keras(in_child, runs, name):
    content = (runs / name / "model.tflite").read_bytes()
    expected, found = in_child(keras_and_litert, runs / name, content)
    assert np.ptp(expected, axis=0).max() > 1e-3  # the pictures are told apart
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_float16_is_half_as_large_and_agrees_with_keras(in_child, runs):
    content = in_child(convert_to_float16, runs / "tiny")
    assert len(content) < 0.6 * (runs / "tiny" / "model.tflite").stat().st_size
    expected, found = in_child(keras_and_litert, runs / "tiny", content)
    assert np.abs(found - expected).max() > 0  # else it was not float16 at all
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-3)


def test_export_adds_a_checked_file_to_a_run_that_has_none(in_child, runs, tmp_path):
    folder = Path(shutil.copytree(runs / "other", tmp_path / "copy"))
    before = read_run(folder).card
    assert in_child(export_here, folder) == []
    after = read_run(folder).card
    assert set(after.golden) == {"model.keras", "model.tflite"}
    assert replace(after, golden=before.golden) == before
    picture = make_picture(50, 30)
    by_keras = in_child(our_prediction, folder, picture)
    by_litert = in_child(litert_prediction, folder, picture)
    np.testing.assert_allclose(by_litert.probabilities, by_keras.probabilities, rtol=0, atol=1e-5)


def test_without_tensorflow_nothing_is_exported_and_that_is_said(tmp_path, monkeypatch):
    folder = make_paper_run(tmp_path / "paper")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    notes: list[str] = []
    export_litert(read_run(folder), notes.append)
    assert notes == [
        "TensorFlow is not installed here: no model.tflite was written; the run is valid."
    ]
    assert not (folder / "model.tflite").exists()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a run whose card has golden outputs for two pictures."""
    found = read_run(make_paper_run(tmp_path / "paper"))
    golden = {"model.keras": GoldenOutput(((0.25, 0.75), (0.5, 0.5)), 1e-4)}
    return Run(found.folder, replace(found.card, golden=golden))


def test_outputs_within_the_tolerance_pass(run):
    check_golden(run, "model.keras", np.array([[0.25, 0.75], [0.50005, 0.49995]]))
    check_golden(run, "model.tflite", np.array([[0.25, 0.75], [0.5, 0.5]]))


@pytest.mark.parametrize(
    "outputs",
    [
        [[0.25, 0.75], [0.5002, 0.4998]],
        [[0.75, 0.25], [0.5, 0.5]],
        [[np.nan, 0.75], [0.5, 0.5]],
        [[np.inf, 0.75], [0.5, 0.5]],
        [[0.25, 0.75]],
    ],
)
def test_other_outputs_are_refused(run, outputs):
    with pytest.raises(ModelError, match=r"“paper/model.keras” does not compute what its card"):
        check_golden(run, "model.keras", np.array(outputs))
    with pytest.raises(ModelError):  # nor may they come from a file that the card does not know
        check_golden(run, "model.tflite", np.array(outputs))
