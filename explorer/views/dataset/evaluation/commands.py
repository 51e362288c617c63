"""What can be done with the figures of an evaluation."""

from explorer.views.common.command import Command
from explorer.views.dataset.evaluation.part import EvaluationPart

EVALUATION_COMMANDS: tuple[Command[EvaluationPart], ...] = (
    Command(
        "evaluation_copy",
        "Copy the figures",
        lambda part: part.copy_figures(),
        keywords="accuracy confusion matrix csv clipboard evaluation",
        is_enabled=lambda part: part.has_figures,
    ),
    Command(
        "evaluation_save",
        "Save the figures…",
        lambda part: part.save_figures(),
        keywords="accuracy confusion matrix json csv export evaluation",
        is_enabled=lambda part: part.has_figures,
    ),
    Command(
        "evaluation_reset",
        "No threshold: most probable class",
        lambda part: part.state.set_threshold(None),
        keywords="threshold reset evaluation",
        is_enabled=lambda part: part.has_figures and part.state.threshold is not None,
    ),
)
