"""What the Filter page shows: the planes, the filter, its geometry, and the live result."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from explorer.background.tasks import LatestWins, TaskPool
from explorer.core.display import Display, Shown, automatic_display, show
from explorer.core.filtering import Border, Mode, apply_filter, to_planes
from explorer.core.kernels import Filter, Kernel, find_preset
from explorer.core.pictures import PictureFile
from explorer.state.notices import Notices

Planes = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FilterSettings:
    """Everything a person sets on the page.

    Attributes
    ----------
    filter : Filter
    mode, border : str
        Which part of the result is kept, and what stands beyond the edges.
    is_color : bool
        Filter the three colour planes, or their grey.
    display : str or None
        How signed values are drawn; None follows the kernel.
    """

    filter: Filter
    mode: Mode = "same"
    border: Border = "zero"
    is_color: bool = False
    display: Display | None = None

    @property
    def effective_display(self) -> Display:
        """The display in force."""
        return self.display or automatic_display(self.filter)


@dataclass(frozen=True, eq=False)
class FilterResult:
    """A filtered picture.

    Attributes
    ----------
    settings : FilterSettings
        What it was made with.
    original : (h, w) or (h, w, 3) uint8
        The picture as it went in.
    response : (h', w') or (h', w', 3) float32
    shown : Shown
        The response as drawn.
    """

    settings: FilterSettings
    original: npt.NDArray[np.uint8]
    response: npt.NDArray[np.float32]
    shown: Shown


class FilterState(QObject):
    """Keeps the result up with the picture and the settings.

    Signals
    -------
    settings_changed()
        `settings` has another value.
    result_changed()
        `result` has another value.
    """

    settings_changed = Signal()
    result_changed = Signal()

    def __init__(self, pool: TaskPool, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._request = LatestWins(pool, done=self._set_result, failed=self._fail)
        self._settings = FilterSettings(find_preset("gx"))
        self._planes: _Planes | None = None
        self._result: FilterResult | None = None
        self._stroke = 0
        self.undo_stack = QUndoStack(self)

    @property
    def settings(self) -> FilterSettings:
        """What is set."""
        return self._settings

    @property
    def result(self) -> FilterResult | None:
        """The newest result; None before the first picture."""
        return self._result

    @property
    def is_busy(self) -> bool:
        """Whether the result is not yet that of the settings."""
        return self._request.is_busy

    def set_picture(self, file: PictureFile) -> None:
        """Filter another picture."""
        self._request.forget()
        self._planes = _Planes(file)
        self._filter()

    def choose_filter(self, chosen: Filter) -> None:
        """Apply a preset or an opened kernel; the display follows the kernel again."""
        self._change(f"choose {chosen.name}", filter=chosen, display=None)

    def set_weight(self, kernel_index: int, row: int, column: int, value: float) -> None:
        """Set one weight. Weights set without `end_stroke` between them undo together."""
        kernels = self._settings.filter.kernels
        edited = kernels[kernel_index].with_weight(row, column, value)
        if edited != kernels[kernel_index]:
            self._replace_kernel(kernel_index, edited, "edit the kernel", stroke=self._stroke)

    def end_stroke(self) -> None:
        """End the stroke that `set_weight` paints: what follows is undone on its own."""
        self._stroke += 1

    def set_kernel(self, kernel_index: int, kernel: Kernel) -> None:
        """Replace one kernel as a whole."""
        self._replace_kernel(kernel_index, kernel, "replace the kernel", stroke=None)

    def set_mode(self, mode: Mode) -> None:
        """Keep the full, same or valid part of the result."""
        self._change(f"mode {mode}", mode=mode)

    def set_border(self, border: Border) -> None:
        """Say what stands beyond the edges."""
        self._change(f"border {border}", border=border)

    def set_color(self, is_color: bool) -> None:
        """Filter the colour planes, or grey."""
        self._change("colour" if is_color else "grey", is_color=is_color)

    def set_display(self, display: Display | None) -> None:
        """Draw signed values in another way; None follows the kernel."""
        self._change("display", display=display)

    def restore(self, settings: FilterSettings) -> None:
        """Take settings over as they are; what undo and redo do."""
        self._settings = settings
        self.settings_changed.emit()
        self._filter()

    def _replace_kernel(self, index: int, kernel: Kernel, text: str, *, stroke: int | None) -> None:
        old = self._settings.filter
        kernels = tuple(kernel if i == index else k for i, k in enumerate(old.kernels))
        name = old.name if old.key == "" else f"{old.name}, edited"
        self._change(text, stroke=stroke, filter=Filter(name=name, kernels=kernels, key=""))

    def _change(self, text: str, *, stroke: int | None = None, **values: Any) -> None:
        settings = replace(self._settings, **values)
        if settings != self._settings:
            self.undo_stack.push(_Change(text, self.restore, self._settings, settings, stroke))

    def _filter(self) -> None:
        planes, settings = self._planes, self._settings
        if planes is not None:
            self._request.ask(lambda: _compute(planes, settings))

    def _set_result(self, result: FilterResult) -> None:
        self._result = result
        self.result_changed.emit()

    def _fail(self, error: Exception) -> None:
        self._notices.report(error)


class _Planes:
    """The picture as float planes, made when first asked for, once for grey and once for colour."""

    def __init__(self, file: PictureFile) -> None:
        self._picture = file.picture
        self._made: dict[bool, tuple[Planes, npt.NDArray[np.uint8]]] = {}

    def get(self, is_color: bool) -> tuple[Planes, npt.NDArray[np.uint8]]:
        """Return the planes and how they look."""
        if is_color not in self._made:
            planes = to_planes(self._picture, color=is_color)
            shown = self._picture if is_color else show(planes, "clip").pixels
            self._made[is_color] = (planes, shown)
        return self._made[is_color]


def _compute(planes: _Planes, settings: FilterSettings) -> FilterResult:
    values, original = planes.get(settings.is_color)
    response = apply_filter(values, settings.filter, mode=settings.mode, border=settings.border)
    return FilterResult(settings, original, response, show(response, settings.effective_display))


class _Change(QUndoCommand):
    """One step of undo: the settings before and after it; one stroke is one step."""

    def __init__(
        self,
        text: str,
        restore: Callable[[FilterSettings], None],
        before: FilterSettings,
        after: FilterSettings,
        stroke: int | None,
    ) -> None:
        super().__init__(text)
        self._restore = restore
        self._before = before
        self._after = after
        self._stroke = stroke

    def redo(self) -> None:
        self._restore(self._after)

    def undo(self) -> None:
        self._restore(self._before)

    def id(self) -> int:
        return -1 if self._stroke is None else 1  # Qt offers to merge neighbours of one id

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other._stroke != self._stroke:
            return False
        self._after = other._after
        return True
