"""What a file is, from its first bytes."""

import pytest

from explorer.core.images.signatures import formats_of
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


def test_a_brand_of_its_own_may_be_compatible_with_a_known_one():
    assert formats_of(b"\0\0\0\x20ftypABCD\0\0\0\0miafmif1heic") == ("AVIF", "HEIF")
