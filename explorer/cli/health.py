"""`health`: find what may be wrong with the pictures of a folder."""

import argparse
import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from explorer.cli.common import Commands
from explorer.cli.data_folder import (
    add_data_options,
    check_target,
    describe_layout,
    place_of,
    scan_data,
    write_json_file,
)
from explorer.cli.output import complain, is_printed, say, write
from explorer.cli.preparation import add_preparation_options, find_prepared_model
from explorer.core.files.names import printable_name
from explorer.core.text.shorten import shorten
from explorer.errors import ExplorerError
from explorer.paths import user_health

if TYPE_CHECKING:
    from explorer.core.datasets.dataset import Dataset
    from explorer.core.health.issues import Issue, IssueList, Thresholds
    from explorer.core.models.model import Model

_MOST_LISTED = 5
"""Of each kind in the terminal; the JSON file lists all."""


def add_to(commands: "Commands") -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser(
        "health",
        help="find what may be wrong with the pictures of a folder",
        description=_run.__doc__,
    )
    add_data_options(command)
    command.add_argument(
        "--threshold",
        action="append",
        default=[],
        metavar="KIND=VALUE",
        help="let a kind begin elsewhere than with cleanvision and cleanlab, as dark=0.25; may be "
        "repeated",
    )
    add_preparation_options(command)
    command.set_defaults(job=_run)


def _run(options: argparse.Namespace) -> bool:
    """Find what may be wrong with the pictures of a folder, and change nothing.

    Unreadable files, exact and near-duplicates (those across splits first), labels that are
    probably wrong, outliers, dark, bright, blurry and plain pictures, odd sizes and shapes, grey
    ones, properties that tell the labels, rare classes, and groups in which the model does worse.

    One pass with a model measures and compares them. Near-duplicates, outliers and labels are
    judged by the model's embedding, whatever classes it knows; without --model, by that of the best
    included model.
    """
    from explorer.background.survey import survey_files
    from explorer.core.catalogue.check_health import HealthCheck

    check_target(options.json)
    thresholds = _read_thresholds(options.threshold)
    dataset = scan_data(options)
    model = find_prepared_model(options)
    known = survey_files(model, dataset)
    for notice in known.notices:
        complain(notice)
    lists = HealthCheck(dataset, known.columns, known.embeddings, user_health()).run(thresholds)
    if options.json is not None:
        write_json_file(options.json, _to_json(dataset, model, thresholds, lists))
    if options.json is None or not is_printed(options.json):
        _print(dataset, model, lists)
    return True


def _read_thresholds(given: Sequence[str]) -> "Thresholds":
    from explorer.core.health.issues import DEFAULTS, THRESHOLD_NAMES

    found = DEFAULTS
    for text in given:
        name, _, value = text.partition("=")
        if name not in THRESHOLD_NAMES:
            raise ExplorerError(
                f"--threshold “{shorten(text)}” names no kind: there are "
                f"{', '.join(THRESHOLD_NAMES)}."
            )
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not 0 <= number < math.inf:
            raise ExplorerError(f"--threshold “{shorten(text)}” is not a number from 0 on.")
        found = replace(found, **{name: number})
    return found


def _to_json(
    dataset: "Dataset", model: "Model", thresholds: "Thresholds", lists: "Sequence[IssueList]"
) -> dict[str, Any]:
    return {
        "data": str(dataset.folder),
        "model": model.name,
        **describe_layout(dataset),
        "count": len(dataset.samples),
        "thresholds": asdict(thresholds),
        "rules": {one.kind.name: one.rule for one in lists},
        "notes": {one.kind.name: one.note for one in lists if one.note},
        **{
            one.kind.name: [
                entry
                for number, issue in enumerate(one.issues)
                for entry in _entries(issue, number, dataset)
            ]
            for one in lists
        },
    }


def _entries(issue: "Issue", number: int, dataset: "Dataset") -> list[dict[str, Any]]:
    """Return an entry for each picture; those of one issue, such as copies, have its number."""
    entry: dict[str, Any] = {
        "figure": issue.figure if math.isfinite(issue.figure) else None,
        "reason": issue.reason,
    }
    if issue.suggestion:
        entry["suggestion"] = issue.suggestion
    if not issue.places:
        return [{"path": ".", **entry}]
    if len(issue.places) > 1:
        entry["group"] = number
    return [{"path": place_of(dataset.samples[place], dataset), **entry} for place in issue.places]


def _print(dataset: "Dataset", model: "Model", lists: "Sequence[IssueList]") -> None:
    reading = describe_layout(dataset)["reading"]
    say(f"“{printable_name(dataset.folder)}”: {reading}.")
    say(f"{len(dataset.samples):,} pictures, looked at with {model.name}.")
    for one in lists:
        count = f"{len(one.issues):,}" if one.issues or not one.note else "-"
        write("\n")
        say(f"{one.kind.title}: {count}  ({one.rule})")
        if one.note:
            say(f"  {one.note}")
        for issue in one.issues[:_MOST_LISTED]:
            names = [
                printable_name(place_of(dataset.samples[place], dataset))
                for place in issue.places[:_MOST_LISTED]
            ]
            rest = len(issue.places) - len(names)
            named = ", ".join(names) + (f" and {rest:,} more" if rest else "")
            say(f"  {named}: {issue.reason}" if named else f"  {issue.reason}")
        if len(one.issues) > _MOST_LISTED:
            say(f"  and {len(one.issues) - _MOST_LISTED:,} more")
