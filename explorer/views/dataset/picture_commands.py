"""What can be done with a picture of the dataset, wherever it was chosen."""

from typing import TYPE_CHECKING

from explorer.views.common.command import Command

if TYPE_CHECKING:
    from explorer.views.dataset.page import DatasetPage


def _has_picture(page: "DatasetPage") -> bool:
    return page.state.current_sample is not None


PICTURE_COMMANDS: tuple[Command["DatasetPage"], ...] = (
    Command(
        "make_current",
        "Make it the current picture",
        lambda page: page.choose_current(),
        keywords="open sample all pages",
        is_enabled=_has_picture,
    ),
    Command(
        "to_network",
        "Look at it in Network",
        lambda page: page.look_in("network"),
        keys="N",
        keywords="feature maps layers open",
        is_enabled=_has_picture,
    ),
    Command(
        "to_why",
        "Why this answer?",
        lambda page: page.look_in("network", "why"),
        keys="W",
        keywords="explain grad-cam explanation open network",
        is_enabled=_has_picture,
    ),
    Command(
        "to_filter",
        "Look at it in Filter",
        lambda page: page.look_in("filter"),
        keys="F",
        keywords="kernel convolution open",
        is_enabled=_has_picture,
    ),
    Command(
        "to_classify",
        "Classify it",
        lambda page: page.look_in("classify"),
        keys="C",
        keywords="predict class open",
        is_enabled=_has_picture,
    ),
    Command(
        "find_similar",
        "Find similar pictures",
        lambda page: page.state.find_similar(),
        keys="S",
        keywords="nearest neighbours embedding alike duplicates",
        tip="The pictures that the model finds most like it, the nearest first",
        is_enabled=lambda page: page.state.can_find_similar,
    ),
    Command(
        "copy_picture",
        "Copy picture",
        lambda page: page.state.copy_picture(),
        keys="Ctrl+C",
        keywords="clipboard pixels",
        is_enabled=_has_picture,
    ),
    Command(
        "copy_paths",
        "Copy paths",
        lambda page: page.copy_paths(),
        keys="Ctrl+Shift+C",
        keywords="clipboard file names",
        tip="The paths of all selected pictures, one a line",
        is_enabled=_has_picture,
        describe=lambda page: "Copy path" if len(page.state.selected) <= 1 else "Copy paths",
    ),
    Command(
        "copy_by_class",
        "Copy into folders by class…",
        lambda page: page.copy_by_class(),
        keywords="files export sort selection labels",
        tip="Copy the files of all selected pictures; nothing is moved or overwritten",
        is_enabled=lambda page: _has_picture(page) and not page.copying.is_busy,
    ),
    Command(
        "show_in_folder",
        "Show in its folder",
        lambda page: page.show_in_folder(),
        keywords="file manager explorer finder reveal",
        is_enabled=_has_picture,
    ),
)
