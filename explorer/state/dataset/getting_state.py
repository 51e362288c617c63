"""Getting a dataset: the example is drawn, a public one is downloaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from explorer.background.download import Download
from explorer.background.tasks import TaskPool
from explorer.core.files.names import printable_name
from explorer.core.sources.example import FOLDER_NAME, draw_example, places
from explorer.core.sources.public import CATS_VS_DOGS, PublicDataset
from explorer.core.text.counts import short_bytes
from explorer.core.text.durations import short_duration
from explorer.state.shared.notices import Notices
from explorer.state.shared.pace import Pace
from explorer.state.shared.timers import make_timer

PROGRESS_MS = 200


class _Job(Protocol):
    """What runs on a thread, and is watched and stopped from the GUI thread."""

    folder: Path
    done: int
    total: int

    def run(self) -> bool: ...

    def stop(self) -> None: ...


class GettingState(QObject):
    """Draws the example dataset and downloads a public one; one at a time.

    Parameters
    ----------
    pool : TaskPool
    notices : Notices
    datasets : Path
        The folder that they are put into.
    public : PublicDataset, optional
        What is downloaded.

    Signals
    -------
    progress_changed()
        `sentence`, `share` or what can be done has another value.
    arrived(Path)
        A dataset is there and wanted.
    """

    progress_changed = Signal()
    arrived = Signal(object)

    def __init__(
        self,
        pool: TaskPool,
        notices: Notices,
        datasets: Path,
        parent: QObject | None = None,
        *,
        public: PublicDataset = CATS_VS_DOGS,
    ) -> None:
        super().__init__(parent)
        self._pool = pool
        self._notices = notices
        self._datasets = datasets
        self.public = public
        self._job: _Job | None = None
        self._pace = Pace()
        self._timer = make_timer(self, PROGRESS_MS, self._watch, is_repeated=True)

    @property
    def is_busy(self) -> bool:
        """Whether a dataset is being drawn or downloaded."""
        return self._job is not None

    @property
    def can_pause(self) -> bool:
        """Whether what runs can be stopped and gone on with."""
        return isinstance(self._job, Download)

    @property
    def is_paused(self) -> bool:
        """Whether a part of the public dataset has come, and nothing runs."""
        return self._job is None and self.begun_bytes > 0

    @property
    def is_drawing(self) -> bool:
        """Whether the example is being drawn."""
        return isinstance(self._job, _Drawing)

    @property
    def is_there(self) -> bool:
        """Whether the public dataset is there."""
        return self.public.is_there(self._datasets)

    @property
    def place(self) -> Path:
        """Where the public dataset is, or will be."""
        return self.public.folder(self._datasets)

    @property
    def begun_bytes(self) -> int:
        """How much of the public dataset's archive has come already."""
        return Download(self.public, self._datasets).begun_bytes

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None where that is not known."""
        job = self._job
        if job is None or not job.total or _phase(job) == "connecting":
            return None
        return min(1.0, job.done / job.total)

    @property
    def sentence(self) -> str:
        """What is being done, how fast and how long it still takes; empty where nothing is."""
        job = self._job
        if job is None:
            return ""
        name = f"“{printable_name(self.public.name)}”"
        if not isinstance(job, Download):
            return f"Drawing {job.total:,} pictures…"
        if job.phase == "connecting":
            return f"Asking {self.public.publisher}'s server for {name}…"
        if job.phase == "checking":
            return f"Checking {name}…"
        parts = [f"{short_bytes(job.done)} of {short_bytes(job.total)}"]
        rate = self._pace.rate
        if rate:
            left = short_duration((job.total - job.done) / rate)
            parts += [f"{short_bytes(round(rate))}/s", f"{left} left"]
        does = "Unpacking" if job.phase == "unpacking" else "Downloading"
        anew = "; the server began anew" if job.is_anew and job.phase == "downloading" else ""
        return f"{does} {name}: {', '.join(parts)}{anew}"

    def open_example(self) -> None:
        """Draw the example where it is not there yet, and say that it has arrived."""
        if self._job is None:
            self._begin(_Drawing(self._datasets / FOLDER_NAME), self.arrived.emit)

    def get_public(self) -> None:
        """Download the public dataset, or go on with it; where it is there, it arrives."""
        if self.is_there:
            self.arrived.emit(self.place)
        elif self._job is None:
            self._begin(Download(self.public, self._datasets), self._tell_arrived)

    def pause(self) -> None:
        """Stop the download; what has come is kept to go on from."""
        if self._job is not None:
            self._job.stop()

    def cancel(self) -> None:
        """Stop what runs, and remove what came of it, as of a download that is paused."""
        if self.is_paused:
            download = Download(self.public, self._datasets)
            download.stop(is_discarded=True)
            self._begin(download, self._tell_arrived)
        elif isinstance(self._job, Download):
            self._job.stop(is_discarded=True)
        else:
            self.pause()

    def close(self) -> None:
        """End; what has come is kept."""
        self.pause()
        self._timer.stop()

    def _begin(self, job: _Job, tell: Callable[[Path], object]) -> None:
        self._job, self._pace = job, Pace()
        self._notices.withdraw("dataset")
        self._pool.run(
            job.run,
            done=lambda is_there: self._on_ended(job, tell if is_there else None),
            failed=self._on_failed,
            is_bulk=True,
        )
        self._timer.start()
        self.progress_changed.emit()

    def _watch(self) -> None:
        job = self._job
        if job is not None and _phase(job) not in ("connecting", "checking"):
            self._pace.note(job.done, is_running=True)
        self.progress_changed.emit()

    def _on_ended(self, job: _Job, tell: Callable[[Path], object] | None) -> None:
        self._end()
        if tell is not None:
            tell(job.folder)
        elif isinstance(job, Download) and job.begun_bytes:
            kept = short_bytes(job.begun_bytes)
            self._notices.hint(
                f"“{self.public.name}” is paused: {kept} have come.",
                "Go on",
                self.get_public,
                topic="dataset",
            )
        self.progress_changed.emit()

    def _tell_arrived(self, folder: Path) -> None:
        """Ask before another dataset is opened: minutes later, a person may be elsewhere."""
        self._notices.hint(
            f"“{self.public.name}” is there: {self.public.pictures}.",
            "Open",
            lambda: self.arrived.emit(folder),
            topic="dataset",
        )

    def _on_failed(self, error: Exception) -> None:
        self._end()
        self.progress_changed.emit()
        self._notices.report(error, topic="dataset")

    def _end(self) -> None:
        self._job = None
        self._timer.stop()


class _Drawing:
    """The drawing of the example."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done, self.total = 0, sum(1 for _ in places())
        self._is_stopped = False

    def run(self) -> bool:
        return draw_example(self.folder, met=self._meet, is_cancelled=lambda: self._is_stopped)

    def stop(self) -> None:
        self._is_stopped = True

    def _meet(self, done: int, total: int) -> None:
        self.done, self.total = done, total


def _phase(job: _Job) -> str:
    return job.phase if isinstance(job, Download) else ""
