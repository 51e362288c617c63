"""A page of several parts, one of which is shown, chosen by its tab."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from explorer.views.common.command import Command
from explorer.views.common.page import Page
from explorer.views.common.part import Part

Kind = TypeVar("Kind", bound=Part)


class PartedPage(Page):
    """The tabs, the parts' views and their panels; a page puts them where they belong.

    Parameters
    ----------
    titles : sequence of (str, str)
        Name and title of every part that there may be.
    description : str
        What the tabs are, for those who do not see them.

    Attributes
    ----------
    parts : tuple of Part
        In the order of their tabs.
    """

    def __init__(self, titles: Sequence[tuple[str, str]], description: str) -> None:
        super().__init__()
        self._titles = dict(titles)
        self.parts: tuple[Part, ...] = ()
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(description)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.views = QStackedWidget()
        self.panels = QStackedWidget()

    def add_parts(self, parts: Sequence[Part]) -> None:
        """Make a tab for each part; the first is shown."""
        self.parts = tuple(parts)
        for part in parts:
            self.tabs.addTab(self._titles[part.name])
            part.mark_changed.connect(self._show_marks)
            part.commands_changed.connect(self.commands_changed)
            part.page_wanted.connect(self.page_wanted)
            self.views.addWidget(part.view)
            panel = QWidget()
            column = QVBoxLayout(panel)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(part.panel)
            if part.panel.sizePolicy().verticalPolicy() != QSizePolicy.Policy.Expanding:
                column.addStretch(1)
            self.panels.addWidget(panel)
        if len(self.parts) == 1:
            self.tabs.hide()  # shown before it has a parent, it would be a window
        self.tabs.currentChanged.connect(self._on_tab)

    @property
    def part(self) -> Part:
        """The part that is shown."""
        return self.parts[self.tabs.currentIndex()]

    def has_part(self, name: str) -> bool:
        """Say whether there is such a part."""
        return any(part.name == name for part in self.parts)

    def part_of(self, kind: type[Kind]) -> Kind:
        """Return the part of a kind; StopIteration where there is none."""
        return next(part for part in self.parts if isinstance(part, kind))

    def show_part(self, name: str) -> None:
        """Show a part; one that there is not leaves the page as it is."""
        for index, part in enumerate(self.parts):
            if part.name == name:
                self.tabs.setCurrentIndex(index)

    def _on_tab(self, index: int) -> None:
        for part in self.parts:
            if part is not self.parts[index]:
                part.leave()
        self.views.setCurrentIndex(index)
        self.panels.setCurrentIndex(index)
        self.parts[index].enter()
        self.memory_changed.emit()
        self.place_changed.emit()
        self.commands_changed.emit()

    def _show_marks(self) -> None:
        for index, part in enumerate(self.parts):
            mark = f" ({part.mark})" if part.mark else ""
            self.tabs.setTabText(index, self._titles[part.name] + mark)


AnyPage = TypeVar("AnyPage", bound=PartedPage)


def show_part(name: str, title: str, place: int, keywords: str) -> Command[AnyPage]:
    """Return the command that shows the part of a place, counted from 1, as its key is."""
    return Command(
        f"show_{name}",
        title,
        lambda page: page.show_part(name),
        keys=f"Alt+{place}",
        menu=("View", 40 + place),
        keywords=keywords,
        is_enabled=lambda page: page.has_part(name),
        is_checked=lambda page: page.part.name == name,
    )


def of_part(kind: type[Kind], command: Command[Kind]) -> Command[AnyPage]:
    """Return a part's command as one of its page: possible while the part is shown."""

    def is_shown(page: AnyPage) -> bool:
        return isinstance(page.part, kind)

    made: Command[AnyPage] = command.within(lambda page: page.part_of(kind), can_run=is_shown)
    is_on = command.is_on
    return (
        replace(made, is_checked=lambda page: is_shown(page) and is_on(page.part_of(kind)))
        if command.is_checked
        else made
    )


def in_part(kind: type[Kind], command: Command[Kind]) -> Command[AnyPage]:
    """Return a part's command as one of its page that shows the part first."""

    def run(page: AnyPage) -> None:
        page.show_part(kind.name)
        command.run(page.part_of(kind))

    made: Command[AnyPage] = command.within(
        lambda page: page.part_of(kind), can_run=lambda page: page.has_part(kind.name)
    )
    return replace(made, run=run)
