"""What can be done on the Dataset page."""

from typing import TYPE_CHECKING

from explorer.views.common.command import Command
from explorer.views.common.dialogs.left_out_dialog import LIST_LEFT_OUT
from explorer.views.common.parted_page import of_part, show_part
from explorer.views.dataset.evaluation.commands import EVALUATION_COMMANDS
from explorer.views.dataset.evaluation.part import EvaluationPart
from explorer.views.dataset.health.commands import DECISION_COMMANDS, HEALTH_COMMANDS
from explorer.views.dataset.health.part import HealthPart
from explorer.views.dataset.part import PARTS
from explorer.views.dataset.picture_commands import PICTURE_COMMANDS

if TYPE_CHECKING:
    from explorer.state.dataset.getting_state import GettingState
    from explorer.views.dataset.page import DatasetPage


def _cancelling(getting: "GettingState") -> str:
    if getting.is_drawing:
        return "Cancel the drawing"
    return "Discard what has come" if getting.is_paused else "Cancel the download"


DECISIONS: tuple[Command["DatasetPage"], ...] = tuple(
    command.within(
        lambda page: page.part_of(HealthPart), can_run=lambda page: page.has_part(HealthPart.name)
    )
    for command in DECISION_COMMANDS
)
"""About the selected pictures, whatever part is shown."""

COMMANDS: tuple[Command["DatasetPage"], ...] = (
    *(
        show_part(name, title, place, "dataset tab")
        for place, (name, title) in enumerate(PARTS, start=1)
    ),
    *PICTURE_COMMANDS,
    Command(
        "show_everything",
        "Show all pictures",
        lambda page: page.show_everything(),
        keys="Esc",
        keywords="reset facets search pick filter clear",
        tip="Take back the pick; then the choices and the search",
        is_enabled=lambda page: page.state.picked is not None or page.state.query.is_narrowed,
    ),
    Command(
        "open_folder",
        "Open folder…",
        lambda page: page.ask_for_folder(),
        keywords="dataset pictures classes",
    ),
    Command(
        "open_example",
        "Open the e&xample dataset",
        lambda page: page.getting.open_example(),
        menu=("File", 15),
        keywords="sample drawn cats dogs small try teaching",
        tip="240 drawings of cats and dogs with faults to be found; the program draws them",
        is_enabled=lambda page: not page.getting.is_busy,
    ),
    Command(
        "get_public",
        "Get “Cats vs. Do&gs”…",
        lambda page: page.get_public(),
        menu=("File", 16),
        keywords="download kaggle microsoft dataset photos 25,000",
        tip="Download 25,000 photos of cats and dogs; what that means is told first",
        is_enabled=lambda page: not page.getting.is_busy,
    ),
    Command(
        "pause_getting",
        "Pause the download",
        lambda page: page.getting.pause(),
        keywords="stop resume",
        tip="Stop; what has come is kept to go on from",
        is_enabled=lambda page: page.getting.can_pause,
    ),
    Command(
        "cancel_getting",
        "Cancel the download",
        lambda page: page.getting.cancel(),
        keywords="stop discard",
        tip="Stop, and remove what has come",
        is_enabled=lambda page: page.getting.is_busy or page.getting.is_paused,
        describe=lambda page: _cancelling(page.getting),
    ),
    Command(
        "cancel_copying",
        "Cancel copying",
        lambda page: page.copying.cancel(),
        keywords="stop files",
        tip="Stop; what was copied stays",
        is_enabled=lambda page: page.copying.is_busy,
    ),
    Command(
        "find_names",
        "Search names",
        lambda page: page.find_names(),
        keywords="find sample picture file",
        is_enabled=lambda page: page.state.dataset is not None,
    ),
    Command(
        "layout",
        "Read as…",
        lambda page: page.layout_button.showMenu(),
        keywords="layout labels classes splits folders names train test validation",
        is_enabled=lambda page: page.can_choose_layout,
        in_inspector=True,
    ),
    Command(
        "classify_all",
        "Classify all",
        lambda page: page.survey.start(),
        menu=("Model", 90),
        keywords="pass evaluate embed predict health map facets dataset",
        tip="Look at every picture once with the current model: its class, embedding and health",
        is_enabled=lambda page: page.survey.can_start,
        describe=lambda page: "Try again" if page.survey.is_complete else "Classify all",
    ),
    Command(
        "cancel_classifying",
        "Cancel the pass",
        lambda page: page.survey.cancel(),
        keywords="stop classifying",
        tip="Stop; what is known stays, and “Classify all” goes on from there",
        is_enabled=lambda page: page.survey.is_running,
    ),
    LIST_LEFT_OUT,
    *(of_part(EvaluationPart, command) for command in EVALUATION_COMMANDS),
    *DECISIONS,
    *(of_part(HealthPart, command) for command in HEALTH_COMMANDS),
    Command(
        "cancel",
        "Cancel",
        lambda page: page.state.cancel(),
        keywords="stop scan",
        is_enabled=lambda page: page.state.scanned_folder is not None,
    ),
)
