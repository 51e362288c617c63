"""What several commands need."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from explorer import paths
from explorer.core.desktop.arguments import ArgumentParser
from explorer.core.text.percent import NO_BREAK_SPACE, format_percent
from explorer.errors import ExplorerError, ModelError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from explorer.core.models.model import Model

# What argparse returns has no public name.
Commands: TypeAlias = "argparse._SubParsersAction[ArgumentParser]"


def find_model(name: str | None) -> "Model":
    """Find a model by its name among those known, or by its file or folder; None means the best.

    Raises
    ------
    ExplorerError
        There is no such model, or it cannot be read.
    """
    from explorer.core.files.names import printable_name
    from explorer.core.models.model import Model
    from explorer.core.models.run_folder import best_run, is_saved_model, list_runs, read_run

    if name is None:
        found = list_runs([paths.bundled_models()])
        if found.damaged and not found.runs:
            raise found.damaged[0].error
        return Model.of_run(best_run(found.runs))
    path = Path(name)
    if os.path.isdir(path) and not is_saved_model(path):
        return Model.of_run(read_run(path))
    if os.path.lexists(path):
        from explorer.background.open_model import read_model

        return read_model(path)[0].model
    found = list_runs([paths.user_runs(), paths.bundled_models()])
    runs = {run.name: run for run in found.runs}
    if name in runs:
        return Model.of_run(runs[name])
    for damaged in found.damaged:
        if damaged.folder.name == name:
            raise damaged.error
    known = sorted([*runs, *(f"{one.folder.name} (damaged)" for one in found.damaged)])
    raise ModelError(
        f"There is no model “{printable_name(name)}”; available: "
        f"{', '.join(map(printable_name, known)) or 'none'}."
    )


def percent_text(share: float) -> str:
    """Return a share as the program shows it, with plain spaces: other programs search them."""
    return format_percent(share).replace(NO_BREAK_SPACE, " ")


def write_array(path: Path, array: "npt.NDArray[np.float32]") -> None:
    """Write an array as a NumPy file.

    Raises
    ------
    ExplorerError
        One sentence naming the file and the reason.
    """
    from explorer.core.files.names import printable_name
    from explorer.core.files.writing import write_atomically
    from explorer.core.images.npy import to_npy

    with ExplorerError.when_refused("was not written", printable_name(path)):
        write_atomically(path, to_npy(array))
