"""What is assumed of a model file, and why."""

from pathlib import Path

import pytest

from explorer.core.models.architecture import Architecture, Group, TensorSpec
from explorer.core.models.assumptions import assume
from explorer.core.models.layers import LayerInfo
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
