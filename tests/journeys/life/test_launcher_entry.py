"""The program starts from its own menu entry, from any folder, with and without a photo."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.desktop_entries import read_entry, read_exec

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="freedesktop entries start programs elsewhere"
)

START_TIMEOUT_S = 90


@dataclass(frozen=True)
class Desktop:
    """A desktop with nothing on it but the program's entry."""

    entry: dict[str, str]
    folder: Path
    environment: dict[str, str]

    def start(self, *files: Path, then: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """Do what a desktop does on a double click, and add arguments behind."""
        command = read_exec(self.entry["Exec"], files=tuple(str(file) for file in files))
        return subprocess.run(
            [*command, *then],
            cwd=self.entry.get("Path", self.folder),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_TIMEOUT_S,
        )


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Desktop:
    home = tmp_path_factory.mktemp("a home")
    elsewhere = home / "somewhere else"
    elsewhere.mkdir()
    # Nothing of the test's own surroundings may help: a menu starts programs without them.
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "my data"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    project = Path(__file__).parents[3]
    answer = subprocess.run(
        [sys.executable, "-m", "explorer", "--install-launcher"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT_S,
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    entry = home / "my data/applications/convnet-explorer.desktop"
    assert str(entry) in answer.stdout
    return Desktop(read_entry(entry.read_bytes()), elsewhere, environment)


def black_share(screenshot: Path) -> float:
    """Return the share of pitch-black pixels, of which the window has none but its letters."""
    with Image.open(screenshot) as image:
        return float((np.asarray(image.convert("RGB")) == 0).all(axis=2).mean())


def test_the_entry_opens_the_window_or_a_photo_whose_name_has_spaces(
    desktop: Desktop, tmp_path: Path
) -> None:
    window, window_of_photo = tmp_path / "window.png", tmp_path / "window of photo.png"
    answer = desktop.start(then=("--screenshot", str(window)))
    assert answer.returncode == 0, answer.stderr

    photo = tmp_path / "my own night.png"
    Image.new("RGB", (200, 150), "black").save(photo)
    answer = desktop.start(photo, then=("--screenshot", str(window_of_photo)))
    assert answer.returncode == 0, answer.stderr

    assert black_share(window) < 0.02
    assert black_share(window_of_photo) > 0.03


def test_the_program_the_entry_needs_is_there(desktop: Desktop) -> None:
    program = desktop.entry["TryExec"]
    assert os.access(program, os.X_OK)
    assert read_exec(desktop.entry["Exec"])[0] == program
    assert desktop.start(then=("--version",)).stdout.startswith("convnet-explorer ")
