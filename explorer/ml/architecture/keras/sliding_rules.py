"""Layers that slide along height and width: convolution, pooling, padding, upsampling."""

import math

from explorer.ml.architecture.keras.use import Outcome, Rule, UnfitError, Use, replaced
from explorer.ml.architecture.node import (
    Effect,
    Mixed,
    Reduced,
    Scaled,
    Transposed,
    Unknown,
    Windows,
    count_convolution,
)

REACHES = {"nearest": 0.0, "bilinear": 1.0, "bicubic": 2.0, "lanczos3": 3.0, "lanczos5": 5.0}
"""As for `Scaled`."""


def spatial_axes(use: Use, count: int) -> tuple[tuple[int, ...], int]:
    """Return the axes with positions, and that of the channels."""
    if len(use.shape) != count + 2:
        raise UnfitError(f"it takes {count + 1} axes, and gets {len(use.shape) - 1}")
    if use.settings.is_channels_first:
        return tuple(range(2, count + 2)), 1
    return tuple(range(1, count + 1)), count + 1


def slide(
    use: Use,
    axes: tuple[int, ...],
    kernel: tuple[int, ...],
    strides: tuple[int, ...],
    dilation: tuple[int, ...],
    padding: str,
) -> tuple[dict[int, int | None], Windows]:
    """Return the lengths after sliding windows along some axes, and the windows.

    With "same", TensorFlow adds less before than after where it cannot add as much.
    """
    lengths: dict[int, int | None] = {}
    before: list[int | None] = []
    for axis, size, stride, step in zip(axes, kernel, strides, dilation, strict=True):
        length, reach = use.shape[axis], (size - 1) * step + 1
        if padding in ("same", "causal"):
            lengths[axis] = None if length is None else -(-length // stride)
            if padding == "causal":
                before.append(reach - 1)
            elif length is None:
                before.append((reach - 1) // 2 if stride == 1 else None)
            else:
                before.append(max((-(-length // stride) - 1) * stride + reach - length, 0) // 2)
        elif padding == "valid":
            lengths[axis] = None if length is None else (length - reach) // stride + 1
            before.append(0)
        else:
            raise UnfitError("its padding is none that is known")
        left = lengths[axis]
        if left is not None and left < 1:
            raise UnfitError("its windows are larger than what it takes")
    return lengths, Windows(axes, kernel, strides, dilation, tuple(before))


def convolution(count: int, depthwise: bool = False, separable: bool = False) -> Rule:
    """Return the rule of a convolution of that many dimensions."""

    def rule(use: Use) -> Outcome:
        axes, channel_axis = spatial_axes(use, count)
        settings = use.settings
        channels = use.length(channel_axis)
        kernel = settings.lengths("kernel_size", count)
        lengths, windows = slide(
            use,
            axes,
            kernel,
            settings.lengths("strides", count, 1),
            settings.lengths("dilation_rate", count, 1),
            settings.text("padding", "valid"),
        )
        positions = [lengths[axis] for axis in axes]
        multiplier = settings.whole("depth_multiplier", 1)
        groups = settings.whole("groups", 1) or 1
        if depthwise or separable:
            weights = math.prod(kernel) * channels * multiplier
            filters = settings.whole("filters") if separable else channels * multiplier
            weights += channels * multiplier * filters if separable else 0
        else:
            filters = settings.whole("filters")
            if channels % groups or filters % groups:
                raise UnfitError("its groups do not fit its channels")
            weights = math.prod(kernel) * (channels // groups) * filters
        effects: tuple[Effect, ...] = (windows,) if depthwise else (windows, Mixed((channel_axis,)))
        return Outcome(
            (replaced(use.shape, {**lengths, channel_axis: filters}),),
            effects,
            count_convolution(positions, [weights]),
            weights + (filters if settings.is_on("use_bias", True) else 0),
        )

    return rule


def transposed_convolution(count: int) -> Rule:
    """Return the rule of a transposed convolution of that many dimensions."""

    def rule(use: Use) -> Outcome:
        axes, channel_axis = spatial_axes(use, count)
        settings = use.settings
        kernel = settings.lengths("kernel_size", count)
        strides = settings.lengths("strides", count, 1)
        dilation = settings.lengths("dilation_rate", count, 1)
        is_same = settings.text("padding", "valid") == "same"
        given = settings.values.get("output_padding")
        extra = None if given is None else settings.lengths("output_padding", count, 0, least=0)
        lengths: dict[int, int | None] = {}
        before: list[int | None] = []
        for number, axis in enumerate(axes):
            length, stride = use.shape[axis], strides[number]
            reach = (kernel[number] - 1) * dilation[number] + 1
            if length is None:
                out = None
            elif extra is None:
                out = length * stride + (0 if is_same else max(reach - stride, 0))
            else:
                cut = 2 * (reach // 2) if is_same else 0
                out = (length - 1) * stride + reach - cut + extra[number]
            lengths[axis] = out
            if not is_same:
                before.append(0)
            elif out is None or length is None:
                before.append(max(reach - stride, 0) // 2 if extra is None else None)
            else:
                before.append(max((-(-out // stride) - 1) * stride + reach - out, 0) // 2)
        filters, channels = settings.whole("filters"), use.length(channel_axis)
        weights = math.prod(kernel) * channels * filters
        return Outcome(
            (replaced(use.shape, {**lengths, channel_axis: filters}),),
            (
                Transposed(axes, kernel, strides, dilation, tuple(before)),
                Mixed((channel_axis,)),
            ),
            count_convolution([use.shape[axis] for axis in axes], [weights]),
            weights + (filters if settings.is_on("use_bias", True) else 0),
        )

    return rule


def pooling(count: int) -> Rule:
    """Return the rule of a pooling layer of that many dimensions."""

    def rule(use: Use) -> Outcome:
        axes, _ = spatial_axes(use, count)
        sizes = use.settings.lengths("pool_size", count, 2)
        given = use.settings.values.get("strides")
        strides = sizes if given is None else use.settings.lengths("strides", count)
        padding = use.settings.text("padding", "valid")
        lengths, windows = slide(use, axes, sizes, strides, (1,) * count, padding)
        return Outcome((replaced(use.shape, lengths),), (windows,))

    return rule


def global_pooling(count: int) -> Rule:
    """Return the rule of a layer that pools whole maps."""

    def rule(use: Use) -> Outcome:
        axes, _ = spatial_axes(use, count)
        keeps = use.settings.is_on("keepdims")
        shape = replaced(use.shape, dict.fromkeys(axes, 1))
        if not keeps:
            shape = tuple(length for axis, length in enumerate(shape) if axis not in axes)
        return Outcome((shape,), (Reduced(axes, keeps),))

    return rule


def adaptive_pooling(count: int) -> Rule:
    """Return the rule of pooling to a given size."""

    def rule(use: Use) -> Outcome:
        axes, _ = spatial_axes(use, count)
        sizes = use.settings.lengths("output_size", count)
        wanted = dict(zip(axes, sizes, strict=True))
        effects: list[Effect] = []
        for axis, size in wanted.items():
            length = use.length(axis)
            if size == 1:
                effects.append(Reduced((axis,), True))
            elif length % size:  # the windows differ in size
                effects.append(Unknown())
            else:
                width = length // size
                effects.append(Windows((axis,), (width,), (width,), (1,), (0,)))
        return Outcome((replaced(use.shape, dict(wanted)),), tuple(effects))

    return rule


def shifted(axes: tuple[int, ...], before: tuple[int, ...]) -> Windows:
    """Return what puts so many values before the first of each axis; less than 0 cuts them off."""
    ones = (1,) * len(axes)
    return Windows(axes, ones, ones, ones, before)


def padding(count: int) -> Rule:
    """Return the rule of a layer that adds rows and columns."""
    return _resized_by(count, "padding", 1)


def cropping(count: int) -> Rule:
    """Return the rule of a layer that cuts rows and columns off."""
    return _resized_by(count, "cropping", -1)


def _resized_by(count: int, key: str, sign: int) -> Rule:
    def rule(use: Use) -> Outcome:
        axes, _ = spatial_axes(use, count)
        pairs = use.settings.pairs(key, count)
        lengths: dict[int, int | None] = {}
        for axis, (first, second) in zip(axes, pairs, strict=True):
            length = use.shape[axis]
            lengths[axis] = None if length is None else length + sign * (first + second)
            if length is not None and length + sign * (first + second) < 1:
                raise UnfitError("it cuts off more than there is")
        before = tuple(sign * first for first, _ in pairs)
        return Outcome((replaced(use.shape, lengths),), (shifted(axes, before),))

    return rule


def upsampling(count: int) -> Rule:
    """Return the rule of a layer that repeats or interpolates values."""

    def rule(use: Use) -> Outcome:
        axes, _ = spatial_axes(use, count)
        sizes = use.settings.lengths("size", count, 2)
        lengths = {
            axis: None if (length := use.shape[axis]) is None else length * size
            for axis, size in zip(axes, sizes, strict=True)
        }
        reach = REACHES.get(use.settings.text("interpolation", "nearest"))
        if reach is None:
            raise UnfitError("its interpolation is none that is known")
        ratios = tuple((size, 1) for size in sizes)
        return Outcome((replaced(use.shape, lengths),), (Scaled(axes, ratios, reach),))

    return rule


def resizing(use: Use) -> Outcome:
    """Resize to a height and width."""
    axes, _ = spatial_axes(use, 2)
    sizes = (use.settings.whole("height"), use.settings.whole("width"))
    return resized(use, axes, sizes)


def resized(use: Use, axes: tuple[int, ...], sizes: tuple[int, ...]) -> Outcome:
    """Interpolate to other lengths, as the layer's settings say how."""
    settings = use.settings
    shape = replaced(use.shape, dict(zip(axes, sizes, strict=True)))
    given = [use.shape[axis] for axis in axes]
    rows, columns = given[0], given[-1]
    if rows is None or columns is None:
        return Outcome((shape,), (Unknown(),))
    is_other_aspect = rows * sizes[-1] != columns * sizes[0]
    keeps = settings.is_on("crop_to_aspect_ratio") or settings.is_on("pad_to_aspect_ratio")
    reach = REACHES.get(settings.text("interpolation", "bilinear"))
    if reach is None or (keeps and is_other_aspect) or settings.is_on("antialias"):
        return Outcome((shape,), (Unknown(),))
    if 0 in sizes or 0 in given:
        raise UnfitError("it makes nothing of its input")
    ratios = tuple((size, length or 1) for size, length in zip(sizes, given, strict=True))
    return Outcome((shape,), (Scaled(axes, ratios, reach),))


def centre_crop(use: Use) -> Outcome:
    """Keep the middle; what is smaller is enlarged first."""
    axes, _ = spatial_axes(use, 2)
    sizes = (use.settings.whole("height"), use.settings.whole("width"))
    shape = replaced(use.shape, dict(zip(axes, sizes, strict=True)))
    lengths = [use.length(axis) for axis in axes]
    if any(length < size for length, size in zip(lengths, sizes, strict=True)):
        return Outcome((shape,), (Unknown(),))
    before = tuple(-((length - size) // 2) for length, size in zip(lengths, sizes, strict=True))
    return Outcome((shape,), (shifted(axes, before),))


RULES: dict[str, Rule] = {
    **{f"Conv{n}D": convolution(n) for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": convolution(n, depthwise=True) for n in (1, 2)},
    **{f"SeparableConv{n}D": convolution(n, separable=True) for n in (1, 2)},
    **{f"Conv{n}DTranspose": transposed_convolution(n) for n in (1, 2, 3)},
    **{f"{word}Pooling{n}D": pooling(n) for n in (1, 2, 3) for word in ("Max", "Average")},
    **{
        f"Global{word}Pooling{n}D": global_pooling(n)
        for n in (1, 2, 3)
        for word in ("Max", "Average")
    },
    **{
        f"Adaptive{word}Pooling{n}D": adaptive_pooling(n)
        for n in (1, 2, 3)
        for word in ("Max", "Average")
    },
    **{f"ZeroPadding{n}D": padding(n) for n in (1, 2, 3)},
    **{f"Cropping{n}D": cropping(n) for n in (1, 2, 3)},
    **{f"UpSampling{n}D": upsampling(n) for n in (1, 2, 3)},
    "Resizing": resizing,
    "CenterCrop": centre_crop,
    "RandomCrop": centre_crop,
}
