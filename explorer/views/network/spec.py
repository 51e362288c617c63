"""The Network page, declared."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from explorer.views.common.page_spec import PageSpec

if TYPE_CHECKING:
    from explorer.state.network.architecture_state import ArchitectureState
    from explorer.state.network.batch_state import BatchState
    from explorer.state.network.comparison_state import ComparisonState
    from explorer.state.network.edits_state import EditsState
    from explorer.state.network.explanation_state import ExplanationState
    from explorer.state.network.find_out_state import FindOutState
    from explorer.state.network.network_state import NetworkState
    from explorer.state.network.occluder_state import OccluderState
    from explorer.state.network.preparation_state import PreparationState
    from explorer.state.network.value_state import ValueState
    from explorer.state.network.weights_state import WeightsState
    from explorer.state.shared.model_state import ModelState
    from explorer.state.shared.notices import Notices
    from explorer.views.common.command import Command
    from explorer.views.common.page import Page


class Parts(Protocol):
    """What the page is made of."""

    network_state: "NetworkState"
    value_state: "ValueState"
    explanation_state: "ExplanationState"
    occluder_state: "OccluderState"
    weights_state: "WeightsState"
    edits_state: "EditsState"
    batch_state: "BatchState"
    comparison_state: "ComparisonState"
    preparation_state: "PreparationState"
    find_out_state: "FindOutState"
    architecture_state: "ArchitectureState"
    models: "ModelState"
    notices: "Notices"


def _build(parts: Parts, memory: str) -> "Page":
    from explorer.views.network.memory import NetworkMemory
    from explorer.views.network.page import NetworkPage
    from explorer.views.network.parts import make_parts

    noted = NetworkMemory.read(memory)
    if noted.layer:  # a model without it falls back to its own first
        parts.network_state.choose_layer(noted.layer)
    page = NetworkPage(parts.network_state, parts.models, parts.notices, make_parts(parts))
    page.undo_stack = parts.edits_state.undo_stack
    page.show_part(noted.part)
    return page


def _commands() -> Iterable["Command[Any]"]:
    from explorer.views.network.commands import COMMANDS, list_lesson_commands

    return (*COMMANDS, *list_lesson_commands())


NETWORK = PageSpec("network", "Network", "network", _build, _commands)
