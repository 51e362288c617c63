"""Numbers as they are written, and texts that can be read in light and dark."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QProxyStyle, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.state.shared.notices import Notice
from explorer.views.common.page import Page
from explorer.views.common.theme import faint, format_number, make_quiet_text_readable
from explorer.views.filter.steps.card import OFF_TEXT_SHARE
from explorer.views.window.notice_bar import NoticeBar
from tests.support.windows import make_window

ROLES = QPalette.ColorRole


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (2.034e-4, "0.000203"),
        (-9.996e-4, "−0.001"),
        (9.99e-5, "0.0000999"),
        (1.5e-6, "0.0000015"),
        (2.034e-7, "2.03e−07"),
        (0.12345, "0.123"),
        (-12345.6, "−12,346"),
        (123456.7, "123,457"),
        (1.5e6, "1.50e+06"),
    ],
)
def test_numbers_have_three_digits_and_powers_of_ten_only_where_zeros_would_be_many(number, text):
    assert format_number(number) == text


def luminance(color: QColor) -> float:
    """Return the relative luminance of WCAG 2.2."""
    shares = (color.redF(), color.greenF(), color.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mix(covering: QColor, behind: QColor) -> QColor:
    """Return what is seen where a colour covers another by its alpha."""
    share = covering.alphaF()
    pairs = zip(covering.getRgbF()[:3], behind.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*(share * top + (1 - share) * below for top, below in pairs))


def contrast(text: QColor, behind: QColor) -> float:
    brighter, darker = sorted((luminance(mix(text, behind)), luminance(behind)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


class Scheme(QProxyStyle):
    """Fusion in the colours that it has in a light or a dark scheme, whatever the platform's is."""

    def __init__(self, text: str, window: str, base: str) -> None:
        super().__init__("Fusion")
        self._colors = {
            ROLES.WindowText: text,
            ROLES.Text: text,
            ROLES.ButtonText: text,
            ROLES.Window: window,
            ROLES.Base: base,
        }

    def polish(self, polished: QPalette | QWidget | QApplication) -> QPalette | None:
        if not isinstance(polished, QPalette):
            return super().polish(polished)
        for role, color in self._colors.items():
            polished.setColor(role, QColor(color))
        polished.setColor(ROLES.PlaceholderText, faint(QColor(self._colors[ROLES.Text]), 0.5))
        return polished


LIGHT = ("#000000", "#efefef", "#ffffff")
DARK = ("#f0f0f0", "#323232", "#242424")


@pytest.fixture
def own_look(qapp: QApplication) -> Iterator[QApplication]:
    """Give the application back as it was."""
    name = qapp.style().name()
    qapp.setPalette(QPalette())  # a journey before may have left the program's own
    yield qapp
    qapp.setPalette(QPalette())
    qapp.setStyle(name)


def contrasts(palette: QPalette) -> list[float]:
    quiet = palette.color(ROLES.PlaceholderText)
    return [contrast(quiet, palette.color(role)) for role in (ROLES.Window, ROLES.Base)]


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_quiet_texts_can_be_read(own_look: QApplication, colors: tuple[str, str, str]):
    own_look.setStyle(Scheme(*colors))
    assert min(contrasts(own_look.palette())) < 4.6  # as Qt has it
    make_quiet_text_readable()
    palette = QLabel().palette()
    assert palette.color(ROLES.Window) == QColor(colors[1])
    assert min(contrasts(palette)) >= 4.5


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_a_step_that_is_off_can_be_read_on_a_chosen_card(
    own_look: QApplication, colors: tuple[str, str, str]
):
    own_look.setStyle(Scheme(*colors))
    palette = own_look.palette()
    text, window = palette.color(ROLES.WindowText), palette.color(ROLES.Window)
    for covering in (faint(palette.color(ROLES.Highlight), 0.35), faint(text, 0.12)):
        assert contrast(faint(text, OFF_TEXT_SHARE), mix(covering, window)) >= 4.5


@pytest.mark.parametrize("is_warning", [False, True])
@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_a_notice_can_be_read_and_closed(
    own_look: QApplication, qtbot: QtBot, colors: tuple[str, str, str], is_warning: bool
):
    own_look.setStyle(Scheme(*colors))
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(500, 200)
    bar = NoticeBar(window)
    window.show()
    bar.show_notice(Notice("Deleted.", is_warning=is_warning))
    close = next(one for one in bar.findChildren(QToolButton))
    sign, text = bar.findChildren(QLabel)
    seen = bar.grab().toImage()
    for part in (close, sign, text):
        inside = part.geometry()
        pixels = [
            seen.pixelColor(x, y)
            for x in range(inside.left(), inside.right())
            for y in range(inside.top(), inside.bottom())
        ]
        behind = max(set(map(QColor.rgb, pixels)), key=[one.rgb() for one in pixels].count)
        assert max(contrast(one, QColor(behind)) for one in pixels) >= 4.5


def test_they_follow_from_light_to_dark_and_back(own_look: QApplication, qtbot: QtBot):
    own_look.setStyle(Scheme(*LIGHT))
    make_quiet_text_readable()
    window = make_window(filter=Page)
    qtbot.addWidget(window)
    window.show_page("filter")
    window.show()
    for colors in (DARK, LIGHT):
        own_look.setStyle(Scheme(*colors))
        ground = QColor(colors[1])
        for widget in (window.page("filter"), window.statusBar()):
            qtbot.waitUntil(lambda: widget.palette().color(ROLES.Window) == ground)  # noqa: B023
            qtbot.waitUntil(lambda: min(contrasts(widget.palette())) >= 4.5)  # noqa: B023
    window.close()
