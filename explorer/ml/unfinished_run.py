"""A run that has not ended: its folder, what it was asked for, and going on with it."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from explorer.core.files import write_atomically
from explorer.core.runs import TrainingConfig
from explorer.errors import ModelError
from explorer.ml.checkpoints import CHECKPOINTS_FOLDER, Checkpoints

SETTINGS_FILE = "settings.json"

# Where the data lies and where the run goes may change between two sittings, if the data is equal.
_PLACES = ("data", "output", "backbone_weights", "start_from")


class UnfinishedRun:
    """The folder `RUN.partial`, which becomes `RUN` when training is over.

    Parameters
    ----------
    output : Path
        The run folder to make.
    """

    def __init__(self, output: Path) -> None:
        self._output = output
        self.folder = output.with_name(output.name + ".partial")
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
        if self._output.exists():
            raise ModelError(f"“{self._output}” exists already: choose another --output.")
        if self.folder.exists() and not resume:
            raise ModelError(
                f"“{self.folder}” is left from a run that did not end: go on with it by --resume, "
                "remove it, or choose another --output."
            )
        if resume and not self.settings.is_file():
            raise ModelError(f"There is no run to go on with at “{self.folder}”.")

    def begin(self, config: TrainingConfig, data_hash: str) -> None:
        """Make the folder and note what was asked for.

        Raises
        ------
        ModelError
            The folder cannot be made.
        """
        try:
            self.folder.mkdir(parents=True)
            text = json.dumps(_describe(config, data_hash), indent=1) + "\n"
            write_atomically(self.settings, text.encode())
        except OSError as error:
            raise ModelError(
                f"“{self.folder}” could not be made: {error.strerror or error}."
            ) from error

    def compare(self, config: TrainingConfig, data_hash: str) -> None:
        """See that a run is gone on with as it was begun.

        Raises
        ------
        ModelError
            The data or the settings are others; it names them.
        """
        try:
            before = json.loads(self.settings.read_text(encoding="utf-8"))
            assert isinstance(before, dict)
        except (OSError, ValueError, AssertionError) as error:
            raise ModelError(f"“{self.settings}” could not be read: {error}.") from error
        differences = _differences(before, _describe(config, data_hash))
        if differences:
            raise ModelError(
                f"“{self.folder}” cannot be gone on with: {'; '.join(differences)}. Give it what "
                "it was begun with, or begin another run."
            )

    def drop(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _describe(config: TrainingConfig, data_hash: str) -> dict[str, Any]:
    settings = {
        name: str(value.resolve()) if isinstance(value, Path) else value
        for name, value in asdict(config).items()
    }
    return {**settings, "data_hash": data_hash}


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    differences = []
    if before.get("data_hash") != now["data_hash"]:
        differences.append("its pictures are not the same any more")
    for name in now:
        if name in _PLACES or name == "data_hash" or before.get(name) == now[name]:
            continue
        option = "--" + name.replace("_", "-")
        differences.append(f"{option} was {before.get(name)}, now it is {now[name]}")
    return differences
