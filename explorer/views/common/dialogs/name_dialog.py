"""Ask for a name until it is valid or the dialog is cancelled."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QWidget

from explorer.errors import ExplorerError, NameTakenError
from explorer.views.common.labels.fixed_height_label import FixedHeightLabel
from explorer.views.common.layouts import in_column, label_of
from explorer.views.common.theme import SPACING_PX

LEAST_WIDTH_PX = 360
REASON_LINES = 3  # for the longest name


class NameDialog(QDialog):
    """Stays open and shows the reason while a name is invalid.

    Parameters
    ----------
    title : str
    verb : str
        The text of its button: "Save".
    suggested : str
        A name to begin with.
    use : callable
        Called with the name; an ExplorerError rejects it.
    replace : callable, optional
        Called with a name that `use` rejected with a NameTakenError, if the user confirms.
    """

    def __init__(
        self,
        parent: QWidget,
        title: str,
        verb: str,
        suggested: str,
        use: Callable[[str], object],
        replace: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._use = use
        self._replace = replace
        self.field = QLineEdit(suggested)
        self.field.selectAll()
        self.field.setMinimumWidth(LEAST_WIDTH_PX)
        self.field.textChanged.connect(lambda text: self._refuse(""))
        self.reason = FixedHeightLabel("Why this name is not possible", REASON_LINES)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.verb_button = buttons.addButton(f"&{verb}", QDialogButtonBox.ButtonRole.AcceptRole)
        self.replace_button = buttons.addButton("&Replace", QDialogButtonBox.ButtonRole.ActionRole)
        self.replace_button.setAutoDefault(False)
        self.replace_button.setToolTip("Replace the kernel of this name")
        self.verb_button.clicked.connect(lambda: self._try(self._use))
        self.replace_button.clicked.connect(lambda: self._try(self._replace))
        buttons.rejected.connect(self.reject)
        in_column(
            label_of(self.field, "&Name:"),
            self.field,
            self.reason,
            buttons,
            of=self,
            margin=SPACING_PX,
        )
        self._refuse("")

    def ask(self) -> None:
        """Show it until a name is used or nothing is wanted any more."""
        try:
            self.exec()
        finally:
            self.deleteLater()

    def _try(self, use: Callable[[str], object] | None) -> None:
        if use is None:
            return
        try:
            use(self.field.text())
        except NameTakenError as error:
            self._refuse(error.sentence, can_replace=self._replace is not None)
        except ExplorerError as error:
            self._refuse(error.sentence)
        else:
            self.accept()

    def _refuse(self, reason: str, *, can_replace: bool = False) -> None:
        self.reason.set_text(reason)
        self.field.setAccessibleDescription(reason)
        self.replace_button.setVisible(can_replace)
