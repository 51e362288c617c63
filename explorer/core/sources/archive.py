"""Unpack a zip file that may be a stranger's, whole or not at all."""

import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.text.counts import short_bytes
from explorer.errors import DatasetError, reason_of

_CHUNK = 1 << 20
_WAS_NOT = "was not unpacked"


@dataclass(frozen=True)
class Bounds:
    """What an archive may hold at most.

    Attributes
    ----------
    files : int
    total_bytes : int
        Of all files together, unpacked.
    ratio : float
        How many times as large as the archive that may be.
    """

    files: int = 100_000
    total_bytes: int = 8_000_000_000
    ratio: float = 100.0


BOUNDS = Bounds()


def unpack(
    archive: Path,
    folder: Path,
    *,
    bounds: Bounds = BOUNDS,
    met: Callable[[int, int], None] = lambda done, total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Unpack a zip file into a folder that is not there yet.

    Everything is looked at before anything is written: a file that would lie outside of the
    folder, a link, or too much refuses the whole archive. Each file's CRC-32 is checked.

    Parameters
    ----------
    met : callable
        Told (done, total), in bytes.
    is_cancelled : callable
        Asked often.

    Returns
    -------
    bool
        Whether all of it is there; False where it was cancelled, and nothing is.

    Raises
    ------
    DatasetError
        One sentence naming the archive and the reason; nothing is left of the folder.
    """
    name = printable_name(archive)
    is_done = False
    try:
        with zipfile.ZipFile(archive) as packed:
            total = _check(packed, archive, bounds)
            check_room(folder.parent, total, name, _WAS_NOT)
            folder.mkdir()
            is_done = _write_all(packed, folder, total, met, is_cancelled)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DatasetError(_WAS_NOT, name, f"it is damaged ({error})") from error
    except (NotImplementedError, RuntimeError) as error:
        raise DatasetError(_WAS_NOT, name, f"it is packed in an unknown way ({error})") from error
    except OSError as error:
        raise DatasetError(_WAS_NOT, name, reason_of(error)) from error
    finally:
        if not is_done:
            shutil.rmtree(folder, ignore_errors=True)
    return is_done


def check_room(folder: Path, byte_count: int, name: str, event: str) -> None:
    """See that there is room for so many bytes, before minutes are spent.

    Raises
    ------
    DatasetError
        There is less; the sentence says how much is there.
    """
    free = shutil.disk_usage(folder).free
    if free < byte_count:
        need, there = short_bytes(byte_count), short_bytes(free)
        reason = f"it needs {need} on the disk of “{printable_name(str(folder))}”, {there} are free"
        raise DatasetError(event, name, reason)


def _check(packed: zipfile.ZipFile, archive: Path, bounds: Bounds) -> int:
    """Return how many bytes the files have; raise where one of them is not to be written."""
    name = printable_name(archive)
    members = packed.infolist()
    if len(members) > bounds.files:
        raise DatasetError(_WAS_NOT, name, f"it has more than {bounds.files:,} files")
    seen: set[str] = set()
    for member in members:
        fault = _find_fault(member)
        # Some systems take “A” and “a” for the same name.
        folded = str(PurePosixPath(member.filename)).casefold()
        if not fault and folded in seen:
            fault = "is in it twice"
        if fault:
            inside = shorten_name(printable_name(member.filename))
            raise DatasetError(_WAS_NOT, name, f"“{inside}” {fault}")
        seen.add(folded)
    total = sum(member.file_size for member in members)
    if total > min(bounds.total_bytes, bounds.ratio * archive.stat().st_size + _CHUNK):
        raise DatasetError(_WAS_NOT, name, f"it would become {short_bytes(total)}")
    return total


def _find_fault(member: zipfile.ZipInfo) -> str:
    parts = PurePosixPath(member.filename).parts
    windows = PureWindowsPath(member.filename)
    if windows.is_absolute() or windows.drive or windows.root or ".." in (*parts, *windows.parts):
        return "leads out of its folder"
    if not parts or "\\" in member.filename:
        return "has no proper name"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        return "is a link or another special file"
    if member.flag_bits & 1:
        return "is encrypted"
    return ""


def _write_all(
    packed: zipfile.ZipFile,
    folder: Path,
    total: int,
    met: Callable[[int, int], None],
    is_cancelled: Callable[[], bool],
) -> bool:
    done = 0
    for member in packed.infolist():
        path = folder.joinpath(*PurePosixPath(member.filename).parts)
        if member.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with packed.open(member) as source, path.open("xb") as file:
            # It ends after as many bytes as were told, then the CRC-32 is checked.
            while chunk := source.read(_CHUNK):
                if is_cancelled():
                    return False
                file.write(chunk)
                done += len(chunk)
                met(done, total)
        if is_cancelled():
            return False
    return True
