"""What Ctrl+K finds: the commands of the window, of its menus, and of every page."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtGui import QKeySequence

from explorer.views.common.command import Command, keys_of, plain
from explorer.views.common.page import Page
from explorer.views.common.page_spec import PageSpec
from explorer.views.window.menus import Menus

HERE = "On this page"


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


def list_menus(menus: Menus, *, without: str) -> Iterator[Offer]:
    """Yield what stands in the menus, in their order.

    Parameters
    ----------
    menus : Menus
    without : str
        The name of the command that is left out.
    """
    for menu, action in menus.entries():
        if action.command.name != without:
            yield offer(action.command, action.target, menu, action.trigger)


def list_of(commands: Iterable[Command[Any]], target: object) -> Iterator[Offer]:
    """Yield commands of one target that stand at the place that each names."""
    for command in commands:
        yield offer(command, target, command.place, partial(command.run, target))


def list_pages(
    specs: Sequence[PageSpec[Any]],
    built: Callable[[str], Page | None],
    shown: str,
    run: Callable[[str, Command[Any]], object],
) -> Iterator[Offer]:
    """Yield what the pages offer, first that of the page shown.

    Parameters
    ----------
    specs : sequence of PageSpec
    built : callable
        Returns a page by its name; None where it is not built.
    shown : str
        The page shown; what it has in the window's menus is left out.
    run : callable
        Shows the page of a name and does a command to it.
    """
    for spec in sorted(specs, key=lambda spec: spec.name != shown):
        page = built(spec.name)
        is_shown = spec.name == shown
        for command in (*spec.commands(), *(page.commands() if page is not None else ())):
            if not (is_shown and command.menu[0]):
                place = _place(command, spec, is_shown=is_shown)
                yield offer(command, page, place, partial(run, spec.name, command))


def _place(command: Command[Any], spec: PageSpec[Any], *, is_shown: bool) -> str:
    if is_shown:
        return command.place or HERE
    inner = command.place or command.menu[0]
    return f"{spec.title} › {inner}" if inner else spec.title
