"""The layers of a Keras config and how they are connected, as Keras 2 and Keras 3 write it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from explorer.errors import ModelError
from explorer.ml.architecture.keras.use import MAX_LENGTH, is_whole
from explorer.ml.architecture.node import Shape

_SINGLE, _CONSTANT = 4, "_CONSTANT_VALUE"


@dataclass(frozen=True)
class Link:
    """What a layer takes: a value that another returned.

    Attributes
    ----------
    layer : str
        Its name.
    call : int
        Which of its uses.
    index : int
        Which of the values that it returned.
    shape : Shape or None
        As the file has it, with the batch as 1.
    """

    layer: str
    call: int
    index: int
    shape: Shape | None = None


@dataclass(frozen=True)
class Call:
    """One use of a layer: its arguments, in which links stand for values."""

    args: list[Any] = field(default_factory=list)
    keywords: Mapping[str, Any] = field(default_factory=dict)

    def links(self) -> Iterator[Link]:
        """Return what it takes, in order."""
        yield from links_in(self.args)
        yield from links_in(dict(self.keywords))


@dataclass(frozen=True)
class Entry:
    """A layer of a config.

    Attributes
    ----------
    name, kind, module : str
        Of its class; the module is empty in the configs of Keras 2.
    config : dict
        Its settings.
    calls : tuple of Call
        Its uses, in a functional model.
    """

    name: str
    kind: str
    module: str
    config: dict[str, Any]
    calls: tuple[Call, ...] = ()

    @property
    def is_model(self) -> bool:
        """Whether it is a model of layers."""
        return isinstance(self.config.get("layers"), list)

    @property
    def is_operation(self) -> bool:
        """Whether it is an operation that a functional model of Keras 3 recorded as a layer."""
        return self.module.startswith("keras.src.ops") or self.module.startswith("keras.ops")


def read_entry(found: Any) -> Entry:
    """Return a layer or a model of a config.

    Raises
    ------
    ModelError
        It is neither.
    """
    if not isinstance(found, dict):
        raise ModelError("its config is damaged")
    kind, config = found.get("class_name"), found.get("config")
    if isinstance(config, list):  # Sequential models before Keras 2.2.3
        config = {"layers": config}
    if not isinstance(kind, str) or not isinstance(config, dict):
        raise ModelError("its config is damaged")
    module = found.get("module")
    name = config.get("name") or found.get("name") or kind
    nodes = found.get("inbound_nodes")
    calls = tuple(_call(node) for node in nodes) if isinstance(nodes, list) else ()
    return Entry(str(name), kind, module if isinstance(module, str) else "", config, calls)


def read_entries(model: Entry) -> list[Entry]:
    """Return the layers of a model, in the order of its config."""
    layers = model.config.get("layers")
    return [read_entry(one) for one in layers] if isinstance(layers, list) else []


def read_links(found: Any) -> list[Link]:
    """Return what a model takes or returns: [name, use, index], alone, in lists or by name."""
    return list(links_in(_linked(found)))


def links_in(value: Any) -> Iterator[Link]:
    """Return the links in arguments, however deep."""
    if isinstance(value, Link):
        yield value
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from links_in(one)
    elif isinstance(value, dict):
        for _, one in sorted(value.items()):  # as Keras flattens them
            yield from links_in(one)


def in_order(entries: list[Entry]) -> list[tuple[Entry, int]]:
    """Return each use of each layer, after those whose values it takes.

    Raises
    ------
    ModelError
        They take values from each other in a circle.
    """
    by_name = {entry.name: entry for entry in entries}
    sorter: TopologicalSorter[tuple[str, int]] = TopologicalSorter()
    for entry in entries:
        for number, call in enumerate(entry.calls or (Call(),)):
            before = [
                (link.layer, use_of(by_name[link.layer], link.call))
                for link in call.links()
                if link.layer in by_name
            ]
            sorter.add((entry.name, number), *before)
    try:
        return [(by_name[name], number) for name, number in sorter.static_order()]
    except CycleError as error:
        raise ModelError("its layers take values from each other in a circle") from error


def use_of(entry: Entry, call: int) -> int:
    """Return which use of a layer a link means: nested models of Keras 2 count from 1."""
    return max(0, min(call, len(entry.calls) - 1))


def _call(node: Any) -> Call:
    if isinstance(node, dict):  # Keras 3
        given, named = node.get("args"), node.get("kwargs")
        return Call(
            _tensors(given) if isinstance(given, list) else [],
            {name: _tensors(one) for name, one in named.items()} if isinstance(named, dict) else {},
        )
    if not isinstance(node, list) or not node:
        return Call()
    listed = [node] if isinstance(node[0], str) else node
    args: list[Any] = []
    keywords: dict[str, Any] = {}
    for one in listed:
        if not isinstance(one, list) or len(one) < 3:
            continue
        if one[0] == _CONSTANT:
            args.append(one[2])
        else:
            args.append(_linked(one[:3]))
        if len(one) >= _SINGLE and isinstance(one[3], dict):
            keywords.update({name: _linked(value) for name, value in one[3].items()})
    return Call(args if len(args) == 1 else [args], keywords)


def _linked(value: Any) -> Any:
    """Return a structure with links in place of [name, use, index]."""
    if isinstance(value, list):
        if len(value) == 3 and isinstance(value[0], str) and all(map(is_whole, value[1:])):
            return Link(*value)
        return [_linked(one) for one in value]
    if isinstance(value, dict):
        return {name: _linked(one) for name, one in value.items()}
    return value


def _tensors(value: Any) -> Any:
    """Return arguments of Keras 3 with links in place of its tensors."""
    if isinstance(value, list):
        return [_tensors(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") != "__keras_tensor__":
        return {name: _tensors(one) for name, one in value.items()}
    config = value.get("config")
    history = config.get("keras_history") if isinstance(config, dict) else None
    link = _linked(history)
    if not isinstance(config, dict) or not isinstance(link, Link):
        raise ModelError("its config is damaged")
    return Link(link.layer, link.call, link.index, to_shape(config.get("shape")))


def to_shape(found: Any) -> Shape | None:
    """Return a shape of a config with the batch as 1; None where it is none."""
    if not isinstance(found, list) or not found:
        return None
    if not all(one is None or (is_whole(one) and 0 <= one <= MAX_LENGTH) for one in found):
        return None
    return (1, *found[1:])
