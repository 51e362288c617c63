"""Model files damaged at random: each is read, or one sentence says why not; nothing else happens.

EXPLORER_MUTATIONS=500 tries that many of each format.
"""

import os
import sys
from pathlib import Path

import pytest

from explorer.errors import ModelError
from explorer.ml.architecture.read import read_architecture
from explorer.ml.models.keras_file import check_keras_file
from tests.support.keras_files import write_hdf5, write_keras
from tests.support.mutated_models import mutate

COUNT = int(os.environ.get("EXPLORER_MUTATIONS", "30"))


@pytest.mark.parametrize("write", [write_keras, write_hdf5])
def test_a_damaged_keras_file_is_read_or_refused(tmp_path: Path, write) -> None:
    whole = write(tmp_path / "model.keras").read_bytes()
    refused = set()
    for seed in range(COUNT):
        file = tmp_path / f"mutated {seed}.keras"
        file.write_bytes(mutate(whole, seed))
        for look in (check_keras_file, lambda path: read_architecture(path, (32, 32))):
            try:
                look(file)
            except ModelError as error:
                refused.add(str(error))
            except Exception as error:
                raise AssertionError(f"seed {seed}: {error!r}") from error
        file.unlink()
    assert len(refused) > 3, "the mutations hit different things"
    assert all(len(sentence) < 300 and "Error" not in sentence for sentence in refused)
    assert "keras" not in sys.modules
