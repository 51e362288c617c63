"""The grid of thumbnails: a lazy list view that scrolls through many thousands of them."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QListView

from explorer.core.catalogue.columns import Places
from explorer.state.dataset.sample_list import SAMPLE_ROLE, SampleList
from explorer.state.shared.indices import Index
from explorer.views.dataset.pictures.thumbnail_delegate import THUMBNAIL_EDGE_PX, ThumbnailDelegate

MOST_RUNS = 1000
"""Of so many separate runs a selection is restored; more would take longer than a frame."""

MOST_CELLS = 100
"""Of so many that changed, each would be looked for; all that are seen are painted sooner."""


class ThumbnailGrid(QListView):
    """Shows samples side by side; a double click or Enter chooses one.

    Signals
    -------
    chosen(Sample)
    selection_changed()
        Other samples are selected, or another one is current.
    """

    chosen = Signal(object)
    selection_changed = Signal()

    def __init__(self, samples: SampleList) -> None:
        super().__init__()
        self._samples = samples
        self.empty_text = ""
        self._columns = 1
        self._look = ThumbnailDelegate(samples, self)
        self.setAccessibleName("Pictures of the dataset")
        # Not IconMode: it keeps a tree of all items, which takes seconds to lay out.
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setItemDelegate(self._look)
        self.setModel(samples)
        samples.facts_changed.connect(self.viewport().update)
        self._adopt_look()
        self.doubleClicked.connect(self._choose)
        self.selectionModel().selectionChanged.connect(self.selection_changed)
        self.selectionModel().currentChanged.connect(self.selection_changed)

    @property
    def thumbnail_edge_px(self) -> int:
        """How large a thumbnail is, in pixels of the screen."""
        return round(THUMBNAIL_EDGE_PX * self.devicePixelRatioF())

    def set_empty_text(self, text: str) -> None:
        """Say this where there is nothing to show."""
        self.empty_text = text
        self.viewport().update()

    @property
    def selected_places(self) -> Places:
        """The places of the samples that are selected, in the order of the rows."""
        ranges = self.selectionModel().selection().toList()
        runs = sorted((one.top(), one.bottom()) for one in ranges)
        rows = [np.arange(first, last + 1) for first, last in runs]
        return self._samples.places[np.concatenate(rows)] if rows else np.empty(0, np.int64)

    @property
    def current_place(self) -> int | None:
        """The place of the sample that the keys are about."""
        index = self.currentIndex()
        return int(self._samples.places[index.row()]) if index.isValid() else None

    def show_selection(self, selected: Places, current: int | None) -> None:
        """Select samples, as far as they are shown, without telling; the current one is seen."""
        rows = np.flatnonzero(np.isin(self._samples.places, selected))
        runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)[:MOST_RUNS]
        selection = QItemSelection()
        for run in runs:
            if len(run):
                first, last = self._samples.index(int(run[0])), self._samples.index(int(run[-1]))
                selection.select(first, last)
        row = None if current is None else self._samples.row_of(current)
        with QSignalBlocker(self):
            model, flag = self.selectionModel(), QItemSelectionModel.SelectionFlag
            if row is not None:
                model.setCurrentIndex(self._samples.index(row), flag.NoUpdate)
                self.scrollTo(self._samples.index(row))
            model.select(selection, flag.ClearAndSelect)

    def scroll_to(self, value: int) -> None:
        """Scroll to where the scroll bar was, now that there are other rows."""
        self.executeDelayedItemsLayout()
        self.verticalScrollBar().setValue(value)

    def keyboardSearch(self, text: str) -> None:
        """Search nothing: letters are commands here, and names have a field of their own."""

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(SAMPLE_ROLE))

    def _adopt_look(self) -> None:
        self._look.adopt_look(self)
        # A notch of the wheel is three steps: one row.
        self.verticalScrollBar().setSingleStep(max(self._look.cell_size.height() // 3, 1))
        self._spread_columns()

    def _spread_columns(self) -> None:
        """Share the width that is left over among the columns."""
        cell, width = self._look.cell_size, self.viewport().width() - 1  # Qt leaves one pixel out
        self._columns = max(width // cell.width(), 1)
        self.setGridSize(QSize(max(width // self._columns, cell.width()), cell.height()))

    def _move(self, row: int, action: QListView.CursorAction) -> int:
        """Return the row that a key leads to."""
        last = self._samples.rowCount() - 1
        columns = self._columns
        lines = max(self.viewport().height() // self.gridSize().height(), 1)
        move = QListView.CursorAction
        if action == move.MoveHome:
            return 0
        if action == move.MoveEnd:
            return last
        if action in (move.MoveLeft, move.MovePrevious):
            return max(row - 1, 0)
        if action in (move.MoveRight, move.MoveNext):
            return min(row + 1, last)
        # Up and down by lines: beyond the first or the last one, as far as there are lines.
        wanted = {move.MoveUp: -1, move.MoveDown: 1, move.MovePageUp: -lines}.get(action, lines)
        line = min(max(row // columns + wanted, 0), last // columns)
        return min(line * columns + row % columns, last)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._adopt_look()

    def dataChanged(self, top_left: Index, bottom_right: Index, roles: Sequence[int] = ()) -> None:
        """Repaint the cells whose thumbnails came; Qt's own would lay out all rows again."""
        if bottom_right.row() - top_left.row() >= MOST_CELLS:
            self.viewport().update()
            return
        for row in range(top_left.row(), bottom_right.row() + 1):
            self.update(self._samples.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def moveCursor(
        self, action: QListView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Move as in a text: at the end of a line, on to the next one."""
        if self._samples.rowCount() == 0:
            return QModelIndex()
        row = self.currentIndex().row()
        return self._samples.index(0 if row < 0 else self._move(row, action))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells, or say why there are none.

        Painting all cells inside this one call keeps Python's lock from the first to the last;
        else the threads that read pictures could take it between any two of them.
        """
        super().paintEvent(event)
        if self.empty_text and self._samples.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.empty_text)
            painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._spread_columns()
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        self._samples.set_thumbnail_edge(self.thumbnail_edge_px)
        super().showEvent(event)
