"""What is decided about the selected pictures, and how training comes to know it."""

import shlex

from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from explorer.core.files.names import printable_name
from explorer.core.health.decisions import DECISIONS_FILE
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.decisions_state import DecisionsState
from explorer.state.dataset.health_state import HealthState
from explorer.views.common.command import escaped
from explorer.views.common.dialogs.save_dialog import SaveKind, ask_where_to_save
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row

MOST_REASONS = 4


class DecisionPanel(QWidget):
    """The current picture's issues, the decision about the selected ones, and all decisions."""

    def __init__(
        self, dataset: DatasetState, health: HealthState, decisions: DecisionsState
    ) -> None:
        super().__init__()
        self._dataset = dataset
        self._health = health
        self._decisions = decisions
        self.about = plain_label(wraps=True)
        self.exclude_button = QPushButton("E&xclude")
        self.exclude_button.setToolTip("Leave the selected pictures out of training (X)")
        self.relabel_button = QPushButton("Re&label")
        self.relabel_button.setToolTip("Give the selected pictures another label (L)")
        self.relabel_menu = QMenu(self.relabel_button)
        self.relabel_button.setMenu(self.relabel_menu)
        self.keep_button = QPushButton("&Keep")
        self.keep_button.setToolTip("Keep the selected pictures as they are (K)")
        self.undo_button = QPushButton("Undecided")
        self.undo_button.setToolTip("Take back what was decided about the selected pictures")
        self.count = plain_label(wraps=True)
        self.save_button = QPushButton("Save decisions…")
        self.copy_button = QPushButton("Copy train.py line")
        self.copy_button.setToolTip("Copy the command that trains with these decisions")
        in_column(
            self.about,
            in_row(self.exclude_button, self.relabel_button, self.keep_button, 1),
            in_row(self.undo_button, 1),
            self.count,
            in_row(self.save_button, self.copy_button, 1),
            of=self,
        )
        self.exclude_button.clicked.connect(self.exclude)
        self.keep_button.clicked.connect(self.keep)
        self.undo_button.clicked.connect(lambda: decisions.decide(self.places, None))
        self.relabel_menu.aboutToShow.connect(self._fill_menu)
        self.save_button.clicked.connect(self.save)
        self.copy_button.clicked.connect(self.copy_line)
        self._saved_as = DECISIONS_FILE
        dataset.selection_changed.connect(self.show_state)
        decisions.decisions_changed.connect(self.show_state)
        self.show_state()

    @property
    def places(self) -> list[int]:
        """The pictures that a decision is about."""
        selected: list[int] = self._dataset.selected.tolist()
        if selected or self._dataset.current is None:
            return selected
        return [self._dataset.current]

    @property
    def can_decide(self) -> bool:
        """Whether there are pictures to decide about."""
        return bool(self.places) and self._decisions.can_decide

    def exclude(self) -> None:
        """Leave the selected pictures out of training."""
        self._decisions.exclude(self.places)

    def keep(self) -> None:
        """Keep the selected pictures as they are."""
        self._decisions.keep(self.places)

    def ask_for_label(self) -> None:
        """Let a person choose another label, in a menu at the button or at the mouse."""
        if not self.can_decide:
            return
        if self.relabel_button.isVisible():
            self.relabel_button.showMenu()
        else:
            self.relabel_menu.popup(QCursor.pos())

    def save(self) -> None:
        """Ask for a file, and write all decisions into it."""
        kinds = [SaveKind("Decisions", (".csv",))]
        place = ask_where_to_save(self, "Save the decisions", DECISIONS_FILE, kinds)
        if place is not None:
            self._saved_as = str(place[0])
            self._decisions.save(place[0])

    def copy_line(self) -> None:
        """Put the command that trains with the decisions into the clipboard."""
        QGuiApplication.clipboard().setText(self.line)

    @property
    def line(self) -> str:
        """The command that trains with the decisions."""
        dataset = self._dataset.dataset
        folder = "DATA" if dataset is None else str(dataset.folder)
        parts = [folder, "--exclude", self._saved_as, "--relabel", self._saved_as]
        return f"python train.py {' '.join(map(_quoted, parts))} --output RUN"

    def _fill_menu(self) -> None:
        self.relabel_menu.clear()
        dataset, places = self._dataset.dataset, self.places
        if dataset is None or not places:
            return
        suggested = {
            issue.suggestion
            for place in places
            for _, issue in self._health.reasons_for(place)
            if issue.suggestion
        }
        names = sorted(dataset.classes, key=lambda name: name not in suggested)
        for name in names:
            text = printable_name(name) + (" (suggested)" if name in suggested else "")
            action = self.relabel_menu.addAction(escaped(text))
            action.triggered.connect(
                lambda checked=False, label=name: self._decisions.relabel(places, label)
            )

    def show_state(self) -> None:
        """Show what the decisions are about, and how many there are."""
        dataset, places = self._dataset.dataset, self.places
        self.about.setText("")
        if dataset is not None and len(places) == 1:
            sample = dataset.samples[places[0]]
            lines = [printable_name(sample.path)]
            decision = self._decisions.decisions.get(places[0])
            if decision is not None:
                lines[0] += f": {decision.text}"
            for found, issue in self._health.reasons_for(places[0])[:MOST_REASONS]:
                lines.append(f"{found.kind.title}: {issue.reason}")
            self.about.setText("\n".join(lines))
        elif places:
            self.about.setText(f"{len(places):,} pictures are selected.")
        elif dataset is not None:
            self.about.setText("Select pictures in the grid to decide about them.")
        for button in (self.exclude_button, self.relabel_button, self.keep_button):
            button.setEnabled(self.can_decide)
        decided = self._decisions.decisions
        self.undo_button.setEnabled(any(place in decided for place in places))
        verdicts = [one.verdict for one in decided.values()]
        self.count.setText(
            f"Decisions: {verdicts.count('exclude'):,} left out, "
            f"{verdicts.count('relabel'):,} relabelled, {verdicts.count('keep'):,} kept. "
            "No file is changed or deleted."
        )
        self.save_button.setEnabled(bool(decided))
        self.copy_button.setEnabled(bool(decided))


def _quoted(text: str) -> str:
    """Quote a path for a shell where it must be."""
    return shlex.quote(printable_name(text))
