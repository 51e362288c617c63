"""The layer of another model that stands for one: by its name, or by its depth."""

import pytest

from explorer.core.layers.layers import LayerInfo
from explorer.core.network.matching_layers import LayerMatch, match_layer

KERAS = (
    LayerInfo("picture", "InputLayer", (8, 8, 3), 0),
    LayerInfo("conv_1", "Conv2D", (8, 8, 4), 0),
    LayerInfo("conv_2", "Conv2D", (8, 8, 4), 0),
    LayerInfo("conv_3", "Conv2D", (8, 8, 4), 0),
    LayerInfo("dense", "Dense", (10,), 0),
    LayerInfo("head", "Dense", (2,), 0),
)
LITERT = (
    LayerInfo("image", "Input", (9, 9, 3), 0),
    LayerInfo("first", "CONV_2D", (9, 9, 4), 0),
    LayerInfo("unknown", "CONV_2D", (), 0),
    LayerInfo("conv_2", "CONV_2D", (9, 9, 4), 0),
    LayerInfo("last", "CONV_2D", (9, 9, 4), 0),
    LayerInfo("flat", "RESHAPE", (324,), 0),
    LayerInfo("softmax", "SOFTMAX", (2,), 0),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conv_1", LayerMatch("first", has_same_name=False)),
        ("conv_2", LayerMatch("conv_2", has_same_name=True)),
        ("conv_3", LayerMatch("last", has_same_name=False)),
        ("picture", LayerMatch("image", has_same_name=False)),
        ("head", LayerMatch("softmax", has_same_name=False)),
        ("gone", None),
    ],
)
def test_the_same_name_or_else_the_same_depth(name, expected):
    assert match_layer(name, KERAS, LITERT) == expected


def test_a_vector_stands_for_no_maps():
    assert match_layer("conv_1", KERAS, LITERT[-2:]) is None
    assert match_layer("dense", KERAS, LITERT[:3]) is None
    assert match_layer("dense", KERAS, LITERT[-2:]) == LayerMatch("flat", has_same_name=False)
