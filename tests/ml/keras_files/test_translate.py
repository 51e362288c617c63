"""Configs as older versions of Keras wrote them, rewritten for Keras 3."""

from typing import Any

import pytest

from explorer.ml.keras_files.allowed import HARD_SIGMOID_OF_KERAS_2, find_forbidden
from explorer.ml.keras_files.translate import translate_config


def layer(kind: str, name: str, *sources: Any, **settings: Any) -> dict[str, Any]:
    """Return a layer as Keras 2 wrote it: no module, and the calls as lists."""
    entry: dict[str, Any] = {"class_name": kind, "config": {"name": name, **settings}, "name": name}
    entry["inbound_nodes"] = [[[*source, {}] for source in sources]] if sources else []
    return entry


def image(name: str = "input_1") -> dict[str, Any]:
    return layer(
        "InputLayer", name, batch_input_shape=[None, 8, 8, 3], dtype="float32", ragged=False
    )


def functional(*layers: dict[str, Any], output: str, name: str = "model") -> dict[str, Any]:
    config = {
        "name": name,
        "layers": list(layers),
        "input_layers": [["input_1", 0, 0]],
        "output_layers": [[output, 0, 0]],
    }
    return {"class_name": "Model", "config": config, "name": name}


def sequential(*layers: dict[str, Any]) -> dict[str, Any]:
    return {"class_name": "Sequential", "config": {"name": "old", "layers": list(layers)}}


def translated(entry: dict[str, Any]) -> dict[str, Any]:
    """Translate one layer, and return its settings."""
    found = translate_config(sequential(image(), entry))["config"]["layers"][1]
    assert found["module"] == "keras.layers"
    config: dict[str, Any] = found["config"]
    return config


def test_a_config_of_keras_3_stays_as_it_is() -> None:
    entry = {
        "module": "keras.layers",
        "class_name": "GRU",
        "config": {"name": "gru", "units": 2, "kernel_initializer": {}},
        "registered_name": None,
    }
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [entry]}}
    assert translate_config(config) is config


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("DepthwiseConv2D", {"groups": 1, "kernel_size": [3, 3]}, {"kernel_size": [3, 3]}),
        ("DepthwiseConv2D", {"groups": 2}, {"groups": 2}),
        ("Conv2DTranspose", {"groups": 1, "filters": 2}, {"filters": 2}),
        ("Conv2D", {"groups": 1}, {"groups": 1}),
        ("BatchNormalization", {"axis": [3], "renorm": False}, {"axis": 3}),
        ("BatchNormalizationV1", {"axis": -1, "fused": True}, {"axis": -1}),
        ("LSTM", {"time_major": False, "implementation": 2, "units": 3}, {"units": 3}),
        ("GRU", {"units": 3}, {"units": 3, "reset_after": False}),
        ("GRU", {"units": 3, "reset_after": True}, {"units": 3, "reset_after": True}),
        ("LeakyReLU", {"alpha": 0.2}, {"negative_slope": 0.2}),
        ("ThresholdedReLU", {"theta": 0.5}, {"threshold": 0.5}),
        ("RandomHeight", {"factor": 0.1, "seed": None}, {}),
        ("RandomFlip", {"mode": "horizontal", "rng_type": "stateful"}, {"mode": "horizontal"}),
        ("Dense", {"dtype": "mixed_float16"}, {"dtype": "mixed_float16"}),
        (
            "Dense",
            {"dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}}},
            {"dtype": "mixed_float16"},
        ),
        (
            "Conv2D",
            {
                "kernel_initializer": {
                    "class_name": "VarianceScaling",
                    "config": {"distribution": "normal", "dtype": "float32"},
                },
                "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.1}},
                "filters": 4,
            },
            {"filters": 4},
        ),
        ("MultiHeadAttention", {"num_heads": 2, "query_shape": [None, 4]}, {"num_heads": 2}),
    ],
)
def test_settings_that_keras_3_lacks(
    kind: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    found = translated(layer(kind, "it", **before))
    assert found == {"name": "it", **after}


def test_the_first_layer_of_a_sequential_model_had_the_shape_of_the_input() -> None:
    """Keras 3 alone takes the batch for one more axis: “Kernel shape must have the same length”."""
    conv = layer("Conv2D", "conv", filters=2, batch_input_shape=[None, 8, 8, 3])
    first, second = translate_config(sequential(conv))["config"]["layers"]
    assert first["class_name"] == "InputLayer"
    assert first["config"]["batch_shape"] == [None, 8, 8, 3]
    assert second["config"] == {"name": "conv", "filters": 2}


def test_a_sequential_model_was_a_list_of_layers() -> None:
    old = {"class_name": "Sequential", "config": [layer("Flatten", "flatten")]}
    new = translate_config(old)
    assert new["module"] == "keras"
    assert [one["class_name"] for one in new["config"]["layers"]] == ["Flatten"]


def test_the_making_of_a_nested_model_counted_as_its_first_call() -> None:
    inner = functional(image(), layer("ReLU", "relu", ["input_1", 0, 0]), output="relu", name="in")
    inner["inbound_nodes"] = [[["input_1", 0, 0, {}]], [["in", 1, 0, {}]]]
    both = layer("Add", "add", ["in", 1, 0], ["in", 2, 0])
    found = translate_config(functional(image(), inner, both, output="add"))["config"]
    nested, add = found["layers"][1:]
    assert nested["class_name"] == "Functional"
    assert nested["inbound_nodes"] == [[["input_1", 0, 0, {}]], [["in", 0, 0, {}]]]
    assert add["inbound_nodes"] == [[["in", 0, 0, {}], ["in", 1, 0, {}]]]
    assert found["input_layers"] == ["input_1", 0, 0]


def test_names_have_no_slash() -> None:
    conv, norm = layer("Conv2D", "a/conv", ["input_1", 0, 0]), layer("ReLU", "r", ["a/conv", 0, 0])
    found = translate_config(functional(image(), conv, norm, output="r"))["config"]["layers"]
    assert found[1]["name"] == found[1]["config"]["name"] == "a_conv"
    assert found[2]["inbound_nodes"] == [[["a_conv", 0, 0, {}]]]


def test_inputs_that_have_names_are_tensors() -> None:
    attention = layer("MultiHeadAttention", "mha")
    attention["inbound_nodes"] = [[["input_1", 0, 0, {"value": ["input_1", 0, 0]}]]]
    (node,) = translate_config(functional(image(), attention, output="mha"))["config"]["layers"][1][
        "inbound_nodes"
    ]
    assert [one["config"]["keras_history"] for one in node["args"]] == [["input_1", 0, 0]]
    assert node["kwargs"]["value"]["config"]["keras_history"] == ["input_1", 0, 0]


@pytest.mark.parametrize(
    ("function", "options", "kind", "settings"),
    [
        ("math.truediv", {"y": 127.5, "name": None}, "Rescaling", {"scale": 1 / 127.5}),
        ("math.subtract", {"y": 1.0}, "Rescaling", {"scale": 1, "offset": -1.0}),
        ("__operators__.add", {"y": 3}, "Rescaling", {"scale": 1, "offset": 3}),
        ("nn.bias_add", {"bias": [-1.0, -2.0, -3.0]}, "Rescaling", {"offset": [-1.0, -2.0, -3.0]}),
        ("nn.relu", {}, "Activation", {"activation": "relu"}),
        (
            "__operators__.getitem",
            {"slice_spec": [{"class_name": "__ellipsis__"},
                            {"start": None, "stop": None, "step": -1}]},
            "Flip",
            {"axis": -1},
        ),
    ],
)  # fmt: skip
def test_operations_of_tensorflow_become_layers(
    function: str, options: dict[str, Any], kind: str, settings: dict[str, Any]
) -> None:
    operation = layer("TFOpLambda", "op", function=function)
    operation["inbound_nodes"] = [["input_1", 0, 0, options]]  # which had no list around it
    config = translate_config(functional(image(), operation, output="op"))
    found = config["config"]["layers"][1]
    assert found["class_name"] == kind
    assert found["inbound_nodes"] == [[["input_1", 0, 0, {}]]]
    assert settings.items() <= found["config"].items()
    assert not find_forbidden(config)


def test_an_operation_that_no_layer_computes_is_named() -> None:
    operation = layer("TFOpLambda", "tf.image.resize", function="image.resize")
    operation["inbound_nodes"] = [["input_1", 0, 0, {"size": [2, 2]}]]
    config = translate_config(functional(image(), operation, output="tf.image.resize"))
    (part,) = find_forbidden(config)
    assert part.reason.startswith("its layer “tf.image.resize” is a TFOpLambda, which")


@pytest.mark.parametrize(("version", "keeps"), [("2.3.1", True), ("", True), ("3.1.0", False)])
def test_the_hard_sigmoid_of_keras_2_has_another_slope(version: str, keeps: bool) -> None:
    lstm = layer("LSTM", "lstm", units=2, recurrent_activation="hard_sigmoid")
    config = translate_config(sequential(image(), lstm), version)
    found = config["config"]["layers"][1]["config"]["recurrent_activation"]
    assert (found["config"] == HARD_SIGMOID_OF_KERAS_2) if keeps else found == "hard_sigmoid"
    assert not find_forbidden(config)


def test_wrapped_layers_are_translated() -> None:
    inner = {"class_name": "LSTM", "config": {"name": "lstm", "units": 2, "time_major": False}}
    found = translated(layer("Bidirectional", "both", layer=inner))["layer"]
    assert found["module"] == "keras.layers"
    assert found["config"] == {"name": "lstm", "units": 2}
