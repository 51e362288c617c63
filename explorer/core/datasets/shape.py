"""The shape of a folder of pictures: its levels, without those that say nothing."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from explorer.core.datasets.folder_names import (
    SPLITS,
    class_key,
    is_image_folder,
    is_mask_folder,
    part_split,
    split_kind,
)

Folders = tuple[str, ...]
"""The names of the folders from the opened one down to a picture."""

Tree = Mapping[Folders, Mapping[str | None, int]]
"""Of each folder that holds pictures itself, how many have which class by their file names."""

_DEEPEST = 6
"""Levels below the outermost that matters; deeper folders count as their ancestor there."""


@dataclass
class Top:
    """A folder of the first level that matters.

    Attributes
    ----------
    own : int
        The pictures that lie directly in it.
    subfolders : dict of str to int
        The folders in it, with the number of pictures below each.
    deeper : set of str
        The names of the folders in those.
    named : dict of str to int
        The classes that file names tell, with their numbers of pictures.
    """

    own: int = 0
    subfolders: Counter[str] = field(default_factory=Counter)
    deeper: set[str] = field(default_factory=set)
    named: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """The number of pictures below it."""
        return self.own + self.subfolders.total()

    @property
    def parts(self) -> int:
        """Into how many classes it could fall."""
        return max(len(self.subfolders), len(self.named))


@dataclass
class Shape:
    """A folder without the levels that say nothing.

    Attributes
    ----------
    outer : int
        The number of folders around everything.
    levels : dict of Folders to Folders or None
        Of each folder with pictures, the names that matter above them; None for masks and the like.
    tops : dict of str to Top
        The folders of the first level.
    loose : int
        The pictures outside them.
    loose_named : dict of str to int
        The classes that the file names of those tell.
    """

    outer: int
    levels: dict[Folders, Folders | None]
    tops: dict[str, Top]
    loose: int = 0
    loose_named: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, tree: Tree, *, has_sure_names: bool) -> "Shape":
        """Find the shape of a tree.

        Parameters
        ----------
        has_sure_names : bool
            Whether what file names tell counts.
        """
        outer = _outer_folders(tree, has_sure_names=has_sure_names)
        depth = len(outer)
        within = {
            folders: folders[depth : depth + _DEEPEST]
            for folders in tree
            if folders[:depth] == outer
        }
        has_names = has_sure_names and any(name for names in tree.values() for name in names)
        levels = _part_names(_drop_empty_levels(_name_splits(within, has_names=has_names)))
        shape = cls(depth, dict.fromkeys(tree) | levels, {})
        for folders, names in tree.items():
            count, level = sum(names.values()), shape.levels[folders]
            named = Counter({name: number for name, number in names.items() if name is not None})
            if not has_sure_names:
                named.clear()
            if level is None:
                continue
            if not level:
                shape.loose += count
                shape.loose_named += named
            else:
                top = shape.tops.setdefault(level[0], Top())
                top.named += named
                if len(level) == 1:
                    top.own += count
                else:
                    top.subfolders[level[1]] += count
                    top.deeper.update(level[2:3])
        return shape


def _outer_folders(tree: Tree, *, has_sure_names: bool) -> Folders:
    """Return the folders around everything, as an unpacked archive has them.

    The last one may itself be a class: the only one.
    """
    first, last = min(tree), max(tree)  # what these two share, all between them share
    depth = next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    shared = first[:depth]
    if not shared or shared not in tree:
        return _descend_to_splits(tree, shared)
    is_named = has_sure_names and any(name is not None for name in tree[shared])
    says_nothing = split_kind(shared[-1]) in SPLITS or is_image_folder(shared[-1])
    return shared if is_named or says_nothing or len(tree) > 1 else shared[:-1]


def _descend_to_splits(tree: Tree, outer: Folders) -> Folders:
    """Go on to the one folder that holds splits with classes, if there are strays beside it."""
    while True:
        depth = len(outer)
        inner: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for folders in tree:
            if len(folders) > depth + 2:
                top, split, name = folders[depth : depth + 3]
                inner[top][split].add(name)
        found = [
            top
            for top, splits in inner.items()
            if any(split_kind(name) == "train" and len(splits[name]) > 1 for name in splits)
            and any(split_kind(name) in ("validation", "test") for name in splits)
        ]
        beside = {folders[depth] for folders in tree if len(folders) > depth} - set(found)
        if len(found) != 1 or any(split_kind(name) == "train" for name in beside):
            return outer
        outer = (*outer, found[0])


def _drop_empty_levels(levels: dict[Folders, Folders]) -> dict[Folders, Folders | None]:
    """Leave out the names that say nothing, such as `images` and `train/train`; None for masks."""
    inner: defaultdict[Folders, set[str]] = defaultdict(set)
    for folders in levels.values():
        for depth, name in enumerate(folders):
            inner[folders[:depth]].add(name)
    full = set(levels.values())
    masks = {
        (*above, name)
        for above, names in inner.items()
        for name in _find_masks(names, has_own=above in full)
    }
    empty = {
        (*above, name)
        for above, names in inner.items()
        if above not in full
        for name in _only_one({name for name in names if (*above, name) not in masks})
        if _says_nothing((*above, name), inner)
    }
    return {
        original: _shorten(folders, masks=masks, empty=empty)
        for original, folders in levels.items()
    }


def _name_splits(levels: dict[Folders, Folders], *, has_names: bool) -> dict[Folders, Folders]:
    """Call `flowers_train` and `flowers_test` train and test: “flowers” names all, not a class."""
    names = {level[0] for level in levels.values() if level}
    parts = {name: found for name in names if (found := part_split(name))}
    has_classes = has_names or any(set(level[1:]) - set(level[:1]) for level in levels.values())
    has_strays = len(parts) < len(names) or () in levels.values()
    splits = _splits_of_labels(parts)
    if len(splits) != 1 or not any(map(_is_divided, splits.values())):
        return levels
    if has_strays and not has_classes:
        return levels
    renamed = {name: split for name, (split, _) in parts.items()}
    return {
        folders: tuple(renamed[level[0]] if name == level[0] else name for name in level)
        if level and level[0] in renamed
        else level
        for folders, level in levels.items()
    }


def _part_names(levels: dict[Folders, Folders | None]) -> dict[Folders, Folders | None]:
    """Read folders such as `train_cats` as `train/cats`, if all of them are named so."""
    inner: defaultdict[str, set[str]] = defaultdict(set)
    for level in levels.values():
        if level:
            inner[level[0]].update(level[1:2])
    parts = {name: found for name in inner if (found := part_split(name))}
    has_both = any(map(_is_divided, _splits_of_labels(parts).values()))
    has_classes = any(
        sum(not any(map(str.isdigit, name)) for name in names) > 1 for names in inner.values()
    )
    if () in levels.values() or len(parts) < len(inner) or not has_both or has_classes:
        return levels
    return {
        folders: (*parts[level[0]], *level[1:]) if level else level
        for folders, level in levels.items()
    }


def _splits_of_labels(parts: Mapping[str, tuple[str, str]]) -> dict[str, set[str | None]]:
    """Return the splits of each label that names such as `train_cats` tell."""
    found: defaultdict[str, set[str | None]] = defaultdict(set)
    for split, label in parts.values():
        found[class_key(label)].add(split_kind(split))
    return found


def _is_divided(splits: set[str | None]) -> bool:
    return "train" in splits and len(splits) > 1


def _only_one(names: set[str]) -> set[str]:
    return names if len(names) == 1 else set()


def _find_masks(names: set[str], *, has_own: bool) -> set[str]:
    """Return the folders of masks among those in one folder, which may have pictures itself."""
    masks = {name for name in names if is_mask_folder(name)}
    others = names - masks
    are_beside = any(is_image_folder(name) or split_kind(name) in SPLITS for name in others)
    return masks if are_beside or (has_own and not others) else set()


def _shorten(folders: Folders, *, masks: set[Folders], empty: set[Folders]) -> Folders | None:
    kept = []
    for depth, name in enumerate(folders, start=1):
        here = folders[:depth]
        if here in masks:
            return None
        if here not in empty:
            kept.append(name)
    return tuple(kept)


def _says_nothing(here: Folders, inner: Mapping[Folders, set[str]]) -> bool:
    """Say whether a folder that is alone in its own can be looked through."""
    *above, name = here
    if is_image_folder(name):
        return True
    if not above:
        return False
    if name.casefold() == above[-1].casefold():
        return True
    if split_kind(above[-1]) not in SPLITS:
        return False
    # The only folder of a split: a class, unless another split shows what the classes are.
    others = [
        [(*above[:-1], other, inside) for inside in inner.get((*above[:-1], other), ())]
        for other in inner.get(tuple(above[:-1]), ())
        if other != above[-1] and split_kind(other) in SPLITS
    ]
    classes = {class_key(each[-1]) for inside in others if len(inside) > 1 for each in inside}
    if classes:
        return class_key(name) not in classes
    # As soon as one of them is looked through, all are.
    return any(len(inner.get(each, ())) > 1 for each in (here, *chain.from_iterable(others)))
