"""Receptive fields against what a value of a small network really depends on."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from explorer.ml.architecture.node import (
    Given,
    Mixed,
    Moved,
    Node,
    Reduced,
    Regrouped,
    Scaled,
    Transposed,
    Windows,
)
from explorer.ml.architecture.receptive_fields import receptive_fields

LENGTH = 41


def windows(kernel=1, stride=1, dilation=1, before=0):
    return Windows((1,), (kernel,), (stride,), (dilation,), (before,))


def transposed(kernel=1, stride=1, dilation=1, before=0):
    return Transposed((1,), (kernel,), (stride,), (dilation,), (before,))


def depends(effects):
    """Return which inputs each output depends on, by applying each operation as written."""
    sees = np.eye(LENGTH, dtype=bool)
    for effect in effects:
        old = len(sees)
        rows = []
        match effect:
            case Windows(_, (kernel,), (stride,), (dilation,), (before,)):
                reach = (kernel - 1) * dilation + 1
                for at in range(max(0, (old + 2 * before - reach) // stride + 1)):
                    taps = [at * stride - before + tap * dilation for tap in range(kernel)]
                    rows.append(sees[[tap for tap in taps if 0 <= tap < old]].any(axis=0))
            case Transposed(_, (kernel,), (stride,), (dilation,), (before,)):
                out = np.zeros(((old - 1) * stride + (kernel - 1) * dilation + 1, LENGTH), bool)
                for at in range(old):
                    for tap in range(kernel):
                        out[at * stride + tap * dilation] |= sees[at]
                rows = list(out[before : len(out) - before])
            case Scaled(_, ((outputs, inputs),), reach, is_centred):
                for at in range(old * outputs // inputs):
                    half = 0.5 if is_centred else 0.0
                    place = (at + half) * inputs / outputs
                    if reach == 0:
                        taps = [int(place)]
                    else:
                        taps = [k for k in range(-9, old + 9) if abs(k + half - place) < reach]
                    rows.append(sees[np.clip(taps, 0, old - 1)].any(axis=0))
        sees = np.array(rows, bool).reshape(-1, LENGTH)
    return sees


def chain(effects, shape=(1, LENGTH, 3)):
    nodes = [Node("input", ("input",), shape, given=Given((1,)))]
    for number, effect in enumerate(effects):
        source = nodes[-1].name
        name = f"layer {number}"
        nodes.append(Node(name, (name,), None, (source,), (shape,), (effect,)))
    return nodes


small = st.integers(1, 3)
effects = st.one_of(
    st.builds(windows, st.integers(1, 4), small, small, st.integers(0, 2)),
    st.builds(transposed, st.integers(1, 4), small, small, st.integers(0, 1)),
    st.builds(
        lambda ratio, reach, is_centred: Scaled((1,), (ratio,), reach, is_centred),
        st.sampled_from([(2, 1), (3, 1), (3, 2), (2, 3)]),
        st.sampled_from([0.0, 1.0, 2.0]),
        st.booleans(),
    ),
)


@settings(max_examples=60, deadline=None)
@example([transposed(3, 3, 2), Scaled((1,), ((2, 3),), 2.0, True)])  # some see nothing
@given(st.lists(effects, min_size=1, max_size=4))
def test_the_box_is_the_smallest_that_holds_what_each_value_depends_on(found):
    sees = depends(found)
    field = receptive_fields(chain(found)).get(f"layer {len(found) - 1}")
    if field is None:
        assert not sees[1:-1].any()
        return
    (size,), (stride,), (start,) = field.size, field.stride, field.start
    for position, row in enumerate(sees):
        pixels = np.flatnonzero(row)
        pixels = pixels[(pixels > 0) & (pixels < LENGTH - 1)]  # at the edges, values are repeated
        if len(pixels):
            first = start + stride * position
            assert first - 1e-9 <= pixels[0]
            assert pixels[-1] <= first + size - 1 + 1e-9


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(windows, st.integers(1, 4), st.integers(1, 2), small, st.integers(0, 2)),
        min_size=1,
        max_size=3,
    )
)
def test_of_convolutions_the_box_is_exact(found):
    sees = depends(found)
    field = receptive_fields(chain(found))[f"layer {len(found) - 1}"]
    for position, row in enumerate(sees):
        first = field.start[0] + int(field.stride[0]) * position
        last = first + field.size[0] - 1
        pixels = np.flatnonzero(row)
        inside = first >= 0 and last < LENGTH
        if inside:
            assert (pixels[0], pixels[-1]) == (first, last)


def pool(axes=(1, 2)):
    return Windows(axes, (2, 2), (2, 2), (1, 1), (0, 0))


def convolve(size=3, before=1, stride=1):
    pair = (size, size)
    return Windows((1, 2), pair, (stride, stride), (1, 1), (before, before))


def picture(size=224):
    return Node("input", ("input",), (1, size, size, 3), given=Given((1, 2)))


def test_vgg16_sees_after_each_pool_what_is_published():
    nodes, sizes = [picture()], []
    for block, convolutions in enumerate((2, 2, 3, 3, 3)):
        side = 224 >> block
        for number in range(convolutions):
            name = f"{block} {number}"
            shape = (1, side, side, 64)
            nodes.append(Node(name, (name,), shape, (nodes[-1].name,), (shape,), (convolve(),)))
        name = f"pool {block}"
        nodes.append(Node(name, (name,), None, (nodes[-1].name,), (shape,), (pool(),)))
    fields = receptive_fields(nodes)
    for block in range(5):
        field = fields[f"pool {block}"]
        sizes.append((field.size[0], field.stride[0]))
    assert sizes == [(6, 2), (16, 4), (44, 8), (100, 16), (212, 32)]


def test_branches_see_together_what_one_of_them_sees():
    shape = (1, 24, 24, 8)
    nodes = [
        picture(24),
        Node("a", ("a",), shape, ("input",), (shape,), (convolve(3, 1),)),
        Node("b", ("b",), shape, ("input",), (shape,), (convolve(5, 2),)),
        Node("sum", ("sum",), shape, ("a", "b"), (shape, shape)),
        Node("beside", ("beside",), (1, 24, 24, 16), ("a", "b"), (shape, shape), joined_axis=3),
        Node("s", ("s",), (1, 1, 1, 8), ("a",), (shape,), (Reduced((1, 2), True),)),
        Node("gated", ("gated",), shape, ("b", "s"), (shape, (1, 1, 1, 8))),
        Node("below", ("below",), (1, 48, 24, 8), ("a", "b"), (shape, shape), joined_axis=1),
    ]
    fields = receptive_fields(nodes)
    assert fields["sum"] == fields["beside"] == fields["b"]
    assert fields["b"].size == (5, 5)
    assert fields["b"].start == (-2, -2)
    assert fields["s"] == fields["gated"]
    assert (fields["s"].size, fields["s"].stride) == ((24, 24), (0, 0))
    assert "below" not in fields  # the same position is two places of the picture


def test_positions_are_followed_into_another_order_and_given_up_where_they_are_lost():
    maps = (1, 16, 24, 8)
    nodes = [
        Node("input", ("input",), (1, 32, 48, 3), given=Given((1, 2))),
        Node("c", ("c",), maps, ("input",), ((1, 32, 48, 3),), (pool(),)),
        Node("turned", ("turned",), (1, 8, 24, 16), ("c",), (maps,), (Moved((0, 3, 2, 1)),)),
        Node("split", ("split",), None, ("c",), (maps,), (Regrouped(maps, (1, 16, 24, 2, 4)),)),
        Node("tokens", ("tokens",), None, ("c",), (maps,), (Regrouped(maps, (1, 384, 8)),)),
        Node("seen", ("seen",), None, ("tokens",), ((1, 384, 8),), (Mixed((1,)),)),
        Node("flat", ("flat",), None, ("c",), (maps,), (Regrouped(maps, (1, 3072)),)),
        Node("rows", ("rows",), None, ("c",), (maps,), (Reduced((2,), False),)),
    ]
    fields = receptive_fields(nodes)
    assert fields["turned"] == fields["split"] == fields["c"]
    assert "tokens" not in fields
    assert fields["seen"] == fields["flat"]
    assert (fields["flat"].size, fields["flat"].stride) == ((32, 48), (0, 0))
    assert (fields["rows"].size, fields["rows"].stride) == ((2, 48), (2, 0))


@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (4, 2), (3, 2), (3, 3)])
def test_after_upsampling_the_stride_is_a_fraction(kernel, stride):
    field = receptive_fields(chain([transposed(kernel, stride)]))["layer 0"]
    assert field.stride == pytest.approx((1 / stride,))
