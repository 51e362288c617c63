"""The one channel for what a person should be told."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from explorer.errors import ExplorerError


@dataclass(frozen=True)
class Notice:
    """One sentence for the notice bar.

    Attributes
    ----------
    sentence : str
    is_warning : bool
        Whether something did not work, as opposed to a hint.
    action_text : str
        What the one button is called; empty for none.
    action : callable or None
        What the button does.
    """

    sentence: str
    is_warning: bool = True
    action_text: str = ""
    action: Callable[[], None] | None = None


class Notices(QObject):
    """Collects notices; the window shows the newest.

    Signals
    -------
    posted(Notice)
    """

    posted = Signal(object)

    def hint(
        self, sentence: str, action_text: str = "", action: Callable[[], None] | None = None
    ) -> None:
        """Tell something that is no trouble, with at most one thing to do about it."""
        self.posted.emit(Notice(sentence, is_warning=False, action_text=action_text, action=action))

    def warn(self, sentence: str) -> None:
        """Tell expected trouble."""
        self.posted.emit(Notice(sentence))

    def report(self, error: Exception) -> None:
        """Tell the trouble of an ExplorerError; raise any other error, so that it is logged."""
        if not isinstance(error, ExplorerError):
            raise error
        self.warn(error.sentence)
