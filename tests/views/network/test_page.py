"""What the Network page shows, and what mouse and keys do there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPalette, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QWidget,
)
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.images.read import picture_from_pixels, read_picture
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.feature_grid import (
    FeatureGridImage,
    Scale,
    choose_columns,
    tile_feature_maps,
    tile_layer,
)
from explorer.core.layers.layers import FeatureMaps, LayerInfo, ReceptiveField
from explorer.core.models.requests import DescribeLayers, ReadArchitecture
from explorer.core.network.lessons import NetworkLesson
from explorer.core.text.percent import format_percent
from explorer.errors import ModelError
from explorer.state.network.layer_tree import SHARE_ROLE, Column, LayerTree
from explorer.state.network.network_state import NetworkState
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from explorer.views.common.controls.focus_ring import FocusRing
from explorer.views.common.images import pixels_of
from explorer.views.common.model_panel import ModelPanel
from explorer.views.common.theme import format_number
from explorer.views.network.commands import list_lessons
from explorer.views.network.maps.feature_grid import FeatureGrid
from explorer.views.network.maps.part import STARTING
from explorer.views.network.page import NetworkPage
from explorer.views.network.spec import NETWORK
from tests.support.held_worker import HeldWorker
from tests.support.tiny_runs import make_paper_run

LAYERS = (
    LayerInfo(
        *("conv_1", "Conv2D", (24, 24, 5), 140, "5 filters of 3×3, relu"),
        multiply_adds=20_160_000,
        receptive_field=ReceptiveField((3, 3), (1.0, 1.0), (-1, -1)),
    ),
    LayerInfo(
        *("pool_1", "MaxPooling2D", (12, 12, 5), 0),
        receptive_field=ReceptiveField((4, 4), (2.0, 2.0), (-1, -1)),
    ),
    LayerInfo(
        *("dense_1", "Dense", (1_234,), 860),
        multiply_adds=1_240,
        receptive_field=ReceptiveField((24, 24), (0.0, 0.0), (0, 0)),
    ),
    LayerInfo("probabilities", "Dense", (2,), 0, is_softmax=True),
)
MAPS = {
    layer.name: np.random.default_rng(number).normal(size=layer.output_shape).astype(np.float32)
    for number, layer in enumerate(LAYERS)
}


@dataclass
class Bench:
    """A page whose network process the test answers for."""

    page: NetworkPage
    state: NetworkState
    models: ModelState
    worker: HeldWorker
    qtbot: QtBot

    def answer_all(self) -> None:
        """Answer as a network would until nothing is asked any more."""

        def step() -> bool:
            for asked in list(self.worker.open):
                if isinstance(asked.request, (ReadArchitecture, DescribeLayers)):
                    self.worker.answer(Architecture("Keras", (), (), LAYERS))
                else:
                    name = asked.request.layer
                    layer = next(layer for layer in LAYERS if layer.name == name)
                    self.worker.answer(FeatureMaps(layer, MAPS[name]))
            return not self.state.is_busy

        self.qtbot.waitUntil(step)

    def show(self, layer: str) -> None:
        self.state.choose_layer(layer)
        self.answer_all()

    def point_at(self, index: int, row: int, column: int) -> QPoint:
        """Return where a value of a map lies on the page."""
        top, left = self.page.maps.grid.mosaic.origin_of(index)
        place = self.page.maps.grid.view.position_of(top + row, left + column)
        return self.page.maps.grid.view.mapTo(self.page, place.toPoint())


def make_page(qtbot: QtBot, state: NetworkState, models: ModelState, notices: Notices):
    page = NetworkPage(state, models, notices)
    models.model_changed.connect(lambda: state.set_model(models.current))
    page.resize(1200, 760)
    page.show()
    qtbot.addWidget(page)
    qtbot.waitExposed(page)
    state.set_model(models.current)
    return page


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    for name in ("first", "second"):
        make_paper_run(tmp_path / "models" / name)
    pool, worker, notices = TaskPool(), HeldWorker(), Notices()
    models = ModelState([tmp_path / "models"], notices, worker, pool)
    state = NetworkState(worker, lambda model: worker, pool, notices)  # type: ignore[arg-type]
    page = make_page(qtbot, state, models, notices)
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    state.set_picture(picture_from_pixels(pixels, "noise"))
    yield Bench(page, state, models, worker, qtbot)
    pool.close()


@pytest.fixture
def shown(bench: Bench) -> Bench:
    """Return a bench that shows the maps of conv_1."""
    bench.state.activate()
    bench.answer_all()
    return bench


def tile_for(page: NetworkPage, maps: np.ndarray, scale: Scale = "each") -> FeatureGridImage:
    """Lay maps out for the room that the page has for them."""
    aspect = page.maps.grid.width() / page.maps.grid.height()
    return tile_layer(FeatureMaps(LAYERS[0], maps), scale=scale, aspect=aspect)


def cell(bench: Bench, row: int, column: Column, role: int = Qt.ItemDataRole.DisplayRole):
    return bench.page.table.model().index(row, column).data(role)


def hover(widget: QWidget, place: QPoint) -> None:
    QTest.mouseMove(widget, place)


def key(bench: Bench, code: Qt.Key) -> None:
    bench.page.maps.grid.setFocus()
    QTest.keyClick(bench.page.maps.grid.view, code)


def test_while_the_process_starts_the_page_says_so_in_place(bench):
    bench.worker.set_status("starting")
    bench.state.activate()
    assert bench.page.maps.waiting.label.text() == STARTING
    bench.worker.set_status("working")
    assert bench.page.maps.waiting.label.text() == "Working…"
    bench.answer_all()
    assert bench.page.maps.waiting.isHidden()
    assert bench.page.maps.title.text() == "5 maps of 24×24, conv_1"


def test_no_sentence_is_cut_where_the_maps_are_narrow(shown):
    shown.page.resize(760, 560)
    title = next(
        t for t in shown.page.findChildren(QLabel) if t.text() == shown.page.maps.title.text()
    )
    failure = "“first/<b>.keras” was not opened: the file is damaged."
    shown.state.choose_layer("dense_1")
    shown.worker.fail(ModelError(failure))
    labels = shown.page.findChildren(QLabel)
    label = next(label for label in labels if label.text() == failure and label.isVisible())
    metrics = label.fontMetrics()
    shown.qtbot.waitUntil(lambda: 40 < label.width() < metrics.horizontalAdvance(failure))
    assert title.width() >= title.sizeHint().width()
    assert shown.page.maps.grid.geometry().right() >= label.geometry().right()
    assert " ".join(label.toolTip().split()) == failure
    # What is drawn has dots in its middle, as a plain label draws the shortened sentence.
    shortened = metrics.elidedText(failure, Qt.TextElideMode.ElideMiddle, label.width())
    assert "…" in shortened
    plain = QLabel(shortened, label.parentWidget())
    plain.setTextFormat(Qt.TextFormat.PlainText)
    plain.setForegroundRole(label.foregroundRole())
    plain.resize(label.size())
    plain.setAlignment(label.alignment())
    assert label.grab().toImage() == plain.grab().toImage()


def test_the_table_lists_the_layers(shown):
    rows = [[cell(shown, row, column) for column in Column] for row in range(len(LAYERS))]
    assert rows == [
        ["conv_1", "24×24×5", "140", "20.2\u00a0M", "3 / 1", "Conv2D"],
        ["pool_1", "12×12×5", "", "", "4 / 2", "MaxPooling2D"],
        ["dense_1", "1,234", "860", "1,240", "all", "Dense"],
        ["probabilities", "2", "", "", "", "Dense"],
    ]
    assert cell(shown, 2, Column.PARAMETERS, SHARE_ROLE) == pytest.approx(0.86)
    assert cell(shown, 2, Column.NAME, SHARE_ROLE) is None
    tooltip = cell(shown, 0, Column.NAME, Qt.ItemDataRole.ToolTipRole)
    assert tooltip.splitlines() == [
        "conv_1: Conv2D",
        "5 filters of 3×3, relu",
        "140 parameters, 14.0\u00a0% of all",
        "20,160,000 multiply-adds, >\u00a099.9\u00a0% of all",
        "Each value sees 3×3 pixels; its neighbour sees those 1 further.",
    ]


def test_the_bar_of_parameters_is_as_long_as_their_share(shown):
    table = shown.page.table
    table.clearSelection()
    image = table.viewport().grab().toImage()
    color = table.palette().color(QPalette.ColorRole.Highlight)
    lengths = []
    for row in range(len(LAYERS)):
        rect = table.visualRect(table.model().index(row, Column.PARAMETERS))
        line = rect.bottom() - 3
        ratio = image.devicePixelRatio()
        xs = range(round(rect.left() * ratio), round(rect.right() * ratio))
        lengths.append(sum(image.pixelColor(x, round(line * ratio)) == color for x in xs))
    assert lengths[1] == lengths[3] == 0
    assert lengths[0] / lengths[2] == pytest.approx(14 / 86, abs=0.03)


def test_a_click_on_a_row_shows_that_layer(shown):
    table = shown.page.table
    place = table.visualRect(table.model().index(1, Column.NAME)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert shown.state.layer == "pool_1"
    shown.answer_all()
    assert shown.page.maps.title.text() == "5 maps of 12×12, pool_1"
    expected = tile_for(shown.page, MAPS["pool_1"]).pixels
    np.testing.assert_array_equal(shown.page.maps.grid.view.pixels, expected)
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert shown.state.layer == "dense_1"


def table_width(bench: Bench) -> int:
    return bench.page.layer_view.width()


def test_the_table_leaves_most_of_the_room_to_the_maps_until_the_hand_decides(shown):
    page = shown.page
    page.resize(1400, 760)
    QCoreApplication.processEvents()
    shown.answer_all()
    short = table_width(shown)
    assert short == page.table.header().length() + 2 * page.table.frameWidth()
    long_names = (LAYERS[0], replace(LAYERS[1], name="x" * 80), *LAYERS[2:])

    def look_into_the_other(layers: tuple[LayerInfo, ...]) -> None:
        shown.models.choose(
            next(model for model in shown.models.models if model != shown.models.current)
        )
        for _ in range(2):  # what the file tells, then the framework
            shown.worker.answer(Architecture("Keras", (), (), layers))
        shown.answer_all()

    look_into_the_other(long_names)
    room = table_width(shown) + page.maps.grid.width()
    assert table_width(shown) == pytest.approx(0.45 * room, abs=2)
    page.resize(1000, 560)
    shown.qtbot.waitUntil(lambda: table_width(shown) + page.maps.grid.width() < room)
    assert page.maps.grid.width() >= 240
    page.resize(1400, 760)
    shown.qtbot.waitUntil(lambda: table_width(shown) + page.maps.grid.width() == room)
    shown.answer_all()
    look_into_the_other(LAYERS)
    assert table_width(shown) == short
    # Dragged, it stays where it was put.
    handle = page.findChild(QSplitter).handle(1)
    start = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(handle, start + QPoint(60, 0))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 0))
    dragged = table_width(shown)
    assert dragged == pytest.approx(short + 60, abs=8)
    shown.answer_all()
    look_into_the_other(long_names)
    assert table_width(shown) == dragged


def test_the_maps_are_laid_out_in_the_shape_of_their_room(shown):
    page = shown.page

    def columns() -> int:
        grid = page.maps.grid
        return choose_columns(5, (24, 24), grid.width() / grid.height())

    narrow = columns()
    assert page.maps.grid.mosaic.columns == narrow
    page.resize(1200, 420)
    shown.qtbot.waitUntil(lambda: page.maps.grid.mosaic.columns > narrow)
    assert page.maps.grid.mosaic.columns == columns()
    shown.show("dense_1")
    assert page.maps.grid.mosaic.pixels.shape == tile_for(page, MAPS["dense_1"]).pixels.shape


def test_the_row_follows_a_layer_chosen_elsewhere(shown):
    shown.show("dense_1")
    assert shown.page.table.currentIndex().row() == 2


@pytest.mark.parametrize(("index", "row", "column"), [(0, 0, 0), (3, 7, 20), (4, 23, 23)])
def test_hovering_tells_the_map_and_the_value(shown, index, row, column):
    canvas = shown.page.maps.grid.view.canvas
    place = canvas.mapFrom(shown.page, shown.point_at(index, row, column))
    hover(canvas, place)
    value = format_number(float(MAPS["conv_1"][row, column, index]))
    expected = f"Map {index + 1}, column {column}, row {row}: {value}"
    shown.qtbot.waitUntil(lambda: shown.page.maps.value.text() == expected)
    hover(canvas, QPoint(2, 2))  # beside the maps
    shown.qtbot.waitUntil(lambda: shown.page.maps.value.text().strip() == "")
    hover(canvas, place)
    shown.qtbot.waitUntil(lambda: shown.page.maps.value.text() == expected)
    QCoreApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert shown.page.maps.value.text().strip() == ""


def test_the_value_told_is_never_one_of_other_maps(shown):
    canvas = shown.page.maps.grid.view.canvas
    hover(canvas, canvas.mapFrom(shown.page, shown.point_at(3, 7, 20)))
    shown.qtbot.waitUntil(
        lambda: shown.page.maps.value.text().startswith("Map 4, column 20, row 7")
    )
    # Of the next picture, the value at that place.
    pixels = np.zeros((30, 40, 3), np.uint8)
    shown.state.set_picture(picture_from_pixels(pixels, "black"))
    shown.qtbot.waitUntil(lambda: bool(shown.worker.open))
    shown.worker.answer(FeatureMaps(LAYERS[0], np.full((24, 24, 5), 0.25, np.float32)))
    shown.answer_all()
    assert shown.page.maps.value.text() == "Map 4, column 20, row 7: 0.25"
    # In another layer something else lies under the mouse, and another model's maps are others.
    shown.show("pool_1")
    assert shown.page.maps.value.text().strip() == ""
    hover(canvas, QPoint(2, 2))
    hover(canvas, canvas.mapFrom(shown.page, shown.point_at(1, 3, 3)))
    shown.qtbot.waitUntil(lambda: shown.page.maps.value.text().startswith("Map 2, column 3, row 3"))
    shown.models.choose(
        next(model for model in shown.models.models if model != shown.models.current)
    )
    shown.answer_all()
    assert shown.page.maps.value.text().strip() == ""


def test_a_click_chooses_a_map_and_shows_it_large(shown):
    canvas = shown.page.maps.grid.view.canvas
    place = canvas.mapFrom(shown.page, shown.point_at(3, 12, 12))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    shown.qtbot.waitUntil(lambda: shown.state.map_index == 3)
    values = MAPS["conv_1"][:, :, 3]
    panel = shown.page.maps.map
    assert panel.title.text() == "Map 4 of 5, conv_1"
    largest = np.abs(values).max()  # of signed values, zero is in the middle
    assert (panel.scale.low, panel.scale.high) == (-largest, largest)
    mosaic = shown.state.shown.mosaic
    top, left = mosaic.origin_of(3)
    tile = mosaic.pixels[top : top + 24, left : left + 24]
    np.testing.assert_array_equal(panel.view.pixels, tile)


def test_a_dead_map_is_hatched_when_it_is_large_too(shown, monkeypatch):
    maps = MAPS["pool_1"].copy()
    maps[:, :, 1] = 0
    monkeypatch.setitem(MAPS, "pool_1", maps)
    shown.show("pool_1")
    shown.state.choose_map(1)
    panel, mosaic = shown.page.maps.map, shown.state.shown.mosaic
    assert "dead: 0 everywhere" in panel.title.text()
    np.testing.assert_array_equal(panel.view.pixels, mosaic.pixels_of(1))
    assert len(np.unique(panel.view.pixels.reshape(-1, 3), axis=0)) == 2  # lines


def test_arrow_keys_walk_over_the_maps(shown):
    assert shown.page.maps.grid.mosaic.columns == 2
    visited = []
    for code in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Down,
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,  # beyond the last map: stays
        Qt.Key.Key_Up,
        Qt.Key.Key_End,
        Qt.Key.Key_Left,
        Qt.Key.Key_Home,
        Qt.Key.Key_Left,
    ):
        key(shown, code)
        visited.append(shown.state.map_index)
    assert visited == [1, 3, 4, 4, 2, 4, 3, 0, 0]


def zoom_into(bench: Bench, index: int) -> None:
    """Turn the wheel over the middle of a map, until a few of its values fill the view."""
    view = bench.page.maps.grid.view
    place = view.canvas.mapFrom(bench.page, bench.point_at(index, 12, 12))
    for _ in range(8):
        event = QWheelEvent(
            QPointF(place),
            QPointF(view.canvas.mapToGlobal(place)),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.canvas, event)
    assert not view.sees_whole


def spot_seen(bench: Bench) -> tuple[int, int, int, float]:
    """Return which map, row and column is in the middle of the view, and the zoom."""
    grid = bench.page.maps.grid
    middle = grid.view.middle
    index, below, right = grid.mosaic.spot_of(middle.y(), middle.x())
    return index, round(below), round(right), round(grid.view.zoom, 3)


def test_maps_laid_out_anew_are_seen_as_before(shown):
    grid = shown.page.maps.grid
    shown.page.resize(1200, 760)
    shown.answer_all()
    zoom_into(shown, 3)
    before, columns = spot_seen(shown), grid.mosaic.columns
    assert before[0] == 3
    for size in ((1000, 800), (760, 900), (1500, 560)):
        shown.page.resize(*size)
        shown.answer_all()
        index, row, column, _ = spot_seen(shown)
        assert (index, row, column) == before[:3]
    assert grid.mosaic.columns != columns
    assert not grid.view.sees_whole


def test_maps_that_are_seen_whole_stay_so_when_laid_out_anew(shown):
    grid = shown.page.maps.grid
    for size in ((1000, 800), (760, 900), (1500, 560)):
        shown.page.resize(*size)
        shown.answer_all()
        assert grid.view.sees_whole
        width = grid.view.visible_rect.width() * grid.view.zoom
        height = grid.view.visible_rect.height() * grid.view.zoom
        assert max(width / grid.width(), height / grid.height()) > 0.9  # as large as it can be


def test_another_layer_and_back_shows_the_same_part_and_the_same_map(shown):
    zoom_into(shown, 3)
    shown.state.choose_map(3)
    before = spot_seen(shown)
    shown.show("pool_1")
    assert shown.page.maps.grid.view.sees_whole
    assert shown.state.map_index == 0
    shown.show("conv_1")
    assert spot_seen(shown) == before
    assert shown.state.map_index == 3
    key(shown, Qt.Key.Key_F)  # seen whole again, it stays so
    shown.show("pool_1")
    shown.show("conv_1")
    assert shown.page.maps.grid.view.sees_whole


def test_the_chosen_map_is_framed(bench, qtbot):
    grid = FeatureGrid()
    qtbot.addWidget(grid)
    grid.resize(400, 400)
    grid.show()
    grid.set_mosaic(tile_feature_maps(np.zeros((10, 10, 4), np.float32)))

    def is_framed(index: int) -> bool:
        """Say whether there is white in the gaps on all four sides of a map."""
        top, left = grid.mosaic.origin_of(index)
        image = grid.view.grab().toImage()

        def is_white(row: float, column: float) -> bool:
            place = grid.view.position_of(0, 0) + QPointF(column, row) * grid.view.zoom
            near = [(x, y) for x in range(-2, 3) for y in range(-2, 3)]
            spots = [QPoint(round(place.x()) + x, round(place.y()) + y) for x, y in near]
            return any(image.pixelColor(spot).lightness() > 240 for spot in spots)

        # The gap's middle lies one pixel before the first, and one after the last.
        middle_row, middle_column = top + 4.5, left + 4.5
        sides = [(top - 1, middle_column), (top + 10, middle_column)]
        sides += [(middle_row, left - 1), (middle_row, left + 10)]
        return all(is_white(*side) for side in sides)

    grid.set_chosen(3)
    assert [is_framed(index) for index in range(4)] == [False, False, False, True]
    grid.set_chosen(0)
    assert [is_framed(index) for index in range(4)] == [True, False, False, False]


def test_one_range_for_all_maps(shown):
    box = shown.page.maps.scale_choice
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    shown.answer_all()
    maps = MAPS["conv_1"]
    scale = shown.page.maps.map.scale
    assert (scale.low, scale.high) == (-np.abs(maps).max(), np.abs(maps).max())
    expected = tile_for(shown.page, maps, "all").pixels
    np.testing.assert_array_equal(shown.page.maps.grid.view.pixels, expected)


def test_units_are_shown_in_figures_and_outputs_by_their_class(shown):
    shown.show("dense_1")
    shown.state.choose_map(11)
    panel = shown.page.maps.map
    assert shown.page.maps.title.text() == "1,234 units, dense_1"
    assert panel.title.text() == "Unit 12, dense_1"
    assert panel.figure.text() == format_number(float(MAPS["dense_1"][11]))
    assert not panel.view.isVisible()
    shown.show("probabilities")
    shown.state.choose_map(1)
    assert panel.title.text() == "dog, probabilities"
    assert (panel.scale.low, panel.scale.high) == (0, 1)
    shown.show("conv_1")
    assert panel.figure.text() == ""
    assert panel.view.isVisible()


def test_the_model_is_described(shown):
    assert shown.page.model.about.text() == (
        "cat or dog: 75.0\u00a0% accuracy "
        "(95\u00a0% interval 67.0\u00a0% to 83.0\u00a0%) on 100 pictures that do not exist. "
        "1,000 parameters, 86.0\u00a0% of them in dense_1."
    )


def test_choosing_another_model_looks_into_it(shown):
    box = shown.page.model.choice
    assert [box.itemText(i) for i in range(box.count())] == ["first", "second"]
    current = shown.models.current.name
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up if current == "second" else Qt.Key.Key_Down)
    assert shown.models.current.name != current
    assert [asked.request.model.path for asked in shown.worker.open] == [shown.models.current.path]
    shown.answer_all()
    assert shown.state.shown.model == shown.models.current


def test_a_model_that_does_not_open_leaves_its_reason_and_a_way_to_try_again(bench):
    bench.state.activate()
    bench.worker.fail(ModelError("“first” was not opened: the file is damaged."))
    assert bench.page.maps.waiting.label.text() == "“first” was not opened: the file is damaged."
    button = next(b for b in bench.page.findChildren(QPushButton) if b.text() == "Try again")
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.isVisible()
    bench.answer_all()
    assert bench.page.maps.waiting.isHidden()


def test_without_a_model_the_page_says_how_to_get_one(qtbot, tmp_path, monkeypatch):
    made = make_paper_run(tmp_path / "elsewhere" / "mine")
    pool, worker, notices = TaskPool(), HeldWorker(), Notices()
    models = ModelState([tmp_path / "nothing"], notices, worker, pool)
    state = NetworkState(worker, lambda model: worker, pool, notices)  # type: ignore[arg-type]
    page = make_page(qtbot, state, models, notices)
    state.activate()
    button = next(b for b in page.findChildren(QPushButton) if "Open a model" in b.text())
    assert button.isVisible()
    assert not page.inspector.isEnabled()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *parts, **words: (str(made), ""))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert models.current.name == "mine"
    assert not button.isVisible()
    assert page.table.isVisible()
    assert [type(asked.request) for asked in worker.open] == [ReadArchitecture]
    pool.close()


def test_maps_are_saved_and_copied_value_by_value_and_the_figure_as_seen(
    shown: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    page, state = shown.page, shown.state
    suggested: list[str] = []

    def ask(parent: object, title: str, name: str, kinds: object) -> tuple[Path, int]:
        suggested.append(name)
        return tmp_path / f"{len(suggested)}.png", 0

    monkeypatch.setattr("explorer.views.network.maps.part.ask_where_to_save", ask)
    maps, figure = page.action("save_maps"), page.action("save_figure")
    for action in (maps, figure):
        action.trigger()
    shown.qtbot.waitUntil(lambda: (tmp_path / "1.png").is_file() and (tmp_path / "2.png").is_file())
    assert suggested == ["noise conv_1.png"] * 2
    written = read_picture(tmp_path / "1.png").picture
    np.testing.assert_array_equal(written, state.shown.mosaic.pixels)
    seen = read_picture(tmp_path / "2.png").picture
    assert seen.shape[1] == page.maps.grid.width()
    copy_maps, copy_figure = page.action("copy_maps"), page.action("copy_figure")
    copy_maps.trigger()
    np.testing.assert_array_equal(pixels_of(QGuiApplication.clipboard().image()), written)
    copy_figure.trigger()
    np.testing.assert_array_equal(pixels_of(QGuiApplication.clipboard().image()), seen)


def test_nothing_is_offered_before_there_are_maps(bench: Bench):
    actions = [one for one in bench.page.menu_actions if one.command.menu[0] != "View"]
    assert not any(action.isEnabled() for action in actions)
    bench.state.activate()
    bench.answer_all()
    assert all(action.isEnabled() for action in actions)


def test_keys_go_through_the_layers_and_leave_the_columns_where_they_are(shown):
    table = shown.page.table
    shown.page.resize(700, 560)
    shown.answer_all()
    bar = table.horizontalScrollBar()
    assert bar.maximum() > 0
    table.setFocus()
    for code, expected in (
        (Qt.Key.Key_End, "probabilities"),
        (Qt.Key.Key_Up, "dense_1"),
        (Qt.Key.Key_Home, "conv_1"),
        (Qt.Key.Key_Left, "conv_1"),
    ):
        QTest.keyClick(table, code)
        assert shown.state.layer == expected
        assert bar.value() == 0
    QTest.keyClick(table, Qt.Key.Key_Right)
    right = bar.value()
    assert right > 0
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert (shown.state.layer, bar.value()) == ("pool_1", right)
    shown.show("dense_1")  # chosen elsewhere, as by going back
    assert bar.value() == right


def test_what_tells_that_it_works_is_not_cut_where_the_maps_are_narrow(bench):
    bench.page.resize(740, 500)
    bench.worker.set_status("starting")
    bench.state.activate()
    bar = next(b for b in bench.page.findChildren(QProgressBar) if b.isVisible())
    place = bar.parentWidget()
    bench.qtbot.waitUntil(lambda: place.width() < 260)
    assert place.rect().contains(bar.geometry())
    assert bar.width() > 100


def test_a_class_may_have_any_name(qtbot, tmp_path):
    folder = make_paper_run(tmp_path / "models" / "strange")
    card = folder / "card.json"
    card.write_text(card.read_text().replace('"dog"', '"<b>dog"'))
    pool = TaskPool()
    panel = ModelPanel(ModelState([tmp_path / "models"], Notices(), HeldWorker(), pool))
    qtbot.addWidget(panel)
    about = next(label for label in panel.findChildren(QLabel) if "<b>dog" in label.text())
    assert about.textFormat() == Qt.TextFormat.PlainText
    pool.close()


def test_almost_all_does_not_read_as_all(shown):
    layer = next(layer for layer in LAYERS if layer.is_softmax)
    shown.state.choose_layer(layer.name)
    shown.worker.answer(FeatureMaps(layer, np.array([0.9999998, 2e-7], np.float32)))
    shown.qtbot.waitUntil(lambda: not shown.state.is_busy)
    assert shown.page.maps.map.figure.text() == format_percent(0.9999998)
    shown.state.choose_map(1)
    assert shown.page.maps.map.figure.text() == format_percent(2e-7)
    hover(shown.page.maps.grid.view.canvas, shown.page.maps.grid.view.position_of(0, 0).toPoint())
    shown.qtbot.waitUntil(
        lambda: shown.page.maps.value.text() == f"cat: {format_percent(0.9999998)}"
    )


def test_a_table_that_the_keys_came_to_shows_it(shown):
    table = shown.page.table
    shown.page.model.choice.setFocus()
    ring = next(r for r in table.findChildren(FocusRing))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert not ring.isVisible()
    QTest.keyClick(table, Qt.Key.Key_Tab)
    QTest.keyClick(shown.page.maps.grid.view, Qt.Key.Key_Backtab)
    assert table.hasFocus()
    assert ring.isVisible()
    assert ring.size() == table.size()


def test_many_layers_are_measured_once_and_no_number_is_cut(bench, monkeypatch):
    asked = []
    data = LayerTree.data
    monkeypatch.setattr(
        LayerTree, "data", lambda self, *cell: asked.append(cell) or data(self, *cell)
    )
    layer = LayerInfo("block_depthwise_relu", "BatchNormalization", (112, 112, 960), 1_536_000)
    layers = tuple(replace(layer, name=f"block_{number}_depthwise") for number in range(160))
    bench.state.activate()
    bench.worker.answer(Architecture("Keras", (), (), layers))
    assert len(asked) < 10 * len(layers) * len(Column)
    table, header = bench.page.table, bench.page.table.header()
    for width in (740, 1200):
        bench.page.resize(width, 560)
        for column in (Column.OUTPUT, Column.PARAMETERS):
            needed = max(table.sizeHintForColumn(column), header.sectionSizeHint(column))
            assert header.sectionSize(column) >= needed
    assert header.sectionSize(Column.NAME) > 130  # in full: the last column is beyond
    before = header.sectionSize(Column.OUTPUT)
    font = bench.page.font()
    font.setPointSizeF(2 * font.pointSizeF())
    bench.page.setFont(font)  # as a presentation does
    assert header.sectionSize(Column.OUTPUT) > 1.5 * before


def test_a_lesson_opens_its_model_and_layer_and_is_closed(shown: Bench, tmp_path: Path) -> None:
    page = shown.page
    lesson = NetworkLesson(
        "x", "A title", "It has {layer_parameters} of {parameters}.", "first", "dense_1", "maps",
        order="variance",
    )  # fmt: skip
    shown.models.choose(next(one for one in shown.models.models if one.name == "second"))
    shown.answer_all()
    assert page.lesson_bar.text == ""
    page.start_lesson(lesson)
    shown.answer_all()
    assert shown.models.current.name == "first"
    assert (shown.state.layer, shown.state.order) == ("dense_1", "variance")
    dense = next(layer for layer in LAYERS if layer.name == "dense_1")
    total = sum(layer.parameters for layer in LAYERS)
    expected = f"<b>A title.</b> It has {dense.parameters:,} of {total:,}."
    assert page.lesson_bar.text == expected
    QTest.mouseClick(page.lesson_bar.close_button, Qt.MouseButton.LeftButton)
    assert page.lesson_bar.text == ""
    page.start_lesson(lesson)
    assert page.lesson_bar.text == expected
    shown.models.choose(next(one for one in shown.models.models if one.name == "second"))
    shown.answer_all()
    assert page.lesson_bar.text == ""  # it speaks of another model


def test_the_lessons_button_and_the_palette_have_every_lesson(shown: Bench) -> None:
    menu = shown.page.lessons.menu()
    menu.aboutToShow.emit()
    titles = [lesson.title for lesson in list_lessons()]
    assert [action.text() for action in menu.actions()] == titles
    known = {command.name for command in NETWORK.commands()}
    assert {f"lesson_{lesson.key}" for lesson in list_lessons()} <= known


def test_the_pixels_that_a_value_sees_are_framed_on_the_picture(shown: Bench) -> None:
    page = shown.page
    field = ReceptiveField((5, 3), (1.0, 1.0), (-2, -1))
    layers = tuple(replace(layer, receptive_field=field) for layer in LAYERS)
    shown.state.architecture = replace(shown.state.architecture, layers=layers)
    page.maps.map.over.setChecked(True)
    canvas = page.maps.grid.view.canvas
    for (row, column), expected in (
        ((7, 20), QRectF(19, 5, 3, 5)),
        ((0, 0), QRectF(0, 0, 2, 3)),  # as far as it lies in the picture
    ):
        hover(canvas, canvas.mapFrom(page, shown.point_at(3, row, column)))
        start = f"Map 4, column {column}, row {row}"
        shown.qtbot.waitUntil(lambda start=start: page.maps.value.text().startswith(start))
        assert page.maps.map.view.windows == [expected]
    page.maps.map.over.setChecked(False)
    hover(canvas, canvas.mapFrom(page, shown.point_at(3, 9, 9)))
    shown.qtbot.waitUntil(lambda: page.maps.value.text().startswith("Map 4, column 9, row 9"))
    assert page.maps.map.view.windows == []


def test_the_filmstrip_leaves_a_low_window_to_the_maps(shown: Bench) -> None:
    page = shown.page
    assert page.maps.has_film
    page.resize(1200, 440)
    shown.qtbot.waitUntil(lambda: not page.maps.has_film)
    page.maps.toggle_film()  # by hand it is shown all the same
    assert page.maps.has_film
    page.resize(1200, 760)
    page.maps.toggle_film()
    page.resize(1200, 800)
    assert not page.maps.has_film  # which was hidden by hand
