"""How pictures are prepared for a model, as options of the commands that run one."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cli.common import find_model
from explorer.cli.output import complain
from explorer.core.desktop.arguments import ArgumentParser
from explorer.errors import ModelError

if TYPE_CHECKING:
    from explorer.core.models.model import Model

# Repeated here: what they are needed for takes long to import, and is mostly not needed.
SCALINGS = ("none", "unit", "signed", "imagenet")
RESIZES = ("stretch", "crop", "pad")
CHANNELS = ("rgb", "bgr", "grey")


def add_preparation_options(command: ArgumentParser) -> None:
    """Add --scaling, --resize, --channels and --classes to a command that has --model."""
    command.add_argument(
        "--scaling",
        choices=SCALINGS,
        help="what pixels become: none is 0 to 255, unit 0 to 1, signed -1 to 1, imagenet its mean "
        "and deviation (default: as for the window)",
    )
    command.add_argument(
        "--resize", choices=RESIZES, help="how a picture of another shape is brought to the input's"
    )
    command.add_argument("--channels", choices=CHANNELS, help="their order, or one")
    command.add_argument(
        "--classes",
        type=Path,
        metavar="FILE",
        help="the names of the classes: text with a name in each line, CSV or JSON",
    )


def find_prepared_model(options: argparse.Namespace) -> "Model":
    """Find the model of `--model`, prepared for as the options say.

    Names that cannot be used are complained of, and numbers stand for them.

    Raises
    ------
    ExplorerError
        There is no such model, or it cannot be read.
    """
    model = find_model(options.model)
    given = {
        name: getattr(options, name)
        for name in ("scaling", "resize", "channels")
        if getattr(options, name) is not None
    }
    model = replace(model, preparation=replace(model.preparation, **given))
    return model if options.classes is None else _with_names(model, options.classes)


def _with_names(model: "Model", file: Path) -> "Model":
    from explorer.core.model_files.class_names import read_names_of
    from explorer.core.models.assumptions import number_classes

    count = len(model.classes)
    try:
        names = read_names_of(count, file)
    except ModelError as error:
        complain(f"{error.sentence} The classes are numbered.")
        names = number_classes(count)
    return replace(model, classes=names)
