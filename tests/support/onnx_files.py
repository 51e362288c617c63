"""Small ONNX files, made operation by operation."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

Wish = tuple[str, list[str], str, dict]
"""An operation: its name, what it takes, what it returns, its settings."""


def save_onnx(
    path: Path,
    operations: list[Wish],
    weights: dict[str, np.ndarray],
    shape: tuple = (1, 3, 8, 6),
    *,
    dtype: int = TensorProto.FLOAT,
    inputs: tuple[str, ...] = ("picture",),
    outputs: tuple[str, ...] = ("out",),
    opset: int = 17,
    domain: str = "",
    notes: dict[str, str] | None = None,
) -> onnx.ModelProto:
    """Write a model whose operations each return one value."""
    nodes = [
        helper.make_node(kind, taken, [returned], returned, domain=domain, **settings)
        for kind, taken, returned, settings in operations
    ]
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(name, dtype, shape) for name in inputs],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [onnx.numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    graph = type(graph).FromString(graph.SerializeToString())
    opsets = [helper.make_opsetid("", opset)]
    if domain:
        opsets.append(helper.make_opsetid(domain, 1))
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    for output in model.graph.output:  # a type is all that a checker asks for
        output.type.tensor_type.elem_type = TensorProto.FLOAT
    for key, value in (notes or {}).items():
        model.metadata_props.add(key=key, value=value)
    path.write_bytes(model.SerializeToString())
    return model
