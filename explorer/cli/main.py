"""The command line without a window: its commands, and how their errors are reported."""

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress

from explorer.cli import classify, evaluate, explain, features, filter, health, inspect
from explorer.cli.output import complain, end_output
from explorer.core.desktop.arguments import ArgumentParser
from explorer.errors import ExplorerError

FAILED, UNREAD = 1, 141
"""Exit codes: something could not be done; nobody reads the output any more.

The latter is what a shell reports of programs that the signal PIPE ends.
"""


def run_command(words: Sequence[str]) -> int:
    """Run a command line whose first word is a command; return the exit code."""
    parser = ArgumentParser(prog="convnet-explorer")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (filter, classify, evaluate, health, features, explain, inspect):
        command.add_to(commands)
    options = parser.parse_args(words)
    job: Callable[[argparse.Namespace], bool] = options.job
    try:
        is_done = job(options)
        end_output()
    except ExplorerError as error:
        complain(error.sentence)
        is_done = False
    except BrokenPipeError:
        return UNREAD
    finally:
        with suppress(ExplorerError, BrokenPipeError):  # said already, or of no interest
            end_output()
    return 0 if is_done else FAILED
