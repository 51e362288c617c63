"""How a folder can be read as a dataset: which names are classes, which are splits."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from explorer.core.datasets.folder_names import SPLITS, Split, class_key, split_kind, tidy
from explorer.core.datasets.layouts import Layout
from explorer.core.datasets.shape import Folders, Shape, Tree


class Place(NamedTuple):
    """What the pictures of one folder are.

    Attributes
    ----------
    label : str or None
        Their class, as the folder spells it; None for none.
    split : {"train", "validation", "test"} or None
        The split that they belong to; in a `Reading` never "train".
    is_named : bool
        Whether their class stands in the name of each file.
    """

    label: str | None = None
    split: Split | None = None
    is_named: bool = False


@dataclass(frozen=True)
class Reading:
    """One way to read a folder.

    Attributes
    ----------
    layout : Layout
        The pattern by which the folders are read.
    places : dict of tuple of str to Place
        What the pictures of each folder are, by the folders above them.
    names : dict of str to str
        The class of each spelling.
    counts : dict of str to int
        The number of pictures of each class, sorted by class.
    unlabelled : int
        The number of pictures without a class.
    splits : dict of {"validation", "test"} to tuple of str
        The folders that are predefined splits; empty where nothing is left to train on.
    aside : tuple of str
        The folders right below the dataset none of whose pictures has a class.
    """

    layout: Layout
    places: Mapping[Folders, Place]
    names: Mapping[str, str]
    counts: Mapping[str, int]
    unlabelled: int
    splits: Mapping[Split, tuple[str, ...]]
    aside: tuple[str, ...]

    @property
    def spellings(self) -> dict[str, tuple[str, ...]]:
        """The spellings of each class that has several."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for spelling, name in sorted(self.names.items()):
            found[name].append(spelling)
        return {name: tuple(each) for name, each in found.items() if len(each) > 1}


@dataclass(frozen=True)
class Readings:
    """All ways to read a folder, the most probable first.

    Attributes
    ----------
    ranked : tuple of Reading
        At least one; no two of them give the same classes and splits.
    is_clear : bool
        Whether the first is beyond doubt.
    """

    ranked: tuple[Reading, ...]
    is_clear: bool

    @property
    def best(self) -> Reading:
        """The most probable one."""
        return self.ranked[0]

    def find(self, layout: str | None) -> Reading | None:
        """Return the reading of a layout; None where the folder cannot be read so."""
        return next((one for one in self.ranked if one.layout == layout), None)


def read_as(tree: Tree, shape: Shape, layout: Layout) -> Reading:
    """Read a folder by a layout.

    Parameters
    ----------
    tree : Tree
        The folders with the number of their pictures.
    shape : Shape
        Of the same folder.
    """
    place = _RULES[layout](shape)
    places = {
        folders: Place() if level is None else place(level)
        for folders, level in shape.levels.items()
    }
    found: Counter[str] = Counter()
    unlabelled = 0
    labelled_splits: set[str | None] = set()
    for folders, names in tree.items():
        here = places[folders]
        labels = names if here.is_named else {here.label: sum(names.values())}
        for label, count in labels.items():
            if label is None:
                unlabelled += count
            else:
                found[label] += count
                labelled_splits.add(here.split)
    places = {folders: _with_role(here, labelled_splits) for folders, here in places.items()}
    spelled = _merge(found)
    counts: Counter[str] = Counter()
    for label, count in found.items():
        counts[spelled[label]] += count
    return Reading(
        layout,
        places,
        spelled,
        dict(sorted(counts.items())),
        unlabelled,
        *_name_parts(tree, places, shape, layout),
    )


def _with_role(place: Place, labelled: set[str | None]) -> Place:
    """Say what a split serves: without another one, validation pictures are the test set."""
    if place.split is None or not labelled & {None, "train"}:
        return place._replace(split=None)
    if place.split == "train":
        return place._replace(split=None)
    if place.split == "validation" and "test" not in labelled:
        return place._replace(split="test")
    return place


def _merge(found: Mapping[str, int]) -> dict[str, str]:
    """Give each spelling the name of its class: that of the most pictures."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for spelling in found:
        groups[class_key(spelling)].append(spelling)
    names: dict[str, str] = {}
    for group in groups.values():
        name = tidy(min(group, key=lambda spelling: (-found[spelling], tidy(spelling))))
        names |= dict.fromkeys(group, name)
    return names


def _name_parts(
    tree: Tree, places: Mapping[Folders, Place], shape: Shape, layout: Layout
) -> tuple[dict[Split, tuple[str, ...]], tuple[str, ...]]:
    """Return the folders of each predefined split, and those without any class."""
    splits: defaultdict[Split, set[str]] = defaultdict(set)
    labelled: set[str | None] = set()
    others: set[str] = set()
    for folders, place in places.items():
        level = shape.levels[folders]
        top = level[0] if level else None
        if level is None and folders:
            top = folders[min(shape.outer, len(folders) - 1)]
        has_label = (
            any(name is not None for name in tree[folders]) if place.is_named else place.label
        )
        if has_label:
            labelled.add(top)
        elif top is not None:
            others.add(top)
        if place.split is not None and has_label and level:
            splits[place.split].add(level[1] if layout == "class/split" else level[0])
    return (
        {split: tuple(sorted(splits[split])) for split in SPLITS if splits[split]},
        tuple(sorted(others - labelled)) if labelled else (),
    )


_Rule = Callable[[Folders], Place]


def _read_classes(shape: Shape) -> _Rule:
    return lambda level: Place(level[0] if level else None)


def _read_classes_below_splits(shape: Shape) -> _Rule:
    def place(level: Folders) -> Place:
        split = _split_of(level[:1])
        if split is None:
            return Place()
        return Place(level[1] if len(level) > 1 else None, split)

    return place


def _read_splits_below_classes(shape: Shape) -> _Rule:
    return lambda level: Place(level[0] if level else None, _split_of(level[1:2]))


def _read_classes_beside_splits(shape: Shape) -> _Rule:
    classes = {class_key(name) for name in shape.tops if split_kind(name) is None}

    def place(level: Folders) -> Place:
        if not level or split_kind(level[0]) is None:
            return Place(level[0] if level else None)
        inside = level[1] if len(level) > 1 and class_key(level[1]) in classes else None
        return Place(inside, _split_of(level[:1]))

    return place


def _read_classes_below_parts(shape: Shape) -> _Rule:
    return lambda level: Place(level[1] if len(level) > 1 else None)


def _read_names(shape: Shape) -> _Rule:
    return lambda level: Place(is_named=True)


def _read_names_below_splits(shape: Shape) -> _Rule:
    return lambda level: Place(split=_split_of(level[:1]), is_named=bool(_split_of(level[:1])))


def _read_nothing(shape: Shape) -> _Rule:
    return lambda level: Place()


def _split_of(names: Folders) -> Split | None:
    kind = split_kind(names[0]) if names else None
    return None if kind == "aside" else kind


_RULES: dict[Layout, Callable[[Shape], _Rule]] = {
    "class": _read_classes,
    "split/class": _read_classes_below_splits,
    "class/split": _read_splits_below_classes,
    "class+split": _read_classes_beside_splits,
    "part/class": _read_classes_below_parts,
    "name": _read_names,
    "split/name": _read_names_below_splits,
    "none": _read_nothing,
}
