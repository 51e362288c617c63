"""The fields of the Filter page's inspector, as commands that put the cursor there."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from explorer.core.filters.steps import Convolution, Operation, Pooling
from explorer.views.common.command import Command
from explorer.views.common.controls.fold import Fold

if TYPE_CHECKING:
    from explorer.views.filter.geometry_panel import GeometryPanel
    from explorer.views.filter.page import FilterPage


def list_fields() -> Iterable[Command["FilterPage"]]:
    """Return a command for each field that has a name of its own."""
    of_kernel = partial(_field, place="Kernel", kind=Convolution)
    of_pooling = partial(_field, place="Pooling", kind=Pooling)
    yield of_kernel("Kernel preset", lambda page: page.kernel_panel.preset, "choose filter list")
    yield of_kernel("Size", lambda page: page.kernel_panel.kernel_size, "rows columns kernel")
    yield of_kernel("Brush strength", lambda page: page.kernel_panel.brushes.strength, "draw")
    yield of_kernel("Brush radius", lambda page: page.kernel_panel.brushes.radius, "draw")
    yield of_kernel("Brush symmetry", lambda page: page.kernel_panel.brushes.symmetry, "draw")
    yield _of_geometry("Mode", lambda panel: panel.mode, "padding full same valid output size")
    yield _of_geometry("Border", lambda panel: panel.border, "padding zero replicate reflect wrap")
    yield _of_geometry("Stride", lambda panel: panel.stride, "step subsample downsample")
    yield _of_geometry("Dilation", lambda panel: panel.dilation, "dilated atrous")
    yield _of_geometry("Convolution or correlation", lambda panel: panel.kind, "flip turn kernel")
    yield _of_geometry("Source", lambda panel: panel.source, "grey colour channel red green blue")
    yield _of_geometry("Bias", lambda panel: panel.offset, "offset add")
    yield _field(
        "Display",
        lambda page: page.inspector.display_panel.choice,
        "colours range contrast histogram",
        place="Display",
        fold=lambda page: page.inspector.display_fold,
    )
    yield of_pooling("Window", lambda page: page.inspector.pooling_panel.size_pair, "size")
    yield of_pooling("Stride", lambda page: page.inspector.pooling_panel.stride, "step")


def _of_geometry(
    text: str, find: Callable[["GeometryPanel"], QWidget], keywords: str
) -> Command["FilterPage"]:
    return _field(
        text,
        lambda page: find(page.inspector.geometry_panel),
        keywords,
        place="Geometry",
        kind=Convolution,
        fold=lambda page: page.inspector.geometry_fold,
    )


def _field(
    text: str,
    find: Callable[["FilterPage"], QWidget],
    keywords: str,
    *,
    place: str,
    kind: type[Operation] | None = None,
    fold: Callable[["FilterPage"], Fold] | None = None,
) -> Command["FilterPage"]:
    """Return a command that chooses a step of a kind, opens a section, and focuses a field."""

    def show(page: "FilterPage") -> None:
        if kind is not None:
            page.choose_step_of(kind)
        if fold is not None:
            fold(page).open()
        field = find(page)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        # Once the section that has just been opened is laid out.
        QTimer.singleShot(0, page, lambda: page.inspector.ensureWidgetVisible(field))

    return Command(
        f"field_{place}_{text}",
        text,
        show,
        place=place,
        keywords=keywords,
        is_enabled=lambda page: kind is None or page.has_step(kind),
        in_inspector=True,
    )
