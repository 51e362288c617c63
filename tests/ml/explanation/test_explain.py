"""Every method on models whose answer can be written down."""

from pathlib import Path

import numpy as np
import pytest

from explorer.core.explanation.steps import explain_steps
from explorer.core.models.explanations import METHODS, has_positive_evidence
from explorer.core.models.model_use import ModelUse
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import ExplainClass
from explorer.errors import ModelError
from explorer.ml.explanation.covering import MASKS, random_masks
from explorer.ml.explanation.explain import explain
from tests.support.plain_models import PixelModel, PooledModel

random = np.random.default_rng(5)
PICTURE = random.integers(0, 256, (12, 16, 3), np.uint8)
UNIT = Preparation((12, 16), scaling="unit")
SINGLE = ModelUse(Path("plain.model"), UNIT, 2)
MIX, HEAD = random.normal(size=(3, 4)), random.normal(size=(4, 1))


def follow(adapter, steps):
    """Answer one request after the other; return the result and how many there were."""
    answer, count = None, 0
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as ended:
            return ended.value, count
        assert 0 <= step.done < 1
        answer, count = explain(adapter, step.request), count + 1


def explained(adapter, method, classes, use=SINGLE, picture=PICTURE, **more):
    return follow(adapter, explain_steps(use, picture, method, classes, **more))[0]


@pytest.mark.parametrize("method", METHODS)
def test_of_a_single_unit_the_first_class_has_the_second_ones_map_turned_round(method):
    found = explained(PooledModel(MIX, HEAD, 0.3), method, (0, 1))
    first, second = found.maps
    if method != "grad-cam++":  # whose weights are of the positive gradients alone
        assert np.allclose(first, -second, atol=1e-6)
    assert found.scores[0] == pytest.approx(-found.scores[1])
    assert np.isfinite(found.maps).all()
    assert np.abs(found.maps).max() > 0


@pytest.mark.parametrize(("method"), ["grad-cam", "hirescam"])
@pytest.mark.parametrize("units", [1, 2, 5])
def test_the_map_sums_to_the_logit_less_the_bias_for_every_class(method, units):
    head, bias = random.normal(size=(4, units)), random.normal(size=units)
    adapter = PooledModel(MIX, head, bias)
    use = ModelUse(Path("plain.model"), UNIT, max(2, units))
    classes = tuple(range(max(2, units)))
    found = explained(adapter, method, classes, use)
    logits = adapter.scores(UNIT.prepare(PICTURE)[None])[0]
    expected = [-(logits[0] - bias[0]), logits[0] - bias[0]] if units == 1 else logits - bias
    assert found.layer == "body/maps"
    assert found.maps.shape == (len(classes), 12, 16)
    assert np.allclose(found.maps.sum(axis=(1, 2)), expected, atol=1e-4)


def test_integrated_gradients_are_complete_where_the_gradient_jumps():
    class Bent(PooledModel):
        def scores(self, inputs):
            return np.maximum(super().scores(inputs) * 40 - 7, 0) + 1

        def input_gradients(self, inputs, output):
            active = (super().scores(inputs) * 40 > 7)[:, :, None, None]
            return super().input_gradients(inputs, output) * 40 * active

    adapter = Bent(np.eye(3), np.ones((3, 1)))
    steps = explain_steps(SINGLE, PICTURE, "integrated-gradients", (0, 1))
    found, requests = follow(adapter, steps)
    black, whole = (adapter.scores(x[None])[0, 0] for x in (np.zeros((12, 16, 3)), PICTURE / 255))
    assert whole - black > 1
    assert abs(found.maps[1].sum() - (whole - black)) <= 0.01 * (whole - black)
    assert requests > 5  # five pieces would have missed it
    assert found.notes == ("Compared with a black picture.",)


def test_integrated_gradients_that_stay_incomplete_say_by_how_much():
    class Wrong(PooledModel):
        def input_gradients(self, inputs, output):
            return super().input_gradients(inputs, output) * 0.9

    adapter = Wrong(np.eye(3), np.ones((3, 1)))
    found, requests = follow(adapter, explain_steps(SINGLE, PICTURE, "integrated-gradients", (1,)))
    assert requests <= 41
    assert found.notes[1] == (
        "The map is not exact: its sum misses the difference of the scores by 10.0% of it."
    )


def test_smooth_gradients_of_a_linear_model_are_its_weights_and_a_seed_gives_the_same_map():
    class Linear(PooledModel):
        def input_gradients(self, inputs, output):
            return np.broadcast_to(np.arange(12 * 16 * 3).reshape(12, 16, 3), inputs.shape)

    found = explained(Linear(MIX, HEAD), "smoothgrad", (1,))
    assert np.allclose(found.maps[0], np.arange(12 * 16 * 3).reshape(12, 16, 3).sum(axis=2))
    first, again, other = (
        explained(PooledModel(MIX, HEAD), "smoothgrad", (1,), seed=seed).maps for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_occlusion_and_rise_find_the_region_that_a_model_without_gradients_looks_at():
    picture = np.full((32, 32, 3), 10, np.uint8)
    picture[8:16, 20:28] = 240
    use = ModelUse(Path("plain.model"), Preparation((32, 32)), 2)
    adapter = PixelModel(slice(8, 16), slice(20, 28))
    for method, least in (("occlusion", 1.0), ("rise", 0.1)):
        found, _ = follow(adapter, explain_steps(use, picture, method, (0, 1)))
        row, column = np.unravel_index(found.maps[1].argmax(), found.maps[1].shape)
        scale = 32 / found.maps.shape[1]
        assert 8 <= (row + 0.5) * scale <= 16, method
        assert 20 <= (column + 0.5) * scale <= 28, method
        assert found.maps[1].max() > least
        assert np.allclose(found.maps[0], -found.maps[1], atol=1e-6)


def test_masks_see_every_pixel_half_of_the_time_and_come_alike_in_any_parts():
    masks = random_masks((9, 14), range(MASKS), seed=3)
    assert np.allclose(masks.mean(axis=0), 0.5, atol=1e-6)
    assert masks.min() >= 0
    assert masks.max() <= 1
    assert np.array_equal(masks[50:60], random_masks((9, 14), range(50, 60), seed=3))


@pytest.mark.parametrize("method", METHODS)
def test_a_model_that_looks_at_nothing_has_no_positive_evidence_and_no_number_is_missing(method):
    adapter = PooledModel(-np.ones((3, 4)), HEAD, 0.7)  # nothing passes its ReLU
    light = PICTURE // 4 + 191  # with noise, too, nothing is below 0
    found = explained(adapter, method, (0, 1), picture=light)
    assert np.isfinite(found.maps).all()
    assert not found.has_evidence(0)
    assert not found.has_evidence(1)


def test_rounding_is_no_evidence():
    assert not has_positive_evidence(np.full((2, 2), 1e-6, np.float32), score=30.0)
    assert has_positive_evidence(np.full((2, 2), 1e-3, np.float32), score=30.0)


def test_what_cannot_be_explained_is_a_sentence():
    adapter = PooledModel(MIX, HEAD)
    for changes, sentence in (
        ({"layer": "mean"}, "Layer “mean” has no space: it returns 4 values"),
        ({"layer": "conv"}, "There is no layer “conv”"),
        ({"classes": (2,)}, "There is no class 2"),
        ({"method": "smoothgrad", "part": 5}, "There is no part 5"),
        ({"redrawn": 1}, "A plain model cannot be changed"),
    ):
        wish = {"method": "grad-cam", "classes": (1,), **changes}
        with pytest.raises(ModelError, match=sentence):
            explain(adapter, ExplainClass(SINGLE, PICTURE, **wish))
    adapter.bias = np.array(np.nan)
    with pytest.raises(ModelError, match="returns no usable numbers"):
        explain(adapter, ExplainClass(SINGLE, PICTURE, "occlusion", (1,)))
