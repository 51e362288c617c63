"""The bars of a prediction are measured against a track that is seen on any background."""

import pytest
from PySide6.QtGui import QColor, QPalette
from pytestqt.qtbot import QtBot

from explorer.core.models.prediction import Prediction
from explorer.core.text.percent import format_percent
from explorer.views.common.pictures.probability_bars import (
    BAR_HEIGHT_PX,
    ROW_HEIGHT_PX,
    ProbabilityBars,
)
from explorer.views.common.theme import class_color


@pytest.mark.parametrize(("window", "text"), [("#efefef", "#000000"), ("#323232", "#ffffff")])
def test_the_track_is_seen_in_the_light_and_in_the_dark(
    qtbot: QtBot, window: str, text: str
) -> None:
    bars = ProbabilityBars()
    qtbot.addWidget(bars)
    palette = QPalette(QColor(window))
    palette.setColor(QPalette.ColorRole.Window, QColor(window))
    palette.setColor(QPalette.ColorRole.Text, QColor(text))
    palette.setColor(QPalette.ColorRole.Mid, QColor(window).darker(130))  # as in Fusion's
    bars.setPalette(palette)
    bars.set_prediction(Prediction("a", ("cat", "dog"), (0.25, 0.75)))
    bars.resize(200, 2 * ROW_HEIGHT_PX)
    drawn = bars.grab().toImage()
    y = ROW_HEIGHT_PX - 3 - BAR_HEIGHT_PX // 2
    assert drawn.pixelColor(25, y) == class_color(0)
    track, behind = drawn.pixelColor(150, y), drawn.pixelColor(150, y + BAR_HEIGHT_PX // 2 + 3)
    assert behind == QColor(window)
    assert abs(track.lightness() - behind.lightness()) > 15


def test_of_many_classes_the_likeliest_have_bars(qtbot: QtBot) -> None:
    bars = ProbabilityBars()
    qtbot.addWidget(bars)
    names = tuple(f"breed {place:03} {'of a very long name ' * 9}" for place in range(120))
    shares = tuple((place * 7 % 120) / (119 * 60) for place in range(120))  # together 1
    bars.set_prediction(Prediction("a", names, shares))
    assert [place for place, _, _ in bars.rows] == sorted(range(120), key=lambda k: -shares[k])[:8]
    assert bars.sizeHint().height() <= 9 * ROW_HEIGHT_PX
    assert bars.minimumSizeHint().width() <= 320
    rest = format_percent(1 - sum(share for _, _, share in bars.rows))
    assert bars.accessibleName().endswith(f", 112 others {rest}")
    bars.grab()
    bars.set_prediction(Prediction("a", ("cat", "dog"), (0.25, 0.75)))
    assert [name for _, name, _ in bars.rows] == ["cat", "dog"]
