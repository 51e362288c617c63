"""The button that adds a step, with a menu of all kinds."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QToolButton

from explorer.core.filters.settings import MAX_STEPS
from explorer.core.filters.steps import Dense, Operation
from explorer.views.common.command_action import fill_menu
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.filter.steps.commands import list_steps


class AddStepButton(IconButton):
    """Opens the menu of steps.

    Signals
    -------
    step_added(operation)
        A person wants another step.
    """

    step_added = Signal(object)

    def __init__(self) -> None:
        super().__init__("plus", "Add step", is_flat=True)
        self.setText("Add step")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._has_dense = False
        self.steps_menu = QMenu(self)
        self._entries = fill_menu(self.steps_menu, list_steps(), self)
        self.setMenu(self.steps_menu)

    def can_add(self, operation: Operation) -> bool:
        """Return whether the row has room for such a step."""
        return self.isEnabled() and not (self._has_dense and isinstance(operation, Dense))

    def show_possible(self, count: int, *, has_dense: bool) -> None:
        """Offer the steps that can be added; none can follow a fully connected one."""
        is_full = count >= MAX_STEPS
        self.setEnabled(not is_full)
        self.setToolTip(
            f"At most {MAX_STEPS} steps are possible."
            if is_full
            else "Add a step after the selected one"
        )
        self._has_dense = has_dense
        for entry in self._entries:
            entry.refresh()
