"""Copying files into folders by class, in the background."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.core.files.copying import CopyOutcome, copy_by_class
from explorer.core.files.names import list_names, printable_name
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

PROGRESS_MS = 200
MOST_FOLDERS = 5


class CopyingState(QObject):
    """Copies files, a batch at a time; of what became of them, one notice tells.

    Signals
    -------
    progress_changed()
        `sentence`, `share` or `is_busy` has another value.
    """

    progress_changed = Signal()

    def __init__(self, pool: TaskPool, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = pool
        self._notices = notices
        self._job: _Copying | None = None
        self._timer = make_timer(self, PROGRESS_MS, self.progress_changed, is_repeated=True)

    @property
    def is_busy(self) -> bool:
        """Whether files are being copied."""
        return self._job is not None

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1."""
        return None if self._job is None else self._job.done / len(self._job.files)

    @property
    def sentence(self) -> str:
        """What is being copied, and how far that is; empty where nothing is."""
        job = self._job
        if job is None:
            return ""
        where = printable_name(job.target)
        return f"Copying into “{where}”: {job.done:,} of {_files(len(job.files))}"

    def copy(self, files: Sequence[tuple[Path, str | None]], target: Path, *, unnamed: str) -> None:
        """Copy files into a folder for each class below `target`; parameters of `copy_by_class`."""
        if not files or self._job is not None:
            return
        job = self._job = _Copying(tuple(files), target, unnamed)
        self._notices.withdraw("copies")
        self._pool.run(
            job.run,
            done=lambda outcome: self._on_ended(job, outcome),
            failed=self._on_failed,
            is_bulk=True,
        )
        self._timer.start()
        self.progress_changed.emit()

    def tell_nothing(self) -> None:
        """Say that nothing of what was chosen can be copied."""
        self._notices.warn(
            "Nothing was copied: none of the chosen pictures is a file with a result.",
            topic="copies",
        )

    def cancel(self) -> None:
        """Stop after the file that is being copied; what was copied stays."""
        if self._job is not None:
            self._job.is_cancelled = True

    def close(self) -> None:
        """End."""
        self.cancel()
        self._timer.stop()

    def _on_ended(self, job: "_Copying", outcome: CopyOutcome) -> None:
        self._end()
        sentence = describe_outcome(job.target, len(job.files), outcome)
        if outcome.failures:
            self._notices.warn(sentence, topic="copies")
        else:
            self._notices.hint(sentence, topic="copies")

    def _on_failed(self, error: Exception) -> None:
        self._end()
        self._notices.report(error, topic="copies")

    def _end(self) -> None:
        self._job = None
        self._timer.stop()
        self.progress_changed.emit()


def describe_outcome(target: Path, wanted: int, outcome: CopyOutcome) -> str:
    """Return what became of files that were to be copied, in one sentence."""
    done = sum(outcome.copied.values())
    count = _files(done) if done == wanted else f"{done:,} of {_files(wanted)}"
    sentence = f"{count} {'was' if wanted == 1 else 'were'} copied into “{target.name}”"
    if outcome.copied:
        largest = sorted(outcome.copied.items(), key=lambda item: -item[1])
        parts = [f"{name} {number:,}" for name, number in largest[:MOST_FOLDERS]]
        rest = len(largest) - len(parts)
        if rest:
            parts.append(f"{rest:,} more {'folder' if rest == 1 else 'folders'}")
        sentence += f" ({', '.join(parts)})"
    if outcome.failures:
        reason = outcome.failures[0][1]
        same = [path.name for path, other in outcome.failures if other == reason]
        others = len(outcome.failures) - len(same)
        sentence += f"; {list_names(same, quoted=True)} could not be: {reason}"
        if others:
            sentence += f"; {others:,} more for other reasons"
    elif not outcome.is_whole:
        sentence += "; then it was cancelled"
    return f"{sentence}."


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


class _Copying:
    """One batch; runs on a thread, and is watched from the GUI thread."""

    def __init__(
        self, files: tuple[tuple[Path, str | None], ...], target: Path, unnamed: str
    ) -> None:
        self.files = files
        self.target = target
        self.done = 0
        self.is_cancelled = False
        self._unnamed = unnamed

    def run(self) -> CopyOutcome:
        return copy_by_class(
            self.files,
            self.target,
            unnamed=self._unnamed,
            met=self._meet,
            is_cancelled=lambda: self.is_cancelled,
        )

    def _meet(self, done: int) -> None:
        self.done = done
