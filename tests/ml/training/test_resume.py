"""A run's folder while it is trained: one process's alone, and known to be possible beforehand."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from explorer.core.models.training_config import TrainingConfig
from explorer.core.training.history import HISTORY_COLUMNS, write_history
from explorer.core.training.settings import read_settings
from explorer.errors import ModelError
from explorer.ml.training.checkpoints import Checkpoint, Checkpoints
from explorer.ml.training.resume import UnfinishedRun
from tests.support.tiny_runs import ROOT, make_paper_run

HASHES = {"data_hash": "a", "labels_hash": "b"}


def config_for(output: Path) -> TrainingConfig:
    return TrainingConfig(data=Path("pets"), output=output)


def refuse(output: Path, *, resume: bool = False) -> str:
    """Return the sentence with which a run is refused, which leaves nothing behind."""
    with (
        pytest.raises(ModelError) as refused,
        closing(UnfinishedRun(config_for(output))) as unfinished,
    ):
        unfinished.claim(resume=resume)
    assert "\n" not in refused.value.sentence
    return refused.value.sentence


def begin(output: Path) -> None:
    """Leave what a run leaves that is killed in its first epoch."""
    with closing(UnfinishedRun(config_for(output))) as unfinished:
        unfinished.claim(resume=False)
        unfinished.begin(HASHES, ("cat", "dog"), (8, 8))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder in which nothing may be left."""
    (tmp_path / "place").mkdir()
    yield tmp_path / "place"
    assert not list((tmp_path / "place").glob("**/*.lock"))


def test_what_the_networks_of_its_epochs_take_is_known_from_the_first_on(place: Path) -> None:
    begin(place / "run")
    settings = read_settings(place / "run.partial")
    assert (settings.recipe, settings.epochs) == ("article", 30)
    assert (settings.classes, settings.input_size) == (("cat", "dog"), (8, 8))
    assert settings.values["data_hash"] == "a"


TAKEN = {
    "a file": lambda path: path.write_text("mine"),
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "a link": lambda path: path.symlink_to(path.parent),
}


@pytest.mark.parametrize("kind", TAKEN)
def test_what_is_there_is_not_replaced(place: Path, kind: str) -> None:
    TAKEN[kind](place / "run")
    before = sorted(os.listdir(place))
    assert "exists already: choose another --output" in refuse(place / "run")
    assert sorted(os.listdir(place)) == before


def test_a_finished_run_has_nothing_to_resume(place: Path) -> None:
    make_paper_run(place / "run")
    assert refuse(place / "run", resume=True).endswith("is finished: there is nothing to resume.")
    assert "choose another --output" in refuse(place / "run")


@pytest.mark.parametrize("inside", ["below", "a/b"])
def test_no_run_goes_into_another(place: Path, inside: str) -> None:
    make_paper_run(place / "run")
    before = sorted(os.listdir(place / "run"))
    assert "is inside the run" in refuse(place / "run" / inside)
    assert sorted(os.listdir(place / "run")) == before


@pytest.mark.parametrize("words", ["x" * 248, "x" * 300, "猫" * 83])
def test_a_name_that_is_too_long_is_one_sentence(place: Path, words: str) -> None:
    for resume in (False, True):
        sentence = refuse(place / words, resume=resume)
        assert "name too long" in sentence or "no run to resume" in sentence
    assert not os.listdir(place)


def test_a_file_in_its_way_is_one_sentence(place: Path) -> None:
    (place / "file").write_text("mine")
    assert "could not be created: not a directory" in refuse(place / "file" / "run")
    assert "could not be created: not a directory" in refuse(place / "file" / "a" / "run")
    assert (place / "file").read_text() == "mine"


def test_a_loop_of_links_is_one_sentence(place: Path) -> None:
    (place / "one").symlink_to("two")
    (place / "two").symlink_to("one")
    assert refuse(place / "one" / "run")


def test_the_root_of_all_folders_exists_already() -> None:
    assert "exists already" in refuse(Path("/"))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no such file system")
def test_where_nothing_can_be_made_no_other_process_is_blamed() -> None:
    assert "could not be created: " in refuse(Path("/proc/run"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_sentence(place: Path) -> None:
    place.chmod(0o500)
    assert "permission denied" in refuse(place / "run")


@pytest.mark.parametrize("words", ["x/..", "x/../.", "./x/../../place", "x/y/../.."])
def test_a_path_is_followed_before_it_is_trained(place: Path, words: str) -> None:
    assert "exists already" in refuse(place / words)
    assert not os.listdir(place)
    with closing(UnfinishedRun(config_for(place / words / "run"))) as unfinished:
        unfinished.claim(resume=False)
        assert unfinished.target == place / "run"


def test_where_nothing_was_begun_nothing_is_left(place: Path) -> None:
    with closing(UnfinishedRun(config_for(place / "a" / "b" / "run"))) as unfinished:
        unfinished.claim(resume=False)
        assert (place / "a" / "b" / "run.partial").is_dir()
    assert not os.listdir(place)


def test_one_process_at_a_time_trains_it(place: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from explorer.core.models.training_config import TrainingConfig\n"
        "from explorer.ml.training.resume import UnfinishedRun\n"
        "run = UnfinishedRun(TrainingConfig(pathlib.Path(), pathlib.Path(sys.argv[1])))\n"
        "run.claim(resume=False)\n"
        f"run.begin({HASHES}, ['cat', 'dog'], (8, 8))\n"
        "print('has it', flush=True)\n"
        "sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(place / "run")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "has it\n"
        before = sorted((place / "run.partial").iterdir())
        for resume in (True, False):
            sentence = refuse(place / "run", resume=resume)
            assert f"is being trained by another process (PID {other.pid}): " in sentence
        assert sorted((place / "run.partial").iterdir()) == before
    finally:
        other.kill()
        other.communicate()
    # The lock of a process that was killed holds nobody up, though its file is still there.
    assert (place / "run.lock").exists()
    with closing(UnfinishedRun(config_for(place / "run"))) as unfinished:
        unfinished.claim(resume=True)


def test_what_was_begun_stays_and_is_resumed(place: Path) -> None:
    begin(place / "run")
    assert "continue it with --resume" in refuse(place / "run")
    with closing(UnfinishedRun(config_for(place / "run"))) as unfinished:
        unfinished.claim(resume=True)
        unfinished.compare(HASHES)
        assert unfinished.load_checkpoint(pytest.fail) is None  # killed before its first
    assert os.listdir(place) == ["run.partial"]


def test_of_a_run_that_was_stopped_it_is_said_what_is_kept(place: Path) -> None:
    unfinished = UnfinishedRun(config_for(place / "run"))
    assert unfinished.describe_kept() == ""
    begin(place / "run")
    for epoch, kept in enumerate(["", "The first epoch is", "The epochs up to 2 are"]):
        unfinished.checkpoints.save(Checkpoint(epoch, 8, 1.0, (), (), ()))
        sentence = (
            f"{kept} kept in “{place}/run.partial”: run the same command with --resume to continue."
        )
        assert unfinished.describe_kept() == (kept and sentence)


def test_checkpoints_that_are_gone_are_no_new_beginning(place: Path) -> None:
    begin(place / "run")
    unfinished = UnfinishedRun(config_for(place / "run"))
    write_history(unfinished.history, [dict.fromkeys(HISTORY_COLUMNS, 1.0)] * 3)
    with pytest.raises(ModelError, match="holds no checkpoint of the 3 epochs that were trained"):
        unfinished.load_checkpoint(pytest.fail)


def test_too_little_room_is_known_and_both_figures_are_told(place: Path) -> None:
    with closing(UnfinishedRun(config_for(place / "run"))) as unfinished:
        unfinished.claim(resume=False)
        unfinished.check_room(1)
        with pytest.raises(ModelError, match=r"needs 9,000,000,000,000 MB in .* MB are free"):
            unfinished.check_room(9 * 10**18)


def test_settings_that_are_a_pipe_hold_nobody_up(place: Path) -> None:
    (place / "run.partial").mkdir()
    os.mkfifo(place / "run.partial" / "settings.json")
    assert "it has no file settings.json" in refuse(place / "run", resume=True)


def test_without_its_settings_no_sentence_leads_to_another(place: Path) -> None:
    begin(place / "run")
    (place / "run.partial" / "settings.json").unlink()
    Checkpoints(place / "run.partial" / "checkpoints").save(Checkpoint(4, 8, 1.0, (), (), ()))
    partial = place / "run.partial"
    assert refuse(place / "run") == (
        f"“{partial}” is left over from an interrupted run that cannot be continued without its "
        "settings.json: remove it, or choose another --output."
    )
    assert refuse(place / "run", resume=True) == (
        f"“{partial}” cannot be resumed: it has no file settings.json. Put back the settings.json "
        f"of this run, or remove “{partial}” and start again without --resume."
    )


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"{}x"])
def test_of_damaged_settings_it_is_said_what_to_do(place: Path, content: bytes) -> None:
    begin(place / "run")
    (place / "run.partial" / "settings.json").write_bytes(content)
    with pytest.raises(ModelError) as refused:
        UnfinishedRun(config_for(place / "run")).compare(HASHES)
    assert refused.value.sentence.startswith(f"“{place}/run.partial” cannot be resumed: ")
    assert "settings.json" in refused.value.sentence.split(". Put back")[0]
    assert refused.value.sentence.endswith("and start again without --resume.")


def test_what_was_not_given_is_called_so(place: Path) -> None:
    begin(place / "run")
    changed = dataclasses.replace(config_for(place / "run"), learning_rate=0.1)
    with pytest.raises(ModelError, match=r"--learning-rate was not given and is now 0\.1"):
        UnfinishedRun(changed).compare(HASHES)


def test_another_setting_is_named(place: Path) -> None:
    begin(place / "run")
    changed = dataclasses.replace(config_for(place / "run"), seed=2)
    with pytest.raises(ModelError, match="--seed was 1 and is now 2"):
        UnfinishedRun(changed).compare(HASHES)
