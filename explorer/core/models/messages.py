"""Messages between two processes: a checked header, then arrays as raw bytes.

Nothing is unpickled, so that a process which opens a stranger's model can send back nothing but
plain values of the expected type.
"""

import math
import os
from dataclasses import dataclass
from itertools import accumulate, pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import numpy as np

from explorer import errors
from explorer.core.files.names import printable_name
from explorer.errors import ExplorerError, WorkerError

Value = TypeVar("Value")

READY, VALUE, ERROR, STOP = "ready", "value", "error", "stop"
"""Kinds of messages besides the names of requests."""

_MOST_CHARACTERS = 10_000
_SHORT = msgspec.Meta(max_length=_MOST_CHARACTERS)

MAX_HEADER_BYTES = 64_000_000
MAX_BUFFER_BYTES = 4_000_000_000
MAX_BUFFERS = 16


class MessageError(Exception):
    """What came is no message, or holds another value than the expected one."""


@dataclass(frozen=True)
class ErrorMessage:
    """An expected error on its way to another process: its class by name, and its parts."""

    kind: Annotated[str, _SHORT]
    event: Annotated[str, _SHORT]
    name: Annotated[str, _SHORT]
    reason: Annotated[str, _SHORT]

    @classmethod
    def of(cls, error: ExplorerError) -> "ErrorMessage":
        """Return what is sent of an error; bytes of a name that are no text do not pass."""
        parts = (str(part).encode(errors="replace").decode() for part in error.args)
        event, name, reason = (part[:_MOST_CHARACTERS] for part in parts)
        return cls(type(error).__name__, event, name, reason)

    def to_error(self) -> ExplorerError:
        """Return the error again; one of an unknown class is a WorkerError."""
        kind = getattr(errors, self.kind, None)
        if not (isinstance(kind, type) and issubclass(kind, ExplorerError)):
            kind = WorkerError
        return kind(*map(printable_name, (self.event, self.name, self.reason)))


class _Header(msgspec.Struct, frozen=True, array_like=True):
    number: int
    kind: str
    body: msgspec.Raw
    buffer_bytes: tuple[int, ...]


class _ArrayHeader(msgspec.Struct, frozen=True, array_like=True):
    dtype: str
    shape: tuple[int, ...]
    buffer: int


@dataclass(frozen=True, eq=False)
class Message:
    """A message as it came; what it holds is not looked at before `read`.

    Attributes
    ----------
    number : int
        Of the request that it is, or that it answers.
    kind : str
        What it holds.
    """

    number: int
    kind: str
    body: msgspec.Raw
    buffers: tuple[bytes, ...]

    def read(self, kind: type[Value]) -> Value:
        """Return what it holds.

        Parameters
        ----------
        kind : type
            Of the value: plain values, paths, arrays, tuples and frozen dataclasses of these.

        Raises
        ------
        MessageError
            It holds something else.
        """
        try:
            return msgspec.msgpack.decode(self.body, type=kind, dec_hook=self._decode)
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
            raise MessageError(f"it is not {kind}: {error}") from error

    def _decode(self, kind: Any, value: Any) -> Any:
        if kind is Path:
            return Path(os.fsdecode(msgspec.convert(value, bytes)))
        header = msgspec.convert(value, _ArrayHeader)
        dtype = np.dtype(header.dtype)
        if dtype.kind not in "fiub" or not 0 <= header.buffer < len(self.buffers):
            raise ValueError("no array of numbers")
        buffer = self.buffers[header.buffer]
        if min(header.shape, default=0) < 0 or math.prod(header.shape) * dtype.itemsize != len(
            buffer
        ):
            raise ValueError("an array of another size")
        return np.frombuffer(buffer, dtype).reshape(header.shape)


@dataclass(frozen=True, eq=False)
class PackedMessage:
    """A message on its way: its header, and the bytes of its arrays."""

    header: bytes
    buffers: tuple[memoryview, ...]


def pack(number: int, kind: str, value: Any) -> PackedMessage:
    """Return a message as it is sent.

    Parameters
    ----------
    value : object
        As `Message.read` returns it; a relative path arrives as an absolute one, since the other
        process is in another folder.

    Raises
    ------
    ValueError
        It cannot be sent, such as a path that no file can have; the text says why.
    """
    arrays: list[np.ndarray[Any, Any]] = []

    def encode(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            arrays.append(np.ascontiguousarray(value))
            return _ArrayHeader(value.dtype.str, value.shape, len(arrays) - 1)
        if isinstance(value, Path):  # its name need not be valid text
            return os.fsencode(value.absolute())
        raise NotImplementedError(f"{type(value)} cannot be sent")

    try:
        body = msgspec.msgpack.encode(value, enc_hook=encode)
    except OverflowError as error:
        raise ValueError("it has numbers that no network has") from error
    except UnicodeEncodeError as error:
        raise ValueError("one of its names is no text") from error
    sizes = tuple(array.nbytes for array in arrays)
    header = msgspec.msgpack.encode(_Header(number, kind, msgspec.Raw(body), sizes))
    return PackedMessage(header, tuple(array.reshape(-1).view(np.uint8).data for array in arrays))


def send_packed(connection: Connection, message: PackedMessage) -> None:
    """Send a message; waits until the other end has taken most of it.

    Raises
    ------
    OSError
        Nobody is at the other end any more.
    """
    connection.send_bytes(message.header)
    for buffer in message.buffers:
        connection.send_bytes(buffer)


def send(connection: Connection, number: int, kind: str, value: Any) -> None:
    """Pack a message and send it; raises what `pack` and `send_packed` do."""
    send_packed(connection, pack(number, kind, value))


def receive(connection: Connection) -> Message:
    """Wait for a message.

    Raises
    ------
    EOFError, OSError
        Nobody is at the other end any more.
    MessageError
        What came is no message.
    """
    header = _read_header(connection.recv_bytes(MAX_HEADER_BYTES))
    sizes = header.buffer_bytes
    if len(sizes) > MAX_BUFFERS or min(sizes, default=0) < 0 or sum(sizes) > MAX_BUFFER_BYTES:
        raise MessageError("its arrays are too large")
    buffers = tuple(connection.recv_bytes(size) for size in sizes)
    return Message(header.number, header.kind, header.body, buffers)


def to_bytes(value: Any) -> bytes:
    """Return a value as `from_bytes` reads it; raises what `pack` does."""
    packed = pack(0, VALUE, value)
    length = len(packed.header).to_bytes(8, "little")
    return b"".join((length, packed.header, *packed.buffers))


def from_bytes(data: bytes, kind: Any) -> Any:
    """Return the value that `to_bytes` was given.

    Parameters
    ----------
    kind : type
        As for `Message.read`.

    Raises
    ------
    MessageError
        It is none, or another value.
    """
    start = 8 + int.from_bytes(data[:8], "little")
    header = _read_header(data[8:start])
    ends = list(accumulate(header.buffer_bytes, initial=start))
    if min(header.buffer_bytes, default=0) < 0 or ends[-1] != len(data):
        raise MessageError("its arrays are of another size")
    buffers = tuple(data[first:last] for first, last in pairwise(ends))
    return Message(header.number, header.kind, header.body, buffers).read(kind)


def _read_header(data: bytes) -> _Header:
    try:
        return msgspec.msgpack.decode(data, type=_Header)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise MessageError(f"no message: {error}") from error
