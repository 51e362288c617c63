"""Whether a model takes a picture, whatever its format."""

from collections.abc import Sequence

from explorer.core.files.names import list_names, printable_name
from explorer.core.models.architecture import TensorSpec

INPUT_TYPES = ("float32", "float16", "float64", "uint8", "int8")
"""Of inputs that a picture's values can be brought to."""

_PICTURE_CHANNELS = (1, 3)


def picture_input(inputs: Sequence[TensorSpec]) -> TensorSpec | None:
    """Return the input that takes the picture: the only one with three axes, if there is one."""
    found = [one for one in inputs if len(one.shape) == 3]
    return found[0] if len(found) == 1 else None


def reason_against_picture(inputs: Sequence[TensorSpec], *, is_channels_first: bool) -> str:
    """Say why a model cannot be given one colour or grey picture; empty where it can."""
    if len(inputs) != 1:
        names = list_names([one.name for one in inputs], quoted=True)
        return f"it takes {len(inputs)} inputs ({names}), not one picture"
    (given,) = inputs
    shape = "×".join("any" if one is None else str(one) for one in given.shape) or "single"
    what = f"its input “{printable_name(given.name)}” is {shape} {given.dtype}"
    if len(given.shape) != 3 or given.dtype not in INPUT_TYPES:
        return f"{what}, no picture"
    channels = given.shape[0 if is_channels_first else 2]
    fits = channels is None or channels in _PICTURE_CHANNELS
    return "" if fits else f"{what}, not of 1 or 3 channels"


def reason_against_shape(spec: TensorSpec, shape: Sequence[int], *, is_channels_first: bool) -> str:
    """Say why an input does not take pictures of (height, width, channels); empty where it does."""
    given = (shape[2], *shape[:2]) if is_channels_first else tuple(shape)
    if all(length in (None, own) for length, own in zip(spec.shape, given, strict=True)):
        return ""
    wanted = "×".join("any" if one is None else str(one) for one in spec.shape)
    return f"its input is {wanted}, not {'×'.join(map(str, given))}"
