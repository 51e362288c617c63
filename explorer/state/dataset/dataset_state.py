"""The Dataset page: the samples of a folder, and which of them are shown."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.catalogue.columns import Columns, Floats, Places
from explorer.core.catalogue.facets import Choice, Counts, Facet, Narrowed
from explorer.core.catalogue.orders import ORDERS
from explorer.core.catalogue.query import Query
from explorer.core.catalogue.searchable import SearchableDataset
from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.datasets.layouts import Layout
from explorer.core.desktop.memory import give_back_memory
from explorer.core.embedding.neighbours import find_nearest_of
from explorer.core.files.names import printable_name
from explorer.core.images.read import read_picture
from explorer.state.dataset.folder_scan import FolderScan
from explorer.state.dataset.picture_facts import describe_picture
from explorer.state.dataset.sample_list import SampleList
from explorer.state.dataset.shown import Pick, Shown
from explorer.state.shared.notices import Notices

MOST_SIMILAR = 100

MOST_LAYOUTS = 50
"""Of so many folders the layout that was chosen is remembered."""


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
        self._shown = Shown()
        self._scan = FolderScan(pool, done=self._on_scanned, failed=self._on_failed, parent=self)
        self._scan.progressed.connect(self.progress_changed)
        self.embedding: npt.NDArray[np.floating] | None = None
        """What the model makes of each picture before its last layer; NaN where unknown."""
        self.selected: Places = np.empty(0, np.int64)
        """The places of the samples that are selected in the grid."""
        self.current: int | None = None
        """The place of the sample that the keys are about."""
        self.layouts: dict[Path, Layout] = {}
        """The layout that a person chose for a folder; the newest last."""

    @property
    def dataset(self) -> Dataset | None:
        """The open dataset; the last good one while another is scanned or fails to open."""
        searchable = self._shown.searchable
        return None if searchable is None else searchable.dataset

    @property
    def folder(self) -> Path | None:
        """The folder that is wanted: the one that is being scanned, or else the open dataset's."""
        scanned = self._scan.folder
        return self.dataset.folder if scanned is None and self.dataset is not None else scanned

    @property
    def is_busy(self) -> bool:
        """Whether a folder is scanned, or thumbnails are still to come."""
        return self._scan.folder is not None or self._thumbnails.is_busy

    @property
    def scanned_folder(self) -> Path | None:
        """The folder that is being scanned."""
        return self._scan.folder

    @property
    def scanned_files(self) -> int:
        """The number of files found by the running scan."""
        return self._scan.files

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
        self._scan.start(folder, self.layouts.get(folder), is_reopened=is_reopened)

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
        if self._scan.cancel():
            self.progress_changed.emit()

    # What is shown.

    @property
    def query(self) -> Query:
        """What narrows the samples, and their order."""
        return self._shown.query

    @property
    def picked(self) -> Pick | None:
        """What was picked out, or None."""
        return self._shown.picked

    @property
    def query_before(self) -> Query:
        """What `clear_pick` brings back."""
        return self._shown.query_before

    @property
    def columns(self) -> Columns | None:
        """What is known of the pictures, in the order of `dataset.samples`."""
        return self._shown.columns

    @property
    def facets(self) -> tuple[Facet, ...]:
        """What the samples can be narrowed by."""
        return self._shown.facets

    @property
    def narrowed(self) -> Narrowed:
        """Which samples facets, search and pick let through, and how many each value would."""
        return self._shown.narrowed

    @property
    def places(self) -> Places:
        """The places of the samples shown, in the order of the rows."""
        return self.samples.places

    def set_query(self, query: Query) -> None:
        """Show what another query finds."""
        if self.dataset is None or query == self.query:
            return
        self._shown.query = query
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
        if self.dataset is None:
            return
        self.pick_coming.emit()
        self._shown.pick(places, sentence, is_ordered=is_ordered)
        self._show()

    def change_pick(self, places: Places) -> None:
        """Let what was picked out be other pictures, as while a threshold is dragged.

        Facets, search and the way back stay as they are.
        """
        if self.picked is not None:
            self._shown.change_pick(places)
            self._show()

    def clear_pick(self) -> None:
        """Show again what was shown before a pick."""
        if self.picked is not None:
            self.pick_coming.emit()
            self._shown.clear_pick()
            self._show()

    def show_again(self, query: Query, picked: Pick | None, before: Query) -> None:
        """Show what was shown at another time."""
        shown = self._shown
        shown.query, shown.picked, shown.query_before = query, picked, before
        self._show()

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
        self._shown.columns = columns if is_ours else None
        self._take_embedding(embedding)
        self.samples.set_columns(self.columns)
        self._shown.renew_facets()
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
        self._shown.issues = issues
        self._shown.renew_facets()
        self._show()

    def set_decisions(self, decided: Mapping[int, str]) -> None:
        """Take over what a person decided about pictures: a word or two, by their places."""
        places: dict[str, list[int]] = {}
        for place, text in sorted(decided.items()):
            places.setdefault(text, []).append(place)
        self._shown.decisions = {text: np.array(places[text], np.int64) for text in sorted(places)}
        self.samples.show_remarks(decided)
        self._shown.renew_facets()
        self._show()

    def _show(self) -> None:
        """Find what the query and the pick let through, and show it."""
        searchable = self._shown.searchable
        if searchable is not None:
            self.samples.show_samples(searchable, self._shown.find())
            self.facets_changed.emit()
            self.query_changed.emit()

    def _read_dates(self) -> None:
        dataset = self.dataset
        if dataset is None or self._shown.dates is not None:
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
            self._shown.dates = dates
            self._show()

    def describe(self, place: int) -> str:
        """Return in a few words what is known of a picture: its name, label and answer."""
        assert self.dataset is not None
        return describe_picture(self.dataset.samples[place], self.columns, place)

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

    def _on_scanned(self, searchable: SearchableDataset, is_reopened: bool) -> None:
        self._thumbnails.clear()
        self._shown, self.embedding = Shown(searchable), None
        self.samples.show_remarks({})
        self.selected, self.current = np.empty(0, np.int64), None
        self.progress_changed.emit()
        if not is_reopened:
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

    def _on_failed(self, error: Exception) -> None:
        self.progress_changed.emit()
        self._notices.report(error, topic="dataset")
        self.opening_failed.emit()


def _dates_of(paths: list[Path]) -> Floats:
    """Return when each file was written, in seconds; NaN for one that is gone."""
    dates = np.full(len(paths), np.nan)
    for place, path in enumerate(paths):
        with suppress(OSError):
            dates[place] = os.stat(path).st_mtime
    return dates
