"""Training on a machine that has JAX, and nothing else of what the program needs."""

import os
import subprocess
import sys
from pathlib import Path

from explorer.core.models.run_folder import read_run
from tests.ml.training.test_train import COLORS, paint
from tests.support.tiny_runs import ROOT

# Runs train.py where those packages cannot be found, by whatever imports or asks for them.
SCRIPT = """
import sys
from importlib.machinery import PathFinder

MISSING = {"tensorflow", "pi_heif", "ai_edge_litert", "PySide6", "shiboken6", "pyqtgraph"}


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] not in MISSING:
            return PathFinder.find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = Finder
import train
from tests.support.small_training import small_training

with small_training(exports=True):
    code = train.main(sys.argv[1:])
assert not MISSING & {name.partition(".")[0] for name in sys.modules}
sys.exit(code)
"""


def open_here(folder):
    """Return what a run's model answers where TensorFlow is; loading compares golden outputs."""
    import keras

    from explorer.ml.models.keras_network.loading import load_network

    assert keras.backend.backend() == "tensorflow"
    run = read_run(folder)
    assert run.card.golden["model.keras"].outputs
    return load_network(run).output_shape


def test_it_trains_and_its_run_opens_where_tensorflow_is(in_child, tmp_path):
    for seed, name in enumerate(COLORS):
        paint(tmp_path / "data" / name, name, 12, seed)
    output = tmp_path / "run"
    words = ["--recipe", "article", "--epochs", "1", "--batch-size", "8", "--output", output]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path / "data", *words],
        cwd=ROOT,
        env={
            **os.environ,
            "KERAS_BACKEND": "jax",
            "JAX_PLATFORMS": "cpu",
            "XLA_FLAGS": "--xla_backend_optimization_level=0",  # which takes longer than it saves
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "training on the CPU" in done.stdout
    run = read_run(output)
    assert not run.litert_file.exists()
    assert run.card.versions["backend"].startswith("jax")
    assert {file.name for file in Path(output).iterdir()} >= {"model.keras", "history.csv"}
    assert in_child(open_here, output) == (None, 2)
