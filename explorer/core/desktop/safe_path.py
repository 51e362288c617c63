"""Python's safe path: modules never come from the folder that a process happens to start in."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NAME = "PYTHONSAFEPATH"
_changing = threading.Lock()


@contextmanager
def safe_path() -> Iterator[None]:
    """Start the Python processes of the block without the current folder on their `sys.path`.

    Otherwise a `struct.py` that lies beside somebody's pictures would be run by each of them. Set
    no longer than that: other programs, which this one may start, have ways of their own. What a
    person put into PYTHONPATH stays.
    """
    with _changing:
        before = os.environ.get(_NAME)
        os.environ[_NAME] = "1"
        try:
            yield
        finally:
            if before is None:
                del os.environ[_NAME]
            else:
                os.environ[_NAME] = before
