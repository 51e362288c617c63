"""What a person sees in the terminal while a network is trained."""

import time
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from explorer.core.files.names import printable_name
from explorer.core.text.standard_streams import discard_output
from explorer.ml.data.reporter import Reporter


class Terminal(Console):
    """The output of train.py, which no name can change and no trouble with the output can end.

    Names come from folders: brackets are no markup, and control characters are replaced.

    Attributes
    ----------
    is_closed : bool
        Whether nobody reads on: the other end of the pipe was closed.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        super().__init__(quiet=quiet, markup=False, highlight=False, emoji=False)
        self.is_closed = False

    def say(self, sentence: str) -> None:
        """Print a line, however long: the terminal wraps it, and a file keeps it whole."""
        self._write(lambda: self.print(printable_name(sentence), soft_wrap=True))

    def show(self, table: Table) -> None:
        """Print a table."""
        self._write(lambda: self.print(table))

    def on_broken_pipe(self) -> None:
        """Write no more; called by rich."""
        self.is_closed = True
        self._give_up()

    def _write(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError:  # a full disk: a line that is lost is no reason to end the training
            self._give_up()

    def _give_up(self) -> None:
        self.quiet = True
        discard_output()


class TerminalReporter(Reporter):
    """Draws one line that moves, and leaves one for each epoch.

    Parameters
    ----------
    epochs : int
        The most that are trained.
    is_stopped : callable
        Whether a person asked for a stop.
    """

    def __init__(self, terminal: Terminal, epochs: int, is_stopped: Callable[[], bool]) -> None:
        self._is_stopped = is_stopped
        self._terminal = terminal
        self._epochs = epochs
        self._epoch = 0
        self._started = 0.0
        self._is_finishing = False
        self._has_told_of_stop = False
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            console=terminal,
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
        self._terminal.say(sentence)

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

    def finish(self) -> None:
        """Answer at once from now on, since nobody will ask `is_stopped` any more."""
        self._is_finishing = True
        self.answer()

    def answer(self) -> None:
        """Answer a person who asks for a stop, where nobody asks `is_stopped`.

        Elsewhere it waits until somebody does: a signal may come in the middle of another line.
        """
        if self._is_finishing:
            self.is_stopped()

    def is_stopped(self) -> bool:
        """Whether a person asked for a stop, or nobody reads on."""
        if self._is_stopped() and not self._has_told_of_stop:
            self._has_told_of_stop = True
            if self._is_finishing:
                does = "training is over and the run is being written"
            else:
                does = "stopping after this batch" if self._epoch else "stopping"
            self.note(f"{does}; press Ctrl-C again to stop at once")
        return self._is_stopped() or self._terminal.is_closed

    def epoch(self, row: Mapping[str, float]) -> None:
        """Print the epoch's figures."""
        self.note(
            f"epoch {row['epoch']:.0f}/{self._epochs}  loss {row['loss']:.4f}  "
            f"accuracy {row['accuracy']:.1%}  validation loss {row['val_loss']:.4f}  "
            f"validation accuracy {row['val_accuracy']:.1%}  "
            f"{row['images_per_second']:.0f} images/s"
        )


def _describe_duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
