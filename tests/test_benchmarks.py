"""The benchmarks that open a window run where there is no display, and say so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"

# Enough to see that it runs, too little to measure anything.
LATENCY = """
import latency
latency.SHAPES, latency.EDITS, latency.FLOOD = {(60, 80): 1}, 3, 20
latency.main()
"""
STARTUP = "import startup; startup.main()"


@pytest.mark.parametrize("display", [None, ":987"])
@pytest.mark.parametrize("script", [LATENCY, STARTUP], ids=["latency", "startup"])
def test_without_a_display_it_runs_offscreen_and_says_so(script: str, display: str | None) -> None:
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in screens}
    environment["PYTHONPATH"] = os.pathsep.join([str(FOLDER), str(FOLDER.parent)])
    if display is not None:
        environment["DISPLAY"] = display  # one that does not answer
    done = subprocess.run(
        [sys.executable, "-c", script, "--runs", "1"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Qt platform offscreen" in done.stdout
