"""What can be done to the channels of a model."""

from explorer.views.common.command import Command
from explorer.views.network.operate.part import OperatePart

OPERATE_COMMANDS: tuple[Command[OperatePart], ...] = (
    Command(
        "operate_mute",
        "&Mute the map",
        lambda part: part.mute(),
        keys="M",
        keywords="edit channel surgery ablate",
        is_enabled=lambda part: part.can_edit,
        is_checked=lambda part: part.mute_button.isChecked(),
    ),
    Command(
        "operate_swap",
        "S&wap the map with the other one",
        lambda part: part.swap(),
        keys="W",
        keywords="edit channel surgery",
        is_enabled=lambda part: part.can_edit,
    ),
    Command(
        "operate_take",
        "&Take the Filter page's kernel",
        lambda part: part.take_kernel(),
        keys="Ctrl+Shift+T",
        keywords="edit kernel transplant",
        is_enabled=lambda part: part.can_take_kernel,
    ),
    Command(
        "operate_reset",
        "&Reset the model",
        lambda part: part.reset(),
        keys="Ctrl+Shift+R",
        keywords="edit surgery original",
        is_enabled=lambda part: part.has_edits,
    ),
    Command(
        "operate_batch",
        "Tr&y on the dataset",
        lambda part: part.try_on_dataset(),
        keywords="edit surgery accuracy batch",
    ),
    Command(
        "operate_save",
        "Save as &new model…",
        lambda part: part.save(),
        keywords="edit surgery keras export",
        is_enabled=lambda part: not part.save_button.isHidden() and part.save_button.isEnabled(),
    ),
)
