"""What goes into the chosen step and what comes out, side by side, zooming as one."""

import numpy as np
from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.core.arithmetic import Arithmetic
from explorer.core.filter_preview import Preview, Sight
from explorer.core.filter_result import FilterResult, StoppedRow
from explorer.core.geometry import MAX_STRIDE
from explorer.views.look import SPACING_PX
from explorer.views.widgets.picture_view import PictureView
from explorer.views.widgets.steady_text import SteadyText


class PicturePair(QWidget):
    """Two linked pictures; the window of a followed value lights up on both.

    Signals
    -------
    hovered(row, column)
        The mouse is over this value of the result, or over the input where its window lies.
    left()
        The mouse is over neither.
    clicked(row, column)
        This value of the result was clicked, on either picture.
    double_clicked()
        A value was clicked again at once: the click before was meant to fit the pictures.
    """

    hovered = Signal(int, int)
    left = Signal()
    clicked = Signal(int, int)
    double_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.original = PictureView("Original picture")
        self.result = PictureView("Filtered picture")
        self.result.link_to(self.original)
        self.original_title = SteadyText("Shown on the left", 1)
        self.result_title = SteadyText("Shown on the right", 1)
        self._shown: FilterResult | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING_PX)
        for title, view in (
            (self.original_title, self.original),
            (self.result_title, self.result),
        ):
            column = QVBoxLayout()
            column.setSpacing(SPACING_PX // 2)
            column.addWidget(title)
            column.addWidget(view, stretch=1)
            layout.addLayout(column, stretch=1)
        self.result.hovered.connect(lambda column, row: self.hovered.emit(row, column))
        self.result.clicked.connect(lambda column, row: self.clicked.emit(row, column))
        self.result.double_clicked.connect(lambda column, row: self.double_clicked.emit())
        self.original.hovered.connect(self._hover_input)
        self.original.clicked.connect(self._click_input)
        self.original.double_clicked.connect(self._double_click_input)
        for view in (self.original, self.result):
            view.left.connect(self.left)

    def show_result(self, result: FilterResult, *, input_name: str, result_name: str) -> None:
        """Draw both pictures."""
        self._shown = result
        self.original.set_pixels(result.shown_input)
        self.original.set_values(result.inputs)
        top, left, down, across = result.placement
        self.result.set_pixels(result.shown.pixels, origin=(top, left), step=(down, across))
        self.result.set_values(result.response)
        height, width = result.inputs.shape[:2]
        self.original_title.set_text(f"{input_name}, {width}×{height}")
        height, width = result.response.shape[:2]
        self.result_title.set_text(f"{result_name}, {width}×{height}")

    def show_stopped(self, stopped: StoppedRow, *, input_name: str) -> None:
        """Draw what comes into a step that cannot be done, and say why nothing comes out."""
        self._shown = None
        self.original.set_pixels(stopped.shown_input)
        self.original.set_values(stopped.inputs)
        self.result.show_nothing(stopped.problem)
        height, width = stopped.inputs.shape[:2]
        self.original_title.set_text(f"{input_name}, {width}×{height}")
        self.result_title.set_text("No result")

    def show_sample(self, sample: Preview) -> None:
        """Draw what is seen of a large result until the whole is there."""
        top, left, down, across = sample.placement
        self.result.show_sample(sample.shown.pixels, origin=(top, left), step=(down, across))

    @property
    def sight(self) -> Sight:
        """What of the input is seen."""
        seen = self.original.visible_rect
        step = min(max(int(self.original.pixels_per_dot), 1), MAX_STRIDE)
        return Sight(
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

    def _hover_input(self, column: int, row: int) -> None:
        place = self._value_above(row, column)
        if place is None:
            self.left.emit()
        else:
            self.hovered.emit(*place)

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
