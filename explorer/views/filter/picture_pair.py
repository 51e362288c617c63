"""What goes into the chosen step and what comes out, side by side, zooming as one."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.core.convolution.geometry import MAX_STRIDE
from explorer.core.filters.explanation import Arithmetic
from explorer.core.filters.preview import Preview, Viewport
from explorer.core.filters.result import FilterResult, Placement, StoppedRow
from explorer.views.common.labels.fixed_height_label import FixedHeightLabel
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.pictures.value_scale import ValueScale
from explorer.views.common.theme import SPACING_PX


@dataclass(frozen=True)
class ViewedPart:
    """What is seen of a picture of some size.

    Attributes
    ----------
    size : tuple of int
        Height and width of the picture.
    part : QRectF or None
        None where all of it is seen.
    """

    size: tuple[int, ...]
    part: QRectF | None


class PicturePair(QWidget):
    """Two linked pictures, each over the scale of its colours; a followed window shows on both.

    Signals
    -------
    hovered(row, column)
        The mouse is over this value of the result, or over the input where its window lies.
    aimed(row, column)
        Keys have chosen this value of the result, on either picture.
    left()
        The mouse is over neither.
    clicked(row, column)
        This value of the result was clicked, on either picture.
    double_clicked()
        A value was clicked again at once: the click before was meant to fit the pictures.
    """

    hovered = Signal(int, int)
    aimed = Signal(int, int)
    left = Signal()
    clicked = Signal(int, int)
    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.original = PictureView("Original picture")
        self.result = PictureView("Filtered picture")
        self.result.link_to(self.original)
        self.original_title = FixedHeightLabel("Shown on the left", 1)
        self.result_title = FixedHeightLabel("Shown on the right", 1)
        self.original_scale, self.result_scale = ValueScale(), ValueScale()
        self._shown: FilterResult | None = None
        self._place: tuple[int, int] | None = None
        self._source_size: tuple[int, ...] = ()
        self._awaited: ViewedPart | None = None
        close = SPACING_PX // 2
        left = in_column(
            self.original_title, (self.original, 1), self.original_scale, spacing=close
        )
        right = in_column(self.result_title, (self.result, 1), self.result_scale, spacing=close)
        in_row((left, 1), (right, 1), of=self)
        self.result.hovered.connect(lambda column, row: self._tell_hovered((row, column)))
        self.result.aimed.connect(lambda column, row: self.aimed.emit(row, column))
        self.result.clicked.connect(lambda column, row: self.clicked.emit(row, column))
        self.result.double_clicked.connect(lambda column, row: self.double_clicked.emit())
        self.original.hovered.connect(self._hover_input)
        self.original.aimed.connect(self._aim_at_input)
        self.original.clicked.connect(self._click_input)
        self.original.double_clicked.connect(self._double_click_input)
        for view in (self.original, self.result):
            view.left.connect(self.left)

    def show_result(self, result: FilterResult, *, input_name: str, result_name: str) -> None:
        """Draw both pictures, where they lie over the one that goes into the first step."""
        with self._keeping_viewport(result.source_shape):
            self._shown = result
            self._show_input(result, input_name)
            top, left, down, across = self._placement
            self.result.set_pixels(
                result.shown.pixels, origin=(top, left), step=(down, across), keeps_view=True
            )
        self.result.set_values(result.response)
        height, width = result.response.shape[:2]
        self.result_title.set_text(f"{result_name}, {width}×{height}")
        self.result_scale.show_range(result.shown)

    def show_stopped(self, stopped: StoppedRow, *, input_name: str) -> None:
        """Draw what comes into a step that cannot be done, and say why nothing comes out."""
        with self._keeping_viewport(stopped.source_shape):
            self._shown = None
            self._show_input(stopped, input_name)
            self.result.show_nothing(stopped.problem)
        self.result_title.set_text("No result")
        self.result_scale.show_range(None)

    def _show_input(self, made: FilterResult | StoppedRow, name: str) -> None:
        top, left, down, across = made.input_placement
        self.original.set_pixels(
            made.shown_input.pixels, origin=(top, left), step=(down, across), keeps_view=True
        )
        self.original.set_values(made.inputs)
        height, width = made.inputs.shape[:2]
        self.original_title.set_text(f"{name}, {width}×{height}")
        self.original_scale.show_range(made.shown_input)

    @contextmanager
    def _keeping_viewport(self, source_shape: tuple[int, ...]) -> Iterator[None]:
        """Let the same part be seen, of another step too; what was seen whole stays so."""
        is_whole = self.original.sees_whole or source_shape[:2] != self._source_size
        self._source_size = source_shape[:2]
        before = self.original.place, self.result.place
        yield
        if is_whole and before != (self.original.place, self.result.place):
            self.original.fit()
        self.restore_viewport(self._awaited)

    @property
    def viewed_part(self) -> ViewedPart:
        """What is seen, for `restore_viewport`."""
        is_whole = self.original.sees_whole
        return ViewedPart(self._source_size, None if is_whole else self.original.viewed_part)

    def restore_viewport(self, seen: ViewedPart | None) -> None:
        """Show what was seen of a picture, once one of that size is there; None waits for none."""
        self._awaited = seen
        if seen is None or seen.size != self._source_size:
            return
        self._awaited = None
        if seen.part is None:
            self.original.fit()
        else:
            self.original.see_part(seen.part)

    def spot_of(self, value: tuple[int, int]) -> tuple[float, float]:
        """Return where the middle of a value of the result lies over the picture."""
        top, left, down, across = self._placement
        return top + down * (value[0] + 0.5), left + across * (value[1] + 0.5)

    def value_at(self, spot: tuple[float, float]) -> tuple[int, int]:
        """Return the row and column of the result's value at a spot, which may lie outside."""
        top, left, down, across = self._placement
        return math.floor((spot[0] - top) / down), math.floor((spot[1] - left) / across)

    @property
    def _placement(self) -> Placement:
        """Where the result lies over the picture."""
        if self._shown is None:
            return Placement()
        return self._shown.placement.within(self._shown.input_placement)

    def show_sample(self, sample: Preview) -> None:
        """Draw what is seen of a large result until the whole is there."""
        top, left, down, across = sample.placement
        self.result.show_sample(sample.shown.pixels, origin=(top, left), step=(down, across))
        self.result_scale.show_range(sample.shown)

    @property
    def viewport(self) -> Viewport:
        """What of the input is seen."""
        seen = self.original.visible_rect
        step = min(max(int(self.original.pixels_per_dot), 1), MAX_STRIDE)
        return Viewport(
            top=int(seen.top()),
            bottom=int(np.ceil(seen.bottom())),
            left=int(seen.left()),
            right=int(np.ceil(seen.right())),
            step=step,
        )

    def show_place(self, arithmetic: Arithmetic | None, place: tuple[int, int] | None) -> None:
        """Light up a value of the result and the window it comes from."""
        self.result.set_windows([] if place is None else [QRectF(place[1], place[0], 1, 1)])
        windows: list[QRectF] = []
        if arithmetic is not None and self._shown is not None:
            height, width = self._shown.inputs.shape[:2]
            windows = _windows(arithmetic.input_rows, arithmetic.input_columns, height, width)
        self.original.set_windows(windows)
        self._place = place
        if place is not None:
            self._aim_from(place)

    def _aim_from(self, place: tuple[int, int]) -> None:
        """Let keys go on from a value of the result, on either picture."""
        self.result.aim_from(place)
        # Several pixels of the input may lie under one value: keys go over each of them.
        if self._shown is not None and self._value_above(*self.original.aim) != place:
            top, left, down, across = self._shown.placement
            row, column = top + down * (place[0] + 0.5), left + across * (place[1] + 0.5)
            self.original.aim_from((math.floor(row), math.floor(column)))

    def _hover_input(self, column: int, row: int) -> None:
        place = self._value_above(row, column)
        if place is None:
            self.left.emit()
        else:
            self._tell_hovered(place)

    def _tell_hovered(self, place: tuple[int, int]) -> None:
        self.hovered.emit(*place)
        if self._place is not None:
            self._aim_from(self._place)  # where the mouse leaves a pinned value alone, keys do too

    def _aim_at_input(self, column: int, row: int) -> None:
        place = self._value_above(row, column)
        if place is not None:
            self.aimed.emit(*place)

    def _click_input(self, column: int, row: int) -> None:
        place = self._value_above(row, column)
        if place is not None:
            self.clicked.emit(*place)

    def _double_click_input(self, column: int, row: int) -> None:
        if self._value_above(row, column) is not None:
            self.double_clicked.emit()

    def _value_above(self, row: int, column: int) -> tuple[int, int] | None:
        """Return the value of the result whose window's middle lies at a pixel of the input."""
        if self._shown is None:
            return None
        top, left, down, across = self._shown.placement
        at = int(np.floor((row + 0.5 - top) / down)), int(np.floor((column + 0.5 - left) / across))
        height, width = self._shown.response.shape[:2]
        return at if 0 <= at[0] < height and 0 <= at[1] < width else None

    # Qt overrides.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # While one picture has its new size and the other not yet, the link has both see more.
        if self.original.sees_whole:
            self.original.fit()


def _windows(
    rows: tuple[int, ...], columns: tuple[int, ...], height: int, width: int
) -> list[QRectF]:
    """Return one frame around neighbouring pixels, or one around each where they lie apart."""
    if not rows or not columns:
        return []
    is_dense = rows[-1] - rows[0] == len(rows) - 1 and columns[-1] - columns[0] == len(columns) - 1
    if is_dense:
        return [QRectF(columns[0], rows[0], len(columns), len(rows))]
    return [QRectF(column, row, 1, 1) for row in rows for column in columns]
