"""The hand in the dialog that asks where to save."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit, QMessageBox

PATIENCE = 200  # looks, of a few milliseconds each


def save_as(
    act: Callable[[], object],
    path: Path,
    kind: str = "",
    *,
    is_replacing: bool = True,
    until: Callable[[], bool] = lambda: True,
) -> str:
    """Do what opens the dialog, go to a folder, choose a kind, type a name, and press Enter.

    Parameters
    ----------
    act : callable
    path : Path
    kind : str, optional
        How its entry in the list of kinds begins; without one the first stays.
    is_replacing : bool
        The answer if the program asks whether to replace a file; no also leaves the dialog.
    until : callable, optional
        The dialog stays open, untouched, until this holds.

    Returns
    -------
    str
        What the program asked; empty if it asked nothing.
    """
    failures: list[BaseException] = []
    asked: list[str] = []
    hand: list[Iterator[None]] = []
    looking = QTimer()
    looking.setSingleShot(True)
    looking.setInterval(5)

    def look() -> None:
        looking.start()  # now, for a key pressed here may open a box that waits for the next look
        dialog = QApplication.activeModalWidget()
        try:
            if isinstance(dialog, QMessageBox):
                asked.append(dialog.text())
                buttons = QMessageBox.StandardButton
                answer = dialog.button(buttons.Yes if is_replacing else buttons.No)
                QTest.mouseClick(answer, Qt.MouseButton.LeftButton)
            elif isinstance(dialog, QFileDialog) and asked:
                QTest.keyClick(dialog, Qt.Key.Key_Escape)
            elif isinstance(dialog, QFileDialog) and (hand or until()):
                hand[:] = hand or [_fill(dialog, path, kind)]
                next(hand[0])
        except BaseException as error:
            # A dialog that stays open would hold the program for ever.
            failures.append(error)
            dialog.close()

    looking.timeout.connect(look)
    looking.start()
    try:
        act()
    finally:
        looking.stop()
    if failures:
        raise failures[0]
    assert hand, "nothing asked where to save"
    return " ".join(asked)


def _fill(dialog: QFileDialog, path: Path, kind: str) -> Iterator[None]:
    """Act whenever the dialog has come to rest."""
    while not dialog.isActiveWindow():
        dialog.activateWindow()
        yield
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    is_there = path.parent.is_dir()
    if is_there and Path(dialog.directory().path()) != path.parent:
        _type(field, str(path.parent))
        while Path(dialog.directory().path()) != path.parent:
            QTest.keyClick(field, Qt.Key.Key_Return)
            yield
    kinds = dialog.findChild(QComboBox, "fileTypeCombo")
    while not kinds.currentText().startswith(kind):
        assert kinds.currentIndex() < kinds.count() - 1, f"no kind begins with “{kind}”"
        QTest.keyClick(kinds, Qt.Key.Key_Down)
    _type(field, path.name if is_there else str(path))
    for _ in range(PATIENCE):
        # Once or twice: the list of names that opens while typing takes the first one.
        yield
        QTest.keyClick(field, Qt.Key.Key_Return)
    raise AssertionError(f"the dialog takes no “{path}”")


def _type(field: QLineEdit, text: str) -> None:
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)
