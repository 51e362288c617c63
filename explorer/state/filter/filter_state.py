"""The Filter page: the picture, the settings with undo, and the live result."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from explorer.background.tasks import LatestWins, TaskPool
from explorer.core.convolution.geometry import Geometry
from explorer.core.files.names import file_name
from explorer.core.filters.display import Display
from explorer.core.filters.explanation import NeuronTotals
from explorer.core.filters.lessons import Lesson
from explorer.core.filters.pipeline import Pipeline
from explorer.core.filters.preview import Preview, Viewport, can_preview, preview
from explorer.core.filters.result import (
    FilterResult,
    ResultDetails,
    SourcePicture,
    StoppedRow,
    detail,
    detail_neurons,
    effective_display,
    filter_picture,
)
from explorer.core.filters.settings import FilterSettings, single_filter
from explorer.core.filters.steps import Convolution, Dense, Operation, Step
from explorer.core.images.planes import Source
from explorer.core.kernels.gradient import with_second_kernel
from explorer.core.kernels.kernel import Filter, Kernel, Weights
from explorer.core.kernels.transforms import replace_kernel
from explorer.errors import KernelError
from explorer.state.shared.notices import Notices
from explorer.state.shared.saving import save, save_pixels
from explorer.state.shared.timers import make_timer

DETAILS_MS = 40
UNDO_STEPS = 500
"""How many changes can be undone: one of a 31×31 kernel takes about 20 KB."""
EDITED = ", edited"
"""The suffix of the name of a filter that was edited."""


class FilterState(QObject):
    """Keeps the result up to date with the picture and the settings.

    Every verb that changes the settings is one step of undo; what changes continuously (a stroke,
    a slider) is one step until `end_edit`.

    Signals
    -------
    settings_changed()
        `settings` has another value.
    result_changed()
        `result`, `stopped` or `problem` has another value.
    details_changed()
        `details` has another value.
    preview_changed()
        `preview` has another value.
    """

    settings_changed = Signal()
    result_changed = Signal()
    details_changed = Signal()
    preview_changed = Signal()

    def __init__(self, pool: TaskPool, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = pool
        self._notices = notices
        self._request = LatestWins(pool, done=self._set_result, failed=notices.report)
        self._preview_request = LatestWins(pool, done=self._set_preview, failed=self._fail_preview)
        self._details_request = LatestWins(pool, done=self._set_details, failed=notices.report)
        self.settings = single_filter()
        """What is set."""
        self._pipeline = Pipeline()
        self.picture: SourcePicture | None = None
        """What is filtered: another object for each picture."""
        self._name = ""
        self._path: Path | None = None
        self.result: FilterResult | None = None
        """The newest result; None where there is none: no picture yet, or a step in the way."""
        self.stopped: StoppedRow | None = None
        """What there is instead where the chosen step, or one before it, cannot be done."""
        self.details: ResultDetails | None = None
        """The newest histogram and thumbnails, a moment behind the result."""
        self.preview: Preview | None = None
        """A sample of a large result that is still being computed; None once it is there."""
        self._viewport: Viewport | None = None
        self._is_unseen = True  # the picture, until there is a result of it
        self._edit = 0
        self._held: Display | None = None
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_STEPS)
        # Histogram and thumbnails follow at their own pace: they must not delay the picture.
        self._details_timer = make_timer(self, DETAILS_MS, self._ask_details)

    @property
    def neurons(self) -> NeuronTotals | None:
        """What the neurons make of the result's input; None until that is added up."""
        found = None if self.details is None else self.details.neurons
        if found is None or self.result is None:
            return None
        operation = self.result.settings.step.operation
        return found if found.is_of(self.result.inputs, operation) else None

    @property
    def problem(self) -> str:
        """Why a step cannot be done, in one sentence; empty when all can."""
        made = self.result or self.stopped
        return "" if made is None else made.problem

    @property
    def display(self) -> Display:
        """How the chosen step's result is drawn: until a stroke ends, as when it began."""
        return self._held or effective_display(self.settings)

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """Height and width of the picture; None before the first."""
        return None if self.picture is None else self.picture.size

    @property
    def is_busy(self) -> bool:
        """Whether the result is not yet that of the settings."""
        return (
            self._request.is_busy
            or self._preview_request.is_busy
            or self._details_request.is_busy
            or self._details_timer.isActive()
        )

    def set_picture(
        self,
        pixels: npt.NDArray[np.uint8],
        name: str = "",
        path: Path | None = None,
        *,
        is_live: bool = False,
    ) -> None:
        """Filter another picture.

        Parameters
        ----------
        pixels : (height, width, 3) uint8, RGB
        name : str
        path : Path, optional
            Its file, if it has one.
        is_live : bool
            Whether it follows the one before as in a film: then that one's result is still shown.
        """
        self._name, self._path = Path(name).stem, path
        if not is_live:
            self._request.forget()
            self._is_unseen = True
        self._preview_request.forget()
        self.picture = SourcePicture(pixels)
        self._request_result()

    def set_viewport(self, viewport: Viewport) -> None:
        """Tell what of the picture is seen: of a large one, that comes first."""
        self._viewport = viewport

    # What is kept of it.

    @property
    def result_name(self) -> str:
        """A name for a file of the result that is shown: the picture's and the step's."""
        settings = self.settings if self.result is None else self.result.settings
        convolution = settings.convolution
        step = convolution.filter.name if convolution is not None else "step"
        return file_name(f"{self._name or 'picture'} {step}")

    def save(self, result: FilterResult, path: Path, kind: str | None = None) -> None:
        """Write a result on a thread; `kind` as in `write_picture`."""
        from explorer.core.filters.picture_export import write_picture  # none of these to start

        write = partial(write_picture, path, result.shown, result.response, kind)
        save(path, write, self._pool, self._notices)

    def save_pixels(self, pixels: npt.NDArray[np.uint8], path: Path) -> None:
        """Write a picture on a thread, as a PNG file."""
        save_pixels(path, pixels, self._pool, self._notices)

    def snippet(self) -> str:
        """Return a Python script that computes what is shown."""
        from explorer.core.filters.python_export import python_snippet

        return python_snippet(self.settings, self._path)

    # The row of steps.

    def select_step(self, index: int) -> None:
        """Show and edit another step. Looking around is not a step of undo."""
        if index != self.settings.selected:
            self._held = None
            self.restore(replace(self.settings, selected=index))

    def add_step(self, operation: Operation) -> None:
        """Put an operation behind the chosen step, and choose it."""
        steps = list(self.settings.steps)
        at = self.settings.selected + 1
        if isinstance(operation, Dense):
            at = len(steps)
        elif isinstance(self.settings.step.operation, Dense):
            at -= 1
        steps.insert(at, Step(operation))
        self._set_steps("add step", steps, at)

    def remove_step(self, index: int) -> None:
        """Take a step out; the only one cannot be."""
        steps = list(self.settings.steps)
        del steps[index]
        selected = self.settings.selected - (index < self.settings.selected)
        self._set_steps("remove step", steps, max(min(selected, len(steps) - 1), 0))

    def move_step(self, start: int, end: int) -> None:
        """Put a step at another place."""
        steps = list(self.settings.steps)
        steps.insert(end, steps.pop(start))
        self._set_steps("move step", steps, end)

    def switch_step(self, index: int, is_on: bool) -> None:
        """Let a step work, or pass on what comes in."""
        steps = list(self.settings.steps)
        steps[index] = replace(steps[index], is_on=is_on)
        self._set_steps("switch step on or off", steps, self.settings.selected)

    def set_operation(self, operation: Operation) -> None:
        """Replace the chosen step's operation; continuous changes undo together."""
        self._push("edit step", self.settings.with_step(operation=operation), self._edit)

    def open_lesson(self, lesson: Lesson) -> None:
        """Set everything as a lesson begins."""
        self._push("open lesson", replace(lesson.settings, lesson=lesson.key))

    def close_lesson(self) -> None:
        """Look at the lesson no longer; everything stays as it is."""
        self._push("close lesson", replace(self.settings, lesson=""))

    # The chosen step's convolution.

    def choose_filter(self, chosen: Filter) -> None:
        """Apply a preset or an opened kernel; the display follows the kernel again.

        Where the chosen step is no convolution, one is added behind it.
        """
        if self.settings.convolution is None:
            self.add_step(Convolution(chosen))
        else:
            settings = self.settings.with_filter(chosen, display=None, range=None)
            self._push(f"choose {chosen.name}", settings)

    def set_weights(self, kernel_index: int, weights: Weights, name: str = "") -> None:
        """Set the weights of one kernel; continuous changes undo together.

        Parameters
        ----------
        kernel_index : int
            Which of the chosen filter's kernels; another one is resized along with it.
        weights : (rows, columns) float64
        name : str, optional
            Of the kernel that they make, as a formula's; else it is an edited one.
        """
        convolution = self.settings.convolution
        if convolution is None:
            return
        old = convolution.filter
        kernel = Kernel(name or old.kernels[kernel_index].name, weights)
        new_name = name if name and len(old.kernels) == 1 else _edited_name(old)
        edited = replace_kernel(old, kernel_index, kernel, new_name)
        begun = self._filter_before_edit()
        if begun is not None and begun.kernels == edited.kernels:
            edited = begun  # not an edited one any more
        if edited.kernels != old.kernels:
            self._held = self.display
            self._push("edit kernel", self.settings.with_filter(edited), self._edit)

    def transform_kernels(self, text: str, transform: Callable[[Kernel], Kernel]) -> None:
        """Apply one change to every kernel of the chosen step: they stay of one size."""
        convolution = self.settings.convolution
        if convolution is None:
            return
        old = convolution.filter
        try:
            changed = Filter(_edited_name(old), tuple(map(transform, old.kernels)), key="")
        except KernelError as error:
            self._notices.report(error)
            return
        if changed.kernels != old.kernels:
            self._push(text, self.settings.with_filter(changed))

    def adopt_kept(self, kept: Filter) -> None:
        """Call the chosen convolution's filter what it is kept as; all else stays as it is."""
        self._push(f"save {kept.name}", self.settings.with_filter(kept))

    def rename_filter(self, old: Filter, new: Filter) -> None:
        """Call a filter by another name wherever it stands, undone steps too."""

        def rename(settings: FilterSettings) -> FilterSettings:
            return settings.with_filter_replaced(old.key, new)

        for place in range(self.undo_stack.count()):
            change = self.undo_stack.command(place)
            if isinstance(change, _Change):
                change.map(rename)
        renamed = rename(self.settings)
        if renamed != self.settings:
            self.restore(renamed)

    def set_gradient(self, is_on: bool) -> None:
        """Join a second kernel, the first in the other direction; or drop it."""
        convolution = self.settings.convolution
        if convolution is None:
            return
        old = convolution.filter
        if is_on == (len(old.kernels) == 2):
            return
        first = old.kernels[0]
        joined = with_second_kernel(first) if is_on else Filter(first.name, (first,), key="")
        settings = self.settings.with_filter(joined, display=None, range=None)
        self._push("gradient magnitude", settings)

    def set_geometry(self, geometry: Geometry) -> None:
        """Lay the kernel over the picture in another way."""
        if self.settings.convolution is not None:
            self.set_operation(replace(self.settings.convolution, geometry=geometry))

    def set_offset(self, offset: float) -> None:
        """Add another number to every response."""
        if self.settings.convolution is not None:
            self.set_operation(replace(self.settings.convolution, offset=offset))

    # What goes in, and how the result is drawn.

    def set_source(self, source: Source) -> None:
        """Filter grey, the colour planes, or one of them."""
        self._push(f"change source to {source}", replace(self.settings, source=source))

    def set_display(self, display: Display | None) -> None:
        """Draw values another way; None follows the step."""
        self._push("display", self.settings.with_step(display=display, range=None))

    def set_range(self, values: tuple[float, float] | None) -> None:
        """Fix the values drawn darkest and brightest; continuous changes undo together."""
        self._push("range", self.settings.with_step(range=values), self._edit)

    def end_edit(self) -> None:
        """End a stroke or a slider's move: what follows is undone on its own."""
        self._edit += 1
        held, self._held = self._held, None
        if held is not None and held != self.display:
            self.restore(self.settings)

    def restore(self, settings: FilterSettings) -> None:
        """Set everything at once, without a step of undo; undo and redo do this."""
        self.settings = settings
        # Asked first: a thread computes while the page draws what is set.
        self._request_result()
        self.settings_changed.emit()

    def _filter_before_edit(self) -> Filter | None:
        """Return what the chosen convolution's filter was when the current edit began."""
        change = self.undo_stack.command(self.undo_stack.index() - 1)
        if not isinstance(change, _Change) or not change.is_of(self._edit):
            return None
        convolution = change.before.convolution
        return None if convolution is None else convolution.filter

    def _set_steps(self, text: str, steps: list[Step], selected: int) -> None:
        try:
            self._push(text, replace(self.settings, steps=tuple(steps), selected=selected))
        except KernelError as error:
            self._notices.report(error)

    def _push(self, text: str, settings: FilterSettings, edit: int | None = None) -> None:
        """Set everything as a step of undo; those of one continuous edit become one."""
        if edit is None:
            self._held = None
        if settings != self.settings:
            self.undo_stack.push(_Change(text, self.restore, self.settings, settings, edit))

    def _request_result(self) -> None:
        picture, settings, viewport = self.picture, self.settings, self._viewport
        if picture is None:
            return
        # A sample of another picture would be drawn into the outline of the one that is shown.
        viewport = None if self._is_unseen else viewport
        if viewport is not None and can_preview(picture, settings, viewport):
            drawn = self._range_before(), self._held
            self._preview_request.ask(partial(preview, picture, settings, viewport, *drawn))
        else:
            self.preview = None  # what comes now is newer than any sample
            self._request.ask(self._whole_result())

    def _whole_result(self) -> Callable[[], FilterResult | StoppedRow]:
        """Return what computes all of the result."""
        assert self.picture is not None
        values = self.picture, self.settings, self._pipeline, self._held
        return partial(filter_picture, *values)

    def _range_before(self) -> tuple[float, float] | None:
        """Return the range of the result before, if the next is drawn the same way."""
        if self.result is None or self.result.shown.display != self.display:
            return None
        return self.result.shown.low, self.result.shown.high

    def _set_preview(self, made: Preview | None) -> None:
        self._request.ask(self._whole_result())
        if made is not None:
            self.preview = made
            self.preview_changed.emit()

    def _set_result(self, made: FilterResult | StoppedRow) -> None:
        if self.preview is not None and made.settings != self.settings:
            return  # a sample of something newer is shown already
        self.preview = None
        self._is_unseen = False
        self.result = made if isinstance(made, FilterResult) else None
        self.stopped = made if isinstance(made, StoppedRow) else None
        self.result_changed.emit()
        if self.result is not None and not self._details_timer.isActive():
            self._details_timer.start()

    def _ask_details(self) -> None:
        picture, result = self.picture, self.result
        if picture is not None and result is not None:
            self._details_request.ask(lambda: detail(picture, result))

    def _set_details(self, details: ResultDetails) -> None:
        known, result = self.neurons, self.result
        self.details = details if known is None else replace(details, neurons=known)
        self.details_changed.emit()
        is_newest = not (self._details_timer.isActive() or self._details_request.is_busy)
        if result is not None and result.scores is not None and self.neurons is None and is_newest:
            self._details_request.ask(lambda: detail_neurons(details, result))

    def _fail_preview(self, error: Exception) -> None:
        if not isinstance(error, KernelError):
            self._notices.report(error)
        self._request.ask(self._whole_result())  # which says what is in the way


def _edited_name(old: Filter) -> str:
    return old.name if old.name.endswith(EDITED) else f"{old.name}{EDITED}"


class _Change(QUndoCommand):
    """One step of undo: the settings before and after it; one continuous edit is one step."""

    def __init__(
        self,
        text: str,
        restore: Callable[[FilterSettings], None],
        before: FilterSettings,
        after: FilterSettings,
        edit: int | None,
    ) -> None:
        super().__init__(text)
        self._restore = restore
        self.before = before
        self._after = after
        self._edit = edit

    def is_of(self, edit: int) -> bool:
        """Return whether it is a step of this continuous edit."""
        return self._edit == edit

    def map(self, change: Callable[[FilterSettings], FilterSettings]) -> None:
        """Change the settings that it goes back and forth between."""
        self.before, self._after = change(self.before), change(self._after)

    def redo(self) -> None:
        self._restore(self._after)

    def undo(self) -> None:
        self._restore(self.before)

    def id(self) -> int:
        return -1 if self._edit is None else 1  # Qt offers to merge neighbours of one id

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change):
            return False
        if other._edit != self._edit or other.text() != self.text():
            return False
        self._after = other._after
        self.setObsolete(self._after == self.before)  # a slider is back where it was
        return True
