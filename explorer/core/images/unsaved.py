"""A picture without a file of its own, kept as a file of the program's."""

import io
from pathlib import Path

from PIL import Image

from explorer.core.files.writing import write_own
from explorer.core.images.read import Picture, PictureFile, decode_picture, read_picture_bytes
from explorer.errors import ExplorerError, reason_of


def read_unsaved_picture(file: Path, name: str) -> PictureFile:
    """Read what `write_unsaved_picture` wrote.

    Parameters
    ----------
    name : str
        What the picture was called.

    Returns
    -------
    PictureFile
        Without a path.

    Raises
    ------
    PictureError
        The file is missing or damaged.
    """
    return decode_picture(read_picture_bytes(file), name=name)


def write_unsaved_picture(file: Path, picture: Picture | None) -> None:
    """Write a picture atomically; None removes the previous one. The folder is created.

    Raises
    ------
    ExplorerError
        The file could not be written.
    """
    try:
        if picture is None:
            file.unlink(missing_ok=True)
            return
        data = io.BytesIO()
        # Little effort: a large picture must not hold up a person who quits.
        Image.fromarray(picture).save(data, "PNG", compress_level=1)
        write_own(file, data.getvalue())
    except (OSError, ValueError) as error:
        raise ExplorerError(
            f"The picture could not be saved for the next start in “{file}”: {reason_of(error)}."
        ) from error
