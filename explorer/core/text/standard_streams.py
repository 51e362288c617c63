"""Standard output and error: any name can be printed, and a closed pipe leaves no traceback."""

import io
import os
import sys
from contextlib import suppress


def accept_any_text() -> None:
    """Print characters that the encoding of the output lacks as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # there may be none
            stream.reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Send what is still buffered for standard output to nowhere, after a write has failed.

    Otherwise Python tries again when it exits, and prints that it failed.
    """
    with suppress(OSError, AttributeError):  # there may be no output
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
