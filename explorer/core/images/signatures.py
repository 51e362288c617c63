"""Identify a file by its first bytes: a picture format, or something mistaken for one."""

import re

_SIGNATURES: tuple[tuple[re.Pattern[bytes], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), formats)
    for pattern, formats in (
        (rb"\xff\xd8\xff", ("JPEG",)),
        (rb"\x89PNG\r\n\x1a\n", ("PNG",)),
        (rb"GIF8[79]a", ("GIF",)),
        (rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", ("BMP",)),
        (rb"(II|MM)([*+]\x00|\x00[*+])", ("TIFF",)),
        (rb"RIFF.{4}WEBP", ("WEBP",)),
        (rb"(\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51)", ("JPEG2000",)),
        (rb".{4}ftyp(avif|avis|mif1|msf1)", ("AVIF", "HEIF")),
        (rb".{4}ftyphe(ic|ix|im|is|vc|vx|vm|vs)", ("HEIF",)),
        (rb"\x00\x00\x01\x00", ("ICO",)),
        (rb"P[1-6Ff][\s#]", ("PPM",)),
        (rb"\x93NUMPY", ("NPY",)),
    )
)

_FILM = re.compile(
    rb".{4}ftyp(isom|iso[2-9]|mp4|avc1|M4V|qt  |3g|dash|MSNV|f4v)|RIFF.{4}AVI |\x1a\x45\xdf\xa3",
    re.DOTALL,
)


def formats_of(data: bytes) -> tuple[str, ...]:
    """Return the possible formats of a file, Pillow's names or "NPY"; empty if not a picture.

    Parameters
    ----------
    data : bytes
        At least the first 32 bytes of the file, where it has as many.
    """
    return next((formats for pattern, formats in _SIGNATURES if pattern.match(data)), ())


def name_stranger(data: bytes) -> str | None:
    """Name the kinds of file that are often mistaken for pictures; None for any other."""
    # Without zeros, UTF-16 reads like ASCII.
    start = data[:2048].replace(b"\0", b"").lower()
    if b"%pdf-" in start[:1024]:
        return "it is a PDF document"
    if re.search(rb"<!doctype html|<(html|head|body|script)\b", start):
        return "it is a saved web page, not a picture"
    if b"<svg" in start:
        return "it is an SVG drawing; export it as PNG first"
    if _FILM.match(data):
        return "it is a video, not a picture"
    return None
