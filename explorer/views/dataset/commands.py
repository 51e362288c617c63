"""What can be done on the Dataset page."""

from typing import TYPE_CHECKING

from explorer.core.datasets.left_out import name_left_out
from explorer.views.common.command import Command

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
    Command(
        "left_out",
        "Left out…",
        lambda page: page.show_left_out(),
        keywords="skipped files hidden unreadable no pictures",
        tip="List the files and folders that were left out, with the reasons",
        is_enabled=lambda page: bool(page.left_out),
        describe=lambda page: name_left_out(page.left_out),
    ),
    Command(
        "cancel",
        "Cancel",
        lambda page: page.state.cancel(),
        keywords="stop scan",
        is_enabled=lambda page: page.state.scanned_folder is not None,
    ),
)
