"""The row of steps keeps the step that a person looks at."""

import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.steps import Pooling, Relu
from explorer.state.filter_state import FilterState
from explorer.state.notices import Notices


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
