"""Scan a folder into samples and labels."""

from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.datasets.file_names import find_masks, labels_of_names
from explorer.core.datasets.listing import list_pictures
from explorer.core.datasets.ranking import find_readings
from explorer.core.datasets.shape import Folders

_ORDER = (None, "validation", "test")


def scan_dataset(
    folder: Path,
    *,
    layout: str | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Dataset:
    """Open a folder as a dataset.

    Parameters
    ----------
    layout : str or None
        The layout, of `LAYOUTS`, to read the folder by where that is possible: `reading` tells.
        None takes the most probable.
    is_cancelled : callable
        As for `list_pictures`.

    Raises
    ------
    DatasetError
        As `list_pictures`.
    """
    listing = list_pictures(folder, is_cancelled=is_cancelled)
    if not listing.pictures:
        return Dataset(folder, (), (), listing.left_out)  # it was cancelled
    files = [picture.path.name for picture in listing.pictures]
    folders = [picture.folders for picture in listing.pictures]
    named, is_sure = labels_of_names(files)
    for number in find_masks(files, folders):  # read as if they lay in a folder of masks
        folders[number] = (*folders[number], "masks")
    tree: defaultdict[Folders, Counter[str | None]] = defaultdict(Counter)
    for above, name in zip(folders, named, strict=True):
        tree[above][name] += 1
    readings = find_readings(tree, has_sure_names=is_sure)
    reading = readings.find(layout) or readings.best
    samples = []
    for picture, above, name in zip(listing.pictures, folders, named, strict=True):
        place = reading.places[above]
        label = name if place.is_named else place.label
        known = None if label is None else reading.names[label]
        samples.append(Sample(picture.path, known, place.split))
    samples.sort(key=lambda sample: _ORDER.index(sample.split))
    return Dataset(
        folder, tuple(reading.counts), tuple(samples), listing.left_out, readings, reading
    )
