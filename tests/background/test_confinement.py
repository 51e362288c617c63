"""What a stranger's code tries in the process that opens its model fails, and nobody notices."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer import paths
from explorer.background import child as child_module
from explorer.background.blocking_worker import BlockingWorker
from explorer.core.desktop.sandbox import Limit, possible_limits
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import DescribeLayers
from explorer.errors import ModelError, WorkerError
from tests.support.hostile_worker import serve_attempts

pytestmark = pytest.mark.skipif(
    possible_limits() != frozenset(Limit), reason="this system cannot confine a process"
)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlockingWorker]:
    """Start one process for all attempts; its models are not included ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child_module, "serve", serve_attempts)
        with BlockingWorker("classifier", tmp_path_factory.mktemp("strange")) as worker:
            yield worker


@pytest.fixture
def attempt(worker: BlockingWorker, tmp_path: Path) -> Callable[..., str]:
    """Return a function that lets the process try something, and says what came of it."""

    def ask(what: str, argument: object = "") -> str:
        (file := tmp_path / "model.keras").write_text(f"{what}\n{argument}")
        with pytest.raises(WorkerError) as caught:
            worker.ask(DescribeLayers(ModelUse(file)))
        return caught.value.sentence

    return ask


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    (file := tmp_path / "letter.txt").write_text("Dear")
    return file


def test_what_it_may_do_is_done(attempt: Callable[..., str]) -> None:
    assert attempt("write own", "left.txt").startswith("done")
    assert attempt("read", sys.modules["msgspec"].__file__).startswith("done")
    assert attempt("memory", 1 << 20).startswith("done")


@pytest.mark.parametrize(
    "what",
    ["read", "write", "link", "remove", "chmod", "touch", "truncate", "open truncating"],
)
def test_a_persons_files_are_neither_read_nor_changed(
    attempt: Callable[..., str], secret: Path, what: str
) -> None:
    before = secret.stat()
    assert attempt(what, secret).startswith("refused")
    assert secret.read_text() == "Dear"
    after = secret.stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


def test_the_model_itself_cannot_be_changed(attempt: Callable[..., str], tmp_path: Path) -> None:
    assert attempt("write given") == "refused: PermissionError"
    assert (tmp_path / "model.keras").read_text().startswith("write given")


@pytest.mark.parametrize("place", ["~", "/", "/tmp", "/proc", "/etc/passwd"])
def test_folders_of_others_are_not_listed(attempt: Callable[..., str], place: str) -> None:
    what = "read" if Path(place).is_file() else "list"
    assert attempt(what, os.path.expanduser(place)) == "refused: PermissionError"


def test_nothing_is_written_beside_its_folder(attempt: Callable[..., str]) -> None:
    assert attempt("write", "../beside.txt") == "refused: PermissionError"
    assert attempt("write", "/tmp/beside.txt") == "refused: PermissionError"


def test_it_has_no_network(attempt: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = "{}:{}".format(*server.getsockname())
        assert attempt("connect", address).startswith("refused")
    for what in ("datagram", "socket pair"):
        assert attempt(what).startswith("refused")
    with socket.socket(socket.AF_UNIX) as ours:
        ours.bind("\0" + (name := f"explorer-test-{os.getpid()}"))
        ours.listen()
        assert attempt("abstract socket", name).startswith("refused")


def test_it_starts_and_touches_no_other_process(attempt: Callable[..., str]) -> None:
    limits = Path("/proc/self/limits").read_text()
    for what in ("start", "become"):
        assert attempt(what, "/bin/true").startswith("refused")
    for what in ("fork", "kill", "limit", "environment", "trace"):
        assert attempt(what).startswith("refused"), what
    assert Path("/proc/self/limits").read_text() == limits


@pytest.mark.parametrize("what", ["memory", "shared memory"])
def test_forty_gigabytes_are_refused_and_the_window_is_none_the_larger(
    attempt: Callable[..., str], what: str
) -> None:
    before = _resident_bytes()
    assert attempt(what, 40 << 30).startswith("refused")
    assert _resident_bytes() - before < 20e6


def test_one_that_never_answers_is_ended_and_the_next_is_answered(
    attempt: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(DescribeLayers, "limit_s", 0.5)
        sentence = attempt("hang")
    assert "“model.keras” gave no answer" in sentence
    assert "did not answer within" in sentence
    assert attempt("ids").startswith("done")


def test_what_killed_programs_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    home = paths.process_folders()
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()
    for name in (f"{gone.pid}-left", f"{os.getppid()}-in-use", "something"):
        (home / name / "models").mkdir(parents=True)
    with BlockingWorker("classifier", tmp_path / "strange.tflite") as worker:
        with pytest.raises(ModelError, match="no longer exists"):
            worker.ask(DescribeLayers(ModelUse(tmp_path / "strange.tflite")))
        left = {one.name.partition("-")[2] or one.name for one in home.iterdir()}
        assert left >= {"in-use", "something"}
        assert "left" not in left
    assert len(list(home.iterdir())) == 2


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
