"""What a process that opens models may take of the computer."""

import os
import sys

GIGABYTE = 1 << 30
MAX_MEMORY_BYTES = 8 * GIGABYTE
LEAST_MEMORY_BYTES = 2 * GIGABYTE
"""TensorFlow needs a quarter of it to start."""
MAX_FILE_BYTES = 1 << 26


def limit_process() -> None:
    """Limit this process for good: memory, the size of files that it writes, no core dumps.

    It may have half of the computer's memory, though at least `LEAST_MEMORY_BYTES` and at most
    `MAX_MEMORY_BYTES`; a model that wants more is refused it, instead of everything else on the
    computer. The limit is on data: addresses that are only reserved, of which TensorFlow takes
    many, do not count. Linux keeps to it; macOS and Windows have no such limit.
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
