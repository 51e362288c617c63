"""The threads that share one computation among the processor's cores."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache


@cache
def computing_threads() -> ThreadPoolExecutor:
    """Return the threads, one for each core, for C code that frees the GIL.

    Work in them waits for no other work in them.
    """
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="sums")
