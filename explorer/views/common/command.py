"""What can be done, declared once: menus, buttons, tooltips, Ctrl+K and F1 all read it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar, cast

from PySide6.QtGui import QKeySequence

Target = TypeVar("Target")
Other = TypeVar("Other")

Keys = str | QKeySequence.StandardKey | tuple[str, ...]


@dataclass(frozen=True)
class Command(Generic[Target]):
    """One thing that can be done to a target: the window, a page, a part of a page.

    It holds no target, so that a page that is not built yet can say what it will be able to do.

    Attributes
    ----------
    name : str
        Tells it from the target's other commands.
    text : str
        As a menu shows it, with the mark of its underlined letter.
    run : callable
        Does it, given the target.
    keys : str, QKeySequence.StandardKey or tuple of str
        Its shortcuts, "Ctrl+S"; the first is the one that is told. Empty for none.
    menu : (str, int)
        The menu of the window that it stands in while its page is shown, empty for none, and its
        place there; commands of the same ten stand between two separators.
    place : str
        Where else it is found, "Transform"; Ctrl+K tells it. Empty: on its page.
    keywords : str
        More words that it is found by.
    tip : str
        One sentence.
    is_enabled : callable or None
        Whether it would do something now, given the target; None: always.
    is_checked : callable or None
        Whether what it switches is on, given the target; None: it switches nothing.
    describe : callable or None
        Its text right now, given the target, where that depends; else `text` holds always.
    in_inspector : bool
        Whether the inspector has to be seen to do it.
    """

    name: str
    text: str
    run: Callable[[Target], object]
    keys: Keys = ""
    menu: tuple[str, int] = ("", 0)
    place: str = ""
    keywords: str = ""
    tip: str = ""
    is_enabled: Callable[[Target], bool] | None = None
    is_checked: Callable[[Target], bool] | None = None
    describe: Callable[[Target], str] | None = None
    in_inspector: bool = False

    @property
    def sequences(self) -> list[QKeySequence]:
        """Its shortcuts."""
        if isinstance(self.keys, QKeySequence.StandardKey):
            return QKeySequence.keyBindings(self.keys)
        keys = (self.keys,) if isinstance(self.keys, str) else self.keys
        return [QKeySequence(one) for one in keys if one]

    def can_run(self, target: Target) -> bool:
        """Return whether it would do something now."""
        return self.is_enabled is None or self.is_enabled(target)

    def is_on(self, target: Target) -> bool:
        """Return whether it switches something that is on."""
        return self.is_checked is not None and self.is_checked(target)

    def text_for(self, target: Target) -> str:
        """Return its text right now."""
        return self.text if self.describe is None else self.describe(target)

    def within(
        self, find: Callable[[Other], Target], *, can_run: Callable[[Other], bool] | None = None
    ) -> "Command[Other]":
        """Return the same command, done to what contains its target.

        Parameters
        ----------
        find : callable
            Returns the target, given what contains it.
        can_run : callable, optional
            What else must hold, given what contains it.
        """
        is_checked, describe = self.is_checked, self.describe
        changes: dict[str, Callable[[Other], object]] = {
            "run": lambda outer: self.run(find(outer)),
            "is_enabled": lambda outer: (
                (can_run is None or can_run(outer)) and self.can_run(find(outer))
            ),
        }
        if is_checked is not None:
            changes["is_checked"] = lambda outer: is_checked(find(outer))
        if describe is not None:
            changes["describe"] = lambda outer: describe(find(outer))
        return cast("Command[Other]", replace(self, **changes))  # type: ignore[arg-type]


def plain(text: str) -> str:
    """Return a menu's text without the mark of the underlined letter."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def escaped(text: str) -> str:
    """Return a text for a menu in which no letter is underlined, whatever it contains."""
    return text.replace("&", "&&")


def keys_of(shortcut: QKeySequence) -> str:
    """Return a shortcut as the platform writes it; empty where there is none."""
    return shortcut.toString(QKeySequence.SequenceFormat.NativeText)
