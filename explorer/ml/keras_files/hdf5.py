"""HDF5 files of strangers: what is in them, looked up without following anything out of them.

Refused: links to other files and soft links, virtual datasets and external storage, which read
other files; filters that are plug-ins; arrays that declare far more than is stored, types other
than numbers and texts; more objects, deeper groups or longer attributes than a model has.
"""

import math
import mmap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import h5py

from explorer.core.text.shorten import shorten
from explorer.errors import ModelError

MAX_UNPACKED_BYTES = 2 << 30
MAX_EXPANSION = 100
SMALL_BYTES = 1 << 20
MAX_ATTRIBUTE_BYTES = 16 << 20
_HEAP = b"GCOL\1\0\0\0"
_MAX_OBJECTS = 200_000
_MAX_DEPTH = 64
_FILTERS = (h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32)


@dataclass(frozen=True)
class StoredArray:
    """An array in a file.

    Attributes
    ----------
    shape : tuple of int
    dtype : str
        NumPy's name of it, such as "float32".
    """

    shape: tuple[int, ...]
    dtype: str

    @property
    def size(self) -> int:
        """How many values it has."""
        return math.prod(self.shape)


@dataclass
class _Walk:
    arrays: dict[str, StoredArray] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    unpacked: int = 0


def open_hdf5(file: BinaryIO) -> h5py.File:
    """Open an HDF5 file for reading.

    Raises
    ------
    ModelError
        It is damaged; the text is the reason alone.
    """
    try:
        return h5py.File(file, "r")
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise ModelError("the file is damaged or truncated") from error


def check_heaps(file: BinaryIO) -> None:
    """Refuse a file whose texts lie in damaged heaps: HDF5 would look through them without end.

    A heap has texts one behind the other, each after 16 bytes that tell its length; a wrong length
    may lead back to where it was.

    Raises
    ------
    ModelError
        The text is the reason alone.
    """
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        heap = content.find(_HEAP)
        while heap >= 0:
            size, at = _number(content, heap + 8), 16
            while at + 16 <= size:
                length = _number(content, heap + at + 8)
                is_text = content[heap + at : heap + at + 2] != b"\0\0"
                step = 16 + length + -length % 8 if is_text else length  # the rest of it is free
                if not 16 <= step <= size - at:
                    raise ModelError("the file is damaged or truncated")
                at += step
            heap = content.find(_HEAP, heap + 1)


def _number(content: mmap.mmap, at: int) -> int:
    return int.from_bytes(content[at : at + 8], "little")


def list_arrays(root: h5py.Group) -> Mapping[str, StoredArray]:
    """Return every array in a file by its path, and refuse what reaches out of the file.

    Raises
    ------
    ModelError
        The text is the reason alone.
    """
    walk = _Walk()
    try:
        _visit(root.id, "", 0, walk)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise ModelError("the file is damaged or truncated") from error
    return walk.arrays


def _visit(group: h5py.h5g.GroupID, path: str, depth: int, walk: _Walk) -> None:
    if depth > _MAX_DEPTH:
        raise ModelError("its groups are nested too deeply")
    for name in group:
        place = f"{path}/{name.decode()}" if path else name.decode()
        link = group.links.get_info(name)
        if link.type == h5py.h5l.TYPE_EXTERNAL:
            raise ModelError(f"“{shorten(place)}” in it is a link to another file")
        if link.type != h5py.h5l.TYPE_HARD:
            raise ModelError(f"“{shorten(place)}” in it is a soft link, which no Keras model has")
        if len(walk.seen) > _MAX_OBJECTS:
            raise ModelError(f"it has more than {_MAX_OBJECTS:,} objects")
        if link.u in walk.seen:  # a second name of the same object, which may be its own parent
            raise ModelError(f"“{shorten(place)}” in it has two names, which no Keras model has")
        walk.seen.add(link.u)
        found = h5py.h5o.open(group, name)
        if isinstance(found, h5py.h5d.DatasetID):
            walk.arrays[place] = _array(found, place, walk)
        elif isinstance(found, h5py.h5g.GroupID):
            _visit(found, place, depth + 1, walk)
        else:
            raise ModelError(f"“{shorten(place)}” in it is neither a group nor an array")


def _array(dataset: h5py.h5d.DatasetID, place: str, walk: _Walk) -> StoredArray:
    plan = dataset.get_create_plist()
    if plan.get_layout() == h5py.h5d.VIRTUAL or plan.get_external_count():
        raise ModelError(f"“{shorten(place)}” in it takes its values from another file")
    for number in range(plan.get_nfilters()):
        if plan.get_filter(number)[0] not in _FILTERS:
            raise ModelError(f"“{shorten(place)}” in it is compressed in a way that is unknown")
    kind = dataset.dtype
    if kind.kind not in "fiubSV" or kind.hasobject or kind.names:
        raise ModelError(f"“{shorten(place)}” in it holds no numbers")
    shape = tuple(int(length) for length in dataset.shape or ())
    size = math.prod(shape) * kind.itemsize
    stored = dataset.get_storage_size()
    if size > max(SMALL_BYTES, MAX_EXPANSION * stored):
        raise ModelError(
            f"“{shorten(place)}” in it would unpack to {size / 1e6:,.0f} MB, of which only "
            f"{stored / 1e6:,.1f} MB are there"
        )
    walk.unpacked += size
    if walk.unpacked > MAX_UNPACKED_BYTES:
        raise ModelError(f"it would unpack to more than {MAX_UNPACKED_BYTES >> 30} GB")
    return StoredArray(shape, str(kind))


def read_attribute(group: h5py.Group, name: str) -> Any:
    """Return an attribute of a group as text, bytes, numbers or a list of texts; None without it.

    Keras keeps long lists in several attributes: "layer_names0", "layer_names1".

    Raises
    ------
    ModelError
        It is damaged or larger than any of Keras; the text is the reason alone.
    """
    try:
        if name in group.attrs:
            return _attribute(group, name)
        parts: list[Any] = []
        while f"{name}{len(parts)}" in group.attrs:
            parts.append(_attribute(group, f"{name}{len(parts)}"))
        if not parts:
            return None
        if isinstance(parts[0], str):
            return "".join(parts)
        return [one for part in parts for one in part]
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"its attribute “{shorten(name)}” is damaged") from error


def _attribute(group: h5py.Group, name: str) -> Any:
    stored = h5py.h5a.open(group.id, name.encode())
    if 0 in stored.shape:  # an empty list, which has no size
        return []
    if stored.get_storage_size() > MAX_ATTRIBUTE_BYTES:
        raise ModelError(f"its attribute “{shorten(name)}” is larger than 16 MB")
    value = group.attrs[name]
    if isinstance(value, bytes):
        value = value.decode()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        value = [one.decode() if isinstance(one, bytes) else one for one in value]
    if isinstance(value, str) and len(value) > MAX_ATTRIBUTE_BYTES:
        raise ModelError(f"its attribute “{shorten(name)}” is larger than 16 MB")
    return value
