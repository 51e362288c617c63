"""Train three made-up classes with train.py, open the run, classify with it."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from explorer.__main__ import main
from explorer.core.models.training_split import TrainingSplit
from explorer.state.classify.result_rows import LABEL_COLUMN
from explorer.views.window.main_window import MainWindow
from tests.journeys.travel import drop_files

ROOT = Path(__file__).resolve().parents[2]
# In alphabetical order, which the colours are not: a class order mixed up shows.
COLORS = {"azure": (30, 60, 220), "crimson": (220, 30, 40), "moss": (40, 160, 50)}


def paint(folder: Path, name: str, count: int, seed: int) -> None:
    """Make pictures of one class: its colour under noise."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    for number in range(count):
        noise = generator.normal(0, 25, (40, 48, 3))
        pixels = np.clip(np.array(COLORS[name]) + noise, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.{number}.jpg")


def run_train(words: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "train.py"), *words],
        cwd=cwd,
        env={
            **os.environ,
            "HOME": str(cwd),
            "PYTHONPATH": str(ROOT),
            "CUDA_VISIBLE_DEVICES": "-1",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("three")
    for seed, name in enumerate(COLORS):
        paint(folder / "data" / name, name, 30, seed)
    (folder / "data" / "moss" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0broken")
    # Settings of other programs, which are none of this one's.
    (folder / ".keras").mkdir()
    (folder / ".keras" / "keras.json").write_text(
        '{"floatx": "float16", "image_data_format": "channels_first", "backend": "torch"}'
    )
    done = run_train(
        ["data", "--output", "run", "--epochs", "6", "--batch-size", "8", "--seed", "3"], folder
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert done.stdout.startswith("training on ")
    assert "“moss/broken.jpg” was not opened" in done.stdout
    assert "test: 18 pictures (6 azure, 6 crimson, 6 moss)\n" in done.stdout
    return folder / "run"


def test_the_run_folder_explains_itself(run_folder: Path) -> None:
    names = sorted(path.name for path in run_folder.iterdir())
    wanted = ["card.json", "confusion.csv", "curves.png", "embedding.npz", "epochs"]
    wanted += ["history.csv", "model.keras", "model.tflite", "settings.json", "split.csv"]
    assert names == wanted
    card = json.loads((run_folder / "card.json").read_text())
    assert card["classes"] == ["azure", "crimson", "moss"]
    assert card["input_size"] == [150, 150]
    assert card["parameters"] == 1_355_938 + 65  # one class more: 64 weights and a bias
    assert card["metrics"]["count"] == 18
    assert card["metrics"]["accuracy"] >= 0.9
    assert sum(map(sum, card["metrics"]["confusion"])) == 18
    assert set(card["golden"]) == {"model.keras", "model.tflite"}
    split = TrainingSplit.read(run_folder)
    assert split is not None
    pictures = (run_folder.parent / "data").rglob("*.*.jpg")
    parts = Counter(split.part_of(sha256(picture.read_bytes()).digest()) for picture in pictures)
    assert parts == {"train": 66, "validation": 6, "test": 18}
    rows = list(csv.DictReader((run_folder / "history.csv").read_text().splitlines()))
    assert [row["epoch"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])


def test_the_command_classifies_with_it(run_folder: Path, tmp_path: Path) -> None:
    for seed, name in enumerate(COLORS, start=50):
        paint(tmp_path / "new", name, 3, seed)
    out = tmp_path / "out.csv"
    words = ["classify", str(tmp_path / "new"), "--model", str(run_folder), "--csv", str(out)]
    assert main(words) == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert list(rows[0])[4:] == ["neither", "p_azure", "p_crimson", "p_moss"]
    assert len(rows) == 9
    for row in rows:
        assert row["label"] == Path(row["path"]).name.split(".")[0]
        assert float(row[f"p_{row['label']}"]) == float(row["probability"])


def test_the_window_opens_it_and_classifies(
    journey: Callable[..., int], qtbot: QtBot, run_folder: Path, tmp_path: Path
) -> None:
    paint(tmp_path, "crimson", 1, 99)

    def steps(window: MainWindow) -> None:
        page = window.page("classify")
        drop_files(window, [run_folder])
        qtbot.waitUntil(lambda: page.model.choice.currentText() == "run")
        window.show_page("classify")
        drop_files(window, [tmp_path / "crimson.0.jpg"])
        qtbot.waitUntil(lambda: "(run)" in window.prediction_label.text(), timeout=30_000)
        assert window.prediction_label.text().startswith("crimson, ")
        cell = page.table.model().index(0, LABEL_COLUMN)
        qtbot.waitUntil(lambda: cell.data() == "crimson", timeout=30_000)

    assert journey(["--page", "classify"], steps) == 0


def test_ctrl_c_ends_after_the_batch_and_keeps_the_best_epoch(tmp_path: Path) -> None:
    for seed, name in enumerate(COLORS):
        paint(tmp_path / "data", name, 20, seed)
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "train.py"), "data", "--output", "run", "--epochs", "500"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch 1/500"):
            break
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 0
    card = json.loads((tmp_path / "run" / "card.json").read_text())
    assert card["classes"] == sorted(COLORS)


TROUBLES = {
    "missing": (lambda folder: None, "“data” was not opened: there is no such folder"),
    "empty": (lambda folder: (folder / "data").mkdir(), "There are no pictures in “data”"),
    "one class": (
        lambda folder: paint(folder / "data", "moss", 4, 1),
        "“data” has only one class, moss: name files",
    ),
    "done": (lambda folder: (folder / "run").mkdir(), "“run” exists already"),
    "broken off": (
        lambda folder: (folder / "run.partial" / "checkpoints").mkdir(parents=True),
        "“run.partial” is left over from",
    ),
}


def test_trouble_is_one_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    for name, (prepare, _) in TROUBLES.items():
        (tmp_path / name).mkdir()
        prepare(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    # One process for all, because each would spend its time on importing TensorFlow.
    script = (
        "import os, sys, train\n"
        "for folder in sys.argv[1:]:\n"
        "    os.chdir(folder)\n"
        "    code = train.main(['data', '--output', 'run'])\n"
        "    print('code', code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *(str(tmp_path / name) for name in TROUBLES)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    answers = " ".join(done.stdout.split()).split("code 1")
    assert len(answers) == len(TROUBLES) + 1, done.stdout + done.stderr
    for answer, (_, said) in zip(answers, TROUBLES.values(), strict=False):
        assert said in answer
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before
