"""Where resources, models and a person's own files live: in the source tree or installed."""

import errno
import importlib.util
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import platformdirs

APP_NAME = "convnet-explorer"

_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """Return a shipped folder: inside the package when installed, beside it in a source tree."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def package() -> Path:
    """Return the folder of the program's own code: which of several copies this is."""
    return _PACKAGE


def resources() -> Path:
    """Return the folder of icons and texts."""
    return _shipped("resources")


def bundled_models() -> Path:
    """Return the folder that holds one run folder per bundled model."""
    return _shipped("models")


def is_bundled(model: Path) -> bool:
    """Return whether a model is one of ours, and not a stranger's."""
    return model.parent == bundled_models()


def user_runs() -> Path:
    """Return the folder of a person's own run folders; it need not exist."""
    return _own(platformdirs.user_data_dir) / "runs"


def user_kernels() -> Path:
    """Return the folder of a person's own kernels; it need not exist."""
    return _own(platformdirs.user_data_dir) / "kernels"


def user_models() -> Path:
    """Return the folder of what a person chose for model files; it need not exist."""
    return _own(platformdirs.user_data_dir) / "models"


def user_decisions() -> Path:
    """Return the folder of what a person decided about pictures; it need not exist."""
    return _own(platformdirs.user_data_dir) / "decisions"


def user_health() -> Path:
    """Return the folder of what was compared of datasets; it can be made again."""
    return user_cache() / "health"


def user_catalogues() -> Path:
    """Return the folder of what models said of datasets; it need not exist."""
    return _own(platformdirs.user_data_dir) / "catalogues"


def user_datasets() -> Path:
    """Return the folder of datasets that the program drew or downloaded; it need not exist."""
    return _own(platformdirs.user_data_dir) / "datasets"


def user_state() -> Path:
    """Return the folder of what was open and the log; it need not exist."""
    return _own(platformdirs.user_state_dir)


def user_trainings() -> Path:
    """Return the folder of what trainings tell of themselves; it need not exist."""
    return user_state() / "trainings"


def user_cache() -> Path:
    """Return the folder of what can be made again, such as decoded pictures; it need not exist."""
    return _own(platformdirs.user_cache_dir)


def process_folders() -> Path:
    """Return the folder in which child processes get theirs; it need not exist."""
    return user_cache() / "processes"


def user_config() -> Path:
    """Return the folder of the preferences; it need not exist."""
    return _own(platformdirs.user_config_dir)


NOWHERE = Path(os.devnull) / APP_NAME
"""Where nothing is and nothing can be made: in place of a person's folders who has no home."""


def _own(find: Callable[..., str]) -> Path:
    try:
        return Path(find(APP_NAME, appauthor=False))
    except RuntimeError:  # neither HOME nor the system's list of users knows a home
        return NOWHERE


def make_own_folder(folder: Path) -> None:
    """Make a folder of the program's own, which nobody but the person may look into.

    Raises
    ------
    OSError
        It could not be made.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
    mode = folder.stat().st_mode
    if not stat.S_ISDIR(mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if mode & 0o077:
        with suppress(PermissionError):  # somebody else's: what is written there tells
            folder.chmod(0o700)


def sample_pictures() -> tuple[Path, ...]:
    """Return the CC0 sample pictures that scikit-image carries, the cat first.

    The package is located, not imported: importing it costs half a second.
    """
    package = importlib.util.find_spec("skimage")
    if package is None or package.origin is None:
        return ()
    folder = Path(package.origin).parent / "data"
    names = ("chelsea.png", "astronaut.png", "coffee.png", "camera.png", "rocket.jpg")
    return tuple(folder / name for name in names if (folder / name).is_file())
