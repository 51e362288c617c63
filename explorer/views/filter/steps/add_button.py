"""The button that adds a step, with a menu of all kinds."""

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from explorer.core.filters.settings import MAX_STEPS
from explorer.core.filters.steps import Convolution, Dense, Operation, Pooling, Relu, Shuffle
from explorer.core.kernels.presets import find_preset
from explorer.core.text.glossary import define
from explorer.views.common.theme import icon


class AddStepButton(QToolButton):
    """Opens the menu of steps.

    Signals
    -------
    step_added(operation)
        A person wants another step.
    """

    step_added = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText("Add step")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAutoRaise(True)
        self.setAccessibleName("Add step")
        self.steps_menu = QMenu(self)
        self.steps_menu.setToolTipsVisible(True)
        self._add("&Convolution", Convolution(find_preset("gx")), define("convolution"))
        self._add(
            "&Gradient magnitude of two kernels",
            Convolution(find_preset("gradient")),
            define("gradient magnitude"),
        )
        self._add("&ReLU", Relu(), define("ReLU"))
        self._add("&Max pooling", Pooling("max"), define("max pooling"))
        self._add("&Average pooling", Pooling("average"), define("average pooling"))
        self._add("&Shuffle the pixels", Shuffle(), "Moves every pixel to a random position.")
        self._dense = self._add("&Fully connected, softmax", Dense(), define("fully connected"))
        self.setMenu(self.steps_menu)
        self._adopt_palette()

    def show_possible(self, count: int, *, has_dense: bool) -> None:
        """Offer the steps that can be added; none can follow a fully connected one."""
        is_full = count >= MAX_STEPS
        self.setEnabled(not is_full)
        self.setToolTip(
            f"At most {MAX_STEPS} steps are possible."
            if is_full
            else "Add a step after the selected one"
        )
        self._dense.setEnabled(not has_dense)

    def _add(self, text: str, operation: Operation, explanation: str) -> QAction:
        action = QAction(text, self.steps_menu)
        action.setToolTip(explanation)
        tell = partial(self.step_added.emit, operation)
        action.triggered.connect(lambda: tell())  # without the check mark that Qt tells
        self.steps_menu.addAction(action)
        return action

    def _adopt_palette(self) -> None:
        self.setIcon(icon("plus", self.palette()))

    # Qt overrides.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._adopt_palette()
