"""Libraries' talk about themselves is kept off stderr; what goes wrong is not."""

import os
import subprocess
import sys

import pytest

from explorer.ml.models.quiet_logs import suppress_info_logs

CHATTER = (
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    b"I0000 00:00:1795717699.114801   16897 port.cc:153] oneDNN custom operations are on.\n"
    b"2026-11-26 18:28:19.115150: I tensorflow/core/platform/cpu_feature_guard.cc:210] This\n"
    b"To enable the following instructions: AVX2 FMA, rebuild TensorFlow with the flags.\n"
    b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"
    b"Matplotlib is building the font cache; this may take a moment.\n"
)


def test_errors_come_through_and_chatter_does_not(capfd: pytest.CaptureFixture[str]) -> None:
    with suppress_info_logs():
        os.write(2, CHATTER)
        os.write(2, b"E0000 00:00:1795717699.2  16897 file.cc:1] no memory\nERROR: no delegate")
    os.write(2, b"\nafterwards\n")
    expected = "E0000 00:00:1795717699.2  16897 file.cc:1] no memory\nERROR: no delegate"
    assert capfd.readouterr().err == f"{expected}\nafterwards\n"


def test_errors_come_through_where_it_fails(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with suppress_info_logs():
            os.write(2, CHATTER + b"W0000 00:00:1 1 file.cc:1] odd\n")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        fail()
    assert capfd.readouterr().err == "W0000 00:00:1 1 file.cc:1] odd\n"


def test_a_crash_is_told() -> None:
    words = (
        "import os; from explorer.ml.models.quiet_logs import suppress_info_logs\n"
        "with suppress_info_logs():\n    os.abort()"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True)
    assert done.returncode != 0
    assert "Aborted" in done.stderr


def test_without_stderr_it_does_its_work() -> None:
    words = (
        "import os; from explorer.ml.models.quiet_logs import suppress_info_logs; os.close(2)\n"
        "with suppress_info_logs():\n    print('done')"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True)
    assert done.stdout == "done\n"
