"""What the names of files tell: the class in cat.1.jpg, less surely in cat_1.jpg; masks."""

import os
import re
from collections.abc import Sequence

_SURE = re.compile(r"([^.]+)\.\d+\.[^.]+")
_UNSURE = re.compile(r"([^\d.]*[^\W\d_])[\s_-]*\(?\d+\)?\.[^.]+")
_MASK = re.compile(
    r"(.+)[_-](?:masks?|segmentation|segmented|seg|gt|groundtruth|annotation|trimap)(?:[_-]?\d+)?"
    r"\.[^.]+",
    re.IGNORECASE,
)


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


def find_masks(names: Sequence[str], folders: Sequence[object]) -> set[int]:
    """Find the masks that lie beside their pictures, as cat_mask.png beside cat.png.

    Parameters
    ----------
    names : sequence of str
        Of files, with their suffixes.
    folders : sequence
        The folder of each, by whatever tells them apart.

    Returns
    -------
    set of int
        The places of the masks.
    """
    found = {
        place: match[1] for place, name in enumerate(names) if (match := _MASK.fullmatch(name))
    }
    if not found:
        return set()
    stems = {
        (folder, os.path.splitext(name)[0]) for name, folder in zip(names, folders, strict=True)
    }
    return {place for place, stem in found.items() if (folders[place], stem) in stems}
