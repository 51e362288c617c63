"""Where the nodes of an ONNX graph come from.

PyTorch's newer exporter notes the module in `pkg.torch.onnx.name_scopes`, its older one and tf2onnx
write it into the node's name; else the name of the weights tells: "layer1.0.conv1.weight".
"""

import ast
from collections.abc import Collection, Sequence

from onnx import NodeProto

from explorer.ml.architecture.names import Origin, readable_names

_SCOPES = "pkg.torch.onnx.name_scopes"
_MAX_SCOPES_BYTES = 4096


def layer_names(nodes: Sequence[NodeProto], weights: Collection[str]) -> list[str]:
    """Return a name for each node.

    Parameters
    ----------
    nodes : sequence of NodeProto
    weights : collection of str
        The names of the stored arrays.
    """
    return readable_names([_origin(node, weights) for node in nodes])


def _origin(node: NodeProto, weights: Collection[str]) -> Origin:
    scopes = _scopes(node)
    if len(scopes) > 1:
        return Origin(_split(scopes[-2], "."), scopes[-1])
    returned = next((name for name in node.output if name), "")
    for name in (node.name, returned.partition(":")[0]):
        parts = _split(name, "/")
        if len(parts) > 1:
            return Origin(_modules(parts[:-1]), parts[-1])
    for name in node.input:
        if name not in weights:
            continue
        module, dot, _ = name.rpartition(".")
        if dot:
            return Origin(_split(module, "."), node.op_type)
        parts = _split(name, "/")
        if len(parts) > 2:
            return Origin(_modules(parts[:-2]), parts[-2])
    own = node.name.removeprefix("node_") or returned
    own = own.strip("/").replace("/", "_").partition(":")[0]
    return Origin((), f"{node.op_type}_{own}" if own.isdigit() else own or node.op_type)


def _split(path: str, separator: str) -> tuple[str, ...]:
    return tuple(part for part in path.split(separator) if part)


def _scopes(node: NodeProto) -> list[str]:
    for note in node.metadata_props:
        if note.key == _SCOPES and len(note.value) < _MAX_SCOPES_BYTES:
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
