"""What can be decided about pictures."""

from explorer.views.common.command import Command
from explorer.views.dataset.health.part import HealthPart


def _can_decide(part: HealthPart) -> bool:
    return part.decision.can_decide


def _has_decisions(part: HealthPart) -> bool:
    return bool(part.decisions.decisions)


DECISION_COMMANDS: tuple[Command[HealthPart], ...] = (
    Command(
        "exclude",
        "Exclude from training",
        lambda part: part.decision.exclude(),
        keys="X",
        keywords="leave out decision health",
        tip="train.py leaves it out; no file is changed",
        is_enabled=_can_decide,
    ),
    Command(
        "relabel",
        "Relabel…",
        lambda part: part.decision.ask_for_label(),
        keys="L",
        keywords="class label decision health",
        tip="train.py takes another label; no file is changed",
        is_enabled=_can_decide,
    ),
    Command(
        "keep",
        "Keep as it is",
        lambda part: part.decision.keep(),
        keys="K",
        keywords="decision health",
        is_enabled=_can_decide,
    ),
)
"""About the selected pictures."""

HEALTH_COMMANDS: tuple[Command[HealthPart], ...] = (
    Command(
        "save_decisions",
        "Save decisions…",
        lambda part: part.decision.save(),
        keywords="exclude relabel train health",
        is_enabled=_has_decisions,
    ),
    Command(
        "copy_train_line",
        "Copy the train.py line",
        lambda part: part.decision.copy_line(),
        keywords="command decisions exclude relabel health",
        is_enabled=_has_decisions,
    ),
    Command(
        "reset_thresholds",
        "Reset the thresholds",
        lambda part: part.state.reset_thresholds(),
        keywords="health cleanvision cleanlab",
    ),
)
