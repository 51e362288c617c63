"""The archive that a `.keras` file is: which members it may have, and how large they may be."""

import io
import stat
import zipfile
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from explorer.core.text.shorten import shorten
from explorer.errors import ModelError
from explorer.ml.keras_files.hdf5 import MAX_EXPANSION, MAX_UNPACKED_BYTES, SMALL_BYTES

MAX_CONFIG_BYTES = 16 << 20

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_MEMBERS = {CONFIG, METADATA, WEIGHTS}
_ENCRYPTED = 1
_HEADER_BYTES = 30


def check_members(members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse an archive that has what a Keras model does not, or would unpack to far more.

    Raises
    ------
    ModelError
        The text is the reason alone.
    """
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise ModelError("the file is damaged: it has two members of the same name")
    for member in members:
        _check_member(member)
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise ModelError(f"it would unpack to more than {MAX_UNPACKED_BYTES >> 30} GB")
    if CONFIG not in names:
        raise ModelError("it is an archive without a config.json, so it is not a Keras model")
    if WEIGHTS not in names:
        raise ModelError(f"it is an archive without {WEIGHTS}: save it again")


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    is_asset = name.startswith("assets/") and not {"..", ""} & set(name[:-1].split("/"))
    if name not in _MEMBERS and not (is_asset and "\\" not in name):
        raise ModelError(f"it contains “{shorten(name)}”, which is not part of a Keras model")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ModelError(f"“{shorten(name)}” in it is a link")
    if member.flag_bits & _ENCRYPTED:
        raise ModelError("it is encrypted: unpack it with its password, and save it without one")
    limit = max(SMALL_BYTES, MAX_EXPANSION * member.compress_size)
    if name in (CONFIG, METADATA):
        limit = MAX_CONFIG_BYTES
    if member.file_size > limit:
        raise ModelError(
            f"“{shorten(name)}” in it would unpack to {member.file_size / 1e6:,.0f} MB"
        )


def open_weights(archive: zipfile.ZipFile, file: BinaryIO) -> BinaryIO:
    """Open the weights for reading here and there; those that are packed are unpacked in memory.

    Parameters
    ----------
    archive : ZipFile
    file : file
        What the archive is read from.
    """
    member = archive.getinfo(WEIGHTS)
    if member.compress_type != zipfile.ZIP_STORED:
        return io.BytesIO(archive.read(WEIGHTS))
    file.seek(member.header_offset)
    header = file.read(_HEADER_BYTES)
    lengths = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    begin = member.header_offset + _HEADER_BYTES + sum(lengths)
    return cast("BinaryIO", _Part(file, begin, member.file_size))


class _Part(io.RawIOBase):
    """A part of a file, as a file: the archive's own would check all that lies between."""

    def __init__(self, file: BinaryIO, begin: int, length: int) -> None:
        self._file, self._begin, self._length = file, begin, length
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at}.get(whence, self._length)
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        self._file.seek(self._begin + self._at)
        found = self._file.read(max(0, min(len(view), self._length - self._at)))
        view[: len(found)] = found
        self._at += len(found)
        return len(found)
