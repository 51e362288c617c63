"""What is said of one picture of the dataset."""

import numpy as np

from explorer.core.catalogue.columns import Columns
from explorer.core.files.names import printable_name
from explorer.core.text.percent import format_percent

MOST_CLASSES = 5


def describe_answer(columns: Columns, place: int) -> str:
    """Return the most probable class of a picture and its probability; empty where unknown."""
    if not columns.has_answer[place]:
        return ""
    label = printable_name(columns.classes[columns.predicted[place]])
    return f"{label}, {format_percent(float(columns.confidence[place]))}"


def list_facts(columns: Columns, place: int) -> list[str]:
    """Return what a pass found of a picture: a line for each fact."""
    lines = []
    if columns.has_answer[place]:
        probabilities = columns.probabilities[place]
        best = np.argsort(-probabilities, kind="stable")[:MOST_CLASSES]
        lines += [
            f"{printable_name(columns.classes[one])}: {format_percent(float(probabilities[one]))}"
            for one in best
        ]
    if columns.is_judged[place] and not columns.is_right[place]:
        lines.append("The answer is not the label.")
    if columns.is_neither[place]:
        lines.append("Looks like no class that the model knows.")
    if columns.is_seen[place]:
        lines.append("The model was trained on it.")
    if place in columns.errors:
        lines.append(columns.errors[place])
    return lines
