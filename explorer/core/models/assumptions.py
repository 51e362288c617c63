"""How a model is used, where its file does not say: what is assumed, and why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.core.layers.architecture import Architecture
from explorer.core.models.model import Model
from explorer.core.models.model_use import DEFAULT_PREPARATION, Outputs
from explorer.core.models.preparation import Channels, Preparation, Scaling

_APPLICATIONS: tuple[tuple[str, Scaling, Channels], ...] = (
    (r"mobilenetv3|efficientnet|convnext|regnet|resnetrs", "none", "rgb"),
    (r"mobilenet|inception|xception|nasnet|resnet(50|101|152)v2", "signed", "rgb"),
    (r"densenet", "imagenet", "rgb"),
    # They subtract ImageNet's mean as well, which none of the ranges does.
    (r"vgg1[69]|resnet(50|101|152)", "none", "bgr"),
)
"""What the networks of `keras.applications` expect, by how their models are called there."""

_LAYERS_OF = {
    "expanded_conv_depthwise": "mobilenetv2",
    "conv_dw_1": "mobilenet",
    "mixed10": "inception",
    "block14_sepconv2": "xception",
    "post_relu": "resnet50v2",
    "conv5_block3_3_conv": "resnet50",
    "conv2_block6_concat": "densenet",
    "block5_conv3": "vgg16",
}
"""Names of layers that tell networks of `keras.applications` where they are part of others; what
comes first counts."""


_NO_PROBABILITIES = (
    *("celu", "elu", "exponential", "gelu", "glu", "hardshrink", "hardsilu", "hardswish"),
    *("hardtanh", "leakyrelu", "logsigmoid", "mish", "prelu", "relu", "relu6", "selu", "silu"),
    *("softplus", "softshrink", "softsign", "sparseplus", "sparsesigmoid", "squareplus"),
    *("swish", "tanh", "tanhshrink", "threshold"),
)
"""Activations, in simple letters, whose values are neither probabilities nor plain scores."""


@dataclass(frozen=True)
class Assumed:
    """A model, and where what it says of itself comes from.

    Attributes
    ----------
    model : Model
    origins : dict of str
        By what is assumed ("size", "resize", "channels", "scaling", "outputs", "classes"): where it
        comes from, in a few words: "from the file", "assumed".
    """

    model: Model
    origins: dict[str, str]


def assume(
    path: Path,
    architecture: Architecture,
    names: Sequence[str] = (),
    names_from: str = "",
    names_problem: str = "",
) -> Assumed:
    """Say how a model file is used.

    Parameters
    ----------
    path : Path
    architecture : Architecture
        What the file tells.
    names : sequence of str
        Of the classes, as a file beside the model has them; empty where there is none.
    names_from : str
        That file's name.
    names_problem : str
        Why that file is of no use, in half a sentence; mostly empty.
    """
    origins = {"resize": "assumed: Keras and PyTorch examples stretch or crop, no file says"}
    given = _picture_shape(architecture)
    size, channels = DEFAULT_PREPARATION.size, 3
    takes_any = architecture.takes_picture
    origins["size"] = f"assumed: the model takes {'any size' if takes_any else 'no pictures'}"
    if given is not None:
        height, width, count = given
        channels = count or 3
        if height is not None and width is not None:
            size = (height, width)
            origins["size"] = "from the file"
        elif architecture.input_size is not None:
            size = architecture.input_size
    order: Channels = "grey" if channels == 1 else "rgb"
    scaling, taken, origins["scaling"] = _assume_scaling(architecture)
    if channels == 1:
        origins["channels"] = "from the file"
    elif taken == "bgr":
        order, origins["channels"] = "bgr", origins["scaling"]
    else:
        origins["channels"] = "assumed: most models take RGB"
    outputs, origins["outputs"] = _assume_outputs(architecture)
    classes, origins["classes"] = _assume_classes(architecture, names, names_from)
    if names_problem and "numbered" in origins["classes"]:
        origins["classes"] = f"numbered: “{names_from}” was not used, since {names_problem}"
    preparation = Preparation(size, "stretch", order, scaling)
    return Assumed(Model(path, classes, preparation, outputs), origins)


def number_classes(count: int) -> tuple[str, ...]:
    """Return what classes are called whose names nobody tells: "class 1", "class 2"."""
    return tuple(f"class {number}" for number in range(1, count + 1))


def _picture_shape(
    architecture: Architecture,
) -> tuple[int | None, int | None, int | None] | None:
    """Return height, width and channels of the first input that takes pictures."""
    for one in architecture.inputs:
        shape = one.shape or ()
        if len(shape) == 3:
            first, second, third = shape
            return (second, third, first) if architecture.is_channels_first else shape
        if len(shape) == 2 and architecture.takes_picture:
            return (*shape, 1)
    return None


def _assume_scaling(architecture: Architecture) -> tuple[Scaling, Channels, str]:
    if inside := architecture.scaling_inside:
        if architecture.takes_unit:
            return "unit", "rgb", f"from the file: it begins with {inside}, which takes 0 to 1"
        return "none", "rgb", f"from the file: it begins with {inside}"
    groups = (group.name for group in architecture.groups)
    names = " ".join([architecture.name, *groups, architecture.made_by])
    simple = re.sub(r"[^a-z0-9]", "", names.lower())
    own = {layer.name.rpartition("/")[2] for layer in architecture.layers}
    known = next((network for layer, network in _LAYERS_OF.items() if layer in own), "")
    for text in (simple, known):
        for pattern, scaling, channels in _APPLICATIONS:
            if found := re.search(pattern, text):
                but = ", except for the mean that it subtracts" if channels == "bgr" else ""
                origin = f"assumed: as keras.applications does for {found.group()}{but}"
                return scaling, channels, origin
    if "pytorch" in architecture.made_by.lower():
        return "imagenet", "rgb", "assumed: most PyTorch models are trained so"
    return "unit", "rgb", "assumed: most models without a rescaling layer take 0 to 1"


def _assume_outputs(architecture: Architecture) -> tuple[Outputs, str]:
    last, count = architecture.last_activation, _output_count(architecture)
    simple = last.replace("_", "").lower()
    ends = f"from the file: it ends with {last}"
    if count == 1 and simple in ("softmax", "logsoftmax"):
        return "other", f"{ends} of one value, which is always the same"
    if last in ("softmax", "sparsemax"):
        return "probabilities", ends
    if simple in ("sigmoid", "hardsigmoid", "hardsigmoidofkeras2"):
        # Whose values are 0 to 1.
        name = "sigmoid" if simple == "sigmoid" else "hard sigmoid"
        if count == 1:
            return "probabilities", f"from the file: it ends with one {name}"
        return "independent", f"from the file: it ends with {count} {name}s"
    if simple == "linear":
        return "logits", "from the file: nothing follows its last layer"
    if simple == "logsoftmax":
        return "logits", ends
    if simple in _NO_PROBABILITIES or "," in last:
        return "other", f"{ends}, which tells no probabilities"
    return "logits", "assumed: the file does not tell how it ends"


def _output_count(architecture: Architecture) -> int:
    """Return how many values tell the classes; 0 where that is not known, or no one vector."""
    if not architecture.outputs:
        return 0
    shape = architecture.outputs[architecture.class_output].shape
    if shape is None:
        return 0
    lengths = [length for length in shape if length != 1]
    if len(lengths) > 1 or None in lengths:
        return 0
    return lengths[0] if lengths and lengths[0] is not None else 1


def _assume_classes(
    architecture: Architecture, names: Sequence[str], names_from: str
) -> tuple[tuple[str, ...], str]:
    count = _output_count(architecture)
    if count == 1:
        count = 2  # a single unit stands for the second of two
    for found, origin in ((names, f"from “{names_from}”"), (architecture.classes, "from the file")):
        if found and len(found) == count:
            return tuple(found), origin
    numbers = number_classes(count)
    if not count:
        return (), "unknown: the file does not tell how many values it returns"
    if names:
        return numbers, f"numbered: “{names_from}” has {len(names)} names for {count} outputs"
    return numbers, "numbered: the file has no names"
