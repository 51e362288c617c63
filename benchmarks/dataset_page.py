"""Measure the Dataset page with 25,000 pictures: what stops the hand, and what memory it takes.

    python benchmarks/dataset_page.py [--folder FOLDER] [--pictures 25000]

Pictures are those of FOLDER, or hard links to some that are made. A child process fills the
catalogue of the current model with made-up answers, and keeps a made-up map, so that no pass of
minutes is needed; only “a pass” is a real one, with another model. For each action, told are the
largest event-loop gap, seen by a 10 ms timer, and the most work of the window's thread between two
ticks: on a busy machine, the second is the one to go by. Without a display it runs offscreen.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from latency import Gaps, resident_mb
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QWidget
from screens import take_offscreen_without_display
from waiting import wait

from explorer import paths
from explorer.app import Explorer, freeze_garbage_collector, tune_process
from explorer.background.survey import Survey
from explorer.core.catalogue.records import FIGURES
from explorer.core.catalogue.store import Catalogue, FileState, KnownFile
from explorer.core.datasets.dataset import Dataset
from explorer.core.datasets.scan import scan_dataset
from explorer.core.embedding.map import Reduction
from explorer.core.embedding.map_file import KeptMap, write_map
from explorer.core.embedding.neighbours import find_nearest_of
from explorer.core.models.model import Model
from explorer.core.models.run_folder import read_run
from explorer.core.models.survey import Surveyed
from explorer.state.dataset.dataset_state import MOST_SIMILAR
from explorer.views.dataset.evaluation.part import EvaluationPart
from explorer.views.dataset.facets.range_facet import RangeFacetView
from explorer.views.dataset.facets.value_facet import ValueFacetView
from explorer.views.dataset.health.part import HealthPart
from explorer.views.dataset.map.part import MapPart
from explorer.views.dataset.page import DatasetPage

ORIGINALS = 200
FEATURES = 1280
DECIDED = 5000
PASS_MS = 20_000
LIMIT_S = 900
MAP_DIRECTORY = "maps"

Row = tuple[str, str, str, str]
"""What is told, its figures, and its goal."""


# The data.


def make_pictures(folder: Path, count: int) -> None:
    """Fill a folder with many names of a few pictures of two classes."""
    folder.mkdir()
    generator = np.random.default_rng(1)
    originals = []
    for number in range(min(ORIGINALS, count)):
        coarse = generator.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((500, 375), Image.Resampling.BICUBIC)
        originals.append(folder.parent / f"original {number}.jpg")
        picture.save(originals[-1], quality=90)
    for number in range(count):
        file = folder / f"{('cat', 'dog')[number % 2]}.{number // 2}.jpg"
        file.hardlink_to(originals[number % len(originals)])


def make_up(dataset: Dataset, classes: tuple[str, ...]) -> Surveyed:
    """Return answers for pictures, most of them right, and embeddings that lie by their label."""
    count, generator = len(dataset.samples), np.random.default_rng(2)
    labels = np.array([classes.index(one.label or classes[0]) for one in dataset.samples])
    scores = generator.normal(size=(count, len(classes)))
    scores[np.arange(count), labels] += 3
    shares = np.exp(scores)
    embeddings = generator.normal(size=(count, FEATURES)).astype(np.float32)
    embeddings += 2 * generator.normal(size=(len(classes), FEATURES)).astype(np.float32)[labels]
    usual = {
        "width": 500,
        "height": 375,
        "brightness": 0.5,
        "brightness_5": 0.1,
        "brightness_99": 0.9,
        "entropy": 7,
        "sharpness": 0.6,
        "aspect_ratio": 0.75,
        "is_grey": 0,
    }
    figures = np.array([usual[name] for name in FIGURES]) * generator.normal(
        1, 0.2, (count, len(FIGURES))
    )
    return Surveyed(
        digests=generator.integers(0, 256, (count, 32), dtype=np.uint8),
        probabilities=shares / shares.sum(axis=1, keepdims=True),
        novelty=generator.exponential(0.3, count).astype(np.float32),
        embeddings=np.maximum(embeddings, 0).astype(np.float16),
        figures=figures.astype(np.float32),
        hashes=generator.integers(1, 2**63, (count, 2), dtype=np.uint64),
        errors={},
    )


def fill(folder: Path, model: Model) -> None:
    """Fill the catalogue of a folder and a model, and keep a map."""
    dataset = scan_dataset(folder)
    survey = Survey(dataset, model)
    survey.load()
    survey.close()
    found = make_up(dataset, model.classes)
    files = {}
    for sample, digest in zip(dataset.samples, found.digests, strict=True):
        status = sample.path.stat()
        name = os.fsencode(sample.path.relative_to(folder))
        state = FileState(status.st_size, status.st_mtime_ns)
        files[name] = KnownFile(state, digest.tobytes(), "")
    catalogue = Catalogue(paths.user_catalogues(), survey.key, len(model.classes))
    catalogue.add(files, found)
    catalogue.close()
    reduction = Reduction.of(found.embeddings.astype(np.float32))
    reduced = reduction.apply(found.embeddings.astype(np.float32))
    positions = np.ascontiguousarray(reduced[:, :2])
    file = paths.user_cache() / MAP_DIRECTORY / f"{survey.key}.npz"
    write_map(file, KeptMap(found.digests, reduced, positions, reduction))


def fill_elsewhere(folder: Path, model: Model) -> None:
    """Do so in a process of its own: what it takes is not the window's."""
    words = [sys.executable, __file__, "--fill", str(model.path), "--folder", str(folder)]
    subprocess.run(words, check=True)


# The hand.


def wait_ms(duration: float) -> None:
    """Let the event loop run for a while."""
    timer = QTimer()
    timer.setSingleShot(True)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.start(round(duration))
    wait(lambda: not timer.isActive())


def click(widget: QWidget, spot: QPoint | None = None) -> None:
    """Click a widget with the left button."""
    where = widget.rect().center() if spot is None else spot
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)


def click_row(view: QAbstractItemView, row: int) -> None:
    """Click a row of a list or table."""
    click(view.viewport(), view.visualRect(view.model().index(row, 0)).center())


def choose(box: QComboBox, place: int) -> None:
    """Choose of a list as a person does, with the keys."""
    box.setFocus()
    steps = place - box.currentIndex()
    for _ in range(abs(steps)):
        QTest.keyClick(box, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
        wait_ms(100)


def drag(widget: QWidget, way: list[QPointF], *, is_pressed: bool = True) -> None:
    """Move the mouse over a widget, with the left button held or not."""
    spots = [spot.toPoint() for spot in way]
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    if is_pressed:
        QTest.mousePress(widget, left, none, spots[0])
    for spot in spots:
        QTest.mouseMove(widget, spot)
        wait_ms(12)
    if is_pressed:
        QTest.mouseRelease(widget, left, none, spots[-1])


def circle(widget: QWidget, share: float) -> list[QPointF]:
    """Return a way around the middle of a widget."""
    middle, radius = QPointF(widget.rect().center()), share * min(widget.width(), widget.height())
    turns = np.linspace(0, 2 * np.pi, 60)
    ways = zip((radius * np.cos(turns)).tolist(), (radius * np.sin(turns)).tolist(), strict=True)
    return [middle + QPointF(x, y) for x, y in ways]


def turn_wheel(view: QAbstractItemView) -> None:
    """Turn the wheel over a view, down and up again, for some seconds."""
    viewport = view.viewport()
    middle = QPointF(viewport.rect().center())
    for turned in range(240):
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
        wait_ms(8)


class Bench:
    """The window with the Dataset page, and what was measured in it."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.states = explorer.states
        self.rows: list[Row] = []
        page = explorer.window.page("dataset")
        assert isinstance(page, DatasetPage)
        self.page = page

    def during(self, what: str, act: Callable[[], None]) -> None:
        """Note the largest gap and the most work while something is done."""
        self.settle()
        gaps = Gaps()
        act()
        wait_ms(150)
        gaps.timer.stop()
        figures = f"{gaps.largest_ms:.0f}", f"{gaps.largest_work_ms:.0f}"
        self.tell(what, *figures, "50 ms")

    def tell(self, what: str, figure: str, work: str, goal: str) -> None:
        """Note a figure, and print it at once."""
        self.rows.append((what, figure, work, goal))
        print(f"{what:<52}{figure:>9}{work:>8}{goal:>9}", flush=True)

    def settle(self) -> None:
        """Wait until nothing runs any more."""
        states = self.states

        def is_busy() -> bool:
            parts = (states.health, states.evaluation, states.thumbnails, states.survey)
            return states.pool.is_busy or any(part.is_busy for part in parts)

        wait(lambda: not is_busy(), limit_s=LIMIT_S)

    def open(self, folder: Path, *, is_known: bool = False) -> None:
        """Open a folder as if it was dropped, and wait until all of it is on the screen."""
        self.explorer.open_router.open([folder])
        state = self.states.dataset
        wait(lambda: state.dataset is not None and state.dataset.folder == folder, limit_s=LIMIT_S)
        wait(lambda: not is_known or state.embedding is not None, limit_s=LIMIT_S)
        wait(lambda: not self.states.thumbnails.is_busy, limit_s=LIMIT_S)

    # What is done.

    def search(self) -> None:
        """Type into the search, letter by letter, and take it back."""
        field = self.page.pictures.search
        click(field)
        for letter in "cat.12":
            QTest.keyClicks(field, letter)
            wait_ms(60)
        for _ in "cat.12":
            QTest.keyClick(field, Qt.Key.Key_Backspace)
            wait_ms(60)

    def use_facets(self) -> None:
        """Open every facet, click its values one after the other, and take them back."""
        panel = self.page.pictures.facets
        for name, fold in panel.folds.items():
            fold.set_open(is_open=True)
            wait_ms(50)
            view = panel.views[name]
            panel.ensureWidgetVisible(view)
            wait_ms(50)
            if isinstance(view, ValueFacetView):
                for row in range(min(view.list.values.rowCount(), 4)):
                    click_row(view.list, row)
                    wait_ms(80)
            else:
                assert isinstance(view, RangeFacetView)
                width, height = view.histogram.width(), view.histogram.height()
                drag(view.histogram, [QPointF(x, height / 2) for x in range(5, width - 5, 10)])
            self.states.dataset.choose(name, None)
            wait_ms(80)

    def sort(self) -> None:
        """Sort by everything, in both directions."""
        order = self.page.pictures.order
        for place in [*range(order.box.count()), 0]:
            choose(order.box, place)
            click(order.turn)
            wait_ms(150)
        self.states.dataset.sort("name")

    def drag_threshold(self) -> None:
        """Click a cell of the matrix, then drag the threshold from one end to the other."""
        part = self.page.part_of(EvaluationPart)
        part.matrix.cell_chosen.emit(0, 1)
        wait_ms(150)
        slider = part.threshold.slider
        slider.setSliderDown(True)
        for value in [*range(500, 1001, 5), *range(1000, -1, -10), *range(0, 501, 10)]:
            slider.setSliderPosition(value)
            wait_ms(5)
        slider.setSliderDown(False)
        self.states.evaluation.set_threshold(None)
        self.states.dataset.clear_pick()

    def use_map(self) -> None:
        """Hover over the map, zoom, and draw lassos."""
        view = self.page.part_of(MapPart).map
        drag(view, circle(view, 0.2) + circle(view, 0.1), is_pressed=False)

    def lasso(self) -> None:
        """Draw around points, a few and then many."""
        view = self.page.part_of(MapPart).map
        for share in (0.1, 0.2, 0.45):
            drag(view, circle(view, share))
            wait_ms(200)
        self.states.dataset.clear_pick()

    def choose_kinds(self) -> None:
        """Click each kind of issue."""
        part = self.page.part_of(HealthPart)
        for row in range(len(self.states.health.lists)):
            click_row(part.kinds, row)
            wait_ms(200)
        self.states.dataset.clear_pick()

    def change_threshold(self) -> None:
        """Let a kind begin elsewhere, until it lists very many pictures."""
        health = self.states.health
        for value in (0.4, 0.6, 0.99):
            health.set_threshold("blurry", value)
            wait(lambda: not health.is_busy, limit_s=LIMIT_S)
            wait_ms(100)
        health.choose("blurry")
        wait_ms(300)
        health.reset_thresholds()
        wait(lambda: not health.is_busy, limit_s=LIMIT_S)
        self.states.dataset.clear_pick()

    def select(self, count: int) -> None:
        """Select the first pictures of the grid, as with Shift and the mouse."""
        grid = self.page.grid
        grid.setFocus()
        QTest.keyClick(grid, Qt.Key.Key_Home)
        self.states.dataset.select(np.arange(count), 0)
        wait_ms(150)

    def decide(self) -> None:
        """Exclude what is selected, relabel it, and take both back."""
        grid, decisions = self.page.grid, self.states.decisions
        QTest.keyClick(grid, Qt.Key.Key_X)
        wait_ms(300)
        assert len(decisions.decisions) >= DECIDED, len(decisions.decisions)
        decisions.relabel(self.states.dataset.selected.tolist(), "dog")
        wait_ms(300)
        decisions.undo_stack.undo()
        wait_ms(300)
        decisions.undo_stack.undo()
        wait_ms(300)
        assert not decisions.decisions

    def run_pass(self) -> None:
        """Run a pass for a while, scrolling, and cancel it."""
        self.states.survey.start()
        ends = time.monotonic() + PASS_MS / 1000
        while time.monotonic() < ends and self.states.survey.is_running:
            turn_wheel(self.page.grid)
        self.states.survey.cancel()


def measure(bench: Bench, folder: Path, small: Path) -> None:
    """Open the folder, do everything, and print what that took."""
    states, page = bench.states, bench.page
    model = states.models.current
    assert model is not None
    bench.open(small)
    bench.settle()
    before = resident_mb()
    bench.during("opening, nothing known", lambda: bench.open(folder))
    assert states.dataset.dataset is not None
    print(f"  {len(states.dataset.dataset.samples):,} pictures")
    bench.open(small)
    fill_elsewhere(folder, model)
    took: list[float] = []

    def open_again() -> None:
        started = time.perf_counter()
        bench.open(folder, is_known=True)
        took.append(time.perf_counter() - started)

    bench.during("opening again, all known", open_again)
    bench.tell("opening again, until all is on the screen, s", f"{took[0]:.2f}", "", "2 s")
    bench.settle()
    bench.tell("memory then, grown by, MB", f"{resident_mb() - before:.0f}", "", "150")
    bench.during("scrolling the grid", lambda: turn_wheel(page.grid))
    bench.during("typing into the search", bench.search)
    bench.during("clicking facets", bench.use_facets)
    bench.during("sorting", bench.sort)
    bench.during("showing Evaluation", lambda: page.show_part("evaluation"))
    bench.during("dragging the threshold", bench.drag_threshold)
    bench.during("showing the map", lambda: page.show_part("map"))
    bench.during("hovering over the map", bench.use_map)
    bench.during("lassoing", bench.lasso)
    embedding = states.dataset.embedding
    assert embedding is not None
    times = []
    for place in range(10):
        started = time.perf_counter()
        find_nearest_of(embedding, embedding[place], MOST_SIMILAR)
        times.append((time.perf_counter() - started) * 1000)
    bench.tell("similar pictures, exact, median, ms", f"{np.median(times):.0f}", "", "100 ms")
    bench.tell("memory then, grown by, MB", f"{resident_mb() - before:.0f}", "", "150")

    def show_health() -> None:
        page.show_part("health")
        wait(lambda: states.health.is_whole and not states.health.is_busy, limit_s=LIMIT_S)

    bench.during("showing Health, until all is found", show_health)
    bench.tell("memory then, grown by, MB", f"{resident_mb() - before:.0f}", "", "150")
    bench.during("choosing kinds", bench.choose_kinds)
    bench.during("changing a threshold of Health", bench.change_threshold)
    bench.during(f"selecting {DECIDED:,}", lambda: bench.select(DECIDED))
    bench.during(f"deciding about {DECIDED:,}, and undo", bench.decide)
    page.show_part("pictures")
    other = next(one for one in states.models.models if one != model)
    bench.during("another model", lambda: states.models.choose(other))
    bench.during("a pass, while scrolling", bench.run_pass)
    bench.settle()
    bench.tell("memory in the end, grown by, MB", f"{resident_mb() - before:.0f}", "", "150")
    bench.during("opening a small folder", lambda: bench.open(small))
    bench.settle()
    wait_ms(1_000)
    bench.tell("memory with the small one, grown by, MB", f"{resident_mb() - before:.0f}", "", "50")


def main() -> None:
    """Print the figures of one run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="a folder of pictures")
    parser.add_argument("--pictures", type=int, default=25_000, help="how many are made")
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fill is not None:
        fill(options.folder, Model.of_run(read_run(options.fill)))
        return
    take_offscreen_without_display()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        for place in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[place] = str(home / "home")
        folder, small = options.folder, home / "small"
        if folder is None:
            folder = home / "many" / "pictures"
            folder.parent.mkdir()
            make_pictures(folder, options.pictures)
        (home / "few").mkdir()
        small = home / "few" / "pictures"
        make_pictures(small, 2)
        application = QApplication([paths.APP_NAME])
        application.setStyle("Fusion")
        tune_process()
        explorer = Explorer(page="dataset", is_remembered=False)
        explorer.window.resize(1280, 720)
        explorer.window.show()
        wait(lambda: not explorer.is_busy, limit_s=120)
        freeze_garbage_collector()
        print(f"Qt platform {application.platformName()}")
        print(f"{'':<52}{'gap, ms':>9}{'work':>8}{'goal':>9}")
        try:
            measure(Bench(explorer), folder.absolute(), small)
        finally:
            explorer.window.close()
            explorer.close()


if __name__ == "__main__":
    main()
