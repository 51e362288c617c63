"""A film of the epochs of a run: a GIF file, or a folder of PNG files."""

import io
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.errors import ModelError

FRAME_MS = 600
LAST_FRAME_MS = 2000
"""The last one stays a while, before it begins again."""

Frame = npt.NDArray[np.uint8]


def write_gif(file: Path, frames: Sequence[Frame]) -> None:
    """Write an animated GIF that repeats.

    Parameters
    ----------
    file : Path
    frames : sequence of (height, width, 3) uint8
        At least one, all of one size.

    Raises
    ------
    ModelError
        It could not be written.
    """
    pictures = [Image.fromarray(frame).quantize(256) for frame in frames]
    content = io.BytesIO()
    pictures[0].save(
        content,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[*[FRAME_MS] * (len(pictures) - 1), LAST_FRAME_MS],
        loop=0,
    )
    with ModelError.when_refused("was not written", printable_name(file)):
        write_atomically(file, content.getvalue())


def write_sequence(folder: Path, frames: Sequence[Frame], epochs: Sequence[int]) -> None:
    """Write a PNG file for each epoch, `epoch-00003.png`, into a new folder; all or none.

    Parameters
    ----------
    folder : Path
        There must be none of that name.
    frames : sequence of (height, width, 3) uint8
    epochs : sequence of int
        Of each frame.

    Raises
    ------
    ModelError
        It could not be written, or there is one.
    """
    name = printable_name(folder)
    if os.path.lexists(folder):
        raise ModelError.not_written(name, "there is one already, choose another name")
    with ModelError.when_refused("was not written", name):
        folder.mkdir()
        try:
            for frame, epoch in zip(frames, epochs, strict=True):
                content = io.BytesIO()
                Image.fromarray(frame).save(content, "PNG")
                write_atomically(folder / f"epoch-{epoch:05}.png", content.getvalue())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
