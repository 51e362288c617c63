"""A run that has not ended: its folder, what it was asked for, and going on with it."""

import hashlib
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from explorer.core.files.json_text import read_json, write_json
from explorer.core.files.writing import write_atomically
from explorer.core.models.training_config import TrainingConfig
from explorer.errors import ModelError
from explorer.ml.runs.save import CHECKPOINTS_FOLDER
from explorer.ml.training.checkpoints import Checkpoints

SETTINGS_FILE = "settings.json"

# Where the data lies and where the run goes may change between two sittings, if the data is equal.
_PLACES = ("data", "output", "backbone_weights", "start_from")

# What must be the same wherever it lies, and what is said where it is not.
_HASHES = {
    "data_hash": "its pictures have changed",
    "labels_hash": "its labels have changed",
    "start_from_hash": "the run of --start-from has changed",
    "backbone_weights_hash": "the file of --backbone-weights has changed",
}


class UnfinishedRun:
    """The folder `RUN.partial`, which becomes `RUN` when training is over."""

    def __init__(self, config: TrainingConfig) -> None:
        self._config = config
        output = config.output
        self.folder = output.parent / f"{output.absolute().name}.partial"
        self.checkpoints = Checkpoints(self.folder / CHECKPOINTS_FOLDER)

    @property
    def history(self) -> Path:
        """The file of the figures of each epoch."""
        return self.folder / "history.csv"

    @property
    def settings(self) -> Path:
        """The file of what was asked for."""
        return self.folder / SETTINGS_FILE

    def check(self, *, resume: bool) -> None:
        """See that the run can be begun or gone on with, before the data is decoded.

        Raises
        ------
        ModelError
            It exists already; or there is one that did not end, or none.
        """
        output = self._config.output
        if output.exists():
            raise ModelError(f"“{output}” exists already: choose another --output.")
        with suppress(OSError):
            self.folder.rmdir()  # if empty: of a run that ended while it was begun
        if self.folder.exists() and not resume:
            raise ModelError(
                f"“{self.folder}” is left over from an interrupted run: continue it with --resume, "
                "remove it, or choose another --output."
            )
        if resume and not self.settings.is_file():
            raise ModelError(f"There is no run to resume at “{self.folder}”.")

    def begin(self, hashes: Mapping[str, str]) -> None:
        """Make the folder and note what was asked for and the hashes of the data.

        ModelError where the folder cannot be made.
        """
        try:
            self.folder.mkdir(parents=True)
            text = write_json(_describe(self._config, hashes), indent=1) + "\n"
            write_atomically(self.settings, text.encode())
        except OSError as error:
            raise ModelError(
                f"“{self.folder}” could not be created: {error.strerror or error}."
            ) from error

    def compare(self, hashes: Mapping[str, str]) -> None:
        """See that a run is gone on with as it was begun.

        Raises
        ------
        ModelError
            The data or the settings are others; it names them.
        """
        try:
            before = read_json(self.settings.read_text(encoding="utf-8"), dict[str, Any])
        except (OSError, ValueError) as error:
            raise ModelError(f"“{self.settings}” could not be read: {error}.") from error
        differences = _differences(before, _describe(self._config, hashes))
        if differences:
            raise ModelError(
                f"“{self.folder}” cannot be resumed: {'; '.join(differences)}. Use the original "
                "settings, or start a new run."
            )

    def drop(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def hash_sources(config: TrainingConfig) -> dict[str, str]:
    """Return the SHA-256 of each file of weights that a run starts from; "" where there is none.

    ModelError where one cannot be read.
    """
    return {
        "start_from_hash": " ".join(_hash_file(run / "model.keras") for run in config.start_from),
        "backbone_weights_hash": _hash_file(config.backbone_weights),
    }


def _hash_file(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"“{file}” could not be read: {error.strerror or error}.") from error


def _describe(config: TrainingConfig, hashes: Mapping[str, str]) -> dict[str, Any]:
    # Where the pictures lie, too: a run that is exported again looks for them there.
    places = {"data": str(config.data.resolve())}
    return {**config.to_json(), **places, **hashes, **hash_sources(config)}


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    differences = []
    for name, sentence in _HASHES.items():
        if before.get(name) != now[name]:
            differences.append(sentence)
            if name == "data_hash":
                break  # of other pictures the rest says nothing
    for name in now:
        if name in _PLACES or name in _HASHES or before.get(name) == now[name]:
            continue
        option = "--" + name.replace("_", "-")
        differences.append(f"{option} was {before.get(name)} and is now {now[name]}")
    return differences
