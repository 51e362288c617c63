"""What the commands print: whole lines, whatever a name contains and wherever they go."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import combinations
from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.files.writing import is_output
from explorer.core.text.standard_streams import discard_output
from explorer.errors import ExplorerError, reason_of


def say(text: str) -> None:
    """Print a line without control characters, which a terminal would obey."""
    write(printable_name(text) + "\n")


def write(text: str) -> None:
    """Print text as it is, but for control characters where a terminal would obey them.

    Raises
    ------
    BrokenPipeError
        Nobody reads any more.
    ExplorerError
        The output is a file, and its disk is full.
    """
    if sys.stdout is not None and sys.stdout.isatty():
        text = "\n".join(map(printable_name, text.split("\n")))
    try:
        print(text, end="")
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ExplorerError(f"The output was not written: {reason_of(error)}.") from error


def complain(sentence: str) -> None:
    """Print a sentence where errors go; that this is impossible is nothing to fail of."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(printable_name(sentence), file=sys.stderr)


def check_apart(**targets: Path | None) -> None:
    """See that the files of several options are not the same, nor printed into one another.

    Parameters
    ----------
    **targets : Path or None
        By the options' names; - is standard output.

    Raises
    ------
    ExplorerError
        Two of them would be mixed, or one would replace the other.
    """
    for (first, one), (second, other) in combinations(targets.items(), 2):
        if one is None or other is None:
            continue
        if is_printed(one) and is_printed(other):
            raise ExplorerError(
                f"Only one of --{first} and --{second} can be written to the terminal."
            )
        if os.path.realpath(one) == os.path.realpath(other):
            raise ExplorerError.not_written(
                printable_name(one), f"--{first} and --{second} name the same file"
            )


def is_printed(target: Path) -> bool:
    """Return whether a target is the terminal, or what stands for it: - or /dev/stdout."""
    return str(target) == "-" or is_output(target)


def aligned(rows: Sequence[Sequence[str]], *, left: int) -> list[str]:
    """Return the lines of a table whose first columns, so many, are words, the others numbers."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def end_output() -> None:
    """Write what is still buffered; what cannot be written is discarded.

    Raises
    ------
    BrokenPipeError, ExplorerError
        As for `write`.
    """
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        discard_output()
        if isinstance(error, BrokenPipeError):
            raise
        raise ExplorerError(f"The output was not written: {reason_of(error)}.") from error
