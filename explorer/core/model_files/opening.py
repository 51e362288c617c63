"""How a model is used when it is opened: what it tells, and what lies beside it."""

from pathlib import Path

from explorer.core.model_files.class_names import names_beside
from explorer.core.models.architecture import Architecture
from explorer.core.models.assumptions import Assumed, assume


def assume_with_files(path: Path, architecture: Architecture) -> Assumed:
    """Say how a model file is used; touches the disk.

    Parameters
    ----------
    path : Path
        A model file or a SavedModel folder.
    architecture : Architecture
        What it tells.
    """
    beside = names_beside(path)
    return assume(path, architecture, beside.names, beside.source, beside.problem)
