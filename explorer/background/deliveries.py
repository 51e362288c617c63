"""What a confined process is handed: it can open neither a person's models nor their pictures."""

import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from explorer.core.files.names import printable_name
from explorer.core.images.read import read_picture_bytes
from explorer.core.models.messages import ErrorMessage
from explorer.core.models.requests import (
    ClassifyContent,
    ClassifyFile,
    Request,
    SurveyContents,
    SurveyFiles,
)
from explorer.core.models.run_folder import MODEL_FILES, is_run
from explorer.errors import ExplorerError, ModelError, reason_of

MOST_MODELS = 8
"""Handed over at a time; more than are ever asked about at once."""
MOST_FILES = 1000
MAX_COPIED_BYTES = 4 << 30

BESIDE = ("labels.txt", "metadata.json")
"""What other programs put beside a model file: the names of its classes."""
MAX_NAMING_BYTES = 64_000_000
"""Of an ONNX file whose weights lie beside it: without them it is small."""


class _Source(NamedTuple):
    """A file or folder of a model, which may be missing; the target is empty for a folder."""

    path: str
    target: str


class _Given(NamedTuple):
    """A model that was handed over, what it was made from, and where the process finds it."""

    sources: tuple[_Source, ...]
    state: object
    path: Path


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
        self._given: dict[Path, _Given] = {}

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
        if isinstance(request, SurveyFiles):
            return _with_contents(request)
        return request

    def _give(self, model: Path) -> Path:
        """Return where the process finds a model; one that was changed lies somewhere else."""
        name = printable_name(model)
        try:
            given = self._given.pop(model, None)
            if given is None or given.state != _state(model, given.sources):
                sources = _list_sources(model)
                state = _state(model, sources)
                given = _Given(sources, state, self._hand_over(sources) / model.name)
            self._given[model] = given  # the last ones asked about are kept
            while len(self._given) > MOST_MODELS:
                oldest = self._given.pop(next(iter(self._given)))
                shutil.rmtree(oldest.path.parent)
        except FileNotFoundError as error:
            raise ModelError(f"The model “{name}” no longer exists.") from error
        except (OSError, ValueError) as error:
            raise ModelError.not_opened(name, reason_of(error)) from error
        return given.path

    def _hand_over(self, sources: Sequence[_Source]) -> Path:
        """Put files where the process can read them; return their folder."""
        self._count += 1
        room = self._folder / str(self._count)
        left = MAX_COPIED_BYTES
        for source in sources:
            status = _status(source)
            if status is None or not source.target:
                continue
            target = room / source.target
            if stat.S_ISLNK(status.st_mode) and target.parent != room:
                raise ValueError(f"“{printable_name(target)}” in it is a link")
            if stat.S_ISLNK(status.st_mode):  # which the process says, and cannot follow
                room.mkdir(parents=True, exist_ok=True)
                target.symlink_to(os.readlink(source.path))
            if not stat.S_ISREG(status.st_mode):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            if not _link(source.path, target, status):
                left -= status.st_size
                if left < 0:
                    raise ValueError(f"it is larger than {MAX_COPIED_BYTES >> 30} GB")
                shutil.copyfile(source.path, target)
        return room


def _with_contents(request: SurveyFiles) -> SurveyContents:
    """Return a request with the bytes of its files, or why one of them could not be read."""
    contents: list[bytes] = []
    errors: dict[int, ErrorMessage] = {}
    for place, path in enumerate(request.paths):
        try:
            contents.append(read_picture_bytes(path))
        except ExplorerError as error:
            contents.append(b"")
            errors[place] = ErrorMessage.of(error)
    return SurveyContents(
        request.model,
        tuple(printable_name(path) for path in request.paths),
        tuple(map(len, contents)),
        np.frombuffer(b"".join(contents), np.uint8),
        errors,
        request.is_measured,
    )


def _list_sources(model: Path) -> tuple[_Source, ...]:
    """Return the files of a model; the first part of each target is the name of the model.

    Of a run folder, its card and its models; of another folder, all below it. Links in a folder
    are refused: it came from a stranger, and they may lead anywhere.
    """
    real = Path(os.path.realpath(model))  # a person may well open a link
    mode = real.stat().st_mode
    if not stat.S_ISDIR(mode):
        if not stat.S_ISREG(mode):
            raise ValueError("it is not a regular file")
        names = {*BESIDE, *(_named_in(model) if model.suffix.lower() == ".onnx" else ())}
        beside = (_beside(model, real, name) for name in names - {model.name})
        return (_Source(str(real), model.name), *beside)
    if is_run(real):
        return tuple(_Source(str(real / name), f"{model.name}/{name}") for name in MODEL_FILES)
    sources = tuple(_walk(real, model.name))
    if not any(source.target for source in sources):
        raise ValueError("the folder is empty")
    return sources


def _beside(model: Path, real: Path, name: str) -> _Source:
    """Return a file beside a model; of a model that is a link, it may lie beside what that is.

    In the cache of Hugging Face, a model and its weights are links into one folder.
    """
    path = model.parent / name
    behind = Path(os.path.realpath(path))
    is_same = os.path.islink(model) and behind.parent == real.parent
    return _Source(str(behind if is_same else path), name)


def _named_in(file: Path) -> Iterator[str]:
    """Return the files beside an ONNX file that it names somewhere: its weights may be there."""
    if file.stat().st_size > MAX_NAMING_BYTES:
        return
    content = file.read_bytes()
    for name in os.listdir(file.parent):
        if os.fsencode(name) in content:
            yield name


def _walk(folder: Path, name: str) -> Iterator[_Source]:
    count = 0
    for place, folders, files in os.walk(folder, onerror=_raise):
        yield _Source(place, "")
        links = [one for one in folders if os.path.islink(os.path.join(place, one))]
        for entry in (*files, *links):
            count += 1
            if count > MOST_FILES:
                raise ValueError(f"it has more than {MOST_FILES:,} files")
            path = os.path.join(place, entry)
            yield _Source(path, os.path.join(name, os.path.relpath(path, folder)))


def _state(model: Path, sources: Iterable[_Source]) -> object:
    """Return what is another if any of the files was changed, replaced, removed or added."""
    found = (_status(source) for source in sources)
    states = ((one.st_ino, one.st_size, one.st_mtime_ns) if one else None for one in found)
    return os.path.realpath(model), *states


def _status(source: _Source) -> os.stat_result | None:
    with suppress(FileNotFoundError):
        return os.lstat(source.path)
    return None


def _raise(error: OSError) -> None:
    raise error


def _link(source: str, target: Path, status: os.stat_result) -> bool:
    """Make a hard link, and return whether that worked; only to what the person owns."""
    if status.st_uid != os.geteuid():
        return False
    try:
        os.link(source, target)
    except OSError:
        return False
    return True
