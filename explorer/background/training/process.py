"""A training in a process of its own, which outlives the window."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from explorer.core.files.reading import open_regular
from explorer.errors import ModelError, reason_of
from explorer.paths import make_own_folder, package

MOST_TAIL_BYTES = 20_000


class TrainingProcess:
    """`convnet-explorer train` with its output in a file.

    It has a session of its own, so that nothing that ends the window ends it; the window and it
    talk through the record of the training alone.

    Parameters
    ----------
    words : sequence of str
        What stands behind `train` on the command line.
    log : Path
        Takes what it prints.

    Raises
    ------
    ModelError
        The system starts no process, or the log cannot be written.
    """

    def __init__(self, words: Sequence[str], log: Path) -> None:
        self.log = log
        # The folder that it is started in is of no interest: a keras.py there would be run.
        command = [sys.executable, "-P", "-m", "explorer", "train", *words]
        if getattr(sys, "frozen", False):
            command = [sys.executable, "train", *words]
        environment = dict(os.environ)
        home = str(package().parent)
        if home in sys.path and not home.endswith("site-packages"):  # run without an installation
            places = [home, environment.get("PYTHONPATH", "")]
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, places))
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        try:
            make_own_folder(log.parent)
            with log.open("wb") as output:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,
                    creationflags=flags,
                )
        except OSError as error:
            raise ModelError(f"The training could not be started: {reason_of(error)}.") from error

    @property
    def number(self) -> int:
        """The number that the system gave it."""
        return self._process.pid

    @property
    def is_over(self) -> bool:
        """Whether it has ended; asking lets the system forget it."""
        return self._process.poll() is not None

    def last_line(self) -> str:
        """Return what it printed last; empty where it said nothing."""
        try:
            with open_regular(self.log) as log:
                log.seek(0, os.SEEK_END)
                log.seek(max(0, log.tell() - MOST_TAIL_BYTES))
                lines = log.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def let_go(self) -> None:
        """Care no more: it goes on by itself."""
        if self._process.poll() is None:
            self._process.returncode = 0  # or Python warns of a process that nobody waits for
