"""The only channel for messages to the user."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal

from explorer.core.files.names import printable_name
from explorer.errors import ExplorerError

Topic = Literal[
    "",
    "picture",
    "kernel",
    "dataset",
    "model",
    "network",
    "prediction",
    "rows",
    "arrival",
    "copies",
    "training",
    "program",
]


@dataclass(frozen=True)
class Notice:
    """One sentence for the notice bar.

    Attributes
    ----------
    sentence : str
    is_warning : bool
        Whether something failed, as opposed to a hint.
    action_text : str
        The text of the button; empty for none.
    action : callable or None
        What the button does.
    topic : Topic
        What it is about; once that succeeds, the notice is withdrawn. One about the program itself
        stays until it is closed.
    page : str
        The page that it concerns and is shown on; empty for all.
    """

    sentence: str
    is_warning: bool = True
    action_text: str = ""
    action: Callable[[], None] | None = None
    topic: Topic = ""
    page: str = ""


class Notices(QObject):
    """Collects notices; the window shows the newest.

    Signals
    -------
    posted(Notice)
    withdrawn(str)
        The notices on this topic no longer apply.
    """

    posted = Signal(object)
    withdrawn = Signal(str)

    def hint(
        self,
        sentence: str,
        action_text: str = "",
        action: Callable[[], None] | None = None,
        *,
        topic: Topic = "",
        page: str = "",
    ) -> None:
        """Post a hint, with at most one action."""
        self.posted.emit(Notice(printable_name(sentence), False, action_text, action, topic, page))

    def warn(self, sentence: str, *, topic: Topic = "") -> None:
        """Post a warning."""
        self.posted.emit(Notice(printable_name(sentence), topic=topic))

    def report(self, error: Exception, *, topic: Topic = "") -> None:
        """Post the sentence of an ExplorerError; raise any other error, so that it is logged."""
        if not isinstance(error, ExplorerError):
            raise error
        self.warn(error.sentence, topic=topic)

    def withdraw(self, topic: Topic) -> None:
        """Withdraw the notices on a topic: what failed before has succeeded now."""
        self.withdrawn.emit(topic)
