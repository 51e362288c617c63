"""What is written down of a training while it runs, and how it heeds what it is asked for."""

import threading
from pathlib import Path

import pytest

from explorer.core.models.training_config import TrainingConfig
from explorer.core.training.record import ask, list_records
from explorer.errors import ModelError
from explorer.ml.data.reporter import Reporter
from explorer.ml.training import record_reporter
from explorer.ml.training.record_reporter import RecordReporter


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(record_reporter, "TOLD_S", 0.01)
    monkeypatch.setattr(record_reporter, "_ASKED_S", 0.01)


class Heard(Reporter):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.batches: list[tuple[object, ...]] = []

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)

    def batch(self, *what: object) -> None:
        self.batches.append(what)


def make(tmp_path: Path, reporter: Reporter) -> RecordReporter:
    config = TrainingConfig(data=tmp_path / "pets", output=tmp_path / "run", epochs=4)
    return RecordReporter(config, tmp_path / "run", reporter)


def test_the_end_is_written_whatever_it_is(tmp_path: Path) -> None:
    heard = Heard()
    with make(tmp_path, heard) as reporter:
        reporter.note("resuming")
        reporter.batch(2, 3, 5, 0.5, 0.75)
    (record,) = list_records()
    assert (record.phase, record.epoch, record.batch, record.loss) == ("finished", 2, 3, 0.5)
    assert heard.notes == ["resuming"] == list(record.notes)
    assert heard.batches == [(2, 3, 5, 0.5, 0.75)]

    with pytest.raises(ModelError), make(tmp_path, heard):
        raise ModelError("The disk is full.")
    (record,) = list_records()
    assert (record.phase, record.notes) == ("failed", ("The disk is full.",))

    with pytest.raises(KeyboardInterrupt), make(tmp_path, heard):
        raise KeyboardInterrupt
    assert list_records()[0].phase == "stopped"


def test_a_pause_holds_the_batch_until_it_is_taken_back(tmp_path: Path) -> None:
    with make(tmp_path, Heard()) as reporter:
        ask(tmp_path / "run", "pause")
        seen = threading.Event()

        def go_on() -> None:
            while not any(record.phase == "paused" for record in list_records()):
                seen.wait(0.005)
            seen.set()
            ask(tmp_path / "run", None)

        thread = threading.Thread(target=go_on)
        thread.start()
        reporter.batch(1, 1, 5, 1.0, 0.5)
        assert seen.is_set()
        thread.join()
        assert not reporter.is_stopped()
        ask(tmp_path / "run", "stop")
        seen.clear()
        seen.wait(0.02)
        assert reporter.is_stopped()


def test_what_an_earlier_training_was_asked_for_counts_no_more(tmp_path: Path) -> None:
    ask(tmp_path / "run", "stop")
    with make(tmp_path, Heard()) as reporter:
        assert not reporter.is_stopped()


def test_a_training_that_cannot_write_goes_on(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"in the way")
    heard = Heard()
    with make(tmp_path, heard) as reporter:
        reporter.batch(1, 1, 5, 1.0, 0.5)
    assert len(heard.batches) == 1
