"""Channels of a Keras network muted, scaled, swapped, or given another kernel."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from explorer.core.models.model_use import Edit
from explorer.errors import ModelError

Array = npt.NDArray[np.float32]
Arrays = dict[str, Array]

_NORMALISING = (
    keras.layers.BatchNormalization,
    keras.layers.LayerNormalization,
    keras.layers.GroupNormalization,
)
_TRANSPOSED = (
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)
_DEPTHWISE = (keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)
_SEPARABLE = (keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)
_LAST = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D, keras.layers.Dense)


class Edits:
    """The changes of a network's weights: each set starts from what the file has.

    An edit changes the layer that it names and no other: of a convolution or a dense layer the
    kernels and the bias of the channel, of a separable convolution the pointwise ones, of a
    normalisation its scale (gamma) and offset (beta), and where channels are swapped its mean and
    variance as well. What follows goes on as it is: a muted convolution returns 0 (before its
    activation), which a batch normalisation after it makes a constant; to mute that too, mute the
    channel of the normalisation. A shared layer changes wherever it is used.

    Parameters
    ----------
    find : callable
        From a layer's name to its path and the layer; raises ModelError.
    """

    def __init__(self, find: Callable[[str], tuple[str, Any]]) -> None:
        self._find = find
        self._applied: tuple[Edit, ...] = ()
        self._original: dict[str, tuple[Any, Arrays]] = {}

    def apply(self, edits: tuple[Edit, ...]) -> bool:
        """Give the network its own weights, but for these changes, in this order.

        Returns
        -------
        bool
            Whether anything is now different.

        Raises
        ------
        ModelError
            One of them does not fit its layer; then nothing is changed.
        """
        if edits == self._applied:
            return False
        changed: dict[str, Arrays] = {}
        for edit in edits:
            path, layer = self._find(edit.layer)
            if path not in self._original:
                self._original[path] = (layer, _arrays(layer))
            if path not in changed:
                changed[path] = {k: v.copy() for k, v in self._original[path][1].items()}
            _change(path, layer, changed[path], edit)
        for path, (layer, arrays) in self._original.items():
            for name, array in changed.get(path, arrays).items():
                _variable(layer, name).assign(array)
        self._applied = edits
        return True


def _change(path: str, layer: Any, arrays: Arrays, edit: Edit) -> None:
    count = _channel_count(path, layer, arrays)
    channels = (edit.channel, edit.other) if edit.kind == "swap" else (edit.channel,)
    for channel in channels:
        if not 0 <= channel < count:
            raise ModelError(f"Layer “{path}” has {count} channels, from 0: there is no {channel}.")
    if edit.kind == "kernel":
        _set_kernel(path, layer, arrays, edit)
    elif edit.kind == "swap":
        for name, array in arrays.items():
            one, other = (_index(layer, name, array, channel) for channel in channels)
            array[one], array[other] = array[other].copy(), array[one].copy()
    else:
        factor = 0.0 if edit.kind == "mute" else edit.factor
        if not np.isfinite(factor):
            raise ModelError(f"A channel of layer “{path}” cannot be multiplied by {factor}.")
        for name, array in arrays.items():
            if name not in ("moving_mean", "moving_variance"):
                array[_index(layer, name, array, edit.channel)] *= factor


def _set_kernel(path: str, layer: Any, arrays: Arrays, edit: Edit) -> None:
    name = _kernel_name(layer)
    if name not in arrays:
        raise ModelError(f"Layer “{path}” has no kernels.")
    kernels = arrays[name]
    index = _index(layer, name, kernels, edit.channel)
    found = kernels[index]
    if not isinstance(layer, _DEPTHWISE):  # of those each channel has one kernel
        if not 0 <= edit.other < found.shape[-1]:
            raise ModelError(
                f"A channel of layer “{path}” has {found.shape[-1]} kernels, from 0: there is no "
                f"{edit.other}."
            )
        found = found[..., edit.other]
    try:
        kernel = np.array(edit.kernel, np.float32)
    except ValueError as error:
        raise ModelError("The rows of the kernel are not of one length.") from error
    wanted = found.shape if found.ndim == 2 else (1, *found.shape) if found.ndim == 1 else (1, 1)
    if kernel.shape != wanted or found.ndim > 2:
        given, expected = ("×".join(map(str, shape)) for shape in (kernel.shape, found.shape))
        raise ModelError(f"The kernels of layer “{path}” are {expected or '1×1'}, not {given}.")
    if not np.isfinite(kernel).all():
        raise ModelError("The kernel has values that are not finite numbers.")
    found[...] = kernel.reshape(found.shape)


def _index(layer: Any, name: str, array: Array, channel: int) -> tuple[Any, ...]:
    """Return where in an array the weights of a channel are; of a kernel the inputs come last."""
    if array.ndim == 1:
        return (channel,)
    if isinstance(layer, _DEPTHWISE):
        return (..., *divmod(channel, array.shape[-1]))
    if isinstance(layer, _TRANSPOSED):
        return (..., channel, slice(None))
    return (..., channel)


def _channel_count(path: str, layer: Any, arrays: Arrays) -> int:
    name = _kernel_name(layer)
    if isinstance(layer, _DEPTHWISE):
        return int(arrays[name].shape[-1] * arrays[name].shape[-2])
    if isinstance(layer, _TRANSPOSED):
        return int(arrays[name].shape[-2])
    if isinstance(layer, (*_SEPARABLE, *_LAST)):
        return int(arrays[name].shape[-1])
    if "gamma" in arrays:
        return len(arrays["gamma"])
    if isinstance(layer, _NORMALISING):
        raise ModelError(f"Layer “{path}” has no scale (gamma) for each channel to change.")
    raise ModelError(f"Layer “{path}” ({type(layer).__name__}) has no channels to change.")


def _kernel_name(layer: Any) -> str:
    return "pointwise_kernel" if isinstance(layer, _SEPARABLE) else "kernel"


def _arrays(layer: Any) -> Arrays:
    """Return copies of the arrays that edits change."""
    if getattr(layer, "quantization_mode", None) is not None:
        return {}
    if isinstance(layer, _NORMALISING):
        names: Sequence[str] = ("gamma", "beta", "moving_mean", "moving_variance")
    elif isinstance(layer, (*_DEPTHWISE, *_TRANSPOSED, *_SEPARABLE, *_LAST)):
        names = (_kernel_name(layer), "bias")
    else:
        names = ()
    found = {name: _variable(layer, name) for name in names}
    return {
        name: np.array(keras.ops.convert_to_numpy(variable), np.float32)
        for name, variable in found.items()
        if variable is not None
    }


def _variable(layer: Any, name: str) -> Any:
    return getattr(layer, name, None)
