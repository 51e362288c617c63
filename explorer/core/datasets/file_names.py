"""Classes from the names of files: cat.1.jpg, or less surely cat_1.jpg and cat (1).jpg."""

import re
from collections.abc import Sequence

_SURE = re.compile(r"([^.]+)\.\d+\.[^.]+")
_UNSURE = re.compile(r"([^\d.]*[^\W\d_])[\s_-]*\(?\d+\)?\.[^.]+")


def labels_of_names(names: Sequence[str]) -> tuple[list[str | None], bool]:
    """Return the class that each file's name tells, None where it tells none.

    Parameters
    ----------
    names : sequence of str

    Returns
    -------
    labels : list of str or None
    is_sure : bool
        Whether the files are named as Kaggle does, `label.N.suffix`, which says that the word is a
        class; otherwise it may be a camera's, as in IMG_1.jpg.
    """
    labels = [_label(_SURE, name) for name in names]
    if any(labels):
        return labels, True
    return [_label(_UNSURE, name) for name in names], False


def _label(pattern: re.Pattern[str], name: str) -> str | None:
    match = pattern.fullmatch(name)
    return match[1] if match else None
