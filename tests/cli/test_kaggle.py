"""`classify --kaggle`: a submission that passes a strict reader, whatever lies in the folder."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.__main__ import main
from tests.support.brightness_model import write_brightness_model
from tests.support.submissions import read_strictly


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "classes.txt").write_text("dog\ncat\n")
    write_brightness_model(tmp_path / "model.onnx")
    chance = np.random.default_rng(4)
    (tmp_path / "test").mkdir()
    for number in (10, 9, 2, 100, 1):
        color = (int(chance.integers(118, 138)), 20, 30)
        Image.new("RGB", (9, 9), color).save(tmp_path / "test" / f"{number}.png")
    return tmp_path


def words_for(folder: Path, *more: str) -> list[str]:
    model = ["--model", str(folder / "model.onnx"), "--classes", str(folder / "classes.txt")]
    return ["classify", str(folder / "test"), *model, "--scaling", "unit", *more]


def test_a_submission_holds_every_id_once_in_order(folder, capsys):
    out, table = folder / "out.csv", folder / "table.csv"
    assert main(words_for(folder, "--kaggle", str(out), "--csv", str(table))) == 0
    found = read_strictly(out.read_text())
    assert list(found) == [1, 2, 9, 10, 100]
    with table.open() as file:
        shares = {int(Path(row["path"]).stem): float(row["p_dog"]) for row in csv.DictReader(file)}
    assert found == pytest.approx(shares, abs=1e-6)
    said = capsys.readouterr().out
    assert f"{out}: 5 rows, the probability of dog, classified by model.onnx." in said


def test_what_is_odd_is_told_and_stops_nothing(folder, capsys):
    test = folder / "test"
    shutil.copy(test / "1.png", test / "sample.png")
    shutil.copy(test / "1.png", test / "1.jpg")
    (test / "7.jpg").write_bytes(b"\xff\xd8\xff")
    assert main(words_for(folder, "--kaggle", "-", "--kaggle-class", "cat")) == 1
    out, err = capsys.readouterr()
    assert list(read_strictly(out)) == [1, 2, 7, 9, 10, 100]
    assert read_strictly(out)[7] == 0.5
    assert "“sample.png” is left out: its name is no number." in err
    assert "“test/1.png” is left out: “test/1.jpg” is submitted for the id 1." in err
    assert "0.5 is written for 7." in err


def test_a_submission_without_a_row_or_in_the_place_of_something_else_is_not_written(
    folder, capsys
):
    picture = folder / "test" / "1.png"
    before = picture.read_bytes()
    assert main(words_for(folder, "--kaggle", str(picture))) == 1
    assert "“1.png” was not written: it is a picture" in capsys.readouterr().err
    assert main(words_for(folder, "--kaggle", "a.csv", "--csv", "a.csv")) == 1
    assert (
        "“a.csv” was not written: --csv and --kaggle name the same file" in capsys.readouterr().err
    )
    assert main(words_for(folder, "--kaggle", "-", "--csv", "-")) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "Only one of --csv and --kaggle can be written to the terminal.\n")
    assert main(words_for(folder, "--kaggle", "a.csv", "--kaggle-class", "cow")) == 1
    assert "has no class “cow”; name one of its own: dog and cat." in capsys.readouterr().err
    for file in folder.glob("test/*.png"):
        file.rename(file.with_stem(f"cat.{file.stem}"))
    out = folder / "out.csv"
    assert main(words_for(folder, "--kaggle", str(out))) == 1
    assert "No picture has a number for its name, as in 1.jpg" in capsys.readouterr().err
    assert not out.exists()
    assert not Path("a.csv").exists()
    assert (folder / "test" / "cat.1.png").read_bytes() == before
