"""Folders that hold a copy of what lies beside them, as `pets/pets` in some unpacked archives."""

import filecmp
from collections import defaultdict
from collections.abc import Sequence

from explorer.core.datasets.listing import ListedPicture
from explorer.core.datasets.shape import Folders

_COMPARED = 20
"""So many files of a folder are compared byte by byte; of the others the names suffice."""


def find_copies(pictures: Sequence[ListedPicture]) -> set[Folders]:
    """Find the outermost folders of which each picture lies a second time without that folder.

    As `pets/pets`, where every `pets/pets/cat/1.jpg` is also `pets/cat/1.jpg`.
    """
    numbers = {(picture.folders, picture.path.name): i for i, picture in enumerate(pictures)}
    twins: defaultdict[Folders, list[tuple[int, int]]] = defaultdict(list)
    others: set[Folders] = set()  # that hold something of their own
    for i, (path, folders) in enumerate(pictures):
        for depth in range(len(folders)):
            folder = folders[: depth + 1]
            if folder in others:
                continue
            twin = numbers.get(((*folders[:depth], *folders[depth + 1 :]), path.name))
            if twin is None:
                others.add(folder)
            else:
                twins[folder].append((i, twin))
    copies: set[Folders] = set()
    for folder in sorted(set(twins) - others):
        is_inside = any(folder[:depth] in copies for depth in range(len(folder)))
        if not is_inside and _are_equal(pictures, twins[folder]):
            copies.add(folder)
    return copies


def _are_equal(pictures: Sequence[ListedPicture], pairs: Sequence[tuple[int, int]]) -> bool:
    step = -(-len(pairs) // _COMPARED)
    try:
        return all(
            filecmp.cmp(pictures[one].path, pictures[other].path, shallow=False)
            for one, other in pairs[::step]
        )
    except OSError:
        return False
