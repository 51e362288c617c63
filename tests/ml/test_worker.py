"""What a child process says of a run that is gone since it was listed, and what it leaves."""

import multiprocessing
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from explorer.core.models.messages import READY, STOP, ErrorMessage, receive, send
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import (
    ClassifyPicture,
    ComputeFeatureMaps,
    DescribeLayers,
    SurveyFiles,
)
from explorer.core.models.run_folder import Run
from explorer.errors import ModelError
from explorer.ml import worker
from explorer.ml.entry import serve
from explorer.ml.worker import answer
from tests.support.tiny_runs import make_paper_run


def test_a_run_that_is_gone_is_a_sentence_with_its_name(tmp_path: Path) -> None:
    folder = make_paper_run(tmp_path / "mine")
    shutil.rmtree(folder)
    picture = np.zeros((8, 8, 3), np.uint8)
    for request in (
        DescribeLayers(ModelUse(folder)),
        ComputeFeatureMaps(ModelUse(folder), "conv_1", picture),
        ClassifyPicture(ModelUse(folder), picture),
    ):
        with pytest.raises(ModelError, match=r"^The model “mine” no longer exists\.$"):
            answer(request)


def test_a_model_that_is_refused_is_opened_once_for_all_pictures_and_again_when_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, opened = make_paper_run(tmp_path / "mine"), []

    def refuse(path: Path, run: Run) -> None:
        opened.append(path.name)
        raise ModelError("It is refused.")

    monkeypatch.setattr(worker, "choose_adapter", lambda path, ability: refuse)
    for _ in range(3):
        with pytest.raises(ModelError, match=r"^It is refused\.$"):
            answer(ClassifyPicture(ModelUse(folder), np.zeros((8, 8, 3), np.uint8)))
    assert opened == ["mine"]
    os.utime(folder / "model.keras", (1, 1))
    with pytest.raises(ModelError):
        answer(ClassifyPicture(ModelUse(folder), np.zeros((8, 8, 3), np.uint8)))
    assert opened == ["mine", "mine"]


@pytest.mark.parametrize(
    ("found", "reason"),
    [(1 << 64, "it has numbers that no network has"), ("\udcf5", "one of its names is no text")],
)
def test_what_cannot_be_sent_is_a_sentence_with_the_files_name(
    monkeypatch: pytest.MonkeyPatch, found: object, reason: str
) -> None:
    monkeypatch.setattr(worker, "answer", lambda request: found)
    ours, theirs = multiprocessing.Pipe()
    send(ours, 1, "DescribeLayers", DescribeLayers(ModelUse(Path("own.h5"))))
    send(ours, 0, STOP, None)
    worker.answer_requests(theirs, "classifier", 1)
    receive(ours)  # that it is ready
    error = receive(ours).read(ErrorMessage).to_error()
    assert isinstance(error, ModelError)
    assert str(error) == f"“own.h5” was not opened: the file is damaged: {reason}."


def test_what_nobody_thought_of_is_a_sentence_with_the_files_name(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(request: object) -> None:
        raise KeyError("inner text")

    monkeypatch.setattr(worker, "answer", fail)
    ours, theirs = multiprocessing.Pipe()
    send(ours, 1, "DescribeLayers", DescribeLayers(ModelUse(Path("own.h5"))))
    send(ours, 0, STOP, None)
    worker.answer_requests(theirs, "classifier", 1)
    receive(ours)
    error = receive(ours).read(ErrorMessage).to_error()
    assert str(error) == "The classifier process failed at “own.h5” (KeyError); its log tells more."
    assert "inner text" in capfd.readouterr().err


@pytest.mark.parametrize("is_confined", [False, True])
def test_where_the_program_is_killed_its_child_ends_and_leaves_no_folder(
    tmp_path: Path, is_confined: bool
) -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    (folder := tmp_path / "work").mkdir()
    given = (theirs, "classifier", 1, None, folder, is_confined)
    process = context.Process(target=serve, args=given)
    process.start()
    theirs.close()
    assert receive(ours).kind == READY
    (folder / "left.txt").write_text("what a model wrote")
    (folder / "models" / "1").mkdir(parents=True)
    (folder / "models" / "1" / "cats.tflite").touch()
    ours.close()
    process.join(60)
    assert process.exitcode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_a_person_waits_for_does_not_wait_for_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = multiprocessing.Pipe()
    go_on = threading.Event()

    def work(request: object) -> str:
        if isinstance(request, SurveyFiles):
            assert go_on.wait(20)
            return "batch"
        return "picture"

    monkeypatch.setattr(worker, "answer", work)
    serving = threading.Thread(target=worker.answer_requests, args=(theirs, "classifier", 2))
    serving.start()
    use = ModelUse(Path("mine"))
    assert receive(ours).kind == READY
    for number in range(1, 5):
        send(ours, number, "SurveyFiles", SurveyFiles(use, (Path("a.jpg"),)))
    send(ours, 5, "ClassifyPicture", ClassifyPicture(use, np.zeros((8, 8, 3), np.uint8)))
    assert ours.poll(20)
    first = receive(ours)
    assert (first.number, first.read(str)) == (5, "picture")
    go_on.set()
    assert sorted(receive(ours).number for _ in range(4)) == [1, 2, 3, 4]
    send(ours, 0, STOP, None)
    serving.join(20)
    assert not serving.is_alive()
