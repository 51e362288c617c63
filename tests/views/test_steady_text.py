"""Text with room of its own says where it goes on."""

from pytestqt.qtbot import QtBot

from explorer.views.widgets.steady_text import SteadyText


def test_of_several_lines_the_end_is_left_out(qtbot: QtBot) -> None:
    text = SteadyText("How values are drawn", 2)
    qtbot.addWidget(text)
    text.resize(160, text.sizeHint().height())
    text.set_text("Darkest is −255, brightest 255. 4.5 % of the values are outside the range.")
    short = SteadyText("How values are drawn", 2)
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
