"""The wheel is a complete program: resources and bundled models travel in it."""

import os
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from PIL import Image

import explorer
from explorer import paths

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))
    assert wheel.endswith("-py3-none-any.whl")  # one for every system, and no compiler needed
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


@pytest.fixture(scope="module")
def metadata(unpacked: Path) -> Message:
    path = next(unpacked.glob("*.dist-info")) / "METADATA"
    return Parser().parsestr(path.read_text(encoding="utf-8"))


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("name", ["resources", "models"])
def test_what_the_program_shows_travels_along(unpacked: Path, name: str):
    shipped = files(unpacked / "explorer" / name)
    assert shipped
    assert shipped == files(ROOT / name)


def test_all_of_the_package_and_nothing_else_is_in_the_wheel(unpacked: Path):
    ours = {name for name in files(unpacked) if ".dist-info/" not in name}
    expected = {f"explorer/{name}" for name in files(ROOT / "explorer")}
    for folder in ("resources", "models"):
        expected |= {f"explorer/{folder}/{name}" for name in files(ROOT / folder)}
    assert ours == expected


def test_the_package_names_itself(unpacked: Path, metadata: Message):
    assert metadata["Name"] == "convnet-explorer"
    assert metadata["Version"] == explorer.__version__
    assert metadata["License-Expression"] == "MIT"
    entry_points = next(unpacked.glob("*.dist-info")) / "entry_points.txt"
    assert "convnet-explorer = explorer.__main__:main" in entry_points.read_text(encoding="utf-8")


def test_each_dependency_is_bounded_and_named_once(metadata: Message):
    needed = [need for need in metadata.get_all("Requires-Dist", []) if "extra ==" not in need]
    assert [need for need in needed if ">=" not in need or "<" not in need] == []
    names = [need.partition(">")[0].partition("<")[0] for need in needed]
    assert names
    assert len(names) == len(set(names))


def run_far_away(unpacked: Path, folder: Path, *arguments: str) -> str:
    """Run the unpacked program in a folder that has nothing to do with it; return what it says."""
    finished = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_it_finds_what_it_brought_along(unpacked: Path, tmp_path: Path):
    script = "from explorer import paths; print(paths.resources()); print(paths.bundled_models())"
    folders = run_far_away(unpacked, tmp_path, "-c", script).splitlines()
    assert [Path(folder) for folder in folders] == [
        unpacked / "explorer" / "resources",
        unpacked / "explorer" / "models",
    ]


def test_it_runs_far_from_its_sources(unpacked: Path, tmp_path: Path):
    cat = paths.sample_pictures()[0]
    run_far_away(
        unpacked, tmp_path, "-m", "explorer", "filter", str(cat), "-k", "[[1]]", "-o", "cat.png"
    )
    with Image.open(tmp_path / "cat.png") as filtered, Image.open(cat) as picture:
        assert filtered.size == picture.size
    assert run_far_away(unpacked, tmp_path, "-m", "explorer", "--version").split() == [
        "convnet-explorer",
        explorer.__version__,
    ]
