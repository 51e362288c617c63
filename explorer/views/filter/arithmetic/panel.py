"""One value of the result followed: its arithmetic, and the controls that play through them all."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QSlider, QWidget

from explorer.core.filters.explanation import Arithmetic
from explorer.core.filters.panel_layout import DEFAULT_SPEED
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.theme import SPACING_PX
from explorer.views.filter.arithmetic.canvas import ArithmeticCanvas

SLIDER_PX = 128
SPEEDS = (1, 2, 4, 8, 15, 30, 60, 125, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
"""Values per second that can be chosen."""


class ArithmeticPanel(QWidget):
    """Shows an `Arithmetic` at a fixed height.

    Signals
    -------
    play_toggled(bool)
        A person wants the values followed one after the other, or no longer.
    stepped(count)
        A person wants the next value in reading order (1), or the one before (-1).
    speed_changed(float)
        A person wants so many values per second.
    """

    play_toggled = Signal(bool)
    stepped = Signal(int)
    speed_changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._is_playing = False
        self.canvas = ArithmeticCanvas()
        self.back_button = _button("step-back", "Previous value")
        self.play_button = _button("play", "Play", "Play: step through the values")
        self.forward_button = _button("step-forward", "Next value")
        for button, count in ((self.back_button, -1), (self.forward_button, 1)):
            button.setAutoRepeat(True)
            button.clicked.connect(lambda checked=False, by=count: self.stepped.emit(by))
        self.play_button.clicked.connect(lambda: self.play_toggled.emit(not self._is_playing))
        self.unpin_button = _button("pin", "Unpin", "Unpin: follow the mouse again")
        self.unpin_button.setText("Unpin")
        self.unpin_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.unpin_button.setEnabled(False)
        self.plane_button = _button("pin", "Show the next colour channel (C)")
        self.plane_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.plane_button.hide()
        self.speed_slider = QSlider(Qt.Orientation.Horizontal)
        self.speed_slider.setRange(0, len(SPEEDS) - 1)
        self.speed_slider.setPageStep(3)
        self.speed_slider.setFixedWidth(SLIDER_PX)
        self.speed_slider.setMinimumHeight(HEIGHT_PX)
        self.speed_slider.setAccessibleName("Speed")
        self.speed_slider.setToolTip("Playback speed")
        self.speed_label = QLabel()
        self.speed_label.setMinimumWidth(
            self.speed_label.fontMetrics().horizontalAdvance("50,000 values/s")
        )
        self.set_speed(DEFAULT_SPEED)
        self.speed_slider.valueChanged.connect(self._on_speed)

        close = SPACING_PX // 2
        steps = in_row(self.back_button, self.play_button, self.forward_button, spacing=close)
        speed = in_row(self.speed_slider, self.speed_label, spacing=close)
        buttons = in_row(self.plane_button, self.unpin_button, spacing=close)
        controls = in_row(steps, speed, 1, buttons, spacing=SPACING_PX + close)
        in_column(controls, self.canvas, of=self, spacing=close)

    def show_value(
        self,
        arithmetic: Arithmetic | None,
        *,
        place: str,
        is_pinned: bool,
        is_playing: bool,
        plane: str = "",
    ) -> None:
        """Show how one value comes about; None shows what there is to do.

        Parameters
        ----------
        arithmetic : Arithmetic or None
        place : str
            Where the value stands: "column 3, row 4".
        is_pinned, is_playing : bool
        plane : str, optional
            Which of the three colour planes is followed; empty where there is one alone.
        """
        self.plane_button.setVisible(bool(plane))
        self.plane_button.setText(plane.capitalize())
        headline = f"{place}, pinned" if is_pinned and place and not is_playing else place
        self.canvas.show_value(arithmetic, headline)
        self.unpin_button.setEnabled(is_pinned)
        if is_playing != self._is_playing:
            self._is_playing = is_playing
            name, text = ("pause", "Pause") if is_playing else ("play", "Play")
            self.play_button.show_icon(name)
            self.play_button.setAccessibleName(text)
            self.play_button.setToolTip(f"{text}: step through the values")

    def set_speed(self, values_per_second: float) -> None:
        """Put the slider to the nearest speed there is."""
        nearest = min(SPEEDS, key=lambda speed: abs(speed / values_per_second - 1))
        with QSignalBlocker(self.speed_slider):
            self.speed_slider.setValue(SPEEDS.index(nearest))
        self.speed_label.setText(f"{nearest:,} value{'' if nearest == 1 else 's'}/s")

    def _on_speed(self, index: int) -> None:
        self.set_speed(SPEEDS[index])
        self.speed_changed.emit(float(SPEEDS[index]))


def _button(icon_name: str, name: str, tip: str = "") -> IconButton:
    button = IconButton(icon_name, name, tip, is_flat=True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
