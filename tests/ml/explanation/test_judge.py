"""Deletion, insertion and ROAD against another implementation."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.models.explanations import MEASURES, JudgementPart, area_under
from explorer.core.models.model_use import ModelUse
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import JudgeExplanation
from explorer.ml.explanation.imputation import impute
from explorer.ml.explanation.judge import judge, move_at_random, order_of
from tests.support.plain_models import PixelModel, PooledModel

random = np.random.default_rng(8)
PICTURE = random.integers(0, 256, (16, 16, 3), np.uint8)
USE = ModelUse(Path("plain.model"), Preparation((16, 16)), 2)


def judged(adapter, use, picture, importance, number=0):
    deletion, insertion, road = (
        judge(adapter, JudgeExplanation(use, measure, picture, 1, importance, number))
        for measure in MEASURES
    )
    return JudgementPart(deletion, insertion, *road)


def imputed(picture, removed):
    """Solve for the removed pixels with a full matrix, without noise."""
    height, width = removed.shape
    places = [(i, j) for i in range(height) for j in range(width) if removed[i, j]]
    matrix, right = np.zeros((len(places), len(places))), np.zeros((len(places), 3))
    for n, (i, j) in enumerate(places):
        for di, dj in [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]:
            if 0 <= i + di < height and 0 <= j + dj < width:
                weight = 1 / 12 if di and dj else 1 / 6
                matrix[n, n] += weight
                if removed[i + di, j + dj]:
                    matrix[n, places.index((i + di, j + dj))] -= weight
                else:
                    right[n] += weight * picture[i + di, j + dj]
    filled = picture.astype(np.float64)
    filled[removed] = np.linalg.solve(matrix, right)
    return filled


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), share=st.floats(0.02, 0.95))
def test_removed_pixels_become_the_weighted_mean_of_their_neighbours_but_for_noise(seed, share):
    chosen = np.random.default_rng(seed)
    picture = chosen.integers(60, 190, (7, 9, 3), np.uint8)
    removed = chosen.random((7, 9)) < share
    removed[3, 4] = False
    found = impute(picture, removed, seed)
    assert np.array_equal(found[~removed], picture[~removed])
    assert np.abs(found - imputed(picture, removed)).max() < 0.5 + 5 * 2.55
    assert np.array_equal(found, impute(picture, removed, seed))


def test_the_curves_and_road_agree_with_a_plain_computation():
    adapter = PooledModel(random.normal(size=(3, 4)) / 30, random.normal(size=(4, 2)))
    importance = random.normal(size=(4, 4)).astype(np.float32)
    found = judged(adapter, USE, PICTURE, importance)

    large = cv2.resize(importance, (16, 16), interpolation=cv2.INTER_LINEAR)
    places = sorted(np.ndindex(16, 16), key=lambda place: -large[place])

    def probability(picture):
        return float(adapter.predict(picture[None].astype(np.float32))[0, 1])

    mean = np.rint(PICTURE.reshape(-1, 3).mean(axis=0))
    blur = cv2.GaussianBlur(PICTURE, (0, 0), 1.0)
    for curve, start, end in (
        (found.deletion, PICTURE, np.tile(mean, (16, 16, 1))),
        (found.insertion, blur, PICTURE),
    ):
        picture = start.astype(np.float64)
        expected = [probability(picture)]
        for step in range(16):
            for place in places[16 * step : 16 * step + 16]:
                picture[place] = end[place]
            expected.append(probability(picture))
        assert curve == pytest.approx(expected, abs=1e-5)
        assert area_under(curve) == pytest.approx(np.trapezoid(expected, dx=1 / 16), abs=1e-5)

    differences = []
    for share in (0.2, 0.4, 0.6, 0.8):
        count = round(256 * share)
        values = []
        for order in (places, places[::-1]):
            removed = np.zeros((16, 16), bool)
            for place in order[:count]:
                removed[place] = True
            values.append(probability(imputed(PICTURE, removed)))
        differences.append(values[1] - values[0])
    assert found.road == pytest.approx(np.mean(differences) / 2, abs=0.01)


def test_the_right_map_is_better_than_the_same_map_elsewhere():
    picture = np.full((32, 32, 3), 20, np.uint8)
    picture[4:12, 4:12] = 235
    use = ModelUse(Path("plain.model"), Preparation((32, 32)), 2)
    adapter = PixelModel(slice(4, 12), slice(4, 12))
    importance = np.zeros((8, 8), np.float32)
    importance[1:3, 1:3] = 1
    own, *others = (judged(adapter, use, picture, importance, number).total for number in range(7))
    assert own > max(others)


@given(seed=st.integers(0, 10_000))
def test_a_map_moved_at_random_keeps_its_values_and_neighbours(seed):
    values = np.arange(20, dtype=np.float32).reshape(4, 5)
    moved = move_at_random(values, seed)
    assert sorted(moved.reshape(-1)) == sorted(values.reshape(-1))
    steps = np.abs(moved - np.roll(moved, 1, axis=1))
    assert sorted(steps.reshape(-1)) == sorted(np.abs(values - np.roll(values, 1, 1)).reshape(-1))
    assert np.array_equal(moved, move_at_random(values, seed))


def test_pixels_that_are_equally_important_keep_their_order():
    assert list(order_of(np.zeros((2, 2), np.float32), (3, 4))) == list(range(12))
