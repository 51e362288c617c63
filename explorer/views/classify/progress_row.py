"""How far the Classify page is: counts, rate and time left, with what stops it or goes on."""

from PySide6.QtWidgets import QProgressBar, QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.text.durations import short_duration
from explorer.state.classify.classify_state import ClassifyState
from explorer.state.shared.timers import make_timer
from explorer.views.common.command_action import CommandButton
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.layouts import in_row
from explorer.views.common.theme import INSPECTOR_WIDTH_PX, SPACING_PX

BUSY_AFTER_MS = 200


class ProgressRow(QWidget):
    """Says how many pictures have a result, and how long the rest will take.

    Parameters
    ----------
    state : ClassifyState
    *buttons : CommandButton
        At its end.
    """

    def __init__(self, state: ClassifyState, *buttons: CommandButton) -> None:
        super().__init__()
        self._state = state
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(SPACING_PX)
        self._bar.setMaximumWidth(INSPECTOR_WIDTH_PX // 2)
        self._bar.setAccessibleName("Progress")
        self._count = ElidedLabel()  # it may name a file
        self._count.setMinimumHeight(HEIGHT_PX)  # so that nothing jumps as Cancel goes
        in_row((self._bar, 1), (self._count, 3), *buttons, of=self)
        # A file is written before anybody looks; only on a slow disk it is told that it lasts.
        self._patience = make_timer(self, BUSY_AFTER_MS, self.refresh)
        state.exports.changed.connect(self._on_saving)

    def refresh(self) -> None:
        """Say how far it is now."""
        state, counts = self._state, self._state.counts
        total, done = counts.total, counts.done
        folder, files = state.search.folder, state.search.files
        is_running = state.waiting_count > 0
        # How many pictures there will be is not known while a folder is looked through.
        self._bar.setRange(0, 0 if folder is not None and not is_running else max(total, 1))
        self._bar.setValue(min(done, total - counts.comparing))
        self._bar.setVisible(is_running or folder is not None)
        text = f"{total:,} {'picture' if total == 1 else 'pictures'}"
        if done < total:
            text = f"{done:,} of {text}"
        if counts.failed:
            text += f", {counts.failed:,} failed"
        if counts.neither:
            text += f", {counts.neither:,} like none of the classes"
        if counts.disagreeing:
            text += f", they disagree on {counts.disagreeing:,}"
        shown = len(state.table.shown)
        if shown < total:
            text += f", {shown:,} shown"
        if is_running and state.rate:
            text += f"; {describe_pace(state.rate, state.waiting_count)}"
        if folder is not None:
            found = f": {files:,} {'file' if files == 1 else 'files'}" if files else "…"
            where = f"“{shorten_name(printable_name(folder))}”{found}"
            text = f"{text}; scanning {where}" if total else f"Scanning {where}"
        saved = state.exports.file
        if saved is not None and not self._patience.isActive():
            text += f"; writing “{printable_name(saved)}”…"
        self._count.setText(text)

    def _on_saving(self) -> None:
        if self._state.exports.file is None:
            self._patience.stop()
            self.refresh()
        elif not self._patience.isActive():
            self._patience.start()


def describe_pace(rate: float, left: int) -> str:
    """Return a rate and the time left: "212 a second, 47 s left".

    Parameters
    ----------
    rate : float
        Pictures in a second, above 0.
    left : int
        How many pictures are to come.
    """
    each = f"{rate:,.0f}" if rate >= 9.5 else f"{rate:.1f}"
    return f"{each} a second, {short_duration(left / rate)} left"
