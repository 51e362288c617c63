"""Run the real main() and act inside its event loop as a person would."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.__main__ import main
from explorer.views.window.main_window import MainWindow

Steps = Callable[[MainWindow], None]


class _Unexpected(logging.Handler):
    """Collects what the program logs as unexpected."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(self.format(record))


def travel(arguments: Sequence[str], steps: Steps | None = None) -> int:
    """Call main(); once its window stands, take the steps, then close the window.

    Parameters
    ----------
    arguments : sequence of str
        The command line.
    steps : callable, optional
        Gets the window. None: main() ends by itself, as with --screenshot.

    Returns
    -------
    int
        What main() returned.
    """
    failures: list[BaseException] = []
    unexpected = _Unexpected()
    logging.getLogger("explorer").addHandler(unexpected)
    starter = QTimer()
    starter.setInterval(5)

    def take() -> None:
        windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]
        windows = [window for window in windows if window.isVisible()]
        if not windows:
            return
        starter.stop()
        try:
            if steps is not None:
                QTest.qWaitForWindowActive(windows[0])
                steps(windows[0])
        except BaseException as error:
            failures.append(error)
        finally:
            windows[0].close()

    starter.timeout.connect(take)
    if steps is not None:
        starter.start()
    try:
        code = main(list(arguments))
    finally:
        starter.stop()
        logging.getLogger("explorer").removeHandler(unexpected)
    if failures:
        raise failures[0]
    assert not unexpected.messages, "\n".join(unexpected.messages)
    return code


def drop_files(window: MainWindow, paths: Sequence[Path]) -> None:
    """Drop files on the window with real drag and drop events."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    drop(window, mime)


def drop(window: MainWindow, mime: QMimeData) -> None:
    """Drop anything on the window."""
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, event)
