"""`evaluate`: measure a model on labelled pictures."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.common import Commands, percent_text
from explorer.cli.data_folder import (
    add_data_options,
    check_target,
    describe_layout,
    place_of,
    scan_data,
    write_json_file,
)
from explorer.cli.output import aligned, check_apart, complain, is_printed, say, write
from explorer.cli.preparation import add_preparation_options, find_prepared_model
from explorer.core.files.names import list_names, printable_name, shorten_name
from explorer.errors import DatasetError, ExplorerError, ModelError

if TYPE_CHECKING:
    from explorer.core.datasets.dataset import Dataset, Sample
    from explorer.core.evaluation.evaluation import Evaluation
    from explorer.core.evaluation.report import Report
    from explorer.core.model_files.find_out import Labels
    from explorer.core.models.model import Model

_MOST_CLASSES = 12
"""Of a matrix in the terminal; of more classes, the most frequent mistakes are told."""


def add_to(commands: "Commands") -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser(
        "evaluate", help="measure a model on labelled pictures", description=_run.__doc__
    )
    add_data_options(command)
    command.add_argument("--csv", type=Path, metavar="OUT.csv", help="write them as a table")
    add_preparation_options(command)
    command.set_defaults(job=_run)


@dataclass(frozen=True)
class _Judged:
    """What came of the pictures whose labels the model knows.

    Attributes
    ----------
    report : Report
    unreadable : list of (Sample, str)
        Those that could not be read or classified, and why.
    """

    report: "Report"
    unreadable: "list[tuple[Sample, str]]"


def _run(options: argparse.Namespace) -> bool:
    """Measure a model on labelled pictures: accuracy, log loss, calibration and confusion matrix.

    Only the share of pictures that the model was not trained on is called accuracy; those that it
    was trained on are told apart, where it says which they were.
    """
    from explorer.core.model_files.find_out import match_labels

    _check_targets(options)
    is_for_program = any(map(is_printed, filter(None, (options.json, options.csv))))
    dataset = scan_data(options)
    if not dataset.classes:
        name = printable_name(options.data)
        raise DatasetError(f"The pictures in “{name}” have no labels to compare answers with.")
    model = find_prepared_model(options)
    if len(model.classes) < 2 or model.outputs == "other":
        raise ModelError(f"“{model.name}” tells no classes apart, so there is nothing to measure.")
    labels = match_labels(model.classes, dataset.classes)
    judged = _judge(model, dataset)
    for sample, reason in judged.unreadable:
        complain(f"{place_of(sample, dataset)}: {reason}")
    content = _to_json(model, dataset, labels, judged)
    if options.json is not None:
        # A matrix of a million cells has no line for each.
        is_small = len(content["classes"]) <= _MOST_CLASSES
        write_json_file(options.json, content, indent=1 if is_small else None)
    if options.csv is not None:
        _write_csv(options.csv, judged.report)
    if not is_for_program:
        _print(model, dataset, labels, judged)
    return not judged.unreadable


def _check_targets(options: argparse.Namespace) -> None:
    """See, before the first of many pictures, that what is asked for can be written."""
    from explorer.core.models.prediction import check_replaceable

    check_apart(json=options.json, csv=options.csv)
    for target in (options.json, options.csv):
        check_target(target)
    if options.csv is not None and str(options.csv) != "-":
        check_replaceable(options.csv)


def _judge(model: "Model", dataset: "Dataset") -> _Judged:
    """Classify the pictures that the catalogue does not know, and compare answers with labels."""
    from explorer.background.survey import survey_files
    from explorer.core.catalogue.report import report_of

    known = survey_files(model, dataset)
    for notice in known.notices:
        complain(notice)
    errors = sorted(known.columns.errors.items())
    unreadable = [(dataset.samples[place], reason) for place, reason in errors]
    return _Judged(report_of(known.columns), unreadable)


def _to_json(
    model: "Model", dataset: "Dataset", labels: "Labels", judged: _Judged
) -> dict[str, Any]:
    from explorer.core.evaluation.report import to_json

    return {
        "data": str(dataset.folder),
        "model": model.name,
        **describe_layout(dataset),
        "labels": {name: model.classes[output] for name, output in labels.outputs.items()},
        "matched": labels.note,
        **to_json(judged.report),
        "unreadable": [
            {"path": place_of(sample, dataset), "reason": reason}
            for sample, reason in judged.unreadable
        ],
        "unknown_labels": _count_unknown(dataset, labels),
        "without_label": sum(one.label is None for one in dataset.samples),
        "left_out": len(dataset.left_out),
    }


def _count_unknown(dataset: "Dataset", labels: "Labels") -> dict[str, int]:
    """Return how many pictures have each label that the model does not know."""
    counts = dataset.counts()
    return {name: count for name, count in counts.items() if name not in labels.outputs}


def _write_csv(target: Path, report: "Report") -> None:
    from explorer.core.evaluation.report import to_csv
    from explorer.core.files.writing import write_atomically

    text = to_csv(report)
    if str(target) == "-":
        write(text)
        return
    with ExplorerError.when_refused("was not written", printable_name(target)):
        write_atomically(target, text.encode())


def _print(model: "Model", dataset: "Dataset", labels: "Labels", judged: _Judged) -> None:
    report = judged.report
    say(f"“{printable_name(dataset.folder)}”: {describe_layout(dataset)['reading']}.")
    say(labels.note)
    counted = report.unseen.figures.total
    counted += 0 if report.seen is None else report.seen.figures.total
    not_counted = [(len(judged.unreadable), "could not be read")]
    not_counted.append((sum(one.label is None for one in dataset.samples), "without a label"))
    if unknown := _count_unknown(dataset, labels):
        not_counted.append(
            (
                sum(unknown.values()),
                f"of labels that the model does not know: {list_names([*unknown])}",
            )
        )
    without = "".join(f"; {count:,} {why}" for count, why in not_counted if count)
    say(f"{model.name} classified {counted:,} of {len(dataset.samples):,} pictures{without}.")
    if report.remark:
        say(report.remark)
    title = "All pictures" if report.seen is None else "Unseen pictures"
    _print_figures(title, "accuracy", report.unseen, report.classes)
    if report.seen is not None and report.seen.figures.total:
        _print_figures("Pictures that it was trained on", "agreement", report.seen, report.classes)


def _print_figures(title: str, share: str, found: "Evaluation", classes: Sequence[str]) -> None:
    from explorer.core.evaluation.confusion import most_confused

    figures, error = found.figures, found.calibration.error
    if figures.accuracy is None or figures.interval is None or error is None:
        return
    low, high = map(percent_text, figures.interval)
    write("\n")
    say(f"{title}: {figures.total:,}")
    say(f"{share} {percent_text(figures.accuracy)} (95 % interval {low} to {high})")
    say(f"log loss {found.log_loss:.4f}, expected calibration error {percent_text(error)}")
    names = [shorten_name(printable_name(name), 20) for name in classes]
    if len(classes) <= _MOST_CLASSES:
        rows = [["", *(f"as {name}" for name in names), "precision", "recall", "F1"]]
        for number, name in enumerate(names):
            shares = (figures.precisions, figures.recalls, figures.f1s)
            counts = [f"{count:,}" for count in found.confusion[number]]
            rows.append([name, *counts, *(_told(each[number]) for each in shares)])
        write("\n".join(aligned(rows, left=1)) + "\n")
    else:
        for one in most_confused(found.confusion, _MOST_CLASSES):
            say(f"{names[one.label]} was called {names[one.answer]}: {one.count:,} times")


def _told(share: float) -> str:
    return "-" if share != share else percent_text(share)  # NaN alone is not itself
