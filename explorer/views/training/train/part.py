"""Train: start a training, and watch it."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QStackedWidget, QWidget

from explorer.core.training.record import log_file
from explorer.core.training.runs import partial_of
from explorer.core.training.standing import Watched
from explorer.state.training.setup_state import SetupState
from explorer.state.training.training_state import TrainingState
from explorer.views.common.command_action import CommandAction, CommandButton
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.part import Part
from explorer.views.training.train.commands import TRAIN_COMMANDS
from explorer.views.training.train.form import TrainingForm
from explorer.views.training.train.plan_view import PlanView
from explorer.views.training.train.watch_view import WatchView

GOES_ON = "The training is a process of its own: it goes on when the window is closed."


class TrainPart(Part):
    """What is trained, or what could be."""

    name = "train"

    def __init__(self, trainings: TrainingState, setup: SetupState) -> None:
        super().__init__()
        self.trainings: TrainingState = trainings
        self.setup: SetupState = setup
        self._actions = {one.name: CommandAction(one, self, self) for one in TRAIN_COMMANDS}
        self.buttons: dict[str, CommandButton] = {}
        self.form = TrainingForm(
            setup, self._button("start_training"), self._button("demonstrate_training")
        )
        self.plan = PlanView(setup, trainings, self._button("demonstrate_training"))
        self.watching = WatchView(trainings)
        self.view = self._views = QStackedWidget()
        self._views.addWidget(self.plan)
        self._views.addWidget(self.watching)
        self.panel = self._panels = QStackedWidget()
        self._panels.addWidget(self.form)
        self._panels.addWidget(self._build_controls())
        self.plan.folder_wanted.connect(self.form.ask_for_folder)
        self.commands_changed.connect(self._refresh)
        trainings.watched_changed.connect(self._show)
        setup.changed.connect(self.commands_changed)
        self._show()

    def _button(self, name: str) -> CommandButton:
        return CommandButton(self._actions[name])

    def _build_controls(self) -> QWidget:
        self._when_live = in_row(
            *((self._fleeting(name), 1) for name in ("pause_training", "stop_training"))
        )
        made = QWidget()
        self.goes_on = plain_label(GOES_ON, wraps=True, is_quiet=True)
        in_column(
            self._when_live,
            self._fleeting("resume_training"),
            in_row(
                (self._fleeting("open_trained_in_network"), 1),
                (self._fleeting("open_trained_in_classify"), 1),
            ),
            in_row(
                (self._fleeting("show_training_log"), 1),
                (self._fleeting("show_training_folder"), 1),
            ),
            self._fleeting("prepare_training"),
            self.goes_on,
            1,
            of=made,
        )
        return made

    def _fleeting(self, name: str) -> CommandButton:
        """Make a button that is there only while it can be pressed."""
        button = self._button(name)
        self.buttons[name] = button
        return button

    @property
    def watched(self) -> Watched | None:
        """The training that is looked at."""
        return self.trainings.watched

    @property
    def is_busy(self) -> bool:
        return self.trainings.is_busy or self.setup.is_busy

    def enter(self) -> None:
        self.trainings.enter()
        self.setup.refresh()

    def leave(self) -> None:
        self.trainings.leave()

    # What a person does.

    def toggle_pause(self) -> None:
        """Pause the training, or let it go on."""
        watched = self.watched
        if watched is not None and watched.standing in ("pausing", "paused"):
            self.trainings.go_on()
        else:
            self.trainings.pause()

    def resume(self) -> None:
        """Go on with the training that is looked at."""
        if self.watched is not None:
            self.trainings.resume(self.watched.target)

    def open_in(self, page: str) -> None:
        """Make the finished run the current model, and go to a page."""
        self.trainings.open()
        self.page_wanted.emit(page, "")

    def show_log(self) -> None:
        """Open what the training printed."""
        if self.watched is not None:
            file = log_file(self.watched.target)
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))

    def show_folder(self) -> None:
        """Open the folder of the run on the desktop."""
        watched = self.watched
        if watched is not None:
            folder = watched.target if watched.is_run else partial_of(watched.target)
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    # From the state to the screen.

    def _show(self) -> None:
        watched = self.watched
        place = int(watched is not None)
        if place != self._views.currentIndex():
            self._views.setCurrentIndex(place)
            self._panels.setCurrentIndex(place)
            if watched is None:
                self.setup.refresh()
        self.goes_on.setVisible(watched is not None and watched.is_live)
        self.commands_changed.emit()

    def _refresh(self) -> None:
        for action in self._actions.values():
            action.refresh()
        for button in self.buttons.values():
            button.setVisible(button.isEnabled())
