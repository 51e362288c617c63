"""What every test shares: a home of its own, no display needed, and nothing left running."""

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines are busy: a slow example is no fault of the code.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def _move_home(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("HOME", str(home))
    for name, folder in (
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_STATE_HOME", ".local/state"),
        ("XDG_CACHE_HOME", ".cache"),
    ):
        monkeypatch.setenv(name, str(home / folder))
    # Where windows listen for later starts: no test hears those of another.
    (home / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))


@pytest.fixture(autouse=True, scope="session")
def _no_persons_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what is made for several tests out of a person's files as well."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        _move_home(monkeypatch, tmp_path_factory.mktemp("home"))
        yield


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a home of its own, so that none reads or writes a person's files."""
    home = tmp_path_factory.mktemp("home")
    _move_home(monkeypatch, home)
    return home


@pytest.fixture(autouse=True)
def _nothing_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a Qt test that leaves a thread, a timer, a widget or a process behind."""
    if not {"qapp", "qtbot", "journey"} & set(request.fixturenames):
        yield
        return
    qapp = request.getfixturevalue("qapp")
    threads_before = set(threading.enumerate())
    children_before = set(multiprocessing.active_children())
    # What stands already is not looked through again after each test: that took most of the time.
    gc.freeze()
    yield
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtWidgets import QWidget

    def settle() -> None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qapp.processEvents()
        gc.collect()

    settle()
    settle()
    begun = set(threading.enumerate()) - threads_before
    # Those that share large sums are made once, and serve until the program ends.
    threads = [t.name for t in begun if t.is_alive() and not t.name.startswith("sums_")]
    children = [c.name for c in set(multiprocessing.active_children()) - children_before]
    widgets = [repr(widget) for widget in qapp.topLevelWidgets() if _is_ours(widget, QWidget)]
    timers = [repr(timer.parent()) for timer in _alive_timers(QTimer)]
    assert not threads, f"threads left running (close the pool or the worker): {threads}"
    assert not children, f"processes left running (close the worker): {children}"
    assert not timers, f"timers left running (stop them when their owner closes): {timers}"
    assert not widgets, f"widgets left (close and delete the window): {widgets}"


def _is_ours(widget: object, kind: type) -> bool:
    import shiboken6

    return isinstance(widget, kind) and shiboken6.isValid(widget)


def _alive_timers(kind: type) -> list[object]:
    import shiboken6

    return [
        item
        for item in gc.get_objects()
        if isinstance(item, kind) and shiboken6.isValid(item) and item.isActive()  # type: ignore[attr-defined]
    ]


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder of tiny runs once: "tiny" with LiteRT, "keras-only" with kept epochs.

    Once for all processes that run tests, since TensorFlow takes seconds: nobody writes into it.
    """
    from filelock import FileLock

    from tests.support.tiny_runs import TinyRun, make_runs

    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "models"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            making = folder.with_name("models-in-the-making")
            making.mkdir()
            make_runs(
                [
                    TinyRun(str(making / "tiny"), accuracy=0.9),
                    TinyRun(
                        str(making / "keras-only"),
                        has_litert=False,
                        seed=2,
                        accuracy=0.8,
                        epochs=3,
                    ),
                ]
            )
            making.rename(folder)
    return folder


@pytest.fixture
def journey(
    qtbot: object, monkeypatch: pytest.MonkeyPatch, models_folder: Path
) -> Callable[..., int]:
    """Return a function that runs the real main() and, inside its event loop, a test's steps."""
    from tests.journeys.travel import travel

    def run(arguments: list[str], steps: Callable[..., None] | None = None) -> int:
        return travel(arguments, steps)

    monkeypatch.setattr("explorer.paths.bundled_models", lambda: models_folder)
    return run
