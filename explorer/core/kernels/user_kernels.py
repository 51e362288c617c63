"""The user's own kernels, one JSON file each in one folder."""

import hashlib
import os
import re
import unicodedata
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_own
from explorer.core.kernels.files import read_kernel, write_kernel
from explorer.core.kernels.kernel import Filter
from explorer.core.kernels.text import MAX_NAME, tidy_name
from explorer.core.text.shorten import shorten
from explorer.errors import KernelError, NameTakenError, reason_of
from explorer.paths import make_own_folder


class KernelList(NamedTuple):
    """The kernels of a folder, sorted by name, and why other files of it are none."""

    kernels: tuple[Filter, ...]
    errors: tuple[KernelError, ...]


def list_kernels(folder: Path) -> KernelList:
    """Return the kernels of a folder.

    Parameters
    ----------
    folder : Path
        It need not exist. A filter's key is its file's path.
    """
    kernels, errors = _read_all(folder)
    by_name: dict[str, Filter] = {}
    for kept in kernels:
        by_name.setdefault(_folded(kept.name), kept)
    return KernelList(tuple(by_name[name] for name in sorted(by_name)), tuple(errors))


def save(folder: Path, filter: Filter, name: str, *, is_replacing: bool = False) -> Filter:
    """Save a filter under a name; a damaged file in its place is moved aside.

    Parameters
    ----------
    folder : Path
        Created if missing.
    name : str
        At most 60 characters, without slashes; leading and trailing spaces are ignored.
    is_replacing : bool
        Replace an existing kernel of that name; names are case-insensitive.

    Returns
    -------
    Filter
        As `list_kernels` will list it.

    Raises
    ------
    NameTakenError
        The name is taken, and `is_replacing` is false.
    KernelError
        The name is empty, too long or has a slash, or the file could not be written.
    """
    name = _check_name(name)
    taken = [kept for kept in _read_all(folder)[0] if _folded(kept.name) == _folded(name)]
    if taken and not is_replacing:
        raise NameTakenError(
            f"There is already a kernel called “{taken[0].name}”: choose another name."
        )
    saved = _write(folder, filter, name)
    for kept in taken:
        if kept.key != saved.key:
            _remove(Path(kept.key))
    return saved


def rename(folder: Path, filter: Filter, name: str) -> Filter:
    """Rename a saved filter; a change of case counts.

    Raises
    ------
    KernelError
        As `save`, or the filter no longer exists.
    """
    name = _check_name(name)
    old = _find(folder, filter)
    if _folded(old.name) == _folded(name):
        renamed = _write(folder, old, name)
    else:
        renamed = save(folder, old, name)
    if renamed.key != old.key:
        _remove(Path(old.key))
    return renamed


def delete(folder: Path, filter: Filter) -> None:
    """Delete a saved filter.

    Raises
    ------
    KernelError
        It no longer exists, or could not be deleted.
    """
    _remove(Path(_find(folder, filter).key))


def _read_all(folder: Path) -> tuple[list[Filter], list[KernelError]]:
    kernels: list[Filter] = []
    errors: list[KernelError] = []
    try:
        names = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        names = []
    except OSError as error:
        names = []
        errors.append(KernelError.not_opened(printable_name(folder), reason_of(error)))
    for name in names:
        if name.endswith(".json"):
            try:
                kernels.append(read_kernel(folder / name))
            except KernelError as error:
                errors.append(error)
    return kernels, errors


def _find(folder: Path, filter: Filter) -> Filter:
    for kept in _read_all(folder)[0]:
        if _folded(kept.name) == _folded(filter.name):
            return kept
    raise KernelError(f"“{shorten(filter.name)}” is no longer among your kernels.")


def _write(folder: Path, filter: Filter, name: str) -> Filter:
    path = folder / _file_name(name)
    # A single kernel is called as the person calls it; the two of a gradient keep their names.
    kernels = filter.kernels
    if len(kernels) == 1:
        kernels = (replace(kernels[0], name=name),)
    kept = Filter(name, kernels, str(path))
    with KernelError.when_refused("was not saved", name):
        make_own_folder(folder)
        _put_aside_damaged(path)
    write_kernel(kept, path, write_own)
    return kept


def _put_aside_damaged(path: Path) -> None:
    """Move a damaged file out of the way under another name: somebody may still repair it."""
    if not os.path.lexists(path):
        return
    try:
        read_kernel(path)
    except KernelError:
        endings = chain([""], (f"-{number}" for number in count(2)))
        asides = (path.with_name(f"{path.name}.damaged{ending}") for ending in endings)
        path.rename(next(aside for aside in asides if not os.path.lexists(aside)))


def _remove(path: Path) -> None:
    with KernelError.when_refused("was not deleted", printable_name(path)):
        path.unlink(missing_ok=True)


def _check_name(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy:
        raise KernelError("Type a name for the kernel.")
    if "/" in tidy or "\\" in tidy:
        raise KernelError(
            f"“{shorten(printable_name(tidy))}” contains a slash: choose another name."
        )
    if len(tidy) > MAX_NAME:
        raise KernelError(
            f"“{shorten(printable_name(tidy))}” is too long: at most {MAX_NAME} characters."
        )
    if tidy_name(tidy) != tidy:
        raise KernelError(
            f"“{printable_name(tidy)}” contains a character that cannot be displayed."
        )
    return tidy


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _file_name(name: str) -> str:
    """Return one file name per name, whatever the system forbids in one."""
    folded = _folded(name)
    digest = hashlib.sha256(folded.encode()).hexdigest()[:8]
    return f"{re.sub('[^a-z0-9]+', '-', folded)[:40].strip('-') or 'kernel'}-{digest}.json"
