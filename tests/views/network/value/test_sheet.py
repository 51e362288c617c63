"""The parts of a value are drawn with their numbers in a narrow window as well."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from explorer.core.layers.arithmetic import ValueArithmetic
from explorer.views.network.value.sheet import ValueSheet

VALUES = np.arange(18.0).reshape(2, 3, 3)
FOUND = ValueArithmetic(
    how="sum", names=("channel 1", "channel 2"), values=VALUES, weights=np.full((2, 3, 3), 0.5)
)


@pytest.mark.parametrize("width", [520, 340, 240])
def test_every_number_is_at_its_place_and_none_lies_over_another(qtbot: QtBot, width: int) -> None:
    sheet = ValueSheet()
    qtbot.addWidget(sheet)
    sheet.resize(width, 600)
    sheet.show_value(FOUND, is_sorted=False)
    sheet.resize(width, sheet.minimumHeight())
    told = [
        sheet.text_at(QPointF(x, y))
        for y in range(0, sheet.height(), 6)  # no number is lower, or narrower
        for x in range(0, width, 4)
    ]
    wanted = {f"window: {value:g}" for value in VALUES.ravel()} | {"kernel: 0.5"}
    wanted |= {f"products: {value / 2:g}" for value in VALUES.ravel()}
    assert set(told) - {""} == wanted


def test_in_a_narrow_window_the_rows_are_higher_not_the_numbers_gone(qtbot: QtBot) -> None:
    sheet = ValueSheet()
    qtbot.addWidget(sheet)
    sheet.show_value(FOUND, is_sorted=False)
    heights = []
    for width in (520, 340, 240):
        sheet.resize(width, 600)
        sheet.show_value(None, is_sorted=False)
        sheet.show_value(FOUND, is_sorted=False)
        heights.append(sheet.minimumHeight())
    assert heights == sorted(set(heights))
