"""One answer by a copy of this process: to start another takes longer than one picture does."""

import os
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from explorer.core.desktop.limits import limit_process
from explorer.core.models.messages import MessageError, from_bytes, to_bytes
from explorer.core.models.requests import Answer, Request
from explorer.ml.entry import redirect_output


def answer_forked(
    request: Request[Answer], answer: Callable[[Request[Answer]], Answer], log: Path
) -> Answer | None:
    """Let a copy of this process answer a request, which may end it or hang.

    Parameters
    ----------
    request : Request
        About an included model: the copy is not confined.
    answer : callable
        Called in the copy.
    log : Path
        Takes what the copy prints.

    Returns
    -------
    object or None
        None where there is no answer, for whatever reason: a process of its own is to tell it. So
        on Windows, which cannot copy a process.
    """
    if not hasattr(os, "fork"):
        return None
    reading, writing = os.pipe()
    sys.stdout.flush()
    copy = os.fork()
    if not copy:
        _answer_and_end(request, answer, log, writing)
    os.close(writing)
    try:
        content = _read_all(reading, request.time_limit_s)
        found: Answer = from_bytes(content, request.answer_type())
        return found
    except (MessageError, TimeoutError):
        return None
    finally:  # also after Ctrl-C
        os.close(reading)
        os.kill(copy, signal.SIGKILL)
        os.waitpid(copy, 0)


def _answer_and_end(
    request: Request[Answer], answer: Callable[[Request[Answer]], Answer], log: Path, writing: int
) -> None:
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        redirect_output(log)
        limit_process()
        with open(writing, "wb") as pipe:
            pipe.write(to_bytes(answer(request)))
    finally:  # whatever went wrong, the process that is asked next says it
        os._exit(0)


def _read_all(handle: int, limit_s: float) -> bytes:
    parts: list[bytes] = []
    while True:
        if not select.select([handle], [], [], limit_s)[0]:
            raise TimeoutError
        part = os.read(handle, 1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)
