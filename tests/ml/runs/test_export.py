"""LiteRT files answer as the Keras models they were made from, and the best format is kept."""

import importlib.util
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.core.models.card import GoldenOutput, MeasuredFormat, write_card
from explorer.core.models.run_folder import Run, read_run
from explorer.errors import ModelError
from explorer.ml.models.golden import check_golden
from explorer.ml.runs import export
from explorer.ml.runs.export import export_run
from explorer.ml.runs.format_choice import Candidate, choose_format, measure_formats
from tests.ml.conftest import InChild
from tests.ml.models.test_keras_model import load, make_picture, our_prediction, resize_alone
from tests.ml.models.test_litert import litert_prediction
from tests.support.tiny_runs import TinyRun, linear_probabilities, make_here, make_paper_run


def make_pictures(height: int, width: int, count: int = 40) -> np.ndarray:
    pictures = [make_picture(40 + number, 60 - number, seed=number) for number in range(count)]
    return np.stack([resize_alone(picture, height, width) for picture in pictures])


# In the child.


def keras_and_litert(folder, pictures):
    """Return Keras's answers, (pictures, classes), and each format's bytes and answers."""
    from explorer.ml.models.keras_network.loading import load_network
    from explorer.ml.runs.litert_formats import FORMATS, convert, write_for_conversion

    run = read_run(folder)
    network = load_network(run)
    with tempfile.TemporaryDirectory() as saved:
        write_for_conversion(network, run.card.input_size, saved)
        contents = {name: convert(saved, name) for name in FORMATS}
    expected = np.asarray(network(pictures.astype(np.float32), training=False))
    return expected, {name: (text, litert(text, pictures)) for name, text in contents.items()}


def litert(content, pictures):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert source["dtype"] == target["dtype"] == np.float32
    answers = []
    for pixels in pictures.astype(np.float32):
        interpreter.set_tensor(source["index"], pixels[None])
        interpreter.invoke()
        answers.append(interpreter.get_tensor(target["index"])[0])
    return np.array(answers)


def export_here(folder, pictures=None):
    notes: list[str] = []
    export_run(read_run(folder), notes.append, pictures=pictures)
    return notes


def sharpen(folder, pictures):
    """Spread the logits of a run, one picture's at 0, and put its golden outputs right."""
    from explorer.ml.models.golden import compute_golden_outputs, make_golden
    from explorer.ml.models.keras_network.loading import load_network

    run = read_run(folder)
    network = load_network(run)
    outputs = np.asarray(network(pictures.astype(np.float32), training=False), np.float64)
    logits = np.log(outputs[:, 1] / outputs[:, 0])
    kernel, bias = network.layers[-1].get_weights()
    factor = 100 / logits.std()
    bias[1] -= np.sort(logits)[len(logits) // 2]
    network.layers[-1].set_weights([kernel * factor, bias * factor])
    network.save(run.keras_file)
    golden = make_golden(compute_golden_outputs(network, run.card.input_size), 1e-4)
    card = replace(run.card, golden={"model.keras": golden})
    (folder / "card.json").write_text(write_card(card), encoding="utf-8")


# Formats.


def test_each_format_agrees_with_keras_and_the_smaller_one_is_small(in_child, runs):
    expected, found = in_child(keras_and_litert, runs / "tiny", make_pictures(24, 24))
    assert np.ptp(expected, axis=0).max() > 1e-3  # the pictures are told apart
    whole = len(found["float32"][0])
    for name, share, limit in (("float32", 1, 1e-5), ("float16", 0.6, 2e-3)):
        content, answers = found[name]
        assert len(content) <= share * whole
        np.testing.assert_allclose(answers, expected, rtol=0, atol=limit)
        if name != "float32":  # else it was not that format at all
            assert np.abs(answers - expected).max() > 1e-6


def test_oblong_pictures_and_three_classes_come_through(runs):
    pictures = make_pictures(20, 28, count=5)
    expected = [linear_probabilities(pixels, 3, seed=7) for pixels in pictures]
    found = litert((runs / "linear" / "model.tflite").read_bytes(), pictures)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


# Choosing.


def measured(name="float32", *, size=100, difference=0.0, milliseconds=1.0) -> MeasuredFormat:
    return MeasuredFormat(name, size, milliseconds, difference, is_kept=False)


@pytest.mark.parametrize(
    ("rivals", "kept"),
    [
        ([measured("a", milliseconds=2), measured("b", milliseconds=1)], "b"),
        ([measured("a", milliseconds=2), measured("b", milliseconds=1, difference=0.0011)], "a"),
        ([measured("a", milliseconds=2), measured("b", milliseconds=1, difference=0.0009)], "b"),
        ([measured("a", milliseconds=2), measured("b", milliseconds=1, difference=np.nan)], "a"),
        ([measured("a", milliseconds=1), measured("b", milliseconds=1.04, size=50)], "b"),
        ([measured("a", milliseconds=1), measured("b", milliseconds=1.06, size=50)], "a"),
        # One that is fast and wrong does not make the others slow.
        (
            [
                measured("a", milliseconds=2),
                measured("b", milliseconds=2.05, size=50),
                measured("c", milliseconds=1, difference=0.5),
            ],
            "b",
        ),
    ],
)
def test_kept_is_the_fastest_that_agrees_with_keras_then_the_smallest(rivals, kept):
    assert choose_format(rivals).name == kept
    assert choose_format(rivals[::-1]).name == kept


def test_where_none_agrees_with_keras_none_is_kept():
    rivals = [measured("a", difference=0.02), measured("b", difference=0.0123, size=50)]
    with pytest.raises(ModelError, match=r"differ from model\.keras by up to 1\.2 points"):
        choose_format(rivals)


def test_each_candidate_is_measured_against_keras():
    pictures = np.arange(20, dtype=np.uint8)[:, None, None, None]
    expected = np.linspace([0.1, 0.9], [0.9, 0.1], 20, dtype=np.float32)

    def model(number, shift):
        """Answer as Keras does, but for one picture."""

        def answer(pixels):
            found = int(pixels[0, 0, 0, 0])
            return expected[found : found + 1] + (found == number) * np.float32([shift, -shift])

        return answer

    candidates = [
        Candidate("a", b"12345", model(13, 0.0005)),
        Candidate("b", b"1", model(19, -0.002)),
    ]
    found = measure_formats(candidates, expected, pictures)
    assert [one.name for one in found] == ["a", "b"]
    assert [one.size for one in found] == [5, 1]
    assert [one.difference for one in found] == pytest.approx([0.0005, 0.002], rel=1e-3)
    assert [one.is_kept for one in found] == [True, False]
    assert all(one.milliseconds > 0 for one in found)


# The whole.


def test_export_measures_and_keeps_one_and_can_be_done_again(in_child, runs, tmp_path):
    folder = Path(shutil.copytree(runs / "other", tmp_path / "copy"))
    before = read_run(folder).card
    picture, pictures = make_picture(50, 30), make_pictures(24, 24)

    (note,) = in_child(export_here, folder, pictures)
    card = read_run(folder).card
    expected, found = in_child(keras_and_litert, folder, pictures)
    assert [one.name for one in card.formats] == ["float32", "float16"]
    for one in card.formats:
        content, answers = found[one.name]
        assert one.size == pytest.approx(len(content), rel=0.01)
        assert one.difference == pytest.approx(np.abs(answers - expected).max(), abs=1e-6)
    (kept,) = (one for one in card.formats if one.is_kept)
    assert note.startswith("LiteRT on 40 validation pictures: float32 ")
    assert note.endswith(f"kept: {kept.name}.")
    assert kept.size == (folder / "model.tflite").stat().st_size
    assert replace(card, golden=before.golden, formats=()) == before
    assert card.golden["model.keras"] == before.golden["model.keras"]
    in_child(litert_prediction, folder, picture)  # its golden outputs hold

    (note,) = in_child(export_here, folder)
    assert note == "Without validation pictures nothing is compared: model.tflite is float32."
    assert {file.name for file in folder.iterdir()} == {
        file.name for file in (runs / "tiny").iterdir()
    }
    assert read_run(folder).card.formats == ()
    by_keras = in_child(our_prediction, folder, picture)
    by_litert = in_child(litert_prediction, folder, picture)
    np.testing.assert_allclose(by_litert, by_keras, rtol=0, atol=1e-5)


def test_half_precision_is_not_kept_where_it_changes_a_probability(in_child, runs, tmp_path):
    folder = Path(shutil.copytree(runs / "other", tmp_path / "sharp"))
    in_child(sharpen, folder, make_pictures(24, 24))
    in_child(export_here, folder, make_pictures(24, 24))
    whole, half = read_run(folder).card.formats
    assert half.difference > 0.001 > whole.difference
    assert (whole.is_kept, half.is_kept) == (True, False)


@pytest.mark.parametrize(
    ("package", "name"), [("tensorflow", "TensorFlow"), ("ai_edge_litert", "LiteRT")]
)
def test_without_what_it_takes_nothing_is_exported_and_that_is_said(
    tmp_path, monkeypatch, package, name
):
    folder = make_paper_run(tmp_path / "paper")
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda wanted: None if wanted == package else find(wanted)
    )
    assert export_here(folder) == [
        f"{name} is not installed: no model.tflite was written; the run itself is complete."
    ]
    assert not (folder / "model.tflite").exists()


# Replacing a file and the card that describes it.


def make_exported_run(folder: Path) -> Run:
    """Make a run whose model.tflite is the word that its golden output stands for."""
    run = read_run(make_paper_run(folder))
    golden = {"model.keras": GoldenOutput((), 1e-4), "model.tflite": GOLDEN_OF[b"old"]}
    (folder / "model.tflite").write_bytes(b"old")
    card = replace(run.card, golden=golden)
    (folder / "card.json").write_text(write_card(card), encoding="utf-8")
    return Run(folder, card)


GOLDEN_OF = {b"old": GoldenOutput(((0.0, 1.0),), 1e-4), b"new": GoldenOutput(((1.0, 0.0),), 1e-4)}


def renewed(run: Run):
    return replace(run.card, golden={**run.card.golden, "model.tflite": GOLDEN_OF[b"new"]})


def is_consistent(folder: Path) -> bool:
    run = read_run(folder)
    if not run.litert_file.exists():
        return True
    return run.card.golden["model.tflite"] == GOLDEN_OF[run.litert_file.read_bytes()]


def test_at_every_moment_of_a_replacement_the_run_can_be_opened(tmp_path, monkeypatch):
    run = make_exported_run(tmp_path / "run")
    moments: list[Path] = []

    def watched(function):
        def call(*arguments, **options):
            result = function(*arguments, **options)
            moments.append(shutil.copytree(run.folder, tmp_path / f"moment-{len(moments)}"))
            return result

        return call

    monkeypatch.setattr(Path, "replace", watched(Path.replace))
    monkeypatch.setattr(Path, "unlink", watched(Path.unlink))
    export._replace_files(run, b"new", renewed(run))
    assert len(moments) >= 4
    assert [moment for moment in moments if not is_consistent(moment)] == []
    assert (run.folder / "model.tflite").read_bytes() == b"new"
    assert sorted(file.name for file in run.folder.iterdir()) == [
        "card.json",
        "model.keras",
        "model.tflite",
    ]


@pytest.mark.parametrize("successes", [0, 1])
def test_on_a_full_disk_the_run_stays_as_it_was(tmp_path, monkeypatch, successes):
    run = make_exported_run(tmp_path / "run")
    before = {file.name: file.read_bytes() for file in run.folder.iterdir()}
    written: list[Path] = []

    def write(path, data):
        if len(written) == successes:
            raise OSError(28, "No space left on device")
        written.append(path)
        path.write_bytes(data)

    monkeypatch.setattr(export, "write_atomically", write)
    with pytest.raises(OSError, match="No space left"):
        export._replace_files(run, b"new", renewed(run))
    assert {file.name: file.read_bytes() for file in run.folder.iterdir()} == before


# Another backend.


@pytest.fixture(scope="module")
def in_jax_child() -> Iterator[InChild]:
    """Return a way to call a function in a child that runs Keras on JAX."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=prepare_jax) as pool:
        yield lambda function, *arguments: pool.submit(function, *arguments).result()


def prepare_jax() -> None:
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ["JAX_PLATFORMS"] = "cpu"
    import keras

    assert keras.backend.backend() == "jax"


def spoil_golden(folder: Path) -> None:
    """Let the card ask for slightly other outputs."""
    card = read_run(folder).card
    golden = card.golden["model.keras"]
    outputs = tuple(tuple(p + 2e-4 for p in row) for row in golden.outputs)
    changed = {"model.keras": replace(golden, outputs=outputs)}
    (folder / "card.json").write_text(write_card(replace(card, golden=changed)), encoding="utf-8")


def test_golden_outputs_hold_from_tensorflow_to_jax_and_are_checked(in_jax_child, runs, tmp_path):
    in_jax_child(load, runs / "tiny")
    folder = Path(shutil.copytree(runs / "tiny", tmp_path / "spoiled"))
    spoil_golden(folder)
    with pytest.raises(ModelError, match="fails its self-check"):
        in_jax_child(load, folder)


def test_a_run_made_on_jax_opens_on_tensorflow_and_is_exported_by_a_child(
    in_child, in_jax_child, tmp_path
):
    folder = tmp_path / "from-jax"
    in_jax_child(make_here, TinyRun(str(folder), has_litert=False))
    in_child(load, folder)
    (note,) = in_jax_child(export_here, folder)
    assert "model.tflite is float32" in note
    in_child(litert_prediction, folder, make_picture(50, 30))
    spoil_golden(folder)
    with pytest.raises(ModelError, match="fails its self-check"):
        in_child(load, folder)


# Checking golden outputs.


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
    with pytest.raises(ModelError, match=r"“paper/model.keras” fails its self-check"):
        check_golden(run, "model.keras", np.array(outputs))
    with pytest.raises(ModelError):  # nor may they come from a file that the card does not know
        check_golden(run, "model.tflite", np.array(outputs))
