"""Every command that a window and its page offer right now, read from their menus and buttons."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial

import shiboken6
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QPushButton, QToolButton, QWidget


@dataclass(frozen=True)
class Command:
    """One thing that can be done.

    Attributes
    ----------
    name : str
        As it stands in its menu or on its button.
    place : str
        Where it stands: "Picture › Samples".
    keys : str
        Its shortcut, as the platform writes it; may be empty.
    is_enabled : bool
        Whether it would do something now.
    is_checked : bool
        Whether it is something that is on.
    run : callable
        Does it; nothing where the menu has changed since.
    """

    name: str
    place: str
    keys: str
    is_enabled: bool
    is_checked: bool
    run: Callable[[], None]


def list_commands(menus: QMenuBar, page: QWidget, *, without: QAction) -> list[Command]:
    """Return what stands in the menus, then what else is seen on the page; each once.

    Parameters
    ----------
    menus : QMenuBar
    page : QWidget
    without : QAction
        The one that is left out.
    """
    seen = {without}
    found = [
        command
        for action in menus.actions()
        for command in _of_menu(action.menu(), plain(action.text()), seen)
    ]
    for button in page.findChildren(QToolButton):
        if button.isVisible() and button.menu() is not None:
            place = plain(button.text()) or button.accessibleName()
            found += _of_menu(button.menu(), place, seen, is_enabled=button.isEnabled())
    for push in page.findChildren(QPushButton):
        if push.isVisible() and push.menu() is not None:
            found += _of_menu(push.menu(), plain(push.text()), seen, is_enabled=push.isEnabled())
        elif push.isVisible() and plain(push.text()) not in {"", *(one.name for one in found)}:
            found.append(_of_button(push))
    return found


def list_shortcuts(menus: QMenuBar, *, without: Collection[QAction]) -> list[tuple[str, str]]:
    """Return the name and the shortcut of what stands in the menus and has one, in their order.

    Parameters
    ----------
    menus : QMenuBar
    without : collection of QAction
        Those that are left out.
    """
    opened = [action.menu() for action in menus.actions()]
    entries = [entry for menu in opened if isinstance(menu, QMenu) for entry in menu.actions()]
    return [
        (plain(entry.text()), keys)
        for entry in dict.fromkeys(entries)  # some stand in two menus
        if entry not in without and (keys := keys_of(entry.shortcut()))
    ]


def keys_of(shortcut: QKeySequence) -> str:
    """Return a shortcut as the platform writes it; empty where there is none."""
    return shortcut.toString(QKeySequence.SequenceFormat.NativeText)


def plain(text: str) -> str:
    """Return a menu's text without the mark of the underlined letter."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def _of_menu(
    menu: object, place: str, seen: set[QAction], *, is_enabled: bool = True
) -> Iterator[Command]:
    if not isinstance(menu, QMenu):
        return
    menu.aboutToShow.emit()  # some are filled, and all brought up to date, only as they open
    for action in menu.actions():
        if action.isSeparator() or not action.isVisible() or action in seen:
            continue
        seen.add(action)
        is_possible = is_enabled and action.isEnabled()
        name = plain(action.text())
        if action.menu() is not None:
            yield from _of_menu(action.menu(), f"{place} › {name}", seen, is_enabled=is_possible)
        elif name:
            yield Command(
                name,
                place,
                keys_of(action.shortcut()),
                is_possible,
                action.isChecked(),
                partial(_trigger, action),
            )


def _of_button(button: QPushButton) -> Command:
    name, is_checked = plain(button.text()), button.isChecked()
    return Command(
        name, "On this page", "", button.isEnabled(), is_checked, partial(_click, button)
    )


def _trigger(action: QAction) -> None:
    if shiboken6.isValid(action):
        action.trigger()


def _click(button: QPushButton) -> None:
    if shiboken6.isValid(button):
        button.click()
