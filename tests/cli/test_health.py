"""`health`: a list for each kind, each entry with its path, its figure and its reason."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.__main__ import main
from explorer.core.health.issues import KINDS
from tests.support.brightness_model import write_brightness_model


def draw(seed: int) -> Image.Image:
    generator = np.random.default_rng(seed)
    scene = np.full((120, 140, 3), generator.integers(90, 200, 3), np.uint8)
    for _ in range(50):
        y, x = generator.integers(0, 110, 2)
        scene[y : y + 20, x : x + 30] = generator.integers(0, 256, 3)
    return Image.fromarray(scene)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Make cats and dogs, and one fault of several kinds."""
    folder = tmp_path_factory.mktemp("data")
    pets = folder / "pets"
    for label in ("cat", "dog"):
        (pets / label).mkdir(parents=True)
    for number in range(16):
        draw(number).save(pets / ("cat", "dog")[number % 2] / f"{number:02d}.png")
    shutil.copy(pets / "cat" / "00.png", pets / "cat" / "copy.png")
    draw(1).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(pets / "dog" / "mirrored.jpg")
    draw(50).point(lambda value: value // 8).save(pets / "dog" / "night.png")
    (pets / "dog" / "broken.jpg").write_bytes((pets / "dog" / "mirrored.jpg").read_bytes()[:300])
    write_brightness_model(folder / "model.onnx")
    return folder


def words_for(folder: Path, *more: str) -> list[str]:
    model = ["--model", str(folder / "model.onnx"), "--scaling", "unit"]
    return ["health", str(folder / "pets"), *model, *more]


def test_each_kind_is_a_list_with_figures_and_reasons_and_nothing_beside_it_is_written(
    folder, tmp_path, capsys
):
    out = tmp_path / "health.json"
    before = sorted(path for path in folder.rglob("*"))
    assert main(words_for(folder, "--json", str(out))) == 0
    assert sorted(path for path in folder.rglob("*")) == before
    printed = capsys.readouterr().out
    found = json.loads(out.read_text())
    assert (found["layout"], found["count"]) == ("class", 20)
    for kind in KINDS:
        assert all({"path", "figure", "reason"} <= set(entry) for entry in found[kind.name])
        assert found["rules"][kind.name]
    paths = {kind.name: [entry["path"] for entry in found[kind.name]] for kind in KINDS}
    assert paths["exact_duplicate"] == ["cat/00.png", "cat/copy.png"]
    assert {entry["group"] for entry in found["exact_duplicate"]} == {0}
    assert paths["near_duplicate"] == ["dog/01.png", "dog/mirrored.jpg"]
    assert paths["dark"] == ["dog/night.png"]
    assert paths["unreadable"] == ["dog/broken.jpg"]
    assert "Exact duplicates: 1" in printed
    assert "dog/night.png: 99 % of the pixels are darker than" in printed

    # With other thresholds, of the same pass, to the terminal.
    assert main(words_for(folder, "--threshold", "dark=0.01", "--json", "-")) == 0
    other = json.loads(capsys.readouterr().out)
    assert (other["dark"], other["thresholds"]["dark"]) == ([], 0.01)
    assert other["exact_duplicate"] == found["exact_duplicate"]


@pytest.mark.parametrize("given", ["dusk=1", "dark=low", "dark", "dark=-1", "dark=nan"])
def test_a_threshold_that_is_none_is_refused_at_once(folder, given, capsys):
    assert main(words_for(folder, "--threshold", given)) == 1
    assert f"--threshold “{given}”" in capsys.readouterr().err
