"""Measure how long the window takes to be painted, beside a bare script with the same imports.

Both start in new processes, in turns; the time runs from the start of the process to the end of
the first paint. Run it on an idle machine: `python benchmarks/startup.py [--runs 7]`. Without a
display it runs offscreen.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from screens import take_offscreen_without_display

ROOT = Path(__file__).resolve().parent.parent

BARE = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
import numpy, pyqtgraph, cv2
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("painted", app.platformName(), flush=True)
        QTimer.singleShot(0, app.quit)
app = QApplication([])
window = Window()
window.resize(1280, 800)
window.show()
app.exec()
"""

OURS = """
from PySide6.QtCore import QTimer
import explorer.app as app_module
build = app_module.Explorer
class Timed(build):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.window.first_painted.connect(self._painted)
    def _painted(self):
        print("painted", app_module.QApplication.platformName(), flush=True)
        QTimer.singleShot(0, self.window.close)
app_module.Explorer = Timed
import sys
from explorer.__main__ import main
sys.exit(main(["--new-window"]))
"""


def measure_paint(script: str) -> tuple[float, str]:
    """Start a script; return the seconds until it says "painted", and on which Qt platform."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("painted"):
            break
    else:
        raise RuntimeError("the script ended before it painted")
    seconds = time.perf_counter() - started
    process.wait()
    return seconds, line.split()[1]


def main() -> None:
    """Print both medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    take_offscreen_without_display()
    bare: list[float] = []
    ours: list[float] = []
    platforms: set[str] = set()
    for number in range(runs + 1):
        pair = measure_paint(BARE), measure_paint(OURS)
        platforms.update(platform for _, platform in pair)
        if number:  # the first pair warms the disk cache
            bare.append(pair[0][0])
            ours.append(pair[1][0])
    platform = " and ".join(sorted(platforms))
    print(f"start to first paint, median of {runs}, Qt platform {platform}")
    print(f"  bare window   {statistics.median(bare) * 1000:6.0f} ms")
    print(f"  the program   {statistics.median(ours) * 1000:6.0f} ms")
    print(f"  ratio         {statistics.median(ours) / statistics.median(bare):6.2f}   (goal 1.6)")


if __name__ == "__main__":
    main()
