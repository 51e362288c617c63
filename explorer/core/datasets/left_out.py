"""What a listing of pictures leaves out, and why."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from explorer.core.files.names import list_names, printable_name

HIDDEN = "hidden"
SYSTEM_FOLDER = "kept by the system"
TRAINING_RUN = "a training run"
LISTED_ALREADY = "a link to a folder that is listed already"
NO_PICTURE = "not a picture"
ARRAY = "a NumPy array"
ARCHIVE = "an archive to be unpacked"
NOT_REGULAR = "not a regular file"

_BY_RULE = {HIDDEN, SYSTEM_FOLDER, TRAINING_RUN, LISTED_ALREADY, NO_PICTURE, ARRAY, NOT_REGULAR}

_ORDINARY = (HIDDEN, NO_PICTURE, SYSTEM_FOLDER)
"""Reasons that nobody needs to have a name for."""


class LeftOut(NamedTuple):
    """A file or a whole folder that is not listed, and why in a few words."""

    path: Path
    reason: str


def has_unreadable(left_out: Sequence[LeftOut]) -> bool:
    """Say whether anything was left out since the system refused to show it."""
    return any(one.reason not in _BY_RULE for one in left_out)


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
    return list_names([one.path.name for one in left_out if one.reason == reason], quoted=True)


def list_left_out(left_out: Sequence[LeftOut]) -> list[str]:
    """Return a line for each file or folder that was left out: the reason and where it lies."""
    lines = sorted((one.reason, str(one.path)) for one in left_out)
    return [printable_name(f"{reason}: {path}") for reason, path in lines]
