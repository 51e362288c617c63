"""Finds any command by a few letters of its name, and runs it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from explorer.core.text.search import rank
from explorer.state.shared.indices import Index
from explorer.views.common.controls.search_popup import SearchPopup
from explorer.views.common.theme import SPACING_PX
from explorer.views.window.offers import Offer

WIDTH_PX = 560
MOST_ROWS = 11
ROW_PADDING_PX = 10
_COMMAND_ROLE = int(Qt.ItemDataRole.UserRole)


class CommandPalette(SearchPopup):
    """A field and what it finds, over the upper part of a window until something is chosen."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "Find a command", "Commands")
        self.setAccessibleName("Find a command")
        self._window = window
        self._commands: tuple[Offer, ...] = ()
        self.search.setPlaceholderText("Find a command")
        self.search.setTextMargins(SPACING_PX // 2, SPACING_PX // 2, 0, SPACING_PX // 2)
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self._run_current)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_CommandDelegate(self.list))
        self.list.itemClicked.connect(self._run)

    @property
    def found(self) -> tuple[Offer, ...]:
        """What is listed, from top to bottom."""
        rows = (self.list.item(row) for row in range(self.list.count()))
        return tuple(row.data(_COMMAND_ROLE) for row in rows if row.data(_COMMAND_ROLE))

    def open(self, list_commands: Callable[[], Sequence[Offer]]) -> None:
        """Show the commands there are, with nothing searched for.

        Parameters
        ----------
        list_commands : callable
            Asked once the focus is here: where it was, what had been typed counts only then.
        """
        self._commands = ()
        self.search.clear()
        window = self._window
        width = min(WIDTH_PX, window.width() - 4 * SPACING_PX)
        self.setFixedWidth(width)
        corner = QPoint((window.width() - width) // 2, window.height() // 8)
        self.move(window.mapToGlobal(corner))
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        self._commands = tuple(list_commands())
        self._find("")

    def _find(self, text: str) -> None:
        ranked = [
            (found, place, command)
            for place, command in enumerate(self._commands)
            if (found := rank(text, command.name, _others(command))) is not None
        ]
        ranked.sort(key=lambda one: one[:2])
        self.list.clear()
        for _, _, command in ranked:
            self.list.addItem(_item(command))
        if not ranked:
            nothing = QListWidgetItem(f"No matching command: “{text}”.")
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        rows = range(self.list.count())
        enabled = [row for row in rows if self.list.item(row).flags() & Qt.ItemFlag.ItemIsEnabled]
        self.list.setCurrentRow(enabled[0] if enabled else -1)
        self.list.scrollToTop()
        self._fit_height()

    def _fit_height(self) -> None:
        shown = min(self.list.count(), MOST_ROWS)
        self.list.setFixedHeight(shown * self.list.sizeHintForRow(0))
        self.rows.activate()  # now: until then, the height before is the least there can be
        self.resize(self.width(), self.sizeHint().height())

    def _run_current(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._run(item)

    def _run(self, item: QListWidgetItem) -> None:
        command = item.data(_COMMAND_ROLE)
        if isinstance(command, Offer) and command.is_enabled:
            self.hide()
            # Once the focus is back where it was, and this key is done with: some open a dialog.
            QTimer.singleShot(0, self._window, command.run)


def _others(command: Offer) -> str:
    return f"{command.place} {command.keys} {command.keywords}"


def _item(command: Offer) -> QListWidgetItem:
    item = QListWidgetItem(command.name)
    item.setData(_COMMAND_ROLE, command)
    spoken = filter(None, (command.name, command.place, command.keys))
    item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(spoken))
    if not command.is_enabled:
        item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


class _CommandDelegate(QStyledItemDelegate):
    """Draws a command's name, where it stands, and at the right its shortcut."""

    # Qt overrides.

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, option.fontMetrics.height() + ROW_PADDING_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        command, text, option.text = index.data(_COMMAND_ROLE), option.text, ""
        option.widget.style().drawControl(
            QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget
        )
        roles, palette = QPalette.ColorRole, option.palette
        room = option.rect.adjusted(SPACING_PX, 0, -SPACING_PX, 0)
        painter.save()
        if not isinstance(command, Offer):  # that nothing was found
            painter.setPen(palette.color(roles.PlaceholderText))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), text)
        elif not command.is_enabled:
            color = palette.color(QPalette.ColorGroup.Disabled, roles.Text)
            _draw(painter, room, option.fontMetrics, command, color, color)
        elif option.state & QStyle.StateFlag.State_Selected:
            color = palette.color(roles.HighlightedText)
            _draw(painter, room, option.fontMetrics, command, color, color)
        else:
            loud, quiet = palette.color(roles.Text), palette.color(roles.PlaceholderText)
            _draw(painter, room, option.fontMetrics, command, loud, quiet)
        painter.restore()


def _draw(
    painter: QPainter,
    room: QRect,
    metrics: QFontMetrics,
    command: Offer,
    loud: QColor,
    quiet: QColor,
) -> None:
    """Draw the name, which gets the room first, then the place; the shortcut at the right."""
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.setPen(quiet)
    painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignRight), command.keys)
    room.setRight(room.right() - metrics.horizontalAdvance(command.keys) - 2 * SPACING_PX)
    name = f"✓ {command.name}" if command.is_checked else command.name
    name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width())
    painter.setPen(loud)
    painter.drawText(room, int(middle), name)
    room.setLeft(room.left() + metrics.horizontalAdvance(name) + 2 * SPACING_PX)
    if room.width() > 0:
        place = metrics.elidedText(command.place, Qt.TextElideMode.ElideMiddle, room.width())
        painter.setPen(quiet)
        painter.drawText(room, int(middle), place)
