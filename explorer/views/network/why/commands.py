"""What can be done with the explanation of an answer."""

from explorer.views.common.command import Command
from explorer.views.network.why.part import WhyPart

WHY_COMMANDS: tuple[Command[WhyPart], ...] = (
    Command(
        "why_judge",
        "&Judge these maps",
        lambda part: part.judge(),
        keys="J",
        keywords="faithfulness deletion insertion road believe trust sanity",
        is_enabled=lambda part: part.controls.judge_button.isEnabled(),
    ),
    Command(
        "why_stop",
        "Stop e&xplaining",
        lambda part: part.stop(),
        keywords="cancel explanation judgement",
        is_enabled=lambda part: part.controls.stop_button.isEnabled(),
    ),
    Command(
        "why_occluder",
        "&Occluder",
        lambda part: part.toggle_occluder(),
        keys="O",
        keywords="cover eraser occlusion patch drag",
        is_checked=lambda part: part.has_occluder,
    ),
    Command(
        "why_save",
        "Save &explanation…",
        lambda part: part.save(),
        keywords="export heat map saliency grad-cam png npy",
        is_enabled=lambda part: part.has_maps,
    ),
    Command(
        "why_copy",
        "Copy e&xplanation",
        lambda part: part.copy(),
        keywords="clipboard heat map saliency grad-cam",
        is_enabled=lambda part: part.has_maps,
    ),
)
