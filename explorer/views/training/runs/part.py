"""Runs: all of them in a table; the curves of those that are chosen, and how they differ."""

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu, QMessageBox, QPushButton, QSizePolicy, QSplitter, QWidget

from explorer.core.files.names import list_names
from explorer.core.text.counts import short_bytes
from explorer.core.training.runs import RunEntry, differing_settings
from explorer.state.training.changes_state import ChangesState
from explorer.state.training.runs_state import RunsState
from explorer.views.common.command_action import CommandAction, CommandButton, fill_menu
from explorer.views.common.dialogs.name_dialog import NameDialog
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.part import Part
from explorer.views.common.theme import SPACING_PX
from explorer.views.training.runs.commands import BUTTONS, RUN_COMMANDS
from explorer.views.training.runs.curves import MOST_RUNS, RunCurves
from explorer.views.training.runs.settings_table import SettingsTable
from explorer.views.training.runs.table import RunTable
from explorer.views.training.runs.texts import describe_changes, describe_state, explain_state

LEAST_TABLE_PX, LEAST_CURVES_PX = 120, 200
NOTHING = "No run is chosen. Choose one to see its curves and settings, several to compare them."


class RunsPart(Part):
    """What was trained, and what can be done with it."""

    name = "runs"

    def __init__(self, state: RunsState, changes: ChangesState) -> None:
        super().__init__()
        self._is_entered = False
        self.state = state
        self.changes: ChangesState = changes
        self.table = RunTable()
        self.curves = RunCurves()
        self.absence = plain_label(
            "No run of your own yet: begin one on Train. What train.py makes is listed here as "
            "well, wherever it lies.",
            wraps=True,
            is_quiet=True,
        )
        self.about = plain_label(NOTHING, wraps=True)
        self.settings = SettingsTable()
        self.figures = plain_label(wraps=True)
        self.righted_button, self.wronged_button = QPushButton(), QPushButton()
        self._actions = [CommandAction(one, self, self) for one in RUN_COMMANDS]
        self.commands_changed.connect(self._refresh)
        self.view = self._build_view()
        self.panel = self._build_panel()
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.table.chosen_changed.connect(lambda: state.choose(self.table.chosen))
        self.table.activated.connect(lambda index: self.open_in("network"))
        state.runs_changed.connect(self._show_runs)
        state.choice_changed.connect(self._show_choice)
        changes.changes_changed.connect(self._show_changes)
        self.righted_button.clicked.connect(lambda: self._show_pictures(is_righted=True))
        self.wronged_button.clicked.connect(lambda: self._show_pictures(is_righted=False))
        self._show_runs()
        self._show_choice()

    def _build_view(self) -> QWidget:
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(2 * SPACING_PX)
        split.addWidget(self.table)
        split.addWidget(self.curves)
        split.setStretchFactor(0, 1)
        self.table.setMinimumHeight(LEAST_TABLE_PX)
        self.curves.setMinimumHeight(LEAST_CURVES_PX)
        view = QWidget()
        in_column(self.absence, (split, 1), of=view)
        return view

    def _build_panel(self) -> QWidget:
        made = {one.command.name: one for one in self._actions}
        first, second, third, fourth = (CommandButton(made[name]) for name in BUTTONS)
        self.compare_button = CommandButton(made["what_changed"])
        panel = QWidget()
        panel.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        in_column(
            self.about,
            in_row((first, 1), (second, 1)),
            in_row((third, 1), (fourth, 1)),
            self.figures,
            self.compare_button,
            in_row((self.righted_button, 1), (self.wronged_button, 1)),
            (self.settings, 100),
            1,  # in its place, where it is hidden
            of=panel,
        )
        return panel

    # What the commands ask.

    @property
    def chosen(self) -> tuple[RunEntry, ...]:
        """The chosen runs."""
        return self.state.chosen

    @property
    def run(self) -> RunEntry | None:
        """The chosen run, where there is one alone."""
        return self.chosen[0] if len(self.chosen) == 1 else None

    @property
    def is_busy(self) -> bool:
        return self.state.is_busy or self.changes.is_busy

    def enter(self) -> None:
        if not self._is_entered:
            self._is_entered = True
            self.state.enter()

    def leave(self) -> None:
        if self._is_entered:
            self._is_entered = False
            self.state.leave()

    # What a person does.

    def open_in(self, page: str) -> None:
        """Make the chosen run the current model, and go to a page."""
        if self.run is not None and self.run.is_whole:
            self.state.open(self.run)
            self.page_wanted.emit(page, "")

    def show_epochs(self) -> None:
        """Look back at the epochs of the chosen run."""
        if self.run is not None:
            self.state.look_back(self.run)
            self.page_wanted.emit("training", "epochs")

    def continue_run(self) -> None:
        """Train on from the chosen run."""
        if self.run is not None:
            self.state.continue_from(self.run)

    def show_folder(self) -> None:
        """Open the folder of the chosen run on the desktop."""
        if self.run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.run.folder)))

    def rename(self) -> None:
        """Ask for another name of the chosen run."""
        run = self.run
        if run is not None:
            NameDialog(
                self.view,
                f"Rename “{run.name}”",
                "Rename",
                run.target.name,
                lambda name: self.state.rename(run, name),
            ).ask()

    def put_away(self) -> None:
        """Move the chosen runs to the bin, if a person says so."""
        runs = self.chosen
        if runs and self._ask_before_deleting(runs):
            self.state.put_away(runs)

    def forget(self) -> None:
        """List the chosen run no more."""
        if self.run is not None:
            self.state.forget(self.run)

    def _ask_before_deleting(self, runs: tuple[RunEntry, ...]) -> bool:
        box = QMessageBox(self.view)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Delete")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Move {list_names([run.target for run in runs], quoted=True)} to the bin?")
        size = short_bytes(sum(run.size for run in runs))
        box.setInformativeText(
            f"All files of {'the run' if len(runs) == 1 else 'these runs'} go there, {size}, with "
            "the networks of their epochs. They can be put back from the bin."
        )
        delete = box.addButton("&Move to bin", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        try:
            box.exec()
            return box.clickedButton() is delete
        finally:
            box.deleteLater()

    def _open_menu(self, where: QPoint) -> None:
        if not self.table.indexAt(where).isValid():
            return
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_menu(menu, [one for one in RUN_COMMANDS if one.can_run(self)], self)
        menu.popup(self.table.viewport().mapToGlobal(where))

    # From the state to the screen.

    def _show_runs(self) -> None:
        self.table.show_runs(self.state.runs, [run.target for run in self.chosen])
        has_own = any(run.state != "included" for run in self.state.runs)
        self.absence.setVisible(self.state.is_known and not has_own)
        self._show_choice()

    def _show_choice(self) -> None:
        chosen = self.chosen
        self.table.choose([run.target for run in chosen])
        self.curves.show_runs(chosen)
        self.curves.setVisible(any(run.rows for run in chosen))
        compared = chosen[:MOST_RUNS]
        settings = differing_settings(compared) if compared else []
        self.settings.settings.show_settings([run.name for run in compared], settings)
        self.settings.setVisible(bool(settings))
        self.about.setText(_describe(chosen, has_differences=bool(settings)))
        self._show_changes()

    def _show_changes(self) -> None:
        pair, changes = self.changes.pair, self.changes.changes
        self.figures.setVisible(pair is not None)
        self.compare_button.setVisible(pair is not None and changes is None)
        self.figures.setText("" if pair is None else describe_changes(*pair, changes))
        for button, places, text in (
            (self.righted_button, changes.righted if changes else (), "now right"),
            (self.wronged_button, changes.wronged if changes else (), "now wrong"),
        ):
            button.setVisible(len(places) > 0)
            button.setText(f"Show {len(places):,} {text}")
        self.commands_changed.emit()

    def _show_pictures(self, *, is_righted: bool) -> None:
        self.changes.show(is_righted=is_righted)
        self.page_wanted.emit("dataset", "pictures")

    def _refresh(self) -> None:
        for action in self._actions:
            action.refresh()


def _describe(runs: tuple[RunEntry, ...], *, has_differences: bool) -> str:
    """Return what is said of the chosen runs."""
    if not runs:
        return NOTHING
    if len(runs) > 1:
        differ = "They differ in:" if has_differences else "Their settings are the same."
        return f"{len(runs)} runs. {differ}"
    (run,) = runs
    return f"{run.name}: {describe_state(run)}.\n{explain_state(run)}"
