"""The lessons that are shipped: complete, and true; and what becomes of damaged ones."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from explorer import paths
from explorer.core.filters.lessons import count_dense_weights, list_lessons, read_lesson
from explorer.core.filters.pipeline import Pipeline
from explorer.core.filters.steps import Convolution, Dense, Pooling, Relu, Shuffle
from explorer.errors import KernelError

LESSONS = {lesson.key: lesson for lesson in list_lessons(paths.resources() / "lessons")}
KEYS = (
    "box-3x3",
    "box-8x8",
    "gx",
    "gy",
    "gradient-magnitude",
    "tiny-cnn-layer",
    "why-not-fully-connected",
    "shuffle-the-pixels",
)


def run(key: str, planes: np.ndarray, **on: bool) -> list[np.ndarray]:
    """Return the outputs of a lesson's steps; step_2=True switches the second on."""
    steps = list(LESSONS[key].settings.steps)
    for name, is_on in on.items():
        index = int(name.removeprefix("step_")) - 1
        steps[index] = replace(steps[index], is_on=is_on)
    return list(Pipeline().run(planes.astype(np.float32), tuple(steps)))


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, shape).astype(np.float32)


def test_all_lessons_are_there_in_order():
    assert tuple(LESSONS) == KEYS
    files = (paths.resources() / "lessons").glob("*.json")
    assert len(list(files)) == len(KEYS)
    assert len({lesson.title for lesson in LESSONS.values()}) == len(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_a_lesson_says_what_to_look_at_in_two_sentences(key):
    look_at = LESSONS[key].look_at
    assert len(re.findall(r"[.!?](?= [A-Z]|$)", look_at)) == 2
    assert look_at.endswith(".")
    assert not re.search(r"[{}]", look_at)


def test_the_experiments_are_the_article_s():
    filters = [LESSONS[key].settings.convolution.filter for key in KEYS[:5]]
    box, large_box, gx, gy, gradient = filters
    assert np.array_equal(box.kernels[0].weights, np.full((3, 3), 1 / 9))
    assert np.array_equal(large_box.kernels[0].weights, np.full((8, 8), 1 / 64))
    assert np.array_equal(gx.kernels[0].weights, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    assert np.array_equal(gy.kernels[0].weights, [[1, 2, 1], [0, 0, 0], [-1, -2, -1]])
    assert gradient.kernels == (*gx.kernels, *gy.kernels)


def test_the_large_box_is_dark_at_the_rim_and_makes_ramps_of_eight():
    (flat,) = run("box-8x8", np.full((30, 30), 200))
    assert flat[15, 15] == pytest.approx(200)
    assert max(flat[0].max(), flat[:, 0].max(), flat[-1].max(), flat[:, -1].max()) < 130
    edge = np.zeros((30, 30))
    edge[:, 15:] = 80
    (ramp,) = run("box-8x8", edge)
    assert np.allclose(np.diff(ramp[15, 8:22]), [0] * 3 + [10] * 8 + [0] * 2, atol=1e-3)


def test_gx_has_the_signs_that_the_lesson_tells():
    upright = np.zeros((9, 9))
    upright[:, 3:6] = 100  # dark, bright, dark
    (response,) = run("gx", upright)
    assert response[4, 6] > 0  # going right, from bright to dark
    assert response[4, 2] < 0
    (response,) = run("gx", upright.T)
    assert np.allclose(response[1:-1, 1:-1], 0)


def test_gy_has_the_signs_that_the_lesson_tells():
    level = np.zeros((9, 9))
    level[3:6] = 100
    (response,) = run("gy", level)
    assert response[2, 4] > 0  # going down, from dark to bright
    assert response[6, 4] < 0
    (response,) = run("gy", level.T)
    assert np.allclose(response[1:-1, 1:-1], 0)


def test_the_magnitude_is_the_long_side_of_the_triangle():
    picture = noise(12, 12)
    (both,) = run("gradient-magnitude", picture)
    (across,), (down,) = run("gx", picture), run("gy", picture)
    assert np.allclose(both, np.hypot(across, down), rtol=1e-5)


def test_the_tiny_layer_halves_the_size_and_each_value_sees_four_by_four_pixels():
    lesson = LESSONS["tiny-cnn-layer"]
    kinds = [type(step.operation) for step in lesson.settings.steps]
    assert kinds == [Convolution, Relu, Pooling]
    picture = noise(42, 62)
    *_, before = run("tiny-cnn-layer", picture)
    assert before.shape == (20, 30)
    seen = np.zeros((42, 62), bool)
    for row in range(6, 16):
        for column in range(10, 20):
            other = picture.copy()
            other[row, column] += 10_000
            bright = run("tiny-cnn-layer", other)[-1]
            other[row, column] -= 20_000
            dark = run("tiny-cnn-layer", other)[-1]
            seen[row, column] = before[5, 7] != bright[5, 7] or before[5, 7] != dark[5, 7]
    rows, columns = np.nonzero(seen)
    assert (rows.min(), rows.max()) == (10, 13)
    assert (columns.min(), columns.max()) == (14, 17)


def test_the_count_of_weights_is_computed():
    look_at = LESSONS["why-not-fully-connected"].look_at
    assert "196,608 values" in look_at
    assert "1,000 fully connected neurons" in look_at
    assert f"{count_dense_weights((256, 256, 3), 1000):,} weights" in look_at
    assert "196,608,000" in look_at
    text = (paths.resources() / "lessons" / "07-why-not-fully-connected.json").read_text("utf-8")
    assert "196" not in text
    (step,) = LESSONS["why-not-fully-connected"].settings.steps
    assert isinstance(step.operation, Dense)
    assert LESSONS["why-not-fully-connected"].settings.source == "color"


def test_shuffled_weights_give_the_same_answer_and_the_convolution_only_noise():
    key = "shuffle-the-pixels"
    steps = LESSONS[key].settings.steps
    shuffle, _, dense = (step.operation for step in steps)
    assert isinstance(shuffle, Shuffle)
    assert dense == Dense(shuffled_by=shuffle.seed)
    assert [step.is_on for step in steps] == [True, False, True]
    # A photo's neighbours resemble each other: here, a soft hill.
    down, across = np.mgrid[:40, :50]
    hill = 250 * np.exp(-((down - 15) ** 2 + (across - 20) ** 2) / 150)
    alike = run(key, hill)[-1]
    in_order = (replace(steps[0], is_on=False), steps[1], replace(steps[2], operation=Dense()))
    plain = Pipeline().run(hill.astype(np.float32), in_order)[-1]
    assert np.allclose(alike, plain, atol=1e-4)
    of_shuffled = run(key, hill, step_2=True)[1]
    of_ordered = run(key, hill, step_1=False, step_2=True)[1]
    assert np.abs(of_shuffled).mean() > 3 * np.abs(of_ordered[2:-2, 2:-2]).mean()


LESSON = {
    "title": "A test",
    "look_at": ["Of {inputs} values.", "There are {weights} weights for {neurons} neurons."],
    "layer": {"picture": [20, 100], "neurons": 3},
    "settings": {"schema": 1, "steps": [{"operation": "relu"}]},
}


def test_a_lesson_of_one_s_own_is_read(tmp_path):
    (tmp_path / "20-last.json").write_text(json.dumps({**LESSON, "title": "Last"}))
    (tmp_path / "03-first.json").write_text(json.dumps(LESSON))
    first, last = list_lessons(tmp_path)
    assert (first.key, first.title, last.title) == ("first", "A test", "Last")
    assert first.look_at == "Of 2,000 values. There are 6,000 weights for 3 neurons."
    assert first.settings.step.operation == Relu()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": 5}, "“title” is not a string"),
        ({"look_at": ["One."]}, "“look_at” must have 2 entries, not 1"),
        ({"look_at": ["One.", "Two.", "Three."]}, "“look_at” must have 2 entries, not 3"),
        ({"extra": 1}, "“extra” is unknown"),
        ({"layer": {"picture": [0, 1], "neurons": 3}}, "“layer/picture/1” is less than 1"),
        ({"layer": {"picture": [10**9] * 3, "neurons": 3}}, "“layer” is no layer"),
        ({"settings": {"schema": 1}}, "“settings/steps” is missing"),
    ],
)
def test_a_damaged_lesson_is_passed_over_and_says_why_when_asked(tmp_path, change, reason):
    path = tmp_path / "01-damaged.json"
    path.write_text(json.dumps({**LESSON, **change}))
    with pytest.raises(KernelError) as caught:
        read_lesson(path)
    assert caught.value.sentence == f"The lesson “01-damaged.json” could not be read: {reason}."
    assert list_lessons(tmp_path) == ()


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"{"])
def test_what_is_no_lesson_at_all_is_refused(tmp_path, data):
    path = tmp_path / "01-none.json"
    path.write_bytes(data)
    with pytest.raises(KernelError, match="could not be read"):
        read_lesson(path)
    with pytest.raises(KernelError, match="could not be read"):
        read_lesson(tmp_path / "missing.json")
