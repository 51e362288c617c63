"""What Ctrl+K finds: the commands of the window, of its menus, and of every page."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtGui import QKeySequence

from explorer.views.common.command import Command, keys_of, plain
from explorer.views.common.page_spec import PageSpec
from explorer.views.window.menus import Menus
from explorer.views.window.model_menu import ModelMenu
from explorer.views.window.page_stack import PageStack
from explorer.views.window.picture_menu import PictureMenu

HERE = "On this page"

SourceMenu = PictureMenu | ModelMenu


@dataclass(frozen=True)
class Offer:
    """One thing that can be done now.

    Attributes
    ----------
    name : str
        As it stands in its menu or on its button.
    place : str
        Where it stands: "Picture › Samples".
    keys : str
        Its shortcut, as the platform writes it; may be empty.
    keywords : str
        More words that it is found by.
    is_enabled : bool
        Whether it would do something now.
    is_checked : bool
        Whether it is something that is on.
    run : callable
        Does it.
    """

    name: str
    place: str
    keys: str
    keywords: str
    is_enabled: bool
    is_checked: bool
    run: Callable[[], object]


def offer(command: Command[Any], target: Any, place: str, run: Callable[[], object]) -> Offer:
    """Return a command as its target lets it be done now; None as target: it is not built yet."""
    is_there = target is not None
    keys = next(iter(command.sequences), QKeySequence())
    return Offer(
        plain(command.text_for(target) if is_there else command.text),
        place,
        keys_of(keys),
        command.keywords,
        command.can_run(target) if is_there else True,
        is_there and command.is_on(target),
        run,
    )


def list_offers(
    menus: Menus,
    others: Iterable[SourceMenu],
    pages: PageStack,
    run: Callable[[str, Command[Any]], object],
) -> Iterator[Offer]:
    """Yield what the menus offer, in their order, then the pages, first the one shown.

    Parameters
    ----------
    menus : Menus
    others : iterable of PictureMenu or ModelMenu
        The menus that fill themselves.
    pages : PageStack
        Of the page shown, what stands in the menus is left out.
    run : callable
        Shows the page of a name and does a command to it.
    """
    for name, action in menus.entries():
        yield offer(action.command, action.target, name, action.trigger)
    for menu in others:
        for command in menu.commands():
            yield offer(command, menu, command.place, partial(command.run, menu))
    for spec in sorted(pages.specs, key=lambda spec: spec.name != pages.shown_name):
        page, is_shown = pages.built.get(spec.name), spec.name == pages.shown_name
        for command in (*spec.commands(), *(page.commands() if page is not None else ())):
            if not (is_shown and command.menu[0]):
                place = _place(command, spec, is_shown=is_shown)
                yield offer(command, page, place, partial(run, spec.name, command))


def _place(command: Command[Any], spec: PageSpec[Any], *, is_shown: bool) -> str:
    if is_shown:
        return command.place or HERE
    inner = command.place or command.menu[0]
    return f"{spec.title} › {inner}" if inner else spec.title
