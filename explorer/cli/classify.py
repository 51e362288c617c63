"""`classify`: classify pictures."""

import argparse
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cli.common import Commands, percent_text
from explorer.cli.output import check_apart, complain, is_printed, say, write
from explorer.cli.preparation import add_preparation_options, find_prepared_model
from explorer.core.files.names import printable_name
from explorer.core.models.prediction import Prediction
from explorer.core.text.class_words import unlike_all
from explorer.errors import DatasetError, ExplorerError, ModelError

if TYPE_CHECKING:
    from explorer.core.models.model import Model


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
    command.add_argument(
        "--kaggle",
        type=Path,
        metavar="OUT.csv",
        help="write a submission: id,label for each N.jpg, in the order of N, where label is the "
        "probability of dog; - writes it to the terminal",
    )
    command.add_argument(
        "--kaggle-class",
        metavar="CLASS",
        help="the class whose probability is submitted (default: dog, else the second of two)",
    )
    add_preparation_options(command)
    command.set_defaults(job=_run)


def _run(options: argparse.Namespace) -> bool:
    """Classify pictures, with the model's probabilities; folders are searched recursively.

    A picture that cannot be read gets a row with the reason, and a folder that cannot be searched a
    line; the others are classified all the same, and the exit code is 1 in the end.
    """
    from explorer.background.classify_files import classify_files
    from explorer.core.embedding.novelty import NoveltyStatistics

    table: Path | None = options.csv
    submission: Path | None = options.kaggle
    # Found out now, not after the last of many pictures.
    check_apart(csv=table, kaggle=submission)
    for target in (table, submission):
        if target is not None and not is_printed(target):
            _check_table(target, options.paths)
    model = find_prepared_model(options)
    try:
        NoveltyStatistics.read(model.path, model.card)
    except ModelError as error:
        complain(error.sentence)
    submitted = 0
    if submission is not None:
        from explorer.core.evaluation.submission import choose_class

        submitted = choose_class(model, options.kaggle_class)
    search = _Search(options.paths)
    predictions = _watch(classify_files(model, search.find()), search)
    kept: list[Prediction] = []
    if submission is not None:
        predictions = _keep(predictions, kept)
    if table is not None and is_printed(table):
        _print_table(predictions, model)
    elif table is not None:
        _write_table(table, predictions, model)
    else:
        for prediction in predictions:
            if submission is None:
                say(_row(prediction))
    if submission is not None:
        _write_submission(submission, kept, model, submitted)
    return not search.has_failed


def _check_table(table: Path, given: Sequence[Path]) -> None:
    """See that a table can be written and replaces nothing that it should not."""
    from explorer.core.files.writing import check_writable
    from explorer.core.models.prediction import check_replaceable

    name = printable_name(table)
    with ExplorerError.when_refused("was not written", name):
        check_writable(table)
    check_replaceable(table)
    for path in given:
        with suppress(OSError, ValueError):  # one of them is not there
            if os.path.samefile(path, table):
                raise ExplorerError.not_written(name, "it is one of the pictures to classify")


class _Search:
    """Finds the pictures that were asked for, and remembers whether anything went wrong."""

    def __init__(self, given: Sequence[Path]) -> None:
        self._given = given
        self.has_failed = False

    def find(self) -> Iterator[Path]:
        from explorer.core.datasets.left_out import describe_left_out
        from explorer.core.datasets.listing import list_pictures

        for path in self._given:
            if not os.path.isdir(path):
                yield path  # whatever it is: reading it tells
                continue
            try:
                listing = list_pictures(path)
            except DatasetError as error:
                self.has_failed = True
                complain(error.sentence)
                continue
            if listing.left_out:
                self.has_failed |= any(one.is_unreadable for one in listing.left_out)
                left_out = describe_left_out(listing.left_out)
                complain(f"“{printable_name(path)}”: {left_out}.")
            yield from (picture.path for picture in listing.pictures)


def _watch(predictions: Iterable[Prediction], search: _Search) -> Iterator[Prediction]:
    for prediction in predictions:
        search.has_failed |= prediction.error is not None
        yield prediction


def _keep(predictions: Iterable[Prediction], kept: list[Prediction]) -> Iterator[Prediction]:
    for prediction in predictions:
        kept.append(prediction)
        yield prediction


def _print_table(predictions: Iterable[Prediction], model: "Model") -> None:
    """Print each row as it comes."""
    from explorer.core.models.prediction import predictions_to_csv

    classes = model.classes
    write(predictions_to_csv((), classes))
    for prediction in predictions:
        write(predictions_to_csv([prediction], classes, has_head=False))


def _write_table(file: Path, predictions: Iterable[Prediction], model: "Model") -> None:
    """Write the table, and whatever ends the work, the rows until then."""
    from explorer.core.models.prediction import write_predictions

    rows: list[Prediction] = []
    is_complete = False
    try:
        rows.extend(predictions)
        is_complete = True
    finally:
        if rows or is_complete:
            write_predictions(file, rows, model.classes)
            failed = sum(row.error is not None for row in rows)
            without = f", {failed:,} of them without a class" if failed else ""
            count = "1 row" if len(rows) == 1 else f"{len(rows):,} rows"
            say(f"{file}: {count}{without}, classified by {model.name}.")


def _write_submission(
    file: Path, predictions: Sequence[Prediction], model: "Model", output: int
) -> None:
    """Write a submission of all predictions, and tell what it lacks."""
    from explorer.core.evaluation.submission import make_submission
    from explorer.core.files.writing import write_atomically

    submission = make_submission(predictions, model, output)
    for remark in submission.remarks:
        complain(remark)
    if not submission.rows:
        raise ExplorerError("No picture has a number for its name, as in 1.jpg: nothing to submit.")
    if is_printed(file):
        write(submission.text)
        return
    with ExplorerError.when_refused("was not written", printable_name(file)):
        write_atomically(file, submission.text.encode())
    count = "1 row" if len(submission.rows) == 1 else f"{len(submission.rows):,} rows"
    name = model.classes[output]
    say(f"{file}: {count}, the probability of {name}, classified by {model.name}.")


def _row(prediction: Prediction) -> str:
    if prediction.probability is None:
        reason = "" if prediction.error is None else prediction.error.sentence
        return f"{'-':>12} {'':>8}  {prediction.path}: {reason}"
    percent = percent_text(prediction.probability)
    row = f"{prediction.label:>12} {percent:>8}  {prediction.path}"
    return f"{row}: {unlike_all(prediction.classes)}" if prediction.is_neither else row
