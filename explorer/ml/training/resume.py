"""A run that has not ended: its folder, what it was asked for, and going on with it."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from explorer.core.files.json_text import MAX_CHARACTERS, JSONError, read_json, write_json
from explorer.core.files.reading import open_regular, read_text
from explorer.core.files.writing import write_atomically
from explorer.core.models.run_folder import CHECKPOINTS_FOLDER
from explorer.core.models.training_config import TrainingConfig
from explorer.core.training.epochs import EPOCHS_FOLDER
from explorer.core.training.history import read_history
from explorer.core.training.settings import SETTINGS_FILE
from explorer.errors import ModelError, reason_of
from explorer.ml.training.checkpoints import Checkpoint, Checkpoints
from explorer.ml.training.kept_epochs import KeptEpochs

# Of file systems without locks, on some networks.
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP)

# Where the data lies and where the run goes may change between two sittings, if the data is equal.
_PLACES = ("data", "output", "backbone_weights", "start_from")

# What those of before there was a choice were trained with.
_BEFORE = {"augmentation": True}

# What must be the same wherever it lies, and what is said where it is not.
_HASHES = {
    "data_hash": "its pictures have changed",
    "labels_hash": "its labels have changed",
    "start_from_hash": "the run of --start-from has changed",
    "backbone_weights_hash": "the file of --backbone-weights has changed",
}


class UnfinishedRun:
    """The folder `RUN.partial`, which becomes `RUN` when training is over.

    It is this process's alone from `claim` until `close`.

    ModelError where the path of the run leads nowhere.
    """

    def __init__(self, config: TrainingConfig) -> None:
        self._config = config
        # Links and “..” are followed now: what they lead to may be another place at the end.
        try:
            self.target = config.output.resolve()
        except (OSError, RuntimeError) as error:  # a loop of links
            raise ModelError.not_written(str(config.output), "its links form a loop") from error
        self.folder = self.target.parent / f"{self.target.name}.partial"
        self.checkpoints = Checkpoints(self.folder / CHECKPOINTS_FOLDER)
        self.epochs = KeptEpochs(self.folder / EPOCHS_FOLDER, config.keep_epochs)
        self._lock = self.target.parent / f"{self.target.name}.lock"
        self._held: BaseFileLock | None = None
        self._made: list[Path] = []

    @property
    def history(self) -> Path:
        """The file of the figures of each epoch."""
        return self.folder / "history.csv"

    @property
    def settings(self) -> Path:
        """The file of what was asked for."""
        return self.folder / SETTINGS_FILE

    def claim(self, *, resume: bool) -> None:
        """Take the folder for this process, and make it where it is to be begun.

        It is made before the data is decoded: that it can be is known then.

        Raises
        ------
        ModelError
            There is a run of that name, or one that did not end, or none to go on with; another
            process trains it; or it cannot be made.
        """
        self._check(resume=resume)
        try:
            self._make(self.folder.parent)
            self._take_lock()
            self._check(resume=resume)  # whoever had the lock may have finished it
            with suppress(OSError):
                self.folder.rmdir()  # if empty: of a run that ended while it was begun
            if os.path.lexists(self.folder) and not resume:
                can_go_on = os.path.isfile(self.settings)
                raise ModelError(
                    f"“{self._shown}” is left over from an interrupted run"
                    + (
                        ": continue it with --resume, remove it, "
                        if can_go_on
                        else f" that cannot be continued without its {SETTINGS_FILE}: remove it, "
                    )
                    + "or choose another --output."
                )
            self._make(self.folder)
        except OSError as error:
            raise ModelError(
                f"“{self._shown}” could not be created: {reason_of(error)}."
            ) from error

    def close(self) -> None:
        """Let other processes have the folder; where nothing was begun, no folder stays."""
        if self._held is not None:
            with suppress(OSError):
                self._lock.unlink()
            self._held.release()
            self._held = None
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()  # if empty

    def _check(self, *, resume: bool) -> None:
        output, target = self._config.output, self.target
        if os.path.lexists(output) or os.path.lexists(target):
            if resume and os.path.isfile(target / "card.json"):
                raise ModelError(f"“{output}” is finished: there is nothing to resume.")
            raise ModelError(f"“{output}” exists already: choose another --output.")
        for parent in target.parents:
            if os.path.isfile(parent / "card.json") and os.path.isfile(parent / "model.keras"):
                raise ModelError(
                    f"“{output}” is inside the run “{parent}”: choose another --output."
                )
        if resume and not os.path.isfile(self.settings):
            if os.path.lexists(self.folder):
                raise self._not_resumed(f"it has no file {SETTINGS_FILE}")
            raise ModelError(f"There is no run to resume at “{self._shown}”.")

    def _not_resumed(self, reason: str) -> ModelError:
        return ModelError(
            f"“{self._shown}” cannot be resumed: {reason}. Put back the {SETTINGS_FILE} of this "
            f"run, or remove “{self._shown}” and start again without --resume."
        )

    @property
    def _shown(self) -> Path:
        """The folder, as it is called in sentences: by the path that was given."""
        return self._config.output.parent / self.folder.name

    def _make(self, folder: Path) -> None:
        """Make a folder and those above it; `close` removes those that are still empty."""
        if os.path.lexists(folder) and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        missing = [one for one in (folder, *folder.parents) if not os.path.lexists(one)]
        for one in reversed(missing):
            one.mkdir()
            self._made.append(one)

    def _take_lock(self) -> None:
        """Hold a lock that the system releases should this process be killed."""
        held = FileLock(self._lock, timeout=0)
        try:
            held.acquire()
        except Timeout:
            if not os.path.lexists(self._lock):  # nobody has it: the system lets nobody make it
                raise PermissionError(errno.EPERM, os.strerror(errno.EPERM)) from None
            raise ModelError(
                f"“{self._shown}” is being trained by another process{self._read_holder()}: wait "
                "for it, stop it, or choose another --output."
            ) from None
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return
            raise
        self._held = held
        with suppress(OSError):
            self._lock.write_text(str(os.getpid()), encoding="ascii")

    def _read_holder(self) -> str:
        """Return which process holds the lock, for a sentence; empty where that is not known."""
        try:
            with open_regular(self._lock) as lock:
                return f" (PID {int(lock.read(20))})"
        except (OSError, ValueError):  # it has not written it yet
            return ""

    def begin(
        self,
        hashes: Mapping[str, str],
        classes: Sequence[str],
        input_size: tuple[int, int],
    ) -> None:
        """Note what was asked for, the hashes of the data, and what is known of every epoch.

        ModelError where that cannot be written.

        Parameters
        ----------
        hashes : mapping
        classes : sequence of str
            In the order of the network's outputs.
        input_size : (int, int)
            Height and width of its input, in pixels.
        """
        noted = {"classes": list(classes), "input_size": list(input_size)}
        try:
            text = write_json({**_describe(self._config, hashes), **noted}, indent=1) + "\n"
            write_atomically(self.settings, text.encode())
        except OSError as error:
            raise ModelError(
                f"“{self.settings}” could not be written: {reason_of(error)}."
            ) from error

    def check_room(self, byte_count: int) -> None:
        """See that so many bytes more fit where the folder is; ModelError where they do not."""
        free = shutil.disk_usage(self.folder).free
        if free < byte_count:
            raise ModelError(
                f"Training needs {byte_count / 1e6:,.0f} MB in “{self.folder.parent}” for its "
                f"checkpoints and the model, but {free / 1e6:,.0f} MB are free: free some space, "
                "or choose another --output."
            )

    def compare(self, hashes: Mapping[str, str]) -> None:
        """See that a run is gone on with as it was begun.

        Raises
        ------
        ModelError
            The data or the settings are others; it names them.
        """
        try:
            text = read_text(self.settings, MAX_CHARACTERS, name=SETTINGS_FILE, error=ModelError)
            before = read_json(text, dict[str, Any])
        except JSONError as error:
            raise self._not_resumed(f"its {SETTINGS_FILE} is damaged ({error})") from error
        except ModelError as error:
            raise self._not_resumed(error.sentence.removesuffix(".")) from error
        differences = _differences(before, _describe(self._config, hashes))
        if differences:
            raise ModelError(
                f"“{self.folder}” cannot be resumed: {'; '.join(differences)}. Use the original "
                "settings, or start a new run."
            )

    def load_checkpoint(self, note: Callable[[str], None]) -> Checkpoint | None:
        """Return the newest checkpoint that is whole, None where no epoch had ended.

        Parameters
        ----------
        note : callable
            Told of damaged ones.

        Raises
        ------
        ModelError
            All are damaged, or gone: what was trained would be lost in silence.
        """
        checkpoint = self.checkpoints.load(note)
        if checkpoint is None and (rows := read_history(self.history)):
            raise ModelError(
                f"“{self.checkpoints.folder}” holds no checkpoint of the {len(rows)} epochs that "
                f"were trained: put them back, or remove “{self._shown}” and start again without "
                "--resume."
            )
        return checkpoint

    def describe_kept(self) -> str:
        """Say what of a run that was stopped is kept; empty where no epoch is."""
        epochs = max(self.checkpoints.epochs, default=0)
        if not epochs or not os.path.isfile(self.settings):
            return ""
        up_to = "The first epoch is" if epochs == 1 else f"The epochs up to {epochs} are"
        return f"{up_to} kept in “{self._shown}”: run the same command with --resume to continue."

    def drop(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def hash_sources(config: TrainingConfig) -> dict[str, str]:
    """Return the SHA-256 of each file of weights that a run starts from; "" where there is none.

    ModelError where one cannot be read.
    """
    return {
        "start_from_hash": " ".join(_hash_file(run / "model.keras") for run in config.start_from),
        "backbone_weights_hash": _hash_file(config.backbone_weights),
    }


def _hash_file(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        with open_regular(file) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"“{file}” could not be read: {reason_of(error)}.") from error


def _describe(config: TrainingConfig, hashes: Mapping[str, str]) -> dict[str, Any]:
    # Where the pictures lie, too: a run that is exported again looks for them there.
    places = {"data": str(config.data.resolve())}
    return {**config.to_json(), **places, **hashes, **hash_sources(config)}


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    differences = []
    for name, sentence in _HASHES.items():
        if before.get(name) != now[name]:
            differences.append(sentence)
            if name == "data_hash":
                break  # of other pictures the rest says nothing
    for name in now:
        if name in _PLACES or name in _HASHES or name == "keep_epochs":
            continue
        if before.get(name, _BEFORE.get(name)) == now[name]:
            continue
        option = "--" + name.replace("_", "-")
        earlier, present = (
            "not given" if value is None else value for value in (before.get(name), now[name])
        )
        differences.append(f"{option} was {earlier} and is now {present}")
    return differences
