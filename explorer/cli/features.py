"""`features`: save the feature maps of a layer."""

import argparse
from pathlib import Path

from explorer.cli.common import Commands, find_run, write_array
from explorer.cli.output import say


def add_to(commands: "Commands") -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser(
        "features", help="save the feature maps of a layer", description=_run.__doc__
    )
    command.add_argument("input", type=Path, metavar="IN", help="a picture")
    command.add_argument("--model", required=True, metavar="NAME|RUN")
    command.add_argument("--layer", required=True, metavar="LAYER", help="a layer's name")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.png|OUT.npy")
    command.set_defaults(job=_run)


def _run(options: argparse.Namespace) -> bool:
    """Save a layer's feature maps for a picture.

    OUT.npy gets the float32 maps, (height, width, filters) or (units,); OUT.png gets them side by
    side, each on its own scale.
    """
    from explorer.background.blocking_worker import BlockingWorker
    from explorer.core.images.read import read_picture, write_picture
    from explorer.core.models.feature_grid import tile_feature_maps
    from explorer.core.models.requests import ComputeFeatureMaps

    picture = read_picture(options.input).picture
    run = find_run(options.model)
    with BlockingWorker("network") as worker:
        found = worker.ask(ComputeFeatureMaps(run.folder, options.layer, picture))
    if options.output.suffix.lower() == ".npy":
        write_array(options.output, found.maps)
    else:
        write_picture(options.output, tile_feature_maps(found.maps).pixels)
    shape = "×".join(str(length) for length in found.maps.shape)
    low, high = float(found.maps.min()), float(found.maps.max())
    say(f"{found.layer.name}: {shape}, values {low:.4g} to {high:.4g}.")
    return True
