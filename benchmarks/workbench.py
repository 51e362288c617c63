"""Measure the pass over a dataset beside a bare loop, Keras, and other runtimes.

For each model in turns: the bare decode and LiteRT loop of classify.py on all cores; the pass,
which also hashes, measures and embeds each picture and keeps it all; the usual Keras way
(`image_dataset_from_directory` and `predict`); ONNX Runtime and OpenVINO, where they are there.
What it takes to start is left out of each. Then how long the second opening of the unchanged folder
takes, and the command `classify one.jpg` beside a bare script. Run it on an idle machine:
`python benchmarks/workbench.py [--folder PICTURES] [--count 1000] [--rounds 2] [--model NAME]
[--peers keras onnx openvino]`.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classify import gather, make_pictures, time_bare, time_command

from explorer import paths
from explorer.background.survey import Survey, survey_files
from explorer.core.datasets.listing import list_pictures
from explorer.core.datasets.scan import scan_dataset
from explorer.core.models.model import Model
from explorer.core.models.run_folder import Run, list_runs

FRAMEWORKS = Path(__file__).with_name("bare_frameworks.py")
PEERS = {"keras": "Keras, directory + predict", "onnx": "ONNX Runtime", "openvino": "OpenVINO"}
ONE = """
import sys, numpy as np
from PIL import Image
from ai_edge_litert.interpreter import Interpreter
model = Interpreter(model_path=sys.argv[1], num_threads=1)
model.allocate_tensors()
with Image.open(sys.argv[4]) as image:
    picture = image.convert("RGB").resize((int(sys.argv[3]), int(sys.argv[2])))
model.set_tensor(model.get_input_details()[0]["index"], np.asarray(picture, np.float32)[None])
model.invoke()
print(model.get_tensor(model.get_output_details()[0]["index"]))
"""


def main() -> None:
    """Print the rates and their ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="a folder of pictures")
    parser.add_argument("--count", type=int, default=1000, help="how many of them (%(default)s)")
    parser.add_argument("--rounds", type=int, default=2, help="(%(default)s)")
    parser.add_argument("--model", nargs="*", help="names; all that come with the program")
    parser.add_argument(
        "--peers", nargs="*", choices=PEERS, default=list(PEERS), help="besides the bare loop; all"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = home
        # As in the program's processes; those here import this file first, and NumPy with it.
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        if options.folder is None:
            pictures = make_pictures(Path(home) / "pictures", options.count)
        else:
            found = [found.path.absolute() for found in list_pictures(options.folder).pictures]
            pictures = gather(found[: options.count], Path(home) / "pictures")
        one = gather(pictures[:1], Path(home) / "one")
        print(f"{len(pictures):,} pictures, {os.cpu_count()} cores, {options.rounds} rounds")
        for run in list_runs([paths.bundled_models()]).runs:
            if not options.model or run.name in options.model:
                measure(run, pictures, one, options.rounds, options.peers)


def measure(
    run: Run, pictures: Sequence[Path], one: Sequence[Path], rounds: int, peers: Sequence[str]
) -> None:
    """Print the figures for one model."""
    seconds: dict[str, list[float]] = defaultdict(list)
    openings, commands = [], []
    for _ in range(rounds):
        for kind in ("threads", "processes"):
            seconds[kind].append(time_bare(run, pictures, kind))
        start = time_pass(run, one[0].parent)
        seconds["pass"].append(time_pass(run, pictures[0].parent) - start)
        openings.append(time_opening(run, pictures[0].parent))
        for peer in peers:
            took = time_framework(peer, run, pictures[0].parent)
            if took is not None:
                seconds[peer].append(took)
        bare = time_script(run, one[0])
        commands.append(time_command(run, one[0]) / bare)
    bare_kind = min(("threads", "processes"), key=lambda kind: statistics.median(seconds[kind]))
    print(f"{run.name}: {len(pictures) / statistics.median(seconds['pass']):.1f} pictures/s")
    rows: list[tuple[str, str, float | None]]
    rows = [(bare_kind, f"bare loop, {bare_kind}", 0.9)]
    rows += [(peer, PEERS[peer], 2.7 if peer == "keras" else None) for peer in peers]
    for peer, title, goal in rows:
        if not seconds[peer]:
            print(f"  {title:28} not installed")
            continue
        rate = len(pictures) / statistics.median(seconds[peer])
        # Within a round, so that what else the machine does hits both alike.
        pairs = zip(seconds[peer], seconds["pass"], strict=True)
        ratio = statistics.median(other / own for other, own in pairs)
        wanted = "" if goal is None else f"  (goal {goal})"
        print(f"  {title:28} {rate:7.1f} pictures/s  ratio {ratio:.2f}{wanted}")
    opening, command = statistics.median(openings), statistics.median(commands)
    print(f"  second opening {opening:.2f} s  (goal 2)")
    print(f"  classify one.jpg, to a bare script {command:.2f}  (goal 1.3)", flush=True)


def timed(act: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def time_pass(run: Run, folder: Path) -> float:
    """Return the seconds of a first pass, with its start; nothing is known of the folder."""
    for file in paths.user_catalogues().glob("*"):
        file.unlink()
    dataset = scan_dataset(folder, layout="none")
    return timed(lambda: survey_files(Model.of_run(run), dataset))


def time_opening(run: Run, folder: Path) -> float:
    """Return the seconds from an unchanged folder to all that is known of it."""

    def open_again() -> None:
        survey = Survey(scan_dataset(folder, layout="none"), Model.of_run(run))
        survey.load()
        assert survey.columns().is_done.all()
        survey.load_embeddings()
        survey.close()

    return timed(open_again)


def time_framework(kind: str, run: Run, folder: Path) -> float | None:
    """Return the seconds of a peer's loop; None where it is not installed."""
    words = [kind, run.keras_file, *run.card.input_size, folder]
    done = subprocess.run(
        [sys.executable, str(FRAMEWORKS), *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1]) if done.stdout.split() else None


def time_script(run: Run, picture: Path) -> float:
    """Return the seconds of a bare script that classifies one picture."""
    words = [run.litert_file, *run.card.input_size, picture]
    command = [sys.executable, "-c", ONE, *map(str, words)]
    quiet = subprocess.DEVNULL
    return timed(lambda: subprocess.run(command, stdout=quiet, stderr=quiet, check=True))


if __name__ == "__main__":
    main()
