"""Which runs there are, and what their files tell."""

import json
import os
from pathlib import Path

from explorer.core.training.epochs import EPOCHS_FOLDER, epoch_file
from explorer.core.training.history import HISTORY_COLUMNS, HISTORY_FILE, write_history
from explorer.core.training.record import TrainingRecord, now, write_record
from explorer.core.training.runs import RunEntry, differing_settings, list_entries, partial_of
from tests.support.tiny_runs import make_paper_run

ROW = dict.fromkeys(HISTORY_COLUMNS, 0.5)


def make_partial(target: Path, **settings: object) -> Path:
    """Leave what a run leaves that was killed after its second epoch."""
    folder = partial_of(target)
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text(json.dumps(settings))
    rows = [{**ROW, "epoch": 1, "seconds": 3}, {**ROW, "epoch": 2, "val_accuracy": 0.75}]
    write_history(folder / HISTORY_FILE, rows)
    for epoch in (1, 2):
        file = epoch_file(folder / EPOCHS_FOLDER, epoch)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"weights")
    return folder


def record_of(target: Path, **facts: object) -> TrainingRecord:
    whole = {"recipe": "scratch", "started": 1.0, "told": 2.0, "process": 0, **facts}
    return TrainingRecord(target=str(target), data="/pets", **whole)  # type: ignore[arg-type]


def list_by_name(home: Path) -> dict[str, RunEntry]:
    return {entry.name: entry for entry in list_entries([home / "runs"], home / "included")}


def test_every_run_is_told_as_it_is(tmp_path: Path) -> None:
    runs, other = tmp_path / "runs", tmp_path / "elsewhere"
    done = make_paper_run(runs / "done")
    write_history(done / HISTORY_FILE, [ROW, {**ROW, "val_accuracy": 0.9}, ROW])
    (done / "split.csv").write_text("sha256,split\n0123456789ab,train\nba9876543210,test\n")
    make_partial(runs / "cut", recipe="article", data="/cats", epochs=9, classes=["a", "b"])
    make_paper_run(runs / "torn")
    (runs / "torn" / "card.json").write_text("{")
    (runs / "notes").mkdir()
    make_paper_run(tmp_path / "included" / "article-cnn")
    make_partial(other / "far")
    write_record(record_of(other / "far", process=os.getpid(), phase="training", told=now()))
    write_record(record_of(other / "lost", phase="failed"))
    found = list_by_name(tmp_path)
    assert {name: entry.state for name, entry in found.items()} == {
        "done": "finished",
        "cut": "unfinished",
        "torn": "damaged",
        "article-cnn": "finished",
        "far": "training",
        "lost": "gone",
    }
    assert found["torn"].trouble.startswith("The card of “torn” cannot be used")
    assert (found["done"].best_epoch, found["done"].seconds, found["done"].pictures) == (2, 1.5, 2)
    assert found["done"].metrics is not None
    cut = found["cut"]
    assert (cut.recipe, cut.data, cut.planned, cut.classes) == ("article", "/cats", 9, ("a", "b"))
    assert (cut.epochs, cut.best_epoch, cut.seconds) == ((1, 2), 2, 3.5)
    assert cut.folder == runs / "cut.partial"
    assert cut.size == sum(f.stat().st_size for f in cut.folder.rglob("*") if f.is_file())
    assert (found["lost"].recipe, found["lost"].data) == ("scratch", "/pets")


def test_a_run_that_is_finished_meanwhile_is_read_anew(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    make_partial(runs / "one")
    before = list_by_name(tmp_path)["one"]
    write_history(partial_of(runs / "one") / HISTORY_FILE, [ROW] * 3)
    assert (len(before.rows), len(list_by_name(tmp_path)["one"].rows)) == (2, 3)
    make_paper_run(runs / "one")
    assert list_by_name(tmp_path)["one"].state == "finished"


def test_settings_are_compared_that_a_person_chose(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    common = {"data": "/pets", "epochs": 5, "data_hash": "1", "classes": ["cat", "dog"]}
    make_partial(runs / "a", recipe="article", augmentation=True, **common)
    make_partial(runs / "b", recipe="article", augmentation=False, limit=400, **common)
    found = list_by_name(tmp_path)
    both = differing_settings([found["a"], found["b"]])
    assert sorted(both) == [("augmentation", ("yes", "no")), ("limit", ("–", "400"))]
    alone = dict(differing_settings([found["b"]]))
    assert alone["data"] == ("/pets",)
    assert "data hash" not in alone
    assert "classes" not in alone
