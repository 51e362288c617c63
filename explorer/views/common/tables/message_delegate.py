"""A row's message, drawn across several of its cells."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from explorer.state.shared.indices import Index


class MessageDelegate(QStyledItemDelegate):
    """Draws cells as ever; where their row has a message, that instead, as if they were one cell.

    Spans of Qt's would have to be set anew, one by one, whenever the rows are sorted.

    Parameters
    ----------
    role : int
        The item role of the message; empty where there is none.
    columns : (int, int)
        The first and the last cell that it takes up.
    table : QTableView
    """

    def __init__(self, role: int, columns: tuple[int, int], table: QTableView) -> None:
        super().__init__(table)
        self._role = role
        self._columns = columns
        self._table = table

    # Qt overrides.

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        message = index.data(self._role)
        if not message:
            super().paint(painter, option, index)
            return
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        cells = (index.model().index(index.row(), column) for column in self._columns)
        first, last = map(self._table.visualRect, cells)
        whole.rect = first.united(last)
        whole.text = message
        whole.features |= QStyleOptionViewItem.ViewItemFeature.HasDisplay
        whole.textElideMode = Qt.TextElideMode.ElideRight
        whole.displayAlignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.save()
        painter.setClipRect(option.rect)  # each cell draws its part
        self._table.style().drawControl(
            QStyle.ControlElement.CE_ItemViewItem, whole, painter, self._table
        )
        painter.restore()
