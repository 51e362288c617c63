"""What can be done on the Network page."""

from typing import TYPE_CHECKING

from explorer.views.common.command import Command

if TYPE_CHECKING:
    from explorer.views.network.page import NetworkPage


def list_commands() -> tuple[Command["NetworkPage"], ...]:
    """Return all that can be done, whatever the page shows now."""
    return (
        Command(
            "save_maps",
            "&Save maps…",
            lambda page: page.save_maps(),
            keys="Ctrl+S",
            menu="File",
            slot=20,
            keywords="export feature maps activations png",
            is_enabled=lambda page: page.state.shown is not None,
        ),
        Command(
            "save_figure",
            "Save &figure as shown…",
            lambda page: page.save_figure(),
            keys="Ctrl+Shift+S",
            menu="File",
            slot=21,
            keywords="export feature maps png",
            is_enabled=lambda page: page.state.shown is not None,
        ),
        Command(
            "copy_maps",
            "&Copy maps",
            lambda page: page.copy_maps(),
            keys="Ctrl+C",
            menu="Edit",
            slot=20,
            keywords="feature maps activations clipboard",
            is_enabled=lambda page: page.state.shown is not None,
        ),
        Command(
            "copy_figure",
            "Copy &figure as shown",
            lambda page: page.copy_figure(),
            keys="Ctrl+Shift+C",
            menu="Edit",
            slot=21,
            keywords="feature maps clipboard",
            is_enabled=lambda page: page.state.shown is not None,
        ),
        Command(
            "layers",
            "Layers",
            lambda page: page.table.setFocus(),
            place="On this page",
            keywords="choose layer architecture parameters feature maps",
        ),
        Command(
            "retry",
            "Try again",
            lambda page: page.state.retry(),
            place="On this page",
            is_enabled=lambda page: bool(page.state.failure),
        ),
    )
