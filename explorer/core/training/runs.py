"""Every run there is: finished, being trained, broken off, included, or only remembered."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from explorer import paths
from explorer.core.files.names import printable_name
from explorer.core.files.reading import open_regular
from explorer.core.models.metrics import Metrics
from explorer.core.models.run_folder import CARD_FILE, KERAS_FILE, is_run, read_run
from explorer.core.models.training_split import SPLIT_FILE
from explorer.core.training.epochs import EPOCHS_FOLDER, kept_epochs
from explorer.core.training.history import HISTORY_FILE, find_best, read_history
from explorer.core.training.record import TrainingRecord, is_alive, list_records
from explorer.core.training.settings import SETTINGS_FILE, RunSettings, read_settings
from explorer.errors import ModelError

PARTIAL = ".partial"
"""What the name of a run's folder ends with until it is finished."""

RunState = Literal["included", "finished", "training", "unfinished", "damaged", "gone"]

_MOST_RUNS = 2000
_LEAST_SPLIT_ROW = 10


@dataclass(frozen=True)
class RunEntry:
    """A run, as far as its files and its record tell of it.

    Attributes
    ----------
    target : Path
        The run folder, which need not be there yet.
    folder : Path
        Where its files lie: the same, or `RUN.partial`.
    state : {"included", "finished", "training", "unfinished", "damaged", "gone"}
        "unfinished" is one that nobody trains any more and that can be gone on with; "gone" one
        whose folder is not there, as a record remembers it.
    trouble : str
        Why it is damaged, in one sentence; else empty.
    recipe, data : str
        The data as far as it is known: a path, or the folder's name alone. Empty where unknown.
    metrics : Metrics or None
        Without the confusion matrix; None where it has no card.
    metrics_split : str
        What they were measured on, in words.
    classes : tuple of str
    rows : tuple of mapping
        Its history.
    planned : int
        The maximum number of epochs; 0 where unknown.
    pictures : int or None
        How many it was trained, validated and tested with; None where that is not known.
    size : int
        Of all its files, in bytes.
    changed : float
        When it was finished, or last changed, in seconds since 1970.
    settings : mapping
        What was asked for.
    epochs : tuple of int
        Of which the networks are kept.
    begun : float
        When its first epoch began, in seconds since 1970: tells it from another of its name.
    record : TrainingRecord or None
        What its training last told.
    """

    target: Path
    folder: Path
    state: RunState
    trouble: str = ""
    recipe: str = ""
    data: str = ""
    data_hash: str = ""
    metrics: Metrics | None = None
    metrics_split: str = ""
    classes: tuple[str, ...] = ()
    rows: tuple[Mapping[str, float], ...] = ()
    planned: int = 0
    pictures: int | None = None
    size: int = 0
    changed: float = 0.0
    settings: Mapping[str, Any] | None = None
    epochs: tuple[int, ...] = ()
    begun: float = 0.0
    record: TrainingRecord | None = None

    @property
    def name(self) -> str:
        """The folder's name; printable."""
        return printable_name(self.target.name)

    def is_same(self, other: "RunEntry") -> bool:
        """Say whether another entry is of the same run, maybe later."""
        return (self.target, self.begun) == (other.target, other.begun)

    @property
    def is_whole(self) -> bool:
        """Whether it is a finished run, that can be opened as a model."""
        return self.state in ("included", "finished")

    @property
    def can_change(self) -> bool:
        """Whether it may be renamed and deleted: neither included nor being trained."""
        return self.state in ("finished", "unfinished", "damaged")

    @property
    def can_go_on(self) -> bool:
        """Whether it can be trained further."""
        return self.state == "finished" or (self.state == "unfinished" and bool(self.settings))

    @property
    def seconds(self) -> float:
        """How long it was trained: its epochs together."""
        return sum(row["seconds"] for row in self.rows)

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights are kept; 0 before the first."""
        return find_best(self.rows) + 1 if self.rows else 0


def partial_of(target: Path) -> Path:
    """Return the folder of a run that is not finished."""
    return target.parent / f"{target.name}{PARTIAL}"


def list_entries(folders: Iterable[Path], included: Path) -> tuple[RunEntry, ...]:
    """Find all runs: those directly below some folders, and those that records name elsewhere.

    Parameters
    ----------
    folders : iterable of Path
        A person's own.
    included : Path
        The folder of the included ones.

    Returns
    -------
    tuple of RunEntry
        The newest first, the included ones last; those that cannot be read are among them.
    """
    records = {Path(record.target): record for record in list_records()}
    targets = dict.fromkeys(records)
    for folder in folders:
        targets |= dict.fromkeys(_targets_in(folder))
    own = [read_entry(target, records.get(target)) for target in targets]
    own.sort(key=lambda entry: entry.changed, reverse=True)
    return (*own, *(read_entry(target, None) for target in _targets_in(included)))


def read_entry(target: Path, record: TrainingRecord | None) -> RunEntry:
    """Read what there is of a run.

    Parameters
    ----------
    target : Path
        The run folder.
    record : TrainingRecord or None
        What its training told.
    """
    is_trained = record is not None and is_alive(record)
    if _has_model(target) and not is_trained:
        return _read_finished(target, record)
    # Once it is moved into place, its last files are written there.
    folder = target if _has_model(target) else partial_of(target)
    there = os.path.isdir(folder)
    state: RunState = "training" if is_trained else "unfinished" if there else "gone"
    settings = _settings_of(folder) or RunSettings()
    rows = _history_of(folder)
    told = record.told if record is not None else 0.0
    return RunEntry(
        target,
        folder,
        state,
        recipe=settings.recipe or (record.recipe if record else ""),
        data=settings.data or (record.data if record else ""),
        data_hash=str(settings.values.get("data_hash", "")),
        classes=settings.classes,
        rows=rows,
        planned=settings.epochs or (record.epochs if record else 0),
        size=_size_of(folder),
        changed=max(told, _changed_at(folder / HISTORY_FILE), _changed_at(folder)),
        settings=settings.values or None,
        epochs=tuple(kept_epochs(folder / EPOCHS_FOLDER)),
        begun=_changed_at(folder / SETTINGS_FILE),
        record=record,
    )


def _read_finished(target: Path, record: TrainingRecord | None) -> RunEntry:
    is_included = paths.is_bundled(target)
    size = _size_of(target)
    changed = 0.0 if is_included else _changed_at(target / CARD_FILE)  # that of the installation
    try:
        run = _run_of(target, _stamp(target, CARD_FILE, KERAS_FILE))
    except ModelError as error:
        return RunEntry(
            target, target, "damaged", error.sentence, size=size, changed=changed, record=record
        )
    card, settings = run.card, _settings_of(target)
    # The folder's name alone, where the settings do not tell where it lies.
    data = str(card.training.get("data") or "") if settings is None else settings.data
    planned = card.training.get("epochs")
    return RunEntry(
        target,
        target,
        "included" if is_included else "finished",
        recipe=card.recipe,
        data=data,
        data_hash=card.data_hash,
        metrics=card.metrics,
        metrics_split=card.metrics_split,
        classes=card.classes,
        rows=_history_of(target),
        planned=planned if isinstance(planned, int) else 0,
        pictures=_pictures_of(target),
        size=size,
        changed=changed,
        settings=card.training,
        epochs=tuple(kept_epochs(target / EPOCHS_FOLDER)),
        begun=_changed_at(target / SETTINGS_FILE),
        record=record,
    )


def differing_settings(entries: Sequence[RunEntry]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the settings in which runs differ, each with its value in each run.

    Of one run, all that it has.

    The hashes and places of files are left out: what a person chose is compared.
    """
    known = [dict(entry.settings or {}) for entry in entries]
    for entry, values in zip(entries, known, strict=True):
        values |= {"recipe": entry.recipe, "data": entry.data}
    names = dict.fromkeys(name for values in known for name in values)
    found = []
    for name in names:
        if name in _NOT_CHOSEN or name.endswith("_hash"):
            continue
        texts = tuple(_text_of(values.get(name)) for values in known)
        if texts != (_NONE,) and (len(texts) == 1 or len(set(texts)) > 1):
            found.append((name.replace("_", " "), texts))
    return found


_NONE = "–"
_NOT_CHOSEN = ("output", "classes", "input_size")


def _text_of(value: object) -> str:
    if value is None or value == [] or value == "":
        return _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return printable_name(str(value))


def _targets_in(folder: Path) -> list[Path]:
    """Return the runs directly below a folder, finished or not."""
    try:
        names = sorted(os.listdir(folder))[:_MOST_RUNS]
    except OSError:
        return []
    found = []
    for name in names:
        place = folder / name
        if name.endswith(PARTIAL) and name != PARTIAL and place.is_dir():
            found.append(folder / name.removesuffix(PARTIAL))
        elif _has_model(place):
            found.append(place)
    return list(dict.fromkeys(found))


# What did not change is not read again: a card of a thousand classes takes a while. The stamp, of
# size and time, tells whether it did.


@lru_cache(maxsize=_MOST_RUNS)
def _run_of(target: Path, stamp: object) -> Any:
    return read_run(target).without_matrix


@lru_cache(maxsize=_MOST_RUNS)
def _rows_of(file: Path, stamp: object) -> tuple[Mapping[str, float], ...]:
    return tuple(read_history(file))


@lru_cache(maxsize=_MOST_RUNS)
def _read_settings(folder: Path, stamp: object) -> RunSettings | None:
    try:
        return read_settings(folder)
    except ModelError:
        return None


@lru_cache(maxsize=_MOST_RUNS)
def _count_rows(file: Path, stamp: object) -> int | None:
    try:
        with open_regular(file) as lines:
            return sum(len(line) >= _LEAST_SPLIT_ROW for line in lines) - 1  # without the head
    except OSError:
        return None


def _history_of(folder: Path) -> tuple[Mapping[str, float], ...]:
    return _rows_of(folder / HISTORY_FILE, _stamp(folder, HISTORY_FILE))


def _settings_of(folder: Path) -> RunSettings | None:
    return _read_settings(folder, _stamp(folder, SETTINGS_FILE))


def _pictures_of(folder: Path) -> int | None:
    return _count_rows(folder / SPLIT_FILE, _stamp(folder, SPLIT_FILE))


def _stamp(folder: Path, *names: str) -> tuple[tuple[int, int], ...]:
    found = []
    for name in names:
        try:
            status = (folder / name).stat()
        except OSError:
            found.append((0, 0))
        else:
            found.append((status.st_mtime_ns, status.st_size))
    return tuple(found)


def _changed_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _has_model(target: Path) -> bool:
    return is_run(target) or os.path.lexists(target / KERAS_FILE)


def _size_of(folder: Path) -> int:
    """Return how many bytes the files of a folder have; a link counts as nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total
