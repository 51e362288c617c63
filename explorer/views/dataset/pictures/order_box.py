"""By what the pictures are sorted, and in which direction."""

from PySide6.QtWidgets import QComboBox, QWidget

from explorer.core.catalogue.orders import BY_NAME, ORDERS, PICKED
from explorer.state.dataset.dataset_state import DatasetState
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.controls.wheel_guard import WheelGuard
from explorer.views.common.layouts import in_row
from explorer.views.common.theme import SPACING_PX

_OF_A_PICK = "As picked"


class OrderBox(QWidget):
    """A list of the orders, and a button that turns the direction around."""

    def __init__(self, state: DatasetState) -> None:
        super().__init__()
        self._state = state
        self.box = QComboBox()
        self.box.setAccessibleName("Sort by")
        self.box.setToolTip("Sort by")
        self.box.setMinimumHeight(HEIGHT_PX)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        WheelGuard(self.box)
        self.turn = IconButton("swap", "Sort the other way around")
        in_row(self.box, self.turn, of=self, spacing=SPACING_PX // 2)
        self.box.activated.connect(lambda place: state.sort(self.box.itemData(place)))
        self.turn.clicked.connect(self._on_turn)
        state.query_changed.connect(self._show)
        self._show()

    def _on_turn(self) -> None:
        query = self._state.query
        self._state.sort(query.order, is_descending=not query.is_descending)

    def _show(self) -> None:
        state = self._state
        wanted = [(one.title, one.name) for one in ORDERS if self._is_known(one.name)]
        if state.picked is not None and state.picked.is_ordered:
            wanted.insert(0, (_OF_A_PICK, PICKED))
        shown = [(self.box.itemText(i), self.box.itemData(i)) for i in range(self.box.count())]
        if shown != wanted:
            self.box.clear()
            for title, name in wanted:
                self.box.addItem(title, name)
        query = state.query
        self.box.setCurrentIndex(self.box.findData(query.order))
        self.turn.setEnabled(query.order != PICKED)
        order = next((one for one in ORDERS if one.name == query.order), None)
        if order is not None:
            begins = order.begins_with[query.is_descending]
            self.turn.setToolTip(f"Sorted {begins}; sort the other way around")

    def _is_known(self, order: str) -> bool:
        return order in (BY_NAME.name, "date") or self._state.columns is not None
