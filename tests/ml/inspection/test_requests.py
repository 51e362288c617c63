"""What is asked about a layer of a model that is open: values in nested models, and fields."""

import numpy as np
import pytest

from explorer.core.models.model_use import ModelUse
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import (
    DescribeLayers,
    ExplainValue,
    MeasureField,
    ReadWeights,
)

SIZE = (16, 12)

# In the child.


def save_nested(path):
    """Save a model with another one in it, of convolutions whose receptive field is easy."""
    import keras
    from keras import layers

    keras.backend.clear_session()  # the numbers of unnamed layers start anew
    keras.utils.set_random_seed(3)
    inner_input = keras.Input((None, None, 3))
    inner = layers.Conv2D(4, 3, strides=2, padding="same", name="conv_1")(inner_input)
    inner = layers.Activation("tanh", name="activation")(
        layers.BatchNormalization(name="norm")(inner)
    )
    inner = layers.Conv2D(5, 3, padding="same", name="conv_2")(inner)
    backbone = keras.Model(inner_input, inner, name="backbone")
    given = keras.Input((*SIZE, 3))
    maps = backbone(layers.Rescaling(1 / 255, name="rescaling")(given)) * 2.0
    pooled = layers.GlobalAveragePooling2D(name="pool")(maps)
    outputs = layers.Dense(2, activation="softmax", name="scores")(pooled)
    keras.Model(given, outputs).save(path)


def asked(request):
    from explorer.ml.worker import answer

    return answer(request)


def finite_differences(path, layer, place, picture):
    """Return which pixels change a value when they change, by running the model for each."""
    import keras

    network = keras.saving.load_model(path)
    inner = network.get_layer("backbone")
    part = keras.Model(inner.inputs, inner.get_layer(layer).output)
    base = picture.astype(np.float32) / 255
    stack = np.repeat(base[None], base.shape[0] * base.shape[1], axis=0)
    for number, (row, column) in enumerate(np.ndindex(base.shape[:2])):
        stack[number, row, column] += 0.5
    values = np.asarray(part(stack))[(slice(None), *place)]
    before = np.asarray(part(base[None]))[(0, *place)]
    return (np.abs(values - before) > 1e-7).reshape(base.shape[:2])


@pytest.fixture(scope="module")
def model(in_child, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "nested.keras"
    in_child(save_nested, path)
    return path


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(2).integers(0, 256, (*SIZE, 3), dtype=np.uint8)


def use_of(path):
    return ModelUse(path, Preparation(SIZE), 2)


@pytest.mark.parametrize(
    ("layer", "place", "how"),
    [
        ("rescaling", (3, 4, 1), "copy"),
        ("backbone/conv_1", (0, 5, 3), "sum"),
        ("norm", (5, 2, 1), "copy"),
        ("backbone/conv_2", (7, 0, 4), "sum"),
        ("multiply", (2, 3, 1), "product"),
        ("pool", (0, 0, 3), "mean"),
        ("scores", (0, 0, 1), "sum"),
    ],
)
def test_a_value_of_any_layer_of_a_nested_model_comes_about(
    in_child, model, picture, layer, place, how
):
    found = in_child(asked, ExplainValue(use_of(model), layer, *place, picture))
    assert found.how == how
    assert found.result == pytest.approx(found.framework, rel=1e-5, abs=1e-6)


def test_normalisation_and_activation_follow_a_convolution(in_child, model, picture):
    found = in_child(asked, ExplainValue(use_of(model), "conv_1", 2, 3, 1, picture))
    assert [one.layer for one in found.continued] == ["backbone/norm", "backbone/activation"]
    norm, activation = found.continued
    assert [step.name for step in norm.steps] == ["mean", "standard deviation", "gamma", "beta"]
    assert activation.steps[-1].name == "tanh"
    assert activation.result == pytest.approx(np.tanh(norm.result))
    for one in found.continued:
        assert one.result == pytest.approx(one.framework, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("place", [(0, 0, 1), (3, 4, 4), (7, 5, 0)])
def test_a_value_depends_on_the_pixels_that_change_it(in_child, model, picture, place):
    found = in_child(asked, MeasureField(use_of(model), "backbone/conv_2", *place, picture))
    changes = in_child(finite_differences, model, "conv_2", place, picture)
    assert found.magnitudes.shape == SIZE
    np.testing.assert_array_equal(found.magnitudes > 0, changes)
    layers = in_child(asked, DescribeLayers(use_of(model)))
    box = layers.find("backbone/conv_2").receptive_field.box(*place[:2], SIZE)
    assert found.share_in(*box) == 1  # nothing outside of what it can see
    assert found.magnitudes[box[0].start].any()
    assert found.magnitudes[:, box[1].stop - 1].any()


def test_weights_are_read_by_the_layers_path(in_child, model):
    found = in_child(asked, ReadWeights(use_of(model), "backbone/conv_1"))
    assert found.filters.kernels.shape == (4, 3, 3, 3)
    assert [(one.name, one.shape) for one in found.arrays] == [
        ("kernel", (3, 3, 3, 4)),
        ("bias", (4,)),
    ]
