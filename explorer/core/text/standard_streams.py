"""Standard output and error: any name can be printed, and a closed pipe leaves no traceback."""

import io
import os
import sys
from contextlib import suppress


def open_missing() -> None:
    """Open what the program was started without of standard input, output and error: on nothing.

    Otherwise the next files that are opened are taken for them, by child processes as well.
    """
    for handle in range(3):
        try:
            os.fstat(handle)
        except OSError:
            # The system gives the lowest free number, which is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


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
