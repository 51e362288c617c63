"""Multiply-adds against TensorFlow's own count of each operation, and against formulas."""

import pytest

# In the child.


def build(name):
    """Build a small network; each has sizes that nothing else in it has."""
    import keras
    from keras import layers

    maps = keras.Input((11, 13, 6))
    sequence = keras.Input((9, 5))
    shared = layers.Dense(6)
    nested_input = keras.Input((None, None, 6))
    nested = keras.Model(nested_input, layers.Conv2D(7, 3, padding="same")(nested_input))
    outputs = {
        "convolution": lambda: layers.Conv2D(7, (3, 2), padding="same")(maps),
        "strided": lambda: layers.Conv2D(7, 3, strides=2)(maps),
        "dilated": lambda: layers.Conv2D(7, 3, dilation_rate=2)(maps),
        "grouped": lambda: layers.Conv2D(8, 3, groups=2, padding="same")(maps),
        "depthwise": lambda: layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2)(maps),
        "separable": lambda: layers.SeparableConv2D(7, 3, depth_multiplier=2)(maps),
        "transposed": lambda: layers.Conv2DTranspose(7, 4, strides=2, padding="same")(maps),
        "one dimension": lambda: layers.Conv1D(7, 4)(sequence),
        "three dimensions": lambda: layers.Conv3D(3, 2)(layers.Reshape((11, 13, 3, 2))(maps)),
        "dense on maps": lambda: layers.Dense(7)(maps),
        "dense": lambda: layers.Dense(7)(layers.Flatten()(maps)),
        "shared": lambda: shared(layers.MaxPooling2D(2)(shared(maps))),
        "nested": lambda: layers.Conv2D(6, 1)(nested(layers.AveragePooling2D(2)(maps))),
        "one after the other": lambda: layers.TimeDistributed(layers.Dense(7))(maps),
        "recurrent": lambda: layers.LSTM(7)(sequence),
        "both ways": lambda: layers.Bidirectional(layers.GRU(7))(sequence),
        "recurrent maps": lambda: layers.ConvLSTM2D(4, 3, padding="same")(
            layers.Reshape((2, 11, 13, 3))(maps)
        ),
        "einsum": lambda: layers.EinsumDense("abcd,def->abcef", output_shape=(11, 13, 2, 7))(maps),
        "attention": lambda: layers.MultiHeadAttention(3, 4, value_dim=5)(sequence, sequence),
    }[name]()
    given = sequence if name in SEQUENCES else maps
    return keras.Model(given, outputs)


SEQUENCES = ("one dimension", "recurrent", "both ways", "attention")


def counted(name):
    from explorer.ml.architecture.keras.network import architecture_of_network

    return architecture_of_network(build(name), (11, 13)).multiply_adds


def counted_by_tensorflow(name):
    """Count what TensorFlow says of its convolutions and matrix products, two for each."""
    import tensorflow as tf

    network = build(name)
    shape = tf.TensorSpec((1, *network.input_shape[1:]), tf.float32)
    graph = tf.function(network).get_concrete_function(shape).graph
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    options["output"] = "none"
    options["account_type_regexes"] = [".*Conv.*", ".*MatMul.*"]
    found = tf.compat.v1.profiler.profile(graph, cmd="op", options=options)
    return found.total_float_ops // 2


@pytest.mark.parametrize(
    "name",
    [
        *("convolution", "strided", "depthwise", "separable", "transposed"),
        *("one dimension", "three dimensions", "dense on maps", "dense", "shared"),
    ],
)
def test_multiply_adds_are_what_tensorflow_counts(in_child, name):
    assert in_child(counted, name) == in_child(counted_by_tensorflow, name) > 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dilated", 7 * 9 * (3 * 3 * 6) * 7),
        ("grouped", 11 * 13 * (3 * 3 * 3) * 8),
        ("nested", 5 * 6 * (3 * 3 * 6) * 7 + 5 * 6 * 7 * 6),
        ("one after the other", 11 * 13 * 6 * 7),
        ("recurrent", 9 * 4 * (5 * 7 + 7 * 7)),
        ("both ways", 2 * 9 * 3 * (5 * 7 + 7 * 7)),
        ("recurrent maps", 2 * 11 * 13 * 4 * (3 * 3 * 3 * 4 + 3 * 3 * 4 * 4)),
        ("einsum", 11 * 13 * 6 * 2 * 7),
        (
            "attention",
            9 * 5 * 3 * (4 + 4 + 5)  # queries, keys and values of three heads
            + 9 * 9 * 3 * (4 + 5)  # each looks at each
            + 9 * 3 * 5 * 5,  # and back to what came in
        ),
    ],
)
def test_multiply_adds_are_what_the_formula_of_the_layer_says(in_child, name, expected):
    assert in_child(counted, name) == expected


def counted_in_convnext():
    import keras

    from explorer.ml.architecture.keras.network import architecture_of_network

    network = keras.applications.ConvNeXtTiny(
        weights=None, include_top=False, input_shape=(224, 224, 3)
    )
    return architecture_of_network(network, (224, 224)).multiply_adds


def test_convnext_computes_as_much_as_its_paper_says(in_child):
    """Most of it are dense layers on maps: 4.5 billion, Liu et al. 2022, table 1."""
    assert round(in_child(counted_in_convnext) / 1e9, 1) == 4.5
