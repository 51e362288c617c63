"""Export a finished run again, on whichever machine has TensorFlow."""

from pathlib import Path

from msgspec import Struct

from explorer.core.files.json_text import MAX_CHARACTERS, read_json
from explorer.core.files.reading import read_text
from explorer.core.models.run_folder import Run, read_run
from explorer.core.training.settings import SETTINGS_FILE
from explorer.errors import DatasetError, ModelError, reason_of
from explorer.ml.data.load import reload_data
from explorer.ml.data.reporter import Reporter, StoppableSteps
from explorer.ml.runs.export import export_run


def export_again(
    folder: Path, data: Path | None, reporter: Reporter, *, cache: Path | None = None
) -> Run:
    """Give a run folder a new `model.tflite`.

    Parameters
    ----------
    folder : Path
        The run's.
    data : Path or None
        What it was trained on; None looks where it was then. Without its
        validation pictures nothing can be compared and float32 is written.
    cache : Path or None
        As for `decode_samples`.

    Raises
    ------
    ExplorerError
        It is no run folder, it cannot be converted, or `data` is not what it was trained on.
    """
    run = read_run(folder)
    pictures = None
    try:
        place = data or _read_data_folder(folder)
        found = reload_data(run, place, StoppableSteps(reporter), cache)
    except DatasetError as error:
        if data is not None:
            raise
        reporter.note(error.sentence)
    else:
        pictures = found.decoded.pictures[found.splits.validation]
    reporter.finish()
    try:
        export_run(run, reporter.note, pictures=pictures)
    except OSError as error:
        raise ModelError(
            f"model.tflite was not written to “{folder}”: {reason_of(error)}."
        ) from error
    return read_run(folder)


class _Settings(Struct):
    """What is looked for in the settings of a run."""

    data: Path


def _read_data_folder(folder: Path) -> Path:
    """Return where the data lay when the run was made; DatasetError where it does not say."""
    try:
        text = read_text(
            folder / SETTINGS_FILE, MAX_CHARACTERS, name=SETTINGS_FILE, error=ModelError
        )
        return read_json(text, _Settings).data
    except (ModelError, ValueError) as error:
        raise DatasetError(
            f"“{folder.name}” does not say where its pictures are: give their folder as DATA."
        ) from error
