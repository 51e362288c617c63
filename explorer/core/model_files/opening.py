"""How a model is used when it is opened: what it tells, and what lies beside it."""

from dataclasses import replace
from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.layers.architecture import Architecture
from explorer.core.model_files.class_names import names_beside
from explorer.core.models.assumptions import Assumed, assume
from explorer.core.models.preparation import Preparation
from explorer.core.models.run_folder import read_run
from explorer.core.training.epochs import run_of_epoch
from explorer.core.training.settings import read_settings
from explorer.errors import ModelError

FROM_FILE = "from the file"
FROM_CARD, FROM_SETTINGS = "from the run's card", "from the run's settings"
_OF_RUN = ("classes", "size", "resize", "channels", "scaling")


def assume_with_files(path: Path, architecture: Architecture) -> Assumed:
    """Say how a model file is used; touches the disk.

    The file of an epoch is used as its run is, which may still be trained.

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
    if (run := run_of_epoch(path)) is not None:
        assumed = _as_in_run(assumed, run)
    with ModelError.when_refused("was not opened", printable_name(path)):
        changed_at = path.stat().st_mtime_ns
    return replace(assumed, model=replace(assumed.model, changed_at=changed_at))


def _as_in_run(assumed: Assumed, run: Path) -> Assumed:
    """Put in what the run of an epoch says of its classes and its input, where it says it."""
    try:
        card = read_run(run).card
        classes, size, origin = card.classes, card.input_size, FROM_CARD
    except ModelError:  # it is not finished
        try:
            settings = read_settings(run)
        except ModelError:
            return assumed
        if settings.input_size is None:
            return assumed
        classes, size, origin = settings.classes, settings.input_size, FROM_SETTINGS
    model = assumed.model
    if len(classes) != len(model.classes):
        return assumed
    changed = replace(model, classes=classes, preparation=Preparation(size))
    origins = {**assumed.origins, **dict.fromkeys(_OF_RUN, origin)}
    if assumed.origins["size"] == FROM_FILE:  # and cannot be another
        origins["size"] = FROM_FILE
    return Assumed(changed, origins)
