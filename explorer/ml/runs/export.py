"""Export a run's Keras model to LiteRT, in the format that serves the program best."""

import importlib.util
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from explorer.core.desktop.safe_path import safe_path
from explorer.core.files.writing import write_atomically
from explorer.core.models.card import Card, MeasuredFormat, write_card
from explorer.core.models.run_folder import Run
from explorer.errors import ModelError
from explorer.ml.models.golden import (
    FLOAT32_TOLERANCE,
    TOLERANCES,
    full_precision,
    golden_difference,
    make_golden,
)
from explorer.ml.models.keras_settings import choose_keras_settings
from explorer.ml.models.litert import LiteRTModel
from explorer.ml.models.quiet_logs import suppress_info_logs
from explorer.ml.runs.format_choice import (
    Candidate,
    Pictures,
    describe_formats,
    kept_format,
    measure_formats,
)

if TYPE_CHECKING:
    import keras

_KERAS_BATCH = 32


def export_run(run: Run, note: Callable[[str], None], *, pictures: Pictures | None = None) -> None:
    """Give a run its `model.tflite`, or a new one, and write on its card what was measured.

    Kept is the fastest of the formats float32 and float16 of which no probability differs by more
    than 0.1 point from the Keras model's in float32, on the validation pictures; those within 5 %
    of the fastest count as equally fast, and of these the smallest is kept. Without pictures it is
    float32.

    Where TensorFlow or LiteRT is not installed nothing is added: a run is valid without it. Where
    this process runs Keras on another backend, a child process does it.

    Parameters
    ----------
    note : callable
        Told in a sentence what was kept, left out or not done.
    pictures : (n, height, width, 3) uint8 or None
        The validation set, of the model's input size; never the test set.

    Raises
    ------
    ModelError
        The run's model cannot be loaded or converted.
    OSError
        The file or the card could not be written; the run is as it was.
    """
    for package, name in (("tensorflow", "TensorFlow"), ("ai_edge_litert", "LiteRT")):
        if importlib.util.find_spec(package) is None:
            note(
                f"{name} is not installed: no model.tflite was written; the run itself is complete."
            )
            return
    import keras

    if keras.backend.backend() == "tensorflow":
        _export_here(run, note, pictures)
        return
    with ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn"), initializer=_choose_tensorflow
    ) as pool:
        try:
            with safe_path():
                exported = pool.submit(_export_in_child, run, pictures)
            sentences = exported.result()
        except BrokenProcessPool as error:
            raise ModelError(
                f"“{run.name}” was not exported: the export process ended unexpectedly."
            ) from error
    for sentence in sentences:
        note(sentence)


def _choose_tensorflow() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the parent's to answer
    choose_keras_settings("tensorflow")
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the parent has the graphics card
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _export_in_child(run: Run, pictures: Pictures | None) -> list[str]:
    sentences: list[str] = []
    _export_here(run, sentences.append, pictures)
    return sentences


@suppress_info_logs()
def _export_here(run: Run, note: Callable[[str], None], pictures: Pictures | None) -> None:
    from explorer.ml.models.keras_network.loading import load_network

    network = load_network(run)
    candidates = _make_candidates(run, network, note, has_pictures=pictures is not None)
    if pictures is None:
        sentence = "Without validation pictures nothing is compared: model.tflite is float32."
        measured: tuple[MeasuredFormat, ...] = ()
        kept = candidates[0]
    else:
        expected = _keras_outputs(network, pictures)
        try:
            measured = measure_formats(candidates, expected, pictures)
        except ModelError as error:
            raise _not_converted(run, error.sentence) from error
        best = kept_format(measured)
        kept = next(candidate for candidate in candidates if candidate.name == best.name)
        sentence = describe_formats(measured, len(pictures))
    outputs = kept.model.golden_outputs(run.card.input_size)
    golden = {**run.card.golden, "model.tflite": make_golden(outputs, TOLERANCES[kept.name])}
    _replace_files(run, kept.content, replace(run.card, golden=golden, formats=measured))
    note(sentence)


def _make_candidates(
    run: Run, network: "keras.Model", note: Callable[[str], None], *, has_pictures: bool
) -> list[Candidate]:
    """Convert to each format, float32 first; one that fails is left out."""
    from explorer.ml.runs.litert_formats import FORMATS, convert, write_for_conversion

    candidates = []
    with tempfile.TemporaryDirectory(prefix="convnet-explorer-") as folder:
        try:
            write_for_conversion(network, run.card.input_size, folder)
        except Exception as error:  # as many kinds
            raise _not_converted(run, _first_line(error)) from error
        for name in FORMATS if has_pictures else FORMATS[:1]:
            try:
                content = convert(folder, name)
                candidate = Candidate(name, content, LiteRTModel(content))
                _check_answers(run, candidate)
            except Exception as error:  # the converter raises many kinds
                note(f"“{run.name}” was not converted to {name}: {_first_line(error)}.")
            else:
                candidates.append(candidate)
    if not candidates:
        raise _not_converted(run, "no format succeeded")
    return candidates


def _not_converted(run: Run, reason: str) -> ModelError:
    return ModelError("cannot be converted to LiteRT", run.name, reason)


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0].rstrip(".")


def _check_answers(run: Run, candidate: Candidate) -> None:
    """See that a candidate gives probabilities of the classes, and float32 those of Keras."""
    outputs = candidate.model.golden_outputs(run.card.input_size)
    if outputs.shape[1:] != (len(run.card.classes),) or not np.isfinite(outputs).all():
        raise ModelError("it returns invalid values")
    golden = run.card.golden.get("model.keras")
    if candidate.name == "float32" and golden is not None:
        difference = golden_difference(golden, outputs)
        if difference > FLOAT32_TOLERANCE:
            raise ModelError(f"it differs from model.keras by {difference:.2g}")


def _keras_outputs(network: "keras.Model", pictures: Pictures) -> npt.NDArray[np.float32]:
    import keras

    with full_precision():
        outputs = [
            network(pictures[start : start + _KERAS_BATCH].astype(np.float32), training=False)
            for start in range(0, len(pictures), _KERAS_BATCH)
        ]
    return np.concatenate([keras.ops.convert_to_numpy(batch) for batch in outputs])


def _replace_files(run: Run, content: bytes, card: Card) -> None:
    """Put a new model and its card in place so that the run can be opened at every moment.

    Neither fits the other's older one. In between, the run therefore has no `model.tflite`, as
    runs may; the new one lies on the disk by then, and the older one is put back should the card
    not be written.
    """
    following = run.folder / "model.tflite.next"
    previous = run.folder / "model.tflite.previous"
    write_atomically(following, content)
    if run.litert_file.is_file():
        run.litert_file.replace(previous)
    try:
        write_atomically(run.folder / "card.json", write_card(card).encode())
    except BaseException:
        if previous.is_file():
            previous.replace(run.litert_file)
        following.unlink(missing_ok=True)
        raise
    following.replace(run.litert_file)
    previous.unlink(missing_ok=True)
