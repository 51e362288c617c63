"""Which layers can be shown."""

import re

import pytest

from explorer.core.layers.layers import LayerInfo


@pytest.mark.parametrize(
    ("shape", "has_maps"),
    [
        ((512, 512, 64), True),
        ((512, 512, 65), False),
        ((6400, 6400, 3), False),
        ((1 << 20,), True),
        (((1 << 20) + 1,), False),
        ((1, 1, 1 << 21), False),
        ((12, 5), False),
        ((3, 0, 5), False),
        ((), False),
    ],
)
def test_a_layer_is_shown_where_its_values_have_a_place_and_fit_into_memory(shape, has_maps):
    layer = LayerInfo("one", "Kind", shape, 0)
    assert layer.has_maps == has_maps
    assert bool(layer.why_no_maps) != has_maps
    numbers = re.findall(r"\d+", layer.why_no_maps)
    assert has_maps or set(map(str, shape)) <= set(numbers)
