"""A map lies over the photo where the model saw what it speaks of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.explanation.overlay import draw_over, limit_of, place_on_photo
from explorer.core.models.preparation import RESIZES, Preparation


@settings(max_examples=60, deadline=None)
@given(
    resize=st.sampled_from(RESIZES),
    rows=st.integers(20, 90),
    columns=st.integers(20, 90),
    seed=st.integers(0, 100),
)
def test_a_map_of_what_the_model_sees_is_the_photo_again(resize, rows, columns, seed):
    down, across = np.linspace(0, 200, rows), np.linspace(0, 55, columns)
    photo = np.repeat((down[:, None] + across)[..., None], 3, axis=2).astype(np.uint8)
    preparation = Preparation((48, 40), resize=resize)
    seen = preparation.fit(photo)[:, :, 0].astype(np.float32)
    placed = place_on_photo(seen, preparation, (rows, columns))
    inside = np.isfinite(placed)
    assert inside[rows // 2, columns // 2]
    if resize != "crop":
        assert inside.all()
    # Where a pixel of the photo is many of the input or the other way round, edges are smoothed.
    middle = inside.copy()
    middle[:4], middle[-4:], middle[:, :4], middle[:, -4:] = False, False, False, False
    slope = 200 / rows + 55 / columns
    assert np.abs(placed - photo[:, :, 0])[middle].max() <= 2 + 2.5 * slope


def test_what_the_model_did_not_see_stays_as_it_is():
    photo = np.full((20, 40, 3), 90, np.uint8)
    placed = place_on_photo(np.ones((2, 2), np.float32), Preparation((8, 8), "crop"), (20, 40))
    assert np.isnan(placed[:, :10]).all()
    assert np.isnan(placed[:, 30:]).all()
    assert (placed[:, 10:30] == 1).all()
    drawn = draw_over(photo, placed, limit=1.0, opacity=1.0)
    assert (drawn[:, :10] == 90).all()
    assert tuple(drawn[10, 20]) == (217, 95, 14)


def test_evidence_is_orange_evidence_against_blue_and_zero_neutral():
    photo = np.zeros((1, 3, 3), np.uint8)
    values = np.array([[-2.0, 0.0, 2.0]], np.float32)
    drawn = draw_over(photo, values, limit=limit_of(values), opacity=1.0)
    assert [tuple(pixel) for pixel in drawn[0]] == [(33, 102, 172), (247, 247, 247), (217, 95, 14)]


@pytest.mark.parametrize("colors", ["diverging", "viridis"])
def test_without_anything_to_draw_the_photo_stays(colors):
    photo = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    zero = np.zeros((2, 2), np.float32)
    assert limit_of(zero) == 0
    assert np.array_equal(draw_over(photo, zero, limit=0.0, colors=colors), photo)
    assert np.array_equal(draw_over(photo, zero, limit=1.0, opacity=0.0, colors=colors), photo)
