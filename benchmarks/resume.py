"""Kill training at random moments and see that every resumed run ends as the unbroken one.

Run it with `python benchmarks/resume.py` (about ten minutes), `--kills 3` for a few. It makes its
own pictures. A third of the runs is killed at any moment, a third while a checkpoint is written,
and of a third the newest checkpoint is cut short as well. It ends with 1 when a run could not be
resumed or an epoch after the resume differs from the unbroken run's by more than 1e-3.
"""

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
EPOCHS = 4
ALLOWED = 1e-3
WAYS = ("any moment", "while writing", "cut short")


def main() -> int:
    """Print a line for each kill; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20, metavar="N", help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the moments")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_pictures(folder / "data")
        started = time.perf_counter()
        unbroken = folder / "unbroken"
        finish(start(folder / "data", unbroken))
        duration = time.perf_counter() - started
        expected = read_losses(unbroken / "history.csv")
        for number in range(options.kills):
            way = WAYS[number % len(WAYS)]
            output = folder / f"run-{number}"
            done = kill(start(folder / "data", output), output, way, duration, chance)
            # Before its first checkpoint a run has nothing to go on from.
            was_begun = (output.with_name(output.name + ".partial") / "settings.json").is_file()
            words = ("--resume",) if was_begun else ()
            if not output.exists():
                finish(start(folder / "data", output, *words))
            found = read_losses(output / "history.csv")
            difference = float(np.abs(found - expected).max()) if len(found) == EPOCHS else np.inf
            failed += difference > ALLOWED
            print(
                f"{number + 1:3}  {way:13}  killed after epoch {done}  "
                f"greatest difference of a loss {difference:.1e}",
                flush=True,
            )
    print(f"{options.kills - failed} of {options.kills} ended as the unbroken run.")
    return 1 if failed else 0


def make_pictures(folder: Path) -> None:
    """Make two classes of 60 noisy pictures each."""
    generator = np.random.default_rng(1)
    for name, color in {"azure": (30, 60, 220), "moss": (40, 160, 50)}.items():
        (folder / name).mkdir(parents=True)
        for number in range(60):
            pixels = np.array(color) + generator.normal(0, 60, (90, 120, 3))
            image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
            image.save(folder / name / f"{number}.jpg")


def start(data: Path, output: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start training."""
    settings = ("--epochs", str(EPOCHS), "--batch-size", "8", *words)
    return subprocess.Popen(
        [sys.executable, "train.py", data, "--output", output, *settings],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of training; a failure ends everything."""
    _, errors = process.communicate()
    if process.returncode:
        sys.exit(f"train.py ended with {process.returncode}:\n{errors.decode()[-2000:]}")


def kill(
    process: subprocess.Popen[bytes], output: Path, way: str, duration: float, chance: random.Random
) -> int:
    """Kill training in one of the ways; return how many epochs had a checkpoint."""
    checkpoints = output.with_name(output.name + ".partial") / "checkpoints"
    if way == "any moment":
        time.sleep(chance.uniform(0.2, 0.9) * duration)
    else:
        epoch = chance.randint(1, EPOCHS - 1)
        ending = "tmp" if way == "while writing" else "npz"
        while process.poll() is None and not (checkpoints / f"epoch-{epoch:05}.{ending}").exists():
            time.sleep(0.0005)
    process.kill()
    process.communicate()
    files = sorted(checkpoints.glob("*.npz"))
    if way == "cut short" and files:
        os.truncate(files[-1], chance.randrange(files[-1].stat().st_size))
    return int(files[-1].stem.split("-")[1]) if files else 0


def read_losses(history: Path) -> np.ndarray:
    """Return the losses of training and validation, (epochs, 2)."""
    with history.open(newline="") as file:
        return np.array([[float(r["loss"]), float(r["val_loss"])] for r in csv.DictReader(file)])


if __name__ == "__main__":
    sys.exit(main())
