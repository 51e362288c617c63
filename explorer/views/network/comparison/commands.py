"""What can be compared."""

from explorer.views.common.command import Command
from explorer.views.network.comparison.part import ComparisonPart

COMPARISON_COMMANDS: tuple[Command[ComparisonPart], ...] = (
    Command(
        "compare_model",
        "Compare with another &model…",
        lambda part: part.choose_model(),
        keys="Ctrl+Shift+M",
        menu=("View", 70),
        keywords="side by side two networks",
    ),
    Command(
        "compare_picture",
        "Compare with another pictur&e…",
        lambda part: part.choose_picture(),
        menu=("View", 71),
        keywords="side by side two photos",
    ),
    Command(
        "compare_edits",
        "Compare with the &unedited model",
        lambda part: part.compare_edits(),
        menu=("View", 72),
        keywords="side by side before after surgery",
        is_enabled=lambda part: part.can_compare_edits,
    ),
)
