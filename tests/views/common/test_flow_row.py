"""A row of buttons in windows of every width."""

import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.views.common.flow_row import FlowRow


@pytest.mark.parametrize(("width", "lines"), [(1000, 1), (300, 2), (150, 4)])
def test_it_has_as_many_lines_as_it_takes_and_nothing_is_cut_off(
    qtbot, width: int, lines: int
) -> None:
    row, buttons = QWidget(), [QPushButton(f"Button {number}") for number in range(5)]
    qtbot.addWidget(row)
    for button in buttons:
        button.setFixedSize(120, 28)
    layout = FlowRow(*buttons)
    row.setLayout(layout)
    buttons[0].hide()  # it takes no room
    height = layout.heightForWidth(width)
    row.resize(width, height)
    row.show()
    qtbot.waitExposed(row)
    shown = buttons[1:]
    assert len({button.y() for button in shown}) == lines
    assert all(row.rect().contains(button.geometry()) for button in shown)
    assert shown[0].x() == 0
