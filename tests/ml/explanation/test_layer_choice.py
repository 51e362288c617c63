"""Which layer is looked at, where a person has chosen none."""

from dataclasses import replace

import pytest

from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import LayerInfo
from explorer.errors import ModelError
from explorer.ml.explanation.layer_choice import check_has_space, layers_to_try

LAYERS = (
    LayerInfo("input", "InputLayer", (32, 32, 3), 0),
    LayerInfo("backbone/conv", "Conv2D", (8, 8, 16), 0, sources=("input",)),
    LayerInfo("backbone/norm", "BatchNormalization", (8, 8, 16), 0, sources=("backbone/conv",)),
    LayerInfo("backbone/relu", "ReLU", (8, 8, 16), 0, sources=("backbone/norm",)),
    LayerInfo("drop", "SpatialDropout2D", (8, 8, 16), 0, sources=("backbone/relu",)),
    LayerInfo("mean", "GlobalAveragePooling2D", (1, 1, 16), 0, sources=("drop",)),
    LayerInfo("flat", "Flatten", (16,), 0, sources=("mean",)),
    LayerInfo("out", "Dense", (2,), 0, sources=("flat",)),
)


def names(*layers: LayerInfo) -> list[str]:
    return [layer.name for layer in layers_to_try(Architecture("", (), (), layers))]


def test_the_last_layer_with_space_comes_first_after_its_activation_also_within_a_nested_model():
    assert names(*LAYERS) == ["backbone/relu", "backbone/norm", "backbone/conv"]


def test_a_branch_that_the_output_does_not_depend_on_and_a_layer_that_cannot_run_are_left_out():
    extra = LayerInfo("mask", "Conv2D", (8, 8, 1), 0, sources=("backbone/relu",))
    broken = replace(LAYERS[3], problem="It is a Lambda layer.")
    assert names(*LAYERS[:3], broken, *LAYERS[4:7], extra, LAYERS[7])[0] == "backbone/norm"


def test_where_no_sources_are_known_the_order_decides():
    loose = [replace(layer, sources=()) for layer in LAYERS]
    assert names(*loose)[0] == "backbone/relu"


def test_tokens_on_a_grid_have_space_and_others_have_none():
    tokens = LayerInfo("tokens", "Concatenate", (25, 8), 0, token_grid=(4, 6))
    sequence = LayerInfo("sequence", "LSTM", (10, 8), 0)
    check_has_space(tokens)
    with pytest.raises(ModelError, match="Layer “sequence” has no space: it returns 10×8 values"):
        check_has_space(sequence)


def test_without_a_layer_with_space_other_methods_are_named():
    with pytest.raises(ModelError, match="occlusion and RISE need none"):
        names(LAYERS[0], *LAYERS[5:])
