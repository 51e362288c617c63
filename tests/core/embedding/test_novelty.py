"""Statistics of training pictures out of a file that a stranger may have written."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from explorer.core.embedding.novelty import NoveltyStatistics, unit_roots
from explorer.errors import ModelError


def write(folder: Path, **changed: npt.NDArray[Any] | None) -> None:
    """Write statistics of two classes and three features; None leaves an array out."""
    arrays: dict[str, Any] = {
        "means": np.array([[2, 0, 0], [0, 2, 0]], np.float32),
        "whitening": np.array([2, 0, 0, 2, 0, 2], np.float32),
        "threshold": np.float32(2),
    }
    arrays |= changed
    content = io.BytesIO()
    np.savez(content, **{name: array for name, array in arrays.items() if array is not None})
    (folder / "embedding.npz").write_bytes(content.getvalue())


def test_the_distance_is_to_the_nearest_class_in_units_of_the_threshold(tmp_path: Path) -> None:
    write(tmp_path)
    statistics = NoveltyStatistics.read(tmp_path)
    assert statistics is not None
    # Standard deviations of 0.5: a right angle is sqrt(2) apart, 2 * sqrt(2) of them.
    features = np.array([[7, 0, 0], [0, 0, 3]], np.float32)
    np.testing.assert_allclose(statistics.novelty(features), [0, np.sqrt(2)], atol=1e-3)


def test_roots_keep_their_sign_and_have_length_1() -> None:
    np.testing.assert_allclose(unit_roots(np.array([[9.0, -16.0], [0, 0]])), [[0.6, -0.8], [0, 0]])


def test_a_run_without_statistics_or_with_those_of_an_older_one_says_nothing(
    tmp_path: Path,
) -> None:
    assert NoveltyStatistics.read(tmp_path) is None
    write(tmp_path, whitening=None, percentiles=np.ones((2, 3), np.float32))
    assert NoveltyStatistics.read(tmp_path) is None


BAD: dict[str, dict[str, npt.NDArray[Any] | None]] = {
    "another shape": {"means": np.zeros((2, 4), np.float32)},
    "objects": {"means": np.array([["a", {}]], object)},
    "not finite": {"whitening": np.full(6, np.nan, np.float32)},
    "no threshold": {"threshold": np.array(0, np.float32)},
    "no class": {"means": np.zeros((0, 3), np.float32)},
    "doubles": {"means": np.zeros((2, 3))},
    "no means": {"means": None},
}


@pytest.mark.parametrize("kind", BAD)
def test_what_train_py_does_not_write_is_refused_in_a_sentence(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    write(folder, **BAD[kind])
    with pytest.raises(ModelError, match=r"“run/embedding.npz” .*not written by train.py"):
        NoveltyStatistics.read(folder)


def test_a_damaged_file_or_one_that_unpacks_to_much_is_refused(tmp_path: Path) -> None:
    (tmp_path / "embedding.npz").write_bytes(b"PK\x03\x04 damaged")
    with pytest.raises(ModelError, match="it is damaged"):
        NoveltyStatistics.read(tmp_path)
    write(tmp_path)
    with zipfile.ZipFile(tmp_path / "embedding.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("whitening.npy", b"")
        archive.writestr("means.npy", bytes(300_000_000))
    with pytest.raises(ModelError, match="it is damaged"):
        NoveltyStatistics.read(tmp_path)
