"""How a model file is used: by what lies beside it."""

import json
from pathlib import Path

from explorer.core.layers.architecture import Architecture, TensorSpec
from explorer.core.model_files.opening import FROM_CARD, FROM_SETTINGS, assume_with_files
from explorer.core.training.epochs import EPOCHS_FOLDER, epoch_file
from tests.support.tiny_runs import make_paper_run

TWO_CLASSES = Architecture(
    "Keras",
    (TensorSpec("picture", (None, None, 3)),),
    (TensorSpec("answer", (2,)),),
    (),
    last_activation="softmax",
)


def make_epoch(run: Path) -> Path:
    file = epoch_file(run / EPOCHS_FOLDER, 3)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"weights")
    return file


def test_an_epoch_is_used_as_its_run_is(tmp_path: Path) -> None:
    file = make_epoch(make_paper_run(tmp_path / "run", ("cat", "dog")))
    found = assume_with_files(file, TWO_CLASSES)
    assert found.model.classes == ("cat", "dog")
    assert found.model.preparation.size == (24, 24)
    assert found.model.preparation.scaling == "none"
    assert found.origins["classes"] == found.origins["scaling"] == FROM_CARD


def test_so_is_one_of_a_run_that_is_still_trained(tmp_path: Path) -> None:
    run = tmp_path / "run.partial"
    file = make_epoch(run)
    assert assume_with_files(file, TWO_CLASSES).model.classes == ("class 1", "class 2")
    settings = {"recipe": "article", "classes": ["left", "right"], "input_size": [40, 30]}
    (run / "settings.json").write_text(json.dumps(settings))
    found = assume_with_files(file, TWO_CLASSES)
    assert found.model.classes == ("left", "right")
    assert found.model.preparation.size == (40, 30)
    assert found.origins["size"] == FROM_SETTINGS


def test_a_run_of_other_classes_says_nothing_of_a_file(tmp_path: Path) -> None:
    file = make_epoch(make_paper_run(tmp_path / "run", ("cat", "dog", "fox")))
    assert assume_with_files(file, TWO_CLASSES).model.classes == ("class 1", "class 2")
    (tmp_path / "run" / "card.json").write_text("{")
    (tmp_path / "run" / "settings.json").write_text("{")
    assert assume_with_files(file, TWO_CLASSES).model.classes == ("class 1", "class 2")
