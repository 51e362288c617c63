"""The other layers of Keras: normalising, combining, reshaping, wrapping, passing on."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from explorer.ml.architecture.keras import product_rules, sliding_rules
from explorer.ml.architecture.keras.use import (
    Outcome,
    Rule,
    UnfitError,
    Use,
    is_whole,
    replaced,
    to_axis,
)
from explorer.ml.architecture.node import (
    Effect,
    Mixed,
    Moved,
    Reduced,
    Regrouped,
    Scaled,
    Shape,
    Transposed,
    Unknown,
    Windows,
    count_matrix_product,
)


def first_passed_on(use: Use) -> Outcome:
    """Return the first value, whatever else is taken, such as a mask."""
    return Outcome(use.shapes[:1])


def softmax(use: Use) -> Outcome:
    """Divide by a sum over an axis."""
    axes = use.settings.axes("axis", len(use.shape), -1)
    return Outcome((use.shape,), (Mixed(axes),))


def prelu(use: Use) -> Outcome:
    """Scale negative values by weights."""
    shared = use.settings.axes("shared_axes", len(use.shape))
    lengths = [one for axis, one in enumerate(use.shape) if axis and axis not in shared]
    parameters = None if None in lengths else math.prod(one or 0 for one in lengths)
    return Outcome((use.shape,), parameters=parameters)


def batch_normalization(use: Use) -> Outcome:
    """Scale by what was learnt of each channel: mean and variance are weights too."""
    channels = use.length(use.settings.axis("axis", len(use.shape)))
    arrays = 2 + use.settings.is_on("scale", True) + use.settings.is_on("center", True)
    return Outcome((use.shape,), parameters=arrays * channels)


def layer_normalization(use: Use) -> Outcome:
    """Divide by the deviation along some axes."""
    axes = use.settings.axes("axis", len(use.shape), -1)
    arrays = use.settings.is_on("scale", True) + use.settings.is_on("center", True)
    if use.kind == "RMSNormalization":
        arrays = 1
    lengths = [use.shape[axis] for axis in axes]
    size = None if None in lengths else math.prod(one or 0 for one in lengths)
    return Outcome((use.shape,), (Mixed(axes),), parameters=None if size is None else arrays * size)


def group_normalization(use: Use) -> Outcome:
    """Divide by the deviation of a group of channels, at all positions."""
    channels = use.length(use.settings.axis("axis", len(use.shape)))
    arrays = use.settings.is_on("scale", True) + use.settings.is_on("center", True)
    return Outcome(
        (use.shape,), (Mixed(tuple(range(1, len(use.shape)))),), parameters=arrays * channels
    )


def unit_normalization(use: Use) -> Outcome:
    """Divide by the length along some axes."""
    return Outcome((use.shape,), (Mixed(use.settings.axes("axis", len(use.shape), -1)),))


def normalization(use: Use) -> Outcome:
    """Divide by a deviation that is in the file; its weights are its mean, variance and count."""
    if use.settings.values.get("mean") is not None:
        return Outcome((use.shape,))
    axes = use.settings.axes("axis", len(use.shape), -1)
    lengths = [use.shape[axis] for axis in axes]
    size = None if None in lengths else math.prod(one or 0 for one in lengths)
    return Outcome((use.shape,), parameters=None if size is None else 2 * size + 1)


def combined(use: Use) -> Outcome:
    """Combine several value by value, as NumPy broadcasts them."""
    return Outcome((broadcast(use.shapes),))


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """Return the shape of several arrays that are combined value by value.

    Raises
    ------
    UnfitError
        They do not fit.
    """
    rank = max(map(len, shapes))
    lengths: list[int | None] = []
    for axis in range(-rank, 0):
        found = {shape[axis] for shape in shapes if len(shape) >= -axis} - {1}
        if len(found - {None}) > 1:
            raise UnfitError("what it takes differs in size")
        known = found - {None}
        lengths.append(known.pop() if known else None if found else 1)
    return tuple(lengths)


def concatenated(use: Use) -> Outcome:
    """Put several one behind the other along an axis."""
    rank = len(use.shape)
    axis = use.settings.axis("axis", rank)
    if any(len(shape) != rank for shape in use.shapes):
        raise UnfitError("what it takes differs in size")
    lengths = [shape[axis] for shape in use.shapes]
    total = None if None in lengths else sum(one or 0 for one in lengths)
    others = [replaced(shape, {axis: 1}) for shape in use.shapes]
    return Outcome((replaced(broadcast(others), {axis: total}),), joined_axis=axis)


def dot(use: Use) -> Outcome:
    """Sum products along an axis of each."""
    if len(use.shapes) != 2:
        raise UnfitError("it takes two arrays")
    left, right = use.shapes
    given = use.settings.values.get("axes")
    pair = given if isinstance(given, (list, tuple)) and len(given) == 2 else (given, given)
    first, second = to_axis(pair[0], len(left)), to_axis(pair[1], len(right))
    length = left[first]
    if length is None or first == 0 or second == 0:
        raise UnfitError("its axes do not fit its input")
    rows = tuple(one for axis, one in enumerate(left) if axis not in (0, first))
    columns = tuple(one for axis, one in enumerate(right) if axis not in (0, second))
    cost = count_matrix_product((math.prod(one or 0 for one in rows), length), (length, 1))
    if None in rows or None in columns or cost is None:
        raise UnfitError("the size of its input is not known")
    shape: Shape = (left[0], *rows, *columns)
    shape = shape if len(shape) > 1 else (*shape, 1)
    every = tuple(range(1, max(len(left), len(right))))
    return Outcome((shape,), (Mixed(every),), cost * math.prod(one or 0 for one in columns))


def flattened(use: Use) -> Outcome:
    """Make one vector of everything."""
    return regrouped(use, (use.shape[0], -1))


def reshaped(use: Use) -> Outcome:
    """Give the same values another shape."""
    return regrouped(use, (use.shape[0], *_listed(use.settings.values.get("target_shape"))))


def _listed(found: object) -> tuple[int, ...]:
    if not isinstance(found, (list, tuple)) or not all(is_whole(one) for one in found):
        raise UnfitError("its shape is none")
    return tuple(found)


def regrouped(use: Use, wanted: Sequence[int | None]) -> Outcome:
    """Give the same values another shape, in which one length may be -1: what is left."""
    unknown = [axis for axis, length in enumerate(wanted) if length is None or length < 0]
    known = math.prod(length for length in wanted if length is not None and length >= 0)
    after: Shape = tuple(wanted)
    if None in use.shape:
        after = tuple(None if axis in unknown else one for axis, one in enumerate(wanted))
    else:
        total = math.prod(one or 0 for one in use.shape)
        if len(unknown) > 1 or (known == 0 and unknown) or total % max(known, 1):
            raise UnfitError("its shape does not fit its input")
        after = replaced(after, dict.fromkeys(unknown, total // known if unknown else None))
        if math.prod(one or 0 for one in after) != total:
            raise UnfitError("its shape does not fit its input")
    return Outcome((after,), (Regrouped(use.shape, after),))


def permuted(use: Use) -> Outcome:
    """Put the axes into another order."""
    return moved(use, (0, *_listed(use.settings.values.get("dims"))))


def moved(use: Use, order: Sequence[int]) -> Outcome:
    """Put the axes into an order that names each."""
    if sorted(order) != list(range(len(use.shape))):
        raise UnfitError("its axes do not fit its input")
    return Outcome((tuple(use.shape[axis] for axis in order),), (Moved(tuple(order)),))


def repeated(use: Use) -> Outcome:
    """Repeat a vector."""
    if len(use.shape) != 2:
        raise UnfitError("it takes a vector")
    shape = (use.shape[0], use.settings.whole("n"), use.shape[1])
    return Outcome((shape,), (Moved((0, -1, 1)),))


def both_ways(use: Use) -> Outcome:
    """Run a recurrent layer forwards and backwards."""
    kind, settings = use.settings.inner("layer")
    one = apply(use.of(kind, settings, use.shape))
    shape = one.shapes[0]
    mode = use.settings.values.get("merge_mode", "concat")
    last = shape[-1]
    shapes: tuple[Shape, ...] = one.shapes
    if mode == "concat":
        joined = replaced(shape, {len(shape) - 1: None if last is None else 2 * last})
        shapes = (joined, *one.shapes[1:], *one.shapes[1:])
    elif mode is None:
        shapes = (shape, shape, *one.shapes[1:], *one.shapes[1:])
    return replace(
        one,
        shapes=shapes,
        multiply_adds=None if one.multiply_adds is None else 2 * one.multiply_adds,
        parameters=None if one.parameters is None else 2 * one.parameters,
    )


def step_by_step(use: Use) -> Outcome:
    """Use a layer for each step of a sequence."""
    kind, settings = use.settings.inner("layer")
    shape = use.shape
    if len(shape) < 3:
        raise UnfitError("it takes a sequence")
    one = apply(use.of(kind, settings, (shape[0], *shape[2:])))
    return Outcome(
        tuple((each[0], shape[1], *each[1:]) for each in one.shapes),
        tuple(_one_axis_later(effect) for effect in one.effects),
        None if one.multiply_adds is None or shape[1] is None else one.multiply_adds * shape[1],
        one.parameters,
    )


def _one_axis_later(effect: Effect) -> Effect:
    """Return an effect on arrays with one more axis, behind that of the batch."""
    match effect:
        case Windows() | Transposed() | Scaled() | Mixed() | Reduced():
            return replace(effect, axes=tuple(axis + (axis > 0) for axis in effect.axes))
        case Moved(order):
            return Moved((order[0], 1, *(axis + (axis > 0) for axis in order[1:])))
        case _:
            return Unknown()


def spectrally_normalized(use: Use) -> Outcome:
    """Compute what the layer inside computes, with a vector kept beside its kernel."""
    kind, settings = use.settings.inner("layer")
    one = apply(use.of(kind, settings, *use.shapes))
    vector = settings.whole("filters" if "filters" in settings.values else "units", 0)
    return replace(one, parameters=None if one.parameters is None else one.parameters + vector)


def layer_scale(use: Use) -> Outcome:
    """Scale each channel by a weight: a layer that ConvNeXt's Keras files have."""
    return Outcome((use.shape,), parameters=use.settings.whole("projection_dim"))


def apply(use: Use) -> Outcome:
    """Return what a layer makes of its input.

    Raises
    ------
    UnfitError
        Its kind is not known, or its settings do not fit its input.
    """
    rule = RULES.get(use.kind) or RULES.get(_full_name(use.kind))
    if rule is None:
        raise UnfitError(f"{use.kind} is not a layer that this program knows")
    return rule(use)


def _full_name(kind: str) -> str:
    """Return the name that Keras gives a class with two: "AvgPool2D" is AveragePooling2D."""
    name = kind.replace("Convolution", "Conv")
    name = re.sub(r"(Max|Avg|Average)Pool(?=\d)", r"\1Pooling", name).replace("Avg", "Average")
    return re.sub(r"^(BatchNormalization)V\d$", r"\1", name)


_PASS_ON = (
    *(
        "Activation",
        "ReLU",
        "LeakyReLU",
        "ELU",
        "ThresholdedReLU",
        "Identity",
        "ActivityRegularization",
    ),
    *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
    *("AlphaDropout", "GaussianDropout", "GaussianNoise", "Masking", "Rescaling"),
    *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomShear"),
    *("RandomBrightness", "RandomContrast", "RandomHue", "RandomSaturation", "RandomGrayscale"),
    *("RandomColorJitter", "RandomColorDegeneration", "RandomSharpness", "RandomPosterization"),
    *("RandomGaussianBlur", "RandomInvert", "RandomPerspective", "RandomErasing"),
    *("RandomElasticTransform", "RandAugment", "AugMix", "AutoContrast", "Solarization"),
    *("Equalization", "CutMix", "MixUp", "StochasticDepth"),
)
"""When nothing is trained, most of these do nothing; the others work on each value alone."""

RULES: dict[str, Rule] = {
    **sliding_rules.RULES,
    **product_rules.RULES,
    **dict.fromkeys(_PASS_ON, first_passed_on),
    "Softmax": softmax,
    "PReLU": prelu,
    "BatchNormalization": batch_normalization,
    "LayerNormalization": layer_normalization,
    "RMSNormalization": layer_normalization,
    "GroupNormalization": group_normalization,
    "UnitNormalization": unit_normalization,
    "Normalization": normalization,
    **dict.fromkeys(("Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract"), combined),
    "Concatenate": concatenated,
    "Dot": dot,
    "Flatten": flattened,
    "Reshape": reshaped,
    "Permute": permuted,
    "RepeatVector": repeated,
    "Bidirectional": both_ways,
    "TimeDistributed": step_by_step,
    "SpectralNormalization": spectrally_normalized,
    "LayerScale": layer_scale,
}
