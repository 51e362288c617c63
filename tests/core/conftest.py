"""Fixtures for tests of the core."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Make a folder that every user of the computer may enter."""
    with tempfile.TemporaryDirectory(prefix="convnet-explorer-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
