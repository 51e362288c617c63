"""The question before a download."""

from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from explorer.core.files.names import printable_name
from explorer.core.text.counts import short_bytes
from explorer.state.dataset.getting_state import GettingState


def ask_before_download(parent: QWidget, state: GettingState) -> bool:
    """Say what is downloaded from where to where, and return whether a person wants that.

    What has come of one that is paused can be discarded instead.
    """
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
    if state.is_paused:
        discard = box.addButton("Di&scard", QMessageBox.ButtonRole.DestructiveRole)
        discard.setToolTip("Remove what has come already")
        discard.clicked.connect(state.cancel)
    try:
        box.exec()
        return box.clickedButton() is download
    finally:
        box.deleteLater()
