"""Choose a filter from a long list: in groups, each with its cells as an icon, with a search."""

from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QListWidgetItem, QStyle, QStyleOptionComboBox, QWidget

from explorer.core.kernels.kernel import Filter
from explorer.core.text.search import rank
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.controls.search_popup import SearchPopup
from explorer.views.common.controls.wheel_guard import WheelGuard
from explorer.views.common.kernel.drawing import kernel_icon
from explorer.views.common.theme import SPACING_PX

Group = tuple[str, Sequence[Filter]]

LIST_HEIGHT_PX = 440
ICON_PX = 20
_TIP = "Choose a kernel; Up and Down step through the list"
_PLACE_ROLE = Qt.ItemDataRole.UserRole
_KEY_ROLE = Qt.ItemDataRole.UserRole + 1
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FilterChooser(QComboBox):
    """Names the current filter; opened, it lists all and finds what is typed.

    Up and Down choose the neighbour in the list without opening it.

    Signals
    -------
    chosen(Filter)
        A person wants this filter.
    """

    chosen = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(_TIP)
        self.setMinimumHeight(HEIGHT_PX)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.addItem("")
        WheelGuard(self)
        self._groups: tuple[Group, ...] = ()
        self.filters: tuple[Filter, ...] = ()
        self._shown: Filter | None = None
        self.popup: FilterPopup | None = None

    def set_groups(self, groups: Iterable[Group]) -> None:
        """Offer other filters, under the names of their groups."""
        self._groups = tuple(groups)
        self.filters = tuple(one for _, filters in self._groups for one in filters)
        if self.popup is not None:
            self.popup.set_groups(self._groups)

    def show_filter(self, shown: Filter) -> None:
        """Show what is chosen; it need not be in the list."""
        old, self._shown = self._shown, shown
        if old is None or old.name != shown.name:
            self.setAccessibleDescription(shown.name)
            self.setToolTip(f"{shown.name}\n{_TIP}")
            self._fit_name()
        if self.popup is not None and self.popup.isVisible():
            self.popup.mark(self._place())

    def _fit_name(self) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        name = "" if self._shown is None else self._shown.name
        width = room.width() - SPACING_PX // 2
        self.setItemText(0, self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, width))

    def _place(self) -> int:
        """Return where the filter shown stands in the list, -1 where it does not."""
        for place, one in enumerate(self.filters):
            if self._shown is not None and one.key == self._shown.key and one == self._shown:
                return place
        return -1

    # Qt overrides.

    def showPopup(self) -> None:
        if self.popup is None:
            self.popup = FilterPopup(self)
            self.popup.chosen.connect(lambda place: self.chosen.emit(self.filters[place]))
            self.popup.set_groups(self._groups)
        self.popup.open(self._place())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_name()

    def hidePopup(self) -> None:
        super().hidePopup()
        if self.popup is not None:
            self.popup.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key, modifiers = event.key(), event.modifiers()
        if key in steps and not modifiers & Qt.KeyboardModifier.AltModifier and self.filters:
            place = max(self._place(), -1) + steps[Qt.Key(key)]
            if 0 <= place < len(self.filters):
                self.chosen.emit(self.filters[place])
        elif key in _ENTER:
            self.showPopup()
        else:
            super().keyPressEvent(event)


class FilterPopup(SearchPopup):
    """The list, opened below its box.

    Signals
    -------
    chosen(place)
        The filter at this place of all groups in a row.
    """

    chosen = Signal(int)

    def __init__(self, box: QWidget) -> None:
        super().__init__(box, "Search kernels", "Kernels")
        self._box = box
        self.search.setPlaceholderText("Search")
        self.search.setMinimumHeight(HEIGHT_PX)
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self._choose_current)
        self.list.setIconSize(QSize(ICON_PX, ICON_PX))
        self.list.itemClicked.connect(self._choose)

    def set_groups(self, groups: Sequence[Group]) -> None:
        """List other filters."""
        self.list.clear()
        place = 0
        for name, filters in groups:
            if not filters:
                continue
            heading = QListWidgetItem(name)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            font = self.font()
            font.setBold(True)
            heading.setFont(font)
            heading.setForeground(self.palette().text())
            heading.setSizeHint(QSize(0, HEIGHT_PX))
            self.list.addItem(heading)
            for one in filters:
                weights = np.hstack([kernel.weights for kernel in one.kernels])
                item = QListWidgetItem(kernel_icon(weights, ICON_PX), one.name)
                item.setData(_PLACE_ROLE, place)
                item.setData(_KEY_ROLE, one.key)
                item.setToolTip(_describe(one))
                item.setSizeHint(QSize(0, HEIGHT_PX))
                self.list.addItem(item)
                place += 1

    def open(self, place: int) -> None:
        """Show the list below its box, with one marked and nothing searched."""
        self.search.clear()
        height = min(LIST_HEIGHT_PX, (self.list.count() + 2) * (HEIGHT_PX + 1))
        self.resize(max(self._box.width(), 240), height)
        corner = self._box.mapToGlobal(QPoint(0, self._box.height()))
        screen = QGuiApplication.screenAt(corner) or self._box.screen()
        room = screen.availableGeometry()
        corner.setX(max(min(corner.x(), room.right() - self.width()), room.left()))
        corner.setY(max(min(corner.y(), room.bottom() - self.height()), room.top()))
        self.move(corner)
        self.show()
        self.search.setFocus()
        self.mark(place)

    def mark(self, place: int) -> None:
        """Make one row the current one; -1 for none."""
        for row in range(self.list.count()):
            if place >= 0 and self.list.item(row).data(_PLACE_ROLE) == place:
                self.list.setCurrentRow(row)
                return
        self.list.setCurrentRow(-1)

    def _find(self, text: str) -> None:
        """Keep the rows that hold every word typed, in their name, key or group's name."""
        heading: QListWidgetItem | None = None
        first = None
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(_PLACE_ROLE) is None:
                heading = item
                item.setHidden(True)
                continue
            others = f"{heading.text() if heading else ''} {item.data(_KEY_ROLE)}"
            is_found = rank(text, item.text(), others) is not None
            item.setHidden(not is_found)
            if is_found and heading is not None:
                heading.setHidden(False)
            if is_found and first is None:
                first = row
        self.list.setCurrentRow(-1 if first is None or not text.strip() else first)

    def _choose_current(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._choose(item)

    def _choose(self, item: QListWidgetItem) -> None:
        place = item.data(_PLACE_ROLE)
        if place is not None:
            self.hide()
            self.chosen.emit(place)

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.list and isinstance(event, QKeyEvent) and event.key() in _ENTER:
            if event.type() == QEvent.Type.KeyPress:
                self._choose_current()
            return True
        return super().eventFilter(watched, event)


def _describe(one: Filter) -> str:
    rows, columns = one.kernels[0].weights.shape
    pair = "two kernels, " if len(one.kernels) == 2 else ""
    return f"{one.name}: {pair}{rows}×{columns}"
