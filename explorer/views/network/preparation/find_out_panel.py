"""Find out: try every way of preparing on labelled pictures, and take the best."""

from PySide6.QtWidgets import QProgressBar, QPushButton, QSizePolicy, QWidget

from explorer.core.model_files.find_out import Tried
from explorer.state.network.find_out_state import FindOutState
from explorer.state.network.find_out_table import FindOutTable
from explorer.state.network.preparation_state import PreparationState
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.dialogs.folder_dialogs import ask_for_folder
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.tables.column_spacing import leave_room_between_columns
from explorer.views.common.tables.row_table import RowTable

WHAT_FOR = (
    "No file says how pictures were prepared when the model was trained. A folder of labelled "
    "pictures tells: every way is tried on some of them."
)
WHAT_FOR_WITH_CARD = (
    "The card says how pictures were prepared when the model was trained. A folder of labelled "
    "pictures tells whether another way would do better: every way is tried on some of them."
)


class FindOutPanel(QWidget):
    """A button, then a bar with another that stops it, then what was tried."""

    def __init__(self, state: FindOutState, preparation: PreparationState) -> None:
        super().__init__()
        self._state = state
        self._preparation = preparation
        self.start_button = _button("Find out from &labelled pictures…")
        self.stop_button = _button("S&top")
        self.best_button = _button("Take the &best")
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Ways tried")
        self.text = plain_label(wraps=True, is_selectable=True)
        self.table = RowTable()
        self.table.setAccessibleName("Ways of preparing pictures")
        self._rows = FindOutTable(self)
        self._shown: list[Tried] | None = None
        self.table.setModel(self._rows)
        leave_room_between_columns(self.table)
        in_column(
            self.text,
            (self.table, 1),
            in_row(self.start_button, (self.bar, 1), self.stop_button, self.best_button, 0),
            of=self,
        )
        self.start_button.clicked.connect(self._on_start)
        self.stop_button.clicked.connect(state.cancel)
        self.best_button.clicked.connect(self._on_best)
        self.table.activated.connect(
            lambda index: preparation.choose_preparation(self._rows.preparation_at(index.row()))
        )
        state.find_out_changed.connect(self._show)
        preparation.preparation_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        state, model = self._state, self._preparation.model
        self.start_button.setEnabled(
            not state.is_busy and model is not None and bool(model.classes)
        )
        self.bar.setVisible(state.is_busy)
        self.stop_button.setVisible(state.is_busy)
        done, total = state.progress
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        if state.tried is not self._shown:
            self._show_tried()
        self._show_text()
        best = state.tried[0].preparation if state.tried else None
        self.best_button.setVisible(best is not None)
        self.best_button.setEnabled(model is not None and best != model.preparation)

    def _show_tried(self) -> None:
        state = self._state
        self._shown = state.tried
        self._rows.set_tried(state.tried)
        self.table.setVisible(bool(state.tried))
        # Without a table, the room is the picture's.
        height = QSizePolicy.Policy.Preferred if state.tried else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, height)
        self.table.resizeColumnsToContents()

    def _show_text(self) -> None:
        state, model = self._state, self._preparation.model
        has_card = model is not None and model.card is not None
        what_for = WHAT_FOR_WITH_CARD if has_card else WHAT_FOR
        self.text.setText(f"{state.verdict} {state.note}".strip() or what_for)

    def _on_start(self) -> None:
        folder = ask_for_folder(self, "Open a folder of labelled pictures")
        if folder is not None:
            self._state.find_out(folder)

    def _on_best(self) -> None:
        self._preparation.choose_preparation(self._state.tried[0].preparation)


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setMinimumHeight(HEIGHT_PX)
    return button
