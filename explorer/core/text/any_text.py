"""Names of any script, and of none, on outputs of any encoding."""

import io
import sys


def accept_any_text() -> None:
    """Print what the encoding of the output lacks as escapes: no name may end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # there may be none
            stream.reconfigure(errors="backslashreplace")
