"""One way of looking at a network: it fills the middle of the page, with its settings beside it."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from explorer.core.network.lessons import NetworkLesson

PARTS: tuple[tuple[str, str], ...] = (
    ("maps", "Maps"),
    ("value", "Value"),
    ("weights", "Weights"),
    ("why", "Why"),
    ("operate", "Operate"),
    ("compare", "Compare"),
    ("preparation", "Input"),
    ("architecture", "Graph"),
)
"""Name and title of every part, in the order of their tabs."""


class Part(QObject):
    """A part of the Network page, chosen by its tab; the layers stay where they are.

    Attributes
    ----------
    name : str
        One of `PARTS`.
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
    """

    mark_changed = Signal()
    commands_changed = Signal()

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

    def follow(self, lesson: NetworkLesson) -> None:
        """Set what a lesson says of this part."""

    @property
    def python(self) -> str:
        """A script that computes what is shown; empty where there is nothing to compute."""
        return ""

    @property
    def is_busy(self) -> bool:
        """Whether something that was asked for here has not arrived."""
        return False
