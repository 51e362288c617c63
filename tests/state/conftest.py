"""What most states are made with: a pool of threads, and a place for notices."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.state.shared.notices import Notice, Notices


@pytest.fixture
def pool(qtbot: QtBot) -> Iterator[TaskPool]:
    made = TaskPool()
    yield made
    made.close()


@pytest.fixture
def notices() -> Notices:
    return Notices()


@pytest.fixture
def posted(notices: Notices) -> list[Notice]:
    found: list[Notice] = []
    notices.posted.connect(found.append)
    return found
