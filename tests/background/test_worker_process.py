"""A child process answers, dies, comes back; what it was at is tried once more, then reported."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.background import child as child_module
from explorer.background.request_queue import PendingRequest
from explorer.background.worker_process import WorkerProcess
from explorer.core.models.model_use import ModelUse
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import (
    Classified,
    ClassifyFile,
    ClassifyPicture,
    ComputeFeatureMaps,
    DescribeLayers,
)
from explorer.errors import ModelError, PictureError, WorkerError
from tests.support.faulty_worker import serve_a_crash, serve_faults
from tests.support.processes import ids_of
from tests.support.tiny_runs import make_paper_run


class Hang(ClassifyFile):
    """A request whose time is soon over."""

    limit_s: ClassVar[float] = 0.3


@pytest.fixture
def make(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., WorkerProcess]]:
    made: list[WorkerProcess] = []

    def build(
        role: Any = "classifier", *, is_faulty: bool = False, threads: int = 1
    ) -> WorkerProcess:
        if is_faulty:
            monkeypatch.setattr(child_module, "serve", serve_faults)
            # Its faults are the names of pictures that are not there: paths are sent as they are.
            monkeypatch.setattr("explorer.paths.bundled_models", Path)
        made.append(WorkerProcess(role, None, threads=threads))
        return made[-1]

    yield build
    for worker in made:
        worker.close()


def ask(worker: WorkerProcess, answers: list[Any], *faults: str, folder: Path = Path()) -> None:
    """Ask for each fault; what comes is kept as its name, or as the error."""
    for fault in faults:
        worker.ask(
            ClassifyFile(ModelUse(Path()), folder / fault),
            done=lambda found, fault=fault: answers.append(fault),
            failed=answers.append,
        )


def test_the_real_classifier_answers_and_refuses_by_sentence(
    make: Callable[..., WorkerProcess], qtbot: QtBot, models_folder: Path, tmp_path: Path
) -> None:
    worker = make(threads=2)
    answers: list[Any] = []
    (tmp_path / "empty.jpg").touch()
    undecodable = tmp_path / os.fsdecode(b"no-text-\xff.jpg")
    picture = np.full((24, 24, 3), 90, np.uint8)
    use = ModelUse(models_folder / "tiny", Preparation((24, 24)), 2)
    assert worker.status == "asleep"
    for request in (
        ClassifyPicture(use, picture),
        ClassifyFile(use, tmp_path / "empty.jpg"),
        ClassifyFile(use, undecodable),
        ClassifyPicture(use, picture),
    ):
        worker.ask(request, done=answers.append, failed=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 4, timeout=20_000)
    first, second = (one.probabilities for one in answers if isinstance(one, Classified))
    assert sum(first) == pytest.approx(1, abs=1e-6)
    assert first == second
    sentences = sorted(answer.sentence for answer in answers if isinstance(answer, PictureError))
    assert "the file is empty" in sentences[0]
    assert "there is no such file" in sentences[1]
    assert worker.status == "ready"


def test_the_real_network_process_sends_layers_and_arrays(
    make: Callable[..., WorkerProcess], qtbot: QtBot, models_folder: Path
) -> None:
    worker = make("network")
    answers: list[Any] = []
    use = ModelUse(models_folder / "tiny", Preparation((24, 24)), 2)
    picture = np.full((24, 24, 3), 90, np.uint8)
    worker.ask(DescribeLayers(use), done=answers.append, failed=answers.append)
    for layer in ("rescaling", "nowhere"):
        request = ComputeFeatureMaps(use, layer, picture)
        worker.ask(request, done=answers.append, failed=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=120_000)
    architecture, maps, error = answers
    (rescaling,) = (layer for layer in architecture.layers if layer.name == "rescaling")
    assert maps.layer == rescaling
    np.testing.assert_allclose(
        maps.maps, np.full((24, 24, 3), 90 / 127.5 - 1, np.float32), rtol=1e-5
    )
    assert isinstance(error, ModelError)
    assert "no layer “nowhere”" in error.sentence


def test_a_request_that_kills_once_is_answered_by_the_next_process(
    make: Callable[..., WorkerProcess], qtbot: QtBot, tmp_path: Path
) -> None:
    worker = make(is_faulty=True)
    answers: list[Any] = []
    ask(worker, answers, "before", "die once", "after", folder=tmp_path)
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=20_000)
    assert answers == ["before", "die once", "after"]


@pytest.mark.parametrize("threads", [1, 4])
def test_a_poisonous_request_is_reported_and_the_others_are_answered(
    make: Callable[..., WorkerProcess], qtbot: QtBot, threads: int
) -> None:
    worker = make(is_faulty=True, threads=threads)
    answers: list[Any] = []
    names = [f"good {number}" for number in range(12)]
    ask(worker, answers, *names[:3], "die", *names[3:])
    qtbot.waitUntil(lambda: len(answers) == 13, timeout=20_000)
    (error,) = (answer for answer in answers if isinstance(answer, WorkerError))
    assert sorted(answer for answer in answers if answer is not error) == sorted(names)
    assert "ended unexpectedly" in error.sentence


def test_many_are_worked_on_at_once(make: Callable[..., WorkerProcess], qtbot: QtBot) -> None:
    worker = make(is_faulty=True, threads=4)
    answers: list[Any] = []
    ask(worker, answers, "hang", "first", "second")
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=20_000)
    assert sorted(answers) == ["first", "second"]


@pytest.mark.parametrize(
    "fault",
    [
        *("noise", "pickle", "wrong type", "twice", "another"),
        *("ready", "unknown", "too much", "no number"),
    ],
)
def test_an_answer_that_cannot_be_read_is_reported_and_the_others_are_answered(
    make: Callable[..., WorkerProcess], qtbot: QtBot, fault: str
) -> None:
    worker = make(is_faulty=True)
    answers: list[Any] = []
    ask(worker, answers, "before", fault, "after")
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=20_000)
    assert {"before", "after"} <= set(answers)
    if fault != "twice":  # whose first answer was good
        (error,) = (answer for answer in answers if isinstance(answer, WorkerError))
        assert "sent an invalid answer" in error.sentence
    qtbot.waitUntil(lambda: not worker.is_busy)
    assert len(answers) == 3


def test_a_process_that_closes_its_pipe_and_lives_on_is_ended_at_once(
    make: Callable[..., WorkerProcess], qtbot: QtBot
) -> None:
    worker = make(is_faulty=True)
    answers: list[Any] = []
    ask(worker, answers, "closed", "after")
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=20_000)
    assert {type(answer) for answer in answers} == {WorkerError, str}


class Brief(ClassifyFile):
    """A request that has hardly more time than it needs."""

    limit_s: ClassVar[float] = 1.0


def test_waiting_behind_others_is_not_charged_to_a_request(
    make: Callable[..., WorkerProcess], qtbot: QtBot
) -> None:
    worker = make(is_faulty=True)
    worker._included.most_in_flight = 12  # more than one is there at a time, and they take turns
    answers: list[Any] = []
    for _ in range(12):
        worker.ask(
            Brief(ModelUse(Path()), Path("wait")), done=answers.append, failed=answers.append
        )
    qtbot.waitUntil(lambda: len(answers) == 12, timeout=20_000)
    assert [one.probabilities for one in answers] == [(0.5,)] * 12


def test_a_request_that_cannot_be_sent_fails_alone(
    make: Callable[..., WorkerProcess], qtbot: QtBot
) -> None:
    worker = make(is_faulty=True)
    answers: list[Any] = []
    ask(worker, answers, "before", "\ud800", "after")
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=20_000)
    (error,) = (answer for answer in answers if isinstance(answer, WorkerError))
    assert "could not be sent" in error.sentence
    assert {"before", "after"} <= set(answers)


def test_a_request_over_its_time_is_reported_as_such_and_the_others_are_answered(
    make: Callable[..., WorkerProcess], qtbot: QtBot
) -> None:
    worker = make(is_faulty=True)
    answers: list[Any] = []
    worker.ask(Hang(ModelUse(Path()), Path("hang")), done=answers.append, failed=answers.append)
    ask(worker, answers, "after")
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=20_000)
    (error,) = (answer for answer in answers if isinstance(answer, WorkerError))
    assert "did not answer within" in error.sentence
    assert "after" in answers


@pytest.mark.parametrize(
    ("role", "reason"), [("stillborn", "exit code 3"), ("unborn", "did not start within")]
)
def test_a_process_that_cannot_start_fails_what_waits(
    make: Callable[..., WorkerProcess],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    role: str,
    reason: str,
) -> None:
    monkeypatch.setattr(child_module, "START_LIMIT_S", 20.0 if role == "stillborn" else 1.0)
    worker = make(role, is_faulty=True)
    answers: list[Any] = []
    ask(worker, answers, "one", "two", "three")
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=20_000)
    assert all(isinstance(answer, WorkerError) for answer in answers)
    assert reason in answers[0].sentence
    assert worker.status == "asleep"


def test_a_process_killed_once_while_it_starts_costs_no_answer(
    make: Callable[..., WorkerProcess], qtbot: QtBot, tmp_path: Path
) -> None:
    worker = make(str(tmp_path / "killed"), is_faulty=True)
    answers: list[Any] = []
    names = [f"good {number}" for number in range(300)]
    ask(worker, answers, *names)
    qtbot.waitUntil(lambda: len(answers) == 300, timeout=20_000)
    assert (tmp_path / "killed").exists()
    assert answers == names


class LargeAndBrief(ClassifyPicture):
    """A request that no pipe takes at once, and whose time is soon over."""

    limit_s: ClassVar[float] = 0.3


def test_a_stopped_process_that_takes_nothing_is_ended_while_the_window_goes_on(
    make: Callable[..., WorkerProcess], qtbot: QtBot
) -> None:
    worker = make("stopped", is_faulty=True)
    worker.start(Path())
    qtbot.waitUntil(lambda: worker.status == "ready", timeout=20_000)
    answers: list[Any] = []
    request = LargeAndBrief(ModelUse(Path()), np.zeros((2000, 2000, 3), np.uint8))
    worker.ask(request, done=answers.append, failed=answers.append)
    assert not answers  # and here we are
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    assert "did not answer within" in answers[0].sentence


def test_a_model_that_ends_every_process_is_given_up_with_a_sentence(
    make: Callable[..., WorkerProcess],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(child_module, "serve", serve_a_crash)
    monkeypatch.setattr("explorer.paths.bundled_models", lambda: tmp_path)
    worker = make(threads=4)
    starts: list[str] = []
    worker.status_changed.connect(lambda: starts.append(worker.status))
    answers: list[Any] = []
    for _ in range(40):
        request = ClassifyFile(ModelUse(tmp_path / "crashy"), Path("photo.jpg"))
        worker.ask(request, done=answers.append, failed=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 40, timeout=20_000)
    assert starts.count("starting") == 3
    worker.ask(request, done=answers.append, failed=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 41)
    reported, given_up = answers[:2], answers[2:]  # two were tried alone before that
    assert all("ended unexpectedly" in one.sentence for one in reported)
    assert all("“crashy” is no longer used" in one.sentence for one in given_up)
    worker.forgive(tmp_path / "crashy")  # a person opens it again
    worker.ask(request, done=answers.append, failed=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 42, timeout=20_000)
    assert "ended unexpectedly" in answers[-1].sentence


def test_urgent_goes_first_and_cancelled_is_not_answered(
    make: Callable[..., WorkerProcess], qtbot: QtBot
) -> None:
    worker = make(is_faulty=True)
    answers: list[str] = []

    def ask_for(name: str, *, is_urgent: bool = False) -> PendingRequest:
        return worker.ask(
            ClassifyFile(ModelUse(Path()), Path(name)),
            done=lambda found: answers.append(name),
            failed=pytest.fail,
            is_urgent=is_urgent,
        )

    ask_for("first")
    cancelled = ask_for("cancelled")
    ask_for("second")
    ask_for("urgent", is_urgent=True)
    cancelled.cancel()
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=20_000)
    assert answers == ["urgent", "first", "second"]
    assert not worker.is_busy


def test_closing_while_the_process_starts_leaves_nothing(
    make: Callable[..., WorkerProcess], qtbot: QtBot
) -> None:
    worker = make("network")
    worker.start(Path())
    assert ids_of("network")
    worker.close()
    assert not ids_of("network")


def test_a_strangers_process_is_back_whenever_it_is_killed_and_its_log_is_kept(
    qtbot: QtBot, models_folder: Path, tmp_path: Path
) -> None:
    worker = WorkerProcess("classifier", log := tmp_path / "classifier.log")
    use = ModelUse(models_folder / "tiny", Preparation((24, 24)), 2)
    request = ClassifyPicture(use, np.zeros((24, 24, 3), np.uint8))
    answers: list[Any] = []

    def ask() -> None:
        worker.ask(request, done=answers.append, failed=answers.append)

    def kill() -> None:
        (number,) = ids_of("classifier")
        assert number is not None
        os.kill(number, signal.SIGKILL)

    ends: list[str] = []
    worker.ended.connect(ends.append)
    try:
        ask()
        assert worker.status == "starting"
        kill()
        qtbot.waitUntil(lambda: worker.status == "working", timeout=20_000)
        kill()  # while it opens the model
        qtbot.waitUntil(lambda: len(answers) == 1, timeout=20_000)
        kill()  # while nothing is asked: it is back all the same
        qtbot.waitUntil(lambda: worker.status == "starting", timeout=20_000)
        qtbot.waitUntil(lambda: worker.status == "ready", timeout=20_000)
        kill()
        qtbot.waitUntil(lambda: worker.status == "asleep", timeout=20_000)  # of no use so far
        ask()
        (first,) = ids_of("classifier")
        kill()
        qtbot.waitUntil(lambda: bool(ids_of("classifier") - {first}), timeout=20_000)
        kill()  # the second start in a row
        qtbot.waitUntil(lambda: len(answers) == 2, timeout=20_000)
        ask()
        qtbot.waitUntil(lambda: len(answers) == 3, timeout=20_000)
    finally:
        worker.close()
    what = "The classifier process ended unexpectedly (exit code -9); it"
    log_told = f"What it printed is in “{log}”."
    again, later = "is started again.", "starts again when it is needed."
    assert ends == [
        f"{what} {how} {log_told}" for how in (again, again, again, later, again)
    ]  # of the last one, the request tells
    told = answers.pop(1)
    assert told.sentence == "The classifier process ended unexpectedly (exit code -9)."
    assert [sum(answer.probabilities) for answer in answers] == pytest.approx([1, 1])
    assert log.read_text().count("Models that are not included") >= 3


def test_what_an_earlier_process_wrote_stays_in_the_log(
    qtbot: QtBot, models_folder: Path, tmp_path: Path
) -> None:
    log = tmp_path / "logs" / "classifier.log"
    log.parent.mkdir()
    log.write_text("why it ended\n")
    worker = WorkerProcess("classifier", log)
    answers: list[Any] = []
    picture = np.zeros((24, 24, 3), np.uint8)
    request = ClassifyPicture(ModelUse(models_folder / "tiny", Preparation((24, 24)), 2), picture)
    worker.ask(request, done=answers.append, failed=answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    worker.close()
    assert log.read_text().startswith("why it ended\n")


@pytest.mark.parametrize("obstacle", ["a file for a folder", "a pipe"])
def test_without_a_log_there_is_an_answer(
    qtbot: QtBot, models_folder: Path, tmp_path: Path, obstacle: str
) -> None:
    log = tmp_path / "logs" / "classifier.log"
    if obstacle == "a pipe":
        log.parent.mkdir()
        os.mkfifo(log)
    else:
        log.parent.touch()
    worker = WorkerProcess("classifier", log)
    answers: list[Any] = []
    request = ClassifyPicture(
        ModelUse(models_folder / "tiny", Preparation((24, 24)), 2), np.zeros((24, 24, 3), np.uint8)
    )
    worker.ask(request, done=answers.append, failed=answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    worker.close()
    assert sum(answers[0].probabilities) == pytest.approx(1)


def test_a_strangers_model_has_a_process_of_its_own(
    make: Callable[..., WorkerProcess],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    worker = make(is_faulty=True)
    monkeypatch.setattr("explorer.paths.bundled_models", lambda: tmp_path)
    make_paper_run(tmp_path / "sub" / "strange")
    (tmp_path / "die").write_bytes(b"a picture")
    answers: list[Any] = []

    def ask_of(folder: Path, name: str) -> None:
        request = ClassifyFile(ModelUse(folder), tmp_path / name)
        worker.ask(request, done=lambda found: answers.append(name), failed=answers.append)

    ask_of(tmp_path / "ours", "first")
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    ours = ids_of("classifier")
    ask_of(tmp_path / "sub" / "strange", "die")
    ask_of(tmp_path / "ours", "second")
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=20_000)
    assert answers[:2] == ["first", "second"]
    assert isinstance(answers[2], WorkerError)
    assert ours <= ids_of("classifier")


def test_a_system_that_starts_no_process_is_told(
    make: Callable[..., WorkerProcess], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: Any, **others: Any) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
    worker = make()
    answers: list[Any] = []
    ask(worker, answers, "one", "two")
    qtbot.waitUntil(lambda: len(answers) == 2)
    assert "could not be started: resource temporarily unavailable" in answers[0].sentence
    assert (worker.status, worker.is_busy) == ("asleep", False)
