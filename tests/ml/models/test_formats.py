"""The lightest format that can do what is wanted is opened; a new format is one more entry."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from explorer.core.models.model import Model
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

    format = "Paper"

    def predict(self, inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.array([[0.25, 0.75]], np.float32)


def test_a_new_format_is_one_more_entry(runs, tmp_path, monkeypatch):
    paper = formats.Format(lambda path: (path / "model.paper").is_file(), lambda: Paper)
    monkeypatch.setattr(formats, "FORMATS", (paper, *formats.FORMATS))
    run = read_run(runs / "tiny")
    assert open_model(run.folder).format == "LiteRT"
    (run.folder / "model.paper").touch()
    try:
        model = open_model(run.folder)
        use = Model.of_run(run).use
        assert model.classify(np.zeros((5, 4, 3), np.uint8), use).probabilities == (0.25, 0.75)
        with pytest.raises(ModelError, match="Paper model cannot show its layers"):
            model.describe((64, 64))
    finally:
        (run.folder / "model.paper").unlink()


@pytest.mark.parametrize("file", ["litert/half.tflite", "pytorch/plain.onnx"])
def test_what_a_format_cannot_do_is_told_with_what_to_do(file):
    path = Path(__file__).parent / file
    for ability in (Ability.GRADIENTS, Ability.EDITS):
        with pytest.raises(ModelError) as caught:
            open_model(path, ability)
        format_name = {"half": "LiteRT", "plain": "ONNX"}[path.stem]
        assert caught.value.sentence == (
            f"“{path.name}” cannot {ability.value}, as no {format_name} model can: use the Keras "
            "model that it was made from."
        )
