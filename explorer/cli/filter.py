"""`filter`: convolve a picture with a kernel."""

import argparse
from pathlib import Path

from explorer.cli.common import Commands, percent_text
from explorer.cli.output import complain, say
from explorer.core.convolution.geometry import BORDERS, MODES
from explorer.core.filters.display import DISPLAYS


def add_to(commands: "Commands") -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser(
        "filter", help="convolve a picture with a kernel", description=_run.__doc__
    )
    command.add_argument("input", type=Path, metavar="IN", help="a picture")
    command.add_argument(
        "-k",
        "--kernel",
        required=True,
        metavar="KERNEL",
        help="a preset, a kernel file, or a matrix as NumPy, MATLAB, C, LaTeX or a table writes "
        "it, such as '[-1 0 1; -2 0 2; -1 0 1]'",
    )
    command.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT.png|OUT.tif|OUT.npy"
    )
    command.add_argument("--mode", choices=MODES, default="same", help="(default: same)")
    command.add_argument("--border", choices=BORDERS, default="zero", help="(default: zero)")
    command.add_argument("--color", action="store_true", help="filter the three colour channels")
    command.add_argument(
        "--display",
        choices=DISPLAYS,
        help="how values are mapped to grey levels (default: as the window does: "
        "offset for signed responses, else clip)",
    )
    command.set_defaults(job=_run)


def _run(options: argparse.Namespace) -> bool:
    """Convolve a picture with a kernel: true convolution, as scipy.signal.convolve2d computes it.

    OUT.npy and OUT.tif get the float32 response, (height, width) or (height, width, 3); OUT.png and
    other pictures get it as displayed, and the fraction of clipped values is printed.
    """
    from explorer.core.convolution.geometry import Geometry
    from explorer.core.filters.display import automatic_display, show
    from explorer.core.filters.picture_export import holds_raw_values, write_picture
    from explorer.core.filters.pipeline import apply_operation
    from explorer.core.filters.steps import Convolution
    from explorer.core.images.planes import to_planes
    from explorer.core.images.read import read_picture
    from explorer.core.kernels.files import filter_from_text

    pasted = filter_from_text(options.kernel)
    if pasted.note:
        complain(pasted.note)
    chosen = pasted.filter
    planes = to_planes(read_picture(options.input).picture, "color" if options.color else "grey")
    geometry = Geometry(options.mode, options.border)
    response = apply_operation(planes, Convolution(chosen, geometry))
    shown = show(response, options.display or automatic_display(chosen))
    write_picture(options.output, shown, response)
    if holds_raw_values(options.output):
        return True
    fraction = percent_text(shown.clipped_fraction)
    say(f"{fraction} of the values were clipped (black = {shown.low:g}, white = {shown.high:g}).")
    return True
