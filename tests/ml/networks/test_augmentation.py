"""The random transform, found out from pictures of coordinates and done again with SciPy.

The first channel of each picture is its x, the second its y: where bilinear interpolation lies
inside the picture it leaves a linear function as it is, so that the output tells which map was
applied, whatever the layer drew. The third channel is noise, for SciPy to transform alike.
"""

import numpy as np
import pytest
from scipy.ndimage import affine_transform

HEIGHT, WIDTH = 41, 53
SHEAR, ZOOM = 0.2, 0.3


def make_pictures(count: int) -> np.ndarray:
    """Return (count, HEIGHT, WIDTH, 3) float32: x, y and noise."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    noise = np.random.default_rng(4).uniform(0, 255, (count, HEIGHT, WIDTH))
    return np.stack([np.stack([x, y, each.astype(np.float32)], axis=-1) for each in noise]).astype(
        np.float32
    )


# In the child.


def transform(pictures, seed, is_training):
    from explorer.ml.networks.augmentation import RandomAffine

    layer = RandomAffine(shear=SHEAR, zoom=ZOOM, seed=seed)
    return np.asarray(layer(pictures, training=is_training))


def transform_by(pictures, parameters):
    from explorer.ml.networks.augmentation import RandomAffine

    return np.asarray(RandomAffine(seed=11, **parameters)(pictures, training=True))


def add_noise(pictures, strength):
    from explorer.ml.networks.augmentation import RandomNoise

    return np.asarray(RandomNoise(strength, seed=11)(pictures, training=True))


def transform_twice(pictures, seed):
    from explorer.ml.networks.augmentation import RandomAffine

    layer = RandomAffine(shear=SHEAR, zoom=ZOOM, seed=seed)
    return [np.asarray(layer(pictures, training=True)) for _ in range(2)]


def augment(recipe, pictures, is_training):
    from explorer.ml.networks import augmentation

    build = getattr(augmentation, f"build_{recipe}_augmentation")
    return np.asarray(build(3)(pictures, training=is_training))


# In the test.


def find_map(output: np.ndarray) -> np.ndarray:
    """Return the (2, 3) map from an output's (x, y, 1) to the input's (x, y), measured inside."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    middle = (slice(HEIGHT // 3, -(HEIGHT // 3)), slice(WIDTH // 3, -(WIDTH // 3)))
    places = np.stack([x[middle].ravel(), y[middle].ravel(), np.ones(x[middle].size)], axis=1)
    values = output[middle][..., :2].reshape(-1, 2).astype(float)
    found, residuals, *_ = np.linalg.lstsq(places, values, rcond=None)
    assert residuals.max() < 1e-3  # it is affine
    return found.T


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return make_pictures(200)


@pytest.fixture(scope="module")
def outputs(in_child, pictures) -> np.ndarray:
    return in_child(transform, pictures, 11, True)


@pytest.fixture(scope="module")
def maps(outputs) -> np.ndarray:
    return np.array([find_map(output) for output in outputs])


def test_outside_training_every_picture_passes_unchanged(in_child, pictures):
    some = pictures[:5]
    np.testing.assert_array_equal(in_child(transform, some, 11, False), some)
    for recipe in ("article", "photo", "strong"):
        np.testing.assert_array_equal(in_child(augment, recipe, some, False), some)


def test_the_centre_stays_where_it_is(maps):
    centre = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
    np.testing.assert_allclose(maps @ [*centre, 1], np.broadcast_to(centre, (200, 2)), atol=1e-2)


def test_zoom_shear_and_mirror_are_drawn_from_their_whole_ranges(maps):
    scale_x, shear, scale_y = maps[:, 0, 0], maps[:, 0, 1], maps[:, 1, 1]
    np.testing.assert_allclose(maps[:, 1, 0], 0, atol=1e-3)  # rows stay rows
    for values, middle, reach in (
        (np.abs(scale_x), 1, ZOOM),
        (scale_y, 1, ZOOM),
        (shear, 0, SHEAR),
    ):
        assert np.abs(values - middle).max() <= reach + 1e-3
        assert np.abs(values - middle).max() > 0.9 * reach
        # The mean of 200 uniform draws; four standard errors.
        assert abs(values.mean() - middle) < 4 * reach / np.sqrt(3 * 200)
    mirrored = np.count_nonzero(scale_x < 0)
    assert 70 < mirrored < 130
    # Width and height are zoomed each for itself, and none of it goes with the mirror.
    drawn = np.stack([np.abs(scale_x), scale_y, shear, np.sign(scale_x)])
    correlations = np.corrcoef(drawn)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 0.3


def maps_by(in_child, pictures, **parameters) -> np.ndarray:
    return np.array([find_map(output) for output in in_child(transform_by, pictures, parameters)])


def test_scale_is_common_to_both_axes_and_even_in_its_logarithm(in_child, pictures):
    maps = maps_by(in_child, pictures, scale=(0.5, 1.25))
    scales = maps[:, 1, 1]
    np.testing.assert_allclose(np.abs(maps[:, 0, 0]), scales, atol=1e-3)
    np.testing.assert_allclose(maps[:, [0, 1], [1, 0]], 0, atol=1e-3)
    assert 0.5 - 1e-3 <= scales.min() < 0.52
    assert 1.2 < scales.max() <= 1.25 + 1e-3
    reach = np.log(1.25 / 0.5) / 2
    middle = np.log(0.5 * 1.25) / 2
    assert abs(np.log(scales).mean() - middle) < 4 * reach / np.sqrt(3 * 200)


def test_rotation_turns_about_the_middle(in_child, pictures):
    maps = maps_by(in_child, pictures, rotation=0.3)
    # Without the mirror, which negates the first column, each map is a rotation.
    turns = maps[:, :, :2] * np.stack([np.sign(maps[:, 0, 0]), np.ones(200)], axis=1)[:, None]
    np.testing.assert_allclose(
        turns @ turns.transpose(0, 2, 1), np.broadcast_to(np.eye(2), (200, 2, 2)), atol=3e-3
    )
    np.testing.assert_allclose(np.linalg.det(turns), 1, atol=3e-3)
    angles = np.arctan2(turns[:, 1, 0], turns[:, 0, 0])
    assert 0.27 < np.abs(angles).max() <= 0.3 + 1e-3
    assert abs(angles.mean()) < 4 * 0.3 / np.sqrt(3 * 200)
    centre = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
    np.testing.assert_allclose(maps @ [*centre, 1], np.broadcast_to(centre, (200, 2)), atol=2e-2)


def test_shift_is_a_share_of_each_length(in_child, pictures):
    maps = maps_by(in_child, pictures, shift=0.1)
    centre = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
    shifts = (maps @ [*centre, 1] - centre) / (WIDTH, HEIGHT)
    assert (np.abs(shifts) <= 0.1 + 1e-3).all()
    assert (np.abs(shifts).max(axis=0) > 0.09).all()
    assert abs(np.corrcoef(shifts.T)[0, 1]) < 0.3


def test_noise_has_a_strength_of_its_own_in_each_picture(in_child):
    grey = np.full((60, HEIGHT, WIDTH, 3), 120, np.float32)
    noise = in_child(add_noise, grey, 8.0) - grey
    strengths = noise.std(axis=(1, 2, 3))
    assert strengths.max() <= 8 * 1.05
    assert strengths.max() > 7
    assert strengths.min() < 1
    assert np.abs(noise.mean(axis=(1, 2, 3))).max() < 4 * 8 / np.sqrt(noise[0].size)
    black = in_child(add_noise, np.zeros_like(grey), 8.0)
    assert black.min() == 0


def test_the_pixels_are_those_of_scipy(maps, pictures, outputs):
    for place in range(20):
        (a0, a1, a2), (b0, b1, b2) = maps[place]
        expected = affine_transform(
            pictures[place, ..., 2].astype(float),
            [[b1, b0], [a1, a0]],
            offset=[b2, a2],
            order=1,
            mode="reflect",
        )
        difference = np.abs(outputs[place, ..., 2] - expected)
        # The map is measured from float32 values, and where neighbours differ by 255, it matters.
        assert np.median(difference) < 0.05
        assert np.quantile(difference, 0.9) < 0.5
        # Where it is reflected, the first and the last half pixel are a matter of taste.
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        source_x, source_y = a0 * x + a1 * y + a2, b0 * x + b1 * y + b2
        is_inside = (
            *(source_x > 0, source_x < WIDTH - 1),
            *(source_y > 0, source_y < HEIGHT - 1),
        )
        assert difference[np.logical_and.reduce(is_inside)].max() < 1


def test_a_plain_picture_stays_plain(in_child):
    plain = np.full((20, HEIGHT, WIDTH, 3), 137, np.float32)
    np.testing.assert_allclose(in_child(transform, plain, 5, True), plain, atol=1e-3)


def test_the_seed_decides_and_every_batch_is_drawn_anew(in_child, pictures, outputs):
    some = pictures[:8]
    first, second = in_child(transform_twice, some, 21)
    again, _ = in_child(transform_twice, some, 21)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - second).mean() > 1
    assert np.abs(first - in_child(transform, some, 22, True)).mean() > 1


def test_the_recipes_change_pictures_in_training(in_child, pictures):
    for recipe in ("article", "photo", "strong"):
        changed = in_child(augment, recipe, pictures[:4], True)
        assert changed.shape == (4, HEIGHT, WIDTH, 3)
        assert np.isfinite(changed).all()
        assert np.abs(changed - pictures[:4]).mean() > 1
