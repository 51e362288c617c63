"""The display of values: mode, range and the fraction that is clipped."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QWidget

from explorer.core.filters.display import DISPLAY_NAMES, DISPLAYS, Display, Histogram, Shown
from explorer.core.text.percent import format_percent
from explorer.views.common.controls.choice_box import Choice, ChoiceBox
from explorer.views.common.controls.limit_field import LimitField
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.labels.fixed_height_label import FixedHeightLabel
from explorer.views.common.layouts import field_grid, in_column, in_row, label_of
from explorer.views.common.pictures.value_scale import is_colored
from explorer.views.common.theme import SPACING_PX, format_number
from explorer.views.filter.display.range_histogram import RangeHistogram

LABEL_WIDTH_PX = 64
FIELD_WIDTH_PX = 88
_AUTOMATIC = "automatic"

_CHOICES = {
    "clip": ("Clip: 0 to 255", "Values below 0 are black, values above 255 white."),
    "abs": ("Absolute value: |v|", "The sign is ignored: −100 is as bright as 100."),
    "offset": (
        "Signed: 0 is mid-grey",
        "Negative values are darker than mid-grey, positive ones brighter.",
    ),
    "stretch": (
        "Auto-scale: min to max (as matplotlib)",
        "The smallest value is black, the largest white.",
    ),
    "diverging": (
        "Diverging: blue to orange",
        "Negative values are blue, positive ones orange, and 0 is white.",
    ),
}


class DisplayPanel(QWidget):
    """The display mode, the range over a histogram, and the fraction of clipped values.

    Signals
    -------
    display_chosen(display)
        A person wants this one of `DISPLAYS`, or None: as the step suggests.
    range_changed(range)
        A person wants the values from low to high drawn, a pair of floats, or None: automatic.
    edit_ended()
        The change of the range is complete.
    """

    display_chosen = Signal(object)
    range_changed = Signal(object)
    edit_ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_diverging = False
        self.choice = ChoiceBox(
            "Display",
            [
                Choice(_AUTOMATIC, "Automatic", "Chosen to suit the step."),
                *(Choice(display, *_CHOICES[display]) for display in DISPLAYS),
            ],
        )
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.hide()
        self.automatic = QRadioButton("Automatic")
        self.automatic.setToolTip("The display mode decides which values are black and white")
        self.fixed = QRadioButton("Fixed")
        self.fixed.setToolTip("Keep this range for every picture and kernel")
        group = QButtonGroup(self)
        for button in (self.automatic, self.fixed):
            button.setMinimumHeight(HEIGHT_PX)
            button.setAccessibleName(f"{button.text()} range")
            group.addButton(button)
        self.automatic.setChecked(True)
        self.histogram = RangeHistogram()
        self.low = LimitField("Value shown as black")
        self.high = LimitField("Value shown as white")
        self._low_text, self._high_text = QLabel("black"), QLabel("white")
        self.clipping = FixedHeightLabel("Clipped values", 1)
        self._lay_out()

        self.choice.chosen.connect(self._on_chosen)
        self.automatic.clicked.connect(self._on_automatic)
        self.fixed.clicked.connect(self._on_fixed)
        self.histogram.range_wanted.connect(self._on_dragged)
        self.histogram.edit_ended.connect(self.edit_ended)
        self.low.edited.connect(lambda value: self._on_typed(value, self.histogram.ends[1]))
        self.high.edited.connect(lambda value: self._on_typed(self.histogram.ends[0], value))

    def show_display(
        self,
        display: Display | None,
        effective_display: Display,
        range: tuple[float, float] | None,
        shown: Shown,
        histogram: Histogram | None,
    ) -> None:
        """Show how a result is drawn; only what differs is drawn anew.

        Parameters
        ----------
        display : str or None
            What was chosen; None follows the step.
        effective_display : str
            What is in force.
        range : (float, float) or None
            What was fixed; None is automatic.
        shown : Shown
            The result as drawn.
        histogram : Histogram or None
            Of the values, for "abs" of their magnitudes; None where it is not there yet.
        """
        automatic = (
            f"Automatic: {DISPLAY_NAMES[effective_display]}" if display is None else "Automatic"
        )
        if self.choice.itemText(0) != automatic:
            self.choice.setItemText(0, automatic)
        self.choice.choose(_AUTOMATIC if display is None else display)
        if self.note.text() != shown.note:
            self.note.setText(shown.note)
            self.note.setVisible(bool(shown.note))
        (self.automatic if range is None else self.fixed).setChecked(True)
        self._is_diverging = effective_display == "diverging"
        has_colors = is_colored(shown)
        self.histogram.show_range(
            shown.low,
            shown.high,
            histogram,
            is_colored=has_colors,
            is_mirrored=self._is_diverging,
        )
        self.low.show_number(shown.low)
        self.high.show_number(shown.high)
        ends = ("blue", "orange") if has_colors else ("black", "white")
        for label, text in zip((self._low_text, self._high_text), ends, strict=True):
            if label.text() != text:
                label.setText(text)
        self.clipping.set_text(describe_clipping(shown.clipped_fraction))
        self.clipping.setToolTip(f"{shown.clipped_fraction * 100:.9g} %")

    def show_nothing(self) -> None:
        """Say nothing of values while there are none to draw."""
        self.clipping.set_text("")
        self.clipping.setToolTip("")

    def _on_chosen(self, key: str) -> None:
        self.display_chosen.emit(None if key == _AUTOMATIC else key)

    def _on_automatic(self) -> None:
        self.range_changed.emit(None)
        self.edit_ended.emit()

    def _on_fixed(self) -> None:
        self.range_changed.emit(self.histogram.ends)
        self.edit_ended.emit()

    def _on_dragged(self, low: float, high: float) -> None:
        self.range_changed.emit((low, high))

    def _on_typed(self, low: float, high: float) -> None:
        if self._is_diverging:
            # The one that was typed differs from what is shown.
            typed = low if low != self.histogram.ends[0] else high
            low, high = -abs(typed), abs(typed)
        if low != high:
            self.range_changed.emit((min(low, high), max(low, high)))
            self.edit_ended.emit()

    def _lay_out(self) -> None:
        grid = field_grid(LABEL_WIDTH_PX)
        grid.addWidget(label_of(self.choice, "Display"), 0, 0)
        grid.addWidget(self.choice, 0, 1)
        grid.addWidget(self.note, 1, 0, 1, 2)
        kinds = in_row(self.automatic, self.fixed, 1, spacing=2 * SPACING_PX)
        grid.addWidget(QLabel("Range"), 2, 0)
        grid.addLayout(kinds, 2, 1)
        for field in (self.low, self.high):
            field.setFixedWidth(FIELD_WIDTH_PX)
        self.high.setAlignment(Qt.AlignmentFlag.AlignRight)
        texts = self._low_text, 1, self._high_text
        ends = in_row(self.low, *texts, self.high, spacing=SPACING_PX // 2)
        in_column(grid, self.histogram, ends, self.clipping, of=self)


def describe_ends(shown: Shown, *, is_color: bool) -> str:
    """Say in a sentence which values are drawn at the two ends.

    Parameters
    ----------
    shown : Shown
    is_color : bool
        Whether the values are those of three colour planes, each drawn by itself.
    """
    low, high = format_number(shown.low), format_number(shown.high)
    if shown.display == "diverging" and not is_color:
        return f"Blue = {low}, white = 0, orange = {high}."
    middle = ", mid-grey = 0" if shown.display == "diverging" else ""
    notes = ["absolute value"] * (shown.display == "abs") + ["per channel"] * is_color
    note = f" ({', '.join(notes)})" if notes else ""
    return f"Black = {low}{middle}, white = {high}{note}."


def describe_clipping(fraction: float) -> str:
    """Say in a sentence which fraction of the values, 0 to 1, is clipped."""
    if fraction == 0:
        return "No values are clipped."
    amount = format_percent(fraction) if fraction >= 0.0005 else "Less than 0.1\u00a0%"
    return f"{amount} of the values are clipped."
