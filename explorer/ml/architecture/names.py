"""Readable names for the operations of a graph, each once.

Converters name operations after the modules or layers that they come from:
"/layer1/layer1.0/conv1/Conv" (PyTorch), "functional_1/conv_1/BiasAdd" (Keras). What only one
operation stands for gets the module's name: "layer1/0/conv1", "conv_1".
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.layers.architecture import Group

_LONGEST = 200
_INNER = {"batchnorm"}
"""Parts that tell nothing: what computes a layer of Keras."""


class Origin(NamedTuple):
    """Where an operation comes from.

    Attributes
    ----------
    modules : tuple of str
        What it is in, outer ones first; empty where nothing tells.
    own : str
        What it is called in there.
    """

    modules: tuple[str, ...]
    own: str


def readable_names(origins: Sequence[Origin]) -> list[str]:
    """Return a name for each operation, a path without what all of them are in."""
    paths = [tuple(part for part in origin.modules if part not in _INNER) for origin in origins]
    skip = _common([path for path in paths if path])
    cut = [(path[skip:], origin.own) for path, origin in zip(paths, origins, strict=True)]
    inside = Counter(modules[:end] for modules, _ in cut for end in range(len(modules) + 1))
    names = [
        "/".join(modules if modules and inside[modules] == 1 else (*modules, own))
        for modules, own in cut
    ]
    return _unique([shorten_name(printable_name(name), _LONGEST) or "layer" for name in names])


def groups_of(names: Sequence[str]) -> tuple[Group, ...]:
    """Return the modules that names are in, outer ones first."""
    paths = dict.fromkeys(
        name[:at] for name in names for at, sign in enumerate(name) if sign == "/"
    )
    return tuple(Group(path, "Module") for path in sorted(paths, key=lambda one: one.count("/")))


def _common(modules: Sequence[tuple[str, ...]]) -> int:
    """Return how many modules all of them are in."""
    first, last = min(modules, default=()), max(modules, default=())
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return same


def _unique(names: Sequence[str]) -> list[str]:
    taken = set(names)
    found: list[str] = []
    used: set[str] = set()
    counts: Counter[str] = Counter()
    for name in names:
        unique = name
        while unique in used or (unique != name and unique in taken):
            counts[name] += 1
            unique = f"{name}_{counts[name] + 1}"
        used.add(unique)
        found.append(unique)
    return found
