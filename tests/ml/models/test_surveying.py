"""Many pictures at once are told what each is told alone, whether read here or sent."""

import hashlib
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer import paths
from explorer.background.deliveries import Deliveries
from explorer.core.health.figures import measure_picture
from explorer.core.health.hashes import hash_picture
from explorer.core.images.read import read_picture
from explorer.core.models.model import Model
from explorer.core.models.requests import ClassifyFile, SurveyContents, SurveyFiles
from explorer.core.models.run_folder import read_run
from explorer.errors import PictureError
from explorer.ml.worker import answer

USE = Model.of_run(read_run(paths.bundled_models() / "article-cnn")).use


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, ...]:
    random = np.random.default_rng(0)
    for number, size in enumerate([(40, 60), (200, 90), (13, 13)]):
        pixels = random.integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.jpg")
    (tmp_path / "1b.jpg").write_bytes((tmp_path / "1.jpg").read_bytes()[:700])
    return (*sorted(tmp_path.iterdir()), tmp_path / "gone.jpg")


def test_each_picture_is_told_what_it_is_told_alone(files: tuple[Path, ...]) -> None:
    found = answer(SurveyFiles(USE, files))
    reasons = {}
    for place, file in enumerate(files):
        try:
            alone = answer(ClassifyFile(USE, file))
        except PictureError as error:
            reasons[place] = error.sentence
            assert np.isnan(found.probabilities[place]).all()
            continue
        assert tuple(found.probabilities[place]) == alone.probabilities
        assert found.novelty[place] == pytest.approx(alone.novelty, rel=1e-5)
        np.testing.assert_allclose(found.embeddings[place], alone.embedding, rtol=1e-3)
        assert found.digests[place].tobytes() == hashlib.sha256(file.read_bytes()).digest()
        picture = read_picture(file).picture
        expected = np.array(astuple(measure_picture(picture)), np.float32)
        np.testing.assert_array_equal(found.figures[place], expected)
        assert tuple(found.hashes[place]) == hash_picture(picture)
    assert {place: error.to_error().sentence for place, error in found.errors.items()} == reasons
    assert {files[place].name for place in reasons} == {"1b.jpg", "gone.jpg"}


def test_a_confined_process_is_sent_the_bytes_and_says_the_same(
    files: tuple[Path, ...], tmp_path: Path
) -> None:
    request = Deliveries(tmp_path / "models").deliver(SurveyFiles(USE, files))
    assert isinstance(request, SurveyContents)
    expected, found = answer(SurveyFiles(USE, files)), answer(request)
    for name in ("probabilities", "embeddings", "digests", "figures", "hashes"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
    assert found.errors.keys() == expected.errors.keys()


def test_where_only_answers_are_wanted_nothing_is_measured(files: tuple[Path, ...]) -> None:
    found = answer(SurveyFiles(USE, files, is_measured=False))
    assert found.figures.shape == (5, 0)
    assert found.embeddings.shape == (5, 0)
    assert not found.digests.any()
    assert np.isfinite(found.probabilities[:2]).all()
