"""Identify a picture file by its first bytes."""

import re

_SIGNATURES: tuple[tuple[re.Pattern[bytes], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), formats)
    for pattern, formats in (
        (rb"\xff\xd8\xff", ("JPEG",)),
        (rb"\x89PNG\r\n\x1a\n(?!.{4}CgBI)", ("PNG",)),
        (rb"GIF8[79]a", ("GIF",)),
        (rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", ("BMP",)),
        (rb"(II|MM)([*+]\x00|\x00[*+])(?!.{4}CR)", ("TIFF",)),
        (rb"RIFF.{4}WEBP", ("WEBP",)),
        (rb"(\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51)", ("JPEG2000",)),
        (rb".{4}ftyp(avif|avis|mif1|msf1)", ("AVIF", "HEIF")),
        (rb".{4}ftyphe(ic|ix|im|is|vc|vx|vm|vs)", ("HEIF",)),
        (rb".{4}ftyp.{8}(.{4})*?(avif|mif1)", ("AVIF", "HEIF")),
        (rb"\x00\x00\x01\x00", ("ICO",)),
        (rb"P[1-6Ff][\s#]", ("PPM",)),
        (rb"\x93NUMPY", ("NPY",)),
    )
)


def formats_of(data: bytes) -> tuple[str, ...]:
    """Return the possible formats of a file, Pillow's names or "NPY"; empty if not a picture.

    Parameters
    ----------
    data : bytes
        At least the first 32 bytes of the file, where it has as many.
    """
    return next((formats for pattern, formats in _SIGNATURES if pattern.match(data)), ())
