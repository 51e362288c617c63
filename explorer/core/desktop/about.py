"""What is inside the program: the packages that it is built on, their versions and licences."""

import importlib.metadata
import platform
from dataclasses import dataclass

from explorer import __version__
from explorer.core.desktop.sandbox import describe_confinement, possible_limits

# Of what each wheel is, and of the libraries in it that ask for more than naming them.
_LICENCES = {
    "PySide6-Essentials": "LGPL 3 (as Qt)",
    "pyqtgraph": "MIT",
    "msgspec": "BSD",
    "pyyaml": "MIT",
    "numpy": "BSD",
    "scipy": "BSD",
    "opencv-python-headless": "Apache 2.0, with FFmpeg (LGPL 2.1)",
    "pillow": "MIT-CMU",
    "pi-heif": "BSD, with libheif (LGPL 3)",
    "simplejpeg": "MIT, with libjpeg-turbo (BSD)",
    "imagecodecs": "BSD, with libtiff and others (BSD, MIT and alike)",
    "tensorflow": "Apache 2.0",
    "keras": "Apache 2.0",
    "h5py": "BSD, with HDF5 (BSD)",
    "ai-edge-litert": "Apache 2.0",
    "onnx": "Apache 2.0",
    "onnxruntime": "MIT, with libraries of others (MIT, BSD, Apache 2.0)",
    "scikit-image": "BSD; its sample pictures: CC0",
    "platformdirs": "MIT",
    "filelock": "MIT",
    "fast-sugiyama": "MIT",
    "openTSNE": "BSD",
    "requests": "Apache 2.0",
    "watchfiles": "MIT",
    "rich": "MIT",
}


@dataclass(frozen=True)
class Component:
    """One package.

    Attributes
    ----------
    name : str
        As it is called in the package index.
    version : str
        Empty where it is not installed.
    """

    name: str
    version: str
    licence: str


def list_components() -> tuple[Component, ...]:
    """Return what the program is built on; none of it is imported for that."""
    return tuple(Component(name, _version(name), licence) for name, licence in _LICENCES.items())


def describe_program() -> str:
    """Return versions, one a line, as they are asked for where a fault is reported."""
    lines = [
        f"ConvNet Explorer {__version__} (MIT)",
        f"Python {platform.python_version()}, {platform.platform()}",
        describe_confinement(possible_limits()),
        *(f"{one.name} {one.version} ({one.licence})" for one in list_components()),
    ]
    return "\n".join(lines)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
