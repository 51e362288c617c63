"""What can be done to a kernel as a whole; `KernelPanel`'s menus, and Ctrl+K, show these."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from explorer.core.kernels.parametric import PARAMETRIC_KERNELS, ParametricKernel
from explorer.core.kernels.transforms import TRANSFORMS, Transform
from explorer.views.common.command import Command

if TYPE_CHECKING:
    from explorer.views.filter.kernel.panel import KernelPanel

COPY_STYLES = {"numpy": "NumPy", "matlab": "MATLAB", "csv": "CSV", "latex": "LaTeX"}


def list_files() -> tuple[Command["KernelPanel"], ...]:
    """Return what keeps kernels, and brings them back."""
    return (
        Command(
            "open_kernel",
            "&Open…",
            lambda panel: panel.open_wanted.emit(),
            place="Kernel menu",
            keywords="load file csv npy json",
        ),
        Command(
            "save_kernel",
            "&Save as…",
            lambda panel: panel.save_wanted.emit(),
            place="Kernel menu",
            keywords="export file csv npy json",
        ),
        Command(
            "keep_kernel",
            "Save to My &kernels…",
            lambda panel: panel.save_own_wanted.emit(),
            place="Kernel menu",
            keywords="keep own",
        ),
        Command(
            "rename_kernel",
            "Rename…",
            lambda panel: panel.rename_own_wanted.emit(panel.own),
            place="Kernel menu",
            keywords="my own",
            is_enabled=lambda panel: panel.own is not None,
            describe=lambda panel: f"Rename{_name_own(panel)}…",
        ),
        Command(
            "delete_kernel",
            "Delete",
            lambda panel: panel.delete_own_wanted.emit(panel.own),
            place="Kernel menu",
            keywords="my own remove",
            is_enabled=lambda panel: panel.own is not None,
            describe=lambda panel: f"Delete{_name_own(panel)}",
        ),
    )


def paste_matrix() -> Command["KernelPanel"]:
    """Return the command that reads a kernel from the clipboard."""
    return Command(
        "paste_matrix",
        "&Paste matrix",
        lambda panel: panel.paste_wanted.emit(),
        place="Kernel menu",
        keywords="clipboard weights text",
        tip="NumPy, MATLAB, C, CSV or LaTeX text from the clipboard",
    )


def two_kernels() -> Command["KernelPanel"]:
    """Return the command that switches to two kernels, and back."""
    return Command(
        "gradient",
        "Two kernels",
        lambda panel: panel.toggle_gradient(),
        place="On this page",
        keywords="gradient magnitude",
        tip="Filter with two kernels and combine the responses: √(a² + b²)",
        is_checked=lambda panel: panel.is_pair,
    )


def list_copies() -> Iterable[Command["KernelPanel"]]:
    """Return a command for each notation that the kernel can be copied in."""
    return [_copy(style, name) for style, name in COPY_STYLES.items()]


def list_transforms() -> Iterable[Command["KernelPanel"]]:
    """Return a command for each transform."""
    return map(_transform, TRANSFORMS)


def list_parametric() -> Iterable[Command["KernelPanel"]]:
    """Return a command for each formula that kernels are made from."""
    return map(_open_parametric, PARAMETRIC_KERNELS)


def _copy(style: str, name: str) -> Command["KernelPanel"]:
    return Command(
        f"copy_as_{style}",
        name,
        lambda panel: panel.copy_wanted.emit(style),
        place="Kernel menu › Copy as",
        keywords="kernel weights matrix clipboard",
    )


def _transform(transform: Transform) -> Command["KernelPanel"]:
    return Command(
        f"transform_{transform.name}",
        transform.name,
        lambda panel: panel.transform_chosen.emit(transform),
        place="Transform",
        keywords="kernel weights",
        tip=transform.explanation,
    )


def _open_parametric(parametric: ParametricKernel) -> Command["KernelPanel"]:
    return Command(
        f"parametric_{parametric.name}",
        parametric.name,
        lambda panel: panel.open_parametric(parametric),
        place="Parametric",
        keywords="kernel formula",
        tip=parametric.explanation,
    )


def _name_own(panel: "KernelPanel") -> str:
    return "" if panel.own is None else f" “{panel.own.name}”".replace("&", "&&")
