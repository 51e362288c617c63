"""The jobs without a window: filter, classify, features. Heavy imports only where used."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from explorer import paths
from explorer.core.convolution.geometry import BORDERS, MODES
from explorer.core.filters.display import DISPLAYS
from explorer.core.text.percent import NO_BREAK_SPACE, format_percent
from explorer.errors import ExplorerError, ModelError, PictureError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from explorer.core.images.read import Picture
    from explorer.core.models.prediction import Prediction
    from explorer.core.models.run_folder import Run


def run_command(words: Sequence[str]) -> int:
    """Run a command line whose first word is a command; return the exit code."""
    options = _parser().parse_args(words)
    job: Callable[[argparse.Namespace], None] = options.job
    try:
        job(options)
    except ExplorerError as error:
        print(error.sentence, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="convnet-explorer")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser(
        "filter", help="convolve a picture with a kernel", description=_filter.__doc__
    )
    command.add_argument("input", type=Path, metavar="IN", help="a picture")
    command.add_argument(
        "-k",
        "--kernel",
        required=True,
        metavar="KERNEL",
        help="a preset, a matrix such as '[[-1,0,1],[-2,0,2],[-1,0,1]]', or a kernel file",
    )
    command.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.png|OUT.npy")
    command.add_argument("--mode", choices=MODES, default="same", help="(default: same)")
    command.add_argument("--border", choices=BORDERS, default="zero", help="(default: zero)")
    command.add_argument("--color", action="store_true", help="filter the three colour channels")
    command.add_argument(
        "--display",
        choices=DISPLAYS,
        default="clip",
        help="how values are mapped to grey levels (default: clip)",
    )
    command.set_defaults(job=_filter)

    command = commands.add_parser(
        "classify", help="classify pictures", description=_classify.__doc__
    )
    command.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="pictures or folders")
    command.add_argument(
        "--model", metavar="NAME|RUN", help="a model's name or a run folder (default: the best)"
    )
    command.add_argument(
        "--csv", type=Path, metavar="OUT", help="write a CSV file; - writes it to the terminal"
    )
    command.set_defaults(job=_classify)

    command = commands.add_parser(
        "features", help="save the feature maps of a layer", description=_features.__doc__
    )
    command.add_argument("input", type=Path, metavar="IN", help="a picture")
    command.add_argument("--model", required=True, metavar="NAME|RUN")
    command.add_argument("--layer", required=True, metavar="LAYER", help="a layer's name")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.png|OUT.npy")
    command.set_defaults(job=_features)
    return parser


def _filter(options: argparse.Namespace) -> None:
    """Convolve a picture with a kernel: true convolution, as scipy.signal.convolve2d computes it.

    OUT.npy gets the float32 response, (height, width) or (height, width, 3); OUT.png gets it as
    drawn, and the share of clipped values is printed.
    """
    from explorer.core.convolution.convolve import apply_filter
    from explorer.core.convolution.geometry import Geometry
    from explorer.core.filters.display import show
    from explorer.core.images.planes import to_planes
    from explorer.core.images.read import read_picture, write_picture
    from explorer.core.kernels.files import filter_from_text

    chosen = filter_from_text(options.kernel)
    planes = to_planes(read_picture(options.input).picture, "color" if options.color else "grey")
    response = apply_filter(planes, chosen, Geometry(options.mode, options.border))
    if options.output.suffix.lower() == ".npy":
        _write_array(options.output, response)
        return
    shown = show(response, options.display)
    write_picture(options.output, shown.pixels)
    # Plain spaces: what a command prints is searched by other programs.
    share = format_percent(shown.clipped_fraction).replace(NO_BREAK_SPACE, " ")
    print(f"{share} of the values were clipped (black = {shown.low:g}, white = {shown.high:g}).")


def _classify(options: argparse.Namespace) -> None:
    """Say what pictures show, with the model's probability; folders are searched through.

    A picture that cannot be read gets a row with the reason; the others go on.
    """
    from explorer.core.files.writing import check_writable
    from explorer.core.models.prediction import predictions_to_csv, write_predictions

    to_file = options.csv is not None and str(options.csv) != "-"
    if to_file:  # found out now, not after the last of many pictures
        _try_to_write(options.csv, check_writable)
    run = find_run(options.model)
    predictions = _predict_all(run, _expand(options.paths))
    if options.csv is None:
        for prediction in predictions:
            print(_row(prediction))
        return
    if not to_file:
        sys.stdout.write(predictions_to_csv(predictions, run.card.classes))
        return
    rows = list(predictions)
    write_predictions(options.csv, rows, run.card.classes)
    print(f"{options.csv}: {len(rows):,} rows, classified by {run.name}.")


def _features(options: argparse.Namespace) -> None:
    """Write a layer's feature maps for a picture.

    OUT.npy gets the float32 maps, (height, width, filters) or (units,); OUT.png gets them side by
    side, each on its own scale.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from explorer.core.images.read import read_picture, write_picture
    from explorer.core.models.feature_grid import tile_feature_maps

    picture = read_picture(options.input).picture
    run = find_run(options.model)
    from explorer.ml.models.quiet_logs import suppress_info_logs

    with suppress_info_logs():
        from explorer.ml.models.keras_model import InspectedNetwork

        found = InspectedNetwork(run).feature_maps(options.layer, picture)
    if options.output.suffix.lower() == ".npy":
        _write_array(options.output, found.maps)
    else:
        write_picture(options.output, tile_feature_maps(found.maps).pixels)
    shape = "×".join(str(length) for length in found.maps.shape)
    low, high = float(found.maps.min()), float(found.maps.max())
    print(f"{found.layer.name}: {shape}, values {low:.4g} to {high:.4g}.")


def find_run(name: str | None) -> "Run":
    """Find a run by its name among those known, or by its folder; None means the best.

    Raises
    ------
    ModelError
        There is no such run.
    """
    from explorer.core.models.run_folder import best_run, list_runs, read_run

    if name is None:
        return best_run(list_runs([paths.bundled_models()]))
    folder = Path(name)
    if folder.is_dir():
        return read_run(folder)
    if folder.is_file():
        raise ModelError(
            f"“{folder.name}” was not opened: single model files are not supported yet. "
            "Give a run folder made by train.py."
        )
    runs = {run.name: run for run in list_runs([paths.user_runs(), paths.bundled_models()])}
    if name not in runs:
        known = ", ".join(sorted(runs)) or "none"
        raise ModelError(f"There is no model “{name}”; available: {known}.")
    return runs[name]


def _expand(given: Sequence[Path]) -> Iterator[Path]:
    from explorer.core.datasets.scan import find_pictures

    for path in given:
        if path.is_dir():
            yield from find_pictures(path)
        else:
            yield path


def _predict_all(run: "Run", files: Iterator[Path]) -> "Iterator[Prediction]":
    from explorer.core.images.read import read_picture
    from explorer.core.models.prediction import Prediction

    classify = _load_model(run)
    for path in files:
        try:
            yield classify(read_picture(path).picture, str(path))
        except PictureError as error:
            yield Prediction(str(path), error=error.sentence)


def _load_model(run: "Run") -> "Callable[[Picture, str], Prediction]":
    from explorer.ml.models.quiet_logs import suppress_info_logs

    with suppress_info_logs():
        return _load_classifier(run)


def _load_classifier(run: "Run") -> "Callable[[Picture, str], Prediction]":
    if run.litert_file.is_file():
        from explorer.ml.models.litert import Classifier

        return Classifier(run).classify
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from explorer.ml.models.keras_model import InspectedNetwork

    return InspectedNetwork(run).classify


def _row(prediction: "Prediction") -> str:
    if prediction.error:
        return f"{'-':>12} {'':>7}  {prediction.path}: {prediction.error}"
    return f"{prediction.label:>12} {prediction.probability:7.1%}  {prediction.path}"


def _write_array(path: Path, array: "npt.NDArray[np.float32]") -> None:
    import numpy as np

    from explorer.core.files.writing import write_atomically

    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    _try_to_write(path, lambda path: write_atomically(path, buffer.getvalue()))


def _try_to_write(path: Path, act: Callable[[Path], None]) -> None:
    try:
        act(path)
    except OSError as error:
        reason = error.strerror or error
        raise ExplorerError(f"“{path.name}” was not written: {reason}.") from error
