"""Measure the Network page: what a person waits for, and what is computed beside bare TensorFlow.

In the real window, each until it is painted: the layers of a dropped model; the maps of a layer
that is chosen, for the first time and again; an edit of a channel, until its maps and the
prediction are there; and the maps of a dropped `.tflite` file in a program that has not started
TensorFlow. In a process of its own, in turns with the bare thing: a pass through `mobilenet-v2` of
which every layer's output is kept, beside a `tf.function` that returns the same; the gradients for
a Grad-CAM, beside a `tf.function` with a bare `GradientTape`; and by how much the process grows in
200 switches between five models. Run it on an idle machine: `python benchmarks/network.py
[--rounds 20] [--switches 200]`. Without a display the window is offscreen.
"""

import argparse
import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from latency import PaintWatch
from network_engine import Beside, measure_engine, measure_switches
from PIL import Image
from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QApplication, QWidget
from screens import take_offscreen_without_display
from waiting import wait

from explorer import paths
from explorer.app import Explorer, tune_process
from explorer.core.models.run_folder import list_runs
from explorer.views.network.page import NetworkPage

MODEL = "mobilenet-v2"
LIMIT_S = 300
LAYERS = 20


def main() -> None:
    """Print the figures and their goals."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20, help="(%(default)s)")
    parser.add_argument("--switches", type=int, default=200, help="(%(default)s)")
    options = parser.parse_args()
    take_offscreen_without_display()
    runs = [run.folder for run in list_runs([paths.bundled_models()]).runs]
    run = next(folder for folder in runs if folder.name == MODEL)
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = home
        folder = Path(home)
        application = QApplication([paths.APP_NAME])
        tune_process()
        print(f"{MODEL}, {os.cpu_count()} cores, Qt platform {application.platformName()}")
        measure_light(run / "model.tflite", folder)
        measure_window(run, folder)
        passes, gradients = in_process(measure_engine, run, options.rounds)
        tell_beside("every layer's output of a picture", passes, 1.3)
        tell_beside("the gradients of a Grad-CAM", gradients, 1.5)
        growth = in_process(measure_switches, runs, folder, options.switches)
        print(f"{options.switches} switches between 5 models: {growth:+.0f} MB  (goal +100)")


def in_process(function: Callable[..., Any], *arguments: object) -> Any:
    """Call a function in a process of its own, in which TensorFlow may start."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *arguments).result()


def tell_beside(what: str, found: Beside, goal: float) -> None:
    """Print a ratio."""
    print(
        f"{what}: {found.own_ms:.0f} ms, bare {found.bare_ms:.0f} ms: ratio {found.ratio:.2f}  "
        f"(goal {goal})",
        flush=True,
    )


def tell(what: str, times: Sequence[float], goal_ms: float) -> None:
    """Print the median and the longest of some times."""
    median, longest = 1000 * statistics.median(times), 1000 * max(times)
    longest_text = f", longest {longest:.0f} ms" if len(times) > 1 else ""
    print(f"{what}: {median:.0f} ms{longest_text}  (goal {goal_ms:.0f} ms)", flush=True)


def measure_light(litert: Path, folder: Path) -> None:
    """Measure a dropped LiteRT file, in a program that has shown no model before."""
    path = Path(shutil.copy(litert, folder / "dropped.tflite"))
    window = Window(folder, "filter")
    window.rest()
    state = window.page.state

    def drop() -> None:
        window.explorer.open_router.open([path])  # which shows the page

    def is_there() -> bool:
        shown = state.shown
        return shown is not None and shown.model.path == path

    canvas = window.page.maps.grid.view.canvas
    seconds = window.time_until(drop, is_there, state.maps_changed, canvas)
    tell("a dropped .tflite, to its maps", [seconds], 2000)
    started = window.states.network.status != "asleep"
    print(f"  TensorFlow started: {'yes' if started else 'no'}  (goal no)")
    window.close()


def measure_window(run: Path, folder: Path) -> None:
    """Measure what a person waits for who looks into a Keras model."""
    window = Window(folder, "network")
    page, state, edits = window.page, window.page.state, window.states.edits_state
    window.rest()
    copies = [folder / f"dropped {number}.keras" for number in range(3)]
    drops = []
    for copy in copies:
        shutil.copy(run / "model.keras", copy)
        drops.append(window.time_drop(copy))
        window.rest()
    tell("a dropped model, to its layers", drops, 500)
    models = window.states.models
    models.choose(next(model for model in models.models if model.path == run))
    window.rest()
    names = [layer.name for layer in state.layers if layer.has_maps and layer.name != state.layer]
    names = names[:: max(1, len(names) // LAYERS)]
    for what, goal in (("a layer, to its maps", 150), ("a layer seen before, to its maps", 33)):
        times = []
        for name in names:
            times.append(window.time_maps(lambda: state.choose_layer(name), name))  # noqa: B023
            window.rest()
        tell(what, times, goal)
    page.show_part("operate")
    state.choose_layer("Conv1")
    window.rest()
    times = []
    for channel in range(2, 12):
        before = edits.after
        started = time.perf_counter()
        edits.mute("Conv1", channel)
        wait(
            lambda: (
                edits.after is not before  # noqa: B023
                and state.shown is not None
                and state.shown.model == edits.model
            ),
            limit_s=LIMIT_S,
        )
        QApplication.processEvents()
        times.append(time.perf_counter() - started)
        window.rest()
    tell("an edit of a channel, to its maps and the prediction", times[1:], 200)
    window.close()


class Window:
    """A window that shows a picture of noise on its Network page.

    Parameters
    ----------
    folder : Path
        For the picture.
    page : str
        The page it begins with.
    """

    def __init__(self, folder: Path, page: str) -> None:
        picture = folder / "picture.png"
        noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
        Image.fromarray(noise).resize((640, 480), Image.Resampling.BICUBIC).save(picture)
        self.explorer = Explorer([picture], page=page, is_remembered=False)
        self.explorer.window.show()
        self.states = self.explorer.states
        wait(lambda: self.states.pictures.current is not None, limit_s=LIMIT_S)

    @property
    def page(self) -> NetworkPage:
        """The Network page."""
        page = self.explorer.window.page("network")
        assert isinstance(page, NetworkPage)
        return page

    def rest(self) -> None:
        """Wait until the page has all that it asked for."""
        wait(lambda: not self.explorer.is_busy, limit_s=LIMIT_S)

    def time_until(
        self,
        act: Callable[[], object],
        is_there: Callable[[], bool],
        changed: SignalInstance,
        widget: QWidget,
    ) -> float:
        """Return the seconds from an action until what it brings is painted.

        Parameters
        ----------
        act : callable
        is_there : callable
            Whether what the action brings has arrived in the state.
        changed : signal
            Tells that it may have.
        widget : QWidget
            Shows it.
        """
        watch = PaintWatch(widget)
        paints: list[int] = []

        def note() -> None:
            if not paints and is_there():
                paints.append(watch.count)
                widget.update()

        changed.connect(note)
        started = time.perf_counter()
        act()
        note()
        wait(lambda: bool(paints) and watch.count > paints[0], limit_s=LIMIT_S)
        seconds = time.perf_counter() - started
        changed.disconnect(note)
        return seconds

    def time_drop(self, path: Path) -> float:
        """Return the seconds from the drop of a model to the list of its layers."""
        state = self.page.state
        return self.time_until(
            lambda: self.explorer.open_router.open([path]),
            lambda: state.has_layers and state.model is not None and state.model.path == path,
            state.layers_changed,
            self.page.table.viewport(),
        )

    def time_maps(self, act: Callable[[], object], layer: str) -> float:
        """Return the seconds from an action to the maps of a layer of the current model."""
        state = self.page.state

        def is_there() -> bool:
            shown = state.shown
            found = None if shown is None else shown.feature_maps.layer.name
            return found == layer and shown is not None and shown.model == state.model

        return self.time_until(act, is_there, state.maps_changed, self.page.maps.grid.view.canvas)

    def close(self) -> None:
        """Close the window and end its processes."""
        self.explorer.window.close()
        self.explorer.close()
        QApplication.processEvents()


if __name__ == "__main__":
    main()
