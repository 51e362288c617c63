"""Measure the time from a kernel edit to the painted frame, beside a bare Qt repaint.

Two figures for each size of a colour photo made of noise: the 95th percentile of single edits, and
the largest event-loop gap, seen by a 10 ms timer, while 1,000 edits arrive as fast as the loop
takes them. The bare peer is a pyqtgraph ImageItem that shows ready bytes of the same size in a view
of the same size. Run it on an idle machine: `python benchmarks/latency.py [--runs 5]
[--minutes 10]`. Without a display it runs offscreen, and says so.
"""

import argparse
import gc
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PIL import Image
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from screens import take_offscreen_without_display
from waiting import wait

from explorer import paths
from explorer.app import Explorer, freeze_garbage_collector, tune_process
from explorer.state.filter.filter_state import FilterState
from explorer.views.filter.page import FilterPage

EDITS = 100
FLOOD = 1000
# Height and width, and the goal in milliseconds.
SHAPES = {(375, 500): 8.3, (1080, 1920): 33, (3000, 4000): 50}
TICK_MS = 10


class PaintWatch(QObject):
    """Says when a widget has been painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


class Gaps:
    """The times between the ticks of a 10 ms timer, and the most work of this thread in one."""

    def __init__(self) -> None:
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self.largest_ms = self.largest_work_ms = 0.0
        self.timer = QTimer()
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self._tick)
        self.timer.start(TICK_MS)

    def _tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.largest_ms = max(self.largest_ms, (now - self._last) * 1000)
        self.largest_work_ms = max(self.largest_work_ms, (worked - self._worked) * 1000)
        self._last, self._worked = now, worked


def set_weight(state: FilterState, row: int, column: int, value: float) -> None:
    """Set one weight, as a stroke over one cell does."""
    assert state.settings.convolution is not None
    weights = state.settings.convolution.filter.kernels[0].weights.copy()
    weights[row, column] = value
    state.set_weights(0, weights)


def measure_edits(explorer: Explorer, watch: PaintWatch) -> list[float]:
    """Return the milliseconds from each edit to the end of the first paint that shows it.

    Of a large picture that is the sample of what is seen; each edit waits for the whole result of
    the one before.
    """
    state, times = explorer.states.filter, []
    paints_before = 0
    is_shown = False

    def note() -> None:
        nonlocal paints_before, is_shown
        made = state.preview or state.result
        if made is not None and made.settings is state.settings and not is_shown:
            is_shown, paints_before = True, watch.count

    state.result_changed.connect(note)
    state.preview_changed.connect(note)
    for number in range(EDITS):
        value = 1 + number % 7 + number / 1000
        is_shown = False
        started = time.perf_counter()
        set_weight(state, number % 3, 0, value)
        wait(lambda: is_shown and watch.count > paints_before)  # noqa: B023
        times.append((time.perf_counter() - started) * 1000)
        wait(
            lambda: (
                state.result is not None
                and state.result.settings is state.settings
                and not state._request.is_busy
            )
        )
    state.result_changed.disconnect(note)
    state.preview_changed.disconnect(note)
    return times


def measure_flood(explorer: Explorer) -> float:
    """Return the largest gap in milliseconds while 1,000 edits arrive."""
    state = explorer.states.filter
    sent = 0

    def send() -> None:
        nonlocal sent
        set_weight(state, sent % 3, sent % 2, 1 + sent / 100)
        sent += 1

    source = QTimer()
    source.timeout.connect(send)
    gaps = Gaps()
    source.start(0)
    wait(lambda: sent >= FLOOD)
    source.stop()
    wait(lambda: not state.is_busy)
    gaps.timer.stop()
    return gaps.largest_ms


def measure_minutes(explorer: Explorer, minutes: float) -> tuple[float, float]:
    """Return megabytes grown and the largest gap in milliseconds at 1,000 edits a minute."""
    state = explorer.states.filter
    for number in range(50):
        set_weight(state, number % 3, 0, number)
        wait(lambda: not state.is_busy)
    before = resident_mb()
    sent = 0

    def send() -> None:
        nonlocal sent
        set_weight(state, sent % 3, sent % 2, 1 + sent / 100)
        sent += 1

    source, gaps = QTimer(), Gaps()
    source.setTimerType(Qt.TimerType.PreciseTimer)
    source.timeout.connect(send)
    source.start(60)
    ends = time.monotonic() + 60 * minutes
    wait(lambda: time.monotonic() > ends, limit_s=60 * minutes + 20)
    source.stop()
    gaps.timer.stop()
    wait(lambda: not state.is_busy)
    return resident_mb() - before, gaps.largest_ms


def resident_mb() -> float:
    """Return how much memory this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure_bare(size: tuple[int, int], shape: tuple[int, int]) -> list[float]:
    """Return the milliseconds that a bare ImageItem takes from setImage to the painted frame."""
    view = pg.GraphicsView()
    box = pg.ViewBox(lockAspect=True, invertY=True)
    item = pg.ImageItem(axisOrder="row-major")
    box.addItem(item)
    view.setCentralItem(box)
    view.resize(*size)
    view.show()
    watch = PaintWatch(view.viewport())
    generator = np.random.default_rng(1)
    pictures = [generator.integers(0, 256, (*shape, 3), dtype=np.uint8) for _ in range(2)]
    times = []
    for number in range(EDITS):
        before = watch.count
        started = time.perf_counter()
        item.setImage(pictures[number % 2], autoLevels=False, levels=None)
        wait(lambda: watch.count > before)  # noqa: B023
        times.append((time.perf_counter() - started) * 1000)
    view.close()
    return times


def percentile_95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return float(np.percentile(values, 95))


def main() -> None:
    """Print the medians over the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--minutes", type=float, default=0, help="then so long 1,000 edits a minute"
    )
    options = parser.parse_args()
    take_offscreen_without_display()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = folder
        application = QApplication([paths.APP_NAME])
        application.setStyle("Fusion")
        tune_process()
        platform = application.platformName()
        print(f"in colour, 3x3 kernel, median of {options.runs}, Qt platform {platform}")
        for shape, goal in SHAPES.items():
            measure_size(Path(folder), shape, goal, options.runs)
        if options.minutes:
            explorer = open_photo(Path(folder), (375, 500))
            grown, gap = measure_minutes(explorer, options.minutes)
            explorer.window.close()
            explorer.close()
            print(f"1,000 edits a minute for {options.minutes:g} minutes at 500x375")
            print(f"  memory grown        {grown:6.1f} MB   (goal 20)")
            print(f"  largest gap         {gap:6.1f} ms   (goal 50)")


def open_photo(folder: Path, shape: tuple[int, int]) -> Explorer:
    """Open the window on a photo made of noise, filtered in colour."""
    photo = folder / f"photo{shape[0]}.png"
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(photo, compress_level=1)
    explorer = Explorer([photo], page="filter", is_remembered=False)
    explorer.window.show()
    wait(lambda: not explorer.is_busy, limit_s=120)
    freeze_garbage_collector()
    explorer.states.filter.set_source("color")
    wait(lambda: not explorer.is_busy, limit_s=120)
    return explorer


def measure_size(folder: Path, shape: tuple[int, int], goal: float, runs: int) -> None:
    """Print the figures for one size of picture."""
    explorer = open_photo(folder, shape)
    page = explorer.window.page("filter")
    assert isinstance(page, FilterPage)
    watch = PaintWatch(page.result.canvas)
    edits, floods, bares = [], [], []
    for _ in range(runs):
        edits.append(percentile_95(measure_edits(explorer, watch)))
        floods.append(measure_flood(explorer))
        bares.append(
            percentile_95(measure_bare((page.result.width(), page.result.height()), shape))
        )
    explorer.window.close()
    explorer.close()
    edit, bare, flood = map(statistics.median, (edits, bares, floods))
    print(f"{shape[1]}x{shape[0]}")
    print(f"  kernel edit to the first painted frame, p95 {edit:6.1f} ms   (goal {goal:g})")
    print(f"  bare setImage to the painted frame, p95     {bare:6.1f} ms   ratio {edit / bare:.2f}")
    print(f"  largest gap in {FLOOD:,} edits                {flood:6.1f} ms   (goal 50)")


if __name__ == "__main__":
    main()
