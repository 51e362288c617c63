"""The Filter page, declared."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from explorer.views.common.page_spec import PageSpec

if TYPE_CHECKING:
    from explorer.state.filter.filter_state import FilterState
    from explorer.state.filter.sweep_state import SweepState
    from explorer.state.filter.user_kernels_state import UserKernelsState
    from explorer.state.shared.notices import Notices
    from explorer.views.common.command import Command
    from explorer.views.common.page import Page


class Parts(Protocol):
    """What the page is made of."""

    filter: "FilterState"
    sweep: "SweepState"
    user_kernels: "UserKernelsState"
    notices: "Notices"


def _build(parts: Parts, memory: str) -> "Page":
    from explorer.views.filter.memory import FilterMemory
    from explorer.views.filter.page import FilterPage

    noted = FilterMemory.read(memory)
    noted.restore_settings(parts.filter, parts.notices)
    page = FilterPage(parts.filter, parts.sweep, parts.user_kernels, parts.notices)
    page.set_panel_layout(noted.panel_layout)
    return page


def _commands() -> Iterable["Command[Any]"]:
    from explorer.views.filter.commands import list_commands

    return list_commands()


FILTER = PageSpec("filter", "Filter", "filter", _build, _commands)
