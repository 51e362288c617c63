"""Python's safe path: no modules are imported from the folder that a process is started in."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NAME = "PYTHONSAFEPATH"
_changing = threading.Lock()


@contextmanager
def safe_path() -> Iterator[None]:
    """Start the Python processes of the block without the current folder on their `sys.path`.

    Otherwise each of them would run a `struct.py` that lies beside somebody's pictures. It is set
    only for the block, so that it does not reach other programs. PYTHONPATH still counts.
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
