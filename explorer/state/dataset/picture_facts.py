"""What is said of one picture of the dataset."""

import numpy as np

from explorer.core.catalogue.columns import Columns
from explorer.core.datasets.dataset import Sample
from explorer.core.files.names import printable_name
from explorer.core.text.percent import format_percent

MOST_CLASSES = 5


def describe_answer(columns: Columns, place: int) -> str:
    """Return the most probable class of a picture and its probability; empty where unknown."""
    if not columns.has_answer[place]:
        return ""
    label = printable_name(columns.classes[columns.predicted[place]])
    return f"{label}, {format_percent(float(columns.confidence[place]))}"


def describe_picture(sample: Sample, columns: Columns | None, place: int) -> str:
    """Return in a few words what is known of a picture: its name, label and answer."""
    lines = [printable_name(sample.path)]
    if sample.label is not None:
        lines.append(f"Label: {printable_name(sample.label)}")
    if columns is not None:
        answer = describe_answer(columns, place)
        marks = []
        if columns.is_judged[place] and not columns.is_right[place]:
            marks.append("wrong")
        if columns.is_neither[place]:
            marks.append("looks like no class")
        if answer:
            lines.append("; ".join([f"Answer: {answer}", *marks]))
    return "\n".join(lines)


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
