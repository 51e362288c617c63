"""The empty state of a page: its purpose, and the action that fills it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.theme import SPACING_PX


class EmptyPage(QWidget):
    """A sentence and one or more buttons.

    Parameters
    ----------
    title : str
        What the page is for, in a few words.
    sentence : str
        What to do.
    *buttons : str or QPushButton
        What the actions are called, or what does them.

    Attributes
    ----------
    button : QPushButton
        The first.
    """

    def __init__(self, title: str, sentence: str, *buttons: str | QPushButton) -> None:
        super().__init__()
        self.heading = plain_label(title, scale=1.5)
        text = plain_label(sentence, wraps=True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text.setMaximumWidth(480)
        text.setMinimumWidth(320)
        # Not by an alignment flag: the layout would reckon the height for the whole page's width.
        sentence_row = in_row(1, (text, 100), 1, spacing=2 * SPACING_PX)
        made = [QPushButton(each) if isinstance(each, str) else each for each in buttons]
        for each in made:
            each.setMinimumHeight(32)
        self.button = made[0]
        middle = Qt.AlignmentFlag.AlignCenter
        parts = (self.heading, middle), sentence_row, in_row(1, *made, 1)
        in_column(2, *parts, 3, of=self, spacing=2 * SPACING_PX, margin=SPACING_PX)
