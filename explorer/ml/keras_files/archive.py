"""The archive that a `.keras` file is: which members it may have, and how large they may be."""

import io
import stat
import zipfile
from collections.abc import Sequence
from typing import BinaryIO, cast

from explorer.core.text.shorten import shorten
from explorer.errors import ModelError
from explorer.ml.keras_files.hdf5 import MAX_EXPANSION, MAX_UNPACKED_BYTES, SMALL_BYTES

MAX_CONFIG_BYTES = 16 << 20

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_MEMBERS = {CONFIG, METADATA, WEIGHTS}
_ENCRYPTED = 1


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


def open_weights(archive: zipfile.ZipFile) -> BinaryIO:
    """Open the weights for reading here and there; those that are packed are unpacked in memory."""
    if archive.getinfo(WEIGHTS).compress_type == zipfile.ZIP_STORED:
        return cast("BinaryIO", archive.open(WEIGHTS))
    return io.BytesIO(archive.read(WEIGHTS))
