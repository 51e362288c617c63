"""What the output of a SavedModel went through last, as its graph says."""

from typing import Any

_PASSES_ON = ("Identity", "IdentityN", "Reshape", "Squeeze", "StopGradient", "Cast")
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_ACTIVATIONS = {
    "Softmax": "softmax",
    "Sigmoid": "sigmoid",
    "LogSoftmax": "log_softmax",
    "Tanh": "tanh",
    "Relu": "relu",
    "Softplus": "softplus",
    **dict.fromkeys(("BiasAdd", "MatMul", "Conv2D"), "linear"),
}
_MOST_STEPS = 1000


def ending_of(graph: Any, signature: Any) -> str:
    """Return what the only output went through last, such as "softmax".

    Parameters
    ----------
    graph, signature : message
        With the fields of `saved_model_fields`.

    Returns
    -------
    str
        Empty where it is not known.
    """
    if len(signature.outputs) != 1:
        return ""
    functions = {one.signature.name: one for one in graph.graph_def.library.function}
    nodes = {node.name: node for node in graph.graph_def.node}
    name = signature.outputs[0].value.name
    for _ in range(_MOST_STEPS):
        node = nodes.get(name.lstrip("^").partition(":")[0])
        if node is None:
            return ""
        if node.op in _CALLS:
            called = {one.key: one.value.func.name for one in node.attr}.get("f", "")
            function = functions.get(called)
            index = _index_in(name)
            if function is None or index >= len(function.signature.output_arg):
                return ""
            returned = {one.key: one.value for one in function.ret}
            name = returned.get(function.signature.output_arg[index].name, "")
            nodes = {one.name: one for one in function.node_def}
        elif node.op in _PASSES_ON and node.input:
            index = _index_in(name) if node.op == "IdentityN" else 0
            name = node.input[min(index, len(node.input) - 1)]
        else:
            return _ACTIVATIONS.get(node.op, "")
    return ""


def _index_in(name: str) -> int:
    """Return which output of a node "node:2" or "node:output:2" is; 0 of "node"."""
    place = name.rpartition(":")[2]
    return int(place) if ":" in name and place.isdecimal() else 0
