"""What Keras and TensorFlow say of a model that they cannot load or run, in a few words."""

import re
from typing import Literal

from explorer.core.files.names import printable_name
from explorer.core.text.shorten import shorten

_OF_PYTHON = (TypeError, AttributeError, ArithmeticError, LookupError, AssertionError)
_COLOURS = re.compile(r"\x1b\[\d+m")


def reason_of(error: Exception, verb: Literal["load", "run"]) -> str:
    """Return why a model cannot be loaded or run: their own texts are long."""
    text = _COLOURS.sub("", str(error))
    if isinstance(error, MemoryError) or "OOM when allocating" in text:
        return "it needs more memory than a model may have"
    if verb == "load" and isinstance(error, _OF_PYTHON):
        return "one of its layers has a setting that Keras does not take"
    # The innermost cause, of which there may be several, is the last one and the shortest.
    cause = text.rpartition("Exception encountered: ")[2].strip()
    lines = [line for line in cause.splitlines() if line.strip()]
    if lines and lines[0].startswith("Exception encountered when calling"):
        lines = lines[1:]
    first = (lines or [type(error).__name__])[0].partition(". ")[0].rstrip(".")
    return f"Keras cannot {verb} it ({shorten(printable_name(first))})"
