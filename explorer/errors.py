"""The errors a person can meet: one sentence each, safe to send between processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self


class ExplorerError(Exception):
    """Expected trouble.

    Parameters
    ----------
    event : str
        What happened, as a whole sentence; or as what follows a name: "was not opened".
    name, reason : str
        What it happened to, and why, without a full stop; both empty or neither.
    """

    def __init__(
        self, event: str = "Something went wrong.", name: str = "", reason: str = ""
    ) -> None:
        super().__init__(event, name, reason)  # from which unpickling makes it again
        self.name = name
        self.reason = reason

    @classmethod
    def not_opened(cls, name: str, reason: str) -> Self:
        """Return the error that says why a file or folder was not opened."""
        return cls("was not opened", name, reason)

    @classmethod
    def not_written(cls, name: str, reason: str) -> Self:
        """Return the error that says why a file was not written."""
        return cls("was not written", name, reason)

    @classmethod
    @contextmanager
    def when_refused(cls, event: str, name: str) -> Iterator[None]:
        """Raise this error, with the system's reason, where the system refuses what is done."""
        try:
            yield
        except (OSError, ValueError) as error:
            raise cls(event, name, reason_of(error)) from error

    @property
    def sentence(self) -> str:
        """What to show to a person: one sentence that names the file and the reason."""
        event = str(self.args[0])
        return f"“{self.name}” {event}: {self.reason}." if self.reason else event

    @property
    def sentence_without_name(self) -> str:
        """What to show where the name stands already."""
        if not self.reason:
            return self.sentence
        return f"{self.reason[:1].upper()}{self.reason[1:]}."

    def __str__(self) -> str:
        return self.sentence


def reason_of(error: Exception) -> str:
    """Return why the system refused something, as half a sentence: “permission denied”."""
    reason = getattr(error, "strerror", None) or str(error)
    return reason[:1].lower() + reason[1:] if reason[1:2].islower() else reason


class PictureError(ExplorerError):
    """A picture file could not be read or written."""


class KernelError(ExplorerError):
    """A kernel could not be read, or it does not fit the picture."""


class NameTakenError(KernelError):
    """A kernel cannot be kept under a name: another one has it."""


class DatasetError(ExplorerError):
    """A folder could not be opened as a dataset."""


class ModelError(ExplorerError):
    """A run folder or its model could not be opened or used."""


class WorkerError(ExplorerError):
    """A child process died or could not do what it was asked."""


class CameraError(ExplorerError):
    """A camera could not be used, or stopped."""


class LauncherError(ExplorerError):
    """The launcher could not be put in place or taken away."""
