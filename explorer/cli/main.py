"""The command line without a window: its commands, and how their errors are reported."""

import argparse
import sys
from collections.abc import Callable, Sequence

from explorer.cli import classify, features, filter
from explorer.errors import ExplorerError


def run_command(words: Sequence[str]) -> int:
    """Run a command line whose first word is a command; return the exit code."""
    parser = argparse.ArgumentParser(prog="convnet-explorer")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (filter, classify, features):
        command.add_to(commands)
    options = parser.parse_args(words)
    job: Callable[[argparse.Namespace], None] = options.job
    try:
        job(options)
    except ExplorerError as error:
        print(error.sentence, file=sys.stderr)
        return 1
    return 0
