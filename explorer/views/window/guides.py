"""Ctrl+K and F1: what finds a command, and what explains the page shown."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from explorer.views.common.command import Command
from explorer.views.window.menus import Menus
from explorer.views.window.model_menu import ModelMenu
from explorer.views.window.picture_menu import PictureMenu

if TYPE_CHECKING:
    from explorer.views.window.command_palette import CommandPalette
    from explorer.views.window.help_sheet import HelpSheet
    from explorer.views.window.main_window import MainWindow
    from explorer.views.window.offers import Offer

FIND = "Find a command…"


class Guides(QObject):
    """Opens both, and fills them from what is declared of commands and pages.

    Parameters
    ----------
    window : MainWindow
    center : QWidget
        The part of the window that the sheet may cover.
    menus : Menus
    others : PictureMenu, ModelMenu
        The menus that fill themselves.

    Attributes
    ----------
    palette : CommandPalette or None
        The list that finds commands; None before it was opened first.
    sheet : HelpSheet or None
        What explains the page; None before it was opened first.
    is_sheet_shown : bool
    """

    def __init__(
        self,
        window: "MainWindow",
        center: QWidget,
        menus: Menus,
        others: tuple[PictureMenu, ModelMenu],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._center = center
        self._menus = menus
        self._others = others
        self.palette: CommandPalette | None = None
        self.sheet: HelpSheet | None = None
        self.is_sheet_shown = False
        menus.add(_list_commands(), self)
        window.page_shown.connect(self._explain)

    def find_command(self) -> None:
        """Open the list that finds commands."""
        if self.palette is None:
            from explorer.views.window.command_palette import CommandPalette  # not needed to start

            self.palette = CommandPalette(self._window)
        self.palette.open(self._list_offers)

    def toggle_sheet(self) -> None:
        """Explain the page, or not any more."""
        if self.sheet is None:
            from explorer.views.window.help_sheet import HelpSheet  # not needed to start

            self.sheet = HelpSheet(self._window, self._center)
            self.sheet.closed.connect(lambda: self._note_sheet(is_shown=False))
        if self.is_sheet_shown:
            self.sheet.close()
        else:
            self.sheet.open()
            self._note_sheet(is_shown=True)
            self._explain()

    def close(self) -> None:
        """Close the sheet, if it is open."""
        if self.sheet is not None:
            self.sheet.close()

    def _note_sheet(self, *, is_shown: bool) -> None:
        self.is_sheet_shown = is_shown
        self._menus.refresh()

    def _explain(self) -> None:
        """Let the sheet, where it is open, speak of the page shown."""
        if self.sheet is not None and self.is_sheet_shown:
            told = self._window.pages.spec(self._window.page_name).read_help()
            self.sheet.show_page(told, self._menus.shortcuts())

    def _list_offers(self) -> "list[Offer]":
        from explorer.views.window.offers import list_offers

        found = list_offers(self._menus, self._others, self._window.pages, self._run_on_page)
        return [one for one in found if one.name != FIND]

    def _run_on_page(self, name: str, command: Command[Any]) -> None:
        window = self._window
        if command.in_inspector:
            window.show_inspector(True)
        if name != window.page_name:
            window.show_page(name)
        page = window.page(name)
        if command.can_run(page):
            command.run(page)


def _list_commands() -> Iterable[Command[Guides]]:
    yield Command(
        "explain",
        "&Explain this page",
        lambda guides: guides.toggle_sheet(),
        keys=QKeySequence.StandardKey.HelpContents,
        menu=("Help", 10),
        keywords="keys shortcuts",
        is_checked=lambda guides: guides.is_sheet_shown,
    )
    yield Command(
        "find",
        f"&{FIND}",
        lambda guides: guides.find_command(),
        keys="Ctrl+K",
        menu=("Help", 11),
    )
