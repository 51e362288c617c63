"""Find the ways to read a folder as a dataset, and the most probable of them."""

import re
from collections import Counter
from collections.abc import Mapping

from explorer.core.datasets.folder_names import SPLITS, FolderKind, class_key, split_kind
from explorer.core.datasets.layouts import LAYOUTS, Layout
from explorer.core.datasets.readings import Reading, Readings, read_as
from explorer.core.datasets.shape import Shape, Tree

_FEW = 0.1
"""The fraction of the pictures that may be strays: the plots beside the data."""


def find_readings(tree: Tree, *, has_sure_names: bool) -> Readings:
    """Find all ways to read a folder as a dataset.

    A folder around everything, such as one from an unpacked archive, is looked through, and so are
    folders that say nothing, as in `train/train` or `cat/images`. Masks beside `images` have no
    label.

    Parameters
    ----------
    tree : Tree
        The folders with the number of their pictures.
    has_sure_names : bool
        As `labels_of_names` tells.
    """
    shape = Shape.of(tree, has_sure_names=has_sure_names)
    best, is_clear = _choose(shape)
    ranked: list[Reading] = []
    for layout in (best, *(other for other in LAYOUTS if other != best)):
        reading = read_as(tree, shape, layout)
        is_new = all(_tell_apart(tree, reading) != _tell_apart(tree, other) for other in ranked)
        is_possible = reading.counts and _says_something(layout, shape)
        if is_new and (is_possible or layout in (best, "none")):
            ranked.append(reading)
    return Readings(tuple(ranked), is_clear or len(ranked) == 1)


def _says_something(layout: Layout, shape: Shape) -> bool:
    """Say whether the folders are there that a layout speaks of."""
    kinds = [split_kind(name) for name in shape.tops]
    if layout == "class+split":
        return kinds.count(None) > 1
    return layout not in ("split/class", "split/name") or "train" in kinds


def _tell_apart(tree: Tree, reading: Reading) -> object:
    """Return the classes and the split of the pictures in each folder."""
    found = {}
    for folders, place in reading.places.items():
        labels = tree[folders] if place.is_named else [place.label]
        found[folders] = ({reading.names.get(label or "") for label in labels}, place.split)
    return found


def _choose(shape: Shape) -> tuple[Layout, bool]:
    """Return the most probable layout, and whether it is beyond doubt."""
    tops, loose = shape.tops, shape.loose
    if not tops:
        return ("name" if shape.loose_named else "none"), True
    kinds = {name: split_kind(name) for name in tops}
    splits = {name for name, kind in kinds.items() if kind in SPLITS}
    if splits:
        return _choose_with_splits(shape, kinds, splits)
    total = loose + sum(top.total for top in tops.values())
    have_splits = [
        bool(top.subfolders) and all(split_kind(name) in SPLITS for name in top.subfolders)
        for top in tops.values()
    ]
    if any(have_splits):
        is_deeper = any(len(top.deeper) > 1 for top in tops.values())  # the parts of a whole
        return "class/split", all(have_splits) and not is_deeper
    if len(shape.loose_named) > 1:
        return "name", total - loose <= _FEW * total
    if loose and len(tops) == 1:
        (top,) = tops.values()
        return ("part/class", loose <= _FEW * total) if len(top.subfolders) > 1 else ("none", True)
    return _choose_level(shape, total)


def _choose_with_splits(
    shape: Shape, kinds: Mapping[str, FolderKind | None], splits: set[str]
) -> tuple[Layout, bool]:
    tops = shape.tops
    strays = {name for name in tops if name not in splits and kinds[name] != "aside"}
    stray = shape.loose + sum(tops[name].total for name in strays)
    total = shape.loose + sum(top.total for top in tops.values())
    if any(tops[name].subfolders for name in splits):
        inside: Layout = "split/class"
    else:
        inside = "split/name" if any(tops[name].named for name in splits) else "none"
    training = {name for name in splits if kinds[name] == "train"}
    if not strays or (training and splits - training):
        return inside, stray <= _FEW * total
    if training:  # and neither validation nor test
        if any(tops[name].parts > 1 for name in training):
            return inside, stray <= _FEW * total
        return "class", True  # of trains, beside cars and boats
    if len(strays) > 1:
        classes = {class_key(name) for name in strays}
        found = [{class_key(name) for name in tops[split].subfolders} for split in splits]
        return "class+split", all(names and names <= classes for names in found)
    return "class", False  # as valid beside invalid


def _choose_level(shape: Shape, total: int) -> tuple[Layout, bool]:
    """Decide which of several folders without splits are classes."""
    tops = list(shape.tops.values())
    if len(tops) == 1:
        return "class", True
    is_clear = shape.loose <= total / 2
    keys = {class_key(name) for name in shape.tops}
    if any(
        not top.own
        and {class_key(inside) for inside in top.subfolders} & (keys - {class_key(name)})
        for name, top in shape.tops.items()
    ):
        return "class", False  # a folder of classes beside the same classes
    named = Counter(name for top in tops for name in top.named)
    if any(len(top.named) > 1 for top in tops) and named.most_common(1)[0][1] > 1:
        return ("name" if _are_numbered(shape) else "class"), False
    inner = Counter(class_key(name) for top in tops for name in top.subfolders)
    if not inner or all(any(sign.isdigit() for sign in name) for name in inner):
        return "class", is_clear  # dates, numbers
    shared = [name for name, count in inner.items() if count > 1]
    if len(shared) > 1:
        has_parts = len(shared) > len(tops) or _are_numbered(shape)
        return ("part/class" if has_parts else "class"), False
    divided = [top for top in tops if len(top.subfolders) > 1 and not top.own]
    whole = sum(top.total for top in tops if top.own)
    if divided and (len(divided) == len(tops) or (len(divided) == 1 and whole <= _FEW * total)):
        return ("class" if len(divided) == len(tops) else "part/class"), False
    return "class", is_clear


def _are_numbered(shape: Shape) -> bool:
    """Say whether the folders are numbered alike, as part1 and part2 are."""
    return len({re.sub(r"\d+", "", name) for name in shape.tops}) == 1
