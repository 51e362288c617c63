"""The menu of the models there are: which is current, opening another, where it lies."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.models.model import Model
from explorer.core.models.run_folder import DamagedRun
from explorer.views.common.command import Command, escaped
from explorer.views.common.command_action import fill_menu

LONGEST_NAME = 48


class ModelMenu(QMenu):
    """Shows what can be chosen; every choice is a signal.

    Parameters
    ----------
    open_model : QAction
        The window's own, so that it is one thing everywhere.
    parent : QWidget

    Signals
    -------
    model_wanted(Model)
        A model was chosen.
    damaged_wanted(Path)
        The folder of a model that could not be opened was chosen.
    folder_wanted()
        A person wants to see where the current model lies.
    """

    model_wanted = Signal(object)
    damaged_wanted = Signal(object)
    folder_wanted = Signal()

    def __init__(self, open_model: QAction, parent: QWidget) -> None:
        super().__init__("&Model", parent)
        self._open_model = open_model
        self.set_runs((), None)

    def commands(self) -> Iterable[Command[Any]]:
        """Return what can be chosen here, and is nowhere else; the target is this menu."""
        return self._commands

    def set_runs(
        self,
        groups: Sequence[Sequence[Model]],
        current: Model | None,
        damaged: Sequence[DamagedRun] = (),
    ) -> None:
        """Offer the models there are, group by group, and check the current one."""
        self.clear()
        self._commands: list[Command[ModelMenu]] = []
        names = Counter(model.name for group in groups for model in group)
        for group in groups:
            self._add(
                *(_choose(model, current, is_alone=names[model.name] == 1) for model in group)
            )
            self.addSeparator()
        if not groups:
            self.addAction("No model yet").setEnabled(False)
            self.addSeparator()
        if damaged:
            self._add(*map(_try, damaged))
            self.addSeparator()
        self.addAction(self._open_model)
        self._add(
            Command(
                "show_model",
                "Show in &folder",
                lambda menu: menu.folder_wanted.emit(),
                place="Model",
                keywords="run files",
                tip="Show the folder of the current model",
                is_enabled=lambda menu: current is not None,
            )
        )

    def _add(self, *commands: Command["ModelMenu"]) -> None:
        fill_menu(self, commands, self)
        self._commands += commands


def _choose(model: Model, current: Model | None, *, is_alone: bool) -> Command[ModelMenu]:
    name = shorten_name(model.name, LONGEST_NAME)
    if not is_alone:  # of two with one name, each says where it lies
        name += f"  ({shorten_name(printable_name(model.path.parent), LONGEST_NAME)})"
    return Command(
        f"choose_{model.path}",
        escaped(name),
        lambda menu: menu.model_wanted.emit(model),
        place="Model",
        keywords="network run choose",
        tip=printable_name(str(model.path)),
        is_checked=lambda menu: current is not None and current.path == model.path,
    )


def _try(damaged: DamagedRun) -> Command[ModelMenu]:
    """Offer to open what could not be opened: it may have been mended, else the reason is told."""
    name = printable_name(damaged.folder)
    return Command(
        f"try_{damaged.folder}",
        escaped(f"{shorten_name(name, LONGEST_NAME)} (damaged)"),
        lambda menu: menu.damaged_wanted.emit(damaged.folder),
        place="Model",
        keywords="network run",
        tip=damaged.error.sentence,
    )
