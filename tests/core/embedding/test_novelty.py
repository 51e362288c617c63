"""Statistics of training pictures out of a file that a stranger may have written."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from explorer.core.embedding.novelty import NoveltyStatistics, unit_roots
from explorer.core.models.card import Card, GoldenOutput
from explorer.core.models.run_folder import read_run
from explorer.errors import ModelError
from tests.support.tiny_runs import make_paper_run


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


def test_the_layer_is_read_and_was_the_dense_one_before_it_was_named(tmp_path: Path) -> None:
    for named, layer in ((None, "dense"), ("dense", "dense"), ("convolution", "convolution")):
        write(tmp_path, layer=None if named is None else np.array(named))
        found = NoveltyStatistics.read(tmp_path)
        assert found is not None
        assert found.layer == layer
        (tmp_path / "embedding.npz").write_bytes(found.to_npz())
        again = NoveltyStatistics.read(tmp_path)
        assert again is not None
        assert again.layer == layer
        np.testing.assert_array_equal(again.whitening, found.whitening)


def card_of(folder: Path, *answers: tuple[float, ...]) -> Card:
    card = read_run(make_paper_run(folder)).card
    return replace(card, golden={"model.keras": GoldenOutput(answers, 1e-4)})


def test_a_file_of_another_model_is_known_by_its_answers_or_its_number_of_classes(
    tmp_path: Path,
) -> None:
    card = card_of(tmp_path / "run", (0.25, 0.75), (0.5, 0.5))
    write(tmp_path)  # of a version that did not keep the answers
    assert NoveltyStatistics.read(tmp_path, card) is not None
    write(tmp_path, answers=np.array([[0.25, 0.75], [0.5, 0.5]], np.float32))
    assert NoveltyStatistics.read(tmp_path, card) is not None
    others = np.array([[0.25, 0.75], [0.4, 0.6]], np.float32)
    three = np.eye(3, dtype=np.float32)
    for changed in ({"answers": others}, {"answers": others[:1]}, {"means": three}):
        write(tmp_path, **changed)
        with pytest.raises(ModelError, match="it is of another model; so pictures that look like"):
            NoveltyStatistics.read(tmp_path, card)


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
    "another layer": {"layer": np.array("pooling")},
    "no word": {"layer": np.array(3.0)},
    "a long word": {"layer": np.array("dense" * 1000)},
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
