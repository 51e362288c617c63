"""Measure how many pictures a second are classified, beside a bare decode and LiteRT loop.

For each bundled model, in turns: the bare loop on all cores, by threads and by processes, of which
the faster one is the peer; the command `classify FOLDER --csv`; and a window that gets the files
as rows. What it takes to start is left out of each, and told. Run it on an idle machine:
`python benchmarks/classify.py [--folder PICTURES] [--count 600] [--rounds 3]`. Without a folder it
makes pictures of its own; without a display the window is offscreen.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QApplication
from screens import take_offscreen_without_display
from waiting import wait

from explorer import paths
from explorer.app import Explorer, tune_process
from explorer.core.datasets.listing import list_pictures
from explorer.core.models.run_folder import Run, list_runs

ROOT = Path(__file__).resolve().parents[1]
GOAL = 0.9
PICTURE_SIZE = (500, 375)
LIMIT_S = 600


def main() -> None:
    """Print the rates and their ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="a folder of pictures")
    parser.add_argument("--count", type=int, default=600, help="how many of them (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    options = parser.parse_args()
    take_offscreen_without_display()
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = home
        # As in the program's processes; those here import this file first, and NumPy with it.
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        if options.folder is None:
            pictures = make_pictures(Path(home) / "pictures", options.count)
        else:
            found = [found.path.absolute() for found in list_pictures(options.folder).pictures]
            pictures = gather(found[: options.count], Path(home) / "pictures")
        application = QApplication([paths.APP_NAME])
        tune_process()
        print(
            f"{len(pictures):,} pictures, {os.cpu_count()} cores, median of {options.rounds} "
            f"rounds, Qt platform {application.platformName()}"
        )
        for run in list_runs([paths.bundled_models()]).runs:
            measure_run(run, pictures, options.rounds)


def make_pictures(folder: Path, count: int) -> list[Path]:
    """Write pictures that are as hard to decode as photos: coarse shapes under fine noise."""
    folder.mkdir()
    generator = np.random.default_rng(0)
    made = []
    for number in range(count):
        shapes = Image.fromarray(generator.integers(0, 256, (12, 16, 3), np.uint8))
        pixels = np.asarray(shapes.resize(PICTURE_SIZE, Image.Resampling.BICUBIC))
        noisy = np.clip(pixels + generator.normal(0, 12, pixels.shape), 0, 255)
        made.append(folder / f"{number}.jpg")
        Image.fromarray(noisy.astype(np.uint8)).save(made[-1], quality=90)
    return made


def gather(pictures: Sequence[Path], folder: Path) -> list[Path]:
    """Put links to pictures into one folder."""
    folder.mkdir()
    links = [folder / f"{number}{path.suffix}" for number, path in enumerate(pictures)]
    for link, path in zip(links, pictures, strict=True):
        link.symlink_to(path)
    return links


def measure_run(run: Run, pictures: Sequence[Path], rounds: int) -> None:
    """Print the figures for one model."""
    rates: dict[str, list[float]] = defaultdict(list)
    starts = []
    folder = pictures[0].parent
    window = Window(run, pictures)
    for _ in range(rounds):
        for kind in ("threads", "processes"):
            rates[kind].append(len(pictures) / time_bare(run, pictures, kind))
        starts.append(time_command(run, pictures[0]))
        seconds = time_command(run, folder) - starts[-1]
        rates["command"].append((len(pictures) - 1) / seconds)
        rates["window"].append(len(pictures) / window.time_rows(pictures))
    window.close()
    medians = {name: statistics.median(values) for name, values in rates.items()}
    peer = max(("threads", "processes"), key=medians.__getitem__)
    start = statistics.median(starts)
    print(run.name)
    print(f"  bare loop, threads          {medians['threads']:7.1f} pictures/s")
    print(f"  bare loop, processes        {medians['processes']:7.1f} pictures/s")
    for text, name in (("command, classify --csv", "command"), ("window, rows", "window")):
        # Within a round, so that what else the machine does hits both alike.
        pairs = zip(rates[name], rates[peer], strict=True)
        ratio = statistics.median(own / bare for own, bare in pairs)
        print(f"  {text:27} {medians[name]:7.1f} pictures/s  ratio {ratio:.2f}  (goal {GOAL})")
    print(f"  the command starts in       {start:7.1f} s, not counted above", flush=True)


def time_bare(run: Run, pictures: Sequence[Path], kind: str) -> float:
    """Return the seconds of the bare loop."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listing:
        listing.write("\n".join(map(str, pictures)))
        listing.flush()
        words = [run.litert_file, *run.card.input_size, kind, listing.name]
        done = subprocess.run(
            [sys.executable, str(ROOT / "benchmarks" / "bare_classify.py"), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
    return float(done.stdout)


def time_command(run: Run, path: Path) -> float:
    """Return the seconds of the command, from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["classify", path, "--model", run.folder, "--csv", Path(folder) / "rows.csv"]
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "explorer", *map(str, words)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return time.perf_counter() - started


class Window:
    """A window on its Classify page, whose processes have started.

    Parameters
    ----------
    run : Run
        One of those the window knows.
    pictures : sequence of Path
        Some are classified so that each process has the model open.
    """

    def __init__(self, run: Run, pictures: Sequence[Path]) -> None:
        self._explorer = Explorer([], page="classify", is_remembered=False)
        self._explorer.window.show()
        models = self._explorer.states.models
        models.choose(next(known for known in models.models if known.path == run.folder))
        wait(lambda: not self._explorer.is_busy, limit_s=LIMIT_S)
        self.time_rows(pictures[: 4 * (os.cpu_count() or 1)])

    def time_rows(self, pictures: Sequence[Path]) -> float:
        """Return the seconds from adding the files to the last row's answer."""
        state = self._explorer.states.classify
        state.clear()
        started = time.perf_counter()
        state.add_files(pictures)
        wait(lambda: state.done_count == len(pictures), limit_s=LIMIT_S)
        seconds = time.perf_counter() - started
        assert not state.failed_count
        return seconds

    def close(self) -> None:
        """Close the window and end its processes."""
        self._explorer.window.close()
        self._explorer.close()
        QApplication.processEvents()


if __name__ == "__main__":
    main()
