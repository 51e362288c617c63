"""What can be done on the Network page."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from explorer import paths
from explorer.core.network.lessons import NetworkLesson, list_network_lessons
from explorer.views.common.command import Command
from explorer.views.common.parted_page import in_part, of_part, show_part
from explorer.views.network.comparison.commands import COMPARISON_COMMANDS
from explorer.views.network.comparison.part import ComparisonPart
from explorer.views.network.operate.commands import OPERATE_COMMANDS
from explorer.views.network.operate.part import OperatePart
from explorer.views.network.part import PARTS
from explorer.views.network.preparation.commands import PREPARATION_COMMANDS
from explorer.views.network.preparation.part import PreparationPart
from explorer.views.network.value.commands import VALUE_COMMANDS
from explorer.views.network.value.part import ValuePart
from explorer.views.network.weights.commands import WEIGHTS_COMMANDS
from explorer.views.network.weights.part import WeightsPart
from explorer.views.network.why.commands import WHY_COMMANDS
from explorer.views.network.why.part import WhyPart

if TYPE_CHECKING:
    from explorer.views.network.page import NetworkPage


@cache
def list_lessons() -> tuple[NetworkLesson, ...]:
    """Return the lessons, read when first asked for."""
    return list_network_lessons(paths.resources() / "lessons" / "network")


def list_lesson_commands() -> Iterable[Command["NetworkPage"]]:
    """Return a command for each lesson."""
    return map(_open_lesson, list_lessons())


def _open_lesson(lesson: NetworkLesson) -> Command["NetworkPage"]:
    return Command(
        f"lesson_{lesson.key}",
        lesson.title,
        lambda page: page.start_lesson(lesson),
        place="Lessons",
        keywords="lesson experiment network",
        tip=f"With {lesson.model}",
    )


COMMANDS: tuple[Command["NetworkPage"], ...] = (
    *(
        show_part(name, title, place, "network layer tab")
        for place, (name, title) in enumerate(PARTS, start=1)
    ),
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
    *(of_part(ValuePart, one) for one in VALUE_COMMANDS),
    *(of_part(WhyPart, one) for one in WHY_COMMANDS),
    *(of_part(WeightsPart, one) for one in WEIGHTS_COMMANDS),
    *(of_part(OperatePart, one) for one in OPERATE_COMMANDS),
    *(in_part(ComparisonPart, one) for one in COMPARISON_COMMANDS),
    *(of_part(PreparationPart, one) for one in PREPARATION_COMMANDS),
    Command(
        "filmstrip",
        "Films&trip",
        lambda page: page.maps.toggle_film(),
        menu=("View", 60),
        keywords="one map of each layer",
        is_checked=lambda page: page.maps.has_film,
    ),
    Command(
        "copy_python",
        "Copy as P&ython",
        lambda page: page.copy_python(),
        keys="Ctrl+Alt+C",
        menu=("Edit", 22),
        keywords="script code numpy keras",
        is_enabled=lambda page: bool(page.part.python),
    ),
    Command(
        "find_layer",
        "Find a &layer",
        lambda page: page.layer_view.search.setFocus(),
        keys="Ctrl+F",
        menu=("Edit", 40),
        keywords="search layers tree name kind",
        is_enabled=lambda page: page.state.has_layers,
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
