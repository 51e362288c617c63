"""Measure wheeling through 20,000 thumbnails, beside a bare Qt list of as many words.

    python benchmarks/thumbnails.py [FOLDER] [--runs 5]

Without FOLDER, 20,000 small JPEGs are made in a temporary folder. Each run is a process of its
own; it opens the folder, turns the wheel with real events, stops now and then, and reports the
largest gap between two ticks of a 10 ms timer. Without a display it runs offscreen.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import (
    QCoreApplication,
    QEventLoop,
    QPoint,
    QPointF,
    QSize,
    QStringListModel,
    Qt,
    QTimer,
)
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QListView, QMainWindow

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from screens import take_offscreen_without_display

PICTURES = 20_000
DISTINCT_PICTURES = 400
TICK_MS = 10
WHEEL_MS = 8
TURN_MS = 2_000  # Qt turns at most a page per event: this many reach the end of the list
TURNS = 4
FILL_LIMIT_MS = 5_000
SCAN_LIMIT_MS = 60_000
WINDOW_PX = (1280, 800)

GAP_TARGET_MS = 50
FILL_TARGET_MS = 500
MEMORY_TARGET_MB = 400


def main() -> None:
    """Measure, or be one of the measured processes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="a folder of pictures")
    parser.add_argument("--runs", type=int, default=5, help="how often; the median is told")
    parser.add_argument("--measure", choices=["page", "bare"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure == "page":
        print(json.dumps(measure_page(arguments.folder)))
    elif arguments.measure == "bare":
        print(json.dumps(measure_bare()))
    elif arguments.folder is not None:
        report(arguments.folder, arguments.runs)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            make_pictures(Path(temporary))
            report(Path(temporary), arguments.runs)


def make_pictures(folder: Path) -> None:
    """Fill a folder with 20,000 names for a few hundred distinct 500x375 JPEGs."""
    from PIL import Image

    print(f"Making {PICTURES:,} pictures…")
    generator = np.random.default_rng(1)
    originals = []
    for number in range(DISTINCT_PICTURES):
        coarse = generator.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((500, 375), Image.Resampling.BICUBIC)
        originals.append(folder / f"{'cat' if number % 2 else 'dog'}.{number}.jpg")
        picture.save(originals[-1], quality=90)
    for number in range(DISTINCT_PICTURES, PICTURES):
        original = originals[number % DISTINCT_PICTURES]
        os.link(original, folder / f"{original.name.split('.')[0]}.{number}.jpg")


def report(folder: Path, runs: int) -> None:
    """Run both measurements in turn and print the medians."""
    take_offscreen_without_display()
    pages: list[dict[str, float]] = []
    bares: list[dict[str, float]] = []
    platform = ""
    for _ in range(runs):
        for kind, runs_of_it in (("page", pages), ("bare", bares)):
            figures, platform = run_measurement(kind, folder)
            runs_of_it.append(figures)
    rows: list[tuple[str, str, int | None]] = []
    for text, name in (
        ("wheeling", "wheel"),
        ("scanning the folder", "scan"),
        ("typing into the search", "search"),
        ("choosing classes", "class"),
        ("resizing the window", "resize"),
    ):
        rows.append((f"largest gap while {text}, ms", f"{name}_gap_ms", GAP_TARGET_MS))
        rows.append(("  most work between two ticks", f"{name}_work_ms", None))
    rows += [
        ("99th percentile while wheeling, ms", "wheel_p99_ms", None),
        ("share of the list wheeled through, %", "share_passed", None),
        ("filled after stopping, slowest, ms", "fill_ms", FILL_TARGET_MS),
        ("scanning the folder, ms", "scan_ms", None),
        ("peak memory, MB", "memory_mb", MEMORY_TARGET_MB),
    ]
    print(f"{folder.name}, median of {runs} runs, Qt platform {platform}")
    print(f"{'':44}    page  bare list  at most")
    for text, key, target in rows:
        ours, bare = (median(measured, key) for measured in (pages, bares))
        print(f"{text:<44}{ours:>8}{bare:>11}{'' if target is None else target:>9}")


def median(runs: list[dict[str, float]], key: str) -> str:
    """Return the median of one figure as text; a dash where it was not measured."""
    found = [run[key] for run in runs if key in run]
    return f"{statistics.median(found):,.0f}" if found else "–"


def run_measurement(kind: str, folder: Path) -> tuple[dict[str, float], str]:
    """Measure in a process of its own; return the figures, and on which Qt platform."""
    command = [sys.executable, __file__, str(folder), "--measure", kind]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    platform, figures = done.stdout.splitlines()[-2:]
    found: dict[str, float] = json.loads(figures)
    return found, platform


def measure_page(folder: Path) -> dict[str, float]:
    """Open a folder on the real page and do to it what a hand does."""
    from explorer import paths
    from explorer.app import tune_process
    from explorer.background.tasks import TaskPool
    from explorer.background.thumbnails import ThumbnailLoader
    from explorer.background.worker_process import WorkerProcess
    from explorer.state.dataset.dataset_state import DatasetState
    from explorer.state.dataset.getting_state import GettingState
    from explorer.state.dataset.survey_state import SurveyState
    from explorer.state.shared.copying_state import CopyingState
    from explorer.state.shared.model_state import ModelState
    from explorer.state.shared.notices import Notices
    from explorer.views.dataset.page import DatasetPage

    application = QApplication([])
    print(application.platformName())
    application.setStyle("Fusion")
    tune_process()
    pool, thumbnails, notices = TaskPool(), ThumbnailLoader(), Notices()
    state = DatasetState(pool, thumbnails, notices)
    getting = GettingState(pool, notices, paths.user_datasets())
    worker = WorkerProcess("classifier", paths.user_state() / "classifier.log", parent=state)
    models = ModelState([], notices, worker, pool, state)
    survey = SurveyState(state, models, pool, notices, state)
    page = DatasetPage(state, survey, getting, CopyingState(pool, notices), notices)
    window = QMainWindow()
    window.setCentralWidget(page)
    window.resize(*WINDOW_PX)
    window.show()
    hand = Hand()
    hand.wait(500)
    found: dict[str, float] = {}

    start = time.perf_counter()
    state.open_folder(folder)
    found |= hand.watch(
        "scan", lambda: hand.wait_until(lambda: state.dataset is not None, SCAN_LIMIT_MS)
    )
    found["scan_ms"] = (time.perf_counter() - start) * 1000
    hand.wait(1_000)

    def is_filled() -> bool:
        samples, edge = state.samples, page.grid.thumbnail_edge_px
        rows = visible_rows(page.grid)
        return all(thumbnails.peek(samples.sample_at(row).path, edge) for row in rows)

    found |= hand.wheel_through(page.grid, is_filled)

    def search() -> None:
        for text in ("1", "12", "123", "12", "1", "", "g", "og", ""):
            page.pictures.search.setText(text)
            hand.wait(100)

    def choose_classes() -> None:
        classes = state.dataset.classes if state.dataset is not None else ()
        for chosen in (classes[:1], classes[1:2], (), classes[:1], ()):
            state.choose("label", frozenset(chosen))
            hand.wait(150)

    def resize() -> None:
        for step in range(60):
            window.resize(QSize(WINDOW_PX[0] - 8 * min(step, 60 - step), WINDOW_PX[1]))
            hand.wait(16)

    found |= hand.watch("search", search)
    found |= hand.watch("class", choose_classes)
    found |= hand.watch("resize", resize)
    found["memory_mb"] = peak_memory_mb()
    state.cancel()
    thumbnails.close()
    pool.close()
    return found


def measure_bare() -> dict[str, float]:
    """Wheel through a list view of Qt's own, with Qt's own model and delegate."""
    application = QApplication([])
    print(application.platformName())
    application.setStyle("Fusion")
    view = QListView()
    view.setFlow(QListView.Flow.LeftToRight)
    view.setWrapping(True)
    view.setUniformItemSizes(True)
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setGridSize(QSize(144, 176))
    view.verticalScrollBar().setSingleStep(58)
    view.setModel(QStringListModel([f"cat.{number}.jpg" for number in range(PICTURES)]))
    window = QMainWindow()
    window.setCentralWidget(view)
    window.resize(*WINDOW_PX)
    window.show()
    hand = Hand()
    hand.wait(500)
    found = hand.wheel_through(view, lambda: True)
    found["memory_mb"] = peak_memory_mb()
    return found


def peak_memory_mb() -> float:
    """Return the most memory this process ever had, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def visible_rows(view: QListView) -> range:
    """Return the rows of which at least a part is in sight."""
    cell, viewport = view.gridSize(), view.viewport()
    step = cell.height() // 2
    points = [QPoint(4, y) for y in range(0, viewport.height(), step)]
    firsts = [view.indexAt(point).row() for point in points]
    columns = max(viewport.width() // cell.width(), 1)
    found = [row for row in firsts if row >= 0]
    return range(min(found), min(max(found) + columns, view.model().rowCount()))


class Hand:
    """Waits, turns the wheel, and meanwhile measures the gaps between the ticks of a timer."""

    def __init__(self) -> None:
        self._last = (0.0, 0.0)
        self._gaps_ms: list[float] = []
        self._work_ms: list[float] = []
        self._ticker = QTimer()
        self._ticker.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticker.timeout.connect(self._tick)

    def wait(self, milliseconds: int) -> None:
        """Let the event loop run."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait_until(self, is_so: Callable[[], bool], limit_ms: int) -> float:
        """Let the event loop run until something is so; return how many ms that took."""
        loop, start = QEventLoop(), time.perf_counter()
        poll = QTimer()
        poll.setInterval(2)

        def look() -> None:
            if is_so() or (time.perf_counter() - start) * 1000 > limit_ms:
                loop.quit()

        poll.timeout.connect(look)
        poll.start()
        loop.exec()
        poll.stop()
        return (time.perf_counter() - start) * 1000

    def watch(self, name: str, act: Callable[[], object]) -> dict[str, float]:
        """Do something; return the largest gap between ticks meanwhile, and the most work in one.

        On a busy machine a gap is longer than the work in it.
        """
        self._gaps_ms, self._work_ms, self._last = [], [], _clocks()
        self._ticker.start(TICK_MS)
        act()
        self._tick()
        self._ticker.stop()
        return {f"{name}_gap_ms": max(self._gaps_ms), f"{name}_work_ms": max(self._work_ms)}

    def wheel_through(self, view: QListView, is_filled: Callable[[], bool]) -> dict[str, float]:
        """Turn the wheel from the first row to the last, stopping some times on the way."""
        bar = view.verticalScrollBar()
        events = TURNS * TURN_MS / WHEEL_MS
        # A notch moves three steps; as many notches per event as bring it to the end in time.
        notches = bar.maximum() / (events * 3 * bar.singleStep())
        fills_ms = []

        def wheel() -> None:
            for _ in range(TURNS):
                self._turn(view, notches)
                fills_ms.append(self.wait_until(is_filled, FILL_LIMIT_MS))
                self.wait(200)

        found = self.watch("wheel", wheel)
        return found | {
            "wheel_p99_ms": sorted(self._gaps_ms)[int(len(self._gaps_ms) * 0.99)],
            "fill_ms": max(fills_ms),
            "share_passed": 100 * bar.value() / bar.maximum(),
        }

    def _turn(self, view: QListView, notches: float) -> None:
        viewport = view.viewport()
        place = QPointF(viewport.rect().center())
        turner = QTimer()
        turner.setTimerType(Qt.TimerType.PreciseTimer)

        def send() -> None:
            event = QWheelEvent(
                place,
                QPointF(viewport.mapToGlobal(place)),
                QPoint(),
                QPoint(0, -round(120 * notches)),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QCoreApplication.sendEvent(viewport, event)

        turner.timeout.connect(send)
        turner.start(WHEEL_MS)
        self.wait(TURN_MS)
        turner.stop()

    def _tick(self) -> None:
        now, last = _clocks(), self._last
        self._gaps_ms.append((now[0] - last[0]) * 1000)
        self._work_ms.append((now[1] - last[1]) * 1000)
        self._last = now


def _clocks() -> tuple[float, float]:
    """Return seconds that went by, and seconds that this thread computed."""
    return time.perf_counter(), time.thread_time()


if __name__ == "__main__":
    main()
