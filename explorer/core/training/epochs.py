"""The model files that a run keeps of its epochs, and which of them go first."""

import re
from collections.abc import Sequence
from pathlib import Path

EPOCHS_FOLDER = "epochs"
_NAME = re.compile(r"epoch-(\d{5,9})\.keras")


def epoch_file(folder: Path, epoch: int) -> Path:
    """Return the model file of an epoch, from 1, within the folder of a run's epochs."""
    return folder / f"epoch-{epoch:05}.keras"


def kept_epochs(folder: Path) -> list[int]:
    """Return the epochs of which there is a model file, in order; none where there is no folder."""
    try:
        names = [file.name for file in folder.iterdir()]
    except OSError:
        return []
    return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name)))


def run_of_epoch(file: Path) -> Path | None:
    """Return the run folder that a file is an epoch's model of; None where it is none.

    Parameters
    ----------
    file : Path
        Within the folder of a run's epochs; where that lies is not looked at.
    """
    is_one = file.parent.name == EPOCHS_FOLDER and _NAME.fullmatch(file.name)
    return file.parent.parent if is_one else None


def superfluous_epoch(epochs: Sequence[int], best: int) -> int:
    """Return which of several epochs is missed least.

    It is the one whose neighbours are nearest to each other, by the roots of their numbers: early
    on, each epoch changes more. The first, the newest and the best stay as long as there are
    others.

    Parameters
    ----------
    epochs : sequence of int
        At least two, ascending.
    best : int
        Which has the best weights so far.
    """
    inner = [at for at in range(1, len(epochs) - 1) if epochs[at] != best]
    if inner:
        return epochs[min(inner, key=lambda at: epochs[at + 1] ** 0.5 - epochs[at - 1] ** 0.5)]
    return next((one for one in epochs[:-1] if one != best), epochs[0])
