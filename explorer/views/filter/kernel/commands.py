"""What can be done to a kernel as a whole; `KernelPanel`'s menus, and Ctrl+K, show these."""

from typing import TYPE_CHECKING

from explorer.core.kernels.parametric import PARAMETRIC_KERNELS, ParametricKernel
from explorer.core.kernels.transforms import TRANSFORMS, Transform
from explorer.views.common.command import Command, escaped

if TYPE_CHECKING:
    from explorer.views.filter.kernel.panel import KernelPanel

KernelCommand = Command["KernelPanel"]

COPY_STYLES = {"numpy": "NumPy", "matlab": "MATLAB", "table": "Table", "latex": "LaTeX"}


def _name_own(panel: "KernelPanel") -> str:
    return "" if panel.own is None else escaped(f" “{panel.own.name}”")


def _copy(style: str, name: str) -> KernelCommand:
    return Command(
        f"copy_as_{style}",
        name,
        lambda panel: panel.copy_wanted.emit(style),
        place="Kernel menu › Copy as",
        keywords="kernel weights matrix clipboard csv spreadsheet",
    )


def _transform(transform: Transform) -> KernelCommand:
    return Command(
        f"transform_{transform.name}",
        transform.name,
        lambda panel: panel.transform_chosen.emit(transform),
        place="Transform",
        keywords="kernel weights",
        tip=transform.explanation,
    )


def _open_parametric(parametric: ParametricKernel) -> KernelCommand:
    return Command(
        f"parametric_{parametric.name}",
        parametric.name,
        lambda panel: panel.open_parametric(parametric),
        place="Parametric",
        keywords="kernel formula",
        tip=parametric.explanation,
    )


FILES: tuple[KernelCommand, ...] = (
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
PASTE_MATRIX: KernelCommand = Command(
    "paste_matrix",
    "&Paste matrix",
    lambda panel: panel.paste_wanted.emit(),
    place="Kernel menu",
    keywords="clipboard weights text",
    tip="NumPy, MATLAB, C, LaTeX, YAML or a table from the clipboard",
)
COPIES = tuple(_copy(style, name) for style, name in COPY_STYLES.items())
TRANSFORM = tuple(map(_transform, TRANSFORMS))
PARAMETRIC = tuple(map(_open_parametric, PARAMETRIC_KERNELS))
TWO_KERNELS: KernelCommand = Command(
    "gradient",
    "Two kernels",
    lambda panel: panel.toggle_gradient(),
    keywords="gradient magnitude",
    tip="Filter with two kernels and combine the responses: √(a² + b²)",
    is_checked=lambda panel: panel.is_pair,
)
ALL = (*FILES, PASTE_MATRIX, *COPIES, *TRANSFORM, *PARAMETRIC, TWO_KERNELS)
