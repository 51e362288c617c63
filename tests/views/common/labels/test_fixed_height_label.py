"""Text with room of its own says where it goes on."""

import pytest
from pytestqt.qtbot import QtBot

from explorer.views.common.labels.fixed_height_label import FixedHeightLabel


def test_of_several_lines_the_end_is_left_out(qtbot: QtBot) -> None:
    text = FixedHeightLabel("Colour scale", 2)
    qtbot.addWidget(text)
    text.resize(160, text.sizeHint().height())
    text.set_text("Black = −255, white = 255. 4.5 % of the values are clipped.")
    short = FixedHeightLabel("Colour scale", 2)
    qtbot.addWidget(short)
    short.resize(text.size())
    # What is drawn is some beginning of it with an ellipsis, and as long as there is room.
    words = text.text.split(" ")
    drawn = text.grab().toImage()
    matches = []
    for count in range(1, len(words)):
        short.set_text(" ".join(words[:count]) + "…")
        if short.grab().toImage() == drawn:
            matches.append(count)
    assert matches
    assert min(matches) > 3


@pytest.mark.parametrize("lines", [1, 2, 4])
@pytest.mark.parametrize("size_pt", [8, 9, 10, 10.5, 11, 13, 16])
def test_what_has_room_is_drawn_whole_whatever_the_font(
    qtbot: QtBot, size_pt: float, lines: int
) -> None:
    drawn = []
    for end in ("300", "800"):
        text = FixedHeightLabel("Shown on the left", lines)
        qtbot.addWidget(text)
        font = text.font()
        font.setPointSizeF(size_pt)
        text.setFont(font)
        text.resize(400, text.sizeHint().height())
        text.set_text("\n".join(["Original of the picture"] * (lines - 1) + [f"Cat, 451×{end}"]))
        drawn.append(text.grab().toImage())
    assert drawn[0] != drawn[1]
