"""Convert the colours of a picture to sRGB, as its ICC profile or its PNG chunks describe them."""

import io
import struct
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

_MAX_BYTES = 4_000_000

_SRGB_PRIMARIES = (0.3127, 0.329, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_SRGB_GAMMA = 1 / 2.2

_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_D50 = np.array([0.9642, 1.0, 0.8249])

_PRIMARIES = {
    1: _SRGB_PRIMARIES,
    5: (0.3127, 0.329, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (0.3127, 0.329, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    7: (0.3127, 0.329, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    9: (0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    12: (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
}
"""By their codes in ITU-T H.273."""

_GAMMAS = {4: 1 / 2.2, 5: 1 / 2.8, 8: 1.0} | dict.fromkeys((1, 6, 13, 14, 15), _SRGB_GAMMA)
"""By the codes of transfer functions, that of video as sRGB. High dynamic range is left alone."""

_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}

_INVISIBLE = 1
"""Levels by which an sRGB profile of any maker may differ from any other's."""


def profile_of(image: Image.Image) -> bytes | None:
    """Return the ICC profile that describes the colours of a picture, None if they are sRGB.

    A PNG file may describe them by codes (cICP), or else by an ICC profile, or else as sRGB, or
    else by a gamma and the chromaticities of its primaries: the first of these counts. Elsewhere a
    profile precedes codes.
    """
    profile, codes = image.info.get("icc_profile"), _profile_of_codes(image.info.get("cicp"))
    if profile and not (codes and image.format == "PNG"):
        return bytes(profile)
    if codes:
        return codes
    if image.format != "PNG" or "srgb" in image.info:
        return None
    gamma, primaries = image.info.get("gamma"), image.info.get("chromaticity")
    if gamma is None and primaries is None:
        return None
    gamma = _SRGB_GAMMA if gamma is None else gamma
    return make_profile(gamma, primaries or _SRGB_PRIMARIES) if 0.1 < gamma < 10 else None


def is_srgb(image: Image.Image) -> bool:
    """Say whether `to_srgb` has nothing to do for an opaque picture in mode RGB."""
    profile = profile_of(image)
    return not profile or len(profile) > _MAX_BYTES or _transform(profile)[1] is None


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert a picture to sRGB.

    Parameters
    ----------
    image : Image.Image
        8 bits a channel: mode 1, L, LA, P, PA, RGB, RGBA, RGBX or CMYK.
    profile : bytes or None
        Its ICC profile. One that is damaged, or of other colours than the picture's, is ignored.

    Returns
    -------
    Image.Image
        RGB, or RGBA where the picture has transparency.
    """
    layers = _in_mode(image, "RGBA") if image.has_transparency_data else None
    own_mode = {"1": "L", "L": "L", "LA": "L", "La": "L", "CMYK": "CMYK"}.get(image.mode, "RGB")
    mode, transform = _transform(profile) if profile and len(profile) <= _MAX_BYTES else ("", None)
    if mode == "RGB" and own_mode == "L":  # a grey picture with the RGB profile of its scanner
        own_mode = "RGB"
    if transform is None or own_mode != mode:
        return layers or _in_mode(image, "RGB")
    converted = transform.apply(_in_mode(layers or image, mode))
    if layers:
        converted.putalpha(layers.getchannel("A"))
    return converted


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    return image if image.mode == mode else image.convert(mode)  # which copies even then


@lru_cache(maxsize=16)
def _transform(profile: bytes) -> tuple[str, ImageCms.ImageCmsTransform | None]:
    """Return the mode that a profile is for, and the transform; None if it changes nothing."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _MODES.get(source.profile.xcolor_space, "")
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        transform = ImageCms.ImageCmsTransform(source, srgb, mode, "RGB")
    except (OSError, ValueError):  # a damaged profile is no reason to refuse a picture
        return "", None
    return mode, None if mode == "RGB" and _changes_nothing(transform) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Say whether a transform is that of an sRGB profile: of whichever maker, it saves the work."""
    levels = np.arange(0, 256, 15, dtype=np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    converted = np.asarray(transform.apply(Image.fromarray(colours)))
    return bool(abs(converted.astype(int) - colours).max() <= _INVISIBLE)


def make_profile(gamma: float, primaries: Sequence[float]) -> bytes | None:
    """Return the ICC profile of an RGB colour space.

    Parameters
    ----------
    gamma : float
        The exponent by which the values were encoded, not 0. What is within 5 % of 1/2.2 is taken
        for the curve of sRGB, which is what it stands for in nearly every file.
    primaries : sequence of 8 float
        The chromaticities x and y of white, red, green and blue.

    Returns
    -------
    bytes or None
        None if there is no such colour space.
    """
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    try:
        columns = _adapt_to_d50(np.asarray(primaries, np.float64).reshape(4, 2))
        values = {tag: columns[:, place] for place, tag in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
        if abs(gamma / _SRGB_GAMMA - 1) > 0.05:
            values[b"rTRC"] = np.array([1 / gamma, 1, 0, 0, 0])  # all three tags share one curve
        (count,) = struct.unpack_from(">I", profile, 128)
        for place in range(132, 132 + 12 * count, 12):
            tag, offset = struct.unpack_from(">4sI", profile, place)
            if tag in values:
                start = offset + (12 if tag == b"rTRC" else 8)
                fixed = [round(float(value) * 65536) for value in values[tag]]
                struct.pack_into(f">{len(fixed)}i", profile, start, *fixed)
    except (ArithmeticError, ValueError, struct.error, np.linalg.LinAlgError):
        return None
    return bytes(profile)


def _profile_of_codes(codes: bytes | None) -> bytes | None:
    if not codes:
        return None
    primaries, gamma = _PRIMARIES.get(codes[0]), _GAMMAS.get(codes[1])
    return make_profile(gamma, primaries) if primaries and gamma else None


def _adapt_to_d50(chromaticities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return red, green and blue as columns of X, Y and Z, as an ICC profile wants them."""
    x, y = chromaticities.T
    with np.errstate(all="raise"):
        white, *primaries = np.stack([x / y, np.ones(4), (1 - x - y) / y], axis=1)
    columns = np.array(primaries).T
    columns = columns * np.linalg.solve(columns, white)
    scale = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    return np.linalg.solve(_BRADFORD, scale[:, None] * (_BRADFORD @ columns))
