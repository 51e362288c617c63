"""The facts of a kernel on the screen: numbers, picture, and no work while hidden."""

from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.core.kernels.kernel import Kernel
from explorer.core.layers.feature_grid import color_scale
from explorer.views.filter.kernel.analysis_panel import AnalysisPanel
from explorer.views.filter.kernel.frequency_view import FrequencyView

GX = Kernel("Gx", np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float))
BOX = Kernel("Box", np.full((8, 8), 1 / 64))
OUTLINE = Kernel("Outline", np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], float))


@pytest.fixture
def panel(qtbot: QtBot):
    panel = AnalysisPanel()
    qtbot.addWidget(panel)
    panel.resize(288, panel.sizeHint().height())
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.mark.parametrize(
    ("kernel", "sum_", "rank", "work"),
    [
        (
            GX,
            "0. Uniform areas become 0; only changes remain.",
            "1: separable, (1, 2, 1) × (−1, 0, 1)",
            "9 multiplications per value; 3 + 3 = 6 in two passes, column then row.",
        ),
        (
            BOX,
            "1. Uniform areas keep their brightness.",
            "1: separable, column × row.",
            "64 multiplications per value; 8 + 8 = 16 in two passes, column then row.",
        ),
        (
            OUTLINE,
            "0. Uniform areas become 0; only changes remain.",
            "2 (at most 3): not separable.",
            "9 multiplications per value; not separable.",
        ),
        (
            Kernel("Row", np.array([[0.5, 0.25, 0.25]])),
            "1. Uniform areas keep their brightness.",
            "1: already a single row.",
            "3 multiplications per value; separating would not reduce them.",
        ),
    ],
)
def test_the_facts_are_written(panel, kernel, sum_, rank, work):
    panel.show_kernel(kernel)
    assert panel.sum.text == sum_
    assert panel.rank.text == rank
    assert panel.work.text == work


def test_the_exact_numbers_are_in_the_tooltips(panel):
    panel.show_kernel(Kernel("k", np.array([[1 / 3, 1 / 3]])))
    assert float(panel.sum.toolTip()) == 1 / 3 + 1 / 3
    assert "0.333333333" in panel.rank.toolTip()


def test_hidden_it_does_nothing_and_catches_up_when_shown(panel):
    panel.show_kernel(GX)
    panel.hide()
    panel.show_kernel(BOX)
    assert panel.sum.text.startswith("0")
    panel.show()
    assert panel.sum.text.startswith("1")
    assert panel.frequencies.response.max() == pytest.approx(1)


class EventCount(QObject):
    """Counts the events of some widgets by their kind."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.counts: Counter[QEvent.Type] = Counter()
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.counts[event.type()] += 1
        return False


def test_another_kernel_lays_out_nothing_anew(qtbot: QtBot):
    window = QWidget()
    qtbot.addWidget(window)
    panel = AnalysisPanel()
    QVBoxLayout(window).addWidget(panel)
    panel.show_kernel(GX)
    window.show()
    qtbot.waitExposed(window)
    QApplication.sendPostedEvents()
    events = EventCount(window, panel)
    for painted, kernel in enumerate((BOX, OUTLINE, GX)):
        panel.show_kernel(kernel)
        qtbot.waitUntil(lambda painted=painted: events.counts[QEvent.Type.Paint] > 2 * painted)
    assert events.counts[QEvent.Type.LayoutRequest] == 0


def test_it_fits_the_inspector(panel):
    assert panel.minimumSizeHint().width() <= 288


@pytest.fixture
def view(qtbot: QtBot):
    view = FrequencyView()
    qtbot.addWidget(view)
    view.resize(288, view.sizeHint().height())
    view.show()
    qtbot.waitExposed(view)
    return view


def drawn(view, down, across):
    """Return the colour on the screen at a frequency given in shares of π."""
    image, rect = view.grab().toImage(), view.picture_rect()
    x = rect.left() + (across + 1) / 2 * (rect.width() - 1)
    y = rect.top() + (down + 1) / 2 * (rect.height() - 1)
    ratio = image.devicePixelRatio()
    color = image.pixelColor(round(x * ratio), round(y * ratio))
    return np.array([color.red(), color.green(), color.blue()])


def test_the_picture_shows_what_passes_bright_and_the_rest_dark(view):
    first, last = color_scale()[0], color_scale()[-1]
    view.show_kernel(BOX)
    np.testing.assert_allclose(drawn(view, 0, 0), last, atol=12)
    np.testing.assert_allclose(drawn(view, 1, 1), first, atol=12)
    view.show_kernel(GX)  # passes waves across of four pixels best, and no other direction
    np.testing.assert_allclose(drawn(view, 0, 0.5), last, atol=12)
    np.testing.assert_allclose(drawn(view, 0, -0.5), last, atol=12)
    np.testing.assert_allclose(drawn(view, 0.5, 0), first, atol=12)
    np.testing.assert_allclose(drawn(view, 0, 0), first, atol=12)


def test_pointing_tells_the_wave_and_what_passes(view):
    view.show_kernel(GX)
    rect = view.picture_rect()
    middle = QPointF(rect.left() + rect.width() / 2, rect.top() + rect.height() / 2)
    assert view.describe(middle) == "Constant areas: gain 0"
    aside = middle + QPointF(rect.width() / 4, 0)
    assert view.describe(aside) == "0.5 π horizontally, 0 π vertically, wavelength 4 pixels: gain 8"
    assert view.describe(QPointF(rect.right() + 30, 10)) == ""


def test_a_kernel_of_zeros_is_dark_all_over(view):
    view.show_kernel(Kernel("zeros", np.zeros((3, 3))))
    np.testing.assert_allclose(drawn(view, 0, 0), color_scale()[0], atol=2)
