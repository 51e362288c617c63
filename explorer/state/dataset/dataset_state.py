"""The Dataset page: the samples of a folder, and which of them are shown."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.datasets.layouts import Layout
from explorer.core.datasets.scan import scan_dataset
from explorer.state.dataset.sample_list import Catalogue, SampleList
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

PROGRESS_MS = 200

MOST_LAYOUTS = 50
"""Of so many folders the layout that was chosen is remembered."""


class DatasetState(QObject):
    """Scans a folder and knows which of its samples are shown.

    Signals
    -------
    dataset_changed()
        `dataset` is another one; the filter shows all of it.
    query_changed()
        `label` or `text` has another value, hence `samples` other rows.
    progress_changed()
        A scan takes long, progressed, or ended.
    opening_failed()
        The folder that was asked for could not be opened; the reason was told.
    sample_chosen(Path)
        A person wants this picture.
    """

    dataset_changed = Signal()
    query_changed = Signal()
    progress_changed = Signal()
    opening_failed = Signal()
    sample_chosen = Signal(object)

    def __init__(
        self,
        pool: TaskPool,
        thumbnails: ThumbnailLoader,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pool = pool
        self._thumbnails = thumbnails
        self._notices = notices
        self.samples = SampleList(thumbnails, self)
        self._catalogue: Catalogue | None = None
        self._scan: _Scan | None = None
        self.label: str | None = None
        """The class that is shown, or `UNLABELLED`; None for all."""
        self.text = ""
        """The text that the file names of the samples shown contain."""
        self.layouts: dict[Path, Layout] = {}
        """The layout that a person chose for a folder; the newest last."""
        self._progress = make_timer(self, PROGRESS_MS, self.progress_changed, is_repeated=True)

    @property
    def dataset(self) -> Dataset | None:
        """The open dataset; the last good one while another is scanned or fails to open."""
        return None if self._catalogue is None else self._catalogue.dataset

    @property
    def folder(self) -> Path | None:
        """The folder that is wanted: the one that is being scanned, or else the open dataset's."""
        if self._scan is not None:
            return self._scan.folder
        return None if self.dataset is None else self.dataset.folder

    @property
    def counts(self) -> dict[str, int]:
        """The number of samples per class; those without a label last, under `UNLABELLED`."""
        return {} if self._catalogue is None else self._catalogue.counts

    @property
    def is_busy(self) -> bool:
        """Whether a folder is scanned, or thumbnails are still to come."""
        return self._scan is not None or self._thumbnails.is_busy

    @property
    def scanned_folder(self) -> Path | None:
        """The folder that is being scanned."""
        return None if self._scan is None else self._scan.folder

    @property
    def scanned_files(self) -> int:
        """The number of files found by the running scan."""
        return 0 if self._scan is None else self._scan.files

    def open_folder(self, folder: Path, *, is_reopened: bool = False) -> None:
        """Open a folder as the dataset, once it is scanned; a running scan is cancelled.

        Parameters
        ----------
        folder : Path
        is_reopened : bool
            Whether nobody asked for it now: what was said of another folder still holds.
        """
        self.cancel()
        # The next start, which opens it again, may run in another folder.
        folder = folder.absolute()
        scan = _Scan(folder, self.layouts.get(folder), is_reopened=is_reopened)
        self._scan = scan
        self._progress.start()
        self._pool.run(
            scan.run,
            done=lambda catalogue: self._on_scanned(scan, catalogue),
            failed=lambda error: self._on_failed(scan, error),
            is_bulk=True,
        )

    def read_as(self, layout: Layout) -> None:
        """Read the open dataset's folder by another layout, now and whenever it is opened."""
        if self.dataset is not None:
            folder = self.dataset.folder
            self.layouts.pop(folder, None)
            self.layouts[folder] = layout
            for oldest in list(self.layouts)[:-MOST_LAYOUTS]:
                del self.layouts[oldest]
            self.open_folder(folder)

    def cancel(self) -> None:
        """Stop the running scan; the dataset stays as it was."""
        if self._scan is not None:
            self._scan.is_cancelled = True
            self._end_scan()

    def set_query(self, label: str | None, text: str) -> None:
        """Show the samples of one class whose file name contains a text.

        Parameters
        ----------
        label : str or None
            A class or `UNLABELLED`; None for all.
        text : str
            In any case; empty for all.
        """
        if self._catalogue is None or (label, text) == (self.label, self.text):
            return
        self.label, self.text = label, text
        self.samples.show_samples(self._catalogue, self._catalogue.search(label, text))
        self.query_changed.emit()

    def choose_sample(self, sample: Sample) -> None:
        """Make a sample the current picture."""
        self.sample_chosen.emit(sample.path)

    def _on_scanned(self, scan: "_Scan", catalogue: Catalogue) -> None:
        if scan is not self._scan:
            return
        self._thumbnails.clear()
        self._catalogue = catalogue
        self.label, self.text = None, ""
        self.samples.show_samples(catalogue, catalogue.search(None, ""))
        self._end_scan()
        if not scan.is_reopened:
            self._notices.withdraw("dataset")
        self.dataset_changed.emit()

    def _on_failed(self, scan: "_Scan", error: Exception) -> None:
        if scan is self._scan:
            self._end_scan()
            self._notices.report(error, topic="dataset")
            self.opening_failed.emit()

    def _end_scan(self) -> None:
        self._scan = None
        self._progress.stop()
        self.progress_changed.emit()


class _Scan:
    """One scan; runs on a thread, and is watched from the GUI thread."""

    def __init__(self, folder: Path, layout: Layout | None, *, is_reopened: bool) -> None:
        self.folder = folder
        self.layout = layout
        self.is_reopened = is_reopened
        self.files = 0
        self.is_cancelled = False

    def run(self) -> Catalogue:
        dataset = scan_dataset(self.folder, layout=self.layout, is_cancelled=self._meet_file)
        return Catalogue.of(dataset)

    def _meet_file(self) -> bool:
        self.files += 1
        return self.is_cancelled
