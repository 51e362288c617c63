"""What can be done about the preparation of pictures."""

from explorer.views.common.command import Command
from explorer.views.network.preparation.part import PreparationPart

PREPARATION_COMMANDS: tuple[Command[PreparationPart], ...] = (
    Command(
        "find_out_preparation",
        "Find out the &preparation…",
        lambda part: part.find_out.start_button.click(),
        keywords="scaling range channels bgr resize crop normalise imagenet accuracy",
        is_enabled=lambda part: part.find_out.start_button.isEnabled(),
    ),
    Command(
        "names_of_classes",
        "Names of the &classes…",
        lambda part: part.fields.names_button.click(),
        keywords="labels txt json",
        is_enabled=lambda part: part.fields.names_button.isEnabled(),
    ),
    Command(
        "forget_preparation",
        "&Back to what was assumed",
        lambda part: part.fields.forget_button.click(),
        keywords="reset preparation scaling",
        is_enabled=lambda part: part.fields.forget_button.isEnabled(),
    ),
)
