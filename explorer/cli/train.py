"""`train`: train the networks that ConvNet Explorer comes with, or your own."""

import argparse
import os
import signal
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path

from explorer import paths
from explorer.core.datasets.layouts import LAYOUTS
from explorer.core.desktop.arguments import ArgumentParser
from explorer.core.models.run_folder import Run
from explorer.core.models.training_config import TrainingConfig
from explorer.core.text.shorten import shorten
from explorer.core.text.standard_streams import accept_any_text, open_missing
from explorer.core.training.recipes import RECIPES, RecipeFacts
from explorer.errors import ExplorerError
from explorer.ml.models.keras_settings import (
    BACKENDS,
    choose_keras_settings,
    choose_training_backend,
)
from explorer.ml.models.quiet_logs import suppress_info_logs
from explorer.ml.training.devices import ONE_DEVICE, DeviceWish
from explorer.ml.training.summary import make_summary
from explorer.ml.training.terminal import Terminal, TerminalReporter

HELP_WIDTH = 100
GREATEST_NUMBER = 10_000_000  # of epochs, pictures and the like: no wish, but a slip
GREATEST_SHARE = 1000
GREATEST_SEED = 2**32 - 10  # a few seeds above it are used too

COMMAND = "convnet-explorer train"

DEFAULTS = TrainingConfig(data=Path(), output=Path())

TRAINABLE = {name: text for name, text in LAYOUTS.items() if name != "none"}

DESCRIPTION = """\
Train a network on a folder of labelled pictures and leave a run folder that the program opens.

DATA is a folder of files named cat.1.jpg, dog.1.jpg …, a folder with one subfolder per class, or a
folder with train/ and test/ of either kind; how it was read is printed, and where that is in doubt,
--layout decides. A fraction of each class (--ratio) is the test set, evaluated once, at the end; a
tenth of the rest is the validation set, which decides when to stop and which epoch to keep. Folders
such as test/ and validation/ replace these. Near-duplicates stay in one split. Unreadable files are
listed and skipped.

Layouts
{layouts}

Recipes
{recipes}
"""

EPILOG = """\
Examples
  {command} pets --output runs/pets                            the article's network
  {command} pets --recipe scratch --epochs 40 --output runs/own
  {command} pets --recipe transfer --output runs/fine          downloads weights
  {command} pets --output runs/pets --resume                   continues
  {command} --export runs/pets                                 adds model.tflite

Ctrl-C stops after the current batch and keeps the best epoch. KERAS_BACKEND=jax trains with JAX,
without TensorFlow. A GPU is used automatically; see docs/gpu.md.
"""


@dataclass(frozen=True)
class Request:
    """What the command line asks for.

    Attributes
    ----------
    config : TrainingConfig or None
        What to train; None: nothing.
    wish : DeviceWish
        What to train on.
    resume : bool
        Go on with a killed run.
    export : Path or None
        A finished run to export again.
    data : Path or None
        What the run to export was trained on, where it is not where it was.
    """

    config: TrainingConfig | None
    wish: DeviceWish = ONE_DEVICE
    resume: bool = False
    export: Path | None = None
    data: Path | None = None


def parse_arguments(arguments: list[str], command: str = COMMAND) -> Request:
    """Turn the command line into a request.

    Parameters
    ----------
    command : str
        What was typed before the arguments, for the help.
    """
    program = command.removeprefix("python ")
    indent = " " * len("usage: ")
    parser = ArgumentParser(
        prog=program,
        usage=f"{program} DATA --output RUN [options]\n{indent}{program} --export RUN [DATA]",
        description=DESCRIPTION.format(
            layouts="\n".join(f"  {name:<12}{text}" for name, text in TRAINABLE.items()),
            recipes="\n".join(map(_describe_recipe, RECIPES)),
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG.format(command=command),
    )
    parser.add_argument("data", type=Path, nargs="?", metavar="DATA", help="the folder of pictures")
    parser.add_argument("--output", type=Path, metavar="RUN", help="the run folder to create")
    parser.add_argument(
        "--recipe",
        choices=[recipe.name for recipe in RECIPES],
        help="see above (%(default)s)",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="continue an interrupted run: repeat the command, with this option",
    )
    parser.add_argument(
        "--export",
        type=Path,
        metavar="RUN",
        help="train nothing; give a finished run its model.tflite: the fastest of float32 and "
        "float16 of which no probability differs by more than 0.1 point from the Keras model on "
        "the validation pictures",
    )

    fitting = parser.add_argument_group("training")
    fitting.add_argument(
        "--epochs", type=_positive, metavar="N", help="the maximum number of epochs (%(default)s)"
    )
    fitting.add_argument(
        "--batch-size",
        type=_positive,
        metavar="N",
        help="the batch size (%(default)s); halved if memory runs out",
    )
    fitting.add_argument(
        "--learning-rate",
        type=_between,
        metavar="R",
        help="the peak learning rate of the schedule, which warms up and decays to zero (article "
        "and scratch: 0.001, transfer and bottleneck: 0.0001)",
    )
    fitting.add_argument(
        "--patience",
        type=_positive,
        metavar="N",
        help="stop after N epochs without improvement in validation accuracy or, if equal, in "
        "validation loss (%(default)s)",
    )
    fitting.add_argument(
        "--start-from",
        type=Path,
        nargs="+",
        metavar="RUN",
        help="start from the weights of a finished run with the same recipe, data and split, or "
        "from the mean of several, which is often better than each",
    )

    fitting.add_argument(
        "--no-augmentation",
        dest="augmentation",
        action="store_false",
        help="show the pictures as they are in every epoch: overfitting comes sooner",
    )
    fitting.add_argument(
        "--keep-epochs",
        type=_share,
        metavar="S",
        help="how much room the networks of earlier epochs may take, to look back at them in the "
        "program, as a multiple of the model's weights; 0 keeps none (%(default)s)",
    )

    data = parser.add_argument_group("data")
    data.add_argument(
        "--layout",
        choices=list(TRAINABLE),
        help="how DATA is read, see above (default: as its folders and files suggest)",
    )
    data.add_argument(
        "--ratio",
        type=_between,
        metavar="S",
        help="the fraction of each class in the test set (%(default)s)",
    )
    data.add_argument(
        "--exclude",
        type=Path,
        metavar="FILE",
        help="leave out the pictures that a file of decisions excludes, as the Health part of the "
        "Dataset page saves it: a table path,decision,label",
    )
    data.add_argument(
        "--relabel",
        type=Path,
        metavar="FILE",
        help="take the labels that a file of decisions gives to pictures; it may be the same file",
    )
    data.add_argument(
        "--limit", type=_positive, metavar="N", help="use only about N pictures, for a trial run"
    )
    data.add_argument(
        "--seed",
        type=_seed,
        metavar="N",
        help="the seed of split, order and augmentation (%(default)s)",
    )

    backbone = parser.add_argument_group("pre-trained networks (transfer, bottleneck)")
    backbone.add_argument(
        "--backbone",
        metavar="NAME",
        help="a network of keras.applications, e.g. vgg16, efficientnetv2-b0, convnext_tiny "
        "(%(default)s)",
    )
    backbone.add_argument(
        "--backbone-weights",
        type=Path,
        metavar="FILE",
        help="its ImageNet weights (“no top”), if Keras cannot download them",
    )

    hardware = parser.add_argument_group("hardware (docs/gpu.md)")
    hardware.add_argument(
        "--devices",
        choices=["one", "all"],
        help="one GPU, or all of this machine, with every batch split evenly across them "
        "(%(default)s)",
    )
    hardware.add_argument(
        "--precision",
        choices=["float32", "bfloat16"],
        help="the precision of the layers; bfloat16 is faster on GPUs with tensor cores and on "
        "CPUs with AMX, slower elsewhere (%(default)s)",
    )
    hardware.add_argument(
        "--hosts",
        type=_positive,
        metavar="N",
        help="train on N machines with all their devices: run the same command on each, except for "
        "--host, with KERAS_BACKEND=jax (%(default)s)",
    )
    hardware.add_argument(
        "--host",
        type=_host,
        metavar="I",
        help="the number of this machine, from 0; the first writes the run (%(default)s)",
    )
    hardware.add_argument(
        "--coordinator", metavar="ADDRESS:PORT", help="where the others reach the first machine"
    )
    parser.set_defaults(**{**vars(DEFAULTS), "data": None, "output": None})
    parser.set_defaults(devices="one", hosts=1, host=0, coordinator="")

    values = vars(parser.parse_args(arguments))
    resume, export = values.pop("resume"), values.pop("export")
    wish = DeviceWish(
        takes_all=values.pop("devices") == "all",
        hosts=values.pop("hosts"),
        host=values.pop("host"),
        coordinator=values.pop("coordinator"),
    )
    if not 0 <= wish.host < wish.hosts:
        parser.error(f"with --hosts {wish.hosts}, --host must be 0 to {wish.hosts - 1}")
    if (wish.hosts > 1) != bool(wish.coordinator):
        parser.error("--hosts and --coordinator must be used together")
    if export is not None:
        if values["output"] is not None or resume:
            parser.error("--export cannot be combined with --output or --resume")
        return Request(None, export=export, data=values["data"])
    if values["data"] is None or values["output"] is None:
        parser.error("DATA and --output RUN are required for training")
    values["start_from"] = tuple(values["start_from"] or ())
    return Request(TrainingConfig(**values), wish, resume)


def _describe_recipe(recipe: RecipeFacts) -> str:
    return textwrap.fill(
        f"{recipe.name:<12}{recipe.sentence}",
        HELP_WIDTH,
        initial_indent=" " * 2,
        subsequent_indent=" " * 14,
        break_on_hyphens=False,
    )


def _whole(text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{shorten(text)}” is not an integer") from None
    if number < least:
        raise argparse.ArgumentTypeError(f"must be at least {least}")
    if number > most:
        raise argparse.ArgumentTypeError(f"must be at most {most:,}")
    return number


def _positive(text: str) -> int:
    return _whole(text, 1, GREATEST_NUMBER)


def _host(text: str) -> int:
    return _whole(text, 0, GREATEST_NUMBER)


def _seed(text: str) -> int:
    return _whole(text, 0, GREATEST_SEED)


def _between(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{shorten(text)}” is not a number") from None
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError("must be between 0 and 1")
    return number


def _share(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{shorten(text)}” is not a number") from None
    if not 0 <= number <= GREATEST_SHARE:
        raise argparse.ArgumentTypeError(f"must be between 0 and {GREATEST_SHARE:,}")
    return number


def main(arguments: list[str], command: str = COMMAND) -> int:
    """Train or export; return the exit code."""
    open_missing()
    request = parse_arguments(arguments, command)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow leaves oneDNN off on processors without AVX-512, where it still halves the time
    # of these convolutions.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    accept_any_text()
    terminal = Terminal()
    # Of several hosts the first one tells what happens to all.
    speaker = Terminal(quiet=True) if request.wish.host > 0 else terminal
    epochs = request.config.epochs if request.config else 0
    is_stopped = False
    reporter = TerminalReporter(speaker, epochs, lambda: is_stopped)

    def stop(number: int, frame: object) -> None:
        nonlocal is_stopped
        is_stopped = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        reporter.answer()

    code = 130

    def end(number: int, frame: object) -> None:
        nonlocal code
        code = 128 + number
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGINT, stop), signal.signal(signal.SIGTERM, end)
    try:
        run = _fulfil(request, reporter)
        if run is not None:
            terminal.show(make_summary(run))
    except ExplorerError as error:
        terminal.say(error.sentence)
        return 1
    except KeyboardInterrupt:
        terminal.say(f"Stopped. {_describe_kept(request.config)}".strip())
        return code
    finally:
        signal.signal(signal.SIGINT, previous[0])
        signal.signal(signal.SIGTERM, previous[1])
    return 0


def _describe_kept(config: TrainingConfig | None) -> str:
    from explorer.ml.training.resume import UnfinishedRun

    return UnfinishedRun(config).describe_kept() if config else ""


def _fulfil(request: Request, reporter: TerminalReporter) -> Run | None:
    backend = choose_training_backend()
    choose_keras_settings(backend)
    try:
        tempfile.gettempdir()
    except OSError as error:
        raise ExplorerError(
            "No folder for temporary files can be written: free some space, or set TMPDIR to "
            "another folder."
        ) from error
    cache = paths.user_cache() / "decoded"
    with reporter:
        # Imported late: --help and a wrong argument answer at once.
        try:
            with suppress_info_logs():
                from explorer.ml.training.reexport import export_again
                from explorer.ml.training.train import train
        except ImportError as error:
            reason = str(error).strip().splitlines()[0]
            raise ExplorerError(f"{BACKENDS[backend]} could not be loaded: {reason}") from error
        if request.config is None:
            assert request.export is not None
            return export_again(request.export, request.data, reporter, cache=cache)
        return train(
            request.config,
            reporter,
            resume=request.resume,
            cache=cache,
            wish=request.wish,
        )
