"""How a model is used when it is opened: what it tells, and what lies beside it."""

from dataclasses import replace
from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.layers.architecture import Architecture
from explorer.core.model_files.class_names import names_beside
from explorer.core.models.assumptions import Assumed, assume
from explorer.errors import ModelError


def assume_with_files(path: Path, architecture: Architecture) -> Assumed:
    """Say how a model file is used; touches the disk.

    Parameters
    ----------
    path : Path
        A model file or a SavedModel folder.
    architecture : Architecture
        What it tells.

    Raises
    ------
    ModelError
        The file is gone.
    """
    beside = names_beside(path)
    assumed = assume(path, architecture, beside.names, beside.source, beside.problem)
    with ModelError.when_refused("was not opened", printable_name(path)):
        changed_at = path.stat().st_mtime_ns
    return replace(assumed, model=replace(assumed.model, changed_at=changed_at))
