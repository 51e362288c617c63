"""`features`: save the feature maps of a layer."""

import argparse
from pathlib import Path

from explorer.cli.common import Commands, write_array
from explorer.cli.output import say
from explorer.cli.preparation import add_preparation_options, find_prepared_model
from explorer.errors import ExplorerError


def add_to(commands: "Commands") -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser(
        "features", help="save the feature maps of a layer", description=_run.__doc__
    )
    command.add_argument("input", type=Path, metavar="IN", help="a picture")
    command.add_argument("--model", required=True, metavar="NAME|RUN")
    command.add_argument("--layer", required=True, metavar="LAYER", help="a layer's name")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.png|OUT.npy")
    add_preparation_options(command)
    command.set_defaults(job=_run)


def _run(options: argparse.Namespace) -> bool:
    """Save a layer's feature maps for a picture.

    OUT.npy gets the float32 maps, (height, width, filters) or (units,); OUT.png gets them side by
    side, each on its own scale.
    """
    from explorer.background.blocking_worker import BlockingWorker
    from explorer.core.files.names import printable_name
    from explorer.core.files.writing import check_writable
    from explorer.core.images.read import check_picture_target, read_picture, write_picture
    from explorer.core.layers.feature_grid import tile_layer
    from explorer.core.models.requests import ComputeFeatureMaps
    from explorer.ml.worker import inspector_role_for

    is_array = options.output.suffix.lower() == ".npy"
    if is_array:  # found out now: TensorFlow takes seconds to start
        with ExplorerError.when_refused("was not written", printable_name(options.output)):
            check_writable(options.output)
    else:
        check_picture_target(options.output)
    picture = read_picture(options.input).picture
    model = find_prepared_model(options)
    with BlockingWorker(inspector_role_for(model.path), model.path) as worker:
        found = worker.ask(ComputeFeatureMaps(model.use, options.layer, picture))
    if is_array:
        write_array(options.output, found.maps)
    else:
        write_picture(options.output, tile_layer(found).pixels)
    shape = "×".join(str(length) for length in found.maps.shape)
    low, high = float(found.maps.min()), float(found.maps.max())
    say(f"{found.layer.name}: {shape}, values {low:.4g} to {high:.4g}.")
    return True
