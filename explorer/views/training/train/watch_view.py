"""A training, watched: how far it is, its curves, and what it says."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QProgressBar, QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.training.standing import Watched
from explorer.state.training.training_state import TrainingState
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column
from explorer.views.common.theme import SPACING_PX
from explorer.views.training.train.curves import LiveCurves

_STEPS = 1000
NOTES_HEIGHT_PX = 96
LONGEST_NAME = 60
WAITING = "The curves begin once the first epoch has ended."


class WatchView(QWidget):
    """Shows `TrainingState.watched`."""

    def __init__(self, state: TrainingState) -> None:
        super().__init__()
        self._state = state
        self.heading = plain_label(scale=1.25)
        self.headline = ElidedLabel()
        self.details = ElidedLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACING_PX)
        self.bar.setAccessibleName("How far the training is")
        self.advice = plain_label(wraps=True, is_selectable=True)
        self.curves = LiveCurves()
        self.waiting = plain_label(WAITING, wraps=True, is_quiet=True)
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.notes = QPlainTextEdit()
        self.notes.setReadOnly(True)
        self.notes.setFixedHeight(NOTES_HEIGHT_PX)
        self.notes.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.notes.setAccessibleName("What the training says")
        self.notes.setTabChangesFocus(True)
        in_column(
            self.heading,
            self.headline,
            self.bar,
            self.details,
            self.advice,
            (self.waiting, 1),
            (self.curves, 1),
            self.notes,
            of=self,
            margin=SPACING_PX,
        )
        state.watched_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        watched = self._state.watched
        if watched is None:
            return
        name = printable_name(watched.target)
        self.heading.setText(shorten_name(name, LONGEST_NAME))
        self.heading.setToolTip(printable_name(str(watched.target)))
        self.headline.setText(watched.headline)
        self.details.setText(watched.details)
        self.details.setVisible(watched.is_live)
        self._show_share(watched)
        self.advice.setText(watched.advice)
        self.advice.setVisible(bool(watched.advice))
        planned = 0 if watched.record is None else watched.record.epochs
        self.curves.show_rows(watched.rows, planned)
        self.curves.setVisible(bool(watched.rows))
        self.waiting.setVisible(not watched.rows)
        self.waiting.setText(WAITING if watched.is_live else "")
        notes = () if watched.record is None else watched.record.notes
        self.notes.setVisible(bool(notes))
        text = "\n".join(map(printable_name, notes))
        if text != self.notes.toPlainText():
            bar = self.notes.verticalScrollBar()
            is_at_end = bar.value() == bar.maximum()
            self.notes.setPlainText(text)
            if is_at_end:
                bar.setValue(bar.maximum())

    def _show_share(self, watched: Watched) -> None:
        self.bar.setVisible(watched.is_live)
        share = watched.share
        self.bar.setRange(0, 0 if share is None else _STEPS)
        self.bar.setValue(round(_STEPS * (share or 0.0)))
