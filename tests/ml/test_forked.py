"""One answer by a copy of the process: what it says is taken, and what ends or stops it is not."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer import paths
from explorer.background import blocking_worker
from explorer.background.classify_files import classify_files
from explorer.core.models.model import Model
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import Classified, ClassifyPicture, Request
from explorer.core.models.run_folder import list_runs
from explorer.errors import ModelError
from explorer.ml.forked import answer_forked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no process can be copied")

REQUEST = ClassifyPicture(ModelUse(Path("run")), np.zeros((2, 2, 3), np.uint8))


def test_the_answer_of_the_copy_is_taken_and_what_it_prints_is_in_the_log(tmp_path: Path) -> None:
    mine = os.getpid()

    def answer(request: Request[Classified]) -> Classified:
        sys.stdout.write("heard\n")
        assert os.getpid() != mine
        return Classified((0.25, 0.75), None, np.zeros(0, np.float32))

    found = answer_forked(REQUEST, answer, tmp_path / "log.txt")
    assert found is not None
    assert found.probabilities == (0.25, 0.75)
    assert (tmp_path / "log.txt").read_text() == "heard\n"


def test_a_copy_that_ends_or_refuses_or_hangs_gives_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(request: Request[Classified]) -> Classified:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    def refuse(request: Request[Classified]) -> Classified:
        raise ModelError("no")

    def fail(request: Request[Classified]) -> Classified:
        raise ZeroDivisionError

    def hang(request: Request[Classified]) -> Classified:
        time.sleep(60)
        raise AssertionError

    fork, copies = os.fork, list[int]()

    def noted() -> int:
        copies.append(fork())
        return copies[-1]

    monkeypatch.setattr("os.fork", noted)
    for answer in (end, refuse, fail):
        assert answer_forked(REQUEST, answer, tmp_path / "log.txt") is None
    monkeypatch.setattr(ClassifyPicture, "limit_s", 0.2)
    started = time.monotonic()
    assert answer_forked(REQUEST, hang, tmp_path / "log.txt") is None
    assert time.monotonic() - started < 30
    assert len(copies) == 4
    for copy in copies:  # those of other tests are left alone
        with pytest.raises(ChildProcessError):
            os.waitpid(copy, os.WNOHANG)


def test_nobody_else_is_asked_about_one_picture_by_an_included_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    run = min(list_runs([paths.bundled_models()]).runs, key=lambda one: one.card.parameters)
    picture = tmp_path / "cat.png"
    Image.fromarray(np.full((20, 30, 3), 200, np.uint8)).save(picture)
    model = Model.of_run(run)
    with monkeypatch.context() as patch:
        patch.setattr(blocking_worker, "BlockingWorker", None)
        (alone,) = classify_files(model, [picture])
    with_another = list(classify_files(model, [picture, picture]))
    assert [alone.probabilities] * 2 == [one.probabilities for one in with_another]
    assert alone.novelty == pytest.approx(with_another[0].novelty)
