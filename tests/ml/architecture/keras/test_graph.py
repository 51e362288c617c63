"""What is read out of a Keras config against what Keras itself says of the network."""

import copy
import json
import random
import sys

import numpy as np
import pytest

from explorer.errors import ModelError
from explorer.ml.architecture.keras import graph as keras_graph
from explorer.ml.architecture.keras.graph import architecture_of

SIZE = (24, 20)
PICTURE = (96, 80)

# In the child.


def build(name):
    """Build a small network, each of layers that the others do not have."""
    import keras
    from keras import layers, ops

    maps = keras.Input((24, 20, 6), name="picture")
    steps = keras.Input((9, 5), name="steps")
    volume = keras.Input((6, 8, 9, 2), name="volume")
    first = keras.Input((3, 24, 20), name="first")
    words = keras.Input((9,), name="words")
    inner_input = keras.Input((None, None, 6))
    inner = keras.Model(inner_input, layers.Conv2D(6, 3, padding="same")(inner_input), name="inner")
    stem = keras.Sequential([layers.Conv2D(6, 3), layers.ReLU()], name="stem")
    tower = keras.Sequential([layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(3)], name="tower")
    chain = {
        "sliding": lambda: [
            layers.ZeroPadding2D(((1, 2), (0, 3))),
            layers.SeparableConv2D(7, 3, depth_multiplier=2, strides=2, padding="same"),
            layers.DepthwiseConv2D((3, 2), depth_multiplier=2, dilation_rate=2, padding="same"),
            layers.Conv2DTranspose(4, 3, strides=3, padding="same", output_padding=1),
            layers.Conv2DTranspose(4, 3, strides=2),
            layers.Cropping2D(((1, 0), (2, 3))),
            layers.UpSampling2D((2, 1), interpolation="bilinear"),
            layers.Conv2D(8, 3, groups=2, strides=(2, 1), use_bias=False),
            layers.AveragePooling2D(3, 2, "same"),
            layers.AdaptiveAveragePooling2D(4),
            layers.Resizing(5, 6),
            layers.CenterCrop(4, 3),
            layers.MaxPooling2D((3, 2)),
        ],
        "normalising": lambda: [
            layers.RandomFlip(),
            layers.Rescaling(1 / 127.5, -1),
            layers.Normalization(),
            layers.BatchNormalization(scale=False),
            layers.LayerNormalization(axis=[1, 2, 3]),
            layers.GroupNormalization(3),
            layers.RMSNormalization(),
            layers.UnitNormalization(),
            layers.PReLU(shared_axes=[1, 2]),
            layers.SpectralNormalization(layers.Conv2D(4, 3)),
            layers.SpatialDropout2D(0.1),
            layers.EinsumDense("abcd,de->abce", output_shape=(None, None, 7), bias_axes="e"),
            layers.Dense(3, activation="softmax"),
        ],
        "reshaping": lambda: [
            layers.Permute((2, 1, 3)),
            layers.Reshape((10, -1, 6)),
            layers.Flatten(),
            layers.Dense(4),
            layers.RepeatVector(3),
            layers.Bidirectional(layers.GRU(5, return_sequences=True)),
            layers.LSTM(4),
        ],
    }
    functional = {
        "volume": lambda: (
            volume,
            layers.GlobalMaxPooling3D()(layers.Conv3DTranspose(2, 2)(layers.Conv3D(3, 2)(volume))),
        ),
        "recurrent": lambda: (
            steps,
            [
                layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)])(steps),
                layers.Bidirectional(layers.SimpleRNN(3), merge_mode="sum")(steps),
                layers.Conv1DTranspose(3, 3, strides=2)(
                    layers.Conv1D(4, 3, padding="causal")(steps)
                ),
            ],
        ),
        "recurrent maps": lambda: (
            volume,
            [
                layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True)(volume),
                layers.TimeDistributed(layers.Conv2D(4, 3))(volume),
                layers.TimeDistributed(tower)(volume),
            ],
        ),
        "attention": lambda: (
            steps,
            [
                layers.MultiHeadAttention(3, 4, value_dim=5)(steps, steps),
                layers.EinsumDense("...c,cd->...d", output_shape=7, bias_axes="d")(steps),
                layers.GroupQueryAttention(4, 6, 2)(steps, steps),
                layers.AdditiveAttention()(
                    [layers.Attention(use_scale=True)([steps, steps]), steps]
                ),
            ],
        ),
        "words": lambda: (words, layers.Conv1D(4, 3)(layers.Embedding(50, 8)(words))),
        "merging": lambda: (
            [maps, steps],
            [
                layers.Concatenate(axis=1)([maps, layers.Maximum()([maps, maps])]),
                layers.Multiply()([maps, layers.GlobalAveragePooling2D(keepdims=True)(maps)]),
                layers.Dot(axes=2)([steps, layers.Average()([steps, steps])]),
            ],
        ),
        "operations": lambda: (
            maps,
            [
                ops.reshape(
                    ops.mean(maps * 2 + 1, axis=(1, 2), keepdims=True) + maps, (-1, 480, 6)
                ),
                ops.transpose(
                    ops.pad(maps[:, ::2, 1:-1], [[0, 0], [1, 1], [0, 2], [0, 0]]), (0, 2, 1, 3)
                ),
                ops.concatenate(
                    [ops.split(maps, 3, axis=-1)[0], ops.expand_dims(maps[..., 1], -1)], -1
                ),
                ops.squeeze(
                    ops.image.resize(ops.stack([maps[..., 0]] * 2, -1), (12, 10))[..., :1], -1
                ),
                ops.matmul(ops.swapaxes(maps, 2, 3), maps),
                ops.max_pool(ops.conv(maps, np.ones((3, 3, 6, 4), "float32"), padding="same"), 2),
            ],
        ),
        "channels first": lambda: (
            first,
            layers.GlobalAveragePooling2D(data_format="channels_first")(
                layers.BatchNormalization(axis=1)(
                    layers.Conv2D(5, 3, strides=2, data_format="channels_first")(first)
                )
            ),
        ),
        "nested": lambda: (
            maps,
            layers.Dense(2)(layers.GlobalAveragePooling2D()(inner(stem(inner(maps))))),
        ),
    }
    if name in chain:
        return keras.Sequential([maps, *chain[name]()])
    return keras.Model(*functional[name]())


KINDS = (
    *("sliding", "normalising", "reshaping", "volume", "recurrent", "recurrent maps", "attention"),
    *("words", "merging", "operations", "channels first", "nested"),
)


def described_by_keras(name):
    """Return the config, and by path shape and parameters of each layer used once."""
    import keras

    network = build(name)
    found = {}

    def list_layers(model, path):
        for operation in [*model.layers, *getattr(model, "operations", ())]:
            name = f"{path}{operation.name}"
            if isinstance(operation, keras.Model):
                list_layers(operation, f"{name}/")
            elif not isinstance(operation, keras.layers.InputLayer):
                outputs = operation._inbound_nodes[0].output_tensors
                shape = outputs[0].shape[1:]  # of several arrays, the first
                count = operation.count_params() if hasattr(operation, "count_params") else 0
                found[name] = (tuple(shape), count)

    list_layers(network, "")
    return json.loads(network.to_json()), found


@pytest.mark.parametrize("name", KINDS)
def test_shapes_and_parameters_are_those_of_keras(in_child, name):
    config, expected = in_child(described_by_keras, name)
    layers = {layer.name: layer for layer in architecture_of(config, SIZE).layers}
    assert expected
    for path, (shape, parameters) in expected.items():
        layer = layers[path]
        if layer.is_channels_first and len(shape) == 3:
            shape = (*shape[1:], shape[0])
        assert layer.parameters == parameters, path
        if None not in shape:  # the inner model was built without a size
            assert layer.output_shape == shape, path
        assert layer.multiply_adds is not None, path
    assert "keras" not in sys.modules


def depends(name):
    """Return the rows and columns of the picture that values of a network depend on, by gradients.

    All weights are 1 and nothing is cut off by a ReLU, so that no gradient vanishes by chance.
    """
    import keras
    import tensorflow as tf

    network = FIELDS[name](keras)
    for variable in network.weights:
        variable.assign(keras.ops.ones(variable.shape))
    picture = tf.Variable(np.random.default_rng(0).random((1, *PICTURE, 2), np.float32))
    boxes = {}
    with tf.GradientTape(persistent=True) as tape:
        maps = network(picture)
        middle = (maps.shape[1] // 2, maps.shape[2] // 2)
        places = [(middle[0] + step, middle[1] + step) for step in range(-3, 4)]
        places = [(0, 0), *places, (maps.shape[1] - 1, maps.shape[2] - 1)]
        values = {place: tf.reduce_sum(maps[0, place[0], place[1]]) for place in places}
    for place, value in values.items():
        gradient = np.abs(tape.gradient(value, picture)[0]).sum(axis=-1)
        rows, columns = (np.flatnonzero(gradient.any(axis=axis)) for axis in (1, 0))
        boxes[place] = [(int(one[0]), int(one[-1])) for one in (rows, columns)]
    return json.loads(network.to_json()), boxes


def _chain(*names):
    def build(keras):
        layers = keras.layers
        made = {
            "conv": lambda: layers.Conv2D(2, 3),
            "same 2": lambda: layers.Conv2D(2, 3, strides=2, padding="same"),
            "even": lambda: layers.Conv2D(2, 4, strides=2, padding="same"),
            "dilated": lambda: layers.Conv2D(2, 3, dilation_rate=3, padding="same"),
            "depthwise": lambda: layers.DepthwiseConv2D((5, 3), padding="same"),
            "separable": lambda: layers.SeparableConv2D(2, 3, strides=2),
            "pool": lambda: layers.AveragePooling2D(3, 2, "same"),
            "up": lambda: layers.UpSampling2D(2),
            "bilinear": lambda: layers.UpSampling2D(2, interpolation="bilinear"),
            "transposed": lambda: layers.Conv2DTranspose(2, 3, strides=2, padding="same"),
            "transposed 4": lambda: layers.Conv2DTranspose(2, 4, strides=2),
            "pad": lambda: layers.ZeroPadding2D(((2, 1), (0, 3))),
            "crop": lambda: layers.Cropping2D(((3, 1), (2, 0))),
            "resize": lambda: layers.Resizing(60, 64),
        }
        return keras.Sequential([keras.Input((*PICTURE, 2)), *(made[name]() for name in names)])

    return build


def _branches(keras):
    layers = keras.layers
    picture = keras.Input((*PICTURE, 2))
    near = layers.Conv2D(2, 3, strides=2, padding="same")(picture)
    far = layers.Conv2D(2, 3, padding="same", dilation_rate=4)(near)
    joined = layers.Concatenate()(
        [near, far, layers.Conv2D(2, 5, strides=2, padding="same")(picture)]
    )
    back = layers.Conv2DTranspose(2, 4, strides=2, padding="same")(joined)
    return keras.Model(picture, layers.Add()([back, picture]))


FIELDS = {
    "strided": _chain("conv", "same 2", "depthwise", "pool"),
    "even": _chain("even", "even", "separable", "dilated"),
    "shifted": _chain("pad", "same 2", "crop", "conv"),
    "enlarged": _chain("same 2", "up", "conv"),
    "interpolated": _chain("same 2", "same 2", "bilinear", "conv"),
    "transposed": _chain("same 2", "pool", "transposed", "conv", "transposed 4"),
    "resized": _chain("conv", "resize", "same 2"),
    "branches": _branches,
}


@pytest.mark.parametrize("name", FIELDS)
def test_receptive_fields_are_what_gradients_say(in_child, name):
    config, boxes = in_child(depends, name)
    field = architecture_of(config, SIZE).layers[-1].receptive_field
    assert field is not None
    spare = [[], []]
    for place, box in boxes.items():
        for axis, (first, last) in enumerate(box):
            start = field.start[axis] + field.stride[axis] * place[axis]
            end = start + field.size[axis] - 1
            assert start - 1e-9 <= first
            assert last <= end + 1e-9
            if start >= 0 and end < PICTURE[axis]:
                spare[axis].append((first - start, end - last))
    # No larger than needed: some value reaches to each end, but for the fraction of a stride.
    for axis in (0, 1):
        most = 0 if field.stride[axis] == int(field.stride[axis]) else 1
        assert all(min(ends) <= most for ends in zip(*spare[axis], strict=True))
    assert any(spare)


def published(name):
    import keras

    keras.utils.clear_session()  # or its layers would be numbered on from earlier networks
    size = 299 if name == "InceptionV3" else 224
    build = getattr(keras.applications, name)
    network = build(weights=None, include_top=False, input_shape=(size, size, 3))
    return json.loads(network.to_json())


def test_vgg16_sees_and_computes_what_is_published(in_child):
    found = architecture_of(in_child(published, "VGG16"), SIZE)
    fields = [layer.receptive_field for layer in found.layers if layer.kind == "MaxPooling2D"]
    assert [field.size[0] for field in fields] == [6, 16, 44, 100, 212]
    assert [field.stride for field in fields] == [(n, n) for n in (2, 4, 8, 16, 32)]
    by_hand = sum(
        (224 >> block) ** 2 * 9 * given * filters
        for block, pairs in enumerate(
            (
                ((3, 64), (64, 64)),
                ((64, 128), (128, 128)),
                ((128, 256), (256, 256), (256, 256)),
                ((256, 512), (512, 512), (512, 512)),
                ((512, 512), (512, 512), (512, 512)),
            )
        )
        for given, filters in pairs
    )
    assert found.multiply_adds == by_hand == 15_346_630_656
    assert found.input_size == (224, 224)


@pytest.mark.parametrize(
    ("name", "layer", "size", "start"),
    [("MobileNet", "conv_pw_13_relu", 315, -126), ("InceptionV3", "conv2d_85", 1183, -554)],
)
def test_receptive_fields_are_those_published(in_child, name, layer, size, start):
    """Araujo, Norris and Sim, 2019, of an input that needs no more padding before than after."""
    found = architecture_of(in_child(published, name), SIZE).find(layer)
    field = found.receptive_field
    assert (field.size, field.stride) == ((size, size), (32, 32))
    assert field.start == (start, start)


def layer(kind, name, nodes, **config):
    return {
        "class_name": kind,
        "config": {"name": name, **config},
        "name": name,
        "inbound_nodes": nodes,
    }


def functional(layers, inputs, outputs):
    return {
        "class_name": "Functional",
        "config": {
            "name": "old",
            "layers": layers,
            "input_layers": [[name, 0, 0] for name in inputs],
            "output_layers": [[name, 0, 0] for name in outputs],
        },
    }


def test_configs_of_keras_2_with_functions_of_tensorflow():
    picture = layer("InputLayer", "in", [], batch_input_shape=[None, 8, 8, 3])
    nested = functional(
        [
            layer("InputLayer", "i", [], batch_input_shape=[None, None, None, 3]),
            layer("Conv2D", "conv", [[["i", 0, 0, {}]]], filters=4, kernel_size=[3, 3]),
        ],
        ["i"],
        ["conv"],
    )
    config = functional(
        [
            picture,
            layer("TFOpLambda", "scaled", [["in", 0, 0, {"y": 255.0}]], function="math.truediv"),
            {**nested, "name": "old", "inbound_nodes": [[["scaled", 0, 0, {}]]]},
            layer(
                "SlicingOpLambda",
                "cut",
                [
                    [
                        "old",
                        1,
                        0,
                        {
                            "slice_spec": [
                                {"start": None, "stop": None, "step": None},
                                {"start": 1, "stop": None, "step": 2},
                            ]
                        },
                    ]
                ],
                function="__operators__.getitem",
            ),
            layer(
                "TFOpLambda",
                "sum",
                [["cut", 0, 0, {"y": ["cut", 0, 0]}]],
                function="__operators__.add",
            ),
            layer(
                "TFOpLambda", "mean", [["sum", 0, 0, {"axis": [1, 2]}]], function="math.reduce_mean"
            ),
            layer("Dense", "out", [[["mean", 0, 0, {}]]], units=2, activation="sigmoid"),
        ],
        ["in"],
        ["out"],
    )
    found = architecture_of(config, (8, 8))
    shapes = {one.name: one.output_shape for one in found.layers}
    assert shapes == {
        "in": (8, 8, 3),
        "scaled": (8, 8, 3),
        "old/conv": (6, 6, 4),
        "cut": (3, 6, 4),
        "sum": (3, 6, 4),
        "mean": (4,),
        "out": (2,),
    }
    assert found.find("cut").receptive_field.start == (1, 0)
    assert found.find("cut").receptive_field.stride == (2, 1)
    assert [group.name for group in found.groups] == ["old"]
    assert found.find("out").sources == ("mean",)
    assert found.last_activation == "sigmoid"


def test_after_a_layer_that_is_not_known_nothing_is_guessed():
    entries = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 8, 8, 3], "name": "in"}},
        {"class_name": "Conv2D", "config": {"name": "a", "filters": 4, "kernel_size": [3, 3]}},
        {"class_name": "Mine", "config": {"name": "mine"}},
        {"class_name": "Conv2D", "config": {"name": "b", "filters": 4, "kernel_size": [3, 3]}},
    ]
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": entries}}
    stored = {"b": [(3, 3, 4, 4), (4,)]}
    problems = {"mine": "It cannot be run: its code is not in the file."}
    found = architecture_of(config, (8, 8), stored, problems)
    mine, after = found.layers[2:]
    assert (mine.problem, after.problem) == (problems["mine"], "")
    assert (mine.output_shape, mine.multiply_adds, mine.receptive_field) == ((), None, None)
    assert (after.output_shape, after.multiply_adds, after.receptive_field) == ((), None, None)
    assert after.parameters == 148  # the file says so


def test_without_an_input_shape_the_first_kernel_tells_the_channels():
    entries = [
        {"class_name": "Conv2D", "config": {"name": "a", "filters": 4, "kernel_size": [3, 3]}}
    ]
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": entries}}
    found = architecture_of(config, (10, 12), {"a": [(3, 3, 5, 4), (4,)]})
    assert found.find("a").output_shape == (8, 10, 4)
    assert found.inputs[0].shape == (None, None, 5)
    assert architecture_of(config, (10, 12)).find("a").output_shape == ()


@pytest.mark.parametrize(
    "config",
    [
        {"filters": "many", "kernel_size": [3, 3]},
        {"filters": 4, "kernel_size": [3, 3, 3]},
        {"filters": 4, "kernel_size": [99, 99]},
        {"filters": 4, "kernel_size": [-3, 3]},
        {"filters": 4, "kernel_size": {"a": 1}, "strides": 0},
        {"filters": 4, "kernel_size": 3, "strides": [0, 0]},
        {"filters": 5, "kernel_size": 3, "groups": 2},
        {"filters": 4, "kernel_size": 3, "padding": 7},
    ],
)
def test_settings_that_do_not_fit_leave_the_shape_unknown(config):
    entries = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 8, 8, 3], "name": "in"}},
        {"class_name": "Conv2D", "config": {"name": "a", **config}},
    ]
    found = architecture_of({"class_name": "Sequential", "config": {"layers": entries}}, (8, 8))
    is_known = config.get("padding") == 7  # no word: as if there were none
    assert found.find("a").output_shape == ((6, 6, 4) if is_known else ())


def sequential(shape, *layers):
    entries = [layer("InputLayer", "given", [], batch_shape=[None, *shape]), *layers]
    return {"class_name": "Sequential", "config": {"name": "model", "layers": entries}}


@pytest.mark.parametrize(
    ("shape", "first", "problem"),
    [
        ((28, 28), layer("Flatten", "flat", []), ""),
        ((28, 28), layer("LSTM", "lstm", [], units=3), ""),
        ((12, 16), layer("Reshape", "maps", [], target_shape=[12, 16, 1]), ""),
        ((50, 12), layer("Conv1D", "conv", [], filters=3, kernel_size=3), "50×12 values"),
        ((50, 4), layer("Flatten", "flat", []), "50×4 values"),
        ((20,), layer("Dense", "dense", [], units=3), "20 values"),
    ],
)
def test_rows_and_columns_are_a_grey_picture_or_a_signal(shape, first, problem):
    scaled = layer("Rescaling", "scaled", [], scale=0.1)
    found = architecture_of(sequential(shape, scaled, first), (224, 224))
    assert found.takes_picture == (not problem)
    assert found.input_size == (None if problem else shape)
    limits = (f"It cannot be run: it takes {problem} (its input “given”), not a picture.",)
    assert found.limits == (limits if problem else ())


@pytest.mark.parametrize(
    ("last", "activation"),
    [
        ([layer("Softmax", "end", [])], "softmax"),
        ([layer("Activation", "end", [], activation="hard_sigmoid")], "hard_sigmoid"),
        ([layer("ELU", "end", [])], "elu"),
        ([layer("Rescaling", "end", [], scale=2)], ""),
        (
            [layer("Softmax", "end", []), layer("Rescaling", "more", [], scale=100)],
            "softmax, then Rescaling",
        ),
    ],
)
def test_it_is_told_what_the_output_went_through_last(last, activation):
    flat = layer("Flatten", "flat", [])
    assert architecture_of(sequential((8, 8, 3), flat, *last), SIZE).last_activation == activation


def test_the_output_that_tells_the_classes_is_the_one_with_softmax():
    given = layer("InputLayer", "given", [], batch_shape=[None, 8, 8, 3])
    flat = layer("Flatten", "flat", [[["given", 0, 0, {}]]])
    taken = [[["flat", 0, 0, {}]]]
    box = layer("Dense", "box", taken, units=4, activation="linear")
    kind = layer("Dense", "kind", taken, units=2, activation="softmax")
    config = functional(
        [given, flat, box, kind], [["given", 0, 0]], [["box", 0, 0], ["kind", 0, 0]]
    )
    found = architecture_of(config, SIZE)
    assert (found.class_output, found.last_activation) == (1, "softmax")


def test_what_is_not_known_of_inputs_and_outputs_is_said_to_be_unknown():
    config = sequential((8, 8, 3), layer("Mine", "mine", []))
    assert architecture_of(config, SIZE).outputs[0].shape is None
    del config["config"]["layers"][0]
    assert architecture_of(config, SIZE).inputs[0].shape is None


def test_weights_that_are_stored_twice_or_under_another_name_count_once():
    inner = layer("Conv2D", "conv", [], filters=4, kernel_size=3)
    norm = layer("SpectralNormalization", "norm", [], layer=inner)
    stored = {"norm": [(3, 3, 3, 4), (4,), (3, 3, 3, 4), (1, 4)], "dense": []}
    config = sequential((8, 8, 3), norm, layer("Dense", "dense", [], units=2))
    found = architecture_of(config, SIZE, stored)
    assert [one.parameters for one in found.layers] == [0, 116, 10]


def test_models_within_models_without_end_are_refused(monkeypatch):
    monkeypatch.setattr(keras_graph, "MAX_NODES", 200)
    inner = layer("ReLU", "relu", [[["i", 0, 0, {}]]])
    for _ in range(9):
        given = layer("InputLayer", "i", [], batch_input_shape=[None, 4])
        model = functional([given, inner], ["i"], [inner["name"]])
        model["name"] = model["config"]["name"] = "twice"
        model["inbound_nodes"] = [[["i", 0, 0, {}]], [["twice", 0, 0, {}]]]
        model["config"]["output_layers"] = [[inner["name"], 1, 0]]
        inner = model
    with pytest.raises(ModelError, match="it uses more than 200 layers"):
        architecture_of(inner, (8, 8))


@pytest.mark.parametrize(
    "config",
    [
        {"class_name": "Mine", "config": {"units": 3}},
        {"class_name": "Functional", "config": None},
        functional(
            [layer("ReLU", "a", [[["b", 0, 0, {}]]]), layer("ReLU", "b", [[["a", 0, 0, {}]]])],
            [],
            [],
        ),
    ],
)
def test_what_describes_no_network_is_refused(config):
    with pytest.raises(ModelError, match=r"config is damaged|no layers|in a circle"):
        architecture_of(config, (8, 8))


def places_in(value, found):
    for key in value if isinstance(value, dict) else range(len(value)):
        found.append((value, key))
        if isinstance(value[key], (dict, list)):
            places_in(value[key], found)


ODD = (None, -1, 0, 10**30, 1.5, "", [], {}, [None], {"class_name": "ReLU"}, ["in", 0, 0])


def test_a_config_that_anybody_changed_is_read_or_refused(in_child):
    configs = [
        in_child(described_by_keras, name)[0] for name in ("operations", "nested", "sliding")
    ]
    refusals = 0
    for seed in range(240):
        draw = random.Random(seed)
        config = copy.deepcopy(configs[seed % 3])
        places = []
        places_in(config, places)
        for value, key in draw.sample(places, 3):
            if isinstance(value, dict) or key < len(value):
                value[key] = copy.deepcopy(draw.choice(ODD))
        try:
            architecture_of(config, SIZE)
        except ModelError:
            refusals += 1
    assert 0 < refusals < 240
