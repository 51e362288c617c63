"""Read what Pillow leaves out of PNG, AVIF, HEIF and JP2, or shows wrong.

That is the clean aperture, the colour space, PNG of 16 bits with a transparent colour, and JPEG
2000 with a palette or not of 8 bits.
"""

import struct
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from PIL import Image, ImageFile

from explorer.core.images.scaling import Values, scale_between
from explorer.errors import PictureError

_MAX_BOXES = 10_000
_KNOWN_COLOURS = (12, 16, 17)
"""CMYK, sRGB and grey, by their codes in JP2 files."""

_Properties = list[tuple[bytes, bytes]]


def add_what_pillow_lacks(image: ImageFile.ImageFile, data: bytes) -> Image.Image:
    """Crop to the clean aperture; put colour codes and profile where `profile_of` looks for them.

    Parameters
    ----------
    image : ImageFile
        Decoded, and not turned yet.
    data : bytes
        The whole file.
    """
    if image.format == "PNG":
        place = data.find(b"\0\0\0\4cICP", 0, data.find(b"IDAT"))
        image.info["cicp"] = data[place + 8 : place + 10] if place >= 0 else None
    elif image.format == "JPEG2000":
        image.info["icc_profile"] = _find_jp2_profile(data)
    elif image.format in ("AVIF", "HEIF"):
        properties = _read_properties(data)
        image.info["cicp"] = _find_cicp(properties)
        # libheif crops by itself.
        if image.format == "AVIF" and (box := _find_clean_aperture(properties, image.size)):
            return image.crop(box)
    return image


def decode_what_pillow_mistakes(
    image: ImageFile.ImageFile, data: bytes, name: str
) -> tuple[Image.Image | None, str]:
    """Decode a PNG or JPEG 2000 file that Pillow shows wrong.

    In PNG it compares the upper halves of 16-bit colours with the transparent one. In JPEG 2000 it
    mixes palettes up where a colour stands twice, scales less than 8 bits by a power of 2, and
    rounds the lightest of more than 8 bits up to black.

    Parameters
    ----------
    image : ImageFile
        Opened, and not decoded.
    data : bytes
        The whole file.
    name : str
        What messages call it.

    Returns
    -------
    image : Image.Image or None
        8 bits a channel, its profile still to apply; None for the others.
    note : str
        Which values are displayed as black and white, where they have more than 8 bits.

    Raises
    ------
    PictureError
        Its values are of an unsupported kind.
    """
    if image.format == "JPEG2000":
        return _decode_jpeg_2000(image, data, name)
    if image.format == "PNG" and "RGB;16B" in str(image.tile) and "transparency" in image.info:
        import imagecodecs  # only here: hardly any file is one

        del image.info["transparency"]  # which has become the fourth channel
        return Image.fromarray(scale_between(imagecodecs.png_decode(data), 0, 65535)), ""
    return None, ""


def _decode_jpeg_2000(
    image: ImageFile.ImageFile, data: bytes, name: str
) -> tuple[Image.Image | None, str]:
    start = data.index(b"\xff\x4f\xff\x51")
    (channels,) = struct.unpack_from(">H", data, start + 40)
    kinds = set(struct.iter_unpack("3B", data[start + 42 : start + 42 + 3 * channels]))
    depths = {kind[0] for kind in kinds}
    has_palette = image.mode.startswith("P")
    if depths == {7} and not has_palette:
        return None, ""
    if len(depths) > 1:
        fault = "its channels have different numbers of bits, which is not supported"
        raise PictureError.not_opened(name, fault)
    bits = depths.pop() + 1
    if bits > 128:
        fault = "numbers with a sign are not supported in JPEG 2000 files"
    elif {kind[1:] for kind in kinds} != {(1, 1)} or not _has_known_colours(data):
        fault = f"JPEG 2000 of {bits} bits is only supported in RGB, grey and CMYK"
    else:
        fault = ""
    if fault:
        raise PictureError.not_opened(name, fault)

    import imagecodecs  # only here: hardly any file is one

    # Kept from applying the profile, which is done later, for all formats alike.
    header = data[:start].replace(b"colr\2", b"colr\3")
    values: Values = imagecodecs.jpeg2k_decode(header + data[start:])
    note = ""
    if not has_palette:
        white = 2**bits - 1
        values = scale_between(values, 0, white)
        if bits > 8:
            note = f"{bits}-bit values, displayed with black = 0, white = {white}"
    if image.mode == "CMYK":
        return Image.frombytes("CMYK", values.shape[1::-1], values.tobytes()), note
    return Image.fromarray(np.ascontiguousarray(values)), note


def _has_known_colours(data: bytes) -> bool:
    header = dict(_boxes(memoryview(data))).get(b"jp2h", memoryview(b""))
    body = dict(_boxes(header)).get(b"colr", b"")
    return body[:1] != b"\1" or int.from_bytes(body[3:7]) in _KNOWN_COLOURS


def _read_properties(data: bytes) -> _Properties:
    """Return names and contents of the properties of the picture that the file shows."""
    found: _Properties = []
    try:
        meta = dict(_boxes(dict(_boxes(memoryview(data)))[b"meta"][4:]))
        shown = int.from_bytes(meta[b"pitm"][4:])
        described = list(_boxes(meta[b"iprp"]))
        properties = list(_boxes(dict(described)[b"ipco"]))
        for kind, body in described:
            if kind == b"ipma":
                for index in filter(None, _indices(body, shown)):
                    name, content = properties[index - 1]
                    found.append((name, bytes(content)))
    except (KeyError, IndexError, struct.error):
        pass  # the decoder has its own opinion of what is damaged
    return found


def _find_clean_aperture(
    properties: _Properties, size: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """Return left, top, right and bottom of the part to be shown; None if all of it is."""
    clap = dict(properties).get(b"clap", b"")
    if len(clap) != 32:
        return None
    numbers = struct.unpack(">4IiIiI", clap)  # four fractions: width, height, offset of the centre
    if 0 in numbers[1::2]:
        return None
    fractions = [Fraction(*numbers[at : at + 2]) for at in range(0, 8, 2)]
    edges: list[Fraction] = []
    for whole, length, offset in zip(size, fractions[:2], fractions[2:], strict=True):
        start = (whole - length) / 2 + offset
        edges += [start, start + length]
        if not 0 <= start < start + length <= whole:
            return None
    left, right, top, bottom = map(round, edges)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _find_cicp(properties: _Properties) -> bytes | None:
    """Return the codes of primaries and transfer function, a byte each (ITU-T H.273)."""
    for kind, body in properties:
        if kind == b"colr" and body[:4] == b"nclx" and len(body) >= 8:
            return bytes((body[5], body[7]))
    return None


def _find_jp2_profile(data: bytes) -> bytes | None:
    """Return the ICC profile of a JPEG 2000 file."""
    header = dict(_boxes(memoryview(data))).get(b"jp2h", memoryview(b""))
    for kind, body in _boxes(header):
        if kind == b"colr" and body[0] in (2, 3):
            return bytes(body[3:])
    return None


def _boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    place = 0
    for _ in range(_MAX_BOXES):
        if place + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, place)
        start = 8
        if size == 1:
            start = 16
            (size,) = struct.unpack_from(">Q", data, place + 8)
        size = size or len(data) - place  # 0: up to the end
        if size < start:
            return
        yield kind, data[place + start : place + size]
        place += size


def _indices(body: memoryview, shown: int) -> Iterator[int]:
    """Yield the numbers, from 1, of the properties that an ipma box assigns to a picture."""
    version, is_wide = body[0], body[3] & 1
    (count,) = struct.unpack_from(">I", body, 4)
    place = 8
    for _ in range(count):
        number, length = struct.unpack_from(">IB" if version else ">HB", body, place)
        place += 5 if version else 3
        for _ in range(length):
            if is_wide:
                index = struct.unpack_from(">H", body, place)[0] & 0x7FFF
            else:
                index = body[place] & 0x7F
            place += 1 + is_wide
            if number == shown:
                yield index
