"""The list of the files and folders that a search for pictures left out, and its command."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QWidget

from explorer.core.datasets.left_out import (
    LeftOut,
    describe_left_out,
    list_left_out,
    name_left_out,
)
from explorer.views.common.command import Command
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column
from explorer.views.common.theme import SPACING_PX

WIDTH_PX, HEIGHT_PX = 720, 480


class LeftOutDialog(QDialog):
    """How many there are of each reason, and below it a line for each, to be read and copied."""

    def __init__(self, parent: QWidget, left_out: Sequence[LeftOut]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Left out")
        self.lines = QPlainTextEdit("\n".join(list_left_out(left_out)))
        self.lines.setReadOnly(True)
        self.lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.lines.setAccessibleName("What was left out")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        sentence = plain_label(f"{describe_left_out(left_out)}.", wraps=True)
        in_column(sentence, (self.lines, 1), buttons, of=self, margin=SPACING_PX)
        self.resize(WIDTH_PX, HEIGHT_PX)


def _show(page: Any) -> None:
    dialog = LeftOutDialog(page, page.left_out)
    try:
        dialog.exec()
    finally:
        dialog.deleteLater()


LIST_LEFT_OUT: Command[Any] = Command(
    "left_out",
    "Left out…",
    _show,
    keywords="skipped files hidden unreadable no pictures",
    tip="List the files and folders that were left out, with the reasons",
    is_enabled=lambda page: bool(page.left_out),
    describe=lambda page: name_left_out(page.left_out),
)
"""For a page with a property `left_out`."""
