"""What the networks of a run's epochs are like: asked once, the newest wish first."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.background.tasks import TaskPool
from explorer.core.images.read import picture_from_pixels
from explorer.core.layers.architecture import Architecture, TensorSpec
from explorer.core.layers.layers import FeatureMaps, LayerInfo
from explorer.core.layers.weights import describe_weights
from explorer.core.models.requests import (
    Classified,
    ClassifyPicture,
    ComputeFeatureMaps,
    ReadArchitecture,
    ReadWeights,
    Request,
)
from explorer.core.training.epochs import EPOCHS_FOLDER, epoch_file
from explorer.core.training.history import HISTORY_COLUMNS, HISTORY_FILE, write_history
from explorer.core.training.record import TrainingRecord, write_record
from explorer.core.training.runs import partial_of
from explorer.errors import ModelError
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notice, Notices
from explorer.state.training.epochs_state import EpochsState
from explorer.state.training.film_state import FilmState
from explorer.state.training.runs_state import RunsState
from tests.support.held_worker import HeldWorker
from tests.support.tiny_runs import make_paper_run

LAYERS = (
    LayerInfo("conv_1", "Conv2D", (8, 8, 2), 20, kernel_size=(3, 3)),
    LayerInfo("dense_1", "Dense", (2,), 6),
)
FOUND = Architecture(
    "Keras",
    (TensorSpec("picture", (8, 8, 3)),),
    (TensorSpec("answer", (2,)),),
    LAYERS,
    last_activation="softmax",
)
PICTURE = picture_from_pixels(np.full((20, 20, 3), 90, np.uint8), "grey")


def epoch_of(request: Request) -> int:
    return int(request.model.path.stem.rpartition("-")[2])


def answer_to(request: Request) -> object:
    """Answer as the network of an epoch would: epoch 3 says 0.3."""
    epoch = epoch_of(request)
    match request:
        case ReadArchitecture():
            return FOUND
        case ClassifyPicture():
            return Classified((epoch / 10, 1 - epoch / 10))
        case ReadWeights():
            kernel = np.full((3, 3, 3, 2), epoch, np.float32)
            return describe_weights("conv_1", "Conv2D", {"kernel": kernel})
        case ComputeFeatureMaps(layer=name):
            layer = next(one for one in LAYERS if one.name == name)
            return FeatureMaps(layer, np.full(layer.map_shape, epoch, np.float32))
    raise NotImplementedError(request)


class Worker(HeldWorker):
    """Answers at once where it is not held, and notes what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.is_held = False
        self.asked: list[tuple[str, int]] = []

    def ask(self, request, *, done, failed):  # type: ignore[no-untyped-def]
        self.asked.append((type(request).__name__, epoch_of(request)))
        asked = super().ask(request, done=done, failed=failed)
        if not self.is_held:
            self.go_on()
        return asked

    def go_on(self) -> None:
        """Answer the one open request."""
        self.answer(answer_to(self.open[0].request))


class Bench:
    """A run with kept epochs, and the states that look back at it."""

    def __init__(self, pool: TaskPool, notices: Notices, qtbot: QtBot, target: Path) -> None:
        self.qtbot, self.target = qtbot, target
        self.reader, self.worker = Worker(), Worker()
        self.models = ModelState([paths.user_runs()], notices, self.reader, pool)  # type: ignore[arg-type]
        self.runs = RunsState(self.models, pool, notices)
        self.epochs = EpochsState(
            self.runs,
            self.models,
            lambda model: self.worker,  # type: ignore[arg-type, return-value]
            self.reader,  # type: ignore[arg-type]
            pool,
            notices,
        )
        self.film = FilmState(self.epochs, pool, notices)

    def wait_for(self, epoch: int) -> None:
        """Wait until an epoch is shown, wholly."""

        def is_shown() -> bool:
            shown = self.epochs.shown
            return shown is not None and shown.epoch == epoch and not self.epochs.is_busy

        self.qtbot.waitUntil(is_shown)

    def asked_about(self, epoch: int) -> list[str]:
        return [kind for kind, one in self.worker.asked if one == epoch]


def keep(folder: Path, *epochs: int) -> None:
    (folder / EPOCHS_FOLDER).mkdir(exist_ok=True)
    for epoch in epochs:
        epoch_file(folder / EPOCHS_FOLDER, epoch).write_bytes(f"weights {epoch}".encode())
    row = dict.fromkeys(HISTORY_COLUMNS, 0.5)
    write_history(folder / HISTORY_FILE, [row] * max(epochs))


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a run that is still trained, of which three epochs are kept."""
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path / "none")
    target = paths.user_runs() / "run"
    partial = partial_of(target)
    partial.mkdir(parents=True)
    settings = {"recipe": "article", "epochs": 9, "classes": ["cat", "dog"], "input_size": [8, 8]}
    (partial / "settings.json").write_text(json.dumps(settings))
    keep(partial, 1, 3, 4)
    return target


@pytest.fixture
def bench(pool: TaskPool, notices: Notices, qtbot: QtBot, target: Path) -> Iterator[Bench]:
    made = Bench(pool, notices, qtbot, target)
    made.epochs.set_picture(PICTURE)
    made.epochs.enter()
    yield made
    made.film.close()
    made.runs.close()


def test_the_newest_epoch_is_shown_with_answer_kernels_and_maps(bench: Bench) -> None:
    bench.wait_for(4)
    epochs, shown = bench.epochs, bench.epochs.shown
    assert epochs.epochs == (1, 3, 4)
    assert (epochs.layer, [layer.name for layer in epochs.layers]) == (
        "conv_1",
        ["conv_1", "dense_1"],
    )
    assert shown is not None
    assert shown.prediction is not None
    assert shown.prediction.classes == ("cat", "dog")
    assert shown.prediction.probabilities == (0.4, 0.6)
    assert shown.kernels is not None
    assert shown.kernels.count == 2
    assert shown.maps is not None
    assert shown.maps.map_size == (8, 8)


def test_what_was_seen_is_not_asked_again(bench: Bench) -> None:
    bench.wait_for(4)
    bench.epochs.choose_epoch(1)
    bench.wait_for(1)
    before = list(bench.worker.asked)
    bench.epochs.choose_epoch(4)
    assert bench.epochs.shown is not None
    assert bench.epochs.shown.epoch == 4  # at once
    assert bench.worker.asked == before


def test_the_newest_wish_wins(bench: Bench) -> None:
    bench.wait_for(4)
    bench.worker.is_held = True
    bench.epochs.choose_epoch(1)
    bench.epochs.choose_epoch(3)
    assert bench.asked_about(1) == ["ClassifyPicture"]  # is on its way
    assert bench.asked_about(3) == []
    assert bench.epochs.shown is not None
    assert bench.epochs.shown.epoch == 4  # the last good one
    bench.worker.is_held = False
    bench.worker.go_on()
    bench.wait_for(3)
    assert bench.asked_about(1) == ["ClassifyPicture"]


def test_another_picture_or_layer_asks_only_for_what_depends_on_it(bench: Bench) -> None:
    bench.wait_for(4)
    bench.worker.asked.clear()
    bench.epochs.choose_layer("dense_1")
    bench.wait_for(4)
    assert bench.worker.asked == [("ComputeFeatureMaps", 4)]
    bench.worker.asked.clear()
    bench.epochs.set_picture(picture_from_pixels(np.zeros((9, 9, 3), np.uint8), "dropped"))
    bench.qtbot.waitUntil(lambda: len(bench.worker.asked) == 2 and not bench.epochs.is_busy)
    assert bench.worker.asked == [("ClassifyPicture", 4), ("ComputeFeatureMaps", 4)]
    assert bench.epochs.shown is not None
    assert bench.epochs.shown.prediction is not None
    assert bench.epochs.shown.prediction.path == "dropped"


def test_new_epochs_appear_and_a_finished_run_goes_on(bench: Bench, target: Path) -> None:
    bench.wait_for(4)
    keep(partial_of(target), 6)
    bench.runs.refresh()
    bench.wait_for(6)  # the newest was looked at
    bench.epochs.choose_epoch(3)
    bench.wait_for(3)
    epoch_file(partial_of(target) / EPOCHS_FOLDER, 3).unlink()  # it made room for others
    keep(partial_of(target), 7)
    bench.runs.refresh()
    bench.wait_for(4)
    assert bench.epochs.epochs == (1, 4, 6, 7)
    make_paper_run(target)
    for file in partial_of(target).iterdir():
        file.rename(target / file.name)
    partial_of(target).rmdir()
    bench.runs.refresh()
    bench.qtbot.waitUntil(lambda: bench.epochs.run is not None and bench.epochs.run.is_whole)
    bench.epochs.choose_epoch(7)
    bench.wait_for(7)
    assert bench.worker.asked[-1] == ("ComputeFeatureMaps", 7)


def test_the_run_that_is_trained_last_is_looked_back_at_until_another_is_chosen(
    bench: Bench,
) -> None:
    bench.wait_for(4)
    bench.epochs.leave()
    for name, told in (("older", 1.0), ("newer", 2e9)):
        target = paths.user_runs() / name
        partial_of(target).mkdir()
        (partial_of(target) / "settings.json").write_text("{}")
        keep(partial_of(target), 1, 2)
        record = TrainingRecord(
            target=str(target), data="", recipe="", started=1.0, told=told, process=0
        )
        write_record(record)
    with bench.qtbot.waitSignal(bench.runs.runs_changed):
        bench.runs.refresh()
    bench.epochs.enter()
    bench.wait_for(2)
    assert bench.epochs.run is not None
    assert bench.epochs.run.name == "newer"
    bench.epochs.choose_run(bench.target)
    bench.wait_for(4)
    bench.epochs.leave()
    bench.epochs.enter()
    assert bench.epochs.run.name == "run"


def test_an_epoch_that_is_gone_meanwhile_is_passed_over(bench: Bench, target: Path) -> None:
    bench.wait_for(4)
    bench.worker.is_held = True
    bench.epochs.choose_epoch(3)
    epoch_file(partial_of(target) / EPOCHS_FOLDER, 3).unlink()
    bench.worker.is_held = False
    bench.worker.fail(ModelError("The model “epoch-00003.keras” no longer exists."))
    bench.wait_for(4)
    assert bench.epochs.epochs == (1, 4)
    assert bench.epochs.failure == ""


def test_what_fails_is_told_and_can_be_tried_again(bench: Bench) -> None:
    bench.wait_for(4)
    bench.worker.is_held = True
    bench.epochs.choose_epoch(1)
    bench.worker.is_held = False
    bench.worker.fail(ModelError("It is damaged."))
    assert bench.epochs.failure == "It is damaged."
    bench.epochs.retry()
    bench.wait_for(1)
    assert bench.epochs.failure == ""


def test_a_film_is_computed_first_then_played_to_its_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.wait_for(4)
    bench.film._timer.setInterval(5)
    seen: list[int] = []
    bench.epochs.shown_changed.connect(
        lambda: seen.append(0 if bench.epochs.shown is None else bench.epochs.shown.epoch)
    )
    shares: list[float] = []
    bench.film.progress_changed.connect(lambda: shares.append(bench.film.share or 0.0))
    bench.film.play()
    assert bench.film.is_busy
    bench.qtbot.waitUntil(lambda: bench.film.is_playing)
    assert not bench.film.is_busy
    bench.qtbot.waitUntil(lambda: not bench.film.is_playing)
    assert seen == [1, 3, 4]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (pytest.approx(1 / 3), 1.0)


def test_a_film_that_is_cancelled_asks_no_more(bench: Bench) -> None:
    bench.wait_for(4)
    bench.worker.is_held = True
    bench.film.play()
    bench.film.stop()
    bench.worker.is_held = False
    bench.worker.go_on()
    bench.qtbot.waitUntil(lambda: not bench.epochs.is_busy)
    assert bench.asked_about(3) == []
    assert not bench.film.is_playing


def test_a_film_is_written_as_gif_and_as_pictures(
    bench: Bench, tmp_path: Path, posted: list[Notice]
) -> None:
    frames = [np.full((6, 8, 3), 80 * place, np.uint8) for place in range(3)]
    bench.film.save_gif(tmp_path / "film.gif", frames)
    bench.film.save_sequence(tmp_path / "film", frames, (1, 3, 4))
    bench.film.save_sequence(tmp_path / "film", frames, (1, 3, 4))
    bench.qtbot.waitUntil(lambda: len(posted) == 3)
    assert (
        posted[-1].sentence == "“film” was not written: there is one already, choose another name."
    )
    with Image.open(tmp_path / "film.gif") as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (3, (8, 6), 0)  # type: ignore[attr-defined]
    names = sorted(file.name for file in (tmp_path / "film").iterdir())
    assert names == ["epoch-00001.png", "epoch-00003.png", "epoch-00004.png"]
    drawn = np.asarray(Image.open(tmp_path / "film" / "epoch-00004.png"))
    assert np.array_equal(drawn, frames[2])


def test_a_saved_epoch_keeps_its_classes_under_any_name(
    bench: Bench, tmp_path: Path, posted: list[Notice]
) -> None:
    bench.wait_for(4)
    bench.epochs.save_as(tmp_path / "mine-4.keras")
    bench.qtbot.waitUntil(lambda: bool(posted))
    assert (tmp_path / "mine-4.keras").read_bytes() == b"weights 4"
    bench.reader.is_held = True
    bench.models.open_path(tmp_path / "mine-4.keras")
    with bench.qtbot.waitSignal(bench.models.opened):
        bench.reader.answer(FOUND)
    assert bench.models.current is not None
    assert bench.models.current.classes == ("cat", "dog")
