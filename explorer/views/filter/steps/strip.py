"""The strip of steps at the bottom of the Filter page: the input, then one card per step."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QMenu, QSizePolicy, QWidget

from explorer.core.filters.step_names import shape_text, step_name
from explorer.core.filters.steps import Dense, Step
from explorer.views.common.layouts import in_row
from explorer.views.filter.steps.add_button import AddStepButton
from explorer.views.filter.steps.card import CardContent, StepCard
from explorer.views.filter.steps.row import GAP_PX, StepRow, StepScroll

INPUT = -1
"""What `selected` is while the picture that goes in is looked at."""

_KEYS = (
    "Drag to move, or press Ctrl+Shift with an arrow key; Space switches on and off; "
    "Delete removes."
)

_CHOOSE = "Click to choose grey, all colour channels, or a single one."

Shape = tuple[int, ...]
Pixels = npt.NDArray[np.uint8]


class StepStrip(QWidget):
    """Shows the steps; choose, switch, move, remove and add them by mouse or keys.

    Signals
    -------
    input_clicked()
        A person wants to see or change the input.
    step_selected(index)
        A person wants to see this step.
    step_toggled(index, is_on)
        A person wants it on, or off.
    step_removed(index)
        A person wants it gone.
    step_moved(index, to)
        A person wants it to have another index in the row.
    """

    input_clicked = Signal()
    step_selected = Signal(int)
    step_toggled = Signal(int, bool)
    step_removed = Signal(int)
    step_moved = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Steps")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._steps: tuple[Step, ...] = ()
        self._selected = 0
        self._drop_target = 0
        self._row = StepRow()
        self.input_card = StepCard(self._row, is_step=False)
        self.input_card.pressed.connect(self.input_clicked)
        self.cards: list[StepCard] = []
        self.area = StepScroll(self._row)
        self.add_button = AddStepButton()
        self.add_button.setFixedHeight(self.input_card.height())
        in_row((self.area, 1), (self.add_button, Qt.AlignmentFlag.AlignTop), of=self)
        self._place_cards()

    def show_steps(
        self,
        steps: Sequence[Step],
        selected: int,
        sizes: Sequence[Shape | None],
        thumbnails: Sequence[Pixels | None],
        *,
        source: str = "",
        stop: int | None = None,
    ) -> None:
        """Show other steps, or other thumbnails of the same; only what differs is painted.

        Parameters
        ----------
        steps : sequence of Step
        selected : int
            The chosen one, or `INPUT`.
        sizes : one more than steps
            The shape of what goes in, then of what comes out of each step; None where nothing
            does. Missing ones are None.
        thumbnails : one more than steps
            Likewise, (h, w) or (h, w, 3) uint8.
        source : str, optional
            The input in words: "red channel"; by default inferred from its shape.
        stop : int, optional
            The index of the step that cannot be computed.
        """
        shapes = [*sizes, *[None] * (len(steps) + 1 - len(sizes))]
        images = [*thumbnails, *[None] * (len(steps) + 1 - len(thumbnails))]
        has_other_places = len(steps) != len(self._steps) or selected != self._selected
        self._steps, self._selected = tuple(steps), selected
        self._set_count(len(steps))
        self.input_card.set_content(
            _describe_input(shapes[0], images[0], source, is_chosen=selected == INPUT)
        )
        for index, (card, step) in enumerate(zip(self.cards, steps, strict=True)):
            state = _state_text(step, shapes[index + 1], is_possible=index != stop)
            card.set_content(
                CardContent(
                    title=str(index + 1),
                    name=step_name(step.operation),
                    size=state,
                    is_on=step.is_on,
                    is_chosen=index == selected,
                    can_remove=len(steps) > 1,
                    thumbnail=images[index + 1],
                    tool_tip=_explain(step, shapes[index + 1]),
                    description=f"Step {index + 1} of {len(steps)}: "
                    f"{step_name(step.operation)}, {state}",
                )
            )
        self.add_button.show_possible(len(steps), has_dense=self._has_dense)
        if has_other_places:
            self._follow()

    def step_menu(self, index: int) -> QMenu:
        """Return what can be done with a step, as a menu that lives until it closes."""
        step = self._steps[index]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add_action(
            menu,
            "Switch &off" if step.is_on else "Switch &on",
            lambda: self.step_toggled.emit(index, not step.is_on),
        )
        for text, to in (("Move &left", index - 1), ("Move &right", index + 1)):
            action = self._add_action(menu, text, partial(self._ask_move, index, to))
            action.setEnabled(self._can_move(index, to))
        remove = self._add_action(menu, "&Remove", lambda: self.step_removed.emit(index))
        remove.setEnabled(len(self._steps) > 1)
        return menu

    def _add_action(self, menu: QMenu, text: str, verb: Callable[[], None]) -> QAction:
        action = QAction(text, menu)
        action.triggered.connect(lambda: verb())  # without the check mark that Qt tells
        menu.addAction(action)
        return action

    @property
    def _has_dense(self) -> bool:
        return bool(self._steps) and isinstance(self._steps[-1].operation, Dense)

    def _set_count(self, count: int) -> None:
        """Make cards, or take the last ones away."""
        if count == len(self.cards):
            return
        while len(self.cards) < count:
            self.cards.append(self._make_card(len(self.cards)))
        while len(self.cards) > count:
            card = self.cards.pop()
            if card.hasFocus():
                (self.cards[-1] if self.cards else self.input_card).setFocus()
            card.hide()
            card.deleteLater()
        self._place_cards()

    def _make_card(self, index: int) -> StepCard:
        card = StepCard(self._row)
        QWidget.setTabOrder(self.cards[-1] if self.cards else self.input_card, card)
        card.pressed.connect(lambda: self.step_selected.emit(index))
        card.toggle_wanted.connect(lambda: self._toggle(index))
        card.remove_wanted.connect(lambda: self.step_removed.emit(index))
        card.dragged.connect(lambda x: self._drag(index, x))
        card.dropped.connect(lambda: self._drop(index))
        card.show()
        return card

    def _place_cards(self) -> None:
        self._row.place([self.input_card, *self.cards])

    def _fit_cards(self) -> None:
        self.add_button.setFixedHeight(self.input_card.height())
        self._place_cards()
        self.area.keep_in_sight([self.input_card, *self.cards][self._selected + 1])
        self.updateGeometry()

    def _follow(self) -> None:
        """Keep the chosen card in sight, and with it the focus and the way of the Tab key."""
        cards = [self.input_card, *self.cards]
        chosen = cards[self._selected + 1]
        for card in cards:
            policy = Qt.FocusPolicy.StrongFocus if card is chosen else Qt.FocusPolicy.ClickFocus
            card.setFocusPolicy(policy)
        if self._focused_card() is not None:
            chosen.setFocus()
        self.area.keep_in_sight(chosen)

    def _focused_card(self) -> StepCard | None:
        cards = (self.input_card, *self.cards)
        return next((card for card in cards if card.hasFocus()), None)

    def _select(self, index: int) -> None:
        if index == INPUT:
            self.input_card.setFocus()
            self.area.ensureWidgetVisible(self.input_card, GAP_PX, 0)
        elif 0 <= index < len(self.cards):
            self.cards[index].setFocus()
            self.step_selected.emit(index)

    def _toggle(self, index: int) -> None:
        self.step_toggled.emit(index, not self._steps[index].is_on)

    def _can_move(self, index: int, to: int) -> bool:
        """Tell whether a step may stand there: nothing follows a fully connected one."""
        last = len(self._steps) - 1
        if not 0 <= to <= last or to == index:
            return False
        return not (self._has_dense and last in (index, to))

    def _ask_move(self, index: int, to: int) -> None:
        if self._can_move(index, to):
            self.step_moved.emit(index, to)

    def _target_at(self, index: int, x: int) -> int:
        """Return the index that a step dropped at x would get."""
        centre = self.input_card.width() / 2
        left_of_it = sum(card.x() + centre < x for card in self.cards)
        return left_of_it - (left_of_it > index)

    def _drag(self, index: int, x: int) -> None:
        to = self._target_at(index, x)
        self._drop_target = to
        if self._can_move(index, to):
            behind = to + (to > index)
            self._row.set_mark((behind + 1) * self._row.pitch - GAP_PX // 2)
        else:
            self._row.set_mark(None)
        self.area.ensureVisible(x, 0, self.input_card.width() // 2, 0)

    def _drop(self, index: int) -> None:
        self._row.set_mark(None)
        self._ask_move(index, self._drop_target)

    def _cancel_drag(self) -> bool:
        held = [card for card in self.cards if card.is_dragged]
        for card in held:
            card.cancel_drag()
        self._row.set_mark(None)
        return bool(held)

    # Qt overrides.

    def sizeHint(self) -> QSize:
        # Room for the scroll bar always, so that nothing jumps when it comes.
        bar = self.area.horizontalScrollBar().sizeHint().height()
        return QSize(3 * self.input_card.width(), self.input_card.height() + 2 + bar)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.input_card.width(), self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            # The cards take their size from the text, and are told of it after this.
            QTimer.singleShot(0, self, self._fit_cards)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self._focused_card()
        if focused is None:
            super().keyPressEvent(event)
            return
        index = self.cards.index(focused) if focused in self.cards else INPUT
        key = event.key()
        if key == Qt.Key.Key_Escape and self._cancel_drag():
            return
        if _moves(event):
            if index != INPUT:
                self._ask_move(index, index + (1 if key == Qt.Key.Key_Right else -1))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._select(index + (1 if key == Qt.Key.Key_Right else -1))
        elif key == Qt.Key.Key_Home:
            self._select(INPUT)
        elif key == Qt.Key.Key_End:
            self._select(len(self.cards) - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if index == INPUT:
                self.input_clicked.emit()
            self._select(index)
        elif key == Qt.Key.Key_Space and index != INPUT:
            self._toggle(index)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and index != INPUT:
            if len(self._steps) > 1:
                self.step_removed.emit(index)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        under = QApplication.widgetAt(event.globalPos())
        while under is not None and under not in (self.input_card, *self.cards):
            under = under.parentWidget()
        is_asked_by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        card = self._focused_card() if is_asked_by_key else under
        if isinstance(card, StepCard) and card in self.cards:
            place = card.mapToGlobal(card.rect().center()) if is_asked_by_key else event.globalPos()
            self.step_menu(self.cards.index(card)).popup(place)
        elif card is self.input_card:
            self.input_clicked.emit()
        else:
            super().contextMenuEvent(event)


def _moves(event: QKeyEvent) -> bool:
    """Tell whether a key event is Ctrl+Shift with an arrow to the left or the right."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    wanted = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    return held == wanted and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right)


def _state_text(step: Step, shape: Shape | None, *, is_possible: bool) -> str:
    if not step.is_on:
        return "off"
    return shape_text(shape) if is_possible else "impossible"


def _describe_input(
    shape: Shape | None, thumbnail: Pixels | None, source: str, *, is_chosen: bool
) -> CardContent:
    has_planes = shape is not None and len(shape) == 3
    name = source or ("three colour channels" if has_planes else "grey")
    size = shape_text(shape)
    return CardContent(
        title="Input",
        name=name,
        size=size,
        is_chosen=is_chosen,
        has_planes=has_planes,
        thumbnail=thumbnail,
        tool_tip=f"Input of the first step: {name}, {size}, values from 0 to 255.\n{_CHOOSE}",
        description=f"Input: {name}, {size}",
    )


def _explain(step: Step, shape: Shape | None) -> str:
    """Return a tooltip: the full name, the output, and the keys."""
    lines = [f"{step_name(step.operation)}, {shape_text(shape)}"]
    if not step.is_on:
        lines[0] = f"{step_name(step.operation)}, off: its input passes through unchanged"
    return "\n".join([*lines, _KEYS])
