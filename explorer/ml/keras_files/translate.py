"""Configs of older Keras versions, rewritten so that Keras 3 loads them and computes the same.

What is translated, besides names of modules: settings that Keras 3 no longer has and that were at
their default; the shape of the input, which the first layer of a Sequential model used to have
itself; how a nested model's calls are counted; and TensorFlow's operations (`TFOpLambda`), where a
layer of Keras computes the same.

Initializers, regularizers and constraints are left out: they matter in training only.
"""

import copy
from typing import Any

from explorer.ml.keras_files.allowed import ALLOWED, HARD_SIGMOID_OF_KERAS_2
from explorer.ml.keras_files.tf_operations import translate_operation

_MODELS = ("Functional", "Sequential", "Model")
_RENAMED = {
    "Model": "Functional",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    # Both do nothing outside of training.
    "RandomHeight": "Identity",
    "RandomWidth": "Identity",
}
_MODULES_OF_KERAS_2 = (
    "tf_keras",
    "tensorflow",
    "keras.engine",
    "keras.src.engine",
    "keras.layers.",
)
_COMPILES = "compile_config"
_ONLY_IN_TRAINING = ("_initializer", "_regularizer", "_constraint")

# Left out whatever their value: they tell Keras 3 nothing that it does not know.
_GONE = {
    "batch_input_shape",
    "experimental_autocast",
    "input_dtype",
    "input_length",
    "input_spec",
    "implementation",
    "autocast",
    "rng_type",
}
# Left out where they have this value, at which Keras 3 does the same without them.
_GONE_AT_DEFAULT: dict[str, tuple[Any, ...]] = {
    "time_major": (False, None),
    "ragged": (False, None),
    "sparse": (False, None),
    "causal": (False,),
    "renorm": (False, None),
    "renorm_clipping": (None, {}),
    "renorm_momentum": (0.99, None),
    "fused": (True, False, None),
    "virtual_batch_size": (None,),
    "adjustment": (None,),
    "softmax_robust_masking": (False,),
    "query_shape": (),
    "key_shape": (),
    "value_shape": (),
}
_WITHOUT_GROUPS = (
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
)


def needs_translation(config: Any) -> bool:
    """Say whether a config was written by an older Keras than 3."""
    left = [config]
    while left:
        value = left.pop()
        if isinstance(value, list):
            left.extend(value)
        elif isinstance(value, dict):
            if _is_of_keras_2(value):
                return True
            left.extend(value.values())
    return False


def _is_of_keras_2(entry: dict[str, Any]) -> bool:
    module, config = entry.get("module"), entry.get("config")
    if isinstance(module, str) and module.startswith(_MODULES_OF_KERAS_2):
        return True
    if entry.get("class_name") not in ALLOWED or str(entry["class_name"]).startswith("__"):
        return False
    return isinstance(config, list) or (
        isinstance(config, dict) and ("module" not in entry or "batch_input_shape" in config)
    )


def translate_config(config: dict[str, Any], keras_version: str = "") -> dict[str, Any]:
    """Return a model's config as `keras.models.model_from_json` of Keras 3 takes it.

    A config of Keras 3 comes back as it is, except that no model in it is told how it was trained:
    Keras would look for its loss, which may be a person's own. What cannot be translated is left:
    `find_forbidden` names it.

    Parameters
    ----------
    config : dict
        {"class_name": "Functional", "config": {...}}, of any Keras from 2.0 on.
    keras_version : str
        Which wrote it, where that is known: Keras 3 writes HDF5 files much as Keras 2 does.
    """
    if not needs_translation(config):
        untrained: dict[str, Any] = _never_compiled(config)
        return untrained
    translated = _translate_layer(copy.deepcopy(config))
    if not keras_version.startswith("3"):
        _keep_hard_sigmoid(translated)
    return translated


def _never_compiled(value: Any) -> Any:
    """Return a config without what compiles models, which is itself where it has none."""
    if isinstance(value, dict):
        kept = {name: _never_compiled(one) for name, one in value.items() if name != _COMPILES}
        is_same = len(kept) == len(value) and all(kept[name] is value[name] for name in kept)
        return value if is_same else kept
    if isinstance(value, list):
        listed = [_never_compiled(one) for one in value]
        return value if all(one is old for one, old in zip(listed, value, strict=True)) else listed
    return value


def _translate_layer(layer: dict[str, Any]) -> dict[str, Any]:
    kind, config = str(layer.get("class_name")), layer.get("config")
    kind = _RENAMED.get(kind, kind)
    if kind == "Sequential" and isinstance(config, list):  # as of Keras 2.0 to 2.2
        config = {"name": layer.get("name", "sequential"), "layers": config}
    if not isinstance(config, dict):
        return layer
    if kind in _MODELS:
        config = _translate_model(kind, config)
    elif kind == "ThresholdedReLU":
        kind = "ReLU"
        config = {**_translate_settings(kind, config), "threshold": config.get("theta", 1.0)}
        config.pop("theta", None)
    elif layer.get("class_name") in ("RandomHeight", "RandomWidth"):
        config = _part(config, "name", "trainable")
    else:
        config = _translate_settings(kind, config)
    kept = _part(layer, "name", "inbound_nodes")
    if kind == "Sequential" and "build_config" in layer:
        kept["build_config"] = layer["build_config"]
    for named in (kept, config):
        if isinstance(named.get("name"), str):
            named["name"] = without_slash(named["name"])
    return {**_named(kind, layer), "config": config, **kept}


def _keep_hard_sigmoid(config: Any) -> None:
    name = HARD_SIGMOID_OF_KERAS_2
    function = {"module": None, "class_name": "function", "config": name, "registered_name": name}
    left = [config]
    while left:
        value = left.pop()
        if isinstance(value, list):
            left.extend(value)
        elif isinstance(value, dict):
            for key in ("activation", "recurrent_activation"):
                if value.get(key) == "hard_sigmoid":
                    value[key] = function
            left.extend(value.values())


def _part(entry: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: entry[key] for key in keys if key in entry}


def _named(kind: str, layer: dict[str, Any]) -> dict[str, Any]:
    """Return how Keras 3 names a class: those that it has by module, all others as they were."""
    module = layer.get("module")
    if kind == "Functional":
        module = "keras.src.models.functional"
    elif kind == "Sequential":
        module = "keras"
    elif kind in ("LayerScale", "StochasticDepth"):
        module = "keras.src.applications.convnext"
    elif kind in ALLOWED:
        module = "keras.layers"
    named = {"module": module, "class_name": kind, "registered_name": None}
    return named if module else {"class_name": kind}


def _translate_model(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    layers = config.get("layers")
    if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
        return config
    if kind == "Sequential":
        translated = [_translate_layer(layer) for layer in layers]
        if shape := _input_shape(layers):
            translated.insert(0, _input_layer(shape, layers[0]))
        kept = _part(config, "name", "build_input_shape")
        return {"name": "sequential", **kept, "layers": translated}
    translated = [_translate_layer(translate_operation(layer)) for layer in layers]
    found = {**config, "layers": translated}
    _mend_references(found)
    for key in ("input_layers", "output_layers"):
        ends = found.get(key)
        if isinstance(ends, list) and len(ends) == 1 and isinstance(ends[0], list):
            found[key] = ends[0]  # a single tensor, not a list of one
    return found


def _input_shape(layers: list[Any]) -> list[Any] | None:
    """Return the shape of the input that the first layer of a Sequential model has itself."""
    first = layers[0] if layers else {}
    config = first.get("config")
    if first.get("class_name") == "InputLayer" or not isinstance(config, dict):
        return None
    if isinstance(config.get("layers"), list):  # a nested model has an input of its own
        return None
    inner = config.get("layer")  # of a wrapper
    inner_config = inner.get("config") if isinstance(inner, dict) else None
    for one in (config, inner_config):
        shape = one.get("batch_input_shape") if isinstance(one, dict) else None
        if isinstance(shape, list):
            return shape
    return None


def _input_layer(shape: list[Any], first: dict[str, Any]) -> dict[str, Any]:
    name = f"{first['config'].get('name', 'layer')}_input"
    return {
        **_named("InputLayer", {}),
        "config": {"batch_shape": shape, "dtype": "float32", "name": name},
    }


def _translate_settings(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in config.items():
        if key.endswith(_ONLY_IN_TRAINING) or key == "activity_regularizer" or key in _GONE:
            continue
        if key in _GONE_AT_DEFAULT:
            defaults = _GONE_AT_DEFAULT[key]
            if not defaults or any(value is one or value == one for one in defaults):
                continue
        kept[key] = _translate_value(key, value)
    if kind == "InputLayer" and "batch_input_shape" in config:
        kept["batch_shape"] = config["batch_input_shape"]
    if kind in _WITHOUT_GROUPS and kept.get("groups") == 1:
        del kept["groups"]
    if kind.startswith("DepthwiseConv"):
        kept.pop("filters", None)
    axis = kept.get("axis")
    if kind == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        kept["axis"] = axis[0]
    if kind == "LeakyReLU" and "alpha" in kept:
        kept["negative_slope"] = kept.pop("alpha")
    if kind in ("GRU", "GRUCell"):  # before there was the choice
        kept.setdefault("reset_after", False)
    return kept


def _translate_value(key: str, value: Any) -> Any:
    if key == "dtype":
        return _translate_dtype(value)
    if isinstance(value, dict) and isinstance(value.get("class_name"), str):
        if value["class_name"] == "function":
            return _translate_value(key, value.get("config"))
        if isinstance(value.get("config"), dict):
            return _translate_layer(value)  # of a wrapper, or an activation that is a layer
    if isinstance(value, list):
        return [
            _translate_layer(one) if isinstance(one, dict) and "class_name" in one else one
            for one in value
        ]
    return value


def _translate_dtype(value: Any) -> Any:
    """Return a policy by its name: "mixed_float16"."""
    if isinstance(value, dict) and isinstance(value.get("config"), dict):
        value = value["config"].get("name")
    return "float32" if value in (None, "infer", "_infer") else value


def _mend_references(config: dict[str, Any]) -> None:
    """Make what layers refer to each other by what Keras 3 understands.

    Names have no slash. The making of a nested model is not counted as its first call; older
    versions counted it, or did not. Inputs that have names are tensors as well.
    """
    layers = config["layers"]
    nodes = [
        node
        for layer in layers
        for node in layer.get("inbound_nodes") or ()
        if isinstance(node, list)
    ]
    ends = _references([config.get("input_layers"), config.get("output_layers")])
    references = [*ends, *_references(nodes)]
    for reference in references:
        reference[0] = without_slash(reference[0])
    for layer in layers:
        if layer.get("class_name") not in _MODELS:
            continue
        own = [one for one in references if one[0] == layer.get("name")]
        if any(one[1] >= len(layer.get("inbound_nodes") or ()) for one in own):
            for one in own:
                one[1] -= 1
        for one in ends:  # in which Keras 3 counts otherwise
            if one[0] == layer.get("name") and layer["class_name"] == "Functional":
                one[1] += 1
    for layer in layers:
        if isinstance(layer.get("inbound_nodes"), list):
            layer["inbound_nodes"] = [_with_named_inputs(node) for node in layer["inbound_nodes"]]


def _references(value: Any) -> list[list[Any]]:
    """Return every [layer, call, output, ...] in a node or in the ends of a model."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return []
    inner = [reference for one in value for reference in _references(one)]
    return [value, *inner] if _is_reference(value) else inner


def _is_reference(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and isinstance(value[1], int)
        and isinstance(value[2], int)
    )


def _with_named_inputs(node: Any) -> Any:
    """Return a call in Keras 3's own form, where an older one has inputs among its options."""
    if not isinstance(node, list) or not all(_is_reference(one) for one in node):
        return node
    options = node[0][3] if node and len(node[0]) == 4 else {}
    if not isinstance(options, dict) or not _references(options):
        return node
    given: Any = [_tensor(one) for one in node]
    named = {key: _tensor(one) if _is_reference(one) else one for key, one in options.items()}
    return {"args": given if len(given) == 1 else [given], "kwargs": named}


def _tensor(reference: list[Any]) -> dict[str, Any]:
    # What flows there is looked up by its place; shape and type only have to be valid.
    config = {"shape": [None], "dtype": "float32", "keras_history": reference[:3]}
    return {"class_name": "__keras_tensor__", "config": config}


def without_slash(name: str) -> str:
    """Return the name of a layer as Keras 3 allows it."""
    return name.replace("/", "_")
