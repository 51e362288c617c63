"""What train.py prints: names as they are, a screenful of figures, and no end by the output."""

import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from explorer.core.evaluation.evaluation import measure
from explorer.core.models.card import RESIZE_RULE, Card
from explorer.core.models.run_folder import Run
from explorer.core.text.standard_streams import accept_any_text
from explorer.ml.training.summary import make_summary
from explorer.ml.training.terminal import Terminal, TerminalReporter

HOSTILE = ("shiba [inu]", "[/bold]", "[red]fox[/red]", ":smile:", "a\x1b[31mb", "a\rb")
SHOWN = ("shiba [inu]", "[/bold]", "[red]fox[/red]", ":smile:", "a�[31mb", "a�b")


def run_of(classes: tuple[str, ...], *, seed: int = 1, warnings: tuple[str, ...] = ()) -> Run:
    """Return a run whose network is right about two of three pictures."""
    generator = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(classes)), 20)
    answers = np.where(
        generator.random(len(labels)) < 0.66,
        labels,
        generator.integers(0, len(classes), len(labels)),
    )
    probabilities = np.eye(len(classes))[answers]
    card = Card(
        name="run",
        recipe="article",
        classes=classes,
        input_size=(150, 150),
        resize_rule=RESIZE_RULE,
        metrics=measure(probabilities, labels),
        metrics_split="a test set",
        training={},
        data_hash="",
        versions={},
        hardware={},
        parameters=1,
        multiply_adds=1,
        golden={},
        warnings=warnings,
    )
    return Run(Path("runs") / "[run]", card)


def test_names_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    reporter = TerminalReporter(terminal, 3, lambda: False)
    for name in HOSTILE:
        reporter.note(f"class weight of {name}: 0.50")
    terminal.show(make_summary(run_of(HOSTILE)))
    said = capsys.readouterr().out
    for name in SHOWN:
        assert f"class weight of {name}: 0.50\n" in said
        assert f"{name} was called" in said
    assert "[run]" in said
    assert "\x1b" not in said


def test_a_line_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "word " * 60 + "end."
    Terminal().say(sentence)
    assert capsys.readouterr().out == sentence + "\n"


@pytest.mark.parametrize("count", [9, 120, 1000])
def test_of_many_classes_the_worst_are_shown(
    capsys: pytest.CaptureFixture[str], count: int
) -> None:
    classes = tuple(f"{i:03} Nova Scotia Duck Tolling Retriever and more" * 3 for i in range(count))
    run = run_of(classes)
    Terminal().show(make_summary(run))
    said = capsys.readouterr().out
    assert said.count("\n") < 50
    confusion = np.array(run.card.metrics.confusion)
    recall = confusion.diagonal() / confusion.sum(axis=1)
    wrong = confusion - np.diag(confusion.diagonal())
    first, second = np.unravel_index(wrong.argmax(), wrong.shape)
    text = "".join(said.replace("│", " ").split())
    assert f"{confusion.diagonal()[recall.argmin()]}of20correct" in text
    assert f"{wrong.max()}times" in text
    assert f"{first:03}Nova" in text
    assert f"called{second:03}Nova" in text
    assert "seeconfusion.csv" in text


def test_what_is_doubted_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().show(make_summary(run_of(("a", "b"), warnings=("It knows nothing.",))))
    assert "It knows nothing." in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_what_an_output_cannot_show_is_escaped(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    accept_any_text()
    terminal = Terminal()
    reporter = TerminalReporter(terminal, 3, lambda: False)
    reporter.note("“moß”, 猫, \udce9")
    reporter.step("reading", 1, 2)
    terminal.show(make_summary(run_of(("猫", "moß", "\udce9"))))
    said = written.getvalue().decode(encoding)
    assert ("猫" if encoding == "utf-8" else "\\u732b") in said
    monkeypatch.undo()


@pytest.fixture
def lone_stdout(monkeypatch: pytest.MonkeyPatch):
    """Return what leads sys.stdout to a file descriptor of its own."""
    streams = []

    def lead(descriptor: int) -> None:
        streams.append(open(descriptor, "w", encoding="utf-8"))  # noqa: SIM115
        monkeypatch.setattr(sys, "stdout", streams[-1])

    yield lead
    monkeypatch.undo()
    for stream in streams:
        stream.close()  # which raises where something is left that cannot be written


def test_where_nobody_reads_it_is_stopped(lone_stdout) -> None:
    reading, writing = os.pipe()
    lone_stdout(writing)
    reporter = TerminalReporter(Terminal(), 3, lambda: False)
    reporter.note("heard")
    assert not reporter.is_stopped()
    os.close(reading)
    reporter.note("not heard")
    reporter.note("nor this")
    assert reporter.is_stopped()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
def test_a_full_output_stops_nothing(lone_stdout) -> None:
    lone_stdout(os.open("/dev/full", os.O_WRONLY))
    reporter = TerminalReporter(Terminal(), 3, lambda: False)
    reporter.note("lost")
    reporter.note("lost")
    assert not reporter.is_stopped()


def test_a_stop_is_answered_once(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = TerminalReporter(Terminal(), 3, lambda: True)
    reporter.batch(1, 1, 2, 0.5, 0.5)
    assert reporter.is_stopped()
    assert reporter.is_stopped()
    assert capsys.readouterr().out.count("stopping after this batch") == 1


def test_before_training_a_stop_is_of_no_batch(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = TerminalReporter(Terminal(), 3, lambda: True)
    reporter.step("reading", 1, 2)
    reporter.answer()
    assert reporter.is_stopped()
    said = capsys.readouterr().out
    assert said == "stopping; press Ctrl-C again to stop at once\n"


def test_while_the_run_is_written_a_stop_is_answered_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reporter = TerminalReporter(Terminal(), 3, lambda: True)
    reporter.batch(1, 1, 2, 0.5, 0.5)
    reporter.answer()
    assert not capsys.readouterr().out
    reporter.finish()
    reporter.answer()
    said = capsys.readouterr().out
    assert said == (
        "training is over and the run is being written; press Ctrl-C again to stop at once\n"
    )
