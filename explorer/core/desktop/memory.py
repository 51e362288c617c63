"""How memory is taken from the system: picture after picture of one size, it should stay ours."""

import ctypes
import sys

# The numbers of glibc's <malloc.h>.
_M_TRIM_THRESHOLD = -1
_M_MMAP_MAX = -4
# What five steps on a colour picture of twelve megapixels set free.
_KEPT_BYTES = 768 * 2**20


def keep_freed_memory() -> bool:
    """Let freed memory be used again, up to 768 MB of it, rather than given back to the system.

    Else glibc gives large arrays back as soon as they are freed, and the system has to clear the
    next one page by page: that takes as long as a small kernel. Elsewhere than on Linux with
    glibc nothing is changed, and False is returned.
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_M_MMAP_MAX, 0) and mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES))


def give_back_memory() -> bool:
    """Give freed memory back to the system, after something large that will not soon come again.

    It takes some hundredths of a second, and is meant for a thread. Elsewhere than on Linux with
    glibc nothing is done, and False is returned.
    """
    if sys.platform != "linux":
        return False
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return False
    return bool(trim(0))
