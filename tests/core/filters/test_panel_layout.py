"""How the Filter page's tools lie is written and read."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.filters.panel_layout import FOLDS, LINKS, PanelLayout, from_json, to_json
from explorer.core.kernels.brush import Brush, Symmetry

looks = st.builds(
    PanelLayout,
    st.builds(
        Brush,
        st.floats(0.001, 1),
        st.floats(0, 31),
        st.sampled_from(get_args(Symmetry)),
    ),
    st.lists(st.sampled_from(LINKS), max_size=5, unique=True).map(tuple),
    st.lists(st.sampled_from(FOLDS), max_size=3, unique=True).map(tuple),
    st.floats(1, 50_000),
)


@given(looks)
def test_what_is_written_is_read(look):
    assert from_json(to_json(look)) == look


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        to_json(PanelLayout()).replace("0.1", "7"),
        to_json(PanelLayout()).replace("none", "spiral"),
        to_json(PanelLayout(unlinked=("size",))).replace('"size"', '"colour"'),
        to_json(PanelLayout()).replace('"unlinked": []', '"is_size_linked": "yes"'),
    ],
)
def test_what_cannot_be_read_is_as_on_a_first_start(text):
    assert from_json(text) == PanelLayout()


def test_what_was_written_of_the_size_alone_is_read():
    for is_linked, unlinked in (("true", ()), ("false", ("size",))):
        text = to_json(PanelLayout()).replace('"unlinked": []', f'"is_size_linked": {is_linked}')
        assert from_json(text) == PanelLayout(unlinked=unlinked)
