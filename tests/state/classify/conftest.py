"""What several tests of the Classify page's states need."""

import pytest

from explorer.state.classify import row_queue


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each request be about one file, so that a test says in which order answers come."""
    monkeypatch.setattr(row_queue, "BATCH", 1)
