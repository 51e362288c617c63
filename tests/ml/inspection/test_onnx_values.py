"""The arithmetic of values in ONNX models against ONNX Runtime; without TensorFlow."""

from functools import lru_cache

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from explorer.core.models.model_use import ModelUse
from explorer.core.models.preparation import Preparation
from explorer.ml.inspection.requests import explain_layer_value
from explorer.ml.models.onnx.model import OnnxAdapter

SIZE = (12, 10)
RANDOM = np.random.default_rng(4)


def arrays():
    shapes = {
        "w1": (6, 3, 3, 3),
        "b1": (6,),
        "w2": (6, 1, 3, 3),
        "w3": (4, 3, 1, 1),
        "w4": (4, 5, 2, 2),
        "offset": (1, 5, 1, 1),
        "matrix": (3, 5),
        "b5": (3,),
        "gamma": (6,),
        "beta": (6,),
        "mean": (6,),
    }
    found = {name: RANDOM.normal(size=shape) for name, shape in shapes.items()}
    found |= {"variance": RANDOM.uniform(0.5, 2, 6), "zero": np.array(0.0), "six": np.array(6.0)}
    return [numpy_helper.from_array(one.astype(np.float32), name) for name, one in found.items()]


def node(kind, inputs, name, **settings):
    return helper.make_node(kind, inputs.split(), [name], name=name, **settings)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    nodes = [
        node("Conv", "x w1 b1", "conv", pads=[1, 0, 1, 1], strides=[2, 1], kernel_shape=[3, 3]),
        node("BatchNormalization", "conv gamma beta mean variance", "norm", epsilon=0.01),
        node("Clip", "norm zero six", "clip"),
        node("Conv", "clip w2", "deep", group=6, auto_pad="SAME_UPPER", kernel_shape=[3, 3]),
        node("Conv", "deep w3", "grouped", group=2, kernel_shape=[1, 1]),
        node("MaxPool", "grouped", "pool", kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 1]),
        node("ConvTranspose", "pool w4", "wide", strides=[2, 2], kernel_shape=[2, 2]),
        node("AveragePool", "wide", "mean_pool", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("Add", "mean_pool offset", "shifted"),
        node("LeakyRelu", "shifted", "leaky", alpha=0.2),
        node("Add", "leaky wide_part", "sum"),
        node("GlobalAveragePool", "sum", "global"),
        node("Flatten", "global", "flat"),
        node("Gemm", "flat matrix b5", "scores", transB=1),
        node("Softmax", "scores", "shares"),
    ]
    nodes.insert(10, node("Tanh", "mean_pool", "wide_part"))
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, *SIZE])],
        [helper.make_tensor_value_info("shares", TensorProto.FLOAT, [1, 3])],
        arrays(),
    )
    path = tmp_path_factory.mktemp("onnx") / "small.onnx"
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return path


@lru_cache(maxsize=1)
def opened(path):
    return OnnxAdapter(path, None)


LAYERS = (
    *("x", "conv", "norm", "clip", "deep", "grouped", "pool", "wide", "mean_pool", "shifted"),
    *("leaky", "wide_part", "sum", "global", "flat", "scores", "shares"),
)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_value_of_an_operation_comes_about(model, layer):
    inputs = np.random.default_rng(2).normal(size=(1, *SIZE, 3)).astype(np.float32)
    use = ModelUse(model, Preparation(SIZE), 3)
    maps = opened(model).feature_maps(layer, inputs).maps
    places = list(np.ndindex(maps.shape))
    for place in places[:: max(1, len(places) // 40)]:
        spot = (0,) * (3 - len(place)) + place
        found = explain_layer_value(opened(model), use, layer, spot, inputs)
        assert found.how != "none", found.note
        assert found.framework == maps[place]
        assert found.result == pytest.approx(maps[place], rel=1e-4, abs=1e-5)


def test_what_follows_a_convolution_is_told(model):
    inputs = np.ones((1, *SIZE, 3), np.float32)
    use = ModelUse(model, Preparation(SIZE), 3)
    found = explain_layer_value(opened(model), use, "conv", (1, 2, 3), inputs)
    assert [one.layer for one in found.continued] == ["norm", "clip"]
