"""Whether a model takes a picture, whatever its format."""

from collections.abc import Sequence

from explorer.core.files.names import list_names, printable_name
from explorer.core.layers.architecture import TensorSpec

INPUT_TYPES = ("float32", "float16", "float64", "uint8", "int8")
"""Of inputs that a picture's values can be brought to."""

_PICTURE_CHANNELS = (1, 3)
_LEAST_EDGE = 8
_MAKES_NO_STEPS = {"Flatten", "Reshape", "ExpandDims"}

KEEPS_STEPS = {
    *("Rescaling", "Normalization", "Identity", "Dropout", "GaussianNoise", "Cast", "Activation"),
    *("Add", "Subtract", "Multiply", "Divide", "TrueDivide"),
}
"""Layers before those that tell whether rows and columns are a picture or steps with values."""


def picture_input(inputs: Sequence[TensorSpec]) -> TensorSpec | None:
    """Return the input that takes the picture: the only one with three axes, if there is one."""
    found = [one for one in inputs if one.shape is not None and len(one.shape) == 3]
    return found[0] if len(found) == 1 else None


def reason_against_picture(inputs: Sequence[TensorSpec], *, is_channels_first: bool) -> str:
    """Say why a model cannot be given one colour or grey picture; empty where it can."""
    if len(inputs) != 1:
        names = list_names([one.name for one in inputs], quoted=True)
        return f"it takes {len(inputs)} inputs ({names}), not one picture"
    (given,) = inputs
    shape = given.shape or ()
    what = f"its input “{printable_name(given.name)}” is {_times(shape)} {given.dtype}"
    if len(shape) != 3 or given.dtype not in INPUT_TYPES:
        return f"{what}, no picture"
    channels = shape[0 if is_channels_first else 2]
    fits = channels is None or channels in _PICTURE_CHANNELS
    return "" if fits else f"{what}, not of 1 or 3 channels"


def reason_against_picture_for_keras(
    inputs: Sequence[TensorSpec], *, is_channels_first: bool, takers: Sequence[str]
) -> str:
    """Say why a Keras model cannot be given a picture, to follow its name; empty where it can.

    It may be given the same picture several times, and a grey one of two axes. Two axes may also be
    a signal or a table: a picture is at least 8×8, and square or made a vector first of all.

    Parameters
    ----------
    inputs : sequence of TensorSpec
    is_channels_first : bool
        Whether its layers take the channels first; what the shape tells comes before.
    takers : sequence of str
        The kinds of layers that take the inputs, after those of `KEEPS_STEPS`.
    """
    pictures = [one.shape for one in inputs if one.shape is not None and len(one.shape) in (2, 3)]
    if pictures:
        is_channels_first = has_channels_first(pictures[0], is_channels_first)
    for one in inputs:
        if one.shape is None:
            return "does not tell what it takes"
        name = printable_name(one.name)
        if one.dtype == "string":
            return f"takes text (its input “{name}”), not a picture"
        if len(one.shape) not in (2, 3) or (len(one.shape) == 2 and not _is_grey(one, takers)):
            return f"takes {_times(one.shape)} values (its input “{name}”), not a picture"
        if one.shape != pictures[0]:
            first = pictures[0]
            first = (*first, 1) if len(first) == 2 else first
            first = (*first[1:], first[0]) if is_channels_first else first
            return (
                f"takes, besides a picture of {_times(first)}, another of "
                f"{_times(one.shape)} (its input “{name}”)"
            )
        channels = 1 if len(one.shape) == 2 else one.shape[0 if is_channels_first else 2]
        if channels == 4:
            return f"takes 4 channels (its input “{name}”), while pictures are opened with 3"
        if channels not in (None, *_PICTURE_CHANNELS):
            return f"takes {channels} channels (its input “{name}”), not the 1 or 3 of a picture"
    return ""


def has_channels_first(shape: Sequence[int | None], says: bool) -> bool:
    """Return whether a picture's channels come first, where its shape tells; else what is said."""
    first, last = (length in (*_PICTURE_CHANNELS, 4) for length in (shape[0], shape[-1]))
    return len(shape) == 3 and (says if first == last else first)


def _is_grey(spec: TensorSpec, takers: Sequence[str]) -> bool:
    height, width = spec.shape or (None, None)
    if height is None or width is None or min(height, width) < _LEAST_EDGE:
        return False
    return height == width or any(kind in _MAKES_NO_STEPS for kind in takers)


def _times(lengths: Sequence[int | None]) -> str:
    return "×".join("any" if length is None else str(length) for length in lengths) or "single"


def reason_against_shape(spec: TensorSpec, shape: Sequence[int], *, is_channels_first: bool) -> str:
    """Say why an input does not take pictures of (height, width, channels); empty where it does."""
    given = (shape[2], *shape[:2]) if is_channels_first else tuple(shape)
    wanted = spec.shape or ()
    if all(length in (None, own) for length, own in zip(wanted, given, strict=True)):
        return ""
    return f"its input is {_times(wanted)}, not {_times(given)}"
