"""What can be done on the Dataset page."""

from typing import TYPE_CHECKING

from explorer.views.common.command import Command

if TYPE_CHECKING:
    from explorer.views.dataset.page import DatasetPage


def list_commands() -> tuple[Command["DatasetPage"], ...]:
    """Return all that can be done, whatever the page shows now."""
    return (
        Command(
            "open_folder",
            "Open folder…",
            lambda page: page.ask_for_folder(),
            place="On this page",
            keywords="dataset pictures classes",
        ),
        Command(
            "find_names",
            "Search names",
            lambda page: page.find_names(),
            place="On this page",
            keywords="find sample picture file",
            is_enabled=lambda page: page.state.dataset is not None,
        ),
        Command(
            "cancel",
            "Cancel",
            lambda page: page.state.cancel(),
            place="On this page",
            keywords="stop scan",
            is_enabled=lambda page: page.state.scanned_folder is not None,
        ),
    )
