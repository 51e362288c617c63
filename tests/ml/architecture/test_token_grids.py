"""Which token lies where: nothing is guessed."""

import numpy as np
import pytest

from explorer.core.layers.layers import LayerInfo
from explorer.ml.architecture.token_grids import lay_tokens_out, with_token_grids


def layer(name: str, *sources: str, kind: str = "Dense", count: int = 12) -> LayerInfo:
    return LayerInfo(name, kind, (count, 2), 0, sources=sources)


MAPS = LayerInfo("maps", "Conv2D", (3, 4, 2), 0)
START = (MAPS, layer("tokens", "maps", kind="Reshape"), layer("class", "tokens", count=1))


@pytest.mark.parametrize(("joined", "first"), [(("class", "tokens"), 1), (("tokens", "class"), 0)])
def test_the_token_of_the_class_is_where_it_was_joined(joined, first):
    join = layer("joined", *joined, kind="Concatenate", count=13)
    *_, all_of_them, after = with_token_grids([*START, join, layer("after", "joined", count=13)])
    for one in (all_of_them, after):
        assert (one.token_grid, one.first_token) == ((3, 4), first)
    values = np.arange(26, dtype=np.float32).reshape(1, 13, 2)
    expected = values[:, first : first + 12].reshape(1, 3, 4, 2)
    np.testing.assert_array_equal(lay_tokens_out(values, after), expected)


@pytest.mark.parametrize(
    "more",
    [
        [layer("padded", "tokens", kind="ZeroPadding1D", count=13)],
        [layer("joined", "tokens", kind="Concatenate", count=13)],  # to a constant
        [
            layer("joined", "class", "tokens", kind="Concatenate", count=13),
            layer("cut", "joined", kind="Cropping1D", count=12),
        ],
    ],
)
def test_tokens_whose_places_are_not_known_have_none(more):
    last = with_token_grids([*START, *more])[-1]
    assert last.token_grid is None
    assert last.why_no_maps.endswith(
        "vectors of 2 values, whose places in the picture are not known."
    )
