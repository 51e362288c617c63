"""What a confined process is handed: it can open neither a person's models nor their pictures."""

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from explorer.core.files.names import printable_name
from explorer.core.images.read import read_picture_bytes
from explorer.core.models.requests import ClassifyContent, ClassifyFile, Request
from explorer.core.models.run_folder import is_run
from explorer.errors import ModelError, reason_of

MOST_MODELS = 8
"""Handed over at a time; more than are ever asked about at once."""
MOST_FILES = 1000
MAX_COPIED_BYTES = 4 << 30

BESIDE = ("labels.txt", "metadata.json")
"""What other programs put beside a model file: the names of its classes."""
_WEIGHTS_BESIDE = (".data", "_data")  # of an ONNX file too large for one


class _File(NamedTuple):
    """A file to hand over: where it lies, and where it is to lie."""

    source: Path
    target: str
    status: os.stat_result


class Deliveries:
    """Hands a confined process the files that its requests name.

    A model gets a hard link in a folder that the process can read but not write; where the system
    allows none, as on another disk, it is copied. Of a picture the bytes are sent.

    Parameters
    ----------
    folder : Path
        For the models; it is made when first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._given: dict[Path, tuple[object, Path]] = {}

    def deliver(self, request: Request[Any]) -> Request[Any]:
        """Return a request as a confined process can answer it.

        Raises
        ------
        ExplorerError
            A file that it names is gone, cannot be read, or is none that is handed over.
        """
        request = replace(
            request, model=replace(request.model, path=self._give(request.model.path))
        )
        if isinstance(request, ClassifyFile):
            content = np.frombuffer(read_picture_bytes(request.path), np.uint8)
            return ClassifyContent(request.model, printable_name(request.path), content)
        return request

    def _give(self, model: Path) -> Path:
        """Return where the process finds a model; one that was changed lies somewhere else."""
        name = printable_name(model)
        try:
            files = _list_files(model)
            state = tuple(
                (file.target, file.status.st_ino, file.status.st_size, file.status.st_mtime_ns)
                for file in files
            )
            known = self._given.pop(model, None)
            if known is None or known[0] != state:
                known = state, self._hand_over(files) / model.name
            self._given[model] = known  # the last ones asked about are kept
            while len(self._given) > MOST_MODELS:
                _, oldest = self._given.pop(next(iter(self._given)))
                shutil.rmtree(oldest.parent)
        except FileNotFoundError as error:
            raise ModelError(f"The model “{name}” no longer exists.") from error
        except (OSError, ValueError) as error:
            raise ModelError.not_opened(name, reason_of(error)) from error
        return known[1]

    def _hand_over(self, files: Sequence[_File]) -> Path:
        """Put files where the process can read them; return their folder."""
        self._count += 1
        room = self._folder / str(self._count)
        left = MAX_COPIED_BYTES
        for file in files:
            target = room / file.target
            target.parent.mkdir(parents=True, exist_ok=True)
            if not _link(file, target):
                left -= file.status.st_size
                if left < 0:
                    raise ValueError(f"it is larger than {MAX_COPIED_BYTES >> 30} GB")
                shutil.copyfile(file.source, target)
        return room


def _list_files(model: Path) -> list[_File]:
    """Return the files of a model; the first part of their targets is its name.

    Of a run folder, those directly in it, without checkpoints; of another folder, all below it.
    Links in a folder are refused: it came from a stranger, and they may lead anywhere.
    """
    real = Path(os.path.realpath(model))  # a person may well open a link
    status = real.stat()
    if stat.S_ISDIR(status.st_mode):
        files = list(_walk(real, model.name, is_deep=not is_run(real)))
        if not files:
            raise ValueError("the folder is empty")
        return files
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is not a regular file")
    files = [_File(real, model.name, status)]
    for name in (*BESIDE, *(model.name + ending for ending in _WEIGHTS_BESIDE)):
        with suppress(FileNotFoundError):
            status = (model.parent / name).lstat()
            if stat.S_ISREG(status.st_mode):
                files.append(_File(model.parent / name, name, status))
    return files


def _walk(folder: Path, name: str, *, is_deep: bool) -> Iterator[_File]:
    count = 0
    for place, folders, files in os.walk(folder, onerror=_raise):
        for entry in (*files, *(folders if is_deep else ())):
            path = Path(place) / entry
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                raise ValueError(f"“{printable_name(path)}” in it is a link")
            count += 1
            if count > MOST_FILES:
                raise ValueError(f"it has more than {MOST_FILES:,} files")
            if stat.S_ISREG(status.st_mode):
                yield _File(path, os.path.join(name, path.relative_to(folder)), status)
        if not is_deep:
            return


def _raise(error: OSError) -> None:
    raise error


def _link(file: _File, target: Path) -> bool:
    """Make a hard link, and return whether that worked; only to what the person owns."""
    if file.status.st_uid != os.geteuid():
        return False
    try:
        os.link(file.source, target)
    except OSError:
        return False
    return True
