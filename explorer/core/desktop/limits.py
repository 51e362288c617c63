"""Limits on what a process that opens models may use."""

import os
import sys

GIGABYTE = 1 << 30
MAX_MEMORY_BYTES = 8 * GIGABYTE
LEAST_MEMORY_BYTES = 2 * GIGABYTE
"""TensorFlow needs a quarter of it to start."""
MAX_FILE_BYTES = 2 * GIGABYTE
"""The largest model that is opened, and so that may be saved."""


def limit_process() -> None:
    """Limit this process for good: memory, the size of files that it writes, no core dumps.

    It may use half of the computer's memory, but at least `LEAST_MEMORY_BYTES` and at most
    `MAX_MEMORY_BYTES`: a model that needs more fails, and nothing else on the computer does. The
    limit is on data: address space that is only reserved, of which TensorFlow takes much, does not
    count. Only Linux enforces it.
    """
    if sys.platform != "linux":
        return
    import resource

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    allowed = min(MAX_MEMORY_BYTES, max(LEAST_MEMORY_BYTES, memory // 2))
    for kind, limit in (
        (resource.RLIMIT_DATA, allowed),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)  # a stricter one is the system's
        resource.setrlimit(kind, (limit, limit))
