"""The picture of a run's learning curves."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.core.models.metrics import Metrics
from explorer.ml.runs.curves import describe_best, draw_curves

HISTORY = """\
epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second
1,0.70,0.51,0.69,0.55,0.001,10.0,70
2,0.60,0.66,0.41,0.81,0.001,10.0,70
3,0.50,0.77,0.52,0.83,0.001,10.0,70
"""
METRICS = Metrics(4000, 0.9015, (0.89, 0.91), 0.24, ((1783, 217), (177, 1823)))

ORANGE, BLUE = (0xE6, 0x9F, 0x00), (0x00, 0x72, 0xB2)


def write_history(folder: Path, text: str = HISTORY) -> Path:
    (folder / "history.csv").write_text(text, encoding="utf-8")
    return folder


def drawn(folder: Path, **options) -> np.ndarray:
    notes: list[str] = []
    draw_curves(folder, "tiny", notes.append, **options)
    assert notes == []
    with Image.open(folder / "curves.png") as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))


def count(pixels: np.ndarray, color: tuple[int, int, int]) -> int:
    return int((pixels == color).all(axis=2).sum())


def test_loss_and_accuracy_each_have_both_curves(tmp_path):
    pixels = drawn(write_history(tmp_path))
    for half in np.array_split(pixels, 2, axis=1):
        assert min(count(half, ORANGE), count(half, BLUE)) > 100


def test_the_line_of_the_pictures_held_back_stands_beside_the_accuracy_alone(tmp_path):
    folder = write_history(tmp_path)
    without = drawn(folder)
    beside = drawn(folder, metrics=METRICS)
    left, right = (
        np.array_split((without != beside).any(axis=2), 2, axis=1)[half].sum() for half in (0, 1)
    )
    assert left < 0.2 * right


def test_the_title_names_the_epoch_that_was_kept():
    rows = [
        {"epoch": 1.0, "val_loss": 0.69, "val_accuracy": 0.55},
        {"epoch": 2.0, "val_loss": 0.41, "val_accuracy": 0.83},
        {"epoch": 3.0, "val_loss": 0.52, "val_accuracy": 0.83},
    ]
    assert describe_best(rows, "tiny") == (
        "tiny: best epoch 2 of 3, validation loss 0.410, accuracy 83.0%"
    )


@pytest.mark.parametrize("text", ["", HISTORY.splitlines()[0], "epoch,loss\n1,2\n", "1,x\n2,y\n"])
def test_a_history_that_will_not_do_costs_the_picture_alone(tmp_path, text):
    notes: list[str] = []
    draw_curves(write_history(tmp_path, text), "tiny", notes.append)
    assert len(notes) == 1
    assert notes[0].startswith("curves.png was not drawn: ")
    assert not (tmp_path / "curves.png").exists()


def test_without_matplotlib_one_sentence_and_no_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    notes: list[str] = []
    draw_curves(write_history(tmp_path), "tiny", notes.append)
    assert notes == ["curves.png was not drawn: matplotlib is not installed (the extra “curves”)."]
    assert not (tmp_path / "curves.png").exists()


@pytest.mark.parametrize("name", ["r\udce9un", "$x$", "$\\frac{", "猫", "a\nb"])
def test_any_name_can_stand_above_them(tmp_path, name):
    notes: list[str] = []
    draw_curves(write_history(tmp_path), name, notes.append)
    assert notes == []
    assert (tmp_path / "curves.png").is_file()
