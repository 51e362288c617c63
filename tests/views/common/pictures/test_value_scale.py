"""The scale below a picture is drawn in the picture's colours, between its two values."""

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from explorer.core.colors.colormaps import NEGATIVE_RGB, NEUTRAL_RGB, POSITIVE_RGB
from explorer.core.filters.display import show
from explorer.views.common.pictures.value_scale import ValueScale

VALUES = np.array([[-510.0, 0.0, 255.0]], np.float32)


@pytest.fixture
def scale(qtbot: QtBot) -> ValueScale:
    scale = ValueScale()
    qtbot.addWidget(scale)
    scale.resize(400, scale.sizeHint().height())
    return scale


def colors_along(scale: ValueScale) -> list[tuple[int, int, int]]:
    image = scale.grab().toImage()
    rgb = [image.pixelColor(x, image.height() // 2).getRgb() for x in range(image.width())]
    return [(red, green, blue) for red, green, blue, _ in rgb]


def has_ink(scale: ValueScale, image: QImage) -> bool:
    return len({image.pixel(x, y) for x in range(400) for y in range(image.height())}) > 1


def test_it_goes_from_blue_over_a_neutral_zero_to_orange(scale: ValueScale) -> None:
    scale.show_range(show(VALUES, "diverging", (-510, 510)))
    assert scale.ends == (-510, 510)
    assert scale.is_colored
    found = np.array(colors_along(scale))
    for color in (NEGATIVE_RGB, NEUTRAL_RGB, POSITIVE_RGB):
        assert np.abs(found - color).max(axis=1).min() <= 4, color
    blue, white, orange = (
        int(np.abs(found - color).sum(axis=1).argmin())
        for color in (NEGATIVE_RGB, NEUTRAL_RGB, POSITIVE_RGB)
    )
    assert blue < white < orange
    assert white - blue == pytest.approx(orange - white, abs=6)  # zero is in the middle
    assert scale.toolTip() == "From −510 (blue) through 0 (white) to 510 (orange)"


def test_greys_go_from_black_to_white(scale: ValueScale) -> None:
    scale.show_range(show(VALUES, "stretch"))
    assert scale.ends == (-510, 255)
    assert not scale.is_colored
    greys = [red for red, green, blue in colors_along(scale) if red == green == blue]
    assert min(greys) <= 4
    assert max(greys) >= 250
    assert scale.accessibleName() == "From −510 (black) to 255 (white)"


def test_three_channels_have_no_colours(scale: ValueScale) -> None:
    scale.show_range(show(np.dstack([VALUES] * 3), "diverging"))
    assert not scale.is_colored


def test_where_nothing_is_drawn_there_is_no_scale_but_its_room(scale: ValueScale) -> None:
    room = scale.sizeHint()
    scale.show_range(show(VALUES, "clip"))
    assert has_ink(scale, scale.grab().toImage())
    assert scale.sizeHint() == room
    scale.show_range(None)
    assert scale.ends is None
    assert not has_ink(scale, scale.grab().toImage())
    assert scale.sizeHint() == room
