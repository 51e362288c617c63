"""What is assumed of a model file, and why."""

from pathlib import Path

import pytest

from explorer.core.layers.architecture import Architecture, Group, TensorSpec
from explorer.core.layers.layers import LayerInfo
from explorer.core.models.assumptions import assume
from explorer.core.models.preparation import Preparation

FILE = Path("model.keras")


def architecture(*layers: str, **facts) -> Architecture:
    given = (TensorSpec("picture", facts.pop("shape", (32, 48, 3))),)
    infos = tuple(LayerInfo(name, "Conv2D", (), 0) for name in layers)
    returned = (TensorSpec("classes", (2,)),)
    return Architecture("Keras", given, returned, infos, **facts)


@pytest.mark.parametrize(
    ("facts", "scaling", "channels", "word"),
    [
        ({"scaling_inside": "Rescaling to 0–1"}, "none", "rgb", "from the file"),
        (
            {"scaling_inside": "Rescaling to −1–1", "takes_unit": True},
            *("unit", "rgb", "from the file"),
        ),
        ({"name": "mobilenetv2_1.00_224"}, "signed", "rgb", "mobilenet"),
        ({"name": "vgg16"}, "none", "bgr", "vgg16"),
        ({"name": "resnet50v2"}, "signed", "rgb", "resnet50v2"),
        ({"name": "resnet50"}, "none", "bgr", "resnet50"),
        ({"groups": (Group("densenet121", "Functional"),)}, "imagenet", "rgb", "densenet"),
        ({"made_by": "pytorch 2.9"}, "imagenet", "rgb", "PyTorch"),
        ({}, "unit", "rgb", "most models"),
    ],
)
def test_the_range_is_that_of_the_network_which_it_is(facts, scaling, channels, word) -> None:
    found = assume(FILE, architecture(**facts))
    assert found.model.preparation == Preparation((32, 48), "stretch", channels, scaling)
    assert word in found.origins["scaling"]


def test_a_network_of_keras_applications_within_another_is_known_by_its_layers() -> None:
    """Teachable Machine's models are a MobileNetV2 by the name of “model1”."""
    found = assume(FILE, architecture("sequential_1/model1/expanded_conv_depthwise", "dense"))
    assert found.model.preparation.scaling == "signed"
    assert "mobilenet" in found.origins["scaling"]


def test_one_channel_is_grey_and_a_free_size_is_assumed() -> None:
    found = assume(FILE, architecture(shape=(None, None, 1)))
    assert found.model.preparation == Preparation((224, 224), "stretch", "grey", "unit")
    assert found.origins["channels"] == "from the file"
    assert found.origins["size"].startswith("assumed")


@pytest.mark.parametrize(
    ("last", "count", "outputs", "word"),
    [
        ("softmax", 3, "probabilities", "ends with softmax"),
        ("linear", 3, "logits", "nothing follows"),
        ("log_softmax", 3, "logits", "ends with log_softmax"),
        ("sigmoid", 1, "probabilities", "one sigmoid"),
        ("hard_sigmoid", 1, "probabilities", "one hard sigmoid"),
        ("hard_sigmoid", 3, "independent", "3 hard sigmoids"),
        ("tanh", 1, "other", "ends with tanh, which tells no probabilities"),
        ("softmax", 1, "other", "always the same"),
        ("relu", 3, "other", "ends with relu"),
        ("softmax, then Rescaling", 3, "other", "ends with softmax, then Rescaling"),
        ("", 3, "logits", "assumed"),
    ],
)
def test_what_an_output_means_is_what_it_went_through_last(last, count, outputs, word) -> None:
    found = Architecture("Keras", (), (TensorSpec("x", (count,)),), (), last_activation=last)
    assumed = assume(FILE, found)
    assert assumed.model.outputs == outputs
    assert word in assumed.origins["outputs"]


def test_the_classes_are_those_of_the_output_that_tells_them() -> None:
    returned = (TensorSpec("box", (4,)), TensorSpec("kind", (2,)))
    found = Architecture("Keras", (), returned, (), class_output=1)
    assert assume(FILE, found).model.classes == ("class 1", "class 2")


def test_where_the_outputs_are_not_known_no_classes_are_made_up() -> None:
    found = Architecture("Keras", (), (TensorSpec("x", None),), ())
    assumed = assume(FILE, found)
    assert assumed.model.classes == ()
    assert assumed.origins["classes"].startswith("unknown")


def test_two_axes_are_a_grey_picture_where_the_model_takes_pictures() -> None:
    found = assume(FILE, architecture(shape=(28, 28)))
    assert found.model.preparation == Preparation((28, 28), "stretch", "grey", "unit")
    found = assume(FILE, architecture(shape=(50, 4), takes_picture=False))
    assert found.origins["size"] == "assumed: the model takes no pictures"
