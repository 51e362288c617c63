"""What can be done on the Classify page."""

from typing import TYPE_CHECKING

from explorer.views.common.command import Command
from explorer.views.common.left_out_dialog import LIST_LEFT_OUT

if TYPE_CHECKING:
    from explorer.views.classify.page import ClassifyPage


COMMANDS: tuple[Command["ClassifyPage"], ...] = (
    Command(
        "add_pictures",
        "Add pictures…",
        lambda page: page.choose_files(),
        keywords="classify predict files photos",
        describe=lambda page: "Add pictures…" if page.has_rows else "Open pictures…",
    ),
    Command(
        "add_folder",
        "Add folder…",
        lambda page: page.choose_folder(),
        keywords="classify predict directory batch open",
        describe=lambda page: "Add folder…" if page.has_rows else "Open folder…",
    ),
    Command(
        "watch",
        "Watch folder…",
        lambda page: page.watch(),
        keywords="new photos camera hot tethered directory",
        tip="Classify the photos that appear in a folder from now on",
        describe=lambda page: "Watch folder…" if page.watching.folder is None else "Stop watching",
    ),
    Command(
        "save",
        "&Save table…",
        lambda page: page.save(),
        keys="Ctrl+S",
        menu=("File", 20),
        keywords="export predictions spreadsheet csv json kaggle submission",
        is_enabled=lambda page: page.has_rows,
    ),
    Command(
        "copy_row",
        "&Copy row",
        lambda page: page.copy_row(),
        tip="Copy the chosen rows, for a spreadsheet",
        keys="Ctrl+C",
        menu=("Edit", 20),
        keywords="clipboard spreadsheet",
        is_enabled=lambda page: page.has_chosen_row,
    ),
    Command(
        "copy_table",
        "Copy &table",
        lambda page: page.copy_table(),
        keys="Ctrl+Shift+C",
        menu=("Edit", 21),
        keywords="clipboard spreadsheet predictions",
        is_enabled=lambda page: page.has_rows,
    ),
    Command(
        "clear",
        "Clear",
        lambda page: page.state.clear(),
        keywords="remove all pictures table",
        is_enabled=lambda page: page.has_rows,
    ),
    LIST_LEFT_OUT,
    Command(
        "cancel",
        "Cancel",
        lambda page: page.state.cancel(),
        keywords="stop",
        is_enabled=lambda page: page.is_running,
    ),
    Command(
        "classify_rest",
        "Resume",
        lambda page: page.state.classify_rest(),
        keywords="continue retry failed classify rest",
        tip="Classify the pictures that have no result",
        is_enabled=lambda page: page.has_rest,
        describe=lambda page: "Resume" if page.state.left_count else "Try again",
    ),
    Command(
        "show",
        "Show large",
        lambda page: page.show_chosen(),
        keywords="use as current picture open photo card",
        tip="Make it the current picture, and see it large (Enter)",
        is_enabled=lambda page: page.can_show_chosen,
    ),
    Command(
        "table",
        "Back to the table",
        lambda page: page.show_table(),
        keywords="all pictures list",
        tip="Back to all pictures (Esc)",
        is_enabled=lambda page: page.is_card_shown and page.has_many_rows,
    ),
    Command(
        "previous",
        "Previous",
        lambda page: page.step(-1),
        keys="Alt+Up",
        keywords="photo above",
        is_enabled=lambda page: page.can_step(-1),
    ),
    Command(
        "next",
        "Next",
        lambda page: page.step(1),
        keys="Alt+Down",
        keywords="photo below",
        is_enabled=lambda page: page.can_step(1),
    ),
    Command(
        "why",
        "Why",
        lambda page: page.look_in("network", "why"),
        keywords="explain evidence class",
        tip="Where the model sees evidence for the class",
        is_enabled=lambda page: page.can_look,
    ),
    Command(
        "network",
        "Network",
        lambda page: page.look_in("network", "maps"),
        keywords="feature maps layers",
        tip="What each layer of the model makes of the picture",
        is_enabled=lambda page: page.can_look,
    ),
    Command(
        "filter",
        "Filter",
        lambda page: page.look_in("filter"),
        keywords="kernel convolution",
        tip="What a kernel makes of the picture",
        is_enabled=lambda page: page.can_look,
    ),
)
