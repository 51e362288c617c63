"""What can be done on the Network page."""

from typing import TYPE_CHECKING

from explorer.views.common.command import Command
from explorer.views.network.part import PARTS

if TYPE_CHECKING:
    from explorer.views.network.page import NetworkPage


def _show(name: str, title: str, place: int) -> Command["NetworkPage"]:
    return Command(
        f"show_{name}",
        title,
        lambda page: page.show_part(name),
        keys=f"Alt+{place}",
        menu=("View", 40 + place),
        keywords="network layer tab",
        is_enabled=lambda page: page.has_part(name),
        is_checked=lambda page: page.part.name == name,
    )


COMMANDS: tuple[Command["NetworkPage"], ...] = (
    *(_show(name, title, place) for place, (name, title) in enumerate(PARTS, start=1)),
    Command(
        "save_maps",
        "&Save maps…",
        lambda page: page.maps.save(),
        keys="Ctrl+S",
        menu=("File", 20),
        keywords="export feature maps activations png",
        is_enabled=lambda page: page.state.shown is not None,
    ),
    Command(
        "save_figure",
        "Save &figure as shown…",
        lambda page: page.maps.save_figure(),
        keys="Ctrl+Shift+S",
        menu=("File", 21),
        keywords="export feature maps png",
        is_enabled=lambda page: page.state.shown is not None,
    ),
    Command(
        "copy_maps",
        "&Copy maps",
        lambda page: page.maps.copy(),
        keys="Ctrl+C",
        menu=("Edit", 20),
        keywords="feature maps activations clipboard",
        is_enabled=lambda page: page.state.shown is not None,
    ),
    Command(
        "copy_figure",
        "Copy &figure as shown",
        lambda page: page.maps.copy_figure(),
        keys="Ctrl+Shift+C",
        menu=("Edit", 21),
        keywords="feature maps clipboard",
        is_enabled=lambda page: page.state.shown is not None,
    ),
    Command(
        "layers",
        "Layers",
        lambda page: page.table.setFocus(),
        keywords="choose layer architecture parameters feature maps",
    ),
    Command(
        "retry",
        "Try again",
        lambda page: page.state.retry(),
        is_enabled=lambda page: bool(page.state.failure),
    ),
)
