"""What is killed or hangs in the middle of a pass, with a real model: nothing else is lost."""

import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from explorer import paths
from explorer.__main__ import main
from explorer.core.catalogue.records import Records
from explorer.core.datasets.scan import scan_dataset
from explorer.core.models import requests
from explorer.core.models.requests import SurveyFiles
from tests.support.brightness_model import write_brightness_model

ROOT = Path(__file__).resolve().parents[2]
COUNT = 1_000
EXPECTED = [[COUNT // 2, 0], [0, COUNT // 2]]

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="reads of processes in /proc"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make 1,000 pictures of different contents, which a model tells apart without a mistake."""
    folder = tmp_path_factory.mktemp("killed")
    write_brightness_model(folder / "model.onnx")
    (folder / "classes.txt").write_text("dark\nbright\n")
    for label, red in (("dark", 20), ("bright", 220)):
        (folder / "pictures" / label).mkdir(parents=True)
        for number in range(COUNT // 2):
            color = (red, number % 256, number // 256)
            Image.new("RGB", (8, 8), color).save(folder / "pictures" / label / f"{number:04}.bmp")
    return folder


def words_for(folder: Path, *more: str) -> list[str]:
    model = ("--model", str(folder / "model.onnx"), "--classes", str(folder / "classes.txt"))
    return ["evaluate", str(folder / "pictures"), *model, "--scaling", "unit", *more]


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP])
def test_a_worker_that_is_killed_or_hangs_at_the_500th_picture_loses_no_result(
    harm: signal.Signals, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if harm == signal.SIGSTOP:
        monkeypatch.setattr(SurveyFiles, "limit_s", 1.0)
        monkeypatch.setattr(requests, "SECONDS_PER_PICTURE", 0.0)
    harmed: list[tuple[int, int]] = []
    fill = Records.fill

    def watch(self: Records, *given) -> None:
        fill(self, *given)
        if not harmed and self.done_count >= COUNT // 2:
            children = multiprocessing.active_children()
            (child,) = (one for one in children if one.name == "classifier")
            assert child.pid is not None
            harmed.append((self.done_count, child.pid))
            os.kill(child.pid, harm)
            monkeypatch.setattr(SurveyFiles, "limit_s", 60.0)  # the next one may take its time

    monkeypatch.setattr(Records, "fill", watch)
    out = tmp_path / "figures.json"
    assert main(words_for(folder, "--json", str(out))) == 0
    found = json.loads(out.read_text())
    assert (found["confusion"], found["unreadable"]) == (EXPECTED, [])
    ((done, gone),) = harmed
    assert done < COUNT - 200
    assert not is_running(gone)


TELLING = """
import sys
from explorer.core.catalogue.records import Records
fill = Records.fill
def told(self, places, *given):
    fill(self, places, *given)
    print(*places.tolist(), flush=True)
Records.fill = told
"""
"""A program that tells which pictures it has taken, at each batch that comes."""

COMMAND = (
    TELLING
    + """
from explorer.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
)

WINDOW = (
    TELLING
    + """
from PySide6.QtCore import QTimer
import explorer.app as program
class Classifying(program.Explorer):
    def __init__(self, *given, **options):
        super().__init__(*given, **options)
        self.window.first_painted.connect(self._start)
    def _start(self):
        survey = self.window.page("dataset").survey
        if survey.can_start:
            survey.start()
        else:
            QTimer.singleShot(10, self._start)
program.Explorer = Classifying
from explorer.__main__ import main
sys.exit(main(["--page", "dataset", sys.argv[1]]))
"""
)


def test_a_command_that_is_killed_loses_only_what_it_was_about_to_keep(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = run_and_kill(COMMAND, words_for(folder), at=COUNT // 2)
    known = read_catalogue(folder / "pictures")
    assert taken <= known < set(range(COUNT))
    asked: set[Path] = set()
    ask = SurveyFiles.__init__

    def note(self: SurveyFiles, *given, **options) -> None:
        ask(self, *given, **options)
        asked.update(self.paths)

    monkeypatch.setattr(SurveyFiles, "__init__", note)
    out = tmp_path / "figures.json"
    assert main(words_for(folder, "--json", str(out))) == 0
    samples = scan_dataset(folder / "pictures").samples
    assert asked == {one.path for place, one in enumerate(samples) if place not in known}
    assert json.loads(out.read_text())["confusion"] == EXPECTED


def test_a_window_that_is_killed_loses_only_what_it_was_about_to_keep(folder: Path) -> None:
    taken = run_and_kill(WINDOW, [str(folder / "pictures")], at=COUNT // 10)
    assert taken <= read_catalogue(folder / "pictures") < set(range(COUNT))


def run_and_kill(program: str, words: list[str], *, at: int) -> set[int]:
    """Kill a program once it has taken so many pictures; return those it had time to keep.

    What it takes is kept before the next is taken, so all that it told of but the last.
    """
    taken: list[list[int]] = []
    with subprocess.Popen(
        [sys.executable, "-c", program, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            taken.append([int(word) for word in line.split()])
            if sum(map(len, taken)) >= at:
                children = children_of(running.pid)
                running.kill()
                break
    assert len(taken) > 4
    assert children
    until_gone(children)
    return {place for places in taken[:-1] for place in places}


def read_catalogue(pictures: Path) -> set[int]:
    """Return which pictures the only catalogue knows, which is sound."""
    (file,) = paths.user_catalogues().glob("*.sqlite")
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    known = {Path(os.fsdecode(path)) for (path,) in connection.execute("SELECT path FROM files")}
    facts = connection.execute(
        "SELECT count(*) FROM files LEFT JOIN facts USING (digest) WHERE facts IS NULL"
    )
    assert facts.fetchone() == (0,)
    connection.close()
    samples = scan_dataset(pictures).samples
    return {place for place, one in enumerate(samples) if one.path.relative_to(pictures) in known}


def children_of(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for file in found for child in file.read_text().split()]


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # ended: only who started it has not heard yet


def until_gone(processes: list[int]) -> None:
    limit = time.monotonic() + 60
    while any(map(is_running, processes)):
        assert time.monotonic() < limit, "a process outlives the program that started it"
        time.sleep(0.02)
