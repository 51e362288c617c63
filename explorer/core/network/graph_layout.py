"""A network drawn as a graph: its layers in rows, from the input down to the output."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import LayerInfo
from explorer.errors import ModelError

MAX_BOXES = 1000
MAX_BENDS = 10_000
"""Of all lines together: each bends in every row that it passes."""

MOST_AT_FIRST = 300
"""Layers that are drawn one by one at first; of more, the nested models are folded."""

BOX_SIZE = (176.0, 40.0)
"""Width and height."""
CHAIN_WIDTH = 260.0
"""Of the boxes where nothing lies beside them: names have more room."""
GAPS = (26.0, 28.0)
"""Between boxes beside and below each other."""


@dataclass(frozen=True)
class Box:
    """A layer, or a nested model that is folded.

    Attributes
    ----------
    name : str
        Its path.
    kind : str
    layers : int
        How many it holds; 0 of a layer.
    x, y : float
        Its middle.
    """

    name: str
    kind: str
    layers: int
    x: float
    y: float


@dataclass(frozen=True)
class GraphLayout:
    """Where everything lies.

    Attributes
    ----------
    boxes : tuple of Box
        In the order in which they compute.
    lines : tuple of ((str, str), tuple of (float, float))
        Which boxes a line connects, and the points along it.
    box_size : (float, float)
        Width and height of each box.
    """

    boxes: tuple[Box, ...]
    lines: tuple[tuple[tuple[str, str], tuple[tuple[float, float], ...]], ...]
    box_size: tuple[float, float]

    def box_of(self, layer: str | None) -> Box | None:
        """Return the box of a layer: its own, or that of the folded model it is in."""
        found = {box.name: box for box in self.boxes}
        name = layer or ""
        while name:
            if name in found:
                return found[name]
            name = name.rpartition("/")[0]
        return None


def groups_of(layers: Iterable[LayerInfo]) -> tuple[str, ...]:
    """Return the paths of the models, or modules, that layers are in; outer ones first."""
    found: dict[str, None] = {}
    for layer in layers:
        parts = layer.name.split("/")[:-1]
        found.update(dict.fromkeys("/".join(parts[:end]) for end in range(1, len(parts) + 1)))
    return tuple(found)


def lay_out(architecture: Architecture, folded: frozenset[str]) -> GraphLayout:
    """Lay a network out.

    Parameters
    ----------
    architecture : Architecture
    folded : frozenset of str
        The nested models that are drawn as one box.

    Raises
    ------
    ModelError
        There are more boxes or lines than can be drawn; one sentence that says what to do.
    """
    from fast_sugiyama import from_edges

    owners = {layer.name: _owner(layer.name, folded) for layer in architecture.layers}
    counts: dict[str, int] = {}
    for layer, owner in owners.items():
        counts[owner] = counts.get(owner, 0) + (owner != layer)
    if len(counts) > MAX_BOXES:
        raise ModelError(
            f"There are {len(counts):,} layers to draw; at most {MAX_BOXES:,} are drawn. "
            "Fold the nested models, or use the list at the left."
        )
    kinds = {layer.name: layer.kind for layer in architecture.layers}
    kinds |= {group.name: group.kind for group in architecture.groups}
    order = _in_order(architecture.layers, owners)
    number = {name: place for place, name in enumerate(order)}
    edges = {
        (number[owners[source]], number[owners[layer.name]])
        for layer in architecture.layers
        for source in layer.sources
        if source in owners and owners[source] != owners[layer.name]
    }
    # Where a folded model takes what came out of it before, its line leads back up.
    down = sorted(edge for edge in edges if edge[0] < edge[1])
    if _bends(down) > MAX_BENDS:
        raise ModelError(
            "It branches too much to be drawn: fold the nested models, or use the list at the left."
        )
    # The library draws each part that hangs together alone, and none that is a single layer.
    named = [(order[source], order[target]) for source, target in down]
    places: dict[_Point, tuple[float, float]] = {}
    bends: dict[_Point, list[_Point]] = {}
    left = 0.0
    for part, (positions, width, height, drawn) in enumerate(
        from_edges(named, vertex_spacing=1.0, dummy_vertices=True, dummy_size=0.3) if named else ()
    ):
        for one, (x, y) in positions:
            places[_point(part, one)] = (left + x, height - y)
        for source, target in drawn or ():
            bends.setdefault(_point(part, source), []).append(_point(part, target))
        left += width + 1
    for name in order:
        if name not in places:
            places[name] = (left, 0.0)
            left += 1
    across, along = BOX_SIZE[0] + GAPS[0], BOX_SIZE[1] + GAPS[1]
    points = {key: (x * across, y * along) for key, (x, y) in places.items()}
    boxes = tuple(Box(one, kinds.get(one, "Module"), counts[one], *points[one]) for one in order)
    pairs = {(order[source], order[target]) for source, target in edges}
    is_chain = len({x for x, _ in points.values()}) == 1
    size = (CHAIN_WIDTH if is_chain else BOX_SIZE[0], BOX_SIZE[1])
    return GraphLayout(boxes, tuple(_lines(order, pairs, bends, points)), size)


_Point = str | tuple[int, int]
"""A box by its name, or a bend of a line: in which part, and its number there."""


def _point(part: int, one: int | str) -> _Point:
    return one if isinstance(one, str) else (part, one)


def _owner(name: str, folded: frozenset[str]) -> str:
    """Return the outermost folded model that a layer is in; itself where none is."""
    parts = name.split("/")
    for end in range(1, len(parts)):
        if (path := "/".join(parts[:end])) in folded:
            return path
    return name


def _in_order(layers: tuple[LayerInfo, ...], owners: Mapping[str, str]) -> list[str]:
    """Return the boxes so that each comes after those whose values it takes."""
    listed = list(dict.fromkeys(owners.values()))
    before: dict[str, dict[str, None]] = {name: {} for name in listed}
    for layer in layers:
        for source in layer.sources:
            if source in owners and owners[source] != owners[layer.name]:
                before[owners[layer.name]][owners[source]] = None
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError:
        return listed


def _bends(edges: list[tuple[int, int]]) -> int:
    """Return how many bends all lines have at most: one in each row that they pass."""
    rows: dict[int, int] = {}
    for source, target in edges:  # sorted: a row is known before it is needed
        rows[target] = max(rows.get(target, 0), rows.get(source, 0) + 1)
    return sum(rows[target] - rows.get(source, 0) for source, target in edges)


def _lines(
    order: list[str],
    pairs: set[tuple[str, str]],
    bends: Mapping[_Point, list[_Point]],
    points: Mapping[_Point, tuple[float, float]],
) -> Iterable[tuple[tuple[str, str], tuple[tuple[float, float], ...]]]:
    """Return the points along each line, from the lower edge of a box to the upper of another."""
    half, left = BOX_SIZE[1] / 2, set(pairs)
    for source in order:
        for start in bends.get(source, ()):
            path: list[_Point] = [start]
            while not isinstance(path[-1], str):
                path.append(bends[path[-1]][0])
            target = path[-1]
            left.discard((source, target))
            (x, y), (to_x, to_y) = points[source], points[target]
            middle = [points[one] for one in path[:-1]]
            yield (source, target), ((x, y + half), *middle, (to_x, to_y - half))
    for source, target in sorted(left):
        yield (source, target), (points[source], points[target])
