"""The pages, each built when it is first shown, in an area that scrolls on a small screen."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget

from explorer.views.common.page import Page
from explorer.views.common.page_spec import PageSpec
from explorer.views.window.presentation import Presentation

SMALLEST_PAGE_PX = 240


class PageStack(QScrollArea):
    """Shows one of the pages, and speaks for all of them.

    Parameters
    ----------
    specs : sequence of PageSpec
    build : callable
        Makes a page of its spec.
    undo_group : QUndoGroup
        Gets the pages' stacks; that of the page shown, or else of the one before, is active.

    Attributes
    ----------
    specs : tuple of PageSpec
    built : dict of str to Page
        Those that have been shown, by their names.

    Signals
    -------
    pictures_chosen(tuple of Path), memory_changed(), place_changed(), page_wanted(str, str)
        Some page said so.
    """

    pictures_chosen = Signal(object)
    memory_changed = Signal()
    place_changed = Signal()
    page_wanted = Signal(str, str)

    def __init__(
        self,
        specs: Sequence[PageSpec[Any]],
        build: Callable[[PageSpec[Any]], Page],
        undo_group: QUndoGroup,
    ) -> None:
        super().__init__()
        self.specs = tuple(specs)
        self.built: dict[str, Page] = {}
        self.is_inspector_shown = True
        self._build = build
        self._undo_group = undo_group
        self._presentation = Presentation()
        self._stack = QStackedWidget()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(self._stack)
        self._stack.setAutoFillBackground(False)  # the area's ground is enough
        self.setMinimumSize(SMALLEST_PAGE_PX, SMALLEST_PAGE_PX)

    @property
    def shown_name(self) -> str:
        """The name of the page shown; empty before the first."""
        shown = self._stack.currentWidget()
        return next((name for name, page in self.built.items() if page is shown), "")

    def spec(self, name: str) -> PageSpec[Any]:
        """Return a page's declaration."""
        return next(spec for spec in self.specs if spec.name == name)

    def page(self, name: str) -> Page:
        """Return a page, built now if it was not before."""
        if name not in self.built:
            page = self.built[name] = self._build(self.spec(name))
            page.pictures_chosen.connect(self.pictures_chosen)
            page.memory_changed.connect(self.memory_changed)
            page.place_changed.connect(self.place_changed)
            page.page_wanted.connect(self.page_wanted)
            self._stack.addWidget(page)
            if page.undo_stack is not None:
                self._undo_group.addStack(page.undo_stack)
            self._fit_inspector(page)
        return self.built[name]

    def show_page(self, name: str) -> Page:
        """Show a page and return it."""
        page = self.page(name)
        self._stack.setCurrentWidget(page)
        # Never what cannot be seen. Qt takes None, too; its stubs do not know.
        self._undo_group.setActiveStack(page.undo_stack)  # type: ignore[arg-type]
        return page

    def show_inspectors(self, is_shown: bool) -> None:
        """Show or hide the inspectors of all pages."""
        self.is_inspector_shown = is_shown
        for page in self.built.values():
            self._fit_inspector(page)

    def set_presentation(self, is_on: bool) -> None:
        """Make everything large, for a projector, or as it was."""
        self._presentation.set_on(is_on)
        for page in self.built.values():
            self._fit_inspector(page)

    def _fit_inspector(self, page: Page) -> None:
        if page.inspector is not None:
            page.inspector.setVisible(self.is_inspector_shown)
            self._presentation.fit_inspector(page.inspector)
