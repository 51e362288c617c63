"""Whether a photo has the same probability everywhere, and the one that Keras gives it.

Run it with `python benchmarks/agreement.py PICTURES [RUN ...] [--count 200]
[--network-photos 40]`. For each run, by default the bundled ones, photos spread evenly over a
folder are classified by Keras in float32, which is the reference, and wherever the program does:
by the classifier itself, by the command line, and in a window that is opened for it. It prints the
greatest difference of a probability at each place, and ends with 1 where one is above 0.1 point.
"""

import argparse
import csv
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from screens import take_offscreen_without_display

from explorer import paths
from explorer.core.datasets.listing import list_pictures
from explorer.core.images.read import read_picture, resize_picture
from explorer.core.models.prediction import Prediction
from explorer.core.models.run_folder import Run, list_runs, read_run
from explorer.errors import ExplorerError, PictureError

if TYPE_CHECKING:
    from explorer.app import Explorer

ROOT = Path(__file__).resolve().parents[1]
GOAL_POINTS = 0.1

Rows = npt.NDArray[np.float64]
"""(photos, classes): probabilities."""


def main() -> int:
    """Print the greatest differences; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pictures", type=Path, metavar="PICTURES", help="a folder of photos")
    parser.add_argument("runs", type=Path, nargs="*", metavar="RUN", help="run folders")
    parser.add_argument("--count", type=int, default=200, help="how many photos (%(default)s)")
    parser.add_argument(
        "--network-photos",
        type=int,
        default=40,
        help="how many of them on the Network page as well (%(default)s)",
    )
    options = parser.parse_args()
    take_offscreen_without_display()
    try:
        runs = [read_run(folder) for folder in options.runs] or list_runs(
            [paths.bundled_models()]
        ).runs
        photos = choose_photos(options.pictures, options.count)
    except ExplorerError as error:
        print(error.sentence)
        return 2
    worst = 0.0
    for run in runs:
        expected = ask_keras(run, photos)
        few = spread(photos, options.network_photos)
        print(f"{run.name}, {len(photos)} photos, greatest difference from Keras in float32:")
        for place, shown, found in places(run, photos, few):
            reference = expected if shown is photos else expected[[photos.index(p) for p in shown]]
            points = 100 * float(np.abs(found - reference).max())
            # Put this way round, a NaN is no agreement.
            worst = points if not points <= worst else worst
            print(f"  {place:42} {points:.5f} points ({len(shown)} photos)", flush=True)
    return 0 if worst <= GOAL_POINTS else 1


def choose_photos(folder: Path, count: int) -> list[Path]:
    """Return readable pictures, spread evenly over a folder; those that are not are named."""
    readable = []
    for path in spread([found.path.absolute() for found in list_pictures(folder).pictures], count):
        try:
            read_picture(path)
        except PictureError as error:
            print(error.sentence)
        else:
            readable.append(path)
    return readable


def spread(items: Sequence[Path], count: int) -> list[Path]:
    """Return `count` of the items, or all, at equal distances."""
    places = np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int)
    return [items[place] for place in places]


def places(run: Run, photos: list[Path], few: list[Path]) -> Iterator[tuple[str, list[Path], Rows]]:
    """Classify the photos at each place; the Network page computes `few` of them."""
    yield "LiteRT, the program's classifier", photos, ask_classifier(run, photos)
    yield "command line, classify --csv", photos, ask_command(run, photos)
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = home
        yield from ask_window(run, photos, few, Path(home) / "rows.csv")


def ask_keras(run: Run, photos: Sequence[Path]) -> Rows:
    """Classify with Keras in a child: TensorFlow does not enter the process of a window."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(ask_keras_here, run, photos).result()


def ask_keras_here(run: Run, photos: Sequence[Path]) -> Rows:
    """Classify with Keras in float32, one photo after the other."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    from explorer.ml.models.keras_network.loading import load_network

    network = load_network(run)
    rows = []
    for path in photos:
        pixels = resize_picture(read_picture(path).picture, run.card.input_size)
        rows.append(np.asarray(network(pixels[None].astype(np.float32), training=False))[0])
    return np.array(rows, np.float64)


def ask_classifier(run: Run, photos: Sequence[Path]) -> Rows:
    """Classify as the program does, without a window and without a table."""
    from explorer.background.classify_files import classify_files
    from explorer.core.models.model import Model

    return rows_of(classify_files(Model.of_run(run), photos))


def ask_command(run: Run, photos: Sequence[Path]) -> Rows:
    """Classify with the command, and read its table."""
    words = ["classify", *map(str, photos), "--model", str(run.folder), "--csv", "-"]
    done = subprocess.run(
        [sys.executable, "-m", "explorer", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return rows_of_csv(done.stdout, run, photos)


def ask_window(
    run: Run, photos: list[Path], few: list[Path], table: Path
) -> Iterator[tuple[str, list[Path], Rows]]:
    """Open a window, and then each photo as a person would; return what its places say."""
    from PySide6.QtWidgets import QApplication
    from waiting import wait

    from explorer.app import Explorer

    application = QApplication.instance() or QApplication([paths.APP_NAME])
    explorer = Explorer([], page="classify", is_remembered=False)
    try:
        explorer.window.show()
        wait(lambda: not explorer.is_busy, limit_s=120)
        if run.folder.resolve() not in [
            other.path.resolve() for other in explorer.states.models.models
        ]:
            explorer.states.models.open_path(run.folder)
        for other in explorer.states.models.models:
            if other.path.resolve() == run.folder.resolve():
                explorer.states.models.choose(other)

        yield "window, status bar", photos, rows_of(open_photo(explorer, path) for path in photos)

        explorer.open_router.open_pictures(photos, "classify")
        wait(lambda: explorer.states.classify.total_count == len(photos), limit_s=120)
        wait(lambda: not explorer.states.classify.is_busy, limit_s=600)
        shown = {row.path: row.prediction for row in explorer.states.classify.table.rows}
        predictions = [shown[path] for path in photos]
        yield "window, Classify page", photos, rows_of(p for p in predictions if p is not None)

        explorer.states.classify.exports.save_csv(table)
        wait(lambda: explorer.states.classify.exports.file is None, limit_s=120)
        text = table.read_text(encoding="utf-8")
        yield "window, Save CSV", photos, rows_of_csv(text, run, photos)

        explorer.window.show_page("network")
        wait(lambda: bool(explorer.states.network_state.layers), limit_s=300)
        explorer.states.network_state.choose_layer(explorer.states.network_state.layers[-1].name)
        maps = np.array([open_in_network(explorer, path) for path in few])
        yield "window, last layer on the Network page", few, maps
    finally:
        explorer.window.close()
        explorer.close()
        application.processEvents()


def open_photo(explorer: "Explorer", path: Path) -> Prediction:
    """Open a photo; return what the status bar says of it."""
    from waiting import wait

    explorer.states.pictures.open_file(path)
    wait(
        lambda: is_current(explorer, path) and explorer.states.classify.current is not None,
        limit_s=120,
    )
    assert explorer.states.classify.current is not None
    assert Path(explorer.states.classify.current.path) == path
    return explorer.states.classify.current


def open_in_network(explorer: "Explorer", path: Path) -> npt.NDArray[np.float32]:
    """Open a photo; return the chosen layer's output for it."""
    from waiting import wait

    state = explorer.states.network_state

    def is_shown() -> bool:
        shown = state.shown
        return (
            shown is not None
            and shown.file.path == path
            and shown.model == explorer.states.models.current
            and shown.feature_maps.layer.name == state.layer
        )

    explorer.states.pictures.open_file(path)
    wait(is_shown, limit_s=120)
    assert state.feature_maps is not None
    return state.feature_maps.maps


def is_current(explorer: "Explorer", path: Path) -> bool:
    """Whether a photo is the window's current picture."""
    file = explorer.states.pictures.current
    return file is not None and file.path == path


def rows_of(predictions: Iterator[Prediction]) -> Rows:
    """Return the probabilities of predictions."""
    return np.array([prediction.probabilities for prediction in predictions])


def rows_of_csv(text: str, run: Run, photos: Sequence[Path]) -> Rows:
    """Return the probabilities that a table of the program has for photos."""
    rows: Mapping[str, Mapping[str, str]] = {
        row["path"]: row for row in csv.DictReader(text.splitlines())
    }
    columns = [f"p_{name}" for name in run.card.classes]
    return np.array([[float(rows[str(path)][column]) for column in columns] for path in photos])


if __name__ == "__main__":
    sys.exit(main())
