"""One way of looking at what a page is about: it has a tab, a view and settings of its own."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget


class Part(QObject):
    """A part of a page, chosen by its tab.

    Attributes
    ----------
    name : str
        One of those that the page lists with their titles.
    view : QWidget
        In the middle of the page, as large as the window leaves room for.
    panel : QWidget
        In the inspector.

    Signals
    -------
    mark_changed()
        `mark` has another value.
    commands_changed()
        Some command can be done now or not any more, or has another check mark.
    page_wanted(str, str)
        As of a page: a person wants to go on at another page, at this part of it.
    """

    mark_changed = Signal()
    commands_changed = Signal()
    page_wanted = Signal(str, str)

    name: str
    view: QWidget
    panel: QWidget

    @property
    def mark(self) -> str:
        """What stands behind the title on its tab, such as a number; mostly empty."""
        return ""

    def enter(self) -> None:
        """Begin what waits until the part is shown."""

    def leave(self) -> None:
        """Stop what nobody sees any more."""

    @property
    def is_busy(self) -> bool:
        """Whether something that was asked for here has not arrived."""
        return False
