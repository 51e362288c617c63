"""What a listing of pictures leaves out, and why."""

import errno
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from explorer.core.files.names import list_names, printable_name
from explorer.errors import reason_of

HIDDEN = "hidden"
SYSTEM_FOLDER = "kept by the system"
TRAINING_RUN = "a training run"
LISTED_ALREADY = "a link to a folder that is listed already"
COPY = "a copy of what lies beside it"
NO_PICTURE = "not a picture"
ARRAY = "a NumPy array"

_ORDINARY = (HIDDEN, NO_PICTURE, SYSTEM_FOLDER)
"""Reasons whose files need not be named."""


class LeftOut(NamedTuple):
    """A file or a whole folder that is not listed.

    Attributes
    ----------
    reason : str
        Why, in a few words.
    is_unreadable : bool
        Whether the system refused to show it.
    """

    path: Path
    reason: str
    is_unreadable: bool = False

    @classmethod
    def refused(cls, path: Path, error: Exception) -> "LeftOut":
        """Return what the system refused to show."""
        is_pipe = isinstance(error, OSError) and error.errno == errno.EINVAL  # or a device
        return cls(path, reason_of(error).removeprefix("it is "), not is_pipe)


def describe_left_out(left_out: Sequence[LeftOut]) -> str:
    """Count what was left out by reason, and name what a person may miss; empty if nothing was."""
    counts = Counter(one.reason for one in left_out)
    if not counts:
        return ""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    reasons = "; ".join(
        f"{reason}: {count:,}" if reason in _ORDINARY else f"{reason}: {_name(left_out, reason)}"
        for reason, count in ranked
    )
    what = "file or folder was" if counts.total() == 1 else "files or folders were"
    return f"{counts.total():,} {what} left out ({reasons})"


def _name(left_out: Sequence[LeftOut], reason: str) -> str:
    return list_names([one.path for one in left_out if one.reason == reason], quoted=True)


def name_left_out(left_out: Sequence[LeftOut]) -> str:
    """Return the name of the command that lists them: “3 left out…”."""
    return f"{len(left_out):,} left out…" if left_out else "Left out…"


def list_left_out(left_out: Sequence[LeftOut]) -> list[str]:
    """Return a line for each file or folder that was left out: the reason and where it lies."""
    lines = sorted((one.reason, str(one.path)) for one in left_out)
    return [printable_name(f"{reason}: {path}") for reason, path in lines]
