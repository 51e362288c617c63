"""`evaluate`: the figures of a model on a folder, as its own answers and scikit-learn give them."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn import metrics as sk

from explorer.__main__ import main
from explorer.core.embedding.novelty import NoveltyStatistics
from tests.support.brightness_model import write_brightness_model

OPTIONS = ("--scaling", "unit")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Make pictures of which a model is not always sure, some with the other one's label."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "classes.txt").write_text("dark\nbright\n")
    write_brightness_model(folder / "model.onnx")
    chance = np.random.default_rng(4)
    for name, reds in (("Bright", (124, 140)), ("dark", (112, 131))):
        (folder / "pictures" / name).mkdir(parents=True)
        for number in range(20):
            color = (int(chance.integers(*reds)), int(chance.integers(256)), number)
            Image.new("RGB", (9, 9), color).save(folder / "pictures" / name / f"{number}.png")
    return folder


def words_for(folder: Path, *more: str) -> list[str]:
    model = ["--model", str(folder / "model.onnx"), "--classes", str(folder / "classes.txt")]
    return [str(folder / "pictures"), *model, *OPTIONS, *more]


def test_the_figures_are_those_of_the_answers_and_are_kept(folder, tmp_path, capsys, monkeypatch):
    out, table = tmp_path / "figures.json", tmp_path / "figures.csv"
    assert main(["evaluate", *words_for(folder, "--json", str(out), "--csv", str(table))]) == 0
    printed = capsys.readouterr().out
    found = json.loads(out.read_text())
    assert main(["classify", *words_for(folder, "--csv", "-")]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    labels = np.array([int(Path(row["path"]).parent.name == "Bright") for row in rows])
    shares = np.array([[float(row["p_dark"]), float(row["p_bright"])] for row in rows])
    called = shares.argmax(axis=1)
    shares /= shares.sum(axis=1, keepdims=True)

    assert found["layout"] == "class"
    assert found["classes"] == ["dark", "bright"]
    assert found["labels"] == {"Bright": "bright", "dark": "dark"}
    assert 0.5 < found["accuracy"] < 1
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(labels, called))
    low, high = found["interval"]
    assert low < found["accuracy"] < high
    assert found["log_loss"] == pytest.approx(sk.log_loss(labels, shares), abs=1e-6)
    assert found["confusion"] == sk.confusion_matrix(labels, called).tolist()
    bright = found["per_class"][1]
    assert bright["precision"] == pytest.approx(sk.precision_score(labels, called))
    assert bright["recall"] == pytest.approx(sk.recall_score(labels, called))
    assert bright["f1"] == pytest.approx(sk.f1_score(labels, called))
    assert bright["auc"] == pytest.approx(sk.roc_auc_score(labels, shares[:, 1]))
    assert 0 <= found["ece"] <= 1
    # Nobody knows what a stranger's model was trained on.
    assert found["seen"] is None
    assert found["unseen"]["accuracy"] == found["accuracy"]
    assert "does not say which pictures it was trained on" in found["remark"]
    assert found["remark"] in printed
    assert f"accuracy {100 * found['accuracy']:.1f} %" in printed

    rows = csv.DictReader(table.read_text().splitlines())
    told = {(row["class"], row["figure"]): row for row in rows}
    assert float(told["", "accuracy"]["value"]) == found["accuracy"]
    assert [float(told["", "accuracy"][end]) for end in ("low", "high")] == found["interval"]
    assert float(told["bright", "f1"]["value"]) == bright["f1"]
    assert int(told["dark", "classified as bright"]["value"]) == found["confusion"][0][1]

    # A second time, nothing is classified again.
    monkeypatch.setattr(
        "explorer.background.survey.Survey._request",
        lambda self, batch, asked: pytest.fail("a picture is classified again"),
    )
    again = tmp_path / "again.json"
    assert main(["evaluate", *words_for(folder, "--json", str(again))]) == 0
    assert again.read_text() == out.read_text()


def test_what_is_not_counted_is_told(folder, tmp_path, capsys):
    pictures = tmp_path / "pictures"
    shutil.copytree(folder / "pictures", pictures)
    (pictures / "dark" / "cut.png").write_bytes((pictures / "dark" / "0.png").read_bytes()[:40])
    (pictures / "green").mkdir()
    shutil.copy(pictures / "dark" / "0.png", pictures / "green" / "leaf.png")
    words = [str(pictures), *words_for(folder)[1:]]
    assert main(["evaluate", *words, "--json", str(tmp_path / "out.json")]) == 1
    out, err = capsys.readouterr()
    found = json.loads((tmp_path / "out.json").read_text())
    assert [one["path"] for one in found["unreadable"]] == ["dark/cut.png"]
    assert "dark/cut.png" in err
    assert found["unknown_labels"] == {"green": 1}
    assert "“green” is none of the model's classes" in found["matched"]
    assert found["unseen"]["pictures"] == 40
    assert (
        "model.onnx classified 40 of 42 pictures; 1 could not be read; 1 of labels that the model "
        "does not know: green." in out
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none"], "“none” was not opened"),
        (["PLAIN"], "The pictures in “plain” have no labels to compare answers with."),
        (["OTHER"], "The folder has 2 labels and the model 2 classes of other names"),
        (["DATA", "--layout", "split/name"], "“pictures” was not opened: it cannot be read as"),
        (["DATA", "--csv", "PICTURE"], "it is a picture, which a table would replace"),
        (["DATA", "--csv", "-", "--json", "-"], "Only one of --json and --csv can be written to"),
        (["DATA", "--csv", "a.csv", "--json", "a.csv"], "--json and --csv name the same file"),
    ],
)
def test_trouble_is_one_sentence_and_nothing_is_written(words, said, folder, tmp_path, capsys):
    picture = folder / "pictures" / "dark" / "0.png"
    before = picture.read_bytes()
    for place in ("plain", "other/apple", "other/pear"):
        (tmp_path / place).mkdir(parents=True)
        shutil.copy(picture, tmp_path / place / "one.png")
    given = {
        "PLAIN": str(tmp_path / "plain"),
        "OTHER": str(tmp_path / "other"),
        "DATA": str(folder / "pictures"),
        "PICTURE": str(picture),
    }
    words = [given.get(word, word) for word in words]
    assert main(["evaluate", *words, *words_for(folder)[1:]]) == 1
    out, err = capsys.readouterr()
    assert (out, said in err) == ("", True), err
    assert picture.read_bytes() == before


def test_pictures_that_a_run_was_trained_on_tell_no_accuracy(models_folder, tmp_path, capsys):
    run = tmp_path / "runs" / "tiny"
    shutil.copytree(models_folder / "tiny", run)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    lines = ["sha256,split"]
    for number in range(9):
        name = "dog" if number % 3 else "cat"
        file = pictures / f"{name}.{number}.png"
        Image.new("RGB", (24, 24), (number * 25, 80, 255 - number * 25)).save(file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if number < 8:  # of the last one, the run knows nothing
            lines.append(f"{digest},{('train', 'validation', 'test', 'train')[number % 4]}")
    (run / "split.csv").write_text("\n".join(lines))
    out = tmp_path / "out.json"
    assert main(["evaluate", str(pictures), "--model", str(run), "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["seen"]["pictures"] == 4
    assert found["unseen"]["pictures"] == 5
    assert "accuracy" not in found["seen"]
    assert found["accuracy"] == found["unseen"]["accuracy"]
    assert found["outside"] == 1
    assert found["remark"].startswith("1 picture is in no part of the model's split, hence unseen")
    printed = capsys.readouterr().out
    assert "Unseen pictures: 5\naccuracy" in printed
    assert "Pictures that it was trained on: 4\nagreement" in printed


def test_damaged_statistics_of_the_training_pictures_are_told_by_each_command(
    models_folder, tmp_path, capsys
):
    run = tmp_path / "runs" / "tiny"
    shutil.copytree(models_folder / "tiny", run)
    (run / "embedding.npz").write_bytes(b"PK damaged")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    Image.new("RGB", (24, 24), (90, 80, 70)).save(pictures / "cat.1.png")
    table = tmp_path / "out.csv"
    told = (
        "“tiny/embedding.npz” was not opened: it is damaged, or not written by train.py; "
        "so pictures that look like none of the classes are not marked."
    )
    for words in (["evaluate"], ["classify", "--csv", str(table)]):
        assert main([*words, str(pictures), "--model", str(run)]) == 0
        assert capsys.readouterr().err.count(told) == 1
    assert table.read_text().splitlines()[0].count("neither") == 1


def test_what_looks_like_no_class_is_told_on_its_line(models_folder, tmp_path, capsys):
    run = tmp_path / "tiny"
    shutil.copytree(models_folder / "tiny", run)
    photo = tmp_path / "photo.png"
    Image.new("RGB", (24, 24), (90, 80, 70)).save(photo)
    for threshold, rest in ((1e-3, ": does not look like a cat or a dog"), (1e3, "")):
        features = 64  # of the article's network
        statistics = NoveltyStatistics(
            np.eye(features, dtype=np.float32), np.ones((2, features), np.float32), threshold
        )
        (run / "embedding.npz").write_bytes(statistics.to_npz())
        assert main(["classify", str(photo), "--model", str(run)]) == 0
        assert capsys.readouterr().out.endswith(f"{photo}{rest}\n")
