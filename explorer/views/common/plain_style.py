"""The look of the program, in which no text is taken for HTML by accident."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProxyStyle

NAME = "Fusion"


class PlainStyle(QProxyStyle):
    """Fusion, whose labels and tooltips show their text as it is.

    Qt takes a text for HTML that looks like it, and HTML may name a file to be read as a picture:
    a kernel called `<img src=file:…>` would be read where the mouse rests on it. Every widget comes
    by here before its text is laid out, also those that Qt makes itself: tooltips, message boxes.
    Where the program means HTML, it says so by the label's text format.
    """

    def __init__(self) -> None:
        super().__init__(NAME)

    # Qt overrides.

    def polish(self, what: Any) -> Any:  # a widget; at times the application, or its palette
        if isinstance(what, QLabel) and what.textFormat() == Qt.TextFormat.AutoText:
            what.setTextFormat(Qt.TextFormat.PlainText)
        return super().polish(what)
