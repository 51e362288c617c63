"""The keyboard on the Filter page: the way of the Tab key, and what letters do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import LEFT, choose, make_photo, pick

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (40, 60), 5)


def test_the_tab_key_goes_the_way_of_the_eye(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        panel, inspector = page.kernel_panel, page.inspector
        pick(qtbot, page.strip.add_button, "Convolution")
        pick(qtbot, panel.parametric_button, "Sobel")
        pick(qtbot, panel.parametric_button, "Gabor")
        start = page.arithmetic.speed_slider
        start.setFocus(Qt.FocusReason.TabFocusReason)
        passed: list[QWidget] = [start]
        while len(passed) < 100:
            QTest.keyClick(passed[-1], Qt.Key.Key_Tab)
            focused = QApplication.focusWidget()
            assert focused is not None
            if focused is start:
                break
            passed.append(focused)
        sliders = [
            widget for row in panel.parametric.rows.values() for widget in (row.slider, row.box)
        ]
        assert len(sliders) > 6
        wanted = [
            start,
            page.strip.cards[1],
            page.strip.add_button,
            panel.preset,
            panel.editor,
            panel.parametric_button,
            *sliders,
            inspector.geometry_fold.header,
            inspector.display_fold.header,
        ]
        assert [widget for widget in passed if widget in wanted] == wanted

    assert journey([str(photo)], steps) == 0


def test_c_goes_to_the_next_plane_where_values_are_followed_and_chooses_elsewhere(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        inspector, panel = page.inspector, page.inspector.display_panel
        choose(inspector.geometry_fold, inspector.geometry_panel.source, "color")
        choose(inspector.display_fold, panel.choice, "abs")
        qtbot.waitUntil(lambda: page.result.pixels is not None and page.result.pixels.ndim == 3)
        headlines: list[str] = []
        show = page.arithmetic.show_value

        def note(*values: object, place: str, **others: object) -> None:
            headlines.append(place)
            show(*values, place=place, **others)

        page.arithmetic.show_value = note
        page.result.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(page.result, Qt.Key.Key_Right)
        assert "red channel" in headlines[-1]
        QTest.keyClick(page.result, Qt.Key.Key_C)
        assert "green channel" in headlines[-1]
        page.arithmetic.play_button.setFocus()
        QTest.keyClick(page.arithmetic.play_button, Qt.Key.Key_C)
        assert "blue channel" in headlines[-1]
        assert page.arithmetic.plane_button.text() == "Blue channel"
        for plane in ("red", "green", "blue"):
            QTest.mouseClick(page.arithmetic.plane_button, LEFT)
            assert f"{plane} channel" in headlines[-1]
        page.pictures.left.emit()  # the mouse, on its way to the button
        assert page.arithmetic.plane_button.isVisible()
        QTest.keyClick(page.result, Qt.Key.Key_Left)
        panel.choice.setFocus()
        QTest.keyClick(panel.choice, Qt.Key.Key_C)
        assert panel.choice.key == "clip"
        assert "blue channel" in headlines[-1]

    assert journey([str(photo)], steps) == 0


def test_the_full_screen_presents_with_larger_text_and_kernel(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        card, label = page.strip.input_card, window.picture_label

        def sizes() -> tuple[int, ...]:
            large = page.kernel_panel.editor.cell_rect(1, 1).height()
            return label.fontMetrics().height(), card.height(), page.inspector.width(), large

        qtbot.waitUntil(lambda: page.result.pixels is not None)
        before = sizes()
        for leave in (Qt.Key.Key_F11, Qt.Key.Key_Escape):
            QTest.keyClick(window, Qt.Key.Key_F11)
            qtbot.waitUntil(
                lambda: all(new > old for new, old in zip(sizes(), before, strict=True))
            )
            assert window.isFullScreen()
            assert page.strip.add_button.height() == card.height()
            QTest.keyClick(window, leave)
            qtbot.waitUntil(lambda: sizes() == before)
            assert not window.isFullScreen()
        QTest.keyClick(window, Qt.Key.Key_F11)
        qtbot.waitUntil(lambda: sizes() != before)

    size = QApplication.font().pointSizeF()
    assert journey([str(photo)], steps) == 0
    assert QApplication.font().pointSizeF() == size
