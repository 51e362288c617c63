"""The arithmetic of a value against Keras, for every kind of layer, at every place."""

import numpy as np
import pytest

from explorer.core.layers.arithmetic import MOST_PARTS

# In the child.


def build(name):
    """Return a layer and the shapes of what it takes, without the batch."""
    from keras import layers

    return {
        "convolution": lambda: (layers.Conv2D(3, (3, 2), activation="relu"), [(6, 5, 4)]),
        "same, strided": lambda: (
            layers.Conv2D(3, 4, strides=(2, 3), padding="same", use_bias=False),
            [(7, 8, 2)],
        ),
        "dilated": lambda: (layers.Conv2D(2, 3, dilation_rate=2, padding="same"), [(7, 6, 2)]),
        "grouped": lambda: (layers.Conv2D(4, 3, groups=2, activation="gelu"), [(5, 5, 6)]),
        "softmax of maps": lambda: (layers.Conv2D(3, 1, activation="softmax"), [(3, 3, 2)]),
        "many channels": lambda: (layers.Conv2D(2, 3), [(3, 3, 700)]),
        "depthwise": lambda: (
            layers.DepthwiseConv2D(3, depth_multiplier=2, strides=2, padding="same"),
            [(6, 7, 3)],
        ),
        "separable": lambda: (
            layers.SeparableConv2D(3, 3, depth_multiplier=2, activation="silu"),
            [(5, 5, 2)],
        ),
        "transposed, same": lambda: (
            layers.Conv2DTranspose(2, 3, strides=2, padding="same"),
            [(3, 4, 2)],
        ),
        "transposed, valid": lambda: (
            layers.Conv2DTranspose(2, (2, 5), strides=(3, 2), activation="tanh"),
            [(3, 3, 2)],
        ),
        "one dimension": lambda: (layers.Conv1D(3, 4, strides=2), [(9, 2)]),
        "causal": lambda: (layers.Conv1D(3, 3, dilation_rate=2, padding="causal"), [(8, 2)]),
        "separable in one dimension": lambda: (layers.SeparableConv1D(3, 3), [(8, 2)]),
        "transposed in one dimension": lambda: (
            layers.Conv1DTranspose(2, 3, strides=2, padding="same"),
            [(5, 2)],
        ),
        "max pooling": lambda: (
            layers.MaxPooling2D((3, 2), strides=2, padding="same"),
            [(6, 5, 2)],
        ),
        "average pooling": lambda: (layers.AveragePooling2D(3, padding="same"), [(7, 5, 2)]),
        "pooling in one dimension": lambda: (layers.AveragePooling1D(2), [(7, 2)]),
        "global average": lambda: (layers.GlobalAveragePooling2D(), [(5, 4, 3)]),
        "global maximum": lambda: (layers.GlobalMaxPooling2D(keepdims=True), [(5, 4, 3)]),
        "dense": lambda: (layers.Dense(4, activation="sigmoid"), [(9,)]),
        "wide dense": lambda: (layers.Dense(2, activation="softmax"), [(2000,)]),
        "dense on maps": lambda: (layers.Dense(4, activation="hard_sigmoid"), [(3, 2, 5)]),
        "add": lambda: (layers.Add(), [(3, 2, 2)] * 3),
        "subtract": lambda: (layers.Subtract(), [(3, 2, 2)] * 2),
        "multiply, broadcast": lambda: (layers.Multiply(), [(3, 2, 2), (1, 1, 2)]),
        "average": lambda: (layers.Average(), [(4,)] * 3),
        "maximum": lambda: (layers.Maximum(), [(4,)] * 3),
        "concatenate": lambda: (layers.Concatenate(), [(3, 2, 2), (3, 2, 4)]),
        "concatenate rows": lambda: (layers.Concatenate(axis=1), [(3, 2, 2), (4, 2, 2)]),
        "batch normalisation": lambda: (layers.BatchNormalization(), [(3, 2, 4)]),
        "batch normalisation without scale": lambda: (
            layers.BatchNormalization(scale=False),
            [(5,)],
        ),
        "layer normalisation": lambda: (layers.LayerNormalization(), [(3, 2, 4)]),
        "group normalisation": lambda: (layers.GroupNormalization(2), [(3, 2, 4)]),
        "relu up to 6": lambda: (layers.ReLU(max_value=1.5, negative_slope=0.1), [(3, 2, 4)]),
        "leaky relu": lambda: (layers.LeakyReLU(), [(3, 2, 4)]),
        "learned slope": lambda: (layers.PReLU(shared_axes=[1, 2]), [(3, 2, 4)]),
        "elu": lambda: (layers.ELU(0.7), [(6,)]),
        "activation": lambda: (layers.Activation("mish"), [(3, 2, 4)]),
        "softmax": lambda: (layers.Softmax(), [(6,)]),
        "rescaling": lambda: (layers.Rescaling(1 / 127.5, offset=-1), [(3, 2, 3)]),
        "flatten": lambda: (layers.Flatten(), [(3, 2, 4)]),
        "reshape": lambda: (layers.Reshape((4, 3, 2)), [(3, 2, 4)]),
        "permute": lambda: (layers.Permute((2, 3, 1)), [(3, 2, 4)]),
        "zero padding": lambda: (layers.ZeroPadding2D(((1, 2), (3, 0))), [(3, 2, 2)]),
        "cropping": lambda: (layers.Cropping2D(((1, 0), (0, 1))), [(4, 3, 2)]),
        "upsampling": lambda: (layers.UpSampling2D((2, 3)), [(3, 2, 2)]),
        "dropout": lambda: (layers.Dropout(0.5), [(3, 2, 2)]),
        "smooth upsampling": lambda: (
            layers.UpSampling2D(2, interpolation="bilinear"),
            [(3, 2, 2)],
        ),
        "recurrent": lambda: (layers.LSTM(3), [(4, 2)]),
    }[name]()


def explained(name):
    """Explain every value of a layer for one random input."""
    import keras

    from explorer.core.layers.layers import LayerInfo
    from explorer.ml.inspection.value import explain_value
    from explorer.ml.models.layer_run import LayerRun

    layer, shapes = build(name)
    random = np.random.default_rng(5)
    inputs = [random.normal(size=(1, *shape)).astype(np.float32) for shape in shapes]
    given = inputs if len(inputs) > 1 else inputs[0]
    layer(given)
    for variable in layer.weights:
        values = random.normal(size=variable.shape)
        variable.assign(np.abs(values) if variable.name == "moving_variance" else values)
    output = keras.ops.convert_to_numpy(layer(given, training=False))[0]
    weights = {one.name: keras.ops.convert_to_numpy(one) for one in layer.weights}
    inputs_of_one = tuple(one[0] for one in inputs)
    kind = type(layer).__name__
    run = LayerRun(kind, layer.get_config(), weights, inputs_of_one, output)
    info = LayerInfo("layer", kind, output.shape, 0)
    found = {}
    for index in np.ndindex(output.shape):
        place = (0,) * (3 - len(index)) + index
        found[index] = explain_value(info, run, *place)
    return output, found


EXPLAINED = (
    *("convolution", "same, strided", "dilated", "grouped", "softmax of maps", "many channels"),
    *("depthwise", "separable", "transposed, same", "transposed, valid", "one dimension"),
    *("causal", "separable in one dimension", "transposed in one dimension", "max pooling"),
    *("average pooling", "pooling in one dimension", "global average", "global maximum", "dense"),
    *("wide dense", "dense on maps", "add", "subtract", "multiply, broadcast", "average"),
    *("maximum", "concatenate", "concatenate rows", "batch normalisation"),
    *("batch normalisation without scale", "layer normalisation", "group normalisation"),
    *("relu up to 6", "leaky relu", "learned slope", "elu", "activation", "softmax", "rescaling"),
    *("flatten", "reshape", "permute", "zero padding", "cropping", "upsampling", "dropout"),
)


@pytest.mark.parametrize("name", EXPLAINED)
def test_every_value_is_the_frameworks(in_child, name):
    output, found = in_child(explained, name)
    results = np.array([one.result for one in found.values()]).reshape(output.shape)
    frameworks = np.array([one.framework for one in found.values()]).reshape(output.shape)
    np.testing.assert_array_equal(frameworks, output)
    np.testing.assert_allclose(results, output, rtol=1e-5, atol=1e-5 * np.abs(output).max())
    for one in found.values():  # what is shown leads to the result
        assert one.how != "none", one.note
        assert len(one.names) == len(one.values)
        if one.how == "sum":
            assert one.sums.sum() + one.rest == pytest.approx(one.total, abs=1e-9)
        number = one.total
        for step in one.steps:
            match step.operation:
                case "add":
                    number += step.operand
                case "subtract":
                    number -= step.operand
                case "multiply":
                    number *= step.operand
                case "divide":
                    number /= step.operand
                case "apply":
                    number = step.result
            assert number == pytest.approx(step.result, rel=1e-9, abs=1e-12)
        assert number == one.result


@pytest.mark.parametrize("name", ["many channels", "wide dense"])
def test_of_a_long_sum_the_largest_parts_are_listed(in_child, name):
    _, found = in_child(explained, name)
    one = next(iter(found.values()))
    assert len(one.names) == MOST_PARTS
    assert one.rest_count in (700 - MOST_PARTS, 2000 - MOST_PARTS)
    assert np.abs(one.sums).min() > 0


def test_the_maximum_and_the_padding_are_pointed_out(in_child):
    _, found = in_child(explained, "max pooling")
    one = found[0, 0, 1]
    assert one.values.ravel()[one.chosen] == one.total == one.values.max()
    _, found = in_child(explained, "same, strided")
    corner = found[0, 0, 0]
    assert not corner.inside[0].any()  # above the maps
    assert not corner.values[:, ~corner.inside].any()
    assert corner.input_rows[0] == -1


def test_a_softmax_comes_with_all_scores(in_child):
    output, found = in_child(explained, "wide dense")
    scores = found[(0,)].scores
    powers = np.exp(scores - scores.max())
    np.testing.assert_allclose(powers / powers.sum(), output, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("smooth upsampling", "it interpolates (bilinear)"), ("recurrent", "of the kind LSTM")],
)
def test_what_is_not_written_out_is_said(in_child, name, reason):
    _, found = in_child(explained, name)
    one = next(iter(found.values()))
    assert one.how == "none"
    assert one.framework != 0
    assert reason in one.note
    assert "“layer”" in one.note
