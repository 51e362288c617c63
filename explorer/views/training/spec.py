"""The Training page, declared."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from explorer.views.common.page_spec import PageSpec

if TYPE_CHECKING:
    from explorer.state.training.changes_state import ChangesState
    from explorer.state.training.epochs_state import EpochsState
    from explorer.state.training.film_state import FilmState
    from explorer.state.training.runs_state import RunsState
    from explorer.state.training.setup_state import SetupState
    from explorer.state.training.training_state import TrainingState
    from explorer.views.common.command import Command
    from explorer.views.common.page import Page


class Parts(Protocol):
    """What the page is made of."""

    training: "TrainingState"
    setup: "SetupState"
    runs: "RunsState"
    changes: "ChangesState"
    epochs: "EpochsState"
    film: "FilmState"


def _build(parts: Parts, memory: str) -> "Page":
    from explorer.views.training.page import TrainingPage
    from explorer.views.training.parts import make_parts

    page = TrainingPage(make_parts(parts))
    page.show_part(memory)
    return page


def _commands() -> Iterable["Command[Any]"]:
    from explorer.views.training.commands import COMMANDS

    return COMMANDS


TRAINING = PageSpec("training", "Training", "training", _build, _commands)
