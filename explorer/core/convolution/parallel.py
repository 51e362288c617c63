"""One computation shared among the processor's cores."""

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

_Part = TypeVar("_Part")


def parallel_for(work: Callable[[_Part], None], parts: Iterable[_Part]) -> None:
    """Do each part of a computation, on as many cores as come to help.

    This thread begins at once and goes on until nothing is left: a core that sleeps may take longer
    to wake than the whole takes.

    Parameters
    ----------
    work : callable
        What does a part; C code that frees the GIL. It waits for no other part.
    parts : iterable
    """
    left = deque(parts)

    def help_out() -> None:
        while True:
            try:
                part = left.popleft()
            except IndexError:
                return
            work(part)

    threads = _threads()
    count = min(len(left), os.cpu_count() or 1) - 1
    helpers = [threads.submit(help_out) for _ in range(count)]
    try:
        help_out()
    finally:
        late = [helper for helper in helpers if not helper.cancel()]
        for helper in late:
            helper.result()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="sums")
