"""Save networks in small files: weights of 12 significant bits, compressed."""

import zipfile
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

SIGNIFICANT_BITS = 12
HALF_PRECISION_BITS = 11
"""Of a number in float16."""


def round_weights(network: keras.Model, bits: int = SIGNIFICANT_BITS) -> None:
    """Round a network's weights, in place, to what training tells apart.

    An epoch of training moves them by far more than the 0.01 % that is lost, and of a number that
    ends in zeros a compressed file needs little more than half the room.
    """
    network.set_weights([_round(weights, bits) for weights in network.get_weights()])


def _round(weights: npt.NDArray[np.float32], bits: int) -> npt.NDArray[np.float32]:
    mantissa, exponent = np.frexp(weights)
    scale = 2.0**bits
    return np.ldexp(np.rint(mantissa * scale) / scale, exponent).astype(weights.dtype)


def save_network(network: keras.Model, file: Path) -> None:
    """Save a network without its optimizer, which is of no use to the program.

    Keras stores the members of its archive as they are; here they are compressed, which its
    loader does not mind.
    """
    packed = file.with_name(f"{file.stem}.packed")
    try:
        network.save(file)
        if network.compiled:
            keras.saving.load_model(file, compile=False).save(file)
        with (
            zipfile.ZipFile(file) as plain,
            zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        ):
            for member in plain.infolist():
                archive.writestr(member.filename, plain.read(member))
        packed.replace(file)
    except BaseException:  # on a full disk, halves would take the room of a checkpoint
        for half in (file, packed):
            half.unlink(missing_ok=True)
        raise
