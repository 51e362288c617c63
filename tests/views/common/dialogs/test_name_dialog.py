"""The dialog that asks for a name has room to say why one is refused."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.core.kernels.text import MAX_NAME
from explorer.errors import NameTakenError
from explorer.views.common.dialogs.name_dialog import NameDialog


def test_the_reason_is_read_in_full_and_nothing_moves(qtbot: QtBot) -> None:
    def refuse(name: str) -> None:
        raise NameTakenError(f"There is already a kernel called “{name}”: choose another name.")

    window = QWidget()
    qtbot.addWidget(window)
    name = "a wide bell that smooths " * 4
    dialog = NameDialog(window, "Save", "Save", name[:MAX_NAME], refuse, refuse)
    with qtbot.waitExposed(dialog):
        dialog.show()
    size = dialog.size()
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    box = QRect(0, 0, dialog.reason.width(), 0)
    wrap = int(Qt.TextFlag.TextWordWrap)
    needed = dialog.fontMetrics().boundingRect(box, wrap, dialog.reason.text)
    assert needed.height() <= dialog.reason.height()
    assert dialog.size() == size
    assert dialog.replace_button.isVisible()
    QTest.keyClicks(dialog.field, "x")
    assert not dialog.reason.text
    assert not dialog.replace_button.isVisible()
