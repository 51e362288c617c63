"""The samples that the grid shows, as a Qt list."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from PySide6.QtCore import QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QImage

from explorer.background.thumbnails import Key, Thumbnail, ThumbnailLoader
from explorer.core.catalogue.columns import Columns, Places
from explorer.core.catalogue.known_facets import color_places
from explorer.core.catalogue.searchable import SearchableDataset
from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.files.names import printable_name
from explorer.core.text.percent import format_percent
from explorer.state.dataset.picture_facts import list_facts
from explorer.state.shared.indices import Index

SAMPLE_ROLE = Qt.ItemDataRole.UserRole
"""The Sample."""

_NO_THUMBNAIL = Thumbnail(None)


class Cell(NamedTuple):
    """What is painted for one sample.

    Attributes
    ----------
    name, label : str
        The label is empty where there is none; a remark may stand behind it.
    class_place : int
        Of the label, as for its colour; -1 without one.
    answer : str
        The model's class for it, with the probability; empty where there is none, or a remark.
    answer_place : int
        The place of that class among the model's; -1 without one.
    mark : str
        "wrong", "neither" or empty.
    image : QImage or None
        The thumbnail; None as long as it has not come, and where the file cannot be shown.
    reason : str
        One sentence why the file cannot be shown; otherwise empty.
    """

    name: str
    label: str
    class_place: int
    answer: str
    answer_place: int
    mark: str
    image: QImage | None
    reason: str


class SampleList(QStringListModel):
    """One row per sample shown; asks for a thumbnail when it is painted.

    Its strings are the file names. It is a string list because a view that lays out its rows asks
    for the number of rows once per row: a few ms for 20,000 where Qt's own code answers, and
    more than two frames where Python does.

    Signals
    -------
    facts_changed()
        What a pass found of the pictures is other than before.
    thumbnails_came()
        Some thumbnail that was asked for is there.
    """

    facts_changed = Signal()
    thumbnails_came = Signal()

    def __init__(self, thumbnails: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._searchable = SearchableDataset.of(Dataset(Path(), (), ()))
        self._color_places: Places = np.empty(0, np.int64)
        self._columns: Columns | None = None
        self.places: Places = np.empty(0, np.int64)
        """The places of the samples shown in `Dataset.samples`, in the order of the rows."""
        self._remarks: Mapping[int, str] = {}
        self._rows_asked: dict[Key, int] = {}
        self._edge_px = 128
        thumbnails.loaded.connect(self._on_loaded)

    def show_samples(self, searchable: SearchableDataset, places: Places) -> None:
        """Show other samples: their places in the dataset, in the order of the rows."""
        if searchable is not self._searchable:
            self._searchable = searchable
            self.set_columns(None)
        elif np.array_equal(places, self.places):
            return
        self.places = places
        self._rows_asked.clear()
        names = searchable.names
        self.setStringList([names[place] for place in places.tolist()])

    def show_remarks(self, remarks: Mapping[int, str]) -> None:
        """Show a few words behind the labels of some samples, by their places in the dataset."""
        if remarks != self._remarks:
            self._remarks = dict(remarks)
            if len(self.places):
                self.dataChanged.emit(self.index(0), self.index(len(self.places) - 1))

    def set_columns(self, columns: Columns | None) -> None:
        """Take over what is known of the pictures."""
        dataset = self._searchable.dataset
        self._columns = columns
        codes = dataset.label_codes
        places = np.array([*color_places(dataset, columns), -1])
        self._color_places = places[np.minimum(codes, len(dataset.classes))]
        if len(self.places):
            self.facts_changed.emit()

    def thumbnail(self, place: int, edge_px: int) -> QImage | None:
        """Return a picture's thumbnail of any size if it is there, and ask for it."""
        path = self._searchable.dataset.samples[place].path
        found = self._thumbnails.get(path, edge_px)
        return None if found is None else found.image

    def set_thumbnail_edge(self, edge_px: int) -> None:
        """Say how large thumbnails are drawn, in pixels of the screen."""
        self._edge_px = edge_px

    def sample_at(self, row: int) -> Sample:
        """Return the sample of a row."""
        samples: tuple[Sample, ...] = self._searchable.dataset.samples
        return samples[int(self.places[row])]

    def cell_at(self, row: int) -> "Cell":
        """Return what is painted for a row, and ask for its thumbnail if it is not there."""
        place = int(self.places[row])
        sample = self._searchable.dataset.samples[place]
        thumbnail = self._thumbnails.get(sample.path, self._edge_px)
        if thumbnail is None:
            self._rows_asked[sample.path, self._edge_px] = row
            thumbnail = _NO_THUMBNAIL
        label, remark = printable_name(sample.label or ""), self._remarks.get(place, "")
        columns, answer, answer_place, mark = self._columns, "", -1, ""
        if columns is not None:
            answer_place = int(columns.predicted[place])
            if answer_place >= 0 and not remark:  # there is no room for both
                share = float(columns.confidence[place])
                answer = f"{printable_name(columns.classes[answer_place])} {format_percent(share)}"
            if columns.is_neither[place]:
                mark = "neither"
            elif columns.is_judged[place] and not columns.is_right[place]:
                mark = "wrong"
        return Cell(
            name=self._searchable.names[place],
            label=f"{label}: {remark}" if remark else label,
            class_place=int(self._color_places[place]),
            answer=answer,
            answer_place=answer_place,
            mark=mark,
            image=thumbnail.image,
            reason=thumbnail.reason,
        )

    def row_of(self, place: int) -> int | None:
        """Return the row of a sample, given its place; None if it is not shown."""
        rows = np.flatnonzero(self.places == place)
        return int(rows[0]) if len(rows) else None

    def _on_loaded(self, keys: tuple[Key, ...]) -> None:
        self.thumbnails_came.emit()
        for key in keys:
            row = self._rows_asked.pop(key, None)
            if row is not None:
                index = self.index(row)
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def _image(self, row: int) -> QImage | None:
        return self.cell_at(row).image

    def _reason(self, row: int) -> str:
        thumbnail = self._thumbnails.peek(self.sample_at(row).path, self._edge_px)
        return "" if thumbnail is None else thumbnail.reason

    def _tool_tip(self, row: int) -> str:
        sample = self.sample_at(row)
        lines = [str(sample.path), sample.label or "", self._reason(row)]
        if sample.split is not None:
            lines.insert(2, f"{sample.split} set")
        if self._columns is not None:
            lines += list_facts(self._columns, int(self.places[row]))
        return "\n".join(printable_name(line) for line in lines if line)

    _FACTS: ClassVar[dict[int, Callable[["SampleList", int], object]]] = {
        Qt.ItemDataRole.DecorationRole: _image,
        Qt.ItemDataRole.ToolTipRole: _tool_tip,
        SAMPLE_ROLE: sample_at,
    }

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        fact, row = self._FACTS.get(role), index.row()
        if fact is None or not 0 <= row < len(self.places):
            return super().data(index, role)
        return fact(self, row)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
