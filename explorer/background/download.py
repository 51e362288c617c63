"""Download a public dataset and unpack it: broken off anywhere, it goes on from there."""

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from filelock import FileLock, Timeout

from explorer.core.files.json_text import JSONError, read_json, write_json
from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_text
from explorer.core.files.writing import write_own
from explorer.core.sources.archive import check_room, unpack
from explorer.core.sources.public import SOURCE_NAME, PublicDataset
from explorer.core.text.counts import short_bytes
from explorer.errors import DatasetError, ExplorerError
from explorer.paths import make_own_folder

if TYPE_CHECKING:
    import requests

Phase = Literal["connecting", "downloading", "checking", "unpacking"]

CONNECT_S, READ_S = 10.0, 20.0
"""How long a server may take to answer, and to send anything more."""
WAITS_S = (1.0, 2.0, 4.0)
"""Before each further attempt; one that got on begins the count anew."""

_CHUNK = 1 << 16
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Answers that another attempt may not get."""
_WAS_NOT = "was not downloaded"


@dataclass(frozen=True)
class _Begun:
    """What an unfinished file is the beginning of.

    Attributes
    ----------
    url : str
    validator : str
        What the server calls this state of the file: its ETag, or else its date.
    total : int
    """

    url: str
    validator: str
    total: int


class _BrokeOffError(Exception):
    """The connection did; the text is half a sentence that says how."""


class Download:
    """One download; runs on a thread, and is watched and stopped from another.

    What has come lies in `<name>.zip.part`, beside it what it is the beginning of. Only what is
    complete, and has the SHA-256 that it must have, is unpacked; only a dataset that is complete
    gets its name. A server that cannot go on in the middle of a file begins anew.

    Parameters
    ----------
    dataset : PublicDataset
    datasets : Path
        The folder that it is put into; it is made.

    Attributes
    ----------
    phase : Phase
    done, total : int
        Bytes of this phase.
    is_anew : bool
        Whether the server began anew although a part was there.
    """

    def __init__(self, dataset: PublicDataset, datasets: Path) -> None:
        self.dataset = dataset
        self.folder = dataset.folder(datasets)
        self.phase: Phase = "connecting"
        self.done = 0
        self.total = dataset.archive_bytes
        self.is_anew = False
        self._datasets = datasets
        self._archive = dataset.archive(datasets)
        self._part = self._archive.with_name(f"{self._archive.name}.part")
        self._notes = self._part.with_name(f"{self._part.name}.json")
        self._stopped = threading.Event()
        self._is_discarded = False
        self._response: requests.Response | None = None

    @property
    def begun_bytes(self) -> int:
        """How much of the archive an earlier attempt left."""
        return _size(self._archive) or _size(self._part)

    @property
    def is_stopped(self) -> bool:
        """Whether it is to end."""
        return self._stopped.is_set()

    def stop(self, *, is_discarded: bool = False) -> None:
        """End at the next opportunity, which does not wait for the server.

        Parameters
        ----------
        is_discarded : bool
            Whether what came is removed; else it is kept to go on from.
        """
        self._is_discarded = is_discarded
        self._stopped.set()
        response = self._response
        if response is not None:
            # A thread that waits for more wakes up with an error.
            with suppress(OSError, RuntimeError, ValueError):
                response.raw.shutdown()

    def discard(self) -> None:
        """Remove what came of an unfinished download, which does not run any more.

        Raises
        ------
        DatasetError
            It could not be removed.
        """
        with DatasetError.when_refused("was not removed", printable_name(self._part)):
            for path in (self._archive, self._part, self._notes):
                path.unlink(missing_ok=True)

    def run(self) -> bool:
        """Download, check and unpack.

        Returns
        -------
        bool
            Whether the dataset is there; False where it was stopped.

        Raises
        ------
        DatasetError
            One sentence with the reason. What came is kept, unless it is of no use.
        """
        with DatasetError.when_refused(_WAS_NOT, self.dataset.name):
            make_own_folder(self._datasets)
        if self.dataset.is_there(self._datasets):
            return True
        if self.folder.exists():
            where = printable_name(str(self.folder))
            raise self._refused(f"there is a folder “{where}” already, and it is another one")
        with self._alone():
            is_there = not self.is_stopped and self._get() and self._unpack()
            if not is_there and self._is_discarded:
                self.discard()
            return is_there

    def _get(self) -> bool:
        """Have the complete archive, under its name."""
        if not self._archive.exists():
            room = self.dataset.archive_bytes - self.begun_bytes + self.dataset.unpacked_bytes
            check_room(self._datasets, room, self.dataset.name, _WAS_NOT)
            if not self._fetch():
                return False
        digest = self._digest(self._archive if self._archive.exists() else self._part)
        if self.is_stopped:
            return False
        if digest != self.dataset.sha256:
            self.discard()
            expected = self.dataset.sha256[:12]
            raise self._refused(
                f"its SHA-256 begins with {digest[:12]} instead of {expected}; it was removed"
            )
        with DatasetError.when_refused(_WAS_NOT, self.dataset.name):
            if not self._archive.exists():
                self._part.rename(self._archive)
            self._notes.unlink(missing_ok=True)
        return True

    def _fetch(self) -> bool:
        failures = 0
        while not self.is_stopped:
            before = self.begun_bytes
            try:
                if self._fetch_once():
                    return True
            except _BrokeOffError as error:
                # One that always begins anew never gets on.
                failures = 0 if self.begun_bytes > before > 0 else failures + 1
                if failures > len(WAITS_S):
                    kept = self.begun_bytes
                    also = f"; {short_bytes(kept)} are kept to go on from" if kept else ""
                    raise self._refused(f"{error}{also}") from error
                self.phase = "connecting"
                self._stopped.wait(WAITS_S[failures - 1] if failures else 0.0)
        return False

    def _fetch_once(self) -> bool:
        """Make one request; return whether all is there then, False where it was stopped."""
        import requests  # a tenth of a second, and most people never need it

        begun = self._read_notes()
        start = _size(self._part) if begun is not None else 0
        headers = {"Accept-Encoding": "identity"}
        if begun is not None and start == begun.total:
            return True
        if begun is not None and start:
            headers |= {"Range": f"bytes={start}-", "If-Range": begun.validator}
        timeout = (CONNECT_S, READ_S)
        with (
            _told_apart(),
            requests.get(self.dataset.url, headers=headers, stream=True, timeout=timeout) as answer,
        ):
            self._response = answer
            try:
                return self._take(answer, begun, start)
            finally:
                self._response = None

    def _take(self, answer: "requests.Response", begun: _Begun | None, start: int) -> bool:
        """Write what an answer holds behind what is there, or in place of it."""
        if answer.status_code == 206 and begun is not None:
            if (
                answer.headers.get("Content-Range")
                != f"bytes {start}-{begun.total - 1}/{begun.total}"
            ):
                self.discard()
                raise _BrokeOffError("the server sent another part than it was asked for")
        elif answer.status_code == 200:
            self.is_anew = start > 0
            start = 0
            self._note(answer)
        elif answer.status_code in _PASSING:
            raise _BrokeOffError(f"the server answered {answer.status_code}")
        elif answer.status_code == 416 and start:
            self.discard()
            raise _BrokeOffError("the server has another file now")
        else:
            raise self._refused(f"the server answered {answer.status_code} {answer.reason}".strip())
        self.phase, self.done, self.total = "downloading", start, self.dataset.archive_bytes
        with self._opened(start) as part:
            while not self.is_stopped:
                chunk = answer.raw.read1(_CHUNK, decode_content=False)
                if not chunk:
                    break
                with DatasetError.when_refused(_WAS_NOT, self.dataset.name):
                    _write_all(part, chunk)
                self.done += len(chunk)
        if not self.is_stopped and self.done < self.total:
            raise _BrokeOffError("the connection broke off")
        return not self.is_stopped

    def _note(self, answer: "requests.Response") -> None:
        """Note what is about to come, so that a later attempt goes on with the same."""
        told = answer.headers.get("Content-Length", "")
        expected = self.dataset.archive_bytes
        if told.isdecimal() and int(told) != expected:
            offered, wanted = short_bytes(int(told)), short_bytes(expected)
            raise self._refused(f"the server offers {offered} instead of {wanted}")
        tag = answer.headers.get("ETag", "")
        # A weak one does not promise the same bytes.
        validator = (
            answer.headers.get("Last-Modified", "") if tag.startswith("W/") or not tag else tag
        )
        self.discard()
        if validator:
            begun = _Begun(self.dataset.url, validator, expected)
            with DatasetError.when_refused(_WAS_NOT, self.dataset.name):
                write_own(self._notes, write_json(begun).encode())

    def _read_notes(self) -> _Begun | None:
        """Return what the unfinished file is the beginning of; None where that is not known."""
        try:
            text = read_text(self._notes, 1_000_000, name=self._notes.name, error=DatasetError)
            begun = read_json(text, _Begun)
        except (ExplorerError, JSONError):
            return None
        known = (self.dataset.url, self.dataset.archive_bytes)
        return begun if (begun.url, begun.total) == known else None

    def _digest(self, path: Path) -> str:
        self.phase, self.done, self.total = "checking", 0, self.dataset.archive_bytes
        digest = hashlib.sha256()
        with DatasetError.when_refused(_WAS_NOT, self.dataset.name), path.open("rb") as file:
            while not self.is_stopped and (chunk := file.read(1 << 20)):
                digest.update(chunk)
                self.done += len(chunk)
        return digest.hexdigest()

    def _unpack(self) -> bool:
        self.phase, self.done, self.total = "unpacking", 0, self.dataset.unpacked_bytes
        partial = self.folder.with_name(f"{self.folder.name}.partial")

        def met(done: int, total: int) -> None:
            self.done, self.total = done, total

        with DatasetError.when_refused("was not unpacked", self.dataset.name):
            if partial.exists():  # of a start that ended too early
                shutil.rmtree(partial)
            if not unpack(self._archive, partial, met=met, is_cancelled=self._stopped.is_set):
                return False
            source = partial / SOURCE_NAME
            source.write_text(_describe(self.dataset), encoding="utf-8")
            partial.rename(self.folder)
            self._archive.unlink()
        return True

    @contextmanager
    def _opened(self, start: int) -> Iterator[int]:
        with DatasetError.when_refused(_WAS_NOT, self.dataset.name):
            flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if start else os.O_TRUNC)
            part = os.open(self._part, flags | getattr(os, "O_BINARY", 0), 0o600)
        try:
            yield part
        finally:
            os.close(part)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep another start of the program from downloading the same at the same time."""
        lock = FileLock(f"{self._archive}.lock")
        try:
            with lock.acquire(timeout=0):
                yield
        except Timeout as error:
            raise self._refused("another window is downloading it") from error

    def _refused(self, reason: str) -> DatasetError:
        return DatasetError(_WAS_NOT, self.dataset.name, reason)


@contextmanager
def _told_apart() -> Iterator[None]:
    """Raise `_BrokeOffError`, in plain words, where the network fails."""
    import requests
    import urllib3

    try:
        yield
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise _BrokeOffError("the server does not answer") from error
    except requests.exceptions.SSLError as error:
        raise _BrokeOffError("the server's certificate is not valid") from error
    except requests.exceptions.ProxyError as error:
        raise _BrokeOffError("the proxy does not let it through") from error
    except requests.ConnectionError as error:
        raise _BrokeOffError("the server cannot be reached") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise _BrokeOffError("the connection broke off") from error


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:  # a disk that is nearly full takes some of it
        rest = rest[os.write(handle, rest) :]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _describe(dataset: PublicDataset) -> str:
    return (
        f"{dataset.name}: {dataset.pictures}, published by {dataset.publisher}.\n"
        f"Downloaded by ConvNet Explorer from {dataset.url}\n"
        f"SHA-256 of the archive: {dataset.sha256}\n"
    )
