"""Measure dropping 10,000 files on the Classify page, one in a hundred of them bad.

    python benchmarks/dropping.py [FOLDER] [--files 10000] [--compare]

Files are hard links to the pictures of FOLDER, or to some that are made. Told are the first result,
whether all are accounted for, how much the window's memory grows and what remains after clearing,
the largest event-loop gap in each phase, seen by a 10 ms timer, with the most work of the window's
thread between two ticks, and the time from dropping one photo to the painted answer. Without a
display it runs offscreen.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from latency import Gaps, PaintWatch, percentile_95, resident_mb
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from screens import take_offscreen_without_display
from waiting import wait

from explorer import paths
from explorer.app import Explorer, freeze_garbage_collector, tune_process
from explorer.state.classify.result_rows import LABEL_COLUMN, NAME_COLUMN, PROBABILITY_COLUMN
from explorer.views.classify.page import ClassifyPage

ORIGINALS = 200
ONE_IN = 100
SCROLL_MS = 3_000
PHOTOS = 40
LIMIT_S = 900


def make_files(folder: Path, source: Path | None, count: int) -> list[Path]:
    """Return many names of a few pictures, every hundredth of an empty file."""
    if source is None:
        originals, generator = [], np.random.default_rng(1)
        for number in range(ORIGINALS):
            coarse = generator.integers(0, 256, (12, 16, 3), dtype=np.uint8)
            picture = Image.fromarray(coarse).resize((500, 375), Image.Resampling.BICUBIC)
            originals.append(folder / f"original {number}.jpg")
            picture.save(originals[-1], quality=90)
    else:
        found = sorted(source.rglob("*.jpg"))[:ORIGINALS]
        originals = [folder / f"original {number}.jpg" for number in range(len(found))]
        for path, original in zip(found, originals, strict=True):
            original.write_bytes(path.read_bytes())
    files = [folder / f"photo {number}.jpg" for number in range(count)]
    for number, file in enumerate(files):
        if number % ONE_IN == ONE_IN - 1:
            file.touch()
        else:
            file.hardlink_to(originals[number % len(originals)])
    return files


Row = tuple[str, float, str]
"""What is told, its figure and its goal."""


def during(what: str, act: Callable[[], None]) -> list[Row]:
    """Return the largest gap and the most work in milliseconds while something is done."""
    gaps = Gaps()
    act()
    wait_ms(50)
    gaps.timer.stop()
    return [
        (f"largest gap while {what}, ms", gaps.largest_ms, "50"),
        ("  most work between two ticks", gaps.largest_work_ms, ""),
    ]


def wait_ms(duration: float) -> None:
    """Let the event loop run for a while."""
    ends = time.monotonic() + duration / 1000
    wait(lambda: time.monotonic() >= ends, limit_s=duration / 1000)


def turn_wheel(page: ClassifyPage) -> None:
    """Turn the wheel over the table, down and up again, for some seconds."""
    viewport = page.table.viewport()
    middle = QPointF(viewport.rect().center())
    ends, turned = time.monotonic() + SCROLL_MS / 1000, 0
    while time.monotonic() < ends:
        notches = -5 if turned // 60 % 2 == 0 else 5
        event = QWheelEvent(
            middle,
            viewport.mapToGlobal(middle),
            QPoint(0, 0),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.postEvent(viewport, event)
        turned += 1
        wait_ms(8)


def use_filter(page: ClassifyPage) -> None:
    """Type into the search, choose each kind of rows, and a least probability."""
    for text in ("1", "12", "photo 1", ""):
        page.filter.search.setText(text)
        wait_ms(200)
    for index in [*range(page.filter.kind.count()), 0]:
        page.filter.kind.setCurrentIndex(index)
        page.filter.kind.activated.emit(index)
        wait_ms(100)
    for share in (90.0, 0.0):
        page.filter.least.setValue(share)
        wait_ms(200)


def sort(page: ClassifyPage) -> None:
    """Sort by each column, in both directions."""
    for column in (NAME_COLUMN, LABEL_COLUMN, PROBABILITY_COLUMN, -1):
        for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
            page.table.sortByColumn(column, order)
            wait_ms(100)


def measure_one(explorer: Explorer, page: ClassifyPage, files: list[Path]) -> list[float]:
    """Return the milliseconds from dropping each photo to the paint that shows its answer."""
    state, times = explorer.states.classify, []
    watch = PaintWatch(page.card.verdict)
    for file in files:
        started = time.perf_counter()
        explorer.open_router.open_pictures([file], "classify")

        def has_answer(file: Path = file) -> bool:
            known = state.current
            return known is not None and known.path == str(file) and bool(page.card.verdict.text())

        wait(has_answer)
        shown = watch.count
        page.card.verdict.update()
        wait(lambda: watch.count > shown)  # noqa: B023
        times.append((time.perf_counter() - started) * 1000)
        wait(lambda: not explorer.is_busy)
    return times


def main() -> None:
    """Print the figures of one run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="a folder of pictures")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--compare", action="store_true", help="with a second model")
    options = parser.parse_args()
    take_offscreen_without_display()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for place in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            os.environ[place] = str(folder / "home")
        (folder / "files").mkdir()
        files = make_files(folder / "files", options.folder, options.files)
        application = QApplication([paths.APP_NAME])
        application.setStyle("Fusion")
        tune_process()
        explorer = Explorer(page="classify", is_remembered=False)
        explorer.window.show()
        wait(lambda: not explorer.is_busy, limit_s=120)
        freeze_garbage_collector()
        try:
            measure(explorer, files, is_compared=options.compare)
        finally:
            explorer.window.close()
            explorer.close()


def measure(explorer: Explorer, files: list[Path], *, is_compared: bool) -> None:
    """Drop the files, look at them, clear, and print what that took."""
    page, state = explorer.window.page("classify"), explorer.states.classify
    assert isinstance(page, ClassifyPage)
    if is_compared:
        state.compare_with(next(m for m in explorer.states.models.models if m != state.model))
    good = [file for file in files if file.stat().st_size][:PHOTOS]
    one = percentile_95(measure_one(explorer, page, good))
    state.clear()
    wait(lambda: not explorer.is_busy)
    before = resident_mb()

    def has_all() -> bool:
        return state.total_count == len(files) and not state.is_busy

    rows: list[Row] = [("one photo, drop to painted answer, p95, ms", one, "100")]
    started = time.perf_counter()
    first: list[float] = []

    def drop() -> None:
        explorer.open_router.open(files)
        wait(lambda: state.done_count > 0, limit_s=LIMIT_S)
        first.append(time.perf_counter() - started)
        wait_ms(1_000)

    rows += during("dropping", drop)
    rows.append(("first result, s", first[0], "1"))
    rows += during("scrolling, results coming", lambda: turn_wheel(page))
    rows += during("filtering, results coming", lambda: use_filter(page))
    rows += during("sorting, results coming", lambda: sort(page))
    rows += during("the rest comes", lambda: wait(has_all, limit_s=LIMIT_S))
    rows.append(("all results, s", time.perf_counter() - started, ""))
    rows.append(("rows with a class", state.done_count - state.failed_count, ""))
    rows.append(("rows with a reason", state.failed_count, f"{len(files) // ONE_IN}"))
    rows.append(("memory of the window, grown by, MB", resident_mb() - before, "150"))
    rows += during("scrolling", lambda: turn_wheel(page))
    rows += during("filtering", lambda: use_filter(page))
    rows += during("sorting", lambda: sort(page))
    rows += during("clearing", state.clear)
    state.undo_stack.clear()
    wait_ms(1_000)
    rows.append(("memory after clearing, grown by, MB", resident_mb() - before, "50"))
    print(f"{len(files):,} files, Qt platform {QApplication.platformName()}")
    for text, figure, goal in rows:
        print(f"{text:<46}{figure:>10,.2f}{goal:>9}")


if __name__ == "__main__":
    main()
