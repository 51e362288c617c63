"""The Dataset page, declared."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from explorer.views.common.page_spec import PageSpec

if TYPE_CHECKING:
    from explorer.state.dataset.dataset_state import DatasetState
    from explorer.state.dataset.decisions_state import DecisionsState
    from explorer.state.dataset.evaluation_state import EvaluationState
    from explorer.state.dataset.getting_state import GettingState
    from explorer.state.dataset.health_state import HealthState
    from explorer.state.dataset.map_state import MapState
    from explorer.state.dataset.survey_state import SurveyState
    from explorer.state.shared.copying_state import CopyingState
    from explorer.state.shared.notices import Notices
    from explorer.views.common.command import Command
    from explorer.views.common.page import Page


class Parts(Protocol):
    """What the page is made of."""

    dataset: "DatasetState"
    evaluation: "EvaluationState"
    survey: "SurveyState"
    getting: "GettingState"
    health: "HealthState"
    map_state: "MapState"
    decisions: "DecisionsState"
    copying: "CopyingState"
    notices: "Notices"


def _build(parts: Parts, memory: str) -> "Page":
    from explorer.views.dataset.memory import DatasetMemory
    from explorer.views.dataset.page import DatasetPage
    from explorer.views.dataset.parts import make_parts

    noted = DatasetMemory.from_text(memory)
    tabs = make_parts(parts)
    page = DatasetPage(
        parts.dataset, parts.survey, parts.getting, parts.copying, parts.notices, noted, tabs
    )
    page.undo_stack = parts.decisions.undo_stack
    return page


def _commands() -> Iterable["Command[Any]"]:
    from explorer.views.dataset.commands import COMMANDS

    return COMMANDS


DATASET = PageSpec("dataset", "Dataset", "dataset", _build, _commands)
