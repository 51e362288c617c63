"""What is said of a run, in the cells of a table."""

from datetime import datetime
from pathlib import PurePath

from explorer.core.catalogue.sides import SideChanges
from explorer.core.files.names import printable_name
from explorer.core.text.percent import format_percent
from explorer.core.training.runs import RunEntry
from explorer.views.common.theme import format_number

_NOT_TRAINED = {
    "included": "included",
    "finished": "finished",
    "damaged": "cannot be opened",
    "gone": "its folder is gone",
}


def describe_state(run: RunEntry) -> str:
    """Return how far a run is, in a few words."""
    record = run.record
    if run.state == "training" and record is not None:
        where = f"epoch {record.epoch} of {record.epochs}" if record.epoch else record.phase
        if record.phase == "paused":
            return f"paused, {where}"
        return record.phase if record.phase in ("preparing", "finishing") else where
    if run.state == "unfinished":
        how = "failed" if record is not None and record.phase == "failed" else "broken off"
        return f"{how} after epoch {len(run.rows)}" if run.rows else how
    return _NOT_TRAINED.get(run.state, run.state)


def explain_state(run: RunEntry) -> str:
    """Return what stands behind the state, in whole sentences."""
    if run.trouble:
        return run.trouble
    lines = [str(run.folder)]
    if run.record is not None and run.record.notes and not run.is_whole:
        lines.append(run.record.notes[-1])
    return "\n".join(map(printable_name, lines))


def describe_accuracy(run: RunEntry) -> str:
    """Return the accuracy on the card with its 95 % interval; empty where there is none."""
    if run.metrics is None or not run.metrics.count:
        return ""
    low, high = (100 * one for one in run.metrics.interval)
    return f"{format_percent(run.metrics.accuracy)} ({low:.1f}–{high:.1f})"


def explain_accuracy(run: RunEntry) -> str:
    """Return what the accuracy was measured on."""
    if run.metrics is not None:
        return f"With its 95 % interval, on {run.metrics_split}"
    if run.rows:
        best = run.rows[run.best_epoch - 1]["val_accuracy"]
        return f"Not measured yet; on the validation set {format_percent(best)} so far"
    return ""


def describe_epochs(run: RunEntry) -> str:
    """Return how many epochs there were."""
    if run.is_whole or not run.planned:
        return f"{len(run.rows):,}" if run.rows else ""
    return f"{len(run.rows):,} of {run.planned:,}"


def explain_epochs(run: RunEntry) -> str:
    """Return which epoch is the best, and of how many the networks are kept."""
    lines = [f"Epoch {run.best_epoch:,} is the best"] if run.rows else []
    if run.epochs:
        lines.append(f"The networks of {len(run.epochs):,} are kept: see Epochs")
    return "\n".join(lines)


def describe_date(seconds: float) -> str:
    """Return a date and a time, in seconds since 1970, as a person here has them."""
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}" if seconds else ""


def name_data(run: RunEntry) -> str:
    """Return the name of the folder of pictures."""
    return printable_name(PurePath(run.data).name or run.data)


def describe_changes(before: RunEntry, now: RunEntry, changes: SideChanges | None) -> str:
    """Return what changed from one run to a later one, a line for each fact.

    Parameters
    ----------
    before, now : RunEntry
        Finished ones.
    changes : SideChanges or None
        None: that was not asked for.
    """
    lines = [f"From {before.name} to {now.name}:"]
    if before.metrics is not None and now.metrics is not None:
        accuracies = (format_percent(run.metrics.accuracy) for run in (before, now) if run.metrics)
        losses = (format_number(run.metrics.log_loss) for run in (before, now) if run.metrics)
        lines.append(f"Accuracy {' → '.join(accuracies)}, log loss {' → '.join(losses)}.")
        if not _have_one_test_set(before, now):
            lines.append("They were measured on different pictures: differences say little.")
    if changes is not None and not changes.count:
        lines.append(
            "Not both have classified the open dataset yet: open each, and choose “Classify all” "
            "on the Dataset page."
        )
    elif changes is not None:
        lines.append(
            f"Of {changes.count:,} pictures of the open dataset, {len(changes.righted):,} became "
            f"right and {len(changes.wronged):,} wrong."
        )
    return "\n".join(lines)


def _have_one_test_set(before: RunEntry, now: RunEntry) -> bool:
    def split_of(run: RunEntry) -> tuple[object, ...]:
        values = run.settings or {}
        return (run.data_hash, *map(values.get, ("ratio", "seed", "limit", "decisions")))

    return bool(before.data_hash) and split_of(before) == split_of(now)
