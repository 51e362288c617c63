"""The Dataset page: the samples of a folder, and which of them are shown."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.catalogue.columns import Columns, Floats, Places
from explorer.core.catalogue.facets import Choice, Counts, Facet, Narrowed, narrow
from explorer.core.catalogue.known_facets import list_facets
from explorer.core.catalogue.orders import ORDERS, PICKED, arrange, figures_for
from explorer.core.catalogue.query import Query
from explorer.core.catalogue.searchable import Mask, SearchableDataset
from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.datasets.layouts import Layout
from explorer.core.datasets.scan import scan_dataset
from explorer.core.desktop.memory import give_back_memory
from explorer.core.embedding.neighbours import find_nearest_of
from explorer.core.files.names import printable_name
from explorer.core.images.read import read_picture
from explorer.state.dataset.picture_facts import describe_answer
from explorer.state.dataset.sample_list import SampleList
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

PROGRESS_MS = 200

MOST_SIMILAR = 100

MOST_LAYOUTS = 50
"""Of so many folders the layout that was chosen is remembered."""


@dataclass(frozen=True, eq=False)
class Pick:
    """Some pictures that were picked out, such as those of a cell of the confusion matrix.

    Attributes
    ----------
    places : (m,) int
        In `Dataset.samples`.
    sentence : str
        What they are: "dog classified as cat".
    is_ordered : bool
        Whether their order means something, such as the distance from another picture.
    """

    places: Places
    sentence: str
    is_ordered: bool = False
    number: int = field(default_factory=count().__next__)
    """Tells it from all others."""


class DatasetState(QObject):
    """Scans a folder and knows which of its samples are shown.

    They are those that the search, the facets and the pick let through, in the order chosen.

    Signals
    -------
    dataset_changed()
        `dataset` is another one; all of it is shown.
    pick_coming()
        `picked` is about to become another.
    query_changed()
        `query`, `picked` or what they lead to is another: `samples`, `narrowed`.
    embedding_changed()
        `embedding` is another one, of the same columns.
    facets_changed()
        `facets` are others, or their counts.
    selection_changed()
        `selected` or `current` is another.
    progress_changed()
        A scan takes long, progressed, or ended.
    opening_failed()
        The folder that was asked for could not be opened; the reason was told.
    sample_chosen(Path)
        A person wants this picture.
    picture_copied(PictureFile)
        A picture that is to be copied was read.
    """

    dataset_changed = Signal()
    pick_coming = Signal()
    query_changed = Signal()
    embedding_changed = Signal()
    facets_changed = Signal()
    selection_changed = Signal()
    progress_changed = Signal()
    opening_failed = Signal()
    sample_chosen = Signal(object)
    picture_copied = Signal(object)

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
        self._searchable: SearchableDataset | None = None
        self._scan: _Scan | None = None
        self.query = Query()
        self.picked: Pick | None = None
        """What was picked out, or None."""
        self._query_before = Query()
        self.columns: Columns | None = None
        """What is known of the pictures, in the order of `dataset.samples`."""
        self.embedding: npt.NDArray[np.floating] | None = None
        """What the model makes of each picture before its last layer; NaN where unknown."""
        self._issues: Mapping[str, Places] = {}
        self._decisions: Mapping[str, Places] = {}
        self.facets: tuple[Facet, ...] = ()
        self.narrowed = Narrowed(np.empty(0, bool), {})
        self.selected: Places = np.empty(0, np.int64)
        """The places of the samples that are selected in the grid."""
        self.current: int | None = None
        """The place of the sample that the keys are about."""
        self._dates: Floats | None = None
        self._found: tuple[str, Mask] = ("", np.empty(0, bool))
        self.layouts: dict[Path, Layout] = {}
        """The layout that a person chose for a folder; the newest last."""
        self._progress = make_timer(self, PROGRESS_MS, self.progress_changed, is_repeated=True)

    @property
    def dataset(self) -> Dataset | None:
        """The open dataset; the last good one while another is scanned or fails to open."""
        return None if self._searchable is None else self._searchable.dataset

    @property
    def folder(self) -> Path | None:
        """The folder that is wanted: the one that is being scanned, or else the open dataset's."""
        if self._scan is not None:
            return self._scan.folder
        return None if self.dataset is None else self.dataset.folder

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
            done=lambda searchable: self._on_scanned(scan, searchable),
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

    # What is shown.

    @property
    def places(self) -> Places:
        """The places of the samples shown, in the order of the rows."""
        return self.samples.places

    def set_query(self, query: Query) -> None:
        """Show what another query finds."""
        if self._searchable is None or query == self.query:
            return
        self.query = query
        self._show()

    def search(self, text: str) -> None:
        """Show the samples whose file names contain a text, in any case; empty for all."""
        self.set_query(replace(self.query, text=text))

    def choose(self, facet: str, choice: Choice | None) -> None:
        """Narrow by a facet; None: no more."""
        chosen = {name: kept for name, kept in self.query.choices.items() if name != facet}
        if choice is not None and choice != frozenset():
            chosen[facet] = choice
        self.set_query(replace(self.query, choices=chosen))

    def reset_choices(self) -> None:
        """Narrow by no facet and no search; a pick stays."""
        self.set_query(replace(self.query, choices={}, text=""))

    def sort(self, order: str, *, is_descending: bool | None = None) -> None:
        """Show the samples in another order.

        Parameters
        ----------
        order : str
            The name of one of `ORDERS`, or `PICKED`.
        is_descending : bool, optional
            As usual for the order where it is not given.
        """
        usual = next((one.is_usually_descending for one in ORDERS if one.name == order), False)
        descends = usual if is_descending is None else is_descending
        self.set_query(replace(self.query, order=order, is_descending=descends))
        if order == "date":
            self._read_dates()

    def pick(self, places: Places, sentence: str, *, is_ordered: bool = False) -> None:
        """Show these pictures alone, until `clear_pick`.

        Facets and search begin anew, and narrow the pick from then on; `clear_pick` brings back
        what was shown before.

        Parameters
        ----------
        places : (m,) int
            In `dataset.samples`.
        sentence : str
            What they are, as a person reads it: "dog classified as cat".
        is_ordered : bool
            Whether they stay in this order; otherwise the order chosen before holds.
        """
        if self._searchable is None:
            return
        self.pick_coming.emit()
        if self.picked is None:
            self._query_before = self.query
        self.picked = Pick(np.asarray(places, np.int64), sentence, is_ordered)
        before = self._query_before
        self.query = Query(
            order=PICKED if is_ordered else before.order,
            is_descending=not is_ordered and before.is_descending,
        )
        self._show()

    def change_pick(self, places: Places) -> None:
        """Let what was picked out be other pictures, as while a threshold is dragged.

        Facets, search and the way back stay as they are.
        """
        if self.picked is not None:
            self.picked = replace(self.picked, places=np.asarray(places, np.int64))
            self._show()

    def clear_pick(self) -> None:
        """Show again what was shown before a pick."""
        if self.picked is not None:
            self.pick_coming.emit()
            self.picked, self.query = None, self._query_before
            self._show()

    def show_again(self, query: Query, picked: Pick | None, before: Query) -> None:
        """Show what was shown at another time."""
        self.query, self.picked, self._query_before = query, picked, before
        self._show()

    @property
    def query_before(self) -> Query:
        """What `clear_pick` brings back."""
        return self._query_before

    def select(self, places: Places, current: int | None) -> None:
        """Note which samples are selected in the grid, and which one the keys are about."""
        if current != self.current or not np.array_equal(places, self.selected):
            self.selected, self.current = places, current
            self.selection_changed.emit()

    def counts_of(self, facet: str) -> Counts:
        """Return how many pictures each value of a facet would show."""
        return self.narrowed.counts[facet]

    # What is known.

    def set_columns(
        self, columns: Columns | None, embedding: npt.NDArray[np.floating] | None = None
    ) -> None:
        """Take over what is known of the pictures; of another dataset, nothing.

        Parameters
        ----------
        embedding : (n, features) float or None
            NaN where unknown; None where the model gives none.
        """
        total = 0 if self.dataset is None else len(self.dataset.samples)
        is_ours = columns is not None and columns.count == total
        self.columns = columns if is_ours else None
        self._take_embedding(embedding)
        self.samples.set_columns(self.columns)
        self._renew_facets()
        self._show()

    def set_embedding(self, embedding: npt.NDArray[np.floating] | None) -> None:
        """Take over the embedding of the pictures, which may come after all else is known."""
        before = self.embedding
        self._take_embedding(embedding)
        if self.embedding is not before:
            self.embedding_changed.emit()

    def _take_embedding(self, embedding: npt.NDArray[np.floating] | None) -> None:
        total = 0 if self.columns is None else self.columns.count
        is_ours = embedding is not None and 0 < total == len(embedding)
        self.embedding = embedding if is_ours else None

    def set_issues(self, issues: Mapping[str, Places]) -> None:
        """Take over what was found wrong: the places of the pictures of each kind, by its title."""
        self._issues = issues
        self._renew_facets()
        self._show()

    def set_decisions(self, decided: Mapping[int, str]) -> None:
        """Take over what a person decided about pictures: a word or two, by their places."""
        places: dict[str, list[int]] = {}
        for place, text in sorted(decided.items()):
            places.setdefault(text, []).append(place)
        self._decisions = {text: np.array(places[text], np.int64) for text in sorted(places)}
        self.samples.show_remarks(decided)
        self._renew_facets()
        self._show()

    def _renew_facets(self) -> None:
        dataset = self.dataset
        if dataset is not None:
            self.facets = list_facets(dataset, self.columns, self._issues, self._decisions)

    def _show(self) -> None:
        """Find what the query and the pick let through, and show it."""
        searchable, query = self._searchable, self.query
        if searchable is None:
            return
        if self._found[0] != query.text or len(self._found[1]) != searchable.count:
            self._found = query.text, searchable.search(query.text)
        within = self._found[1]
        if self.picked is not None:
            chosen = np.zeros(searchable.count, bool)
            chosen[self.picked.places] = True
            within = within & chosen
        self.narrowed = narrow(self.facets, query.choices, within)
        if query.order == PICKED and self.picked is not None:
            picked = self.picked.places
            places = picked[self.narrowed.mask[picked]]
        else:
            figures = figures_for(query.order, self.columns, self._dates)
            found = np.flatnonzero(self.narrowed.mask)
            places = arrange(found, figures, is_descending=query.is_descending)
        self.samples.show_samples(searchable, places)
        self.facets_changed.emit()
        self.query_changed.emit()

    def _read_dates(self) -> None:
        dataset = self.dataset
        if dataset is None or self._dates is not None:
            return
        paths = [sample.path for sample in dataset.samples]
        self._pool.run(
            partial(_dates_of, paths),
            done=lambda dates: self._set_dates(dataset, dates),
            failed=self._notices.report,
            is_bulk=True,
        )

    def _set_dates(self, dataset: Dataset, dates: Floats) -> None:
        if dataset is self.dataset:
            self._dates = dates
            self._show()

    def describe(self, place: int) -> str:
        """Return in a few words what is known of a picture: its name, label and answer."""
        assert self._searchable is not None
        sample, columns = self._searchable.dataset.samples[place], self.columns
        lines = [self._searchable.names[place]]
        if sample.label is not None:
            lines.append(f"Label: {printable_name(sample.label)}")
        if columns is not None:
            answer = describe_answer(columns, place)
            marks = []
            if columns.is_judged[place] and not columns.is_right[place]:
                marks.append("wrong")
            if columns.is_neither[place]:
                marks.append("looks like no class")
            if answer:
                lines.append("; ".join([f"Answer: {answer}", *marks]))
        return "\n".join(lines)

    def reveal(self, place: int) -> None:
        """Select a picture in the grid; where it is left out, everything is shown."""
        if place not in self.samples.places:
            if self.picked is not None:
                self.clear_pick()
            if place not in self.samples.places:
                self.reset_choices()
        self.select(np.array([place]), place)

    # What is wanted.

    @property
    def current_sample(self) -> Sample | None:
        """The sample that the keys are about."""
        if self.dataset is None or self.current is None:
            return None
        return self.dataset.samples[self.current]

    @property
    def can_find_similar(self) -> bool:
        """Whether it is known what the model makes of the current sample."""
        embedding, place = self.embedding, self.current
        return embedding is not None and place is not None and not np.isnan(embedding[place, 0])

    def find_similar(self) -> None:
        """Pick the pictures that the model finds most like the current sample, nearest first."""
        embedding, place, sample = self.embedding, self.current, self.current_sample
        if embedding is None or place is None or sample is None or not self.can_find_similar:
            return
        dataset = self.dataset
        title = f"most similar to “{printable_name(sample.path)}”, which is first"

        def show(places: Places) -> None:
            if dataset is self.dataset:
                self.pick(places, title, is_ordered=True)

        query = embedding[place]
        self._pool.run(
            lambda: find_nearest_of(embedding, query, MOST_SIMILAR)[0],
            done=show,
            failed=self._notices.report,
        )

    def copy_picture(self) -> None:
        """Read the current sample as a picture to be copied."""
        sample = self.current_sample
        if sample is not None:
            self._pool.run(
                lambda: read_picture(sample.path),
                done=self.picture_copied.emit,
                failed=lambda error: self._notices.report(error, topic="picture"),
            )

    def choose_sample(self, sample: Sample) -> None:
        """Make a sample the current picture."""
        self.sample_chosen.emit(sample.path)

    def _on_scanned(self, scan: "_Scan", searchable: SearchableDataset) -> None:
        if scan is not self._scan:
            return
        self._thumbnails.clear()
        self._searchable = searchable
        self.query, self.picked, self._query_before = Query(), None, Query()
        self.columns = self.embedding = self._dates = None
        self._issues, self._decisions = {}, {}
        self.samples.show_remarks({})
        self.selected, self.current = np.empty(0, np.int64), None
        self._renew_facets()
        self._end_scan()
        if not scan.is_reopened:
            self._notices.withdraw("dataset")
        self._show()
        self.dataset_changed.emit()
        # What was known of the pictures before is gone by now.
        self._pool.run(
            give_back_memory,
            done=lambda was_some: None,
            failed=self._notices.report,
            is_bulk=True,
        )

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

    def run(self) -> SearchableDataset:
        dataset = scan_dataset(self.folder, layout=self.layout, is_cancelled=self._meet_file)
        return SearchableDataset.of(dataset)

    def _meet_file(self) -> bool:
        self.files += 1
        return self.is_cancelled


def _dates_of(paths: list[Path]) -> Floats:
    """Return when each file was written, in seconds; NaN for one that is gone."""
    dates = np.full(len(paths), np.nan)
    for place, path in enumerate(paths):
        with suppress(OSError):
            dates[place] = os.stat(path).st_mtime
    return dates
