"""A child process with real models that some pictures kill, as a fault of a decoder would."""

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from explorer.core.images.read import PictureFile
from explorer.ml.entry import serve
from explorer.ml.worker import Role

KILLER = "kills.jpg"


def serve_killing(
    connection: Connection,
    role: Role,
    threads: int,
    log: Path | None,
    folder: Path | None,
    is_confined: bool,
) -> None:
    """Serve as always, until a picture called `KILLER` is decoded in a batch."""
    from explorer.ml.models import surveying

    decode = surveying.decode_picture

    def die_over(content: bytes, *, name: str) -> PictureFile:
        if name == KILLER:
            os.kill(os.getpid(), signal.SIGKILL)
        return decode(content, name=name)

    surveying.decode_picture = die_over  # type: ignore[assignment]
    serve(connection, role, threads, log, folder, is_confined)
