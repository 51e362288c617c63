"""Analysis of the edited kernel: frequency response, sum, rank, computational cost."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QWidget

from explorer.core.kernels.analysis import explain_sum, multiplications, rank, separate
from explorer.core.kernels.kernel import Kernel
from explorer.core.text.glossary import define
from explorer.views.common.labels.fixed_height_label import FixedHeightLabel
from explorer.views.common.layouts import add_field, field_grid, in_column
from explorer.views.common.theme import SPACING_PX, format_number
from explorer.views.filter.kernel.frequency_view import FrequencyView

LABEL_WIDTH_PX = 48
LONGEST_WRITTEN = 5
ROUNDING = 1e-12
_LINES = 2


class AnalysisPanel(QWidget):
    """The properties of a kernel, updated while it is edited; idle while hidden."""

    def __init__(self) -> None:
        super().__init__()
        self._kernel: Kernel | None = None
        self._is_behind = False
        self.frequencies = FrequencyView()
        self.frequencies.setToolTip(define("frequency response"))
        self.sum, self.rank, self.work = (
            FixedHeightLabel(name, _LINES) for name in ("Sum", "Rank", "Cost")
        )
        self.work.setToolTip(define("multiplications"))
        title = QLabel("Frequency response")
        title.setToolTip(define("frequency response"))
        grid = field_grid(LABEL_WIDTH_PX, SPACING_PX // 2)
        for text, term, fact in (
            ("Sum", "sum of the weights", self.sum),
            ("Rank", "rank", self.rank),
            ("Cost", "multiplications", self.work),
        ):
            label = add_field(grid, text, fact, define(term))
            grid.setAlignment(label, Qt.AlignmentFlag.AlignTop)
        in_column(title, self.frequencies, grid, of=self, spacing=SPACING_PX // 2)

    def show_kernel(self, kernel: Kernel) -> None:
        """Show the facts of another kernel."""
        if self._kernel is not None and kernel == self._kernel:
            return
        self._kernel = kernel
        self._is_behind = True
        if self.isVisible():
            self._catch_up()

    def _catch_up(self) -> None:
        kernel = self._kernel
        if kernel is None or not self._is_behind:
            return
        self._is_behind = False
        self.frequencies.show_kernel(kernel)
        self.sum.set_text(f"{_write_sum(kernel)}. {explain_sum(kernel)}")
        self.sum.setToolTip(f"{kernel.total:.17g}")
        text, exact = _describe_rank(kernel)
        self.rank.set_text(text)
        self.rank.setToolTip(exact)
        self.work.set_text(_describe_work(kernel))

    # Qt overrides.

    def showEvent(self, event: QShowEvent) -> None:
        self._catch_up()
        super().showEvent(event)


def _write_sum(kernel: Kernel) -> str:
    """Write the sum; what only rounding left of a balanced kernel is 0."""
    is_rounding = abs(kernel.total) <= ROUNDING * kernel.absolute_total
    return format_number(0.0 if is_rounding else kernel.total)


def _describe_rank(kernel: Kernel) -> tuple[str, str]:
    """Return what to write of the rank, and the exact factors for the tooltip."""
    parts = separate(kernel)
    if parts is None:
        most = min(kernel.rows, kernel.columns)
        return f"{rank(kernel)} (at most {most}): not separable.", define("separable")
    written = " × ".join(_write(part, format_number) for part in parts)
    exact = " × ".join(_write(part, "{:.9g}".format) for part in parts)
    if min(kernel.rows, kernel.columns) == 1:
        return f"{rank(kernel)}: already a single {_line(kernel)}.", exact
    is_short = max(kernel.rows, kernel.columns) <= LONGEST_WRITTEN
    shown = written if is_short else "column × row."
    return f"{rank(kernel)}: separable, {shown}", f"column × row: {exact}"


def _describe_work(kernel: Kernel) -> str:
    together, apart = multiplications(kernel)
    start = f"{together} multiplications per value"
    if apart is None:
        return f"{start}; not separable."
    if apart >= together:
        return f"{start}; separating would not reduce them."
    return f"{start}; {kernel.rows} + {kernel.columns} = {apart} in two passes, column then row."


def _line(kernel: Kernel) -> str:
    return "row" if kernel.rows == 1 else "column"


def _write(part: npt.NDArray[np.float64], write: Callable[[float], str]) -> str:
    return f"({', '.join(write(float(value)) for value in part)})"
