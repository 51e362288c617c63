"""A process that opens models is refused what would take the computer down."""

import subprocess
import sys

import pytest


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits data")
def test_more_memory_than_allowed_is_refused_and_the_process_goes_on() -> None:
    words = (
        "import resource\n"
        "from explorer.core.desktop.limits import MAX_MEMORY_BYTES, limit_process\n"
        "limit_process()\n"
        "try:\n"
        "    bytearray(MAX_MEMORY_BYTES)\n"
        "except MemoryError:\n"
        "    print('refused', resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", words],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "refused (0, 0)\n"
