"""The settings that Keras is imported with: this program's own, never those of a person.

A person's `~/.keras/keras.json` may turn channels first, floats to 16 bits or name a backend that
is not installed, for programs of theirs. Ours compute one thing everywhere.
"""

import importlib.util
import os
from contextlib import suppress
from pathlib import Path

from explorer import paths
from explorer.core.files.names import printable_name
from explorer.core.text.shorten import shorten
from explorer.errors import ExplorerError

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}

# They end training early, or change what layers are, without a word.
_OTHER_SETTINGS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED")


def choose_keras_settings(backend: str) -> None:
    """See that Keras, which must not have been imported yet, is imported with its own defaults.

    Parameters
    ----------
    backend : {"tensorflow", "jax"}
        What computes.
    """
    before = Path(os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras"))
    home = paths.user_cache() / "keras"
    with suppress(OSError):  # without a folder to write in, Keras takes its defaults as well
        home.mkdir(parents=True, exist_ok=True)
        _share_weights(before / "models", home / "models")
    os.environ["KERAS_HOME"] = str(home)
    os.environ["KERAS_BACKEND"] = backend
    for name in _OTHER_SETTINGS:
        os.environ.pop(name, None)


def choose_training_backend() -> str:
    """Return the backend to train with, "tensorflow" or "jax", by the variable KERAS_BACKEND.

    Raises
    ------
    ExplorerError
        It names another one, or one that is not installed.
    """
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if backend not in BACKENDS:
        raise ExplorerError(
            f"KERAS_BACKEND is “{shorten(printable_name(backend))}”, which train.py does not "
            "support: set it to tensorflow or jax, or unset it."
        )
    if importlib.util.find_spec(backend) is None:
        other = "jax" if backend == "tensorflow" else "tensorflow"
        raise ExplorerError(
            f"{BACKENDS[backend]} is not installed: install it with pip, or set "
            f"KERAS_BACKEND={other}."
        )
    return backend


def _share_weights(downloaded: Path, ours: Path) -> None:
    """Use the weights that other programs have downloaded; what is downloaded here serves them."""
    if downloaded.is_dir() and not ours.exists():
        ours.unlink(missing_ok=True)  # a link to where there are none any more
        ours.symlink_to(downloaded.absolute(), target_is_directory=True)
