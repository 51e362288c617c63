"""Names for the nodes of an ONNX graph: readable paths, each once.

Exporters name nodes after the modules of the program that they come from. PyTorch's newer exporter
notes the module in `pkg.torch.onnx.name_scopes`, its older one writes
"/layer1/layer1.0/conv1/Conv", tf2onnx "StatefulPartitionedCall/model/conv_1/Conv2D"; else the
weights tell: "layer1.0.conv1.weight". All of them become "layer1/0/conv1" and "conv_1".
"""

import ast
from collections import Counter
from collections.abc import Collection, Sequence

from onnx import NodeProto

from explorer.core.files.names import printable_name, shorten_name

_SCOPES = "pkg.torch.onnx.name_scopes"
_LONGEST = 200


def layer_names(nodes: Sequence[NodeProto], weights: Collection[str]) -> list[str]:
    """Return a name for each node.

    Parameters
    ----------
    nodes : sequence of NodeProto
    weights : collection of str
        The names of the stored arrays.
    """
    paths = [_path(node, weights) for node in nodes]
    skip = _common(paths)
    paths = [(module[skip:], own) for module, own in paths]
    inside = Counter(module[:end] for module, _ in paths for end in range(len(module) + 1))
    names = [
        "/".join(module if module and inside[module] == 1 else (*module, own))
        for module, own in paths
    ]
    return _unique([shorten_name(printable_name(name), _LONGEST) or "layer" for name in names])


def _path(node: NodeProto, weights: Collection[str]) -> tuple[tuple[str, ...], str]:
    """Return the modules that a node is in, and what it is called in there."""
    scopes = _scopes(node)
    if len(scopes) > 1:
        return tuple(part for part in scopes[-2].split(".") if part), scopes[-1]
    parts = [part for part in node.name.split("/") if part]
    if len(parts) > 1:
        return _modules(parts[:-1]), parts[-1]
    for name in node.input:
        module, dot, _ = name.rpartition(".")
        if dot and name in weights:
            return tuple(part for part in module.split(".") if part), node.op_type
    own = node.name.removeprefix("node_") or next((name for name in node.output if name), "")
    own = own.strip("/").replace("/", "_").partition(":")[0]
    return (), f"{node.op_type}_{own}" if own.isdigit() else own or node.op_type


def _scopes(node: NodeProto) -> list[str]:
    for note in node.metadata_props:
        if note.key == _SCOPES and len(note.value) < 4096:
            try:
                found = ast.literal_eval(note.value)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                return []
            if isinstance(found, list) and all(isinstance(one, str) for one in found):
                return found
    return []


def _modules(parts: Sequence[str]) -> tuple[str, ...]:
    """Return ("layer1", "layer1.0", "conv1") as ("layer1", "0", "conv1")."""
    return tuple(
        part.removeprefix(f"{before}.") for before, part in zip(("", *parts), parts, strict=False)
    )


def _common(paths: Sequence[tuple[tuple[str, ...], str]]) -> int:
    """Return how many modules all of them are in."""
    modules = [module for module, _ in paths]
    first, last = min(modules, default=()), max(modules, default=())
    return next(
        (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other),
        min(len(first), len(last)),
    )


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
