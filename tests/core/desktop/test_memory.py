"""Freed memory is used again: counted in pages that the system had to bring."""

import subprocess
import sys

import pytest

_PROGRAM = """
import resource, sys
import numpy as np
from explorer.core.desktop.memory import keep_freed_memory

def faults():
    arrays = [np.ones(10_000_000, np.float32) for _ in range(2)]
    del arrays
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        np.ones(10_000_000, np.float32)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

before = faults()
print(keep_freed_memory(), before, faults())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone can be asked")
def test_large_arrays_take_over_the_memory_of_those_before():
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True
    )
    was_possible, before, after = done.stdout.split()
    if was_possible == "False":
        pytest.skip("another C library")
    assert int(before) > 0
    assert int(after) * 10 <= int(before)
