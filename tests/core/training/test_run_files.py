"""Runs are renamed and put away, but never under the hands of who trains them."""

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from explorer import paths
from explorer.core.training.record import (
    TrainingRecord,
    list_records,
    now,
    read_record,
    record_file,
    write_record,
)
from explorer.core.training.run_files import put_away, rename_run
from explorer.core.training.runs import partial_of
from explorer.errors import ModelError
from tests.support.tiny_runs import make_paper_run


def remove(folder: Path) -> bool:
    shutil.rmtree(folder)
    return True


def record_of(target: Path, **facts: object) -> TrainingRecord:
    whole = {"recipe": "scratch", "started": 1.0, "told": 2.0, "process": 0, **facts}
    return TrainingRecord(target=str(target), data="/pets", **whole)  # type: ignore[arg-type]


def test_a_run_gets_another_name_and_its_record_follows(tmp_path: Path) -> None:
    run = make_paper_run(tmp_path / "one")
    partial_of(tmp_path / "cut").mkdir()
    write_record(record_of(tmp_path / "cut", phase="failed"))
    assert rename_run(run, " zwei ") == tmp_path / "zwei"
    assert rename_run(tmp_path / "cut", "rest") == tmp_path / "rest"
    assert sorted(os.listdir(tmp_path)) == ["rest.partial", "zwei"]
    record = read_record(record_file(tmp_path / "rest"))
    assert record is not None
    assert record.folder == tmp_path / "rest"
    assert len(list_records()) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "a name is missing"),
        ("..", "full stop"),
        ("a/b", "“/” is not allowed"),
        ("x.partial", "not finished"),
        ("x" * 241, "too long"),
        ("other", "There is a “other” already"),
        ("half", "There is a “half.partial” already"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    run = make_paper_run(tmp_path / "one")
    (tmp_path / "other").mkdir()
    (tmp_path / "half.partial").mkdir()
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(ModelError) as refused:
        rename_run(run, name)
    assert reason in refused.value.sentence
    assert sorted(os.listdir(tmp_path)) == before


def test_nothing_moves_while_somebody_trains_it(tmp_path: Path) -> None:
    locked = partial_of(tmp_path / "locked")
    locked.mkdir()
    told = partial_of(tmp_path / "told")
    told.mkdir()
    write_record(record_of(tmp_path / "told", process=os.getpid(), phase="paused", told=now()))
    with FileLock(tmp_path / "locked.lock"):
        for target in (tmp_path / "locked", tmp_path / "told"):
            with pytest.raises(ModelError, match="is being trained and cannot be renamed"):
                rename_run(target, "new")
            with pytest.raises(ModelError, match="is being trained and cannot be deleted"):
                put_away(target, remove)
    assert locked.is_dir()
    assert told.is_dir()
    put_away(tmp_path / "locked", remove)
    assert os.listdir(tmp_path) == ["told.partial"]


def test_included_runs_stay_and_so_does_what_no_bin_takes(tmp_path: Path) -> None:
    for change in (lambda run: rename_run(run, "mine"), lambda run: put_away(run, remove)):
        with pytest.raises(ModelError, match="is included in the program"):
            change(paths.bundled_models() / "article-cnn")
    run = make_paper_run(tmp_path / "one")
    with pytest.raises(ModelError, match="the system has no bin for it"):
        put_away(run, lambda folder: False)
    assert run.is_dir()
