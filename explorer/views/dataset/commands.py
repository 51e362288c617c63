"""What can be done on the Dataset page."""

from typing import TYPE_CHECKING

from explorer.views.common.command import Command
from explorer.views.common.left_out_dialog import LIST_LEFT_OUT

if TYPE_CHECKING:
    from explorer.views.dataset.page import DatasetPage


COMMANDS: tuple[Command["DatasetPage"], ...] = (
    Command(
        "open_folder",
        "Open folder…",
        lambda page: page.ask_for_folder(),
        keywords="dataset pictures classes",
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
    LIST_LEFT_OUT,
    Command(
        "cancel",
        "Cancel",
        lambda page: page.state.cancel(),
        keywords="stop scan",
        is_enabled=lambda page: page.state.scanned_folder is not None,
    ),
)
