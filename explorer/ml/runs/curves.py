"""Draw a run's learning curves with matplotlib, which is an extra."""

import csv
import importlib.util
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from explorer.core.files.writing import write_atomically
from explorer.core.models.prediction import Metrics
from explorer.ml.runs.history import find_best

CURVES_FILE = "curves.png"

# Told apart by every kind of colour vision (Okabe and Ito).
_TRAINING = "#E69F00"
_VALIDATION = "#0072B2"

_PANELS = (
    ("loss", "loss (cross-entropy, nats)", 1.0),
    ("accuracy", "accuracy (%)", 100.0),
)


def draw_curves(
    folder: Path,
    name: str,
    note: Callable[[str], None],
    *,
    metrics: Metrics | None = None,
    file: Path | None = None,
) -> None:
    """Draw loss and accuracy by epoch from `history.csv` into `curves.png`.

    Parameters
    ----------
    folder : Path
        The run's.
    name : str
        What to call the run in the title.
    note : callable
        Told in one sentence when nothing was drawn: a picture is never worth a run.
    metrics : Metrics or None
        On the test set; drawn as a line.
    file : Path or None
        Where to draw to instead.
    """
    if importlib.util.find_spec("matplotlib") is None:
        note(f"{CURVES_FILE} was not drawn: matplotlib is not installed (the extra “curves”).")
        return
    try:
        columns = _read_columns(folder / "history.csv")
        write_atomically(file or folder / CURVES_FILE, _draw(columns, name, metrics))
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        note(f"{CURVES_FILE} was not drawn: {error}.")


def _read_columns(history: Path) -> dict[str, list[float]]:
    with history.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise ValueError("history.csv has no epochs")
    wanted = ("epoch", *(prefix + panel for panel, _, _ in _PANELS for prefix in ("", "val_")))
    return {column: [float(row[column]) for row in rows] for column in wanted}


def _best_row(columns: Mapping[str, Sequence[float]]) -> int:
    names = ("val_accuracy", "val_loss")
    rows = zip(*(columns[name] for name in names), strict=True)
    return find_best([dict(zip(names, row, strict=True)) for row in rows])


def describe_best(columns: Mapping[str, Sequence[float]], name: str) -> str:
    """Say which epoch of a history was kept, see `find_best`."""
    best = _best_row(columns)
    return (
        f"{name}: best epoch {columns['epoch'][best]:.0f} of {columns['epoch'][-1]:.0f}, "
        f"validation loss {columns['val_loss'][best]:.3f}, "
        f"accuracy {columns['val_accuracy'][best]:.1%}"
    )


def _draw(columns: dict[str, list[float]], name: str, metrics: Metrics | None) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    epochs = columns["epoch"]
    best = _best_row(columns)
    figure = Figure(figsize=(10, 4.5), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(describe_best(columns, name))
    for axes, (panel, label, factor) in zip(figure.subplots(1, 2), _PANELS, strict=True):
        for column, color, share in (
            (panel, _TRAINING, "training (augmented)"),
            (f"val_{panel}", _VALIDATION, "validation"),
        ):
            values = [factor * value for value in columns[column]]
            axes.plot(epochs, values, color=color, linewidth=2, marker=".", label=share)
        axes.axvline(epochs[best], color="#555555", linewidth=1, linestyle=":", label="best epoch")
        axes.set_xlabel("epoch")
        axes.set_ylabel(label)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        if panel == "accuracy" and metrics is not None:
            axes.axhline(
                factor * metrics.accuracy,
                color="#555555",
                linestyle="--",
                label=f"test accuracy {metrics.accuracy:.2%} ({metrics.count:,} pictures)",
            )
        axes.legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
