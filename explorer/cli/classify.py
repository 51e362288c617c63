"""`classify`: classify pictures."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from explorer.cli.common import Commands, find_run, percent_text
from explorer.core.models.prediction import Prediction
from explorer.errors import ExplorerError


def add_to(commands: "Commands") -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("classify", help="classify pictures", description=_run.__doc__)
    command.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="pictures or folders")
    command.add_argument(
        "--model", metavar="NAME|RUN", help="a model's name or a run folder (default: the best)"
    )
    command.add_argument(
        "--csv", type=Path, metavar="OUT", help="write a CSV file; - writes it to the terminal"
    )
    command.set_defaults(job=_run)


def _run(options: argparse.Namespace) -> None:
    """Classify pictures, with the model's probabilities; folders are searched recursively.

    A picture that cannot be read gets a row with the reason.
    """
    from explorer.background.classify_files import classify_files
    from explorer.core.files.writing import check_writable
    from explorer.core.models.prediction import predictions_to_csv, write_predictions

    to_file = options.csv is not None and str(options.csv) != "-"
    if to_file:  # found out now, not after the last of many pictures
        with ExplorerError.when_refused("was not written", options.csv.name):
            check_writable(options.csv)
    run = find_run(options.model)
    predictions = classify_files(run, _expand(options.paths))
    if options.csv is None:
        for prediction in predictions:
            print(_row(prediction))
        return
    if not to_file:
        sys.stdout.write(predictions_to_csv(predictions, run.card.classes))
        return
    rows = list(predictions)
    write_predictions(options.csv, rows, run.card.classes)
    print(f"{options.csv}: {len(rows):,} rows, classified by {run.name}.")


def _expand(given: Sequence[Path]) -> Iterator[Path]:
    from explorer.core.datasets.scan import find_pictures

    for path in given:
        if path.is_dir():
            yield from find_pictures(path)
        else:
            yield path


def _row(prediction: Prediction) -> str:
    if prediction.probability is None:
        reason = "" if prediction.error is None else prediction.error.sentence
        return f"{'-':>12} {'':>8}  {prediction.path}: {reason}"
    percent = percent_text(prediction.probability)
    return f"{prediction.label:>12} {percent:>8}  {prediction.path}"
