"""The commands prepare pictures as they are told, with the words that the window's values have."""

from pathlib import Path

import pytest

from explorer.__main__ import main
from explorer.cli import preparation
from explorer.core.models import preparation as values
from tests.support.brightness_model import write_brightness_model, write_pictures


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_brightness_model(tmp_path / "model.onnx")


def test_the_words_are_the_values() -> None:
    assert preparation.SCALINGS == values.SCALINGS
    assert preparation.RESIZES == values.RESIZES
    assert preparation.CHANNELS == values.CHANNELS


def test_pictures_are_prepared_and_classes_are_named_as_told(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = write_pictures(tmp_path / "pictures", 1) / "bright" / "0.png"
    names = tmp_path / "names.txt"
    names.write_text("dark\nbright\n")
    words = ["classify", str(picture), "--model", str(model), "--classes", str(names)]
    assert main([*words, "--scaling", "unit"]) == 0
    assert capsys.readouterr().out.split()[0] == "bright"
    # Black above and below halves the mean.
    names.write_text("dark\n")
    assert main([*words, "--scaling", "unit", "--resize", "pad"]) == 0
    told = capsys.readouterr()
    assert told.out.split()[:2] == ["class", "1"]
    assert "“names.txt” was not opened: it has 1 name for 2 classes." in told.err
    assert "The classes are numbered." in told.err
