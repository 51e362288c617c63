"""Small Keras models of every kind, with random weights; Keras must have been imported."""

from collections.abc import Callable
from typing import Any

HEIGHT, WIDTH = 12, 16


def build(kind: str) -> Any:
    """Build the model of a kind, one of `KINDS`; it is the same each time."""
    import keras

    keras.utils.set_random_seed(3)
    network = KINDS[kind]()
    for variable in network.weights:  # biases and moving averages begin as 0 and 1
        if "bias" in variable.name or "beta" in variable.name or "mean" in variable.name:
            variable.assign(keras.random.uniform(variable.shape, 0.1, 0.5, dtype=variable.dtype))
    return network


def _layers() -> Any:
    from keras import layers

    return layers


def _picture(channels: int = 3) -> Any:
    import keras

    return keras.Input((HEIGHT, WIDTH, channels), name="picture")


def _model(given: Any, returned: Any) -> Any:
    import keras

    return keras.Model(given, returned)


def _scaled(values: Any) -> Any:
    return _layers().Rescaling(1 / 255, name="scaling")(values)


def _head(values: Any, units: int = 2, activation: str | None = "softmax") -> Any:
    pooled = _layers().GlobalAveragePooling2D(name="pool")(values)
    return _layers().Dense(units, activation=activation, name="head")(pooled)


def _conv(values: Any, name: str = "conv", filters: int = 4, **options: Any) -> Any:
    return _layers().Conv2D(filters, 3, padding="same", name=name, **options)(values)


def _functional(units: int = 2, activation: str | None = "softmax") -> Any:
    given = _picture()
    values = _layers().ReLU(name="relu")(_conv(_scaled(given)))
    return _model(given, _head(values, units, activation))


def _sequential(*first: Any) -> Any:
    import keras

    layers = _layers()
    return keras.Sequential(
        [
            *first,
            layers.Rescaling(1 / 255, name="scaling"),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.MaxPooling2D(name="max"),
            layers.Flatten(name="flat"),
            layers.Dropout(0.5, name="dropout"),
            layers.Dense(2, activation="softmax", name="head"),
        ]
    )


def _sequential_without_shape() -> Any:
    import numpy as np

    network = _sequential()
    network(np.zeros((1, HEIGHT, WIDTH, 3), np.float32))
    return network


def _separate(layer: Callable[[], Any]) -> Any:
    given = _picture()
    return _model(given, layer()(_head(_conv(_scaled(given)), 3, None)))


def _backbone(name: str) -> Any:
    import keras

    given = keras.Input((None, None, 3))
    values = _layers().ReLU(name="relu")(_conv(given, "conv_1", 3))
    return keras.Model(given, values, name=name)


def _nested(units: int, activation: str) -> Any:
    given = _picture()
    values = _backbone("first")(_backbone("second")(_scaled(given)))
    return _model(given, _head(values, units, activation))


def _nested_in_sequential() -> Any:
    import keras

    layers = _layers()
    given = keras.Input((HEIGHT, WIDTH, 3), name="picture")
    body = keras.Sequential([_backbone("body"), layers.Dropout(0.2)], name="outer")
    pooled = [layers.GlobalAveragePooling2D(name="pool"), layers.Dense(2, name="logits")]
    top = keras.Sequential([*pooled, layers.Activation("softmax", name="chances")], name="top")
    return keras.Sequential([given, layers.Rescaling(1 / 255, name="scaling"), body, top])


def _shared() -> Any:
    layers = _layers()
    given = _picture()
    conv = layers.Conv2D(3, 3, padding="same", name="conv")
    return _model(given, _head(conv(layers.MaxPooling2D(2)(conv(_scaled(given))))))


def _shared_backbone() -> Any:
    given = _picture()
    backbone = _backbone("twice")
    return _model(given, _head(backbone(backbone(_scaled(given)))))


def _two_inputs() -> Any:
    import keras

    one, other = (keras.Input((HEIGHT, WIDTH, 3), name=name) for name in ("left", "right"))
    values = _layers().Subtract(name="difference")([_conv(_scaled(one)), _conv(other, "conv_2")])
    return _model([one, other], _head(values))


def _named_inputs() -> Any:
    import keras

    one, other = (keras.Input((HEIGHT, WIDTH, 3), name=name) for name in ("zebra", "ant"))
    values = _layers().Subtract(name="difference")([_conv(one, use_bias=False), _conv(other, "c")])
    return _model({"zebra": one, "ant": other}, _head(values))


def _with_numbers() -> Any:
    import keras

    given, numbers = _picture(), keras.Input((5,), name="age")
    pooled = _layers().GlobalAveragePooling2D()(_conv(given))
    return _model([given, numbers], _layers().Dense(2)(_layers().Concatenate()([pooled, numbers])))


def _two_outputs() -> Any:
    given = _picture()
    values = _conv(_scaled(given))
    return _model(given, [_conv(values, "mask", 1), _head(values, 3)])


def _named_outputs() -> Any:
    given = _picture()
    values = _conv(_scaled(given))
    return _model(given, {"size": _layers().Flatten()(values), "class": _head(values)})


def _rows(given: Any) -> Any:
    return _layers().Reshape((HEIGHT, WIDTH * 3), name="rows")(_scaled(given))


def _sequence_of(layer: Callable[[], Any], pooling: Callable[[], Any] | None = None) -> Any:
    given = _picture()
    values = layer()(_rows(given))
    values = pooling()(values) if pooling else values
    return _model(given, _layers().Dense(2, activation="softmax", name="head")(values))


def _with_state() -> Any:
    given = _picture()
    values, state = _layers().GRU(5, return_state=True, name="gru")(_rows(given))
    values = _layers().Concatenate()([values, state])
    return _model(given, _layers().Dense(2, activation="softmax", name="head")(values))


def _each_row() -> Any:
    import keras

    layers = _layers()
    given = _picture()
    row = keras.Sequential([keras.Input((WIDTH, 3)), layers.Conv1D(4, 3), layers.GlobalMaxPool1D()])
    values = layers.GlobalMaxPool1D()(layers.TimeDistributed(row, name="each")(_scaled(given)))
    return _model(given, layers.Dense(2, activation="softmax", name="head")(values))


def _transformer(has_class_token: bool) -> Any:
    import keras

    layers = _layers()
    given = _picture()
    patches = layers.Conv2D(8, 4, strides=4, name="patches")(_scaled(given))
    tokens = layers.Reshape((12, 8), name="tokens")(patches)
    if has_class_token:
        first = layers.GlobalAveragePooling1D(keepdims=True, name="first")(tokens)
        tokens = layers.Concatenate(axis=1, name="with_class")([first, tokens])
    attended = layers.MultiHeadAttention(2, 4, name="attention")(tokens, tokens)
    values = layers.LayerNormalization(name="norm")(tokens + attended)
    values = keras.ops.mean(values, axis=1)
    return _model(given, layers.Dense(3, activation="softmax", name="head")(values))


def _channels_first() -> Any:
    import keras

    layers = _layers()
    first: dict[str, Any] = {"data_format": "channels_first"}
    given = keras.Input((3, HEIGHT, WIDTH), name="picture")
    values = layers.Conv2D(4, 3, padding="same", name="conv", **first)(_scaled(given))
    values = layers.BatchNormalization(axis=1, name="norm")(values)
    values = layers.ReLU(name="relu")(values)
    values = layers.DepthwiseConv2D(3, strides=2, padding="same", name="depthwise", **first)(values)
    values = layers.SeparableConv2D(5, 3, padding="same", name="separable", **first)(values)
    values = layers.UpSampling2D(2, name="up", **first)(values)
    values = layers.MaxPooling2D(2, name="max", **first)(values)
    values = layers.ZeroPadding2D(1, name="padding", **first)(values)
    values = layers.Conv2DTranspose(6, 3, strides=2, name="transposed", **first)(values)
    values = layers.GlobalAveragePooling2D(name="pool", **first)(values)
    return _model(given, layers.Dense(2, activation="softmax", name="head")(values))


def _mixed() -> Any:
    layers = _layers()
    half: dict[str, Any] = {"dtype": "mixed_float16"}
    given = _picture()
    values = layers.Conv2D(4, 3, name="conv", **half)(_scaled(given))
    values = layers.GlobalAveragePooling2D(name="pool", **half)(values)
    return _model(given, layers.Dense(2, activation="softmax", name="head")(values))


def _preprocessing() -> Any:
    import keras

    layers = _layers()
    given = keras.Input((None, None, 3), name="picture")
    values = layers.Resizing(10, 11, name="resizing")(given)
    values = layers.CenterCrop(8, 9, name="crop")(values)
    values = layers.Rescaling(1 / 255, name="scaling")(values)
    values = layers.Normalization(mean=[0.5, 0.4, 0.3], variance=[0.2, 0.1, 0.3])(values)
    values = layers.RandomRotation(0.1)(layers.RandomFlip()(values))
    return _model(given, _head(_conv(values)))


def _free_size() -> Any:
    import keras

    given = keras.Input((None, None, 3), name="picture")
    return _model(given, _head(_conv(_scaled(given))))


def _operations() -> Any:
    import keras

    given = _picture()
    values = keras.ops.relu(_conv(given / 255.0) * 2.0) + 1.0
    return _model(given, keras.ops.softmax(_head(values, 3, None)))


def _mean_of_two() -> Any:
    given = _picture()
    values = _scaled(given)
    pooled = [_layers().GlobalAveragePooling2D()(_conv(values, name)) for name in ("one", "two")]
    heads = [_layers().Dense(3, activation="softmax")(each) for each in pooled]
    return _model(given, _layers().Average(name="mean")(heads))


def _dense_alone(channels: int | None = 3) -> Any:
    import keras

    shape = (HEIGHT, WIDTH) if channels is None else (HEIGHT, WIDTH, channels)
    given = keras.Input(shape, name="picture")
    values = _layers().Flatten(name="flat")(_scaled(given))
    return _model(given, _layers().Dense(2, activation="softmax", name="head")(values))


def _not_a_number() -> Any:
    network = _functional()
    network.get_layer("conv").set_weights(
        [weights * float("nan") for weights in network.get_layer("conv").get_weights()]
    )
    return network


def _fixed_batch() -> Any:
    import keras

    given = keras.Input(batch_shape=(2, HEIGHT, WIDTH, 3), name="picture")
    return _model(given, _head(_conv(_scaled(given))))


def _grey(channels: int) -> Any:
    given = _picture(channels)
    return _model(given, _head(_conv(_scaled(given))))


def _text() -> Any:
    import keras

    layers = _layers()
    given = keras.Input((), dtype="string", name="words")
    numbers = layers.TextVectorization(output_sequence_length=4, vocabulary=["a", "b"])(given)
    values = layers.Flatten()(layers.Embedding(10, 4, name="embedding")(numbers))
    return _model(given, layers.Dense(2, name="head")(values))


def _vector() -> Any:
    import keras

    given = keras.Input((100,), name="numbers")
    return _model(given, _layers().Dense(2, activation="softmax", name="head")(given))


def _maps() -> Any:
    given = _picture()
    return _model(given, _conv(_scaled(given)))


def _own_loss() -> Any:
    def focal(wanted: Any, given: Any) -> Any:
        return (wanted - given) ** 2

    given = _picture()
    backbone = _backbone("first")
    network = _model(given, _head(backbone(_scaled(given))))
    for one in (backbone, network):
        one.compile("adam", focal, [focal])
    return network


def _odd_names() -> Any:
    import keras

    layers = _layers()
    given = _picture()
    values = layers.ReLU(name="größer <0>")(_conv(_scaled(given), "conv 1"))
    inner = keras.Sequential(
        [layers.TimeDistributed(layers.Conv1D(4, 3, name="é è"), name="-each row")], name="in ner"
    )
    return keras.Model(given, _head(inner(values)), name="ein Modell")


def _start() -> Any:
    return _picture()


KINDS: dict[str, Callable[[], Any]] = {
    "functional": _functional,
    "sequential": lambda: _sequential(_start()),
    "sequential without a shape": _sequential_without_shape,
    "one sigmoid": lambda: _functional(1, "sigmoid"),
    "logits": lambda: _functional(3, None),
    "1,000 classes": lambda: _functional(1000),
    "several labels": lambda: _functional(4, "sigmoid"),
    "separate activation": lambda: _separate(lambda: _layers().Activation("softmax")),
    "separate softmax": lambda: _separate(lambda: _layers().Softmax()),
    "nested": lambda: _nested(2, "softmax"),
    "nested, one sigmoid": lambda: _nested(1, "sigmoid"),
    "nested in sequential": _nested_in_sequential,
    "shared layer": _shared,
    "shared backbone": _shared_backbone,
    "two inputs": _two_inputs,
    "named inputs": _named_inputs,
    "two outputs": _two_outputs,
    "named outputs": _named_outputs,
    "one dimension": lambda: _sequence_of(
        lambda: _layers().Conv1D(5, 3, name="conv"), lambda: _layers().GlobalMaxPooling1D()
    ),
    "recurrent": lambda: _sequence_of(lambda: _layers().LSTM(5, name="lstm")),
    "both ways": lambda: _sequence_of(lambda: _layers().Bidirectional(_layers().GRU(4))),
    "with its state": _with_state,
    "each row": _each_row,
    "transformer": lambda: _transformer(False),
    "transformer with a class token": lambda: _transformer(True),
    "channels first": _channels_first,
    "mixed precision": _mixed,
    "preprocessing": _preprocessing,
    "free size": _free_size,
    "operations": _operations,
    "mean of two": _mean_of_two,
    "no convolution": _dense_alone,
    "without channels": lambda: _dense_alone(None),
    "grey": lambda: _grey(1),
    "fixed batch": _fixed_batch,
    "own loss": _own_loss,
    "odd names": _odd_names,
    "not a number": _not_a_number,
    "maps": _maps,
    "four channels": lambda: _grey(4),
    "with numbers": _with_numbers,
    "text": _text,
    "vector": _vector,
}
