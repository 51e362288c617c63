"""How one value of a layer comes about, whatever the kind of the layer."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from explorer.core.layers.arithmetic import ValueArithmetic
from explorer.core.layers.layers import LayerInfo
from explorer.errors import ModelError
from explorer.ml.inspection.activations import NotExplained
from explorer.ml.inspection.moving import (
    NOTHING_IN_USE,
    explain_concatenation,
    explain_reordered,
    explain_same_place,
    explain_shifted,
)
from explorer.ml.inspection.pointwise import (
    explain_activation,
    explain_merge,
    explain_normalisation,
    explain_rescaling,
)
from explorer.ml.inspection.pooling import explain_global_pooling, explain_pooling
from explorer.ml.inspection.sums import explain_convolution, explain_dense, explain_transposed
from explorer.ml.models.layer_run import LayerRun

_SPATIAL = {
    **dict.fromkeys(
        (
            *("Conv1D", "Conv2D", "DepthwiseConv1D", "DepthwiseConv2D"),
            *("SeparableConv1D", "SeparableConv2D"),
        ),
        explain_convolution,
    ),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose"), explain_transposed),
    **dict.fromkeys(
        ("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D"), explain_pooling
    ),
    **dict.fromkeys(
        (
            *("ZeroPadding1D", "ZeroPadding2D", "Cropping1D", "Cropping2D"),
            *("UpSampling1D", "UpSampling2D"),
        ),
        explain_shifted,
    ),
}
_POINTWISE: dict[str, Callable[..., ValueArithmetic]] = {
    **dict.fromkeys(
        ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"), explain_activation
    ),
    **dict.fromkeys(
        ("BatchNormalization", "LayerNormalization", "GroupNormalization", "Normalization"),
        explain_normalisation,
    ),
    **dict.fromkeys(("Flatten", "Reshape", "Permute"), explain_reordered),
    "Rescaling": explain_rescaling,
}
_GLOBAL = {f"Global{how}Pooling{axes}D" for how in ("Max", "Average") for axes in (1, 2)}
_MERGES = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"}
_TRAINING_ONLY = {
    *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout"),
    *("GaussianNoise", "GaussianDropout", "ActivityRegularization"),
    *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast"),
    "RandomBrightness",
}


def explain_value(
    info: LayerInfo, run: LayerRun, row: int, column: int, channel: int
) -> ValueArithmetic:
    """Return how one value of a layer comes about.

    Parameters
    ----------
    info : LayerInfo
    run : LayerRun
        What the layer took and returned.
    row, column, channel : int
        Its place in `FeatureMaps.maps`: row and column are 0 for a layer without space.

    Raises
    ------
    ModelError
        The layer has no such value.
    """
    if run.output.ndim not in (1, 2, 3):
        raise ModelError(f"Layer “{info.name}” returns no maps and no vector.")
    if info.token_grid is not None and run.output.ndim == 2:
        row, column = 0, info.first_token + row * info.token_grid[1] + column
    is_first = info.is_channels_first and run.output.ndim == 3
    place = {1: (channel,), 2: (column, channel), 3: (row, column, channel)}[run.output.ndim]
    index = (channel, row, column) if is_first else place
    if any(not 0 <= at < length for at, length in zip(index, run.output.shape, strict=True)):
        raise ModelError(f"Layer “{info.name}” has no value at {place}.")
    framework = float(run.output[index])
    try:
        found = _explain(info, run, index, (row, column, channel), is_first)
    except NotExplained as reason:
        found = ValueArithmetic(
            note=f"The arithmetic of layer “{info.name}” is not written out: {reason}."
        )
    return replace(found, framework=framework)


def _explain(
    info: LayerInfo,
    run: LayerRun,
    index: tuple[int, ...],
    place: tuple[int, int, int],
    is_channels_first: bool,
) -> ValueArithmetic:
    kind = run.kind
    if kind == "InputLayer":
        return explain_same_place(
            run,
            index,
            is_channels_first=is_channels_first,
            note="This is the picture as the model is given it.",
        )
    if not run.inputs:
        raise NotExplained("it takes no array")
    names = [name.rpartition("/")[2] for name in info.sources]
    if len(names) != len(run.inputs):
        names = [f"input {number + 1}" for number in range(len(run.inputs))]
    if kind in _SPATIAL and run.inputs[0].ndim in (2, 3):
        return _SPATIAL[kind](run, *place)
    if kind in _POINTWISE:
        return _POINTWISE[kind](run, index, is_channels_first=is_channels_first)
    if kind in _GLOBAL:
        return explain_global_pooling(run, place[2])
    if kind == "Dense":
        return explain_dense(run, index)
    if kind in _MERGES:
        return explain_merge(run, index, names)
    if kind == "Concatenate":
        return explain_concatenation(run, index, names, is_channels_first=is_channels_first)
    if kind in _TRAINING_ONLY:
        return explain_same_place(
            run, index, is_channels_first=is_channels_first, note=NOTHING_IN_USE
        )
    if len(run.inputs) == 1 and np.array_equal(run.inputs[0], run.output):
        return explain_same_place(run, index, is_channels_first=is_channels_first)
    raise NotExplained(f"there is none here for layers of the kind {kind}")
