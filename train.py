"""Train the networks that ConvNet Explorer comes with, or your own, on a folder of pictures."""

import argparse
import os
import signal
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from explorer.core.runs import TrainingConfig
from explorer.errors import ExplorerError

DEFAULTS = TrainingConfig(data=Path(), output=Path())

DESCRIPTION = """\
Train a network on a folder of labelled pictures and leave a run folder that the program opens.

DATA is a folder of files named cat.1.jpg, dog.1.jpg …, a folder with one folder per class, or one
with train/ and validation/ holding such folders. Of each class a share (--ratio) is held back and
looked at once, at the end; a tenth of the rest decides when to stop.
"""


class TerminalReporter:
    """Draw progress with rich."""

    def __init__(self, console: Console, epochs: int) -> None:
        self._console = console
        self._epochs = epochs
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}"),
            console=console,
        )
        self._task = self._progress.add_task("decoding", total=None, figures="")

    def __enter__(self) -> "TerminalReporter":
        self._progress.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._progress.stop()

    def note(self, sentence: str) -> None:
        """Print a line above the bar."""
        self._console.print(sentence, markup=False, highlight=False)

    def decoding(self, done: int, total: int) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=done, total=total)

    def batch(self, epoch: int, done: int, total: int, loss: float, accuracy: float) -> None:
        """Move the bar of this epoch."""
        self._progress.update(
            self._task,
            description=f"epoch {epoch}/{self._epochs}",
            completed=done,
            total=total,
            figures=f"loss {loss:.4f}  accuracy {accuracy:.1%}",
        )

    def epoch(self, row: dict[str, float]) -> None:
        """Print the epoch's figures."""
        self.note(
            f"epoch {row['epoch']:.0f}/{self._epochs}  loss {row['loss']:.4f}  "
            f"accuracy {row['accuracy']:.1%}  validation loss {row['val_loss']:.4f}  "
            f"validation accuracy {row['val_accuracy']:.1%}  "
            f"{row['images_per_second']:.0f} images/s"
        )
        self._progress.reset(self._task)


def parse_arguments(arguments: list[str]) -> TrainingConfig:
    """Turn the command line into a TrainingConfig."""
    parser = argparse.ArgumentParser(
        prog="train.py",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="KERAS_BACKEND=jax trains with JAX. Ctrl-C stops after the current batch and keeps "
        "the best epoch.",
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of pictures")
    parser.add_argument(
        "--recipe",
        choices=["article", "transfer"],
        default=DEFAULTS.recipe,
        help="article: the tutorial's network, 150x150, three convolutions (default); transfer: "
        "a network pre-trained on ImageNet, 192x192, its head first, then its later half too",
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="RUN", help="the run folder to make"
    )
    parser.add_argument(
        "--epochs", type=_positive, default=DEFAULTS.epochs, help="the most rounds (%(default)s)"
    )
    parser.add_argument(
        "--limit", type=_positive, metavar="N", help="take only about N pictures, to try things out"
    )
    parser.add_argument(
        "--ratio",
        type=_share,
        default=DEFAULTS.ratio,
        help="the share of each class held back for the final figure (%(default)s)",
    )
    parser.add_argument(
        "--batch-size",
        type=_positive,
        default=DEFAULTS.batch_size,
        metavar="N",
        help="pictures per step (%(default)s)",
    )
    parser.add_argument(
        "--patience",
        type=_positive,
        default=DEFAULTS.patience,
        metavar="N",
        help="epochs without a better validation loss before stopping (%(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=DEFAULTS.seed,
        help="decides split, order and augmentation (%(default)s)",
    )
    parser.add_argument(
        "--learning-rate",
        type=_rate,
        metavar="R",
        help="the highest rate of the schedule, which rises to it and falls to zero (the recipe's: "
        "article 0.001, transfer 0.0001)",
    )
    parser.add_argument(
        "--start-from",
        type=Path,
        metavar="RUN",
        help="train a finished run of the same recipe, data and split further",
    )
    parser.add_argument(
        "--backbone",
        default=DEFAULTS.backbone,
        metavar="NAME",
        help="transfer: which network of keras.applications (%(default)s)",
    )
    parser.add_argument(
        "--backbone-weights",
        type=Path,
        metavar="FILE",
        help="transfer: its ImageNet weights without the top, where Keras cannot download them",
    )
    return TrainingConfig(**vars(parser.parse_args(arguments)))


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate < 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return rate


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return share


def main(arguments: list[str] | None = None) -> int:
    """Train; return the exit code."""
    config = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow leaves oneDNN off on processors without AVX-512, where it still halves the time
    # of these convolutions.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    console = Console()
    is_stopped = False

    def stop(number: int, frame: object) -> None:
        nonlocal is_stopped
        is_stopped = True
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl-C ends at once

    previous = signal.signal(signal.SIGINT, stop)
    try:
        # Imported late: --help and a wrong argument answer at once.
        from explorer.ml.training import train

        with TerminalReporter(console, config.epochs) as reporter:
            run = train(config, reporter, lambda: is_stopped)
    except ExplorerError as error:
        console.print(error.sentence, markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130
    finally:
        signal.signal(signal.SIGINT, previous)
    metrics = run.card.metrics
    low, high = metrics.interval
    console.print(
        f"{run.folder}: {metrics.accuracy:.2%} of {metrics.count:,} held-back pictures "
        f"(95 % interval {low:.2%} to {high:.2%}), log loss {metrics.log_loss:.4f}, "
        f"{run.card.parameters:,} parameters",
        highlight=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
