"""One line about something that takes a while: how far it is, and what stops it."""

from typing import Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.layouts import in_row
from explorer.views.common.theme import INSPECTOR_WIDTH_PX, SPACING_PX

_STEPS = 1000


class Job(Protocol):
    """What a state tells of it."""

    @property
    def progress_changed(self) -> SignalInstance:
        """Any of the others has another value."""

    @property
    def is_busy(self) -> bool:
        """Whether it runs."""

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None where that is not known."""

    @property
    def sentence(self) -> str:
        """What is done, and how far it is."""


class JobRow(QWidget):
    """A bar, a sentence and buttons; hidden while nothing runs, as is a button of no use.

    Parameters
    ----------
    job : Job
    name : str
        What the bar is called by a screen reader.
    *buttons : QPushButton
        What stops it.
    """

    def __init__(self, job: Job, name: str, *buttons: QPushButton) -> None:
        super().__init__()
        self._job = job
        self._buttons = buttons
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(INSPECTOR_WIDTH_PX // 2, SPACING_PX)
        self.bar.setAccessibleName(name)
        self.text = ElidedLabel()
        in_row(self.bar, (self.text, 1), *buttons, of=self)
        job.progress_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        share = self._job.share
        self.bar.setRange(0, 0 if share is None else _STEPS)
        self.bar.setValue(round(_STEPS * (share or 0.0)))
        self.text.setText(self._job.sentence)
        for button in self._buttons:
            button.setVisible(button.isEnabled())
        self.setVisible(self._job.is_busy)
