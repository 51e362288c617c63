"""The menu of what can go into the first step: the brightness, the colours, or one of them."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from explorer.core.images.planes import SOURCES, Source
from explorer.core.text.glossary import define
from explorer.views.filter.geometry_panel import SOURCE_TEXTS


class SourceMenu(QMenu):
    """Offers the sources, with a mark at the one in use, and to look at what goes in.

    Signals
    -------
    source_chosen(source)
        A person wants these numbers to go in: one of `SOURCES`.
    input_wanted()
        A person wants to see what goes in, beside what the first step makes of it.
    """

    source_chosen = Signal(str)
    input_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        self.addSection("Input of the first step")
        group = QActionGroup(self)
        self._actions: dict[Source, QAction] = {}
        for source in SOURCES:
            action = self.addAction(SOURCE_TEXTS[source])
            action.setToolTip(define("source"))
            action.setCheckable(True)
            action.triggered.connect(lambda checked=False, it=source: self.source_chosen.emit(it))
            group.addAction(action)
            self._actions[source] = action
        self._line = self.addSeparator()
        self._show = self.addAction("Show the input next to the result of step 1")
        self._show.triggered.connect(lambda: self.input_wanted.emit())

    def open_above(self, card: QWidget, source: Source, *, is_shown: bool) -> None:
        """Open over a card.

        Parameters
        ----------
        card : QWidget
        source : {"grey", "color", "red", "green", "blue"}
            What goes in now.
        is_shown : bool
            Whether it is looked at already.
        """
        self._actions[source].setChecked(True)
        for action in (self._line, self._show):
            action.setVisible(not is_shown)
        self.popup(card.mapToGlobal(QPoint(0, -self.sizeHint().height())))
        self.setActiveAction(self._actions[source])  # for the arrow keys
