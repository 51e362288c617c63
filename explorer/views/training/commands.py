"""What can be done on the Training page."""

from typing import TYPE_CHECKING

from explorer.views.common.command import Command
from explorer.views.common.parted_page import of_part, show_part
from explorer.views.training.epochs.commands import EPOCH_COMMANDS
from explorer.views.training.epochs.part import EpochsPart
from explorer.views.training.part import PARTS
from explorer.views.training.runs.commands import RUN_COMMANDS
from explorer.views.training.runs.part import RunsPart
from explorer.views.training.train.commands import TRAIN_COMMANDS
from explorer.views.training.train.part import TrainPart

if TYPE_CHECKING:
    from explorer.views.training.page import TrainingPage

COMMANDS: tuple[Command["TrainingPage"], ...] = (
    *(
        show_part(name, title, place, "training tab")
        for place, (name, title) in enumerate(PARTS, start=1)
    ),
    *(of_part(TrainPart, command) for command in TRAIN_COMMANDS),
    *(of_part(RunsPart, command) for command in RUN_COMMANDS),
    *(of_part(EpochsPart, command) for command in EPOCH_COMMANDS),
)
