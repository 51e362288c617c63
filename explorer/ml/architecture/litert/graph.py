"""The graph of a LiteRT file, read from its flatbuffer."""

import io
import math
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.layers.architecture import TensorSpec
from explorer.core.text.shorten import shorten
from explorer.errors import ModelError
from explorer.ml.architecture.litert.limits import MAX_OPERATORS, MAX_TENSORS
from explorer.ml.architecture.names import Origin, readable_names
from explorer.ml.architecture.node import Shape
from explorer.ml.architecture.picture_input import picture_input, reason_against_picture

_MAX_LABEL_BYTES = 10_000_000
_DTYPES = {
    schema.TensorType.FLOAT32: "float32",
    schema.TensorType.FLOAT16: "float16",
    schema.TensorType.FLOAT64: "float64",
    schema.TensorType.INT64: "int64",
    schema.TensorType.INT32: "int32",
    schema.TensorType.INT16: "int16",
    schema.TensorType.INT8: "int8",
    schema.TensorType.UINT8: "uint8",
    schema.TensorType.BOOL: "bool",
}
_KINDS = {code: name for name, code in vars(schema.BuiltinOperator).items() if name.isupper()}

Options = TypeVar("Options")


@dataclass(frozen=True)
class Tensor:
    """A value that flows, or an array that is stored.

    Attributes
    ----------
    shape : Shape
        With the batch; None for a length that is free.
    dtype : str
        Such as "int8"; empty for one that NumPy does not have.
    buffer : int
        Which of the file's buffers holds its values; 0 for none.
    scale, zero : tuple
        How integers stand for values: one each, or one for each position along `axis`; empty where
        they do not.
    """

    name: str
    shape: Shape
    dtype: str
    buffer: int
    scale: tuple[float, ...]
    zero: tuple[int, ...]
    axis: int

    def dequantise(self, stored: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Return the values that integers stand for, as float32."""
        values: npt.NDArray[np.float32] = stored.astype(np.float32)
        if not self.scale:
            return values
        shape = [1] * stored.ndim
        if len(self.scale) > 1:
            shape[self.axis] = -1
        zero = self.zero or (0,)
        values = values - np.reshape(np.asarray(zero, np.float32), shape if len(zero) > 1 else [])
        return np.asarray(
            values * np.reshape(np.asarray(self.scale, np.float32), shape), np.float32
        )


@dataclass(frozen=True)
class Operator:
    """An operation whose values depend on an input.

    Attributes
    ----------
    name : str
        Unique and readable.
    kind : str
        As LiteRT calls it: "CONV_2D"; of a custom one, its own name.
    inputs, outputs : tuple of int
        Tensors by their index; -1 for one that is left out.
    sources : tuple of int
        The inputs that depend on an input of the model.
    """

    name: str
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    sources: tuple[int, ...]
    table: Any

    def options(self, kind: type[Options]) -> Options:
        """Return its settings as of one of the schema's types; where it has none, the defaults."""
        found = kind()
        table = self.table.BuiltinOptions()
        if table is not None:
            found.Init(table.Bytes, table.Pos)  # type: ignore[attr-defined]
        return found


class LiteRTGraph:
    """The graph of a LiteRT file.

    Parameters
    ----------
    content : bytes

    Raises
    ------
    ModelError
        It is damaged, or too large; the text is the reason alone. Of a damaged one it raises
        anything else as well: `damage_told`.

    Attributes
    ----------
    content : bytes
    tensors : list of Tensor
    inputs, outputs : tuple of int
        Tensors by their index.
    operators : tuple of Operator
        In the order in which they compute; what computes with constants alone is left out.
    custom : tuple of str
        Operations that are not LiteRT's own.
    """

    def __init__(self, content: bytes) -> None:
        if content[4:8] != b"TFL3":
            raise ModelError("it is no LiteRT file")
        self.content = content
        self._read(schema.Model.GetRootAs(content, 0))

    @property
    def file_bytes(self) -> int:
        """How large the file is."""
        return len(self.content)

    @property
    def picture(self) -> TensorSpec | None:
        """The input that takes the picture."""
        return picture_input(self.input_specs)

    @property
    def reason_against_picture(self) -> str:
        """Why it cannot be given one colour or grey picture; empty where it can."""
        return reason_against_picture(self.input_specs, is_channels_first=False)

    @property
    def input_specs(self) -> tuple[TensorSpec, ...]:
        """The inputs, without the batch."""
        return tuple(self._spec(index) for index in self.inputs)

    @property
    def output_specs(self) -> tuple[TensorSpec, ...]:
        """The outputs, without the batch."""
        return tuple(self._spec(index) for index in self.outputs)

    def array(self, index: int) -> npt.NDArray[Any] | None:
        """Return a stored array as the file has it; None where it stores none."""
        if not 0 <= index < len(self.tensors):
            return None
        tensor = self.tensors[index]
        data = self._buffer(tensor.buffer)
        if data is None or not tensor.dtype:
            return None
        shape = tuple(length or 0 for length in tensor.shape)
        size = math.prod(shape) * np.dtype(tensor.dtype).itemsize
        if len(data) < size:
            raise ModelError("the file is damaged: weights of it are cut short")
        return np.frombuffer(data[:size], tensor.dtype).reshape(shape)

    def values(self, index: int) -> npt.NDArray[np.float32] | None:
        """Return what a stored array stands for, also where it is converted first; else None."""
        seen: set[int] = set()
        while index >= 0 and index not in seen:
            seen.add(index)
            stored = self.array(index)
            if stored is not None:
                return self.tensors[index].dequantise(stored)
            index = next(iter(self._made_from.get(index, ())), -1)
        return None

    def weights_behind(self, operator: Operator) -> list[int]:
        """Return the stored tensors that an operation takes, also through what computes with them.

        Such as weights that are kept in half precision.
        """
        found: dict[int, None] = {}
        left = [index for index in reversed(operator.inputs) if index not in operator.sources]
        seen = set(left)
        while left:
            index = left.pop()
            if index < 0:
                continue
            if self.is_stored(index):
                found[index] = None
            for one in self._made_from.get(index, ()):
                if one not in seen:
                    seen.add(one)
                    left.append(one)
        return list(found)

    def is_stored(self, index: int) -> bool:
        """Return whether a tensor's values are in the file."""
        return self._buffer(self.tensors[index].buffer) is not None

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The names of the classes, where a file of them is packed behind the model."""
        if not self._has_metadata:
            return ()
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as packed:
                for member in packed.infolist():
                    name = member.filename.lower()
                    if name.endswith(".txt") and member.file_size <= _MAX_LABEL_BYTES:
                        lines = packed.read(member).decode().splitlines()
                        return tuple(printable_name(line.strip()) for line in lines if line.strip())
        except (zipfile.BadZipFile, UnicodeDecodeError, RuntimeError, NotImplementedError, OSError):
            return ()
        return ()

    def _read(self, model: Any) -> None:
        self.description = _text(model.Description())
        self._model = model
        if model.SubgraphsLength() < 1:
            raise ModelError("the file is damaged: it has no graph")
        if model.OperatorCodesLength() > MAX_OPERATORS:
            raise ModelError("the file is damaged")
        codes = [_kind(model.OperatorCodes(at)) for at in range(model.OperatorCodesLength())]
        self.custom = tuple(dict.fromkeys(name for name, is_custom in codes if is_custom))
        self._has_metadata = any(
            model.Metadata(at).Name() == b"TFLITE_METADATA"
            for at in range(min(model.MetadataLength(), 100))
        )
        graph = model.Subgraphs(0)
        if graph.TensorsLength() > MAX_TENSORS or graph.OperatorsLength() > MAX_OPERATORS:
            raise ModelError(f"it has more than {MAX_OPERATORS:,} operations")
        self.tensors = [_tensor(graph.Tensors(at)) for at in range(graph.TensorsLength())]
        self.inputs = self._known(_list(graph.InputsLength, graph.Inputs))
        self.outputs = self._known(_list(graph.OutputsLength, graph.Outputs))
        self._find_operators(graph, [name for name, _ in codes])

    def _find_operators(self, graph: Any, kinds: Sequence[str]) -> None:
        changing = set(self.inputs)
        self._made_from: dict[int, tuple[int, ...]] = {}
        found = []
        for at in range(graph.OperatorsLength()):
            table = graph.Operators(at)
            inputs = self._known(_list(table.InputsLength, table.Inputs), optional=True)
            outputs = self._known(_list(table.OutputsLength, table.Outputs))
            kind = kinds[table.OpcodeIndex()]
            sources = tuple(one for one in inputs if one in changing)
            self._made_from.update(dict.fromkeys(outputs, inputs))
            if not sources or not outputs or kind == "SHAPE":
                continue
            changing.update(outputs)
            found.append(Operator("", kind, inputs, outputs, sources, table))
        names = readable_names([self._origin(one) for one in found])
        self.operators = tuple(
            Operator(name, one.kind, one.inputs, one.outputs, one.sources, one.table)
            for name, one in zip(names, found, strict=True)
        )

    def _origin(self, operator: Operator) -> Origin:
        """Return where an operation comes from: converters join the names of what they merge."""
        name = self.tensors[operator.outputs[0]].name.partition(";")[0]
        parts = [part for part in name.split("/") if part]
        if len(parts) > 1:
            return Origin(tuple(parts[:-1]), parts[-1])
        is_generic = not name or "PartitionedCall" in name or name.startswith("Identity")
        return Origin((), operator.kind.lower() if is_generic else name.partition(":")[0])

    def _known(self, indices: Sequence[int], *, optional: bool = False) -> tuple[int, ...]:
        lowest = -1 if optional else 0
        if any(not lowest <= index < len(self.tensors) for index in indices):
            raise ModelError("the file is damaged: an operation takes what is not there")
        return tuple(indices)

    def _spec(self, index: int) -> TensorSpec:
        tensor = self.tensors[index]
        name = tensor.name.removeprefix("serving_default_").partition(":")[0]
        return TensorSpec(name or "input", tensor.shape[1:], tensor.dtype or "no array")

    def _buffer(self, index: int) -> memoryview | None:
        """Return the bytes of a buffer; None where it is empty or not there."""
        if not 0 < index < self._model.BuffersLength():
            return None
        buffer = self._model.Buffers(index)
        if buffer.Offset() > 1:  # of files above 2 GB, behind the flatbuffer
            start, size = buffer.Offset(), buffer.Size()
            return memoryview(self.content)[start : start + size]
        data = buffer.DataAsNumpy()
        return data.data if isinstance(data, np.ndarray) and data.size else None


def _kind(code: Any) -> tuple[str, bool]:
    """Return the name of an operation, and whether it is not LiteRT's own."""
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    name = _KINDS.get(number, f"operation {number}")
    if name == "CUSTOM":
        return shorten(printable_name(_text(code.CustomCode()))) or "without a name", True
    return name, number not in _KINDS


def _tensor(table: Any) -> Tensor:
    shape = _list(table.ShapeLength, table.Shape)
    signature = _list(table.ShapeSignatureLength, table.ShapeSignature) or shape
    scale: list[float] = []
    zero: list[int] = []
    axis = 0
    quantisation = table.Quantization()
    if quantisation is not None:
        scale = _list(quantisation.ScaleLength, quantisation.Scale)
        zero = _list(quantisation.ZeroPointLength, quantisation.ZeroPoint)
        axis = quantisation.QuantizedDimension()
    if len(shape) != len(signature) or (len(scale) > 1 and not 0 <= axis < len(shape)):
        raise ModelError("the file is damaged")
    return Tensor(
        name=shorten_name(printable_name(_text(table.Name())), 500),
        shape=tuple(None if length < 0 else length for length in signature),
        dtype=_DTYPES.get(table.Type(), ""),
        buffer=table.Buffer(),
        scale=tuple(scale),
        zero=tuple(zero),
        axis=axis,
    )


def _list(length: Callable[[], int], item: Callable[[int], Any]) -> list[Any]:
    """Return a vector of the file, whose length may be anything: reading ends with the file."""
    return [item(at) for at in range(length())]


def _text(found: bytes | None) -> str:
    return (found or b"").decode(errors="replace")
