"""The row of steps keeps the step that a person looks at, and says what its result is."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.convolution.geometry import Geometry
from explorer.core.filters.explanation import NeuronTotals
from explorer.core.filters.steps import Dense, Pooling, Relu
from explorer.core.kernels.presets import find_preset
from explorer.core.kernels.transforms import TRANSFORMS
from explorer.state.classify.picture_search import PictureSearch
from explorer.state.filter.filter_state import UNDO_STEPS, FilterState
from explorer.state.shared.notices import Notices
from explorer.state.shared.picture_state import PictureState


@pytest.mark.parametrize(
    ("removed", "chosen", "left"), [(0, 1, 0), (2, 1, 1), (1, 1, 1), (2, 2, 1), (0, 0, 0)]
)
def test_removing_another_step_keeps_the_chosen_one(
    removed: int, chosen: int, left: int, qtbot: QtBot
) -> None:
    pool = TaskPool()
    state = FilterState(pool, Notices())
    state.add_step(Relu())
    state.add_step(Pooling())
    state.select_step(chosen)
    before = state.settings.step
    state.remove_step(removed)
    assert state.settings.selected == left
    assert (state.settings.step == before) == (removed != chosen)
    pool.close()


@pytest.fixture
def state(qtbot: QtBot) -> Iterator[FilterState]:
    pool = TaskPool()
    yield FilterState(pool, Notices())
    pool.close()


def test_the_file_is_named_after_the_result_that_is_shown(qtbot: QtBot, state: FilterState) -> None:
    def settle() -> None:
        qtbot.waitUntil(lambda: not state.is_busy)

    state.set_picture(np.zeros((50, 70, 3), np.uint8), "photo.png")
    settle()
    assert state.result_name == "photo Sobel x (Gx)"
    # The kernel fits no more: there is nothing to keep.
    state.set_geometry(Geometry("valid", dilation=(16, 16)))
    state.choose_filter(find_preset("box-8x8"))
    settle()
    assert "does not fit" in state.problem
    assert state.result is None
    assert state.stopped is not None
    assert state.stopped.source_shape == (50, 70)
    # What cannot be done behind the chosen step is no reason to keep the old one.
    state.undo_stack.undo()
    state.add_step(Pooling(size=(64, 64)))
    settle()
    assert state.problem.startswith("Step 2: The 64×64 pooling window does not fit")
    assert state.stopped is not None
    assert [output.shape for output in state.stopped.outputs] == [(18, 38)]
    assert len(state.stopped.thumbnails) == 2
    state.select_step(0)
    state.choose_filter(find_preset("identity"))
    settle()
    assert state.result_name == "photo Identity"
    assert state.problem.startswith("Step 2: The 64×64 pooling window does not fit")
    assert state.result is not None
    assert len(state.result.outputs) == 1
    state.switch_step(1, False)
    settle()
    assert state.problem == ""


def test_scores_are_added_up_anew_only_for_other_numbers(qtbot: QtBot, state: FilterState) -> None:
    def settled() -> NeuronTotals | None:
        qtbot.waitUntil(lambda: not state.is_busy)
        return state.neurons

    state.set_picture(np.full((30, 40, 3), (10, 20, 30), np.uint8))
    assert settled() is None
    state.add_step(Dense())
    first = settled()
    assert first is not None
    state.set_display("clip")
    assert settled() is first
    for change in (
        lambda: state.set_operation(Dense(seed=2)),
        lambda: state.set_source("red"),
        lambda: state.set_picture(np.full((30, 40, 3), 40, np.uint8)),
    ):
        before = state.neurons
        change()
        assert settled() not in (None, before)
    state.select_step(0)
    assert settled() is None


def test_one_stroke_is_one_step_of_undo(qtbot: QtBot, state: FilterState) -> None:
    def first_row() -> list[float]:
        assert state.settings.convolution is not None
        return [float(weight) for weight in state.settings.convolution.filter.kernels[0].weights[0]]

    before = state.settings
    for weights in ([[1.0, 0, 0]], [[1.0, 2, 0]], [[1.0, 2, 3]]):
        state.set_weights(0, np.array(weights))
    state.end_edit()
    state.set_weights(0, np.array([[5.0, 2, 3]]))
    assert state.undo_stack.count() == 2
    state.undo_stack.undo()
    assert first_row() == [1, 2, 3]
    state.undo_stack.undo()
    assert state.settings == before
    assert before.convolution is not None
    state.set_weights(0, before.convolution.filter.kernels[0].weights.copy())
    assert (state.settings, state.undo_stack.index()) == (before, 0)


def test_an_edit_that_comes_back_to_where_it_began_is_no_step_of_undo(
    qtbot: QtBot, state: FilterState
) -> None:
    before = state.settings
    weights = np.array(find_preset("gx").kernels[0].weights)
    state.set_weights(0, weights + 1)
    assert state.undo_stack.count() == 1
    state.set_weights(0, weights)
    assert (state.undo_stack.count(), state.settings) == (0, before)  # nor is it "edited"
    state.end_edit()
    state.set_weights(0, weights + 1)
    state.end_edit()
    state.set_weights(0, weights)  # on its own, it is
    assert state.undo_stack.count() == 2
    state.undo_stack.undo()
    state.undo_stack.undo()
    assert state.settings == before


def test_the_oldest_of_many_steps_of_undo_are_forgotten(qtbot: QtBot, state: FilterState) -> None:
    for step in range(UNDO_STEPS + 100):
        state.set_offset(step + 1.0)
        state.end_edit()
    assert state.undo_stack.count() == UNDO_STEPS
    while state.undo_stack.canUndo():
        state.undo_stack.undo()
    assert state.settings.convolution is not None
    assert state.settings.convolution.offset == 100


def test_weights_that_a_formula_made_bring_its_name(qtbot: QtBot, state: FilterState) -> None:
    def names() -> list[str]:
        assert state.settings.convolution is not None
        chosen = state.settings.convolution.filter
        return [chosen.name, *(kernel.name for kernel in chosen.kernels)]

    state.set_weights(0, np.ones((3, 3)))
    assert names() == ["Sobel x (Gx), edited", "Gx"]
    state.set_weights(0, np.ones((5, 5)) / 25, "Box")
    assert names() == ["Box", "Box"]
    state.choose_filter(find_preset("gradient"))
    state.set_weights(1, np.ones((5, 4)), "Box")
    assert names() == ["Gradient magnitude, edited", "Gx", "Box"]
    assert state.settings.convolution is not None
    assert {kernel.weights.shape for kernel in state.settings.convolution.filter.kernels} == {
        (5, 4)
    }


def test_a_transform_that_is_not_possible_is_told_and_changes_nothing(qtbot: QtBot) -> None:
    pool, notices = TaskPool(), Notices()
    state = FilterState(pool, notices)
    before = state.settings
    transform = next(one for one in TRANSFORMS if one.name == "Normalise to sum 1")
    with qtbot.waitSignal(notices.posted) as told:
        state.transform_kernels(transform.name, transform.apply)
    assert "its weights sum to 0" in told.args[0].sentence
    assert (state.settings, state.undo_stack.count()) == (before, 0)
    pool.close()


def test_slow_folders_and_a_picture_that_hangs_delay_no_kernel_edit(
    qtbot: QtBot, pool: TaskPool, notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()

    def hang(*given: object, **others: object) -> Iterator[Path]:
        answers.wait(60)
        return iter(())

    monkeypatch.setattr("explorer.state.classify.picture_search.list_pictures", hang)
    monkeypatch.setattr("explorer.state.shared.picture_state.read_picture", hang)
    state, pictures = FilterState(pool, notices), PictureState(pool, notices)
    search = PictureSearch(pool, notices)
    try:
        pictures.open_file(Path("on a share"))
        for number in range(6):
            search.add(Path(f"share {number}"))
            search.cancel()
        state.set_picture(np.zeros((50, 50, 3), np.uint8), "photo.png")
        qtbot.waitUntil(lambda: state.result is not None and not state.is_busy, timeout=20_000)
        before = state.result
        state.choose_filter(find_preset("identity"))
        qtbot.waitUntil(lambda: state.result is not before, timeout=20_000)
    finally:
        answers.set()
    qtbot.waitUntil(lambda: not pool.is_busy)
