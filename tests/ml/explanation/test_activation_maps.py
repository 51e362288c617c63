"""Class activation maps against sums written out, and what they sum to where a head is linear."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.ml.explanation.activation_maps import grad_cam, grad_cam_plus_plus, hires_cam

SHAPE = (3, 4, 5)
NUMBERS = st.floats(-8, 8, width=16)
MAPS = arrays(np.float64, SHAPE, elements=NUMBERS)


@given(maps=MAPS, head=arrays(np.float64, SHAPE[2], elements=NUMBERS), bias=NUMBERS)
def test_after_average_pooling_and_a_dense_layer_the_map_sums_to_the_logit_less_the_bias(
    maps, head, bias
):
    logit = maps.mean(axis=(0, 1)) @ head + bias
    gradients = np.broadcast_to(head / 12, SHAPE)
    for method in (grad_cam, hires_cam):
        assert np.isclose(method(maps, gradients).sum(), logit - bias, atol=1e-9)


@given(maps=MAPS, head=arrays(np.float64, SHAPE, elements=NUMBERS), bias=NUMBERS)
def test_before_any_dense_layer_hires_cam_sums_to_the_logit_less_the_bias(maps, head, bias):
    logit = (maps * head).sum() + bias
    assert np.isclose(hires_cam(maps, head).sum(), logit - bias, atol=1e-9)


@given(maps=MAPS, gradients=arrays(np.float64, SHAPE, elements=NUMBERS))
def test_grad_cam_and_plus_plus_as_their_papers_write_them(maps, gradients):
    plain, plus = np.zeros(SHAPE[:2]), np.zeros(SHAPE[:2])
    for k in range(SHAPE[2]):
        plain += sum(gradients[i, j, k] for i in range(3) for j in range(4)) / 12 * maps[:, :, k]
        total = maps[:, :, k].sum()
        weight = 0.0
        for i in range(3):
            for j in range(4):
                g = gradients[i, j, k]
                below = 2 * g**2 + total * g**3
                weight += (g**2 / below if below else 0.0) * max(g, 0.0)
        plus += weight * maps[:, :, k]
    assert np.allclose(grad_cam(maps, gradients), plain, atol=1e-9)
    assert np.allclose(grad_cam_plus_plus(maps, gradients), plus, rtol=1e-6, atol=1e-9)
