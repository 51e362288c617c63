"""A child process answers, dies, comes back; what it was at is tried once more, then reported."""

import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.background import worker_process
from explorer.background.worker_process import WorkerProcess
from explorer.errors import PictureError, WorkerError


def serve_faults(connection: Connection, role: str, log: Path | None) -> None:
    """Stand in for the real process where a fault must be injected."""
    if role == "stillborn":
        os._exit(3)
    connection.send((0, None, None))
    while (request := connection.recv()) is not None:
        number, verb, arguments = request
        if verb == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if verb == "die once":
            marker = Path(arguments[0])
            if not marker.exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        if verb == "hang":
            signal.pause()
        connection.send((number, (verb, arguments), None))


@pytest.fixture
def make(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., WorkerProcess]]:
    made: list[WorkerProcess] = []

    def build(role: str = "classifier", *, is_faulty: bool = False) -> WorkerProcess:
        if is_faulty:
            monkeypatch.setattr(worker_process, "serve", serve_faults)
        made.append(WorkerProcess(role, None))
        return made[-1]

    yield build
    for worker in made:
        worker.close()


def test_the_real_classifier_answers_and_refuses_by_sentence(
    make: Callable[..., WorkerProcess], qtbot: QtBot, models_folder: Path, tmp_path: Path
) -> None:
    worker = make()
    answers: list[Any] = []
    (tmp_path / "empty.jpg").touch()
    picture = np.full((24, 24, 3), 90, np.uint8)
    run = models_folder / "tiny"
    assert worker.status == "asleep"
    for verb, what in (
        ("classify_picture", (picture, "grey")),
        ("classify_file", (tmp_path / "empty.jpg",)),
    ):
        worker.ask(verb, run, *what, done=answers.append, failed=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=20_000)
    assert answers[0].path == "grey"
    assert sum(answers[0].probabilities) == pytest.approx(1, abs=1e-6)
    assert isinstance(answers[1], PictureError)
    assert "the file is empty" in answers[1].sentence
    assert worker.status == "ready"


def test_a_request_that_kills_once_is_answered_by_the_next_process(
    make: Callable[..., WorkerProcess], qtbot: QtBot, tmp_path: Path
) -> None:
    worker = make(is_faulty=True)
    answers: list[Any] = []
    for verb in ("before", "die once", "after"):
        worker.ask(
            verb,
            str(tmp_path / "marker"),
            done=lambda a: answers.append(a[0]),
            failed=answers.append,
        )
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=20_000)
    assert answers == ["before", "die once", "after"]


def test_a_poisonous_request_is_reported_and_the_others_are_answered(
    make: Callable[..., WorkerProcess], qtbot: QtBot
) -> None:
    worker = make(is_faulty=True)
    answers: list[Any] = []
    for verb in ("before", "die", "after"):
        worker.ask(verb, done=lambda a: answers.append(a[0]), failed=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=20_000)
    assert answers[0] == "before"
    assert {type(answer) for answer in answers[1:]} == {str, WorkerError}
    error = next(answer for answer in answers if isinstance(answer, WorkerError))
    assert "ended unexpectedly" in error.sentence


def test_a_process_that_hangs_is_ended_and_its_request_reported(
    make: Callable[..., WorkerProcess], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "ANSWER_LIMIT_MS", 300)
    worker = make(is_faulty=True)
    answers: list[Any] = []
    worker.ask("hang", done=answers.append, failed=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=20_000)
    assert isinstance(answers[0], WorkerError)


def test_a_process_that_cannot_start_fails_what_waits(
    make: Callable[..., WorkerProcess], qtbot: QtBot
) -> None:
    worker = make("stillborn", is_faulty=True)
    answers: list[Any] = []
    for _ in range(3):
        worker.ask("anything", done=answers.append, failed=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=20_000)
    assert all(isinstance(answer, WorkerError) for answer in answers)
    assert worker.status == "asleep"


def test_urgent_goes_first_and_cancelled_is_not_answered(
    make: Callable[..., WorkerProcess], qtbot: QtBot
) -> None:
    worker = make(is_faulty=True)
    answers: list[str] = []

    def ask(verb: str, *, is_urgent: bool = False) -> worker_process.Request:
        return worker.ask(
            verb, done=lambda a: answers.append(a[0]), failed=pytest.fail, is_urgent=is_urgent
        )

    ask("first")
    cancelled = ask("cancelled")
    ask("second")
    ask("urgent", is_urgent=True)
    cancelled.cancel()
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=20_000)
    assert answers == ["urgent", "first", "second"]
    assert not worker.is_busy


def test_closing_while_the_process_starts_leaves_nothing(
    make: Callable[..., WorkerProcess], qtbot: QtBot
) -> None:
    worker = make("network")
    worker.start()
    assert worker.process_id is not None
    worker.close()
    assert worker.process_id is None
