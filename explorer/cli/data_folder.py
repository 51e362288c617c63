"""What the commands about a folder of pictures share."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.output import write
from explorer.core.files.names import printable_name
from explorer.errors import DatasetError, ExplorerError

if TYPE_CHECKING:
    from explorer.core.datasets.dataset import Dataset, Sample
    from explorer.core.desktop.arguments import ArgumentParser


def add_data_options(command: "ArgumentParser") -> None:
    """Add DATA, --layout, --model and --json to a command."""
    from explorer.core.datasets.layouts import LAYOUTS

    command.add_argument("data", type=Path, metavar="DATA", help="a folder of labelled pictures")
    command.add_argument(
        "--model", metavar="NAME|RUN", help="a model's name, file or run folder (default: the best)"
    )
    command.add_argument(
        "--layout",
        choices=[layout for layout in LAYOUTS if layout != "none"],
        help="how DATA is read (default: as its folders and files suggest)",
    )
    command.add_argument(
        "--json", type=Path, metavar="OUT", help="write all figures; - writes them to the terminal"
    )


def scan_data(options: argparse.Namespace) -> "Dataset":
    """Scan DATA as --layout says.

    Raises
    ------
    DatasetError
        There are no pictures, or --layout does not fit.
    """
    from explorer.core.datasets.scan import scan_dataset

    dataset = scan_dataset(options.data, layout=options.layout)
    if options.layout and (dataset.reading is None or dataset.reading.layout != options.layout):
        name = printable_name(options.data)
        raise DatasetError.not_opened(name, f"it cannot be read as “{options.layout}”")
    return dataset


def check_target(target: Path | None) -> None:
    """See, before the first of many pictures, that a file can be written.

    Raises
    ------
    ExplorerError
        It cannot.
    """
    from explorer.core.files.writing import check_writable

    if target is not None and str(target) != "-":
        with ExplorerError.when_refused("was not written", printable_name(target)):
            check_writable(target)


def describe_layout(dataset: "Dataset") -> dict[str, str]:
    """Return how a folder was understood, for JSON."""
    from explorer.core.datasets.sentences import describe_reading

    reading = dataset.reading
    assert reading is not None  # scan_dataset raises where there is nothing to read
    return {"layout": reading.layout, "reading": describe_reading(reading)}


def place_of(sample: "Sample", dataset: "Dataset") -> str:
    """Return the path of a picture within DATA."""
    return os.path.relpath(sample.path, dataset.folder)


def write_json_file(target: Path, content: dict[str, Any], *, indent: int | None = 1) -> None:
    """Write JSON into a file; - is standard output.

    Raises
    ------
    ExplorerError
        The file cannot be written.
    """
    from explorer.core.files.json_text import write_json
    from explorer.core.files.writing import write_atomically

    text = write_json(content, indent=indent)
    if str(target) == "-":
        write(text + "\n")
        return
    with ExplorerError.when_refused("was not written", printable_name(target)):
        write_atomically(target, text.encode() + b"\n")
