"""What can be done on the Filter page."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from explorer import paths
from explorer.core.filters import lessons
from explorer.core.filters.lessons import Lesson
from explorer.core.kernels.kernel import Filter
from explorer.core.kernels.presets import PRESET_GROUPS
from explorer.views.common.command import Command, escaped
from explorer.views.filter.kernel import commands as kernel_commands
from explorer.views.filter.steps.commands import list_steps

if TYPE_CHECKING:
    from explorer.views.filter.page import FilterPage


EXPORTS: tuple[Command["FilterPage"], ...] = (
    Command(
        "save_picture",
        "&Save picture…",
        lambda page: page.exports.save_picture(),
        keys="Ctrl+S",
        menu=("File", 20),
        keywords="export result png tiff npy csv",
        is_enabled=lambda page: page.state.result is not None,
    ),
    Command(
        "save_figure",
        "Save &figure as shown…",
        lambda page: page.exports.save_figure(),
        keys="Ctrl+Shift+S",
        menu=("File", 21),
        keywords="export png",
    ),
    Command(
        "copy_picture",
        "&Copy picture",
        lambda page: page.exports.copy_picture(),
        keys="Ctrl+C",
        menu=("Edit", 20),
        keywords="clipboard result",
        is_enabled=lambda page: page.state.result is not None,
    ),
    Command(
        "copy_figure",
        "Copy &figure as shown",
        lambda page: page.exports.copy_figure(),
        keys="Ctrl+Shift+C",
        menu=("Edit", 21),
        keywords="clipboard",
    ),
    Command(
        "copy_python",
        "Copy as P&ython",
        lambda page: page.exports.copy_python(),
        menu=("Edit", 22),
        keywords="clipboard script code numpy",
        is_enabled=lambda page: page.state.result is not None,
    ),
)


def list_commands() -> Iterable[Command["FilterPage"]]:
    """Return all that can be done, whatever the page shows now."""
    from explorer.views.filter.fields import list_fields  # not needed to start

    yield from EXPORTS
    yield from list_lesson_commands()
    for command in kernel_commands.ALL:
        yield command.within(lambda page: page.kernel_panel, can_run=_has_kernel)
    for step in list_steps():
        yield step.within(lambda page: page.strip.add_button)
    yield from list_fields()
    for group in PRESET_GROUPS:
        yield from list_presets(group.name, group.filters)


def list_lesson_commands() -> Iterable[Command["FilterPage"]]:
    """Return a command for each lesson."""
    return map(_open_lesson, list_lessons())


@cache
def list_lessons() -> tuple[Lesson, ...]:
    """Return the lessons, read when first asked for."""
    return lessons.list_lessons(paths.resources() / "lessons")


def list_presets(group: str, filters: Iterable[Filter]) -> Iterable[Command["FilterPage"]]:
    """Return a command for each filter of a group."""
    return [_choose_preset(group, one) for one in filters]


def _open_lesson(lesson: Lesson) -> Command["FilterPage"]:
    return Command(
        f"lesson_{lesson.key}",
        lesson.title,
        lambda page: page.state.open_lesson(lesson),
        place="Lessons",
        keywords="experiment example",
    )


def _choose_preset(group: str, preset: Filter) -> Command["FilterPage"]:
    return Command(
        f"preset_{preset.key}",
        escaped(preset.name),
        lambda page: page.state.choose_filter(preset),
        place=f"Kernel preset › {group}",
        keywords="filter",
    )


def _has_kernel(page: "FilterPage") -> bool:
    return page.state.settings.convolution is not None
