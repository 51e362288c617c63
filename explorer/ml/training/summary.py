"""A finished run's figures for the terminal: a screenful, however many classes there are."""

import numpy as np
from rich.table import Table

from explorer.core.evaluation.confusion import most_confused
from explorer.core.files.names import printable_name, shorten_name
from explorer.core.models.run_folder import Run
from explorer.ml.data.class_weights import MOST_LISTED
from explorer.ml.runs.confusion import CONFUSION_FILE, find_worst_classes


def make_summary(run: Run) -> Table:
    """Return a finished run's figures as a table."""
    card = run.card
    metrics = card.metrics
    low, high = metrics.interval
    table = Table(title=printable_name(str(run.folder)), show_header=False, title_justify="left")
    table.add_row("accuracy", f"{metrics.accuracy:.2%} (95 % interval {low:.2%} to {high:.2%})")
    table.add_row("log loss", f"{metrics.log_loss:.4f} nats")
    table.add_row("measured on", printable_name(card.metrics_split))
    if decisions := card.training.get("decisions"):
        table.add_row("decisions", printable_name(str(decisions)))
    if card.noticed is not None:
        table.add_row("notices", f"{card.noticed:.0%} of pictures made to show none of the classes")
    for warning in card.warnings:
        table.add_row("warning", printable_name(warning))
    names = [shorten_name(printable_name(name)) for name in card.classes]
    if len(names) <= MOST_LISTED:
        for label, row in zip(names, metrics.confusion, strict=True):
            counts = ", ".join(
                f"{count:,} as {name}" for count, name in zip(row, names, strict=True)
            )
            table.add_row(f"{label} was called", counts)
    else:
        table.add_row(
            f"lowest of {len(names):,} classes",
            "\n".join(
                f"{names[one.label]}: {one.hits:,} of {one.count:,} correct"
                for one in find_worst_classes(metrics.confusion)[:MOST_LISTED]
            ),
        )
        table.add_row(
            "most frequent errors",
            "\n".join(
                f"{names[one.label]} was called {names[one.answer]}: {one.count:,} times"
                for one in most_confused(np.array(metrics.confusion), MOST_LISTED)
            )
            or "none",
        )
        table.add_row("all classes", f"see {CONFUSION_FILE}")
    table.add_row("parameters", f"{card.parameters:,}")
    table.add_row("multiply-adds", f"{card.multiply_adds / 1e6:,.1f} million per picture")
    return table
