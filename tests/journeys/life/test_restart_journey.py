"""The program goes on at the next start from what was open."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from scipy.signal import convolve2d

from explorer import paths
from explorer.core.filters.document import to_json as settings_to_json
from explorer.core.filters.panel_layout import PanelLayout
from explorer.core.filters.panel_layout import to_json as layout_to_json
from explorer.core.filters.settings import single_filter
from explorer.core.kernels.brush import Brush
from explorer.core.kernels.presets import find_preset
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import (
    GX,
    LEFT,
    make_photo,
    mid_grey,
    middle,
    pick,
    type_number,
    wait_for,
    weights,
)
from tests.journeys.travel import drop, drop_files


def wait_for_picture(qtbot: QtBot, window: MainWindow, words: str) -> None:
    qtbot.waitUntil(lambda: window.picture_label.text().startswith(words))


def test_a_picture_named_within_a_folder_is_found_from_another(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "photo.png  30×20")
        assert window.picture_label.toolTip() == str(photo)
        actions = window.page("filter").menu_actions
        (copy,) = (one for one in actions if one.text().replace("&", "") == "Copy as Python")
        qtbot.waitUntil(copy.isEnabled)
        copy.trigger()
        assert ascii(str(photo)) in QGuiApplication.clipboard().text()

    monkeypatch.chdir(tmp_path)
    assert journey([photo.name], look) == 0
    monkeypatch.chdir(elsewhere)
    assert journey([], look) == 0


def test_a_picture_that_is_gone_is_named(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "photo.png  30×20")

    def look_again(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "chelsea.png")
        assert "“photo.png” no longer exists" in window.notice_bar.text

    assert journey([str(photo)], look) == 0
    photo.unlink()
    assert journey([], look_again) == 0


def test_a_picture_that_is_damaged_is_named(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "photo.png  30×20")

    def look_again(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "chelsea.png")
        assert "“photo.png” was not opened" in window.notice_bar.text

    assert journey([str(photo)], look) == 0
    photo.write_bytes(photo.read_bytes()[:40])
    assert journey([], look_again) == 0
    assert journey([str(photo)], look_again) == 0


def drop_pixels(window: MainWindow, pixels: np.ndarray) -> None:
    """Drop a picture without a file, as browsers give it."""
    height, width = pixels.shape[:2]
    mime = QMimeData()
    mime.setImageData(QImage(pixels, width, height, 3 * width, QImage.Format.Format_RGB888).copy())
    drop(window, mime)


def test_a_picture_without_a_file_comes_back_until_another_is_opened(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    first, last = (
        np.random.default_rng(seed).integers(0, 256, (24, 36, 3), dtype=np.uint8)
        for seed in range(2)
    )
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)
    kept = paths.user_state() / "picture.png"

    def drop_both(window: MainWindow) -> None:
        for pixels in (first, last):
            drop_pixels(window, pixels)
            wait_for_picture(qtbot, window, "dropped picture  36×24")

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "dropped picture  36×24")
        grey = last.astype(float) @ [0.299, 0.587, 0.114]
        wait_for(qtbot, window.page("filter"), mid_grey(convolve2d(grey, GX, "same")))

    def open_another(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "dropped picture  36×24")
        drop_files(window, [photo])
        wait_for_picture(qtbot, window, "photo.png")

    assert journey([], drop_both) == 0
    number = kept.stat().st_ino
    for _ in range(2):
        assert journey([], look) == 0
    assert kept.stat().st_ino == number  # a new write would be a new file
    assert journey(["--screenshot", str(tmp_path / "shot.png"), str(photo)]) == 0
    assert journey([], open_another) == 0
    assert not kept.exists()


def test_a_picture_without_a_file_that_is_gone_is_named(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def drop_one(window: MainWindow) -> None:
        drop_pixels(window, np.zeros((24, 36, 3), np.uint8))
        wait_for_picture(qtbot, window, "dropped picture")

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "chelsea.png")
        assert "“dropped picture” no longer exists" in window.notice_bar.text

    assert journey([], drop_one) == 0
    (paths.user_state() / "picture.png").unlink()
    assert journey([], look) == 0


def test_who_quits_at_once_finds_the_picture_all_the_same(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "dropped picture  36×24")

    assert journey([], lambda window: drop_pixels(window, np.zeros((24, 36, 3), np.uint8))) == 0
    assert journey([], lambda window: None) == 0  # before it has come back
    assert journey([], look) == 0


def make_pets(folder: Path) -> Path:
    """Make a dataset of two classes."""
    for label in ("cat", "dog"):
        (folder / label).mkdir(parents=True)
        for number in range(3):
            make_photo(folder / label / f"{number}.png", (8, 8), number)
    return folder


def choose_layer(window: MainWindow, name: str) -> None:
    table = window.page("network").table
    names = [table.model().index(row, 0).data() for row in range(table.model().rowCount())]
    place = table.visualRect(table.model().index(names.index(name), 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_the_model_its_layer_and_the_dataset_are_there_again(
    journey: Callable[..., int],
    qtbot: QtBot,
    tmp_path: Path,
    models_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(models_folder / "tiny", mine)
    make_pets(tmp_path / "pets")

    def open_all(window: MainWindow) -> None:
        drop_files(window, [mine])
        qtbot.waitUntil(lambda: window.page_name == "network")
        page = window.page("network")
        qtbot.waitUntil(lambda: page.table.model().rowCount() > 0, timeout=60_000)
        choose_layer(window, "conv_2")
        QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: window.page("dataset").pictures.count.text() == "6 of 6")

    def look(window: MainWindow) -> None:
        assert window.page_name == "dataset"
        page = window.page("dataset")
        qtbot.waitUntil(lambda: page.pictures.count.text() == "6 of 6")
        qtbot.waitUntil(lambda: "(mine)" in window.prediction_label.text(), timeout=20_000)
        QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
        network = window.page("network")
        qtbot.waitUntil(lambda: "conv_2" in network.maps.title.text(), timeout=60_000)
        choice = network.model.choice
        names = [choice.itemText(i) for i in range(choice.count())]
        assert names == ["keras-only", "tiny", "mine"]
        assert choice.currentText() == "mine"
        assert window.notice_bar.text == ""

    monkeypatch.chdir(tmp_path)
    assert journey(["--page", "dataset", "pets"], open_all) == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert journey([], look) == 0


def test_a_model_file_is_there_again_also_for_who_quits_at_once(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path, models_folder: Path
) -> None:
    mine = tmp_path / "mine.tflite"
    shutil.copy(models_folder / "tiny" / "model.tflite", mine)

    def look(window: MainWindow) -> None:
        choice = window.page("network").model.choice
        qtbot.waitUntil(lambda: choice.currentText() == "mine.tflite", timeout=20_000)
        assert window.notice_bar.text == ""

    assert journey(["--page", "network", str(mine)], look) == 0
    assert journey([], lambda window: None) == 0  # before it has been read
    assert journey([], look) == 0


def test_a_dataset_is_opened_again_only_when_its_page_is_seen(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from explorer.state.dataset import folder_scan

    pets, scanned = make_pets(tmp_path / "pets"), []
    scan = folder_scan.scan_dataset

    def open_pets(window: MainWindow) -> None:
        window.show_page("dataset")
        drop_files(window, [pets])
        qtbot.waitUntil(lambda: window.page("dataset").pictures.count.text() == "6 of 6")
        window.show_page("filter")

    def look_elsewhere(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "chelsea.png")
        qtbot.wait(100)
        assert scanned == []

    def look(window: MainWindow) -> None:
        window.show_page("dataset")
        qtbot.waitUntil(lambda: window.page("dataset").pictures.count.text() == "6 of 6")

    def miss(window: MainWindow) -> None:
        assert window.page_name == "dataset"
        qtbot.waitUntil(lambda: "“pets” was not opened" in window.notice_bar.text)
        assert window.page("dataset").empty.isVisible()

    def look_at_nothing(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "chelsea.png")
        assert window.page("dataset").empty.isVisible()
        assert window.notice_bar.text == ""

    assert journey([], open_pets) == 0
    with monkeypatch.context() as patch:
        patch.setattr(
            folder_scan,
            "scan_dataset",
            lambda folder, **words: scanned.append(folder) or scan(folder, **words),
        )
        assert journey([], look_elsewhere) == 0
    assert journey([], look) == 0
    shutil.rmtree(pets)
    assert journey([], miss) == 0
    assert journey([], look_at_nothing) == 0


def test_a_model_and_a_picture_that_are_gone_are_named_in_one_notice(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path, models_folder: Path
) -> None:
    mine, photo = tmp_path / "mine", make_photo(tmp_path / "photo.png", (20, 30), 1)
    shutil.copytree(models_folder / "tiny", mine)

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "photo.png")
        qtbot.waitUntil(lambda: "(mine)" in window.prediction_label.text(), timeout=20_000)

    def look_again(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "chelsea.png")
        assert window.notice_bar.text == (
            "The model “mine” no longer exists: tiny is used instead. "
            "“photo.png” no longer exists: a sample is shown instead."
        )
        qtbot.waitUntil(lambda: "(tiny)" in window.prediction_label.text(), timeout=20_000)

    assert journey([str(photo), str(mine), "--page", "filter"], look) == 0
    assert journey([], look) == 0
    photo.unlink()
    shutil.rmtree(mine)
    assert journey([], look_again) == 0


@pytest.mark.parametrize("given", ["folder", "pictures", "kernel", "damaged"])
def test_where_no_picture_is_asked_for_the_one_of_last_time_stays(
    given: str, journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)
    pets = make_pets(tmp_path / "pets")
    kernel, damaged = tmp_path / "kernel.csv", tmp_path / "damaged.png"
    kernel.write_text("1,2\n3,4\n")
    damaged.write_bytes(photo.read_bytes()[:40])
    words = {
        "folder": [pets],
        "pictures": [pets / "cat" / "0.png", pets / "dog" / "0.png"],
        "kernel": [kernel],
        "damaged": [damaged],
    }[given]

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "photo.png  30×20")
        assert ("“damaged.png” was not opened" in window.notice_bar.text) == (given == "damaged")

    assert journey([str(photo)], lambda window: wait_for_picture(qtbot, window, "photo.png")) == 0
    assert journey([str(word) for word in words], look) == 0
    assert journey(["--page", "filter"], lambda w: wait_for_picture(qtbot, w, "photo.png")) == 0


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_the_tools_of_the_filter_page_lie_as_they_were_left(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    photo = make_photo(tmp_path / "photo.png", (20, 30), 1)

    def lay_out(window: MainWindow) -> None:
        page = window.page("filter")
        panel = page.kernel_panel
        type_number(panel.brushes.strength, 25)
        type_number(panel.brushes.radius, 2)
        QTest.mouseClick(panel.kernel_size.link, LEFT)
        QTest.mouseClick(page.inspector.geometry_fold.header, LEFT)
        QTest.keyClick(page.arithmetic.speed_slider, Qt.Key.Key_Right)
        QTest.mouseClick(page.inspector.geometry_panel.dilation.link, LEFT)
        pick(qtbot, page.strip.add_button, "Max pooling")
        QTest.mouseClick(page.inspector.pooling_panel.stride.link, LEFT)
        QTest.mouseClick(page.strip.cards[0], LEFT)

    def look(window: MainWindow) -> None:
        page = window.page("filter")
        panel = page.kernel_panel
        assert (panel.brushes.brush.strength, panel.brushes.brush.radius) == (0.25, 2)
        assert panel.brushes.strength.value() == 25
        assert not panel.kernel_size.link.isChecked()
        geometry, pooling = page.inspector.geometry_panel, page.inspector.pooling_panel
        assert geometry.stride.link.isChecked()
        assert not geometry.dilation.link.isChecked()
        assert pooling.size_pair.link.isChecked()
        assert not pooling.stride.link.isChecked()
        assert page.inspector.geometry_fold.is_open
        assert not page.inspector.display_fold.is_open
        assert page.inspector.geometry_panel.output_size.text != ""
        assert page.arithmetic.speed_label.text() == "15 values/s"
        # And the hand feels it: the stroke is of that strength.
        QTest.mouseClick(panel.editor, LEFT, pos=middle(panel.editor, 1, 1))
        assert weights(page)[1][1] == 0.5

    assert journey([str(photo)], lay_out) == 0
    assert journey(["--page", "dataset"], lambda window: None) == 0  # it stays for later
    assert journey(["--page", "filter"], look) == 0


def test_where_a_folder_cannot_be_opened_the_dataset_of_last_time_stays(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    pets, empty = make_pets(tmp_path / "pets"), tmp_path / "empty"
    empty.mkdir()

    def look(window: MainWindow) -> None:
        qtbot.waitUntil(lambda: window.page("dataset").pictures.count.text() == "6 of 6")

    def look_again(window: MainWindow) -> None:
        look(window)
        assert window.notice_bar.text == "There are no pictures in “empty”."

    for words, steps in (([pets], look), ([empty], look_again), ([], look)):
        assert journey(["--page", "dataset", *map(str, words)], steps) == 0


def test_a_session_of_before_pages_noted_things_themselves_is_taken_up(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    document = settings_to_json(single_filter(find_preset("laplacian-4")))
    layout = layout_to_json(PanelLayout(Brush(strength=0.25), open_folds=("geometry",)))
    old = {
        "schema": 1,
        "page": "filter",
        "picture": str(make_photo(tmp_path / "photo.png", (20, 30), 1)),
        "is_inspector_shown": True,
        "geometry": "",
        "filter_document": document,
        "picture_name": "",
        "model": None,
        "layer": "conv_2",
        "dataset": str(make_pets(tmp_path / "pets")),
        "filter_look": layout,
    }
    paths.user_state().mkdir(parents=True)
    (paths.user_state() / "session.json").write_text(json.dumps(old), encoding="utf-8")

    def look(window: MainWindow) -> None:
        wait_for_picture(qtbot, window, "photo.png")
        page = window.page("filter")
        assert weights(page) == [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
        assert page.kernel_panel.brushes.brush.strength == 0.25
        assert page.inspector.geometry_fold.is_open
        window.show_page("dataset")
        qtbot.waitUntil(lambda: window.page("dataset").pictures.count.text() == "6 of 6")
        window.show_page("network")
        network = window.page("network")
        qtbot.waitUntil(lambda: "conv_2" in network.maps.title.text(), timeout=60_000)
        assert window.notice_bar.text == "" or "photo" not in window.notice_bar.text

    def look_again(window: MainWindow) -> None:
        window.show_page("filter")
        look(window)

    assert journey([], look) == 0
    assert journey([], look_again) == 0  # by now in the form of today


@pytest.mark.parametrize(
    "noted",
    [
        *("{", "3", '{"settings": "{", "layout": 5}', "[]"),
        pytest.param("[" * 100_000, id="nested too deeply"),
        '"/a\\u0000b"',
    ],
)
def test_what_a_page_noted_and_cannot_read_is_as_on_the_first_start(
    noted: str, journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    pages = dict.fromkeys(("filter", "dataset", "network", "classify", "gone"), noted)
    paths.user_state().mkdir(parents=True)
    session = {"schema": 1, "page": "gone", "pages": pages}
    (paths.user_state() / "session.json").write_text(json.dumps(session), encoding="utf-8")

    def look(window: MainWindow) -> None:
        assert window.page_name == "filter"
        assert weights(window.page("filter")) == GX.tolist()
        window.show_page("dataset")
        qtbot.wait(20)
        assert window.page("dataset").empty.isVisible()

    assert journey([], look) == 0
