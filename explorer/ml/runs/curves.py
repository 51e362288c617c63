"""Draw a run's learning curves with matplotlib, which is an extra."""

import importlib.util
import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.core.models.metrics import Metrics
from explorer.core.training.history import find_best, read_history
from explorer.errors import reason_of

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
    """
    if importlib.util.find_spec("matplotlib") is None:
        note(f"{CURVES_FILE} was not drawn: matplotlib is not installed (the extra “curves”).")
        return
    rows = read_history(folder / "history.csv")
    if not rows:
        note(f"{CURVES_FILE} was not drawn: history.csv has no epochs that can be read.")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of scripts that the font lacks
            picture = _draw(rows, printable_name(name), metrics)
        write_atomically(folder / CURVES_FILE, picture)
    except Exception as error:  # matplotlib raises many kinds
        note(f"{CURVES_FILE} was not drawn: {reason_of(error)}.")


def describe_best(rows: Sequence[Mapping[str, float]], name: str) -> str:
    """Say which epoch of a history was kept, see `find_best`."""
    best = rows[find_best(rows)]
    return (
        f"{name}: best epoch {best['epoch']:.0f} of {rows[-1]['epoch']:.0f}, "
        f"validation loss {best['val_loss']:.3f}, accuracy {best['val_accuracy']:.1%}"
    )


def _draw(rows: Sequence[Mapping[str, float]], name: str, metrics: Metrics | None) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    epochs = [row["epoch"] for row in rows]
    best = find_best(rows)
    figure = Figure(figsize=(10, 4.5), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(describe_best(rows, name), parse_math=False)  # “$” is no formula
    for axes, (panel, label, factor) in zip(figure.subplots(1, 2), _PANELS, strict=True):
        for column, color, share in (
            (panel, _TRAINING, "training (augmented)"),
            (f"val_{panel}", _VALIDATION, "validation"),
        ):
            values = [factor * row[column] for row in rows]
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
