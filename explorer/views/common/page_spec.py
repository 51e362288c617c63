"""A page, declared: all that the program knows of it before it is built. Imports no Qt."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from explorer.core.desktop.page_help import PageHelp
    from explorer.views.common.command import Command
    from explorer.views.common.page import Page

Parts = TypeVar("Parts", contravariant=True)


@dataclass(frozen=True)
class PageSpec(Generic[Parts]):
    """One page; see `explorer/wiring/pages.py`, which lists them.

    Attributes
    ----------
    name : str
        As on the command line and in the session: "filter".
    title : str
        As a person reads it.
    icon : str
        The name of a file in `resources/icons`.
    build : callable
        Makes the page, given the program's parts and what the page noted as its `memory`; empty
        where it noted nothing. It imports the page's modules itself: not before it is shown.
    commands : callable
        Returns what can be done on the page, built or not, now that somebody asks; each command's
        target is the page.
    help : PageHelp or None
        What F1 tells; None: what stands in `resources/help/<name>.json`.
    """

    name: str
    title: str
    icon: str
    build: Callable[[Parts, str], "Page"]
    commands: Callable[[], Iterable["Command[Any]"]] = tuple
    help: "PageHelp | None" = None

    def read_help(self) -> "PageHelp":
        """Return what F1 tells."""
        from explorer.core.desktop.page_help import read_page_help

        return self.help or read_page_help(self.name)
