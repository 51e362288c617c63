"""Pre-trained networks of `keras.applications`, taken whole but for their last layers."""

import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers

from explorer.core.files.reading import open_regular
from explorer.errors import ModelError, reason_of

IMAGENET = "imagenet"

_WEIGHTS_SUFFIXES = (".h5", ".hdf5", ".keras")
_ARCHIVES = (b"\x89HDF\r\n\x1a\n", b"PK\x03\x04")


def build_backbone(
    name: str, pictures: keras.KerasTensor, weights: Path | None
) -> keras.KerasTensor:
    """Lay a backbone behind a tensor of pictures, its own preprocessing included.

    Parameters
    ----------
    name : str
        As `keras.applications` spells the function; case, hyphens and underscores do not matter.
    pictures : (batch, height, width, 3), 0-255
    weights : Path or None
        A file of ImageNet weights without the top; None lets Keras download its own.

    Returns
    -------
    (batch, rows, columns, features)
        The last feature maps.

    Raises
    ------
    ModelError
        There is no such backbone, or its weights could not be had.
    """
    application, module = _find(name)
    height, width = pictures.shape[1:3]
    try:
        source = application(
            include_top=False,
            weights=IMAGENET if weights is None else None,
            input_shape=(height, width, 3),
        )
    except Exception as error:  # urllib, OSError, ValueError: by the way the download failed
        if weights is not None:
            raise ModelError(
                f"{application.__name__} cannot be built for an input of {width}x{height}: {error}"
            ) from error
        raise ModelError(
            f"The ImageNet weights of {application.__name__} could not be downloaded "
            f"({type(error).__name__}: {error}). Download the “no top” file yourself and pass "
            "it with --backbone-weights FILE."
        ) from error
    if weights is not None:
        _load(source, weights, application.__name__)
    # Built a second time on our own tensor, so that the whole network is one flat list of layers.
    maps = application(include_top=False, weights=None, input_tensor=_preprocess(module, pictures))
    # By place: names that Keras gives by itself are others the second time. The preprocessing comes
    # first.
    maps.set_weights([*maps.get_weights()[:2], *source.get_weights()])
    _settle_normalization(maps, module)
    output: keras.KerasTensor = maps.output
    return output


def _find(name: str) -> tuple[Any, ModuleType]:
    """Return the function that builds a backbone, and the module with its preprocessing."""
    wanted = _squeeze(name)
    names = []
    for spelling, application in vars(keras.applications).items():
        if callable(application) and spelling[:1].isupper():
            names.append(spelling)
            if _squeeze(spelling) == wanted:
                return application, sys.modules[application.__module__]
    raise ModelError(f"Keras has no backbone “{name}”; available: {', '.join(sorted(names))}.")


def _squeeze(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()


def _load(model: keras.Model, file: Path, name: str) -> None:
    """Load a backbone's weights; ModelError, in words of our own, where they are not its."""
    try:
        with open_regular(file) as stream:
            is_archive = stream.read(8).startswith(_ARCHIVES)
    except OSError as error:
        raise ModelError.not_opened(file.name, reason_of(error)) from error
    if not is_archive:
        raise ModelError.not_opened(file.name, "it is not a file of Keras weights")
    if file.suffix not in _WEIGHTS_SUFFIXES:
        raise ModelError.not_opened(file.name, "the name of a file of weights must end in .h5")
    try:
        with warnings.catch_warnings(action="ignore"):  # of every layer that does not fit
            model.load_weights(file)
    except Exception as error:  # h5py and Keras raise many kinds, in words for programmers
        raise ModelError.not_opened(
            file.name, f"it does not hold the weights of {name} without its top (“no top”)"
        ) from error


def _settle_normalization(maps: keras.Model, module: ModuleType) -> None:
    """Bring normalisation layers that learned from pictures up to their new weights.

    Those of the first EfficientNets divide by the variance, not by its root, and Keras adds what is
    missing only where it downloads the weights itself; here it is put into the variance.
    """
    deviations = getattr(module, "IMAGENET_STDDEV_RGB", None)
    for layer in maps.layers:
        if isinstance(layer, layers.Normalization) and layer.input_mean is None:
            if deviations is not None:
                layer.adapt_variance.assign(layer.adapt_variance * np.float32(deviations))
            layer.finalize_state()


def _preprocess(module: ModuleType, pictures: keras.KerasTensor) -> keras.KerasTensor:
    """Return a backbone's own preprocessing as a layer inside the network.

    Keras's functions are affine in the three colours (a scale, an offset, some swap red and blue),
    so that a 1x1 convolution does the same and travels with the model. Its weights are read off
    the function itself.
    """
    probes = np.concatenate([np.zeros((1, 3)), np.eye(3)])[None, :, None].astype(np.float32)
    answers = keras.ops.convert_to_numpy(module.preprocess_input(probes.copy()))[0, :, 0]
    offset: npt.NDArray[np.float32] = answers[0]
    matrix = (answers[1:] - offset)[None, None]
    layer = layers.Conv2D(3, 1, name="preprocessing", trainable=False)
    output = layer(pictures)
    layer.set_weights([matrix, offset])
    return output
