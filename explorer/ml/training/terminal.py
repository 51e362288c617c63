"""What a person sees in the terminal while a network is trained."""

import time
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from explorer.core.models.run_folder import Run
from explorer.ml.data.reporter import Reporter


class TerminalReporter(Reporter):
    """Draws one line that moves, and leaves one for each epoch.

    Parameters
    ----------
    epochs : int
        The most that are trained.
    is_stopped : callable
        Whether a person asked for a stop.
    """

    def __init__(self, console: Console, epochs: int, is_stopped: Callable[[], bool]) -> None:
        self._is_stopped = is_stopped
        self._console = console
        self._epochs = epochs
        self._epoch = 0
        self._started = 0.0
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("reading", total=None, figures="")

    def __enter__(self) -> "TerminalReporter":
        self._progress.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._progress.stop()

    def note(self, sentence: str) -> None:
        """Print a line above the bar."""
        self._console.print(sentence, markup=False, highlight=False)

    def step(self, name: str, done: int, total: int) -> None:
        """Move the bar of what comes before training."""
        self._progress.update(self._task, description=name, completed=done, total=total, figures="")

    def batch(self, epoch: int, done: int, total: int, loss: float, accuracy: float) -> None:
        """Move the bar of this epoch, and tell how long all of them will take."""
        now = time.perf_counter()
        if epoch != self._epoch:
            # What the first batch took is left out: it holds the building of the graph.
            self._epoch, self._started = epoch, now
        batches = (self._epochs - epoch) * total + total - done
        left = (now - self._started) / max(done - 1, 1) * batches
        self._progress.update(
            self._task,
            description=f"epoch {epoch}/{self._epochs}",
            completed=done,
            total=total,
            figures=f"loss {loss:.4f}  accuracy {accuracy:.1%}"
            + (f"  at most {_describe_duration(left)} left" if done > 1 else ""),
        )

    def is_stopped(self) -> bool:
        """Whether a person asked for a stop."""
        return self._is_stopped()

    def epoch(self, row: Mapping[str, float]) -> None:
        """Print the epoch's figures."""
        self.note(
            f"epoch {row['epoch']:.0f}/{self._epochs}  loss {row['loss']:.4f}  "
            f"accuracy {row['accuracy']:.1%}  validation loss {row['val_loss']:.4f}  "
            f"validation accuracy {row['val_accuracy']:.1%}  "
            f"{row['images_per_second']:.0f} images/s"
        )


def make_summary(run: Run) -> Table:
    """Return a finished run's figures as a table."""
    card = run.card
    metrics = card.metrics
    low, high = metrics.interval
    table = Table(title=str(run.folder), show_header=False, title_justify="left")
    table.add_row("accuracy", f"{metrics.accuracy:.2%} (95 % interval {low:.2%} to {high:.2%})")
    table.add_row("log loss", f"{metrics.log_loss:.4f} nats")
    table.add_row("measured on", card.metrics_split)
    for label, row in zip(card.classes, metrics.confusion, strict=True):
        counts = ", ".join(
            f"{count:,} as {name}" for count, name in zip(row, card.classes, strict=True)
        )
        table.add_row(f"{label} was called", counts)
    table.add_row("parameters", f"{card.parameters:,}")
    table.add_row("multiply-adds", f"{card.multiply_adds / 1e6:,.1f} million per picture")
    return table


def _describe_duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
