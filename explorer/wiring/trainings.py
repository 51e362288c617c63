"""What is trained, beside the Training page: on the status line, and when the window closes."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.training.record import TrainingRecord
from explorer.views.window.main_window import MainWindow
from explorer.wiring.states import States

KNOWN = "training/goes_on_is_known"
"""Among the preferences: whether a person has heard that trainings go on without the window."""


class Trainings(QObject):
    """Says what is trained, whatever page is shown; asks once before the window closes.

    Parameters
    ----------
    states : States
    window : MainWindow
    """

    def __init__(self, states: States, window: MainWindow) -> None:
        super().__init__(window)
        self._states = states
        self._window = window
        window.may_close = self._ask
        states.training.live_changed.connect(self._show)
        states.runs.continue_wanted.connect(states.setup.continue_from)
        states.setup.ready.connect(lambda: window.show_part("training", "train"))
        self._show()

    def _show(self) -> None:
        live = self._states.training.live
        self._window.training_label.setVisible(bool(live))
        if live:
            more = f", and {len(live) - 1:,} more" if len(live) > 1 else ""
            self._window.training_label.setText(f"Training {_describe(live[0])}{more}")

    def _ask(self) -> bool:
        """Return whether the window may close."""
        states = self._states
        if not states.training.is_training or states.settings.value(KNOWN) is not None:
            return True
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Close")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText("A network is being trained. Close the window?")
        box.setInformativeText(
            "The training goes on without the window, and is watched again once the program is "
            "started. To end it, press “Stop” on the Training page first. This is asked only once."
        )
        close = box.addButton("C&lose", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(close)
        box.addButton(QMessageBox.StandardButton.Cancel)
        try:
            box.exec()
            states.settings.setValue(KNOWN, True)
            return box.clickedButton() is close
        finally:
            box.deleteLater()


def _describe(record: TrainingRecord) -> str:
    name = f"“{shorten_name(printable_name(record.folder))}”"
    if record.phase == "paused":
        return f"{name}: paused"
    if record.phase == "finishing":
        return f"{name}: testing"
    return f"{name}: epoch {record.epoch:,} of {record.epochs:,}" if record.epoch else name
