"""The lightest format that can do what is wanted is opened; a new format is one more entry."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from explorer.core.models.run_folder import read_run
from explorer.errors import ModelError
from explorer.ml.models import formats
from explorer.ml.models.adapter import Ability, ModelAdapter
from explorer.ml.models.formats import open_model


def opened_format(folder: Path, ability: Ability | None) -> str:
    return open_model(folder, ability).format


@pytest.mark.parametrize(
    ("run", "ability", "expected"),
    [
        ("tiny", None, "LiteRT"),
        ("tiny", Ability.LAYERS, "Keras"),
        ("other", None, "Keras"),  # it has no LiteRT file
    ],
)
def test_the_lightest_that_can_do_it_is_opened(in_child, runs, run, ability, expected):
    assert in_child(opened_format, runs / run, ability) == expected


class Paper(ModelAdapter):
    """A format whose models say the same of every picture."""

    format, file_name = "Paper", "model.paper"

    def predict(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.array([[0.25, 0.75]], np.float32)


def test_a_new_format_is_one_more_entry(runs, tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "ADAPTERS", (lambda: Paper, *formats.ADAPTERS))
    run = read_run(runs / "tiny")
    assert open_model(run.folder).format == "LiteRT"
    (run.folder / "model.paper").touch()
    try:
        model = open_model(run.folder)
        assert model.classify(np.zeros((5, 4, 3), np.uint8)) == (0.25, 0.75)
        with pytest.raises(ModelError, match="Paper model cannot show its layers"):
            model.describe((64, 64))
    finally:
        (run.folder / "model.paper").unlink()
