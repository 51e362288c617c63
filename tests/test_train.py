"""The words after train.py."""

import os
import signal
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from explorer.__main__ import main as explorer_main
from explorer.cli import train
from explorer.core.models.training_config import TrainingConfig
from explorer.ml.training.checkpoints import Checkpoint, Checkpoints
from explorer.ml.training.resume import UnfinishedRun


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KERAS_HOME", "KERAS_BACKEND"):
        monkeypatch.setenv(name, "")  # what was there is put back


def test_without_options_the_defaults_hold():
    config = train.parse_arguments(["pets", "--output", "run"]).config
    assert config == TrainingConfig(data=Path("pets"), output=Path("run"))


def test_a_run_is_trained_further_at_a_rate_of_ones_own():
    words = ["pets", "--output", "run", "--start-from", "runs/first", "--learning-rate", "2e-4"]
    config = train.parse_arguments(words).config
    assert config.start_from == (Path("runs/first"),)
    assert config.learning_rate == 2e-4


@pytest.mark.parametrize("rate", ["0", "-0.1", "1", "1e400", "nan", "fast", ""])
def test_what_is_no_rate_is_refused_at_once(rate: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        train.parse_arguments(["pets", "--output", "run", f"--learning-rate={rate}"])
    assert ended.value.code == 2
    assert "--learning-rate" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--\x1b[31mred"], "unrecognized arguments: --\ufffd[31mred\n"),
        (["--seed", "-1"], "--seed: must be at least 0"),
        (["--seed", "4294967295"], "--seed: must be at most 4,294,967,286"),
        (["--epochs", "abc"], "--epochs: “abc” is not an integer"),
        (["--epochs", "9" * 40], "--epochs: must be at most 10,000,000"),
        (["--epochs", "9" * 9000], "9…” is not an integer"),
        (["--batch-size", "1e3"], "--batch-size: “1e3” is not an integer"),
        (["--host", "x"], "--host: “x” is not an integer"),
        (["--ratio", "half"], "--ratio: “half” is not a number"),
    ],
)
def test_a_wrong_argument_is_named(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit):
        train.parse_arguments(["pets", "--output", "run", *words])
    assert sentence in capsys.readouterr().err


def test_without_a_folder_for_temporary_files_it_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(tempfile, "tempdir", None)
    # As on full disks, where none of the candidates can be written.
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/nonexistent"])
    assert train.main(["pets", "--output", "run"]) == 1
    assert "No folder for temporary files can be written" in capsys.readouterr().out


def test_this_folder_is_no_place_for_a_run(capsys: pytest.CaptureFixture[str]):
    assert train.main(["pets", "--output", "."]) == 1
    assert "exists already: choose another --output" in capsys.readouterr().out.replace("\n", " ")


def test_stopped_at_once_it_says_what_is_kept_and_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "_fulfil", stop)
    words = ["pets", "--output", str(tmp_path / "run")]
    assert train.main(words) == 130
    assert capsys.readouterr().out == "Stopped.\n"
    partial = tmp_path / "run.partial"
    Checkpoints(partial / "checkpoints").save(Checkpoint(4, 8, 1.0, (), (), ()))
    (partial / "settings.json").write_text("{}")
    assert train.main(words) == 130
    assert capsys.readouterr().out == (
        f"Stopped. The epochs up to 4 are kept in “{partial}”: run the same command with --resume "
        "to continue.\n"
    )


def test_ended_from_outside_it_leaves_no_lock(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    def train_and_be_ended(request: train.Request, reporter: object) -> None:
        assert request.config is not None
        with closing(UnfinishedRun(request.config)) as unfinished:
            unfinished.claim(resume=False)
            assert (tmp_path / "run.lock").exists()
            os.kill(os.getpid(), signal.SIGTERM)

    ended: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: ended.append(number))
    try:
        monkeypatch.setattr(train, "_fulfil", train_and_be_ended)
        assert train.main(["pets", "--output", str(tmp_path / "run")]) == 128 + signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, before)
    assert not ended
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr().out == "Stopped.\n"


def test_the_program_trains_as_the_script_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    said = []
    for command, act in (
        ("convnet-explorer train", lambda: explorer_main(["train", "--help"])),
        ("python train.py", lambda: train.main(["--help"], command="python train.py")),
    ):
        with pytest.raises(SystemExit):
            act()
        said.append(capsys.readouterr().out.replace(command, "COMMAND"))
    by_program, by_script = said
    assert "COMMAND pets --output runs/pets " in by_program
    assert by_program.partition("Layouts")[2] == by_script.partition("Layouts")[2]
