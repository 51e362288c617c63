"""Which models there are, and which one is current."""

import os
import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.layers.architecture import Architecture, TensorSpec
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import ReadArchitecture
from explorer.errors import ModelError
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from tests.support.held_worker import HeldWorker
from tests.support.tiny_runs import make_paper_run


@pytest.fixture
def worker() -> HeldWorker:
    return HeldWorker()


@pytest.fixture
def models(tmp_path: Path, worker: HeldWorker, pool: TaskPool) -> ModelState:
    for name in ("one", "other"):
        make_paper_run(tmp_path / name)
    return ModelState([tmp_path], Notices(), worker, pool)  # type: ignore[arg-type]


def test_a_model_whose_folder_is_gone_is_told_and_offered_no_more(
    models: ModelState, qtbot: QtBot
) -> None:
    current = models.current
    gone = next(model for model in models.models if model != current)
    told: list[str] = []
    models._notices.posted.connect(lambda notice: told.append(notice.sentence))
    shutil.rmtree(gone.path)
    with qtbot.waitSignal(models.model_changed):
        models.choose(gone)
    assert told == [f"The model “{gone.name}” no longer exists."]
    assert models.models == (current,)
    assert models.current == current


def test_damaged_statistics_of_the_training_pictures_are_told_and_their_model_is_used(
    models: ModelState, tmp_path: Path, qtbot: QtBot
) -> None:
    other = next(model for model in models.models if model != models.current)
    (other.path / "embedding.npz").write_bytes(b"PK damaged")
    with qtbot.waitSignal(models._notices.posted) as posted:
        models.choose(other)
    assert posted.args is not None
    assert posted.args[0].sentence == (
        f"“{other.name}/embedding.npz” was not opened: it is damaged, or not written by train.py; "
        "so pictures that look like none of the classes are not marked."
    )
    assert models.current == other


def test_going_back_to_a_model_that_is_gone_leaves_the_current_one(
    models: ModelState, qtbot: QtBot
) -> None:
    current = models.current
    gone = next(model for model in models.models if model != current)
    shutil.rmtree(gone.path)
    models.reopen(gone.path)
    models.reopen(gone.path)  # which is not listed any more
    assert models.current == current


def test_another_model_is_chosen(models: ModelState, qtbot: QtBot) -> None:
    other = next(model for model in models.models if model != models.current)
    with qtbot.waitSignal(models.model_changed):
        models.choose(other)
    assert models.current == other


FOUND = Architecture(
    "ONNX",
    (TensorSpec("picture", (3, 32, 48)),),
    (TensorSpec("scores", (3,)),),
    (),
    made_by="pytorch 2.9",
    is_channels_first=True,
    last_activation="linear",
)


def read(models: ModelState, qtbot: QtBot, worker: HeldWorker, file: Path) -> None:
    models.open_paths([file])
    assert isinstance(worker.open[0].request, ReadArchitecture)
    with qtbot.waitSignal(models.model_changed):
        worker.answer(FOUND)


def test_a_model_file_is_read_and_what_it_does_not_say_is_assumed(
    models: ModelState, qtbot: QtBot, worker: HeldWorker, tmp_path: Path
) -> None:
    file = tmp_path / "animals.onnx"
    file.write_bytes(b"1")
    before = models.current
    models.open_paths([file])
    assert models.current == before  # until it is read
    with qtbot.waitSignals([models.model_changed, models.opened]):
        worker.answer(FOUND)
    model = models.current
    assert model is not None
    assert (model.path, model.name, model.card) == (file, "animals.onnx", None)
    assert model.preparation == Preparation((32, 48), "stretch", "rgb", "imagenet")
    assert (model.classes, model.outputs) == (("class 1", "class 2", "class 3"), "logits")
    origins = models.origins_of(model)
    assert set(origins) >= {"size", "resize", "channels", "scaling", "outputs", "classes"}
    assert "from the file" in origins["size"]
    assert "assumed" in origins["scaling"]


def test_a_model_file_saved_anew_is_another_model(
    models: ModelState, qtbot: QtBot, worker: HeldWorker, tmp_path: Path
) -> None:
    file = tmp_path / "animals.onnx"
    file.write_bytes(b"1")
    read(models, qtbot, worker, file)
    first, count = models.current, len(models.models)
    os.utime(file, ns=(1, 1))
    read(models, qtbot, worker, file)
    assert models.current != first
    assert len(models.models) == count


def test_of_several_files_the_last_one_is_current_and_a_refusal_is_told(
    models: ModelState, qtbot: QtBot, worker: HeldWorker, tmp_path: Path
) -> None:
    told: list[str] = []
    models._notices.posted.connect(lambda notice: told.append(notice.sentence))
    files = [tmp_path / name for name in ("a.onnx", "b.onnx", "c.onnx")]
    for file in files:
        file.write_bytes(b"1")
    models.open_paths(files)
    asked = list(worker.open)
    asked[2].done(FOUND)
    qtbot.waitUntil(lambda: models.current is not None and models.current.path == files[2])
    asked[1].failed(ModelError.not_opened("b.onnx", "the file is damaged"))
    asked[0].done(FOUND)
    qtbot.waitUntil(lambda: len(models.models) == 4)
    assert models.current.path == files[2]
    assert told == ["“b.onnx” was not opened: the file is damaged."]


def test_a_model_chosen_while_a_file_is_read_stays(
    models: ModelState, qtbot: QtBot, worker: HeldWorker, tmp_path: Path
) -> None:
    file = tmp_path / "slow.onnx"
    file.write_bytes(b"1")
    models.open_paths([file])
    other = next(model for model in models.models if model != models.current)
    models.choose(other)
    with qtbot.waitSignal(models.model_changed):
        worker.answer(FOUND)
    assert models.current == other
    assert file in [model.path for model in models.models]
