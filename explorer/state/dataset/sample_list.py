"""The samples that the grid shows, as a Qt list."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import ClassVar, NamedTuple

from PySide6.QtCore import QModelIndex, QObject, QStringListModel, Qt
from PySide6.QtGui import QImage

from explorer.background.thumbnails import Key, Thumbnail, ThumbnailLoader
from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.files.names import printable_name
from explorer.state.shared.indices import Index

UNLABELLED = ""
"""What stands for "no label" where None stands for "all"."""

SAMPLE_ROLE = Qt.ItemDataRole.UserRole
"""The Sample."""

_NO_THUMBNAIL = Thumbnail(None)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """A dataset, ready to be searched on every key press.

    Attributes
    ----------
    dataset : Dataset
    names : tuple of str
        Each sample's file name.
    folded : tuple of str
        The same without upper case, to be searched.
    counts : dict of str to int
        How many samples each class has; `UNLABELLED` last, if there are any.
    """

    dataset: Dataset
    names: tuple[str, ...]
    folded: tuple[str, ...]
    counts: dict[str, int]

    @classmethod
    def of(cls, dataset: Dataset) -> "Catalogue":
        """Prepare a dataset."""
        counts = dataset.counts()
        unlabelled = len(dataset.samples) - sum(counts.values())
        if unlabelled:
            counts[UNLABELLED] = unlabelled
        names = tuple(printable_name(sample.path) for sample in dataset.samples)
        return cls(dataset, names, tuple(name.casefold() for name in names), counts)

    def search(self, label: str | None, text: str) -> list[int]:
        """Return the places of the samples of one class whose file name contains a text.

        Parameters
        ----------
        label : str or None
            A class or `UNLABELLED`; None for all.
        text : str
            In any case; empty for all.
        """
        samples, text = self.dataset.samples, text.casefold()
        found = [place for place, name in enumerate(self.folded) if text in name]
        if label is None:
            return found
        wanted = label or None
        return [place for place in found if samples[place].label == wanted]


class Cell(NamedTuple):
    """What is painted for one sample.

    Attributes
    ----------
    name, label : str
        The label is empty where there is none.
    class_place : int
        The place of the label among the classes; -1 without one.
    image : QImage or None
        The thumbnail; None as long as it has not come, and where the file cannot be shown.
    reason : str
        One sentence why the file cannot be shown; otherwise empty.
    """

    name: str
    label: str
    class_place: int
    image: QImage | None
    reason: str


class SampleList(QStringListModel):
    """One row per sample shown; asks for a thumbnail when it is painted.

    Its strings are the file names. It is a string list because a view that lays out its rows asks
    for the number of rows once per row: a few ms for 20,000 where Qt's own code answers, and
    more than two frames where Python does.
    """

    def __init__(self, thumbnails: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._catalogue = Catalogue.of(Dataset(Path(), (), ()))
        self._class_places: dict[str | None, int] = {}
        self._places: list[int] = []
        self._rows_asked: dict[Key, int] = {}
        self._edge_px = 128
        thumbnails.loaded.connect(self._on_loaded)

    def show_samples(self, catalogue: Catalogue, places: list[int]) -> None:
        """Show other samples: their places in the catalogue, in the order of the rows."""
        if catalogue is not self._catalogue:
            self._catalogue = catalogue
            classes = catalogue.dataset.classes
            self._class_places = {label: place for place, label in enumerate(classes)}
        self._places = places
        self._rows_asked.clear()
        self.setStringList([catalogue.names[place] for place in places])

    def set_thumbnail_edge(self, edge_px: int) -> None:
        """Say how large thumbnails are drawn, in pixels of the screen."""
        self._edge_px = edge_px

    def sample_at(self, row: int) -> Sample:
        """Return the sample of a row."""
        return self._catalogue.dataset.samples[self._places[row]]

    def cell_at(self, row: int) -> "Cell":
        """Return what is painted for a row, and ask for its thumbnail if it is not there."""
        place = self._places[row]
        sample = self._catalogue.dataset.samples[place]
        thumbnail = self._thumbnails.get(sample.path, self._edge_px)
        if thumbnail is None:
            self._rows_asked[sample.path, self._edge_px] = row
            thumbnail = _NO_THUMBNAIL
        return Cell(
            name=self._catalogue.names[place],
            label=printable_name(sample.label or ""),
            class_place=self._class_places.get(sample.label, -1),
            image=thumbnail.image,
            reason=thumbnail.reason,
        )

    def row_of(self, sample: Sample) -> int | None:
        """Return the row of a sample; None if it is not shown."""
        samples = self._catalogue.dataset.samples
        return next((row for row, p in enumerate(self._places) if samples[p] is sample), None)

    def _on_loaded(self, keys: tuple[Key, ...]) -> None:
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
        return "\n".join(printable_name(line) for line in lines if line)

    _FACTS: ClassVar[dict[int, Callable[["SampleList", int], object]]] = {
        Qt.ItemDataRole.DecorationRole: _image,
        Qt.ItemDataRole.ToolTipRole: _tool_tip,
        SAMPLE_ROLE: sample_at,
    }

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        fact, row = self._FACTS.get(role), index.row()
        if fact is None or not 0 <= row < len(self._places):
            return super().data(index, role)
        return fact(self, row)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def match(
        self,
        start: Index,
        role: int,
        value: object,
        hits: int = 1,
        flags: Qt.MatchFlag = Qt.MatchFlag.MatchStartsWith,
    ) -> list[QModelIndex]:
        """Find the next sample whose name begins so: what typing into the grid asks.

        Qt's own asks `data` for every row, which takes longer than a key press may.
        """
        names, places = self._catalogue.folded, self._places
        begin, text = start.row(), str(value).casefold()
        rows = chain(range(begin, len(places)), range(begin))
        found = (self.index(row) for row in rows if names[places[row]].startswith(text))
        return list(islice(found, hits if hits > 0 else None))
