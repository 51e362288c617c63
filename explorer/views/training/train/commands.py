"""What can be done with a training, and with one that is to come."""

from typing import TYPE_CHECKING

from explorer.views.common.command import Command

if TYPE_CHECKING:
    from explorer.views.training.train.part import TrainPart


def _standing(part: "TrainPart") -> str:
    watched = part.watched
    return "" if watched is None else watched.standing


def _can_open(part: "TrainPart") -> bool:
    watched = part.watched
    return watched is not None and watched.is_run and not watched.is_live


TRAIN_COMMANDS: tuple[Command["TrainPart"], ...] = (
    Command(
        "start_training",
        "&Train",
        lambda part: part.setup.start(),
        keys="Ctrl+Return",
        keywords="begin learn fit network",
        tip="Begin; the training goes on when the window is closed (Ctrl+Enter)",
        is_enabled=lambda part: part.watched is None and part.setup.can_start,
    ),
    Command(
        "demonstrate_training",
        "&Demonstration",
        lambda part: part.setup.demonstrate(),
        keywords="example sample try lesson two minutes",
        tip="Train the article's network on 240 drawings of cats and dogs, for about two minutes",
        is_enabled=lambda part: part.watched is None and not part.setup.is_drawing,
    ),
    Command(
        "pause_training",
        "&Pause",
        lambda part: part.toggle_pause(),
        keys="P",
        keywords="wait halt continue go on",
        tip="Wait after this batch, or go on (P)",
        is_enabled=lambda part: _standing(part) in ("training", "validating", "pausing", "paused"),
        describe=lambda part: "&Continue" if _standing(part) in ("pausing", "paused") else "&Pause",
    ),
    Command(
        "stop_training",
        "&Stop",
        lambda part: part.trainings.stop(),
        keywords="end enough cancel best epoch",
        tip="End after this batch, keep the best epoch, and test it",
        is_enabled=lambda part: (
            _standing(part) in ("preparing", "training", "validating", "pausing", "paused")
        ),
    ),
    Command(
        "resume_training",
        "&Resume",
        lambda part: part.resume(),
        keywords="go on continue crash reboot killed",
        tip="Go on from its last checkpoint, with the same settings",
        is_enabled=lambda part: part.watched is not None and part.watched.can_resume,
    ),
    Command(
        "open_trained_in_network",
        "Open in &Network",
        lambda part: part.open_in("network"),
        keys="N",
        keywords="run model layers feature maps",
        tip="Make it the current model, and look inside it",
        is_enabled=_can_open,
    ),
    Command(
        "open_trained_in_classify",
        "Open in &Classify",
        lambda part: part.open_in("classify"),
        keys="C",
        keywords="run model predict",
        tip="Make it the current model, and classify the current picture",
        is_enabled=_can_open,
    ),
    Command(
        "prepare_training",
        "New training…",
        lambda part: part.trainings.put_aside(),
        keywords="another again form settings",
        tip="Prepare another training; one that is under way goes on",
        is_enabled=lambda part: part.watched is not None,
    ),
    Command(
        "show_training_log",
        "Show &log",
        lambda part: part.show_log(),
        keywords="output messages error",
        tip="What it printed; kept of trainings that were started here",
        is_enabled=lambda part: part.watched is not None and part.watched.has_log,
    ),
    Command(
        "show_training_folder",
        "Show its &folder",
        lambda part: part.show_folder(),
        keywords="run files history.csv file manager",
        tip="Where its files lie, history.csv among them",
        is_enabled=lambda part: (
            part.watched is not None and (part.watched.is_run or bool(part.watched.rows))
        ),
    ),
)
