"""The program ends when it is asked to, whatever it is waiting for."""

import os
import subprocess
import sys
import time
from pathlib import Path

from explorer import paths

ROOT = Path(__file__).resolve().parents[3]

# A share that is gone: what reads from it is answered by nobody.
QUIT_WHILE_A_READ_HANGS = """
import sys, time
from PySide6.QtCore import QTimer
import explorer.app as program
import explorer.wiring.open_router as arriving
hanging = []
def hang(paths):
    hanging.append(paths)
    time.sleep(600)
arriving.sort_paths = hang
class Brief(program.Explorer):
    def __init__(self, *given, **options):
        super().__init__(*given, **options)
        self.window.first_painted.connect(lambda: QTimer.singleShot(0, self.window.close))
program.Explorer = Brief
from explorer.__main__ import main
sys.exit(main(["--page", "network", "photo.png"]))
"""


def test_a_read_that_hangs_does_not_keep_the_program_from_ending(tmp_path: Path) -> None:
    start = time.monotonic()
    finished = subprocess.run(
        [sys.executable, "-c", QUIT_WHILE_A_READ_HANGS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert time.monotonic() - start < 100
    assert '"network"' in (paths.user_state() / "session.json").read_text(encoding="utf-8")
