"""The one channel for what a person should be told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal

from explorer.errors import ExplorerError

Topic = Literal["", "picture", "kernel", "dataset", "model", "network"]


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
    topic : {"", "picture", "kernel", "dataset", "model", "network"}
        What it is about; once that succeeds, the notice has nothing to say any more.
    page : str
        The one page that it speaks of, and is shown on; empty for all.
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
        What was said on this topic holds no more.
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
        """Tell something that is no trouble, with at most one thing to do about it."""
        self.posted.emit(Notice(sentence, False, action_text, action, topic, page))

    def warn(self, sentence: str, *, topic: Topic = "") -> None:
        """Tell expected trouble."""
        self.posted.emit(Notice(sentence, topic=topic))

    def report(self, error: Exception, *, topic: Topic = "") -> None:
        """Tell the trouble of an ExplorerError; raise any other error, so that it is logged."""
        if not isinstance(error, ExplorerError):
            raise error
        self.warn(error.sentence, topic=topic)

    def withdraw(self, topic: Topic) -> None:
        """Take back what was said on a topic: what did not work before has worked now."""
        self.withdrawn.emit(topic)
