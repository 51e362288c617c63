"""Many files: answers come in order, from all threads, and one bad file costs one row."""

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from explorer.core.models.run_folder import read_run
from explorer.ml.evaluation.classify import classify_files
from explorer.ml.models.adapter import ModelAdapter
from tests.support.tiny_runs import make_paper_run


class Brightness(ModelAdapter):
    """Says how bright a picture is; waits until as many threads as it allows are at work."""

    format, file_name = "brightness", "model.none"
    threads = 3

    def __init__(self, run: Path) -> None:
        super().__init__(read_run(run))
        self.met: set[str] = set()
        self._all_here = threading.Barrier(self.threads)

    def predict(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        if len(self.met) < self.threads:
            self.met.add(threading.current_thread().name)
            self._all_here.wait(timeout=20)  # broken where fewer work at once
        share = pixels.mean() / 255
        return np.array([[share, 1 - share]], np.float32)


@pytest.fixture
def model(tmp_path: Path) -> Brightness:
    return Brightness(make_paper_run(tmp_path / "run"))


def test_files_are_answered_in_order_by_all_threads(model: Brightness, tmp_path: Path) -> None:
    levels = [int(level) for level in np.random.default_rng(5).permutation(60)]
    paths = []
    for number, level in enumerate(levels):
        paths.append(tmp_path / f"{number}.png")
        Image.new("RGB", (9, 7), (level, level, level)).save(paths[-1])
    (tmp_path / "7.png").write_bytes(b"")
    found = list(classify_files(model, iter(paths)))
    assert [item.path for item in found] == [str(path) for path in paths]
    assert "the file is empty" in found[7].error.sentence
    assert not found[7].classes
    for number, (item, level) in enumerate(zip(found, levels, strict=True)):
        if number != 7:
            assert item.error is None
            assert item.probabilities[0] == pytest.approx(level / 255, abs=1e-6)
    assert len(model.met) == 3


def test_files_are_taken_as_they_are_needed(model: Brightness, tmp_path: Path) -> None:
    Image.new("RGB", (9, 7)).save(tmp_path / "black.png")
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield tmp_path / "black.png"

    answers = classify_files(model, endless())
    for _ in range(5):
        assert next(answers).label == model.run.card.classes[1]
    answers.close()
    assert taken < 50
