"""What the shown page has to save and to copy, in the window's File and Edit menus."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from explorer.views.common.export_action import HasExports


class ExportMenus(QObject):
    """Puts the shown page's own actions into the two menus: each thing is one action everywhere.

    Where a page keeps nothing, Save and Copy stand there and cannot be chosen.

    Parameters
    ----------
    file, edit : QMenu
    after_save, after_copy : QAction
        What the page's actions come before, in each menu.
    """

    def __init__(self, file: QMenu, after_save: QAction, edit: QMenu, after_copy: QAction) -> None:
        super().__init__(file)
        self._menus = (file, edit)
        self._ends = (after_save, after_copy)
        self._nothing = (
            self._stand_in("&Save…", QKeySequence.StandardKey.Save),
            self._stand_in("&Copy", QKeySequence.StandardKey.Copy),
        )
        self._shown: tuple[list[QAction], list[QAction]] = ([], [])
        self._show([], [])

    @property
    def stand_ins(self) -> tuple[QAction, ...]:
        """What stands there where a page keeps nothing, and never does anything."""
        return self._nothing

    def show_page(self, page: QWidget) -> None:
        """Offer what this page keeps, and nothing of the one before."""
        if isinstance(page, HasExports):
            self._show(list(page.save_actions), list(page.copy_actions))
        else:
            self._show([], [])

    def _show(self, *wanted: list[QAction]) -> None:
        for menu, end, shown, actions, nothing in zip(
            self._menus, self._ends, self._shown, wanted, self._nothing, strict=True
        ):
            for action in shown:
                menu.removeAction(action)
            shown[:] = actions or [nothing]
            menu.insertActions(end, shown)

    def _stand_in(self, text: str, keys: QKeySequence.StandardKey) -> QAction:
        action = QAction(text, self)
        action.setShortcuts(keys)
        action.setEnabled(False)
        return action
