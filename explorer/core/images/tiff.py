"""Read TIFF files: the values through libtiff (imagecodecs), what they mean from the tags.

Pillow knows some fifty combinations of tags and takes the rest for damage, or shows it wrong.
"""

import re
import struct
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms
from PIL.ExifTags import Base as Tag

from explorer.core.images.budget import TOO_LONG
from explorer.core.images.colours import to_srgb
from explorer.core.images.jpeg import MAX_SCANNED_PIXELS, is_jpeg_damaged
from explorer.core.images.scaling import Mask, Values, scale_between, scale_values
from explorer.core.images.tiff_directory import MAX_DIRECTORIES, Directory, survey_tiff
from explorer.errors import PictureError

MAX_VALUE_BYTES = 512_000_000
"""What the values of a picture may take: 64 million pixels of four 16-bit channels."""

_MAX_PARTS = 1_000_000
_MAX_PART_BYTES = 2_000_000_000

_IMAGE_DEPTH, _METAMORPH_PLANES, _GDAL_NODATA = 32997, 33629, 42113
_OLD_JPEG, _JPEG, _PACKBITS = 6, 7, 32773
_UNSIGNED, _FLOAT, _UNDEFINED, _COMPLEX = 1, 3, 4, (5, 6)
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE = 0, 1, 2, 3
_CMYK, _YCBCR, _LAB, _ICC_LAB, _FAX_LAB = 5, 6, 8, 9, 10
_LOG_L, _LOG_LUV = 32844, 32845
_COLOURS = {_RGB: 3, _CMYK: 4, _YCBCR: 3, _LAB: 3, _ICC_LAB: 3}
_UNCHANGED_BY_LIBTIFF = (0, 1, 2, 3)
_ALPHA = {1: True, 2: False}  # whether the colours are multiplied by it

# None, three of fax machines, LZW, two of JPEG, Deflate, NeXT, PackBits, ThunderScan, PixarLog,
# LERC, LZMA, Zstandard, WebP: what every libtiff of imagecodecs knows.
_SUPPORTED = frozenset(
    {1, 2, 3, 4, 5, 6, 7, 8, 32766, 32771, 32773, 32809, 32909, 32946}
    | {34887, 34925, 50000, 50001}
)
_UNSUPPORTED = {
    9: "JBIG", 10: "JBIG", 34661: "JBIG", 34715: "JBIG2",
    33003: "JPEG 2000", 33004: "JPEG 2000", 33005: "JPEG 2000", 34712: "JPEG 2000",
    34892: "JPEG", 34933: "PNG", 34934: "JPEG XR", 22610: "JPEG XR", 50002: "JPEG XL",
    52546: "JPEG XL", 34676: "LogLuv", 34677: "LogLuv",
}  # fmt: skip


def decode_tiff(
    data: bytes, *, name: str, check_size: Callable[[tuple[int, int]], None]
) -> tuple[Image.Image, tuple[str, ...]]:
    """Decode the main picture of a TIFF file.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What messages call it.
    check_size : callable
        Handed width and height, in pixels, before anything is decoded; refuses by an exception.

    Returns
    -------
    image : Image.Image
        8 bits a channel: L, LA, RGB, RGBA or CMYK; its profile and orientation are still to apply.
    notes : tuple of str
        Which of several pictures and channels it shows, and which values are black and white.

    Raises
    ------
    PictureError
        It is a raw photo, of an unsupported kind, or too large.
    Exception
        Of many kinds where it is damaged: the bytes are a stranger's.
    """
    survey = survey_tiff(data)
    if survey.raw_size:
        width, height = survey.raw_size
        raise PictureError.not_opened(
            name,
            f"it is a raw photo of {width}×{height} pixels, as the camera's sensor recorded it;"
            " export it as JPEG or TIFF first",
        )
    directory = survey.main
    check_size(directory.size)
    if fault := _fault(directory):
        raise PictureError.not_opened(name, fault)
    notes = []
    frames = max(survey.frames, _declared_frames(directory))
    if frames > 1:
        more = "more than " if frames == MAX_DIRECTORIES else ""
        notes.append(f"frame 1 of {more}{frames}")
    image, found = _to_image(_read_values(directory), directory)
    image.getexif()[Tag.Orientation] = directory.number(Tag.Orientation, 1)
    return image, (*notes, *found)


def _declared_frames(directory: Directory) -> int:
    """Return how many pictures ImageJ or MetaMorph stored behind one directory."""
    _, planes, _ = directory.entries.get(_METAMORPH_PLANES, (0, 1, 0))
    text = directory.text(Tag.ImageDescription)[:1000]
    images = re.match(rb"ImageJ=.*?\nimages=(\d{1,9})\s", text, re.S)
    return max(planes, int(images[1]) if images else 1)


def _fault(directory: Directory) -> str:
    """Say why a picture is not supported; empty if it is."""
    compression = directory.number(Tag.Compression, 1)
    if compression not in _SUPPORTED:
        method = _UNSUPPORTED.get(compression, f"method {compression}")
        return f"its compression ({method}) is not supported in TIFF files"
    bits = directory.numbers(Tag.BitsPerSample) or (1,)
    if max(bits) > 64 or len(set(bits)) > 5:
        return "the file is damaged"  # no sentence for numbers by the dozen
    if len(set(bits)) > 1:
        return "its channels have different numbers of bits, which is not supported"
    if _is_jpeg(directory) and bits[0] != 8:
        return f"JPEG of {bits[0]} bits is not supported in TIFF files"
    kind = directory.number(Tag.SampleFormat, 1)
    if kind in _COMPLEX:
        return "its values are complex numbers, which are not supported"
    if kind == _FLOAT and bits[0] not in (16, 32, 64):
        return f"floats of {bits[0]} bits are not supported"
    if bits[0] > 32 and bits[0] != 64:
        return f"numbers of {bits[0]} bits are not supported"
    if fault := _colour_fault(directory, bits[0]):
        return fault
    if directory.number(_IMAGE_DEPTH, 1) > 1:
        return "it is a volume of several layers, which is not supported"
    width, height = directory.size
    across = directory.number(Tag.TileWidth, width)
    down = directory.number(Tag.TileLength, min(directory.number(Tag.RowsPerStrip, height), height))
    if across < 1 or down < 1:
        return "the file is damaged"
    columns, rows = -(-width // across), -(-height // down)
    samples = directory.number(Tag.SamplesPerPixel, 1)
    size = columns * across * rows * down * samples * max(bits[0], 8) // 8
    if size > MAX_VALUE_BYTES:
        return (
            f"its values need {size // 1_000_000:,} MB of memory;"
            f" at most {MAX_VALUE_BYTES // 1_000_000} MB are allowed"
        )
    if columns * rows * samples > _MAX_PARTS:
        return f"it consists of more than {_MAX_PARTS // 1_000_000} million strips or tiles"
    parts = directory.numbers(Tag.TileByteCounts, _MAX_PARTS) or directory.numbers(
        Tag.StripByteCounts, _MAX_PARTS
    )
    if sum(parts) > _MAX_PART_BYTES:
        return "the file is damaged: its strips or tiles overlap"
    if compression == _JPEG:
        scans = max((part.count(b"\xff\xda") for part, _ in _parts(directory)), default=0)
        if scans * width * height > MAX_SCANNED_PIXELS:
            return f"{TOO_LONG}, with {scans:,} scans"
    return ""


def _colour_fault(directory: Directory, bits: int) -> str:
    """Say why the colours are not supported; empty if they are."""
    photometric, extra = _photometric(directory), directory.numbers(Tag.ExtraSamples)
    samples = directory.number(Tag.SamplesPerPixel, 1)
    if photometric == _YCBCR and bits != 8:
        return f"YCbCr of {bits} bits is not supported"
    if photometric == _CMYK and samples - len(extra) < 4:
        return "it has other inks than cyan, magenta, yellow and black, which is not supported"
    if photometric in (_LOG_L, _LOG_LUV):
        return "its colours are in LogLuv, which is not supported"
    is_lab = photometric in (_LAB, _ICC_LAB, _FAX_LAB)
    if photometric == _FAX_LAB or (is_lab and _is_jpeg(directory)):
        return "Lab colours compressed as JPEG, or of a fax machine, are not supported"
    if _is_jpeg(directory) and samples > 1:
        is_transparent = any(kind in _ALPHA for kind in extra)
        if is_transparent and (photometric == _CMYK or extra[0] not in _ALPHA):
            return "transparency is not supported with these colours compressed as JPEG"
        is_apart = directory.number(Tag.PlanarConfiguration, 1) == 2
        is_grey = photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
        is_unclear = is_transparent or photometric == _WHITE_IS_ZERO if is_apart else samples > 2
        if is_grey and is_unclear:
            return f"grey of {samples} channels in this layout is not supported as JPEG"
    return ""


def _is_jpeg(directory: Directory) -> bool:
    return directory.number(Tag.Compression, 1) in (_OLD_JPEG, _JPEG)


def _photometric(directory: Directory) -> int:
    """Return what the values mean; where it is not said, what they must."""
    is_grey = directory.number(Tag.SamplesPerPixel, 1) < 3
    return directory.number(Tag.PhotometricInterpretation, 1 if is_grey else 2)


def _is_converted(directory: Directory) -> bool:
    """Say whether libtiff hands over RGBA, whatever is stored."""
    return _photometric(directory) == _YCBCR or _is_jpeg(directory)


def _is_handed_over_in_bytes(directory: Directory) -> bool:
    """Say whether values of a fraction of bytes are to be unpacked here.

    Their PackBits runs may go on in the next row, which imagecodecs takes for damage.
    """
    bits = directory.number(Tag.BitsPerSample, 1)
    is_packed = directory.number(Tag.Compression, 1) == _PACKBITS and bits % 8 != 0
    return is_packed and Tag.TileWidth not in directory.entries


def _values_across(directory: Directory) -> int:
    """Return the number of values in each row of a plane."""
    is_apart = directory.number(Tag.PlanarConfiguration, 1) == 2
    channels = 1 if is_apart else directory.number(Tag.SamplesPerPixel, 1)
    return directory.size[0] * channels


def _as_libtiff_wants(directory: Directory) -> bytes | bytearray:
    """Return a file whose first picture is this one, to be handed over as it is stored.

    libtiff would turn some pictures, and convert some to RGB; both is done here, for all alike.
    """
    layout = directory.layout
    changes = {Tag.Orientation: 1} if directory.number(Tag.Orientation, 1) != 1 else {}
    if _photometric(directory) not in _UNCHANGED_BY_LIBTIFF and not _is_converted(directory):
        changes[Tag.PhotometricInterpretation] = 1
    if directory.number(Tag.SampleFormat, _UNSIGNED) == _UNDEFINED:
        changes[Tag.SampleFormat] = _UNSIGNED
    if _is_handed_over_in_bytes(directory):
        bits = _values_across(directory) * directory.number(Tag.BitsPerSample, 1)
        changes |= {Tag.ImageWidth: -(-bits // 8), Tag.BitsPerSample: 8}
        if directory.number(Tag.PlanarConfiguration, 1) != 2:
            changes[Tag.SamplesPerPixel] = 1
    (first,) = layout.offset.unpack_from(directory.data, layout.first)
    if not changes and first == directory.place:
        return directory.data
    data = bytearray(directory.data)
    layout.offset.pack_into(data, layout.first, directory.place)
    for tag, value in changes.items():
        kind, count, place = directory.entries.get(tag, (0, 0, 0))
        if kind in (3, 4) and count <= directory.number(Tag.SamplesPerPixel, 1):
            letter = "H" if kind == 3 else "I"
            struct.pack_into(f"{layout.order}{count}{letter}", data, place, *[value] * count)
    if Tag.BitsPerSample in changes and Tag.BitsPerSample not in directory.entries:
        _append_with_bits(data, directory)
    return data


def _append_with_bits(data: bytearray, directory: Directory) -> None:
    """Append the directory, which leaves the number of bits at 1, once more with 8 of them."""
    layout, start = directory.layout, directory.place + directory.layout.head.size
    (count,) = layout.head.unpack_from(data, directory.place)
    entries = data[start : start + count * (layout.entry.size + layout.offset.size)]
    value = struct.pack(layout.order + "H", 8).ljust(layout.offset.size, b"\0")
    data += bytes(len(data) % 2)
    layout.offset.pack_into(data, layout.first, len(data))
    data += layout.head.pack(count + 1) + entries
    data += layout.entry.pack(Tag.BitsPerSample, 3, 1) + value + bytes(layout.offset.size)


def _read_values(directory: Directory) -> Values:
    """Return the values of a picture, (height, width) or (height, width, channels)."""
    import imagecodecs  # only here: few pictures are TIFF files

    if _is_converted(directory) and _is_damaged(directory):
        raise ValueError("part of the data is missing")
    values: Values = imagecodecs.tiff_decode(
        _as_libtiff_wants(directory), index=0, asrgb=_is_converted(directory)
    )
    if _is_handed_over_in_bytes(directory):
        bits, across = directory.number(Tag.BitsPerSample, 1), _values_across(directory)
        dtype = np.uint8 if bits <= 8 else np.uint16 if bits <= 16 else np.uint32
        shape = (*values.shape[:-1], directory.size[0], across // directory.size[0])
        values = imagecodecs.packints_decode(values.tobytes(), dtype, bits, runlen=across)
        values = values.reshape(shape[:-1] if shape[-1] == 1 else shape)
    is_apart = directory.number(Tag.PlanarConfiguration, 1) == 2
    if is_apart and values.ndim == 3 and values.shape[:0:-1] == directory.size:
        values = np.moveaxis(values, 0, -1)  # what libtiff converted to RGB needs no moving
    if values.shape[1::-1] != directory.size:
        raise ValueError("another size than the tags say")
    return values


def _is_damaged(directory: Directory) -> bool:
    """Say whether part of a picture is missing that libtiff converts to RGB, without a word."""
    is_jpeg = directory.number(Tag.Compression, 1) == _JPEG
    tables = directory.text(Tag.JPEGTables)[:-2]
    is_apart = directory.number(Tag.PlanarConfiguration, 1) == 2
    channels = 1 if is_apart else directory.number(Tag.SamplesPerPixel, 1)
    for part, size in _parts(directory):
        if len(part) < size:
            return True
        if is_jpeg and is_jpeg_damaged(tables + part[2 if tables else 0 :], channels):
            return True
    return False


def _parts(directory: Directory) -> Iterator[tuple[bytes, int]]:
    """Yield the bytes of each strip or tile, and how many there should be."""
    places = directory.numbers(Tag.TileOffsets, _MAX_PARTS)
    sizes = directory.numbers(Tag.TileByteCounts, _MAX_PARTS)
    if not places:
        places = directory.numbers(Tag.StripOffsets, _MAX_PARTS)
        sizes = directory.numbers(Tag.StripByteCounts, _MAX_PARTS)
    for place, size in zip(places, sizes, strict=False):
        yield directory.data[place : place + size], size


def _to_image(values: Values, directory: Directory) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the values as an image of 8 bits a channel, and notes about them."""
    values = values[..., None] if values.ndim == 2 else values
    photometric, extra = _photometric(directory), directory.numbers(Tag.ExtraSamples)
    channels = directory.number(Tag.SamplesPerPixel, 1)
    if photometric == _RGB and channels == 4 and not extra:
        extra = (2,)
    alpha = next((place for place, kind in enumerate(extra) if kind in _ALPHA), None)
    is_multiplied = alpha is not None and _ALPHA[extra[alpha]]
    colours = _COLOURS.get(photometric, 1)
    notes = []
    if colours == 1 and channels > 1 + (alpha is not None):
        notes.append(f"channel 1 of {channels}")
    place = colours + (alpha or 0)
    if _is_converted(directory):
        # libtiff multiplies colours, but not grey, by a transparency that was not multiplied in.
        is_multiplied |= colours == 3 and directory.number(Tag.ExtraSamples, 0) == 2
        is_grey = photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
        photometric, colours, place = (_BLACK_IS_ZERO, 1, 3) if is_grey else (_RGB, 3, 3)
    if values.shape[2] < colours:
        raise ValueError("too few channels")
    bits = min(directory.number(Tag.BitsPerSample, 1), 8 * values.dtype.itemsize)
    pixels, note = _to_pixels(values[..., :colours], directory, photometric, bits)
    if note:
        notes.append(note)
    opacity = None
    if alpha is not None and place < values.shape[2]:
        opacity = _linear(values[..., place], bits)
    del values
    if opacity is not None and is_multiplied:
        _divide(pixels, opacity)
    image = _image_of(pixels, photometric)
    del pixels
    profile = directory.text(Tag.InterColorProfile)
    if opacity is not None:
        if image.mode == "CMYK":  # which cannot be transparent
            image, profile = to_srgb(image, profile), b""
        image.putalpha(Image.fromarray(opacity))
    if profile:
        image.info["icc_profile"] = profile
    return image, tuple(notes)


def _to_pixels(
    values: Values, directory: Directory, photometric: int, bits: int
) -> tuple[npt.NDArray[np.uint8], str]:
    """Scale colours to 8 bits; also return a note about it."""
    note = ""
    if photometric == _PALETTE:
        table = np.array(directory.numbers(Tag.ColorMap, 3 << 16)).reshape(3, -1).T
        # Old programs wrote bytes, not the 16 bits of the standard.
        table = (table >> 8 if table.max(initial=0) > 255 else table).astype(np.uint8)
        return table[values[..., 0].astype(np.uint16)], ""  # one bit would not count, but choose
    if photometric in (_LAB, _ICC_LAB):
        return _lab_levels(values, photometric), ""
    if values.dtype == np.bool_ or (values.dtype.kind == "u" and bits <= 8) or photometric == _CMYK:
        pixels = _linear(values, bits)
    else:
        pixels, note = scale_values(values, bits=bits, missing=_missing(values, directory))
    if photometric == _WHITE_IS_ZERO:
        np.subtract(255, pixels, out=pixels)
        note = re.sub(r"black = (\S+), white = (\S+)", r"black = \2, white = \1", note)
    return pixels, note


def _linear(values: Values, bits: int) -> npt.NDArray[np.uint8]:
    """Scale values to 8 bits by what their type can hold."""
    if values.dtype == np.uint8 and bits == 8:
        return np.array(values)
    is_whole = values.dtype.kind == "u"
    return scale_between(values, 0, 2.0**bits - 1 if is_whole else 1)


def _lab_levels(values: Values, photometric: int) -> npt.NDArray[np.uint8]:
    """Return L*a*b* values in 8 bits, a* and b* with a sign."""
    levels = (values // 256 if values.dtype.itemsize == 2 else values).astype(np.uint8)
    if photometric == _ICC_LAB:
        levels[..., 1:] ^= 128
    return levels


def _missing(values: Values, directory: Directory) -> Mask | None:
    """Return where a map has no values, if it says so."""
    text = directory.text(_GDAL_NODATA).split(b"\0")[0]
    try:
        with np.errstate(invalid="ignore"):  # as by a signalling NaN
            missing: Mask = values == float(text)
    except ValueError:
        return None
    return missing


def _divide(pixels: npt.NDArray[np.uint8], opacity: npt.NDArray[np.uint8]) -> None:
    """Undo that colours were multiplied by their opacity."""
    for line, alpha in zip(pixels, opacity, strict=True):
        line[...] = np.rint(np.minimum(line * (255 / np.maximum(alpha, 1)[:, None]), 255))


def _image_of(pixels: npt.NDArray[np.uint8], photometric: int) -> Image.Image:
    if photometric in (_LAB, _ICC_LAB):
        lab = Image.frombytes("LAB", pixels.shape[1::-1], pixels.tobytes())
        spaces = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.buildTransform(*spaces, "LAB", "RGB").apply(lab)
    if pixels.shape[2] == 1:
        return Image.fromarray(pixels[..., 0])
    if photometric == _CMYK:
        return Image.frombytes("CMYK", pixels.shape[1::-1], pixels.tobytes())
    return Image.fromarray(pixels)
