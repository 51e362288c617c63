"""What a file is, from its first bytes."""

import pytest

from explorer.core.images.signatures import formats_of, name_stranger
from tests.support.hostile_files import every_kind, film

FORMATS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "gif": "GIF",
    "bmp": "BMP",
    "tiff": "TIFF",
    "webp": "WEBP",
    "avif": "AVIF",
    "jpeg 2000": "JPEG2000",
    "ico": "ICO",
    "ppm": "PPM",
    "heic": "HEIF",
}


@pytest.mark.parametrize("kind", FORMATS)
def test_first_32_bytes_tell_the_format(kind):
    assert FORMATS[kind] in formats_of(every_kind()[kind][:32])


@pytest.mark.parametrize(
    "start", [b"", b"\xff", b"BMW drives on roads, not rails", b"P6", b"RIFF\0\0\0\0WAVE", film()]
)
def test_other_bytes_are_no_picture(start):
    assert formats_of(start) == ()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.4", "PDF"),
        (b"<svg>", "SVG"),
        (b"<body>", "web page"),
        (film(), "video"),
        (b"RIFF\0\0\0\0AVI LIST", "video"),
        (b"\x1a\x45\xdf\xa3webm", "video"),
    ],
)
def test_strangers_have_names(data, words):
    assert words in name_stranger(data)


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"])
def test_other_strangers_have_none(data):
    assert name_stranger(data) is None
