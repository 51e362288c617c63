"""A person sets geometry, display and range, follows a value, and asks what a kernel means."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot
from scipy.ndimage import convolve
from scipy.signal import convolve2d

from explorer.core.filters.explanation import add
from explorer.core.text.glossary import define
from explorer.views.common.controls.fold import Fold
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.theme import BEHIND_PICTURES
from explorer.views.filter.page import FilterPage
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import (
    GX,
    LEFT,
    choose,
    drag,
    drag_slider,
    grey_of,
    make_photo,
    mid_grey,
    middle,
    pick,
    redo,
    turn_wheel,
    type_number,
    undo,
    wait_for,
    weights,
)

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (60, 80), 7)


def open_by_mouse(fold: Fold) -> None:
    if not fold.is_open:
        QTest.mouseClick(fold.header, LEFT)
    assert fold.body.isVisible()


def test_every_border_a_dilation_a_channel_and_an_offset(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    # SciPy's names: what it calls “mirror” leaves the edge out, “reflect” repeats it.
    modes = {"zero": "constant", "replicate": "nearest", "reflect": "reflect", "wrap": "wrap"}

    def steps(window: MainWindow) -> None:
        inspector = window.page("filter").inspector
        page, geometry = window.page("filter"), inspector.geometry_panel
        choose(inspector.display_fold, inspector.display_panel.choice, "clip")
        open_by_mouse(inspector.geometry_fold)
        grey = grey_of(photo)
        for border, mode in modes.items():
            choose(inspector.geometry_fold, geometry.border, border)
            wait_for(qtbot, page, convolve(grey, GX, mode=mode))
        choose(inspector.geometry_fold, geometry.border, "zero")
        type_number(geometry.dilation.down, 3)
        spread = np.zeros((7, 7))
        spread[::3, ::3] = GX
        wait_for(qtbot, page, convolve2d(grey, spread, "same"))
        assert "(60 + 6 − 7) / 1⌋ + 1 = 60" in geometry.output_size.text
        type_number(geometry.dilation.down, 1)
        choose(inspector.geometry_fold, geometry.source, "green")
        type_number(geometry.offset, 40)
        with Image.open(photo) as image:
            green = np.asarray(image)[..., 1].astype(float)
        wait_for(qtbot, page, convolve2d(green, GX, "same") + 40)
        # Folded, the title says what is set.
        QTest.mouseClick(inspector.geometry_fold.header, LEFT)
        assert inspector.geometry_fold.header.summary == "same, zero"
        assert geometry.stride.down.toolTip().endswith(define("stride"))

    assert journey([str(photo)], steps) == 0


def test_an_impossible_geometry_says_why_in_the_place_of_the_result(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        inspector, geometry = page.inspector, page.inspector.geometry_panel
        shown = mid_grey(convolve2d(grey_of(photo), np.pad(GX, 1), "valid"))
        type_number(page.kernel_panel.kernel_size.down, 5)
        choose(inspector.geometry_fold, geometry.mode, "valid")
        wait_for(qtbot, page, shown)
        type_number(geometry.dilation.down, 16)
        qtbot.waitUntil(lambda: not geometry.sign.isHidden())
        reason = (
            "5×5 kernel (65×65 with dilation) does not fit into a picture of 60 rows and 80 columns"
        )
        assert reason in geometry.output_size.text
        qtbot.waitUntil(lambda: "does not fit" in page.result.reason)
        assert page.result.pixels is None
        assert page.scale.text == page.result.reason
        assert page.pictures.result_scale.ends is None
        undo(window)
        wait_for(qtbot, page, shown)
        assert geometry.sign.isHidden()
        assert "does not fit" not in page.scale.text

    assert journey([str(photo)], steps) == 0


def test_every_display_draws_signed_values_as_it_says(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        fold, panel = page.inspector.display_fold, page.inspector.display_panel
        exact = convolve2d(grey_of(photo), GX, "same")
        spread = exact.max() - exact.min()
        open_by_mouse(fold)
        for display, drawn in (
            ("clip", exact),
            ("abs", np.abs(exact)),
            ("offset", mid_grey(exact)),
            ("stretch", (exact - exact.min()) / spread * 255),
        ):
            choose(fold, panel.choice, display)
            wait_for(qtbot, page, drawn)
        choose(fold, panel.choice, "diverging")
        qtbot.waitUntil(lambda: page.result.pixels.ndim == 3)
        colors = page.result.pixels.astype(int)
        warm = colors[..., 0] - colors[..., 2]
        assert (warm[exact > 100] > 0).all()
        assert (warm[exact < -100] < 0).all()
        # Zero is neutral: as red as blue, and the lightest of all.
        middle = colors[np.abs(exact) < np.abs(exact).max() / 500]
        assert len(middle) > 0
        assert np.abs(middle[:, 0] - middle[:, 2]).max() <= 2
        assert middle.sum(axis=1).min() >= colors.sum(axis=2).max() - 6

    assert journey([str(photo)], steps) == 0


def test_a_stroke_does_not_change_how_values_are_drawn(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        editor, grey = page.kernel_panel.editor, grey_of(photo)
        wait_for(qtbot, page, mid_grey(convolve2d(grey, GX, "same")))
        # One touch: what swings about zero still does.
        QTest.mouseClick(editor, LEFT, pos=middle(editor, 0, 0))
        wait_for(qtbot, page, mid_grey(convolve2d(grey, weights(page), "same")))
        # A long one makes a relief of it, but only once it has ended.
        QTest.mousePress(editor, LEFT, pos=middle(editor, 0, 1))
        for place in ((0, 2), (1, 2), (2, 2), (2, 1), (2, 0)):
            QTest.mouseMove(editor, middle(editor, *place))
            wait_for(qtbot, page, mid_grey(convolve2d(grey, weights(page), "same")))
            assert page.inspector.display_fold.header.summary == "mid-grey = 0"
        QTest.mouseRelease(editor, LEFT, pos=middle(editor, 2, 0))
        wait_for(qtbot, page, convolve2d(grey, weights(page), "same"))
        assert page.inspector.display_fold.header.summary == "0 to 255"
        undo(window)
        wait_for(qtbot, page, mid_grey(convolve2d(grey, weights(page), "same")))
        # What was chosen stays, whatever is painted.
        fold, panel = page.inspector.display_fold, page.inspector.display_panel
        choose(fold, panel.choice, "abs")
        QTest.mouseClick(editor, LEFT, pos=middle(editor, 0, 0))
        wait_for(qtbot, page, np.abs(convolve2d(grey, weights(page), "same")))

    assert journey([str(photo)], steps) == 0


def test_each_step_keeps_its_display_and_range(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def build(window: MainWindow) -> None:
        page = window.page("filter")
        fold, panel = page.inspector.display_fold, page.inspector.display_panel
        exact = convolve2d(grey_of(photo), GX, "same")
        choose(fold, panel.choice, "clip")
        wait_for(qtbot, page, exact)
        type_number(panel.high, 500)
        wait_for(qtbot, page, exact / 500 * 255)
        pick(qtbot, page.strip.add_button, "ReLU")
        rectified = np.maximum(exact, 0)
        wait_for(qtbot, page, rectified)
        # What goes in looks as it did when it came out.
        np.testing.assert_allclose(page.original.pixels, np.clip(exact / 500 * 255, 0, 255), atol=1)
        assert page.pictures.original_scale.ends == (0, 500)
        panel.choice.setFocus()
        for key in (Qt.Key.Key_End, Qt.Key.Key_Up):  # by way of "diverging"
            QTest.keyClick(panel.choice, key)
        assert panel.choice.key == "stretch"
        stretched = rectified / rectified.max() * 255
        wait_for(qtbot, page, stretched)
        for card, drawn in ((0, exact / 500 * 255), (1, stretched), (0, exact / 500 * 255)):
            QTest.mouseClick(page.strip.cards[card], LEFT)
            wait_for(qtbot, page, drawn)
        assert (panel.choice.key, panel.fixed.isChecked()) == ("clip", True)
        # One step back after another, though another step was looked at in between.
        undo(window)
        assert page.state.settings.selected == 1
        assert page.state.settings.step.display == "diverging"
        undo(window)
        wait_for(qtbot, page, rectified)
        for drawn in (exact / 500 * 255, exact):
            undo(window)
            wait_for(qtbot, page, drawn)
        for drawn in (exact / 500 * 255, rectified):
            redo(window)
            wait_for(qtbot, page, drawn)
        redo(window)
        redo(window)
        wait_for(qtbot, page, stretched)

    def look_again(window: MainWindow) -> None:
        page = window.page("filter")
        shown = [(step.display, step.range) for step in page.state.settings.steps]
        assert shown == [("clip", (0, 500)), ("stretch", None)]

    assert journey([str(photo)], build) == 0
    assert journey([], look_again) == 0


def test_the_line_below_names_the_colours_that_are_there(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    said = {
        ("grey", "diverging"): "Blue = −780, white = 0, orange = 780. ",
        ("color", "diverging"): "Black = −780, mid-grey = 0, white = 780 (per channel). ",
        ("color", "clip"): "Black = 0, white = 255 (per channel). ",
        ("green", "abs"): "Black = 0, white = 255 (absolute value). ",
        ("grey", "clip"): "Black = 0, white = 255. ",
    }

    def check_scale(page: FilterPage, display: str, *, is_colored: bool) -> None:
        pictures = page.pictures
        assert pictures.original_scale.ends == (0, 255)
        ends = (-780, 780) if display == "diverging" else (0, 255)
        assert pictures.result_scale.ends == ends
        assert pictures.result_scale.is_colored is is_colored
        assert pictures.original.size() == pictures.result.size()

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        inspector, panel = page.inspector, page.inspector.display_panel
        for (source, display), sentence in said.items():
            choose(inspector.geometry_fold, inspector.geometry_panel.source, source)
            choose(inspector.display_fold, panel.choice, display)
            if display == "diverging":
                qtbot.waitUntil(lambda: panel.automatic.isChecked() and panel.high.text() != "780")
                type_number(panel.high, 780)
            qtbot.waitUntil(lambda text=sentence: page.scale.text.startswith(text))
            check_scale(page, display, is_colored=(source, display) == ("grey", "diverging"))

    assert journey([str(photo)], steps) == 0


def test_the_handles_of_the_histogram_are_dragged(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        panel, ends = page.inspector.display_panel, page.inspector.display_panel.histogram
        exact = convolve2d(grey_of(photo), GX, "same")
        open_by_mouse(page.inspector.display_fold)
        choose(page.inspector.display_fold, panel.choice, "clip")
        wait_for(qtbot, page, exact)
        # The axis spans all values once they are counted.
        qtbot.waitUntil(lambda: ends.position_of(exact.min()) > 0)
        height = ends.height() // 2
        for start, end in ((255, 120), (0, -80)):
            places = [round(ends.position_of(value)) for value in (start, (start + end) / 2, end)]
            drag(ends, *(QPoint(x, height) for x in places))
            qtbot.waitUntil(lambda end=end: min(abs(np.subtract(ends.ends, end))) < 12)
        low, high = ends.ends
        assert (low, high) == pytest.approx((-80, 120), abs=12)
        assert panel.fixed.isChecked()
        wait_for(qtbot, page, (exact - low) / (high - low) * 255)
        outside = np.mean((exact < low) | (exact > high))
        sentence = f"{outside * 100:.1f}\u00a0% of the values are clipped."
        qtbot.waitUntil(lambda: panel.clipping.text == sentence)
        assert sentence in page.scale.text
        # Each drag is one step back; then the range is automatic again.
        undo(window)
        qtbot.waitUntil(lambda: ends.ends == (0, high))
        undo(window)
        qtbot.waitUntil(panel.automatic.isChecked)
        wait_for(qtbot, page, exact)

    assert journey([str(photo)], steps) == 0


def test_the_arrow_keys_follow_a_value_and_enter_pins_it(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        exact = convolve2d(grey_of(photo), GX, "same")
        wait_for(qtbot, page, mid_grey(exact))
        page.result.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(page.result, Qt.Key.Key_Home, CONTROL)
        for key in (Qt.Key.Key_Right,) * 3 + (Qt.Key.Key_Down,) * 2:
            QTest.keyClick(page.result, key)
        (window_of_value,) = page.original.windows
        assert window_of_value.getRect() == (2, 1, 3, 3)
        *_, written = page.arithmetic.canvas.lines[-1].split()
        value = float(written.replace("−", "-").replace(",", ""))
        assert value == pytest.approx(exact[2, 3], abs=1e-2)
        # Pinned, it goes along with the keys, but not with the mouse.
        QTest.keyClick(page.result, Qt.Key.Key_Return)
        assert page.arithmetic.unpin_button.isEnabled()
        QTest.keyClick(page.result, Qt.Key.Key_Right)
        assert page.original.windows[0].getRect() == (3, 1, 3, 3)
        place = page.result.position_of(30, 40).toPoint()
        QTest.mouseMove(page.result.canvas, page.result.canvas.mapFrom(page.result, place))
        assert page.original.windows[0].getRect() == (3, 1, 3, 3)
        QTest.keyClick(page.result, Qt.Key.Key_Return)
        assert not page.arithmetic.unpin_button.isEnabled()

    assert journey([str(photo)], steps) == 0


def test_the_scores_are_added_up_off_the_window_s_thread(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def noted(numbers: np.ndarray) -> float:
        threads.append(threading.current_thread())
        return add(numbers)

    monkeypatch.setattr("explorer.core.filters.explanation.add", noted)

    def steps(window: MainWindow) -> None:
        page, canvas = window.page("filter"), window.page("filter").arithmetic.canvas
        grey, ramp = grey_of(photo), np.linspace(-1, 1, 80)
        pick(qtbot, page.strip.add_button, "Fully connected, softmax")
        qtbot.waitUntil(
            lambda: page.pictures.result_title.text.startswith("Contribution of each value")
        )
        page.result.setFocus(Qt.FocusReason.TabFocusReason)
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
            QTest.keyClick(page.result, key)
        qtbot.waitUntil(lambda: len(canvas.lines) == 4)  # they come a moment later
        response = convolve2d(grey, GX, "same")
        weights = np.broadcast_to(ramp / np.abs(ramp).sum() / 60 * 20, grey.shape)
        row, column = 31, 40  # right, down and left of the middle
        here = float(response[row, column] * weights[row, column] / 255)
        assert f"this pixel {here:+.3f}"[:16].replace("-", "−") in canvas.lines[1]
        # Once they are there, the mouse asks about one place after another.
        assert threads
        before = len(threads)
        for _ in range(5):
            QTest.keyClick(page.result, Qt.Key.Key_Right)
            assert len(canvas.lines) == 4
        assert len(threads) == before
        assert threading.main_thread() not in threads

    assert journey([str(photo)], steps) == 0


def test_a_double_click_fits_and_leaves_what_is_followed_as_it_was(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        wait_for(qtbot, page, mid_grey(convolve2d(grey_of(photo), GX, "same")))
        unpin = page.arithmetic.unpin_button

        def double_click(view: PictureView, row: int, column: int) -> None:
            place = view.canvas.mapFrom(view, view.position_of(row, column).toPoint())
            turn_wheel(view.canvas, place, 3)
            near = view.zoom
            QTest.mouseMove(view.canvas, place)
            QTest.mouseClick(view.canvas, LEFT, pos=place)  # a hand's double click begins so
            QTest.mouseDClick(view.canvas, LEFT, pos=place)
            QTest.mouseRelease(view.canvas, LEFT, pos=place)
            assert view.zoom < near / 1.2

        for view in (page.result, page.original):
            double_click(view, 30, 40)
            assert not unpin.isEnabled()
        # What was pinned before stays pinned, be the double click elsewhere or on it.
        place = page.result.canvas.mapFrom(page.result, page.result.position_of(10, 20).toPoint())
        QTest.mouseClick(page.result.canvas, LEFT, pos=place)
        assert unpin.isEnabled()
        (pinned,) = page.original.windows
        for row, column in ((30, 40), (10, 20)):
            double_click(page.result, row, column)
            assert unpin.isEnabled()
            assert page.original.windows == [pinned]

    assert journey([str(photo)], steps) == 0


def test_the_speed_slider_says_how_many_values_play_goes_on_by(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The clock of the walk stands still until the test moves it: what is counted is exact.
    seconds = [100.0]
    clock = SimpleNamespace(monotonic=lambda: seconds[0])
    monkeypatch.setattr("explorer.state.filter.sweep_state.time", clock)

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        panel, slider = page.arithmetic, page.arithmetic.speed_slider
        wait_for(qtbot, page, mid_grey(convolve2d(grey_of(photo), GX, "same")))

        def followed() -> int:
            """Return where in reading order the window of the value followed lies."""
            (area,) = page.original.windows
            return round(area.center().y() - 0.5) * 80 + round(area.center().x() - 0.5)

        def wait_a_second(speed: int) -> None:
            before = followed()
            seconds[0] += 1
            qtbot.waitUntil(lambda: followed() != before)
            assert followed() - before == speed
            assert page.result.reveal == followed() + 1

        def pixels_shown(*places: tuple[int, int]) -> list[bool]:
            """Return whether each place is painted as computed, or else is still covered."""
            image = page.result.grab().toImage()
            inks = [image.pixelColor(page.result.position_of(*place).toPoint()) for place in places]
            shown = [ink != BEHIND_PICTURES for ink in inks]
            for place, ink, is_shown in zip(places, inks, shown, strict=True):
                assert not is_shown or ink.getRgb()[:3] == (page.result.pixels[place],) * 3
            return shown

        QTest.mouseClick(panel.play_button, LEFT)
        assert followed() == 0
        assert panel.speed_label.text() == "8 values/s"
        wait_a_second(8)
        # Keys, while it plays: up, far up, and down again.
        slider.setFocus(Qt.FocusReason.TabFocusReason)
        for key, speed in (
            (Qt.Key.Key_Right, 15),
            (Qt.Key.Key_PageUp, 125),
            (Qt.Key.Key_Left, 60),
            (Qt.Key.Key_Home, 1),
        ):
            QTest.keyClick(slider, key)
            assert panel.speed_label.text() == f"{speed} value{'s' * (speed > 1)}/s"
            wait_a_second(speed)
        # The row above is complete, the one below not begun.
        assert divmod(followed(), 80) == (2, 49)
        places = (0, 5), (1, 75), (2, 40), (2, 60), (3, 5), (59, 75)
        assert pixels_shown(*places) == [True] * 3 + [False] * 3

        # The mouse: to the right is faster.
        speeds = []
        for share in (0.3, 0.6):
            drag_slider(slider, share)
            speeds.append(int(panel.speed_label.text().split()[0].replace(",", "")))
            wait_a_second(speeds[-1])
        assert 1 < speeds[0] < speeds[1]

        # The speed is kept through a pause, and play ends by itself at the last value.
        QTest.mouseClick(panel.play_button, LEFT)
        assert page.result.reveal is None
        paused = followed()
        seconds[0] += 5
        QTest.mouseClick(panel.play_button, LEFT)
        assert followed() == paused
        wait_a_second(speeds[1])
        QTest.keyClick(slider, Qt.Key.Key_End)
        assert panel.speed_label.text() == "50,000 values/s"
        seconds[0] += 1
        qtbot.waitUntil(lambda: page.result.reveal is None)
        assert followed() == 60 * 80 - 1
        assert pixels_shown(*places) == [True] * 6

    assert journey([str(photo)], steps) == 0


def test_far_zoomed_in_pixels_show_their_numbers(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        qtbot.waitUntil(lambda: page.result.pixels is not None)
        view = page.original

        def inks_of(image: QImage, row: int, column: int) -> set[int]:
            """Return the colours inside a pixel of the picture, as painted."""
            at, half = view.position_of(row, column).toPoint(), round(view.zoom / 2 - 3)
            spots = range(-half, half + 1)
            return {image.pixel(at.x() + x, at.y() + y) for x in spots for y in spots}

        before = view.zoom
        place = view.canvas.mapFrom(view, view.position_of(30, 40).toPoint())
        for _ in range(8):
            turn_wheel(view.canvas, place, 1)
        qtbot.waitUntil(lambda: view.zoom > max(40, before))
        assert view.zoom < 200
        # The pixel under the mouse stays there; the other picture goes along.
        moved = view.canvas.mapFrom(view, view.position_of(30, 40).toPoint()) - place
        assert moved.manhattanLength() < view.zoom
        assert page.result.zoom == pytest.approx(view.zoom, rel=1e-3)
        image = view.grab().toImage()
        assert len(inks_of(image, 30, 40)) > 3
        assert len(inks_of(image, 31, 41)) > 3
        view.set_values(None)
        image = view.grab().toImage()
        assert len(inks_of(image, 30, 40)) == 1

    assert journey([str(photo)], steps) == 0


def test_what_the_kernel_does_is_said_live(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        facts, editor = page.inspector.analysis_panel, page.kernel_panel.editor
        open_by_mouse(page.inspector.analysis_fold)
        assert facts.sum.text == "0. Uniform areas become 0; only changes remain."
        assert facts.rank.text == "1: separable, (1, 2, 1) × (−1, 0, 1)"
        assert "9 multiplications per value; 3 + 3 = 6" in facts.work.text
        # |H(u, v)| of Gx is the product of those of its column and its row.
        angles = np.linspace(-np.pi, np.pi, facts.frequencies.response.shape[0])
        expected = np.outer(2 + 2 * np.cos(angles), np.abs(2 * np.sin(angles)))
        np.testing.assert_allclose(facts.frequencies.response, expected, atol=1e-4)
        QTest.mouseClick(editor, LEFT, pos=middle(editor, 1, 1))
        assert facts.sum.text.startswith("0.2. Uniform areas keep 20 % of their brightness")
        assert facts.rank.text == "2 (at most 3): not separable."
        assert facts.frequencies.response.min() > 0
        assert facts.rank.toolTip() == define("separable")
        # What rounding leaves of a balanced kernel is written as 0.
        pick(qtbot, page.kernel_panel.parametric_button, "Gabor")
        pick(qtbot, page.kernel_panel.transform, "Normalise to sum 0")
        assert facts.sum.text.startswith("0. Uniform areas become 0")

    assert journey([str(photo)], steps) == 0


def test_on_a_small_screen_everything_is_reached_by_scrolling(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        window.resize(640, 400)
        qtbot.waitUntil(lambda: (window.width(), window.height()) == (640, 400))
        last = page.strip.cards[0]
        assert last.visibleRegion().boundingRect().height() < last.height()
        (area,) = (area for area in window.findChildren(QScrollArea) if area.isAncestorOf(page))
        turn_wheel(area.viewport(), QPoint(5, 5), -20)
        assert last.visibleRegion().boundingRect().height() == last.height()
        # Nothing lies over anything else.
        parts = (page.pictures, page.arithmetic, page.strip, page.inspector)
        places = [part.rect().translated(part.mapTo(page, QPoint())) for part in parts]
        for number, place in enumerate(places):
            assert not any(place.intersects(other) for other in places[:number])

    assert journey([str(photo)], steps) == 0


def test_a_pinned_value_goes_along_with_the_arrows_and_escape_lets_go(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        result, original, unpin = page.result, page.original, page.arithmetic.unpin_button
        wait_for(qtbot, page, mid_grey(convolve2d(grey_of(photo), GX, "same")))

        def place_of(row: int, column: int) -> QPoint:
            return result.canvas.mapFrom(result, result.position_of(row, column).toPoint())

        QTest.mouseClick(result.canvas, LEFT, pos=place_of(20, 30))
        result.setFocus()
        QTest.mouseMove(result.canvas, place_of(40, 50))  # the mouse leaves what is pinned alone
        QTest.keyClick(result, Qt.Key.Key_Right)
        QTest.keyClick(result, Qt.Key.Key_Down)
        assert result.windows == [QRectF(31, 21, 1, 1)]
        assert unpin.isEnabled()
        original.setFocus()
        QTest.keyClick(original, Qt.Key.Key_Left)
        assert result.windows == [QRectF(30, 21, 1, 1)]
        QTest.keyClick(original, Qt.Key.Key_Escape)
        assert not unpin.isEnabled()
        QTest.mouseMove(result.canvas, place_of(41, 51))
        assert result.windows == [QRectF(51, 41, 1, 1)]
        # Every pixel under one value is gone over.
        open_by_mouse(page.inspector.geometry_fold)
        type_number(page.inspector.geometry_panel.stride.down, 3)
        qtbot.waitUntil(lambda: result.pixels is not None and result.pixels.shape[0] == 20)
        original.setFocus()
        rows = []
        for _ in range(9):
            QTest.keyClick(original, Qt.Key.Key_Up)
            rows.append(result.windows[0].top())
        assert rows[0] - rows[-1] in (2, 3)

    assert journey([str(photo)], steps) == 0


def test_one_spot_is_compared_through_the_steps(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        result, strip = page.result, page.strip
        for entry in ("Max pooling", "ReLU"):
            pick(qtbot, strip.add_button, entry)
        qtbot.waitUntil(lambda: strip.cards[2].content.size == "40×30")
        QTest.mouseClick(strip.cards[0], LEFT)
        qtbot.waitUntil(lambda: result.pixels is not None and result.pixels.shape == (60, 80))
        place = result.canvas.mapFrom(result, result.position_of(20, 30).toPoint())
        turn_wheel(result.canvas, place, 15)
        qtbot.waitUntil(lambda: not result.sees_whole)
        spot = result.position_of(20, 30).toPoint()
        QTest.mouseClick(result.canvas, LEFT, pos=result.canvas.mapFrom(result, spot))
        assert page.result.windows == [QRectF(30, 20, 1, 1)]

        QTest.mouseClick(strip.cards[2], LEFT)
        qtbot.waitUntil(lambda: result.pixels is not None and result.pixels.shape == (30, 40))
        assert page.arithmetic.unpin_button.isEnabled()
        assert page.result.windows == [QRectF(15, 10, 1, 1)]
        # The value that pools this one and its neighbours lies around it.
        moved = result.position_of(10, 15) - QPointF(spot)
        assert moved.manhattanLength() < result.zoom
        QTest.mouseClick(strip.cards[0], LEFT)
        qtbot.waitUntil(lambda: result.pixels is not None and result.pixels.shape == (60, 80))
        assert (result.position_of(20, 30) - QPointF(spot)).manhattanLength() < 2
        assert page.arithmetic.unpin_button.isEnabled()

    assert journey([str(photo)], steps) == 0


def test_pictures_seen_whole_are_so_in_a_presentation_and_after_it(
    journey: Callable[..., int], qtbot: QtBot, tmp_path: Path
) -> None:
    large = make_photo(tmp_path / "large.png", (300, 450), 7)

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        view = page.original
        (area,) = (area for area in window.findChildren(QScrollArea) if area.isAncestorOf(page))

        def fills_its_room() -> bool:
            across, down = 450 / view.canvas.width(), 300 / view.canvas.height()
            return 0.95 < view.zoom * max(across, down) <= 1

        window.resize(1200, 760)
        pick(qtbot, page.lessons, "A tiny CNN layer")
        qtbot.waitUntil(lambda: page.result.pixels is not None and fills_its_room())
        for is_full in (True, False, True, False):
            QTest.keyClick(window, Qt.Key.Key_F11)
            qtbot.waitUntil(lambda: window.isFullScreen() is is_full)  # noqa: B023
            qtbot.wait(200)  # until all that depends on the text's size has it
            assert fills_its_room()
            # They give room before the page has to be scrolled.
            assert area.verticalScrollBar().maximum() == 0 or view.height() <= 160
        # What is zoomed in stays so.
        view.setFocus()
        for _ in range(8):
            QTest.keyClicks(view, "+")
        zoom = view.zoom
        window.resize(1300, 760)
        qtbot.waitUntil(lambda: window.width() == 1300)
        assert view.zoom == pytest.approx(zoom, rel=0.2)

    assert journey([str(large)], steps) == 0


def test_fitting_shows_all_of_both_pictures(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        size, mode = page.kernel_panel.kernel_size, page.inspector.geometry_panel.mode
        for box in (size.down, size.across):
            type_number(box, 31)
        choose(page.inspector.geometry_fold, mode, "valid")
        qtbot.waitUntil(
            lambda: page.result.pixels is not None and page.result.pixels.shape[0] == 30
        )
        assert page.original.visible_rect == QRectF(0, 0, 80, 60)
        choose(page.inspector.geometry_fold, mode, "full")
        qtbot.waitUntil(
            lambda: page.result.pixels is not None and page.result.pixels.shape[0] == 90
        )
        assert page.result.visible_rect == QRectF(0, 0, 110, 90)

    assert journey([str(photo)], steps) == 0
