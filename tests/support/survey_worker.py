"""A child process that answers a pass without a model, and dies or hangs over some pictures."""

import hashlib
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from explorer.core.models import messages
from explorer.core.models.messages import READY, STOP, VALUE
from explorer.core.models.requests import SurveyFiles
from explorer.core.models.survey import Surveyed
from explorer.errors import PictureError

ASKED = "asked.txt"
"""Beside the folder of pictures: the names of those that were asked about."""


def serve_surveys(
    connection: Connection,
    role: str,
    threads: int,
    log: Path | None,
    folder: Path | None,
    is_confined: bool,
) -> None:
    """Answer with the share of ones among the bits of a first byte; an odd one has a class more."""
    messages.send(connection, 0, READY, None)
    while (message := messages.receive(connection)).kind != STOP:
        if message.kind != SurveyFiles.__name__:
            messages.send(connection, message.number, VALUE, "Paper")
            continue
        paths = message.read(SurveyFiles).paths
        for path in paths:
            with open(path.parent.parent / ASKED, "a") as asked:
                asked.write(f"{path.name}\n")
            if path.name.startswith("die"):
                os.kill(os.getpid(), signal.SIGKILL)
            if path.name.startswith("hang"):
                signal.pause()
        answers = [_look(path) for path in paths]
        messages.send(connection, message.number, VALUE, Surveyed.joined(answers))


def _look(path: Path) -> Surveyed | PictureError:
    content = path.read_bytes()
    if not content:
        return PictureError.not_opened(path.name, "the file is empty")
    share = content[0].bit_count() / 8
    digest = np.frombuffer(hashlib.sha256(content).digest(), np.uint8)
    return Surveyed(
        digest[None],
        np.array([[share, 1 - share, 0] if path.name.startswith("odd") else [share, 1 - share]]),
        np.full(1, 0.5, np.float32),
        np.full((1, 3), share, np.float16),
        np.full((1, 9), share, np.float32),
        np.full((1, 2), content[0], np.uint64),
        {},
    )
