"""Graphs of networks: rows, lines, folded models, and what cannot be drawn."""

import random

import pytest

from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import LayerInfo
from explorer.core.network.graph_layout import BOX_SIZE, groups_of, lay_out
from explorer.errors import ModelError


def network(*layers):
    return Architecture(
        "Keras",
        (),
        (),
        tuple(LayerInfo(name, "ReLU", (), 0, sources=given) for name, given in layers),
    )


BRANCHES = network(
    ("in", ()),
    ("stem", ("in",)),
    ("block/left", ("stem",)),
    ("block/right", ("stem",)),
    ("block/deep/more", ("block/right",)),
    ("sum", ("block/left", "block/deep/more", "stem")),
    ("alone", ()),
)
GROUPS = frozenset(groups_of(BRANCHES.layers))


def test_each_layer_lies_below_what_it_takes_and_over_none():
    found = lay_out(BRANCHES, frozenset())
    place = {box.name: (box.x, box.y) for box in found.boxes}
    assert set(place) == {layer.name for layer in BRANCHES.layers}
    pairs = {(source, layer.name) for layer in BRANCHES.layers for source in layer.sources}
    assert {pair for pair, _ in found.lines} == pairs
    for (source, target), points in found.lines:
        assert place[source][1] < place[target][1]
        assert points[0][0] == place[source][0]
        assert points[-1] == (place[target][0], place[target][1] - BOX_SIZE[1] / 2)
    boxes = list(found.boxes)
    for number, one in enumerate(boxes):
        for other in boxes[:number]:
            is_beside = abs(one.x - other.x) >= BOX_SIZE[0]
            assert is_beside or abs(one.y - other.y) >= BOX_SIZE[1]


def test_a_folded_model_is_one_box():
    assert groups_of(BRANCHES.layers) == ("block", "block/deep")
    found = lay_out(BRANCHES, GROUPS)
    boxes = {box.name: box for box in found.boxes}
    assert set(boxes) == {"in", "stem", "block", "sum", "alone"}
    assert (boxes["block"].layers, boxes["sum"].layers) == (3, 0)
    assert found.box_of("block/deep/more") == boxes["block"]
    assert found.box_of("nothing") is None
    inner = lay_out(BRANCHES, frozenset({"block/deep"}))
    assert inner.box_of("block/deep/more").name == "block/deep"


def test_a_model_that_takes_again_what_it_returned_can_be_folded():
    found = lay_out(
        network(("a/1", ()), ("b", ("a/1",)), ("a/2", ("b",)), ("c", ("a/2", "c"))),
        frozenset({"a"}),
    )
    assert {pair for pair, _ in found.lines} == {("a", "b"), ("b", "a"), ("a", "c")}


def test_any_graph_is_drawn():
    for seed in range(40):
        draw = random.Random(seed)
        names = [f"{draw.choice(('', 'm/', 'm/n/', 'k/'))}{number}" for number in range(30)]
        layers = [
            (name, tuple(draw.sample(names, draw.randint(0, 3)))) for name in names
        ]  # circles too
        architecture = network(*layers)
        groups = groups_of(architecture.layers)
        for folded in (frozenset(), frozenset(groups), frozenset(groups[:1])):
            assert lay_out(architecture, folded).boxes


def test_what_is_too_much_to_draw_is_told():
    chain = [(f"m/{number}", (f"m/{number - 1}",)) for number in range(1001)]
    with pytest.raises(ModelError, match="1,001 layers to draw; at most 1,000"):
        lay_out(network(*chain), frozenset())
    assert len(lay_out(network(*chain), frozenset({"m"})).boxes) == 1
    dense = [(f"{n}", tuple(f"{k}" for k in range(n))) for n in range(60)]
    with pytest.raises(ModelError, match="branches too much"):
        lay_out(network(*dense), frozenset())


def test_where_nothing_lies_beside_the_boxes_they_are_wide():
    chain = network(("in", ()), ("conv", ("in",)), ("relu", ("conv",)))
    assert lay_out(chain, frozenset()).box_size[0] > BOX_SIZE[0]
    assert lay_out(BRANCHES, frozenset()).box_size == BOX_SIZE
