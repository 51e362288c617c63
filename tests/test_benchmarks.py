"""The benchmarks run: those that open a window where there is no display as well, and say so."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"

# Enough to see that it runs, too little to measure anything.
LATENCY = """
import latency
latency.SHAPES, latency.EDITS, latency.FLOOD = {(60, 80): 1}, 3, 20
latency.main()
"""
STARTUP = "import startup; startup.main()"


@pytest.mark.parametrize(
    ("script", "display"), [(LATENCY, None), (LATENCY, ":987"), (STARTUP, None)]
)
def test_without_a_display_it_runs_offscreen_and_says_so(script: str, display: str | None) -> None:
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in screens}
    environment["PYTHONPATH"] = os.pathsep.join([str(FOLDER), str(FOLDER.parent)])
    if display is not None:
        environment["DISPLAY"] = display  # one that does not answer
    done = subprocess.run(
        [sys.executable, "-c", script, "--runs", "1"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "Qt platform offscreen" in done.stdout


WITH_TINY_MODELS = """
import sys
from pathlib import Path
from explorer import paths
models = Path(sys.argv.pop(1))
paths.bundled_models = lambda: models
import {name}
if __name__ == "__main__":
    sys.exit({name}.main())
"""


def run_with_tiny_models(name: str, models: Path, folder: Path, *words: str) -> str:
    """Run a benchmark as a script, with other bundled models; return what it printed."""
    script = folder / "script.py"
    script.write_text(WITH_TINY_MODELS.format(name=name), encoding="utf-8")
    search = os.pathsep.join([str(FOLDER), str(FOLDER.parent)])
    done = subprocess.run(
        [sys.executable, str(script), str(models), *words],
        env={**os.environ, "PYTHONPATH": search, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder of pictures of different sizes."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(4):
        shape = (30 + 7 * number, 50 - 3 * number, 3)
        pixels = np.random.default_rng(number).integers(0, 256, shape, np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def one_model(tmp_path: Path, models_folder: Path) -> Path:
    """Return a folder with one tiny run."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "tiny").symlink_to(models_folder / "tiny")
    return folder


def test_a_photo_has_one_probability_wherever_it_is_named(
    one_model: Path, photos: Path, tmp_path: Path
) -> None:
    words = [str(photos), "--count", "3", "--network-photos", "2"]
    said = run_with_tiny_models("agreement", one_model, tmp_path, *words)
    found = re.findall(r"^  (.+?) +([\d.]+) points \((\d) photos\)$", said, re.MULTILINE)
    assert [int(count) for _, _, count in found] == [3, 3, 3, 3, 3, 2]
    assert max(float(points) for _, points, _ in found) < 0.001


def test_the_rates_of_many_pictures_are_told_beside_a_bare_loop(
    one_model: Path, tmp_path: Path
) -> None:
    said = run_with_tiny_models("classify", one_model, tmp_path, "--count", "4", "--rounds", "1")
    assert "tiny" in said
    # Of so few pictures the rate says nothing; not even its sign is sure.
    assert len(re.findall(r"pictures/s  ratio -?\d+\.\d\d ", said)) == 2
