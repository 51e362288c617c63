"""A SavedModel folder of TensorFlow: what it takes and returns, and what its graph may compute.

TensorFlow's graphs may read and write any file, open connections and call Python. A graph is loaded
only where each of its operations is known to compute with values alone.
"""

from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from explorer.core.files.names import list_names, printable_name
from explorer.core.files.reading import read_whole
from explorer.core.layers.architecture import Architecture, TensorSpec
from explorer.core.models.run_folder import SAVED_MODEL_FILE
from explorer.core.text.shorten import shorten
from explorer.errors import ModelError
from explorer.ml.architecture.saved_model_ending import ending_of
from explorer.ml.architecture.saved_model_fields import parse_saved_model

MAX_GRAPH_BYTES = 200_000_000
FORMAT = "SavedModel"
CONVERTED = (
    "A SavedModel is converted to LiteRT to be shown: its layers are LiteRT's operations, without "
    "gradients and changes. For all of it, save the model as .keras."
)

_SIGNATURE = "serving_default"
_DTYPES = {1: "float32", 2: "float64", 4: "uint8", 6: "int8", 7: "text", 9: "int64", 19: "float16"}
_HARMLESS = {
    *("Abs", "Acos", "Add", "AddN", "AddV2", "All", "Any", "ArgMax", "ArgMin", "Asin"),
    *("Assert", "Assign", "AssignVariableOp", "Atan", "AvgPool", "BatchMatMul"),
    *("BatchMatMulV2", "BatchMatMulV3", "BatchToSpaceND", "BiasAdd", "Bincount"),
    *("BroadcastArgs", "BroadcastTo", "Bucketize", "Cast", "Ceil", "CheckNumerics"),
    *("ClipByValue", "CombinedNonMaxSuppression", "Concat", "ConcatV2", "Const", "Conv2D"),
    *("Conv2DBackpropInput", "Conv3D", "Cos", "Cumprod", "Cumsum", "DepthToSpace"),
    *("DepthwiseConv2dNative", "DisableCopyOnRead", "Div", "DivNoNan", "Einsum", "Elu"),
    *("Empty", "Enter", "Equal", "Erf", "Exit", "Exp", "ExpandDims", "Expm1"),
    *("ExtractImagePatches", "FakeQuantWithMinMaxVars", "Fill", "Floor", "FloorDiv"),
    *("FloorMod", "FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "Gather"),
    *("GatherNd", "GatherV2", "Greater", "GreaterEqual", "Identity", "IdentityN", "If"),
    *("Inv", "InvertPermutation", "IsFinite", "IsInf", "IsNan", "L2Loss", "LRN"),
    *("LeakyRelu", "Less", "LessEqual", "LinSpace", "Log", "Log1p", "LogSoftmax"),
    *("LogicalAnd", "LogicalNot", "LogicalOr", "LoopCond", "LowerBound", "MatMul"),
    *("MatrixBandPart", "MatrixDiagV3", "Max", "MaxPool", "MaxPoolV2", "Maximum", "Mean"),
    *("Merge", "Min", "Minimum", "MirrorPad", "Mod", "Mul", "Multinomial", "Neg"),
    *("NextIteration", "NoOp", "NonMaxSuppressionV3", "NonMaxSuppressionV4"),
    *("NonMaxSuppressionV5", "NotEqual", "OneHot", "OnesLike", "Pack", "Pad", "PadV2"),
    *("PartitionedCall", "Placeholder", "PlaceholderWithDefault", "Pow", "PreventGradient"),
    *("Prod", "QuantizeAndDequantizeV2", "QuantizeAndDequantizeV3"),
    *("QuantizeAndDequantizeV4", "RandomStandardNormal", "RandomUniform", "Range", "Rank"),
    *("ReadVariableOp", "RealDiv", "Reciprocal", "Relu", "Relu6", "Reshape"),
    *("ResizeBicubic", "ResizeBilinear", "ResizeNearestNeighbor", "ResourceGather"),
    *("ReverseV2", "Rint", "Round", "Rsqrt", "ScatterNd", "Select", "SelectV2", "Selu"),
    *("Shape", "ShapeN", "Sigmoid", "Sign", "Sin", "Size", "Slice", "Snapshot", "Softmax"),
    *("Softplus", "Softsign", "SpaceToBatchND", "SpaceToDepth", "Split", "SplitV", "Sqrt"),
    *("Square", "SquaredDifference", "Squeeze", "StatefulPartitionedCall", "StatelessIf"),
    *("StatelessRandomGetKeyCounter", "StatelessRandomUniformV2", "StatelessWhile"),
    *("StopGradient", "StridedSlice", "Sub", "Sum", "Switch", "Tan", "Tanh"),
    *("TensorListFromTensor", "TensorListGetItem", "TensorListReserve"),
    *("TensorListSetItem", "TensorListStack", "Tile", "TopKV2", "Transpose", "Unpack"),
    *("UpperBound", "VarHandleOp", "VarIsInitializedOp", "Variable", "VariableV2", "Where"),
    *("While", "Xdivy", "Xlogy", "ZerosLike"),
}
_OF_SAVING = {
    *("MergeV2Checkpoints", "RestoreV2", "SaveV2", "ShardedFilename"),
    *("StaticRegexFullMatch", "StringJoin"),
}
"""In what each SavedModel has to save and restore its variables."""
_TRACES = ("__inference__traced_save", "__inference__traced_restore")


def read_saved_model(folder: Path) -> Any:
    """Read the graph of a SavedModel folder, and refuse one that may do more than compute.

    Returns
    -------
    message
        With the fields of `saved_model_fields`.

    Raises
    ------
    ModelError
        One sentence that names the folder, and the operations.
    """
    name = printable_name(folder)
    content = read_whole(folder / SAVED_MODEL_FILE, MAX_GRAPH_BYTES, name=name, error=ModelError)
    try:
        model = parse_saved_model(content)
    except DecodeError as error:
        raise ModelError.not_opened(name, f"its {SAVED_MODEL_FILE} is damaged") from error
    if len(model.meta_graphs) == 0:
        raise ModelError.not_opened(name, f"its {SAVED_MODEL_FILE} holds no graph")
    if unknown := sorted(_unknown(model)):
        names = list_names([shorten(one) for one in unknown], quoted=True)
        many = "s" if len(unknown) > 1 else ""
        raise ModelError.not_opened(
            name,
            f"it contains the operation{many} {names}, not known to compute with values alone: "
            "save it as a .keras file",
        )
    return model


def read_saved_model_architecture(folder: Path) -> Architecture:
    """Tell what a SavedModel takes and returns; its layers only TensorFlow can tell.

    Raises
    ------
    ModelError
        As of `read_saved_model`.
    """
    graph = read_saved_model(folder).meta_graphs[0]
    signatures = {entry.key: entry.value for entry in graph.signature_def}
    if _SIGNATURE not in signatures:
        reason = f"it has no signature “{_SIGNATURE}”, which says what it takes: save it as .keras"
        raise ModelError.not_opened(printable_name(folder), reason)
    signature = signatures[_SIGNATURE]
    given, returned = (
        tuple(_spec(entry) for entry in entries)
        for entries in (signature.inputs, signature.outputs)
    )
    size = None
    shape = given[0].shape if len(given) == 1 else None
    if shape is not None and len(shape) == 3:
        height, width, _ = shape
        size = None if height is None or width is None else (height, width)
    version = printable_name(graph.meta_info_def.tensorflow_version)
    return Architecture(
        format=FORMAT,
        inputs=given,
        outputs=returned,
        layers=(),
        made_by=f"TensorFlow {shorten(version)}" if version else "",
        input_size=size,
        last_activation=ending_of(graph, signature),
        limits=(CONVERTED,),
    )


def _spec(entry: Any) -> TensorSpec:
    lengths = tuple(one.size if one.size > 0 else None for one in entry.value.tensor_shape.dim)
    name = shorten(printable_name(entry.key))
    return TensorSpec(name, lengths[1:], _DTYPES.get(entry.value.dtype, "no array"))


def _unknown(model: Any) -> set[str]:
    found = set()
    for graph in model.meta_graphs:
        found |= {node.op for node in graph.graph_def.node} - _HARMLESS - _OF_SAVING
        called = {function.signature.name for function in graph.graph_def.library.function}
        for function in graph.graph_def.library.function:
            used = {node.op for node in function.node_def} - _HARMLESS - called
            is_trace = function.signature.name.startswith(_TRACES)
            found |= used - _OF_SAVING if is_trace else used
        found -= called
    return found
