"""The Filter page's steps are the layers of the same names: compared with Keras's own."""

import numpy as np
import pytest

from explorer.core.convolution.geometry import Geometry
from explorer.core.filters.pipeline import Pipeline, apply_operation, dense_weights, softmax
from explorer.core.filters.steps import Convolution, Dense, Pooling, Relu, Step
from explorer.core.kernels.kernel import Filter, Kernel

# (kernel, stride, dilation); TensorFlow has no layer that strides and dilates at once.
CONVOLUTIONS = [
    ((1, 1), (1, 1), (1, 1)),
    ((3, 3), (1, 1), (1, 1)),
    ((3, 3), (2, 2), (1, 1)),
    ((4, 2), (3, 1), (1, 1)),
    ((8, 8), (2, 3), (1, 1)),
    ((15, 11), (4, 4), (1, 1)),
    ((3, 3), (1, 1), (2, 2)),
    ((2, 5), (1, 1), (4, 3)),
    ((3, 4), (1, 1), (9, 7)),
]
POOLINGS = [
    (kind, size, stride)
    for kind in ("max", "average")
    for size, stride in (
        ((2, 2), (2, 2)),
        ((3, 3), (2, 2)),
        ((3, 2), (1, 4)),
        ((16, 16), (5, 5)),
        ((1, 1), (3, 2)),
    )
]


def make_planes(height=37, width=41, channels=3):
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.random.default_rng(1).uniform(-255, 255, shape).astype(np.float32)


# In the child. Every channel is a picture of one channel, as a kernel meets them.


def run_layers(planes, layers):
    """Run pictures through (class name, arguments, weights) one after the other."""
    import keras

    values = np.moveaxis(np.atleast_3d(planes), 2, 0)[..., None]
    for name, arguments, weights in layers:
        layer = getattr(keras.layers, name)(**arguments)
        layer.build(values.shape)
        layer.set_weights(weights)
        values = np.asarray(layer(values))
    return values


def run_dense(planes, weights):
    """Flatten a picture, then one fully connected layer; return scores and probabilities."""
    import keras

    values = keras.layers.Flatten()(planes[None] / 255)
    layer = keras.layers.Dense(len(weights), use_bias=False)
    layer.build(values.shape)
    layer.set_weights([weights.reshape(len(weights), -1).T])
    scores = layer(values)
    return np.asarray(scores)[0], np.asarray(keras.layers.Softmax()(scores))[0]


# Here.


def as_picture(values):
    """Put the channels last again."""
    return np.moveaxis(values[..., 0], 0, 2)


def keras_weights(weights, offset):
    return [weights.astype(np.float32)[..., None, None], np.array([offset], np.float32)]


@pytest.mark.parametrize(("shape", "stride", "dilation"), CONVOLUTIONS)
def test_a_valid_correlation_is_keras_conv2d(in_child, shape, stride, dilation):
    planes, weights = make_planes(), np.random.default_rng(2).normal(size=shape)
    layer = (
        "Conv2D",
        {"filters": 1, "kernel_size": shape, "strides": stride, "dilation_rate": dilation},
        keras_weights(weights, 12.5),
    )
    expected = as_picture(in_child(run_layers, planes, [layer]))
    geometry = Geometry("valid", stride=stride, dilation=dilation, is_correlation=True)
    chosen = Filter("any", (Kernel("any", weights),), "")
    response = apply_operation(planes, Convolution(chosen, geometry, offset=12.5))
    assert response.shape == expected.shape
    # Keras, too, adds up in float32.
    tolerance = 2 * 255e-6 * np.abs(weights).sum() + 1e-5
    np.testing.assert_allclose(response, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("kind", "size", "stride"), POOLINGS)
def test_pooling_is_keras_pooling(in_child, kind, size, stride):
    planes = make_planes()
    name = {"max": "MaxPooling2D", "average": "AveragePooling2D"}[kind]
    layer = (name, {"pool_size": size, "strides": stride}, [])
    expected = as_picture(in_child(run_layers, planes, [layer]))
    result = apply_operation(planes, Pooling(kind, size, stride))
    assert result.shape == expected.shape
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-3 if kind == "average" else 0)


def test_a_small_network_built_by_hand_is_keras_network(in_child):
    planes = make_planes(channels=1)
    generator = np.random.default_rng(3)
    first, second = generator.normal(size=(3, 3)), generator.normal(size=(5, 5))
    expected = in_child(
        run_layers,
        planes,
        [
            ("Conv2D", {"filters": 1, "kernel_size": (3, 3)}, keras_weights(first, -20)),
            ("ReLU", {}, []),
            ("MaxPooling2D", {}, []),
            ("Conv2D", {"filters": 1, "kernel_size": (5, 5)}, keras_weights(second, 0)),
            ("ReLU", {}, []),
            ("AveragePooling2D", {"pool_size": 3, "strides": 1}, []),
        ],
    )
    geometry = Geometry("valid", is_correlation=True)
    steps = [
        Convolution(Filter("one", (Kernel("one", first),), ""), geometry, offset=-20),
        Relu(),
        Pooling(),
        Convolution(Filter("two", (Kernel("two", second),), ""), geometry),
        Relu(),
        Pooling("average", (3, 3), (1, 1)),
    ]
    outputs = Pipeline().run(planes, [Step(step) for step in steps])
    scale = float(np.abs(expected).max())
    np.testing.assert_allclose(outputs[-1], expected[0, ..., 0], rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_fully_connected_step_is_keras_dense_and_softmax(in_child, channels):
    planes, dense = make_planes(channels=channels), Dense()
    scores, probabilities = in_child(run_dense, planes, dense_weights(dense, planes.shape))
    ours = apply_operation(planes, dense)
    np.testing.assert_allclose(ours, scores, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(softmax(ours), probabilities, rtol=1e-4)
