"""What a page has to save and to copy."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence


@runtime_checkable
class HasExports(Protocol):
    """A page that has something to save and to copy; the first of each is the usual one."""

    @property
    def save_actions(self) -> Sequence[QAction]:
        """What stands in the File menu while the page is shown."""

    @property
    def copy_actions(self) -> Sequence[QAction]:
        """What stands in the Edit menu while the page is shown."""


def export_action(
    text: str, act: Callable[[], object], keys: str, parent: QObject | None = None
) -> QAction:
    """Return an action that saves or copies.

    Parameters
    ----------
    text : str
    act : callable
    keys : str
        Its shortcut, such as "Ctrl+S"; may be empty.
    parent : QObject, optional
    """
    action = QAction(text, parent)
    action.triggered.connect(lambda: act())
    if keys:
        action.setShortcut(QKeySequence(keys))
    return action
