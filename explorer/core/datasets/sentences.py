"""What is told of a dataset: how its folder was read."""

from collections.abc import Iterable

from explorer.core.datasets.readings import Reading
from explorer.core.files.names import list_names


def describe_reading(reading: Reading) -> str:
    """Say how a folder was read: “2 classes from folder names: cat, dog; test set: test1”."""
    if not reading.counts:
        return "no labels"
    source = "file names" if "name" in reading.layout else "folder names"
    classes = len(reading.counts)
    parts = [
        f"{classes:,} {'class' if classes == 1 else 'classes'} from {source}: "
        f"{list_names(list(reading.counts))}"
    ]
    parts += [f"{split} set: {list_names(names)}" for split, names in reading.splits.items()]
    parts += [
        f"{list_names(spellings, quoted=True)} are one class"
        for spellings in reading.spellings.values()
    ]
    if reading.unlabelled:
        has = "picture has" if reading.unlabelled == 1 else "pictures have"
        where = f" ({list_names(reading.aside)})" if reading.aside else ""
        parts.append(f"{reading.unlabelled:,} {has} no label{where}")
    return "; ".join(parts)


def list_readings(readings: Iterable[Reading]) -> str:
    """List the layouts that a folder can be read by, a line each, for --layout."""
    return "\n".join(f"  --layout {one.layout:<12} {describe_reading(one)}" for one in readings)
