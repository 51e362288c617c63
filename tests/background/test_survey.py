"""A pass looks at every picture once, loses one at most where a process ends, and goes on."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from explorer import paths
from explorer.background import child as child_module
from explorer.background import survey
from explorer.background.survey import Progress, Survey, survey_files
from explorer.core.catalogue.records import Records
from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.models import requests
from explorer.core.models.model import Model
from explorer.core.models.requests import SurveyFiles
from explorer.core.models.run_folder import read_run
from tests.support.survey_worker import ASKED, serve_surveys
from tests.support.tiny_runs import make_paper_run


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.setattr(child_module, "serve", serve_surveys)
    monkeypatch.setattr("explorer.paths.bundled_models", lambda: tmp_path / "models")
    monkeypatch.setattr("explorer.paths.user_catalogues", lambda: tmp_path / "catalogues")
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    return Model.of_run(read_run(make_paper_run(tmp_path / "models" / "paper")))


def dataset_of(folder: Path) -> Dataset:
    files = sorted(folder.iterdir())
    samples = tuple(Sample(file, "dog" if file.name.startswith("b") else "cat") for file in files)
    return Dataset(folder, ("cat", "dog"), samples)


def write(folder: Path, count: int, *others: str) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"a{number:04}.jpg").write_bytes(bytes([number % 256, number // 256, 7]))
    for name in others:
        (folder / name).write_bytes(os.fsencode(name))


def asked(folder: Path) -> list[str]:
    file = folder.parent / ASKED
    found = file.read_text().split() if file.exists() else []
    file.unlink(missing_ok=True)
    return found


def test_every_picture_is_asked_about_once_and_the_second_time_none(
    model: Model, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    write(folder, 70, "b.jpg")
    (folder / "empty.jpg").touch()
    told: list[Progress] = []
    known = survey_files(model, dataset_of(folder), told.append)
    assert sorted(asked(folder)) == sorted(file.name for file in folder.iterdir())
    columns = known.columns
    assert columns.is_done.all()
    assert columns.labels.tolist() == [0] * 70 + [1, 0]
    assert columns.errors == {71: "“empty.jpg” was not opened: the file is empty."}
    assert columns.probabilities[3].tolist() == [0.25, 0.75]
    assert known.embeddings is not None
    assert known.embeddings[3].tolist() == [0.25] * 3
    assert np.isnan(known.embeddings[71]).all()
    assert [one.done for one in told] == sorted(one.done for one in told)
    again = survey_files(model, dataset_of(folder))
    # The empty one is tried again: nobody could read it.
    assert asked(folder) == ["empty.jpg"]
    np.testing.assert_array_equal(again.columns.probabilities, columns.probabilities)
    np.testing.assert_array_equal(again.columns.digests, columns.digests)
    np.testing.assert_array_equal(again.embeddings, known.embeddings)
    assert again.columns.errors == columns.errors


def test_only_contents_that_are_new_are_looked_at_again(model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    write(folder, 20)
    survey_files(model, dataset_of(folder))
    asked(folder)
    os.utime(folder / "a0001.jpg", (1, 1))  # touched
    (folder / "a0002.jpg").rename(folder / "renamed.jpg")
    (folder / "a0003.jpg").unlink()
    (folder / "a0004.jpg").write_bytes(b"\xff other")
    (folder / "new.jpg").write_bytes(b"\x01 new")
    known = survey_files(model, dataset_of(folder))
    assert sorted(asked(folder)) == ["a0004.jpg", "new.jpg"]
    named = [file.name for file in sorted(folder.iterdir())]
    shares = dict(zip(named, known.columns.probabilities[:, 0].tolist(), strict=True))
    assert shares["a0001.jpg"] == shares["renamed.jpg"] == shares["new.jpg"] == 0.125
    assert shares["a0004.jpg"] == 1
    assert len(shares) == 20
    survey_files(model, dataset_of(folder))
    assert asked(folder) == []


def test_a_picture_that_kills_or_hangs_the_process_costs_one_row(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SurveyFiles, "limit_s", 1.0)
    monkeypatch.setattr(requests, "SECONDS_PER_PICTURE", 0.01)
    folder = tmp_path / "pictures"
    write(folder, 200, "hang.jpg")
    (folder / "a0100.jpg").rename(folder / "die.jpg")
    columns = survey_files(model, dataset_of(folder)).columns
    names = [file.name for file in sorted(folder.iterdir())]
    assert {names[place] for place in columns.errors} == {"die.jpg", "hang.jpg"}
    reasons = {names[place]: reason for place, reason in columns.errors.items()}
    assert "exit code -9" in reasons["die.jpg"]
    assert "did not answer within" in reasons["hang.jpg"]
    assert columns.is_done.all()
    assert columns.has_answer.sum() == 199


def test_a_cancelled_pass_ends_at_once_and_goes_on_where_it_was(
    model: Model, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    write(folder, 40, "hang.jpg", "z.jpg")
    begun = Survey(dataset_of(folder), model)
    begun.load()
    ended: list[bool] = []
    thread = threading.Thread(target=lambda: ended.append(begun.run()))
    thread.start()
    until(lambda: begun.progress.done >= 30)
    begun.cancel()
    thread.join(10)
    begun.close()
    assert ended == [False]
    done = begun.progress.done
    assert 30 <= done < 42
    (folder / "hang.jpg").rename(folder / "y.jpg")
    asked(folder)
    assert survey_files(model, dataset_of(folder)).columns.is_done.all()
    assert len(asked(folder)) == 42 - done


def test_a_slow_model_is_asked_about_few_pictures_at_a_time(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    take = Records.fill

    def note(self: Records, places: npt.NDArray[np.int64], *given) -> None:
        counts.append(len(places))
        take(self, places, *given)

    monkeypatch.setattr(Records, "fill", note)
    folder = tmp_path / "pictures"
    write(folder, 120)
    survey_files(model, dataset_of(folder))
    assert max(counts) == survey.BATCH
    counts.clear()
    monkeypatch.setattr(survey, "MOST_BATCH_S", 1e-9)  # whatever it does, it is too slow
    write(tmp_path / "others", 40)
    survey_files(model, dataset_of(tmp_path / "others"))
    assert sum(counts) == 40
    assert set(counts[3:]) == {1}


def test_where_nothing_can_be_kept_the_pass_goes_on_and_says_so(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(paths, "user_catalogues", lambda: tmp_path / "file" / "catalogues")
    folder = tmp_path / "pictures"
    write(folder, 10)
    known = survey_files(model, dataset_of(folder))
    assert known.columns.has_answer.all()
    (notice,) = known.notices
    assert notice.endswith("cannot be kept for the next start: not a directory.")


def until(is_true: Callable[[], bool]) -> None:
    for _ in range(2000):
        if is_true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come")
