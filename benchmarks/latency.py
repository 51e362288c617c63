"""Measure the time from a kernel edit to the painted frame, beside a bare Qt repaint.

Two figures on a 500x375 colour photo made of noise: the 95th percentile of single edits, and the
largest event-loop gap, seen by a 10 ms timer, while 1,000 edits arrive as fast as the loop takes
them. The bare peer is a pyqtgraph ImageItem that shows ready bytes of the same size in a view of
the same size. Run it on an idle machine: `python benchmarks/latency.py [--runs 5]`, with
QT_QPA_PLATFORM=offscreen or on a display.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PIL import Image
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from explorer import paths
from explorer.app import Explorer
from explorer.state.filter_state import FilterState
from explorer.views.pages.filter_page import FilterPage

EDITS = 200
FLOOD = 1000
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
    """The times between the ticks of a 10 ms timer."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.largest_ms = 0.0
        self.timer = QTimer()
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self._tick)
        self.timer.start(TICK_MS)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.largest_ms = max(self.largest_ms, (now - self._last) * 1000)
        self._last = now


def wait(condition: Callable[[], bool]) -> None:
    """Let the event loop run until something holds."""
    deadline = time.monotonic() + 20
    while not condition():
        # Sleeps until something happens; with a time limit it would spin, and take the processor
        # from what it measures.
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.monotonic() > deadline:
            raise RuntimeError("nothing happened for 20 s")


def set_weight(state: FilterState, row: int, column: int, value: float) -> None:
    """Set one weight, as a stroke over one cell does."""
    assert state.settings.convolution is not None
    weights = state.settings.convolution.filter.kernels[0].weights.copy()
    weights[row, column] = value
    state.set_weights(0, weights)


def measure_edits(explorer: Explorer, watch: PaintWatch) -> list[float]:
    """Return the milliseconds from each edit to the end of the paint that shows it."""
    state, times = explorer.filter, []
    paints_before_result = 0

    def note() -> None:
        nonlocal paints_before_result
        paints_before_result = watch.count

    state.result_changed.connect(note)
    for number in range(EDITS):
        value = 1 + number % 7 + number / 1000
        started = time.perf_counter()
        set_weight(state, number % 3, 0, value)
        wanted = state.settings
        wait(
            lambda: (
                state.result is not None
                and state.result.settings is wanted  # noqa: B023
                and watch.count > paints_before_result
            )
        )
        times.append((time.perf_counter() - started) * 1000)
    state.result_changed.disconnect(note)
    return times


def measure_flood(explorer: Explorer) -> float:
    """Return the largest gap in milliseconds while 1,000 edits arrive."""
    state = explorer.filter
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


def measure_bare(size: tuple[int, int]) -> list[float]:
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
    pictures = [generator.integers(0, 256, (375, 500, 3), dtype=np.uint8) for _ in range(4)]
    times = []
    for number in range(EDITS):
        before = watch.count
        started = time.perf_counter()
        item.setImage(pictures[number % 4], autoLevels=False, levels=None)
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
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = folder
        photo = Path(folder) / "photo.png"
        pixels = np.random.default_rng(0).integers(0, 256, (375, 500, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(photo)
        application = QApplication([paths.APP_NAME])
        application.setStyle("Fusion")
        explorer = Explorer([photo], page="filter")
        explorer.window.show()
        page = explorer.window.page("filter")
        assert isinstance(page, FilterPage)
        wait(lambda: not explorer.is_busy)
        explorer.filter.set_source("color")
        wait(lambda: not explorer.is_busy)
        watch = PaintWatch(page.result.canvas)
        edits, floods, bares = [], [], []
        for _ in range(runs):
            edits.append(percentile_95(measure_edits(explorer, watch)))
            floods.append(measure_flood(explorer))
            bares.append(percentile_95(measure_bare((page.result.width(), page.result.height()))))
        explorer.window.close()
        explorer.close()
    edit, bare = statistics.median(edits), statistics.median(bares)
    print(f"500x375 in colour, 3x3 kernel, median of {runs}, {application.platformName()}")
    print(f"  kernel edit to painted frame, p95   {edit:6.1f} ms   (goal 33)")
    print(f"  bare setImage to painted frame, p95 {bare:6.1f} ms   ratio {edit / bare:.2f}")
    print(f"  largest gap in 1,000 edits          {statistics.median(floods):6.1f} ms   (goal 50)")


if __name__ == "__main__":
    main()
