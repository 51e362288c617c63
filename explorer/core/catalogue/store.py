"""The catalogue on the disk: one SQLite file for a dataset and a model.

What was found out belongs to a file's content, so that it is taken over when a file was moved,
renamed or touched. A catalogue can be made again: one that is damaged is moved aside, and where
nothing can be written the pass goes on in memory.
"""

import hashlib
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from explorer.core.catalogue.records import FIGURES
from explorer.core.files.names import printable_name
from explorer.core.models.survey import Surveyed
from explorer.errors import reason_of
from explorer.paths import make_own_folder

VERSION = 2
MAX_TOTAL_BYTES = 2 << 30
"""Of all catalogues together: the least recently used go first."""
_ROWS = 256
"""So many are read at a time: all at once would be in memory twice."""
BUSY_LIMIT_S = 10.0
"""How long another window may keep a catalogue while it writes."""

_RETRY_S = 0.02
_DIGEST_BYTES = 32
_CHECKSUM_BYTES = 4
_Parsed = TypeVar("_Parsed")
_Rows = list[tuple[Any, ...]]

_TABLES = """
CREATE TABLE IF NOT EXISTS files (
    path BLOB PRIMARY KEY, size INTEGER, changed INTEGER, digest BLOB, error TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (digest BLOB PRIMARY KEY, facts BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS embeddings (digest BLOB PRIMARY KEY, embedding BLOB);
"""


class FileState(NamedTuple):
    """What tells whether a file was changed: its size in bytes, and when it was, in nanoseconds."""

    size: int
    changed: int


class KnownFile(NamedTuple):
    """What the catalogue says of a file: its content by SHA-256, or why there are no facts."""

    state: FileState
    digest: bytes
    error: str


class Catalogue:
    """What a model said of the pictures of a dataset, and what was measured.

    Parameters
    ----------
    folder : Path
        Where catalogues are kept.
    key : str
        Names the dataset, the model and how pictures are prepared for it.
    class_count : int

    Attributes
    ----------
    notice : str
        A sentence for the person where the file was damaged or of a newer version, or nothing can
        be kept; else empty.
    """

    def __init__(self, folder: Path, key: str, class_count: int) -> None:
        self._file = folder / f"{key}.sqlite"
        self._layout = np.dtype(
            [
                ("hashes", "<u8", (2,)),
                ("figures", "<f4", (len(FIGURES),)),
                ("novelty", "<f4"),
                ("probabilities", "<f4", (class_count,)),
            ]
        )
        self.notice = ""
        self._connection: sqlite3.Connection | None = None
        try:
            make_own_folder(folder)
            self._open()
            remove_oldest(folder, keep=self._file)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def files(self) -> dict[bytes, KnownFile]:
        """Return what is known of each file, by its path within the dataset's folder."""

        def parse(rows: _Rows) -> dict[bytes, KnownFile]:
            found = {}
            for path, size, changed, digest, error in rows:
                kinds = tuple(map(type, (path, size, changed, digest, error)))
                if kinds != (bytes, int, int, bytes, str) or len(digest) != _DIGEST_BYTES:
                    raise ValueError("a file that is none")
                found[path] = KnownFile(FileState(size, changed), digest, error)
            return found

        return self._read("SELECT path, size, changed, digest, error FROM files", parse)

    def facts(self) -> tuple[dict[bytes, int], Surveyed]:
        """Return the row of each content by its SHA-256, and the rows, without embeddings."""

        def parse(rows: _Rows) -> tuple[dict[bytes, int], Surveyed]:
            digests, contents = _unseal(rows)
            table = np.frombuffer(b"".join(contents), self._layout)
            found = Surveyed(
                digests=np.frombuffer(b"".join(digests), np.uint8).reshape(-1, _DIGEST_BYTES),
                probabilities=table["probabilities"].astype(np.float64),
                novelty=np.ascontiguousarray(table["novelty"], np.float32),
                embeddings=np.zeros((len(rows), 0), np.float16),
                figures=np.ascontiguousarray(table["figures"], np.float32),
                hashes=np.ascontiguousarray(table["hashes"], np.uint64),
                errors={},
            )
            return {digest: place for place, digest in enumerate(digests)}, found

        return self._read("SELECT digest, facts FROM facts", parse)

    def embeddings(self) -> Iterator[tuple[list[bytes], npt.NDArray[np.float16]]]:
        """Yield the contents by their SHA-256, and their embeddings, some hundred at a time."""
        if self._connection is None:
            return
        length = 0
        try:
            cursor = self._connection.execute("SELECT digest, embedding FROM embeddings")
            while rows := cursor.fetchmany(_ROWS):
                digests, contents = _unseal(rows)
                length = length or len(contents[0])
                joined = np.frombuffer(b"".join(contents), "<f2")
                yield digests, joined.reshape(len(rows), length // 2)
        except _DAMAGED:
            self._move_aside("was damaged")

    def add(self, files: Mapping[bytes, KnownFile], found: Surveyed | None = None) -> None:
        """Keep what is known of some files and contents, all or nothing.

        Parameters
        ----------
        files : mapping of bytes to KnownFile
        found : Surveyed, optional
            New contents; those with an error, or without a digest, are not kept.
        """
        facts: list[tuple[bytes, bytes]] = []
        embeddings: list[tuple[bytes, bytes]] = []
        if found is not None:
            table = np.zeros(found.count, self._layout)
            for name in ("hashes", "figures", "novelty", "probabilities"):
                table[name] = getattr(found, name)
            halves = found.embeddings.astype("<f2")
            for place, digest in enumerate(found.digests):
                if place not in found.errors and digest.any():
                    facts.append(_seal(digest.tobytes(), table[place].tobytes()))
                    if halves.shape[1]:
                        embeddings.append(_seal(digest.tobytes(), halves[place].tobytes()))
        rows = [(path, *one.state, one.digest, one.error) for path, one in files.items()]
        with self._writing() as connection:
            if connection is not None:
                put = connection.executemany
                put("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts)
                put("INSERT OR REPLACE INTO embeddings VALUES (?, ?)", embeddings)
                put("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", rows)

    def remove(self, paths: Sequence[bytes]) -> None:
        """Forget files that are gone, and the contents that no file has any more."""
        with self._writing() as connection:
            if connection is not None:
                connection.executemany("DELETE FROM files WHERE path = ?", [(p,) for p in paths])
                for table in ("facts", "embeddings"):
                    connection.execute(
                        f"DELETE FROM {table} WHERE digest NOT IN (SELECT digest FROM files)"
                    )

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection | None]:
        if self._connection is None:
            yield None
            return
        try:
            with self._connection:
                yield self._connection
        except sqlite3.Error as error:
            self._give_up(error)

    def _read(self, query: str, parse: Callable[[_Rows], _Parsed]) -> _Parsed:
        """Return what rows say; what they cannot say, a damaged file does."""
        if self._connection is None:
            return parse([])
        try:
            return parse(self._connection.execute(query).fetchall())
        except _DAMAGED:
            self._move_aside("was damaged")
            return parse([])

    def _open(self) -> None:
        try:
            self._connect()
        except sqlite3.OperationalError:
            raise
        except _DAMAGED:
            self._move_aside("was damaged")

    def _connect(self) -> None:
        self._file.touch(0o600)
        connection = sqlite3.connect(self._file, timeout=BUSY_LIMIT_S, check_same_thread=False)
        self._connection = connection
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            self._move_aside("is of another version of the program")
            return
        connection.execute("PRAGMA synchronous = NORMAL")
        if version == 0:
            _set_up(connection)
        os.utime(self._file)

    def _move_aside(self, what: str) -> None:
        self.close()
        name = printable_name(self._file.name)
        with suppress(OSError):
            for ending in ("-wal", "-shm"):
                Path(f"{self._file}{ending}").unlink(missing_ok=True)
            self._file.replace(self._file.with_suffix(".damaged"))
        self.notice = (
            f"The catalogue “{name}” {what} and was moved aside: the pictures are looked at anew."
        )
        try:
            self._connect()
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self.close()
        reason = reason_of(error).rstrip(".")
        self.notice = (
            f"What is found out about these pictures cannot be kept for the next start: {reason}."
        )


def _set_up(connection: sqlite3.Connection) -> None:
    """Make the tables of a new catalogue, which another window may do as well."""
    deadline = time.monotonic() + BUSY_LIMIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")  # waits for nobody
            connection.executescript(f"{_TABLES} PRAGMA user_version = {VERSION};")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not is_busy or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_S)
        else:
            return


_DAMAGED = (sqlite3.DatabaseError, ValueError, TypeError, OverflowError)
"""What is raised over a damaged file. Its error may not even be text: UnicodeDecodeError."""


def _seal(digest: bytes, content: bytes) -> tuple[bytes, bytes]:
    """Return a row, whose content a checksum follows: SQLite has none."""
    checksum = zlib.crc32(content, zlib.crc32(digest))
    return digest, content + checksum.to_bytes(_CHECKSUM_BYTES, "little")


def _unseal(rows: _Rows) -> tuple[list[bytes], list[bytes]]:
    """Return the digests and the contents of rows; ValueError where one was changed."""
    digests, contents = [], []
    for digest, sealed in rows:
        content = sealed[:-_CHECKSUM_BYTES]
        if len(digest) != _DIGEST_BYTES or _seal(digest, content) != (digest, sealed):
            raise ValueError("a row that was changed")
        digests.append(digest)
        contents.append(content)
    return digests, contents


def catalogue_key(*parts: str) -> str:
    """Return what names a catalogue by what it is about."""
    whole = "\0".join((str(VERSION), *FIGURES, *parts))
    return hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def remove_oldest(folder: Path, *, keep: Path, most_bytes: int = MAX_TOTAL_BYTES) -> None:
    """Remove the catalogues that were not used for longest, until the rest is small enough."""
    found = []
    for file in folder.iterdir():
        with suppress(OSError):
            status = file.stat()
            found.append((status.st_mtime, status.st_size, file))
    total = sum(size for _, size, _ in found)
    for _, size, file in sorted(found):
        if total <= most_bytes:
            return
        if not file.name.startswith(keep.stem):
            file.unlink(missing_ok=True)
            total -= size
