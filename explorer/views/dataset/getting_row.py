"""What is being drawn or downloaded: how far it is, and how to stop it; and asking beforehand."""

from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QProgressBar, QPushButton, QWidget

from explorer.core.files.names import printable_name
from explorer.core.text.counts import short_bytes
from explorer.state.dataset.getting_state import GettingState
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.layouts import in_row
from explorer.views.common.theme import INSPECTOR_WIDTH_PX, SPACING_PX

_STEPS = 1000


class GettingRow(QWidget):
    """A bar, a sentence, and buttons; hidden while nothing is on its way.

    Parameters
    ----------
    state : GettingState
    pause, cancel : QPushButton
        What stops it.
    """

    def __init__(self, state: GettingState, pause: QPushButton, cancel: QPushButton) -> None:
        super().__init__()
        self._state = state
        self._pause = pause
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(INSPECTOR_WIDTH_PX // 2, SPACING_PX)
        self.bar.setAccessibleName("Getting a dataset")
        self.text = ElidedLabel()
        in_row(self.bar, (self.text, 1), pause, cancel, of=self)
        state.progress_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        share = self._state.share
        self.bar.setRange(0, 0 if share is None else _STEPS)
        self.bar.setValue(round(_STEPS * (share or 0.0)))
        self.text.setText(self._state.sentence)
        self._pause.setVisible(self._state.can_pause)
        self.setVisible(self._state.is_busy)


def ask_before_download(parent: QWidget, state: GettingState) -> bool:
    """Say what is downloaded from where to where, and return whether a person wants that."""
    public, begun = state.public, state.begun_bytes
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Download")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"Download “{public.name}”, {short_bytes(public.archive_bytes)}?")
    come = f"{short_bytes(begun)} of it have come already. " if begun else ""
    room = short_bytes(public.archive_bytes + public.unpacked_bytes)
    box.setInformativeText(
        f"{public.pictures}, published by {public.publisher} on {urlsplit(public.url).hostname}. "
        f"{come}They are put into “{printable_name(str(state.place))}”; until they are unpacked, "
        f"{room} are needed there.\n\n"
        "You can go on working meanwhile, pause, and go on at another time."
    )
    download = box.addButton("&Download", QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    try:
        box.exec()
        return box.clickedButton() is download
    finally:
        box.deleteLater()
