"""The run folder: the contract between train.py and the program.

A run folder holds `model.keras`, `model.tflite` (where TensorFlow was there to export it),
`card.json` and `history.csv`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from explorer.core.files.json_text import JSONError
from explorer.core.models.card import Card, read_card
from explorer.errors import ModelError


@dataclass(frozen=True)
class Run:
    """A run folder and its card."""

    folder: Path
    card: Card

    @property
    def name(self) -> str:
        """The folder's name, by which a person asks for it."""
        return self.folder.name

    @property
    def keras_file(self) -> Path:
        """The Keras model."""
        return self.folder / "model.keras"

    @property
    def litert_file(self) -> Path:
        """The LiteRT model; it need not exist."""
        return self.folder / "model.tflite"


def read_run(folder: Path) -> Run:
    """Open a run folder.

    Raises
    ------
    ModelError
        It is no run folder, its card is damaged or from a newer version, or its model is missing.
    """
    name = folder.name or str(folder)
    try:
        card = read_card((folder / "card.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelError(f"“{name}” is not a run folder: it has no card.json.") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"The card of “{name}” cannot be used: it is no text.") from error
    except OSError as error:
        reason = error.strerror or error
        raise ModelError(f"The card of “{name}” could not be read: {reason}.") from error
    except JSONError as error:
        raise ModelError(f"The card of “{name}” cannot be used: {error}.") from error
    run = Run(folder, card)
    if not run.keras_file.is_file():
        raise ModelError(f"“{name}” has no model.keras.")
    return run


def list_runs(folders: Iterable[Path]) -> tuple[Run, ...]:
    """Return every run found directly below some folders; what is no run is passed over."""
    runs = []
    for folder in folders:
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            if (entry / "card.json").is_file():
                try:
                    runs.append(read_run(entry))
                except ModelError:
                    continue
    return tuple(runs)


def best_run(runs: Iterable[Run]) -> Run:
    """Return the run with the best accuracy on its card; ModelError where there is none."""
    ranked = sorted(runs, key=lambda run: run.card.metrics.accuracy)
    if not ranked:
        raise ModelError("There is no model yet: train one with train.py.")
    return ranked[-1]
