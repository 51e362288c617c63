"""What is told of a dataset: how its folder was read."""

import unicodedata
from collections.abc import Sequence

from explorer.core.datasets.readings import Reading
from explorer.core.files.names import MOST_NAMES, list_names

OTHER_FOLDER = "open the folder in it that holds the classes (or one fold)"
"""What helps where no way to read a folder is right."""


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
    merged = list(reading.spellings.values())
    parts += [_name_spellings(each) for each in merged[:MOST_NAMES]]
    if len(merged) > MOST_NAMES:
        parts.append(f"{len(merged) - MOST_NAMES:,} more have several spellings")
    if reading.unlabelled:
        has = "picture has" if reading.unlabelled == 1 else "pictures have"
        # A class of the same name may lie deeper.
        which = "outer folders " if set(reading.aside) & set(reading.counts) else ""
        where = f" ({which}{list_names(reading.aside)})" if reading.aside else ""
        parts.append(f"{reading.unlabelled:,} {has} no label{where}")
    return "; ".join(parts)


def _name_spellings(spellings: Sequence[str]) -> str:
    looks = list(dict.fromkeys(unicodedata.normalize("NFC", name) for name in spellings))
    letters = " in composed and in decomposed letters" if len(looks) < len(spellings) else ""
    is_are = "is" if len(looks) == 1 else "are"
    return f"{list_names(looks, quoted=True)}{letters} {is_are} one class"
