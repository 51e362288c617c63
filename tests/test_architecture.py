"""The rules of the house that import-linter cannot see, and the traps of what we build on."""

import ast
import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import QObject, Signal

ROOT = Path(__file__).resolve().parents[1]
EXPLORER = ROOT / "explorer"
NETWORKS = ("tensorflow", "keras", "ai_edge_litert")
WIDGETS = ("PySide6.QtWidgets", "PySide6.QtOpenGLWidgets", "PySide6.QtSvgWidgets", "pyqtgraph")

MOST_MODULES = 16
"""In one folder."""


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST, *, is_early: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield each imported dotted name and whether it is imported as soon as the module is.

    What only the type checker imports is not.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, is_early) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from ((f"{child.module}.{alias.name}", is_early) for alias in child.names)
        else:
            is_late = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) or (
                isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
            )
            yield from imported(child, is_early=is_early and not is_late)


def is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def offences(paths: list[Path], banned: tuple[str, ...], *, late_too: bool = True) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in paths
        for name, is_early in imported(parsed(path))
        if (is_early or late_too) and is_within(name, banned)
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import tensorflow as tf", ("tensorflow", True)),
        ("import PySide6.QtWidgets", ("PySide6.QtWidgets", True)),
        ("from PySide6 import QtCore, QtWidgets", ("PySide6.QtWidgets", True)),
        ("from PySide6.QtWidgets import QLabel", ("PySide6.QtWidgets.QLabel", True)),
        ("class A:\n    import keras", ("keras", True)),
        ("try:\n    import keras\nexcept ImportError: pass", ("keras", True)),
        ("def f():\n    if True:\n        import keras", ("keras", False)),
        ("if TYPE_CHECKING:\n    import keras", ("keras", False)),
    ],
)
def test_every_spelling_of_an_import_is_seen(source: str, found: tuple[str, bool]):
    assert found in set(imported(ast.parse(source)))


@pytest.mark.parametrize(
    ("floor", "banned"),
    [
        ("core", ("PySide6", "shiboken6", "pyqtgraph", *NETWORKS)),
        ("ml", ("PySide6", "shiboken6", "pyqtgraph")),
        ("background", (*WIDGETS, *NETWORKS)),
        ("state", (*WIDGETS, *NETWORKS)),
        ("views", NETWORKS),
    ],
)
def test_a_floor_does_without(floor: str, banned: tuple[str, ...]):
    paths = modules(EXPLORER / floor)
    assert paths
    assert offences(paths, banned) == []


def test_only_ml_imports_what_runs_networks():
    assert offences(modules(EXPLORER / "ml"), NETWORKS)
    elsewhere = [path for path in modules(EXPLORER) if "ml" not in path.relative_to(EXPLORER).parts]
    assert offences(elsewhere, NETWORKS) == []


def test_slow_imports_wait_until_they_are_used():
    elsewhere = [path for path in modules(EXPLORER) if "ml" not in path.relative_to(EXPLORER).parts]
    slow = (
        *("scipy.signal", "scipy.ndimage", "skimage", "tifffile"),
        *("openTSNE", "sklearn", "watchfiles", "requests"),
    )
    assert offences(elsewhere, slow, late_too=False) == []


def test_training_uses_ml_and_core_alone():
    allowed = ("explorer.ml", "explorer.core", "explorer.errors", "explorer.paths")
    names = {name for name, _ in imported(parsed(EXPLORER / "cli" / "train.py"))}
    ours = {name for name in names if is_within(name, ("explorer",))}
    assert ours
    assert {name for name in ours if not is_within(name, allowed)} == set()


@pytest.mark.parametrize("floor", ["views", "state"])
def test_no_page_knows_another_page(floor: str):
    """import-linter knows the pages that there are; this finds those that come."""
    shared = {"window", "common", "shared", "__pycache__"}
    rooms = [one.name for one in (EXPLORER / floor).iterdir() if one.is_dir()]
    pages = sorted(set(rooms) - shared)
    assert {"filter", "network", "classify", "dataset"} <= set(pages)
    for page in pages:
        others = tuple(f"explorer.{floor}.{other}" for other in pages if other != page)
        assert offences(modules(EXPLORER / floor / page), others) == []


def test_no_folder_has_more_modules_than_one_can_look_over():
    folders = {path.parent for path in modules(EXPLORER)}
    counts = {folder: len({*folder.glob("*.py")} - {folder / "__init__.py"}) for folder in folders}
    assert counts
    too_full = {str(one.relative_to(ROOT)): n for one, n in counts.items() if n > MOST_MODULES}
    assert too_full == {}


def test_no_built_file_is_kept_with_the_source():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    kinds = (".so", ".pyd", ".dll", ".dylib", ".o", ".pyc", ".whl")
    assert [name for name in listed.stdout.splitlines() if name.endswith(kinds)] == []


def test_what_freezes_or_overrides_the_window_is_not_called():
    banned = {"setStyleSheet", "processEvents", "sleep", "msleep", "usleep"}
    paths = [*modules(EXPLORER / "views"), *modules(EXPLORER / "state"), *EXPLORER.glob("app.py")]
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {name}"
        for path in paths
        for node in ast.walk(parsed(path))
        if (name := getattr(node, "attr", getattr(node, "id", ""))) in banned
    ]
    assert found == []


def test_importing_does_not_load_what_is_slow():
    slow = (
        *("tensorflow", "keras", "jax", "ai_edge_litert", "scipy.signal", "skimage"),
        *("openTSNE", "sklearn", "watchfiles", "requests"),
    )
    script = (
        "import sys, train, explorer.app, explorer.cli.main, explorer.ml.worker;"
        f"print([name for name in {slow!r} if name in sys.modules])"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert (finished.stdout.strip(), finished.stderr) == ("[]", "")


class Sender(QObject):
    """Sends a truth."""

    sent = Signal(bool)


def test_signals_keep_the_references_to_true():
    # PySide6 6.12 on Python 3.11 loses one at each emit, and Python aborts after the last.
    # (From Python 3.12 on, True is not counted at all.)
    sender = Sender()
    received = 0

    def receive(value: bool) -> None:
        nonlocal received
        received += value

    sender.sent.connect(receive)
    before = sys.getrefcount(True)
    for _ in range(1000):
        sender.sent.emit(True)
    assert received == 1000
    assert sys.getrefcount(True) == pytest.approx(before, abs=50)


def test_pyside_is_older_than_the_one_that_loses_them():
    major, minor = importlib.metadata.version("PySide6-Essentials").split(".")[:2]
    assert (6, 8) <= (int(major), int(minor)) < (6, 12)


def test_opencv_brings_no_qt_of_its_own():
    assert not (Path(cv2.__file__).parent / "qt").exists()
    gui = next(line for line in cv2.getBuildInformation().splitlines() if "GUI:" in line)
    assert gui.split() == ["GUI:", "NONE"]
