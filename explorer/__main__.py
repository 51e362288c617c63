"""Arguments, then the window or a command; nothing heavy is imported at the top."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # `python -m` puts the folder it is started in before everything: a keras.py beside somebody's
    # pictures would be run. The folder of this program, which need not be installed, goes last.
    del sys.path[0]
    sys.path.append(__file__.rpartition("explorer")[0].rstrip("/\\"))

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Until main() listens, Ctrl-C ends the process at once: no traceback from within an import.
    # Where it is ignored, as in a background job of a script, it stays so.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from explorer import __version__
from explorer.core.desktop.arguments import ArgumentParser
from explorer.core.text.standard_streams import accept_any_text, open_missing
from explorer.errors import ExplorerError

if TYPE_CHECKING:
    from explorer.core.desktop.handover import Claim

COMMANDS = ("filter", "classify", "evaluate", "health", "features", "explain", "inspect")
INTERRUPTED = 130
"""The exit code after Ctrl-C: what a shell reports of programs that the signal INT ends."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code.

    The first word decides: a command's name runs it without a window, anything else is a path to
    open. A file called like a command is opened as `./filter`.
    """
    open_missing()
    multiprocessing.freeze_support()
    accept_any_text()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        # A folder called train, as Kaggle's is, is opened: without DATA there is no training.
        if words and words[0] == "train" and not (len(words) == 1 and os.path.isdir("train")):
            from explorer.cli.train import main as train

            return train(words[1:])
        if words and words[0] in COMMANDS:
            from explorer.cli.main import run_command

            return run_command(words)
        with _ended_by_ctrl_c():
            return _start_window(words)
    except KeyboardInterrupt:  # whatever it was at, and be it importing
        return INTERRUPTED


@contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end the process at once, until the window has its own way."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _start_window(words: list[str]) -> int:
    options = _parse(words)
    if options.install_launcher or options.remove_launcher:
        return _change_launcher(install=options.install_launcher)
    from explorer.core.desktop.handover import Claim

    with Claim() as claim:
        is_on_its_own = options.new_window or options.page or options.screenshot
        if not is_on_its_own and _hand_over(options.paths, claim):
            print("Opened in the window that is already open.")
            return 0
        return _open_window(options, claim)


def _open_window(options: argparse.Namespace, claim: "Claim") -> int:
    if options.screenshot is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # others need a display, or never draw

        from explorer.core.images.read import check_picture_target

        try:
            check_picture_target(options.screenshot)
        except ExplorerError as error:
            print(error.sentence, file=sys.stderr)
            return 1

    from explorer.screen import find_screen_trouble, tidy_platforms

    tidy_platforms()
    trouble = find_screen_trouble()
    if trouble is not None:
        way_out = (
            "Use `convnet-explorer --screenshot OUT.png` or one of the commands `filter`, "
            "`classify` and `features`, which need no display."
        )
        print(trouble, way_out, file=sys.stderr)
        return 2
    from explorer.app import run_window

    return run_window(options.paths, page=options.page, screenshot=options.screenshot, claim=claim)


def _parse(words: list[str]) -> argparse.Namespace:
    from explorer.wiring import pages  # declarations alone: no Qt, no page

    names = [spec.name for spec in pages.PAGES]
    parser = ArgumentParser(
        prog="convnet-explorer",
        description="See what convolution and convolutional networks do to a picture.",
        epilog="Without a window: "
        "`convnet-explorer train|filter|classify|evaluate|health|features|explain|inspect --help`.",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="a picture to open, pictures or a folder to classify, a model (.keras, .h5, .tflite, "
        ".onnx, a SavedModel or a run folder), or a kernel file",
    )
    parser.add_argument("--page", choices=names, help="the page to show")
    parser.add_argument(
        "--new-window",
        action="store_true",
        help="open a new window instead of using the one that is already open",
    )
    parser.add_argument(
        "--screenshot",
        type=Path,
        metavar="OUT.png",
        help="save a screenshot of the window once everything is loaded, and exit",
    )
    parser.add_argument(
        "--install-launcher", action="store_true", help="add the program to the applications menu"
    )
    parser.add_argument(
        "--remove-launcher", action="store_true", help="remove it from the applications menu"
    )
    parser.add_argument("--version", action="version", version=f"convnet-explorer {__version__}")
    return parser.parse_args(words)


def _hand_over(given: Sequence[Path], claim: "Claim") -> bool:
    # Only where there is another window: Qt's sockets take some ms to load.
    if claim.take() or not claim.is_elsewhere:
        return False
    from explorer.background.handover import hand_over_to_first

    return hand_over_to_first(given, claim)


def _change_launcher(*, install: bool) -> int:
    from explorer.core.desktop.launcher import install_launcher, remove_launcher

    try:
        files = install_launcher() if install else remove_launcher()
    except ExplorerError as error:
        print(error.sentence, file=sys.stderr)
        return 1
    for file in files:
        print(f"{'wrote' if install else 'removed'} {file}")
    if not files:
        print("There was no launcher to remove.")
    return 0


if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if __name__ == "__main__":
    sys.exit(main())
