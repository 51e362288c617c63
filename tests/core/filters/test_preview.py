"""A sample has, at each of its places, the value of the whole result."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.convolution.geometry import Geometry
from explorer.core.filters.pipeline import Pipeline
from explorer.core.filters.preview import Viewport, can_preview, preview
from explorer.core.filters.result import SourcePicture, filter_picture
from explorer.core.filters.settings import FilterSettings
from explorer.core.filters.steps import Convolution, Relu, Step
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.presets import find_preset
from explorer.errors import KernelError


@st.composite
def cases(draw: st.DrawFn) -> tuple[SourcePicture, FilterSettings, Viewport]:
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    height, width = draw(st.integers(20, 50)), draw(st.integers(20, 50))
    picture = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    kernel = Kernel("k", generator.normal(size=(rows, columns)))
    geometry = Geometry(
        mode=draw(st.sampled_from(["full", "same", "valid"])),
        border=draw(st.sampled_from(["zero", "replicate", "reflect"])),
        dilation=(draw(st.integers(1, 2)), draw(st.integers(1, 2))),
        is_correlation=draw(st.booleans()),
    )
    operation = Convolution(Filter("f", (kernel,), ""), geometry, draw(st.sampled_from([0.0, 7.5])))
    asked = FilterSettings((Step(operation),), source=draw(st.sampled_from(["grey", "color"])))
    top, left = draw(st.integers(-10, height - 1)), draw(st.integers(-10, width - 1))
    viewport = Viewport(
        top,
        draw(st.integers(top + 1, height + 10)),
        left,
        draw(st.integers(left + 1, width + 10)),
        draw(st.integers(1, 7)),
    )
    return SourcePicture(picture), asked, viewport


@given(cases())
@settings(max_examples=150)
def test_every_value_is_that_of_the_whole_result(
    case: tuple[SourcePicture, FilterSettings, Viewport],
) -> None:
    picture, asked, viewport = case
    whole = filter_picture(picture, asked, Pipeline())
    sample = preview(picture, asked, viewport)
    if sample is None:
        return
    assert sample.placement.down == sample.placement.across == viewport.step
    # The middle of a sampled value's place is the middle of a value of the whole result.
    half = (viewport.step - 1) / 2
    top = sample.placement.top + half - whole.placement.top
    left = sample.placement.left + half - whole.placement.left
    rows = int(top) + viewport.step * np.arange(sample.response.shape[0])
    columns = int(left) + viewport.step * np.arange(sample.response.shape[1])
    expected = whole.response[np.ix_(rows, columns)]
    weights = asked.convolution.filter.kernels[0].absolute_total
    assert np.abs(sample.response - expected).max() <= 2e-6 * 255 * max(weights, 1)
    # All of it that is seen is there.
    seen = min(viewport.bottom, picture.size[0]) - max(viewport.top, 0)
    lost = picture.size[0] - whole.response.shape[0] if asked.convolution else 0
    assert len(rows) * viewport.step >= seen - max(lost, 0) - viewport.step


def test_where_nothing_of_the_result_is_seen_there_is_no_sample() -> None:
    picture = SourcePicture(np.zeros((40, 40, 3), np.uint8))
    asked = FilterSettings((Step(Convolution(find_preset("gx"))),))
    assert preview(picture, asked, Viewport(60, 80, 0, 40, 2)) is None


def test_a_kernel_that_does_not_fit_is_a_sentence() -> None:
    picture = SourcePicture(np.zeros((5, 40, 3), np.uint8))
    operation = Convolution(find_preset("box-8x8"), Geometry(mode="valid"))
    with pytest.raises(KernelError, match="does not fit"):
        preview(picture, FilterSettings((Step(operation),)), Viewport(0, 5, 0, 40, 2))


def test_only_what_is_worth_it_under_a_plain_convolution_is_sampled() -> None:
    picture = SourcePicture(np.zeros((400, 400, 3), np.uint8))
    far, near = Viewport(0, 400, 0, 400, 4), Viewport(100, 200, 100, 200, 1)
    gx = Convolution(find_preset("gx"))
    for viewport in (far, near):
        assert can_preview(picture, FilterSettings((Step(gx),)), viewport)
    assert not can_preview(picture, FilterSettings((Step(gx),)), Viewport(0, 400, 0, 400, 2))
    assert not can_preview(picture, FilterSettings((Step(gx, is_on=False),)), far)
    assert not can_preview(picture, FilterSettings((Step(gx), Step(Relu())), selected=1), far)
    wrapped = Convolution(gx.filter, Geometry(border="wrap"))
    assert not can_preview(picture, FilterSettings((Step(wrapped),)), far)
    many = Kernel("many", np.ones((11, 11)))
    assert not can_preview(
        picture, FilterSettings((Step(Convolution(Filter("many", (many,), ""))),)), far
    )
