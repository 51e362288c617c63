"""Sharing a computation among cores."""

import os
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.convolution.parallel import parallel_for


@given(count=st.integers(0, 50))
def test_each_part_is_done_once(count):
    done = []
    parallel_for(done.append, range(count))
    assert sorted(done) == list(range(count))


def test_others_help_with_what_takes_long():
    helping = set()

    def work(part):
        helping.add(threading.current_thread())
        time.sleep(0.05)

    parallel_for(work, range(20))
    assert threading.current_thread() in helping
    assert len(helping) >= min(2, os.cpu_count() or 1)


@pytest.mark.parametrize("bad", [0, 19])
def test_what_goes_wrong_in_a_part_is_told(bad):
    def work(part):
        time.sleep(0.001)
        if part == bad:
            raise MemoryError

    with pytest.raises(MemoryError):
        parallel_for(work, range(20))
