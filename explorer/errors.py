"""The errors a person can meet: one sentence each, safe to send between processes."""


class ExplorerError(Exception):
    """Expected trouble. Its text is one sentence that names the file and the reason."""

    @property
    def sentence(self) -> str:
        """What to show to a person."""
        return str(self.args[0]) if self.args else "Something went wrong."


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
