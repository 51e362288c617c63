"""The program ends when it is asked to, whatever it is waiting for."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from explorer import paths
from explorer.wiring.end_signals import EndSignals

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


SHOW_ANOTHER_PAGE = """
import sys
from PySide6.QtCore import QTimer
import explorer.app as program
class Changed(program.Explorer):
    def __init__(self, *given, **options):
        super().__init__(*given, **options)
        self.window.first_painted.connect(lambda: QTimer.singleShot(0, self._change))
    def _change(self):
        self.window.show_page("classify")
        print("changed", flush=True)
program.Explorer = Changed
from explorer.__main__ import main
code = main(["--new-window"])
slow = "tensorflow keras ai_edge_litert scipy.signal skimage openTSNE sklearn watchfiles requests"
print([name for name in slow.split() if name in sys.modules], flush=True)
sys.exit(code)
"""


@pytest.mark.skipif(os.name != "posix", reason="only POSIX ends processes by signals")
def test_what_was_changed_just_before_the_system_ends_the_program_is_saved(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SHOW_ANOTHER_PAGE],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "changed\n"
        process.terminate()
        imported, trouble = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, trouble
    assert imported == "[]\n", "what is slow to import waits until it is used"
    assert '"classify"' in (paths.user_state() / "session.json").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name != "posix", reason="only POSIX ends processes by signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_event_loop_and_is_left_to_others_afterwards(
    qapp: QApplication, name: str
) -> None:
    number = signal.Signals[name]
    before = signal.getsignal(number)
    if before == signal.SIG_IGN:
        pytest.skip(f"{name} is ignored, as nohup asks for")
    signals = EndSignals()
    QTimer.singleShot(0, qapp, lambda: os.kill(os.getpid(), number))
    assert qapp.exec() == 0
    signals.restore()
    assert signal.getsignal(number) == before
