"""Read the directories of a TIFF file: few bytes of each, since none can be trusted.

A directory (IFD) describes one picture by numbered tags. Here they are read before anything is
decoded: how many pictures there are, which is the main one, and how much memory it would take.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from PIL.ExifTags import Base as Tag

MAX_DIRECTORIES = 100_000

_MAX_ENTRIES = 4096
_LOOKED_AT = 32  # of the pictures in a file, when the main one is searched for
_KINDS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_TEXT = (2, 7)

_REDUCED, _MASK = 1, 4
_COLOUR_FILTER_ARRAY, _LINEAR_RAW = 32803, 34892


@dataclass(frozen=True)
class _Layout:
    """How numbers lie in the file: "<" or ">", 32-bit offsets or (BigTIFF) 64-bit ones."""

    order: str
    is_big: bool

    @property
    def head(self) -> struct.Struct:
        return struct.Struct(self.order + ("Q" if self.is_big else "H"))

    @property
    def entry(self) -> struct.Struct:
        return struct.Struct(self.order + ("HHQ" if self.is_big else "HHI"))

    @property
    def offset(self) -> struct.Struct:
        return struct.Struct(self.order + ("Q" if self.is_big else "I"))

    @property
    def first(self) -> int:
        """Where the offset of the first directory stands."""
        return 8 if self.is_big else 4


@dataclass(frozen=True, eq=False)
class Directory:
    """One directory.

    Attributes
    ----------
    data : bytes
        The whole file.
    layout : _Layout
    place : int
        Its offset.
    entries : dict
        By tag: the type and count of the values, and the offset of the first.
    """

    data: bytes
    layout: _Layout
    place: int
    entries: dict[int, tuple[int, int, int]]

    def numbers(self, tag: int, most: int = 64) -> tuple[int, ...]:
        """Return the whole numbers of a tag, `most` of them; none if it is missing or no number."""
        kind, count, place = self.entries.get(tag, (0, 0, 0))
        if kind not in _KINDS:
            return ()
        return struct.unpack_from(
            f"{self.layout.order}{min(count, most)}{_KINDS[kind]}", self.data, place
        )

    def number(self, tag: int, default: int) -> int:
        """Return the first number of a tag."""
        return next(iter(self.numbers(tag, 1)), default)

    def text(self, tag: int) -> bytes:
        """Return the bytes of a tag; none if it is missing."""
        kind, count, place = self.entries.get(tag, (0, 0, 0))
        return self.data[place : place + count] if kind in (1, *_TEXT) else b""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels; 0 where they are missing."""
        return self.number(Tag.ImageWidth, 0), self.number(Tag.ImageLength, 0)

    @property
    def is_main(self) -> bool:
        """Whether it is neither a thumbnail nor a mask of another picture."""
        return not self.number(Tag.NewSubfileType, 0) & (_REDUCED | _MASK) and 0 not in self.size

    @property
    def is_raw(self) -> bool:
        """Whether it holds what a camera's sensor recorded."""
        kind = self.number(Tag.PhotometricInterpretation, 0)
        return kind in (_COLOUR_FILTER_ARRAY, _LINEAR_RAW)


@dataclass(frozen=True, eq=False)
class Survey:
    """What a TIFF file contains.

    Attributes
    ----------
    main : Directory
        The first picture that is no thumbnail.
    frames : int
        How many pictures follow one another, thumbnails not counted; at most `MAX_DIRECTORIES`.
    raw_size : (int, int) or None
        Width and height, in pixels, of a raw photo in it.
    """

    main: Directory
    frames: int
    raw_size: tuple[int, int] | None


def survey_tiff(data: bytes) -> Survey:
    """Look through the directories of a TIFF file.

    Raises
    ------
    struct.error or ValueError
        There is no readable directory.
    """
    layout = _Layout("<" if data[:2] == b"II" else ">", b"+" in data[2:4])
    places = list(_chain(data, layout))
    found: list[Directory] = []
    for place in places[:_LOOKED_AT]:
        directory = _read(data, layout, place)
        found.append(directory)
        for inner in directory.numbers(Tag.SubIFDs, 8):
            try:
                found.append(_read(data, layout, inner))
            except (struct.error, ValueError):  # what is not the main picture may be damaged
                continue
    if not found:
        raise ValueError("no directory")
    raw = [directory.size for directory in found if directory.is_raw]
    if data[8:10] == b"CR":  # Canon's raw files do not say so in a tag
        raw.append(found[0].size)
    return Survey(
        main=next((directory for directory in found if directory.is_main), found[0]),
        frames=sum(_is_frame(data, layout, place) for place in places),
        raw_size=max(raw, key=lambda size: size[0] * size[1]) if raw else None,
    )


def _chain(data: bytes, layout: _Layout) -> Iterator[int]:
    """Yield the offset of each directory, until the chain ends, breaks or bites its tail."""
    (place,) = layout.offset.unpack_from(data, layout.first)
    seen: set[int] = set()
    while place and place not in seen and len(seen) < MAX_DIRECTORIES:
        try:
            (count,) = layout.head.unpack_from(data, place)
            end = place + layout.head.size + count * (layout.entry.size + layout.offset.size)
            seen.add(place)
            yield place
            (place,) = layout.offset.unpack_from(data, end)
        except struct.error:
            return


def _read(data: bytes, layout: _Layout, place: int) -> Directory:
    (count,) = layout.head.unpack_from(data, place)
    if count > _MAX_ENTRIES:
        raise ValueError("too many tags")
    entries: dict[int, tuple[int, int, int]] = {}
    for number in range(count):
        at = place + layout.head.size + number * (layout.entry.size + layout.offset.size)
        tag, kind, values = layout.entry.unpack_from(data, at)
        at += layout.entry.size
        size = values * struct.calcsize(_KINDS.get(kind, "B"))
        if size > layout.offset.size:
            (at,) = layout.offset.unpack_from(data, at)
        entries.setdefault(tag, (kind, values, at))
    return Directory(data, layout, place, entries)


def _is_frame(data: bytes, layout: _Layout, place: int) -> bool:
    """Say whether a directory is neither a thumbnail nor a mask; its first tag tells."""
    try:
        at = place + layout.head.size
        tag, kind, _ = layout.entry.unpack_from(data, at)
        form = layout.order + _KINDS.get(kind, "B")
        (value,) = struct.unpack_from(form, data, at + layout.entry.size)
    except struct.error:
        return True
    return tag != Tag.NewSubfileType or not value & (_REDUCED | _MASK)
