"""Reading an ONNX file, and what is checked of it before anything runs.

Refused, each with its reason:

- what is no ONNX file, or is larger than 1 GB with the weights beside it;
- weights in another folder, or in a link: a file may name any on this computer;
- weights whose shapes are of more values than are stored, and sparse ones;
- more than 20,000 operations, functions counted wherever they are called.

Operations that ONNX does not define are no reason against reading: `unknown_operations` names them.
"""

import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto
from onnx.inliner import inline_local_functions

from explorer.core.files.names import printable_name
from explorer.core.files.reading import open_regular, read_whole
from explorer.core.text.shorten import shorten
from explorer.errors import ModelError, reason_of
from explorer.ml.architecture.damage import damage_told

MAX_ONNX_BYTES = 1_000_000_000
MAX_NODES = 20_000

_SPARE_VALUES = 1 << 20
_DOMAINS = {"", "ai.onnx", "ai.onnx.ml", "com.microsoft"}
"""Of the operations that ONNX Runtime brings; those of com.microsoft are its own."""


def read_onnx(file: Path) -> ModelProto:
    """Read an ONNX file with the weights that lie beside it, functions put in place of their calls.

    Raises
    ------
    ModelError
        One sentence that names the file.
    """
    name = printable_name(file.name)
    content = read_whole(file, MAX_ONNX_BYTES, name=name, error=ModelError)
    with damage_told(name):
        return _parse(content, file.parent)


def unknown_operations(model: ModelProto) -> tuple[str, ...]:
    """Return the operations that ONNX Runtime cannot have, with their domains, each once."""
    named = {
        f"{node.domain}.{node.op_type}" if node.domain else node.op_type
        for node in _nodes(model.graph)
        if node.domain not in _DOMAINS
        or (node.domain in ("", "ai.onnx") and not onnx.defs.has(node.op_type))
    }
    return tuple(shorten(printable_name(one)) for one in sorted(named))


def _parse(content: bytes, folder: Path) -> ModelProto:
    model = ModelProto()
    try:
        model.ParseFromString(content)
    except DecodeError as error:
        raise ModelError("the file is damaged, or is no ONNX model") from error
    if not model.graph.node:
        raise ModelError("the file is damaged, or is no ONNX model: it has no operations")
    if _count_nodes(model) > MAX_NODES:
        raise ModelError(f"it has more than {MAX_NODES:,} operations")
    # Python's protobuf gives bytes for what is no text.
    nodes = list(_nodes(model.graph))
    if not all(isinstance(node.op_type, str) and node.op_type for node in nodes):
        raise ModelError("the file is damaged: it has an operation without a name")
    if not all(isinstance(node.domain, str) for node in nodes):
        raise ModelError("the file is damaged: where an operation comes from is no text")
    beside = _load_weights_beside(model, folder)
    _check_weights(model, len(content) + beside)
    if model.functions:
        try:
            model = inline_local_functions(model)
        except Exception as error:  # C++ raises what it likes for damaged ones
            raise ModelError("its functions are damaged") from error
    return model


def _nodes(graph: GraphProto) -> Iterator[NodeProto]:
    """Return the nodes of a graph and of the graphs in it."""
    left = [graph]
    while left:
        for node in left.pop().node:
            yield node
            left.extend(_graphs_of(node))


def _graphs_of(node: NodeProto) -> Iterator[GraphProto]:
    for attribute in node.attribute:
        if attribute.type == AttributeProto.GRAPH:
            yield attribute.g
        yield from attribute.graphs


def _tensors(model: ModelProto) -> Iterator[TensorProto]:
    """Return every stored array, those in attributes and in graphs within it included."""
    graphs = [model.graph]
    nodes = [node for function in model.functions for node in function.node]
    while graphs or nodes:
        if graphs:
            graph = graphs.pop()
            if graph.sparse_initializer:
                raise ModelError("it has sparse weights, which are not supported")
            yield from graph.initializer
            nodes.extend(graph.node)
            continue
        node = nodes.pop()
        graphs.extend(_graphs_of(node))
        for attribute in node.attribute:
            if attribute.HasField("sparse_tensor") or attribute.sparse_tensors:
                raise ModelError("it has sparse weights, which are not supported")
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors


def _count_nodes(model: ModelProto) -> int:
    """Count the nodes that there are once each function stands in place of its calls."""
    functions = {(one.domain, one.name): one for one in model.functions}
    counted: dict[tuple[str, str], int] = {}
    entered: set[tuple[str, str]] = set()

    def count(nodes: Iterator[NodeProto]) -> int:
        total = 0
        for node in nodes:
            key = (node.domain, node.op_type)
            total += of_function(key) if key in functions else 1
            for graph in _graphs_of(node):
                total += count(iter(graph.node))
            if total > MAX_NODES:
                break
        return total

    def of_function(key: tuple[str, str]) -> int:
        if key not in counted:
            if key in entered:
                raise ModelError(f"its function “{shorten(printable_name(key[1]))}” calls itself")
            entered.add(key)
            counted[key] = count(iter(functions[key].node))
        return counted[key]

    try:
        return count(iter(model.graph.node))
    except RecursionError as error:
        raise ModelError("its functions are nested too deeply") from error


def _load_weights_beside(model: ModelProto, folder: Path) -> int:
    """Take in the weights that lie in files beside the model; return how many bytes they are."""
    total = 0
    for tensor in _tensors(model):
        if tensor.data_location != TensorProto.EXTERNAL:
            continue
        entries = {entry.key: entry.value for entry in tensor.external_data}
        where = entries.get("location", "")
        name = shorten(printable_name(where))
        if not where or where in (".", "..") or Path(where).name != where or "\\" in where:
            raise ModelError(f"its weights lie in “{name}”; only a file beside it may have them")
        if "\0" in where:
            raise ModelError(f"its weights lie in “{name}”, which is no name of a file")
        file = folder / where
        if os.path.islink(file):
            raise ModelError(f"its weights lie in “{name}”, which is a link")
        try:
            offset, length = int(entries.get("offset", "0")), int(entries.get("length", "-1"))
        except ValueError as error:
            reason = "the file is damaged: where its weights lie is no number"
            raise ModelError(reason) from error
        if offset < 0:
            raise ModelError(f"the file is damaged: its weights lie before “{name}” begins")
        if length < 0:
            length = _byte_count(tensor)
        total += length
        if total > MAX_ONNX_BYTES:
            raise ModelError(f"its weights are larger than {MAX_ONNX_BYTES // 1_000_000} MB")
        tensor.raw_data = _read_part(file, name, offset, length)
        tensor.data_location = TensorProto.DEFAULT
        del tensor.external_data[:]
    return total


def _read_part(file: Path, name: str, offset: int, length: int) -> bytes:
    try:
        with open_regular(file) as opened:
            if offset > os.fstat(opened.fileno()).st_size:
                raise ModelError(f"its weights lie beyond the end of “{name}” beside it")
            opened.seek(offset)
            part = opened.read(length)
    except FileNotFoundError as error:
        raise ModelError(f"its weights are in “{name}”, which must lie beside it") from error
    except OSError as error:
        raise ModelError(f"“{name}” beside it cannot be read: {reason_of(error)}") from error
    if len(part) < length:
        raise ModelError(f"“{name}” beside it is cut short")
    return part


def _byte_count(tensor: TensorProto) -> int:
    try:
        size = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)).itemsize
    except (KeyError, TypeError) as error:
        raise ModelError("the file is damaged: its weights are of an unknown type") from error
    return int(math.prod(tensor.dims) * size)


def _check_weights(model: ModelProto, stored_bytes: int) -> None:
    needed = 0
    for tensor in _tensors(model):
        if any(length < 0 for length in tensor.dims):
            raise ModelError("the file is damaged: weights have negative lengths")
        needed += math.prod(tensor.dims)
    if needed > _SPARE_VALUES + 2 * stored_bytes:  # in 4 bits there are two a byte
        raise ModelError(f"its {needed / 1e6:,.0f} million weights are not in the file")
