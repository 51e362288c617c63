"""The presets: their weights, their sums, and how they are found."""

import numpy as np
import pytest

from explorer.core.kernels.presets import PRESET_GROUPS, PRESETS, find_preset
from tests.support.refusals import refusal


@pytest.mark.parametrize(
    ("key", "rows", "over"),
    [
        ("identity", "0 0 0 / 0 1 0 / 0 0 0", 1),
        ("box-3x3", "1 1 1 / 1 1 1 / 1 1 1", 9),
        ("box-8x8", " / ".join(["1 1 1 1 1 1 1 1"] * 8), 64),
        ("gx", "-1 0 1 / -2 0 2 / -1 0 1", 1),
        ("gy", "1 2 1 / 0 0 0 / -1 -2 -1", 1),
        ("sharpen", "0 -1 0 / -1 5 -1 / 0 -1 0", 1),
        ("outline", "-1 -1 -1 / -1 8 -1 / -1 -1 -1", 1),
        ("emboss", "-2 -1 0 / -1 1 1 / 0 1 2", 1),
        (
            "gaussian",
            "1 4 6 4 1 / 4 16 24 16 4 / 6 24 36 24 6 / 4 16 24 16 4 / 1 4 6 4 1",
            256,
        ),
    ],
)
def test_a_preset_has_the_weights_it_is_known_for(key, rows, over):
    (kernel,) = find_preset(key).kernels
    expected = np.array([row.split() for row in rows.split(" / ")], float) / over
    np.testing.assert_allclose(kernel.weights, expected, rtol=1e-15)


def test_the_gradient_is_made_of_gx_and_gy():
    kernels = find_preset("gradient").kernels
    assert kernels == (*find_preset("gx").kernels, *find_preset("gy").kernels)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_a_preset_is_found_by_key_and_by_name_however_written(preset):
    for name in (preset.key, preset.name, f"  {preset.name.upper()} ", preset.key.replace("-", "")):
        assert find_preset(name) is preset


def test_an_unknown_preset_is_answered_with_the_known_ones():
    sentence = refusal(find_preset, "blurr")
    assert "blurr" in sentence
    assert all(preset.key in sentence for preset in PRESETS)


def test_every_preset_stands_in_one_group():
    assert [group.name for group in PRESET_GROUPS] == [
        "Basics",
        "Blur",
        "Edges",
        "Sharpen",
        "Emboss",
        "Textures",
    ]
    assert len({preset.key for preset in PRESETS}) == len(PRESETS)
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)


def test_the_sums_are_those_of_their_group():
    sums = {
        group.name: {round(one.total, 12) for preset in group.filters for one in preset.kernels}
        for group in PRESET_GROUPS
    }
    assert sums["Blur"] == sums["Sharpen"] == {1}
    assert sums["Edges"] == sums["Textures"] == {0}


@pytest.mark.parametrize("name", ["lines", "gabor", "spots", "checkerboard"])
def test_a_texture_answers_most_where_the_picture_looks_like_it(name):
    textures = [one for one in PRESETS if one.key.startswith(name)]
    group = next(group for group in PRESET_GROUPS if group.name == "Textures")
    for texture in textures:
        pattern = texture.kernels[0].weights
        pattern = pattern / np.linalg.norm(pattern)
        alike = [
            np.vdot(pattern, other.kernels[0].weights) / np.linalg.norm(other.kernels[0].weights)
            for other in group.filters
            if other.kernels[0].weights.shape == pattern.shape
        ]
        assert sorted(alike)[-1] == pytest.approx(1)
        assert all(value < 0.9 for value in sorted(alike)[:-1])


def test_unsharp_masking_adds_what_the_blur_took():
    (blur,) = find_preset("gaussian").kernels
    identity = np.zeros((5, 5))
    identity[2, 2] = 1
    (unsharp,) = find_preset("unsharp").kernels
    np.testing.assert_allclose(unsharp.weights, identity + (identity - blur.weights))


def test_level_lines_are_level_and_rising_lines_rise():
    assert np.ptp(find_preset("lines-level").kernels[0].weights, axis=1).tolist() == [0, 0, 0]
    assert np.ptp(find_preset("lines-upright").kernels[0].weights, axis=0).tolist() == [0, 0, 0]
    rising = find_preset("lines-rising").kernels[0].weights
    assert np.diag(np.fliplr(rising)).tolist() == [2, 2, 2]
    # The stripes of the Gabor kernel of 45° fall: they lie across its direction.
    gabor = find_preset("gabor-45").kernels[0].weights
    assert np.ptp(np.sign(np.diag(gabor))) == 0
    assert np.ptp(np.sign(np.diag(np.fliplr(gabor)))) == 2
