"""The run folder: the contract between train.py and the program.

A run folder holds `model.keras`, `model.tflite` (where TensorFlow was there to export it),
`card.json` and `history.csv`.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from explorer.core.files.json_text import JSONError
from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_text
from explorer.core.models.card import MAX_CARD_BYTES, Card, read_card
from explorer.errors import ModelError, reason_of

CARD_FILE, KERAS_FILE, LITERT_FILE = "card.json", "model.keras", "model.tflite"
EMBEDDING_FILE = "embedding.npz"
"""What the features of its training pictures are like."""
MODEL_FILES = (CARD_FILE, KERAS_FILE, LITERT_FILE, EMBEDDING_FILE)
"""What the model is opened from."""
SAVED_MODEL_FILE = "saved_model.pb"

CHECKPOINTS_FOLDER = "checkpoints"
"""Of a run that is not finished: what training needs to go on."""


@dataclass(frozen=True)
class Run:
    """A run folder and its card."""

    folder: Path
    card: Card

    @property
    def name(self) -> str:
        """The folder's name, by which a person asks for it; printable."""
        return printable_name(self.folder.name)

    @property
    def without_matrix(self) -> "Run":
        """The same without the confusion matrix: a million cells take some 40 MB."""
        metrics = replace(self.card.metrics, confusion=())
        return Run(self.folder, replace(self.card, metrics=metrics))

    @property
    def keras_file(self) -> Path:
        """The Keras model."""
        return self.folder / KERAS_FILE

    @property
    def litert_file(self) -> Path:
        """The LiteRT model; it need not exist."""
        return self.folder / LITERT_FILE


class DamagedRun(NamedTuple):
    """A run folder that cannot be opened, and why."""

    folder: Path
    error: ModelError


class RunList(NamedTuple):
    """What was found in some folders: the runs, and those that cannot be opened."""

    runs: tuple[Run, ...] = ()
    damaged: tuple[DamagedRun, ...] = ()


def read_run(folder: Path) -> Run:
    """Open a run folder.

    Raises
    ------
    ModelError
        It is no run folder, its card is damaged or from a newer version, or its model is missing.
    """
    name = printable_name(folder)
    try:
        has_card = _has(folder, CARD_FILE)
    except OSError as error:
        raise ModelError.not_opened(name, reason_of(error)) from error
    if not has_card:
        raise ModelError(f"“{name}” is not a run folder: it has no card.json.")
    try:
        text = read_text(folder / CARD_FILE, MAX_CARD_BYTES, name=CARD_FILE, error=ModelError)
        card = read_card(text)
    except ModelError as error:
        raise ModelError(f"The card of “{name}” cannot be used: {error.reason}.") from error
    except JSONError as error:
        raise ModelError(f"The card of “{name}” cannot be used: {error}.") from error
    run = Run(folder, card)
    if not os.path.isfile(run.keras_file):
        raise ModelError(f"“{name}” has no model.keras.")
    return run


def is_run(folder: Path) -> bool:
    """Return whether a path is a run folder, by its card."""
    return os.path.lexists(folder / CARD_FILE)


def is_saved_model(folder: Path) -> bool:
    """Return whether a path is a SavedModel folder of TensorFlow."""
    return os.path.lexists(folder / SAVED_MODEL_FILE)


def list_runs(folders: Iterable[Path]) -> RunList:
    """Find the runs directly below some folders; what has neither card nor model is passed over.

    Nothing in the folders makes this fail: what cannot be opened is listed with its reason, and so
    is a folder that cannot be listed. The runs are kept `without_matrix`.
    """
    runs: list[Run] = []
    damaged: list[DamagedRun] = []
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            reason = reason_of(error)
            damaged.append(
                DamagedRun(folder, ModelError.not_opened(printable_name(folder), reason))
            )
            continue
        for name in names:
            try:
                runs += _read_if_run(folder / name)
            except ModelError as error:
                damaged.append(DamagedRun(folder / name, error))
    return RunList(tuple(runs), tuple(damaged))


def best_run(runs: Iterable[Run]) -> Run:
    """Return the run with the best accuracy on its card; ModelError where there is none."""
    ranked = sorted(runs, key=lambda run: run.card.metrics.accuracy)
    if not ranked:
        raise ModelError("There is no model yet: train one with train.py.")
    return ranked[-1]


def _read_if_run(folder: Path) -> list[Run]:
    try:
        is_run = _has(folder, CARD_FILE) or _has(folder, KERAS_FILE)
    except OSError:  # reading it will say why
        is_run = True
    return [read_run(folder).without_matrix] if is_run else []


def _has(folder: Path, name: str) -> bool:
    """Say whether a folder has such an entry, of any kind; OSError where that cannot be seen."""
    try:
        os.lstat(folder / name)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
