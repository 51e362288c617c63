"""What is told of a layer's settings."""

from collections.abc import Iterable, Mapping
from typing import Any

from explorer.core.layers.layers import LayerInfo
from explorer.ml.architecture.keras.use import is_whole

_PASS_ON = {"Flatten", "Reshape", "Dropout", "Identity", "Squeeze", "Cast", "Permute"}
_MEANS = {f"{word}AveragePooling{n}D" for word in ("", "Global") for n in (1, 2, 3)}
"""Means of probabilities are probabilities, and means of logits are logits."""


_ACTIVATIONS = {
    **{kind: kind.lower() for kind in ("Softmax", "Sigmoid", "ReLU", "Relu", "Tanh", "ELU", "Elu")},
    **dict.fromkeys(("LeakyReLU", "LeakyRelu", "PReLU"), "leaky_relu"),
    **{"LogSoftmax": "log_softmax", "HardSigmoid": "hard_sigmoid", "Softplus": "softplus"},
}


def activation_of(kind: str, config: Mapping[str, Any]) -> str:
    """Return what a layer does last to its values, such as "softmax"; empty where nothing."""
    found = config.get("activation")
    if isinstance(found, dict):
        inner = found.get("config")
        found = inner if isinstance(inner, str) else found.get("class_name")
    if isinstance(found, str):
        return found
    if kind in _ACTIVATIONS:
        return _ACTIVATIONS[kind]
    return "linear" if kind == "BatchNormalization" else ""


_KEEP_VALUES = ("Resizing", "CenterCrop", "Identity")
"""Layers before which a picture may be scaled, and after which too."""


def passes_values_on(kind: str) -> bool:
    """Return whether a layer returns what it takes, or means of it."""
    return kind in _PASS_ON or kind in _MEANS


def describe_settings(kind: str, config: Mapping[str, Any]) -> str:
    """Return the settings that matter to a reader: "32 filters of 3×3, relu"."""
    parts = []
    kernel, pool = sizes(config.get("kernel_size")), sizes(config.get("pool_size"))
    if is_whole(config.get("filters")) and kernel:
        parts.append(f"{config['filters']} filters of {'×'.join(map(str, kernel))}")
    elif kernel:
        parts.append("×".join(map(str, kernel)))
    if is_whole(config.get("units")):
        parts.append(f"{config['units']} units")
    if pool:
        parts.append("×".join(map(str, pool)))
    strides = sizes(config.get("strides"))
    if strides and strides != pool and set(strides) != {1}:
        parts.append(f"stride {'×'.join(map(str, dict.fromkeys(strides)))}")
    rate = config.get("rate")
    if isinstance(rate, (int, float)) and "Dropout" in kind:
        parts.append(f"{rate * 100:.0f} % dropout in training")
    activation = activation_of("", config)
    if activation not in ("", "linear"):
        parts.append(activation)
    return ", ".join(parts)


def sizes(found: Any) -> tuple[int, ...]:
    """Return a kernel's size or strides of a config; empty where it has none."""
    if isinstance(found, (list, tuple)) and found and all(map(is_whole, found)):
        return tuple(found)
    return (found,) if is_whole(found) else ()


def scaling_inside(
    layers: Iterable[LayerInfo], configs: Mapping[str, tuple[str, Mapping[str, Any]]]
) -> str:
    """Say what the first layers do to the range of values; empty where they do nothing.

    Parameters
    ----------
    layers : iterable of LayerInfo
    configs : mapping of str to (str, mapping)
        Kind and settings of each layer, by its path.
    """
    found: list[str] = []
    last, low, high = "", 0.0, 255.0
    for layer in layers:
        kind, config = configs.get(layer.name, ("", {}))
        if kind == "InputLayer":
            if last:
                break  # there are several inputs
            last = layer.name
            continue
        if last and layer.sources != (last,):
            break
        if kind == "Rescaling":
            scale, offset = config.get("scale"), config.get("offset", 0.0)
            if not isinstance(scale, (int, float)) or not isinstance(offset, (int, float)):
                found.append("Rescaling of each channel")
            else:
                low, high = low * scale + offset, high * scale + offset
                if found and found[-1].startswith("Rescaling to"):  # x / 127.5 - 1 is two layers
                    found.pop()
                found.append(f"Rescaling to {low:.3g}–{high:.3g}".replace("-", "−"))
        elif kind == "Normalization":
            found.append("Normalization by its own mean and deviation")
        elif kind == "Flip":
            found.append("Reversing the channels")
        elif not kind.startswith("Random") and kind not in _KEEP_VALUES:
            break
        last = layer.name
    return ", then ".join(found)
