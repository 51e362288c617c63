"""The pictures of the dataset nearest to one, as a plain sum finds them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.datasets.dataset import Sample
from explorer.core.models.prediction import Prediction
from explorer.state.classify.nearest_state import MOST_PICTURES, NearestState
from explorer.state.shared.notices import Notices

COUNT, FEATURES = 2_500, 8
SAMPLES = [Sample(Path(f"/pets/{number}.jpg"), "cat") for number in range(COUNT)]


@pytest.fixture
def state(qtbot: QtBot, pool: TaskPool, notices: Notices) -> Iterator[NearestState]:
    thumbnails = ThumbnailLoader()
    made = NearestState(pool, thumbnails, notices)
    yield made
    thumbnails.close()
    made.deleteLater()


def look(path: str, embedding: np.ndarray) -> Prediction:
    return Prediction(path, ("cat", "dog"), (0.5, 0.5), embedding=embedding)


def test_the_nearest_are_found_among_all_but_itself(qtbot: QtBot, state: NearestState) -> None:
    embeddings = np.random.default_rng(3).normal(size=(COUNT, FEATURES)).astype(np.float16)
    embeddings[7] = np.nan  # not known yet
    query = embeddings[2_100].astype(np.float32) * 3
    state.set_dataset(SAMPLES, embeddings)
    with qtbot.waitSignal(state.changed, check_params_cb=None):
        state.look_at(look("/pets/2100.jpg", query))
    qtbot.waitUntil(lambda: bool(state.pictures))
    known = embeddings.astype(np.float64)
    cosines = known @ query / np.linalg.norm(known, axis=1) / np.linalg.norm(query)
    order = [place for place in np.argsort(-cosines) if place not in (7, 2_100)][:MOST_PICTURES]
    assert [picture.sample for picture in state.pictures] == [SAMPLES[place] for place in order]
    assert [picture.distance for picture in state.pictures] == pytest.approx(
        list(1 - cosines[order]), abs=1e-3
    )
    assert state.reason == ""
    state.look_at(None)
    assert (state.pictures, state.reason) == ((), "")


def test_without_a_dataset_it_is_said_what_to_do(state: NearestState) -> None:
    state.look_at(look("a", np.ones(FEATURES, np.float32)))
    assert state.reason.startswith("Open a dataset")
    state.set_dataset(SAMPLES, None)
    assert "looked through" in state.reason
    state.set_dataset(SAMPLES, np.ones((COUNT, 3), np.float16))  # of another model
    assert (state.pictures, state.reason) == ((), "")
